"""The example of each document: every column's own example, completed where the sheets must agree with each other."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from schemas.documents import sheet_specs
from schemas.spec import COMPTE_RENDU, DECISIONS, DOCUMENTS, FONCTIONNEMENT, PREFIGURATION, STATEMENT, Column
from workbooks.template_values import BudgetLine, DocumentValues, Row, Value

_NOTE = "Exemple rempli : structures et montants sont inventés ; le nom du Pays est réel."
_YEARS = (2010, 2011, 2012)


def example_values(document: str) -> DocumentValues:
    """A small, complete and balanced example of a document (a name of DOCUMENTS). The pipeline finds nothing to say of it."""
    builders = {PREFIGURATION: _study, FONCTIONNEMENT: _posts, COMPTE_RENDU: _report, STATEMENT: _statement, DECISIONS: _decisions}
    return builders[document]()


def example(column: Column) -> Value:
    """A column's example as a cell's value: a date for a date, a number for a number."""
    value = column.example
    if column.kind == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    return Decimal(str(value)) if isinstance(value, float) else value


def example_row(kind: str, document: str, **changes: Value) -> dict[str, Value]:
    """A row of a sheet made of its columns' examples, some of them changed."""
    row = {c.name: example(c) for c in sheet_specs()[kind].columns if c.used_in(document) and c.example is not None}
    return {**row, **changes}


def _identity(document: str, **changes: Value) -> Row:
    return example_row("identification", document, type_document=document, **changes)


def _lines(amounts: Mapping[str, tuple[int, ...]], years: tuple[int, ...]) -> tuple[BudgetLine, ...]:
    return tuple(BudgetLine(compte, dict(zip(years, values, strict=True))) for compte, values in amounts.items())


def _partners(document: str) -> list[Row]:
    return [
        example_row("partenaires", document),
        example_row("partenaires", document, partenaire="Mutuelle exemple", famille="mutuelle"),
        example_row("partenaires", document, partenaire="Association exemple", famille="association", role="Structure porteuse"),
    ]


def _plan(document: str, year: int, region: int, departement: int) -> list[Row]:
    secured: dict[str, Value] = {
        "type_financeur": "Département", "financeur": "Conseil général du Morbihan", "sollicite_eur": departement,
        "acquis_eur": departement if year == _YEARS[0] else None,
        "statut": "voté" if year == _YEARS[0] else "à solliciter",
    }  # fmt: skip
    if year == _YEARS[0]:
        secured |= {"date_decision": date(2010, 5, 20), "reference": "DEL-2010-001"}
    return [
        example_row("plan", document, exercice=year, sollicite_eur=region),
        example_row("plan", document, exercice=year, **secured),
    ]


def _study() -> DocumentValues:
    years = _YEARS[:1]
    budget = {
        "606": (800,), "622": (26000,), "625": (1700,), "641": (6000,), "645": (2500,), "860": (1200,), "756": (1000,), "RP": (3000,),
        "870": (1200,),
    }  # fmt: skip
    return DocumentValues(
        identification=_identity(PREFIGURATION, date_fin=date(2010, 12, 31)),
        exercices=_YEARS,
        budget=_lines(budget, years),
        tables={"plan": _plan(PREFIGURATION, 2010, 25000, 8000), "partenaires": _partners(PREFIGURATION)},
        notes=(_NOTE,),
    )


def _posts() -> DocumentValues:
    budget = {
        "606": (1200, 1200, 1200), "613": (2400, 2400, 2400), "625": (2000, 2100, 2200), "641": (29000, 29500, 30000),
        "645": (13000, 13300, 13600), "861": (1500, 1500, 1500), "70": (1000, 1800, 2600), "756": (1600, 1700, 1800),
        "871": (1500, 1500, 1500),
    }  # fmt: skip
    plan = [row for year in _YEARS for row in _plan(FONCTIONNEMENT, year, 35000, 10000)]
    posts = [
        example_row("postes", FONCTIONNEMENT, annuite=i, exercice=y, cout_charge_eur=cost)
        for i, (y, cost) in enumerate(zip(_YEARS, (42000, 42800, 43600), strict=True), start=1)
    ]
    return DocumentValues(
        identification=_identity(FONCTIONNEMENT),
        exercices=_YEARS,
        budget=_lines(budget, _YEARS),
        tables={"plan": plan, "postes": posts, "partenaires": _partners(FONCTIONNEMENT)},
        notes=(_NOTE,),
    )


def _report() -> DocumentValues:
    rows: list[Row] = [
        example_row("realise", COMPTE_RENDU, compte=641),
        example_row("realise", COMPTE_RENDU, compte=645, libelle="Charges sociales", prevu_eur=13000, realise_eur=12800),
        example_row("realise", COMPTE_RENDU, compte=74, libelle="Région", prevu_eur=35000, realise_eur=35000, explication=None),
        example_row("realise", COMPTE_RENDU, compte=756, libelle="Cotisations", prevu_eur=8000, realise_eur=7300, explication="Adhésions"),
    ]
    return DocumentValues(identification=_identity(COMPTE_RENDU), tables={"realise": rows}, notes=(_NOTE,))


def _statement() -> DocumentValues:
    rows: list[Row] = [example_row("engagements", STATEMENT), example_row("engagements", STATEMENT, pays_code="Pays d'Auray", verse_eur=0)]
    return DocumentValues(identification=_identity(STATEMENT), tables={"engagements": rows}, notes=(_NOTE,))


def _decisions() -> DocumentValues:
    kinds = DOCUMENTS[DECISIONS].optional
    tables: dict[str, list[Row]] = {kind: [example_row(kind, DECISIONS)] for kind in kinds}
    return DocumentValues(identification=_identity(DECISIONS), tables=tables, notes=(_NOTE,))
