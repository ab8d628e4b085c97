"""One workbook per mistake: a sound dossier with exactly one thing wrong, to show each rule of a single file and to test it.

Everything in them is invented but the names of the Pays.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from schemas.accounts import IN_KIND, accounts
from schemas.budget import CHARGES_TOTAL
from schemas.parameters import Config
from schemas.rules import RULES, Gravity
from schemas.spec import DECISIONS, FONCTIONNEMENT, PREFIGURATION, STATEMENT
from workbooks.mistakes_files import far_cell_workbook, other_workbook, protected_workbook
from workbooks.mistakes_layout import renamed, with_hidden_row, with_merge, with_text
from workbooks.template import document_bytes, document_layout, example_values
from workbooks.template_layout import FIRST, Layout
from workbooks.template_values import BudgetLine, DocumentValues, Formula, Row, Value, amount

YEAR = 2010
_CHARGES = [code for code, account in accounts().items() if account.side == "charge" and account.heading not in IN_KIND]
_DAY = date(2010, 6, 15)
_NOTE = "Exemple d'erreur, à ne pas suivre : structures et montants sont inventés."


@dataclass(frozen=True)
class Mistake:
    """A written file and the finding that it must give: its rule, and its sheet and cell (empty where the rule has none)."""

    file: str
    code: str
    sheet: str
    cell: str
    gravity: Gravity


@dataclass(frozen=True)
class _Case:
    """A file to write: `make` gives its bytes; `place` its sheet and cell."""

    code: str
    slug: str
    make: Callable[[Config], bytes]
    place: Callable[[Config], tuple[str, str]] = lambda _: ("", "")


def write_mistakes(folder: Path, config: Config) -> list[Mistake]:
    """Write one file per mistake in `folder`, made where missing: `CODE-slug.xlsx`. Gives what each must be told."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for case in _cases():
        name = f"{case.code}-{case.slug}.xlsx"
        (folder / name).write_bytes(case.make(config))
        found.append(Mistake(name, case.code, *case.place(config), RULES[case.code].gravity))
    # The same bytes under a second name; the first one, in the order of paths, is the one that counts.
    (folder / _TWIN).write_bytes(document_bytes(PREFIGURATION, config, day=_DAY, values=study()))
    return found


_TWIN = "FIC007-meme-fichier-1.xlsx"


def study(**changes: Value) -> DocumentValues:
    """A sound dossier de préfiguration; `changes` go to its Identification."""
    base = example_values(PREFIGURATION)
    return replace(base, identification={**base.identification, **changes}, exercices=(YEAR,), notes=(_NOTE,))


def posts(**changes: Value) -> DocumentValues:
    """A sound dossier de fonctionnement of one exercice; `changes` go to its Identification."""
    base = example_values(FONCTIONNEMENT)
    lines = tuple(replace(line, amounts={YEAR: line.amounts[YEAR]}) for line in base.budget)
    tables = {kind: [r for r in rows if r.get("exercice", YEAR) == YEAR] for kind, rows in base.tables.items()}
    identity: Row = {**base.identification, "date_fin": date(YEAR, 12, 31), **changes}
    return replace(base, identification=identity, exercices=(YEAR,), budget=lines, tables=tables, notes=(_NOTE,))


def with_cell(values: DocumentValues, kind: str, name: str, value: Value, line: int = 0) -> DocumentValues:
    """The same document with one cell of a table changed."""
    rows = [dict(r) for r in values.tables[kind]]
    rows[line][name] = value
    return replace(values, tables={**values.tables, kind: rows})


def with_rows(values: DocumentValues, kind: str, rows: Iterable[Row]) -> DocumentValues:
    """The same document with other rows in a table."""
    return replace(values, tables={**values.tables, kind: list(rows)})


def with_budget(values: DocumentValues, changes: Mapping[str | tuple[str, str], Value], exercice: int = YEAR) -> DocumentValues:
    """The same document with some amounts of the Budget changed, by account (or account and label)."""
    keyed = {(key, "") if isinstance(key, str) else key: value for key, value in changes.items()}
    kept = [line for line in values.budget if (line.compte, line.libelle) not in keyed]
    added = [BudgetLine(compte, {exercice: value}, libelle) for (compte, libelle), value in keyed.items()]
    return replace(values, budget=(*kept, *added))


def _document(document: str, values: DocumentValues) -> Callable[[Config], bytes]:
    deposit = values.identification["date_depot"]
    day = deposit if isinstance(deposit, date) else _DAY
    return lambda config: document_bytes(document, config, day=day, values=values)


def _at(document: str, values: DocumentValues, kind: str, where: Callable[[Layout], str]) -> Callable[[Config], tuple[str, str]]:
    def place(config: Config) -> tuple[str, str]:
        layout = document_layout(document, config, values)
        return layout.title(kind), where(layout)

    return place


def _case(code: str, slug: str, document: str, values: DocumentValues, kind: str, where: Callable[[Layout], str]) -> _Case:
    return _Case(code, slug, _document(document, values), _at(document, values, kind, where))


def _in_table(code: str, slug: str, document: str, values: DocumentValues, kind: str, name: str, line: int = 0) -> _Case:
    return _case(code, slug, document, values, kind, lambda layout: layout.cell(kind, name, line))


def _in_identity(code: str, slug: str, document: str, values: DocumentValues, name: str) -> _Case:
    return _case(code, slug, document, values, "identification", lambda layout: layout.field(name))


def _in_budget(code: str, slug: str, values: DocumentValues, compte: str, libelle: str = "") -> _Case:
    return _case(code, slug, FONCTIONNEMENT, values, "budget", lambda layout: layout.amount(compte, YEAR, libelle))


def _no_cell(code: str, slug: str, document: str, values: DocumentValues, kind: str = "") -> _Case:
    where = _at(document, values, kind, lambda _: "") if kind else lambda _: ("", "")
    return _Case(code, slug, _document(document, values), where)


def _cases() -> list[_Case]:
    """All cases, in the order of the catalogue."""
    whole = [*_file_cases(), *_table_cases(), *_layout_cases(), *_cell_cases(), *_identity_cases()]
    return [*whole, *_cap_cases(), *_sum_cases(), *_financer_cases(), *_other_cases()]


def _file_cases() -> list[_Case]:
    decisions = example_values(DECISIONS)
    return [
        _Case("FIC001", "texte-renomme", lambda _: "Ceci est un texte, enregistré sous un nom de classeur.\n".encode()),
        _Case("FIC002", "mot-de-passe", lambda _: protected_workbook()),
        _Case("FIC003", "cellule-au-bout-du-monde", lambda _: far_cell_workbook(_DAY)),
        _Case("FIC004", "autre-document", lambda _: other_workbook(_DAY)),
        _in_identity("FIC006", "decisions-hors-dossier", DECISIONS, replace(decisions, notes=(_NOTE,)), "type_document"),
        _no_cell("FIC007", "meme-fichier-2", PREFIGURATION, study()),
    ]


def _table_cases() -> list[_Case]:
    without = replace(study(), sheets=("identification", "budget", "plan"))
    missing = replace(study(), columns={"partenaires": ("partenaire", "role")})
    unknown = replace(study(), columns={"partenaires": ("partenaire", "famille", "role", "Ville")})
    double = replace(study(), columns={"partenaires": ("partenaire", "famille", "famille", "role")})
    return [
        _no_cell("TAB001", "feuille-manquante", PREFIGURATION, without),
        _no_cell("TAB002", "colonne-manquante", PREFIGURATION, missing, "partenaires"),
        _case("TAB003", "colonne-inconnue", PREFIGURATION, unknown, "partenaires", lambda x: x.header("partenaires", "Ville")),
        _case("TAB004", "colonne-en-double", PREFIGURATION, double, "partenaires", lambda x: x.header("partenaires", "famille", 1)),
    ]


def _layout_cases() -> list[_Case]:
    """What no template has is put into a sound workbook, once written."""

    def changed(case: _Case, change: Callable[[bytes], bytes]) -> _Case:
        return replace(case, make=lambda config: change(case.make(config)))

    shared, plan = with_cell(study(), "partenaires", "role", None, 1), study().tables["plan"]
    note = with_rows(study(), "plan", [*plan, {"type_financeur": "NB : sous réserve du vote de chaque assemblée"}])
    hidden = _in_table("TAB006", "ligne-masquee", PREFIGURATION, study(), "partenaires", "partenaire", 1)
    merged = _in_table("TAB007", "cellules-fusionnees", PREFIGURATION, shared, "partenaires", "role")
    untaxed = _case("TAB008", "montants-hors-taxes", PREFIGURATION, study(), "plan", lambda x: x.header("plan", "sollicite_eur"))
    return [
        changed(_no_cell("TAB005", "feuille-en-double", PREFIGURATION, study()), lambda data: renamed(data, "Lisez-moi", "Budget.")),
        changed(hidden, lambda data: with_hidden_row(data, "Partenaires", FIRST + 2)),
        changed(merged, lambda data: with_merge(data, "Partenaires", f"C{FIRST + 1}:C{FIRST + 2}")),
        changed(untaxed, lambda data: with_text(data, "Montant sollicité", "Montant sollicité HT")),
        _in_table("TAB009", "note-dans-le-tableau", PREFIGURATION, note, "plan", "type_financeur", len(plan)),
    ]


def _cell_cases() -> list[_Case]:
    def cost(value: Value) -> DocumentValues:
        return with_cell(posts(), "postes", "cout_charge_eur", value)

    def at_cost(code: str, slug: str, value: Value) -> _Case:
        return _in_table(code, slug, FONCTIONNEMENT, cost(value), "postes", "cout_charge_eur")

    # A text counts for nothing in the formula of account 74: the sender writes the amount there too.
    conditional = with_budget(with_cell(study(), "plan", "sollicite_eur", "8 000 € (sous réserve)", 1), {("74", "Département"): 8000})
    conditional = with_cell(conditional, "plan", "acquis_eur", None, 1)
    conditional = with_cell(conditional, "plan", "statut", "sollicité", 1)
    # Only the signs are wrong: the budget balances with 500 € of gifts, and the account is 604 with the letter O.
    negative = with_budget(posts(), {"758": -500, "756": 1100})
    unknown = with_budget(posts(), {"6O4": 0})
    return [
        _in_identity("CEL101", "valeur-manquante", PREFIGURATION, study(structure_porteuse=None), "structure_porteuse"),
        at_cost("CEL102", "montant-illisible", "2x21000"),
        _in_identity("CEL103", "date-illisible", FONCTIONNEMENT, posts(date_validation="fin 2009"), "date_validation"),
        _in_table("CEL104", "hors-liste", PREFIGURATION, with_cell(study(), "partenaires", "famille", "club"), "partenaires", "famille"),
        at_cost("CEL105", "cellule-en-erreur", Formula("=#REF!*12", "#REF!")),
        at_cost("CEL106", "formule-sans-resultat", Formula("=3500*12", None)),
        _in_budget("CEL107", "montant-negatif", negative, "758"),
        _in_identity("CEL108", "siret-non-valide", PREFIGURATION, study(siret="12345678900011"), "siret"),
        at_cost("CEL109", "montant-en-texte", "42 000,00 €"),
        _in_table("CEL110", "sous-reserve", PREFIGURATION, conditional, "plan", "sollicite_eur", 1),
        _in_table("CEL111", "statut-contredit", PREFIGURATION, with_cell(study(), "plan", "statut", "sollicité", 1), "plan", "statut", 1),
        _case("CEL112", "compte-inconnu", FONCTIONNEMENT, unknown, "budget", lambda x: "A" + x.amount("6O4", YEAR)[1:]),
    ]


def _identity_cases() -> list[_Case]:
    statement = with_rows(example_values(STATEMENT), "engagements", example_values(STATEMENT).tables["engagements"][:1])
    several = with_cell(with_cell(replace(statement, notes=(_NOTE,)), "engagements", "pays_code", None), "engagements", "pole", "ADESS")
    late = with_budget(replace(posts(), exercices=(YEAR, 2013)), {"604": 500}, 2013)
    late = replace(late, budget=(*late.budget, BudgetLine("RP", {2013: 500})))
    return [
        _in_identity("IDE201", "pays-inconnu", PREFIGURATION, study(pays_code="Pays de Guinguamp"), "pays_code"),
        _in_table("IDE202", "pole-de-plusieurs-pays", STATEMENT, several, "engagements", "pole"),
        _case("IDE203", "exercice-hors-periode", FONCTIONNEMENT, late, "budget", lambda x: x.year(2013)),
        _in_identity("IDE204", "adossement-sans-structure", FONCTIONNEMENT, posts(mode_creation="adossement"), "structure_adossement"),
    ]


def _region(values: DocumentValues, asked: int) -> DocumentValues:
    """The Région is asked for another amount, and own resources keep the exercice in balance."""
    before = next(amount(r["sollicite_eur"]) for r in values.tables["plan"] if r["type_financeur"] == "Région")
    own = sum(amount(line.amounts[YEAR]) for line in values.budget if line.compte == "RP")
    return with_budget(with_cell(values, "plan", "sollicite_eur", asked), {"RP": own + before - asked})


def _cap_cases() -> list[_Case]:
    raised = with_budget(_region(posts(), 40000), {"RP": 0, "756": 0, "70": 0, "641": 31400})
    raised = with_cell(with_cell(raised, "postes", "aide_eur", 40000), "postes", "cout_charge_eur", 44400)
    half = with_cell(posts(), "postes", "etp", Decimal("0.5"))
    fourth = with_cell(posts(), "postes", "annuite", 4)
    costly = with_cell(posts(), "postes", "cout_charge_eur", 30000)
    return [
        _in_table("PRE201", "etude-au-dessus-du-plafond", PREFIGURATION, _region(study(), 28000), "plan", "sollicite_eur"),
        _in_table("FON201", "poste-au-dessus-du-plafond", FONCTIONNEMENT, raised, "postes", "aide_eur"),
        _in_table("FON202", "mi-temps-a-taux-plein", FONCTIONNEMENT, half, "postes", "aide_eur"),
        _in_table("FON301", "trois-postes", FONCTIONNEMENT, _three_posts(), "postes", "poste", 2),
        _in_table("FON302", "quatrieme-annuite", FONCTIONNEMENT, fourth, "postes", "annuite"),
        _in_table("FON306", "aide-superieure-au-cout", FONCTIONNEMENT, costly, "postes", "aide_eur"),
    ]


def _three_posts() -> DocumentValues:
    """Three posts that ask together for what one did."""
    first = posts().tables["postes"][0]
    rows = [{**first, "poste": f"Poste {i}", "aide_eur": aid} for i, aid in ((1, 12000), (2, 12000), (3, 11000))]
    return with_rows(posts(), "postes", rows)


def _sum_cases() -> list[_Case]:
    charges = sum((amount(line.amounts[YEAR]) for line in posts().budget if line.compte in _CHARGES), Decimal(0))
    heading = with_budget(posts(), {"64": 43000, CHARGES_TOTAL: charges})
    other_total = with_budget(posts(), {CHARGES_TOTAL: charges + 1000})
    unlike = with_budget(posts(), {("74", "Département"): 12000, "RP": 0, "70": 0, "756": 600})
    fewer = with_cell(posts(), "postes", "aide_eur", 33000)
    return [
        _in_budget("BUD301", "budget-non-equilibre", with_budget(posts(), {"RP": 500}), "TOTAL DES PRODUITS"),
        _in_budget("BUD302", "contributions-en-nature", with_budget(posts(), {"871": 1000}), "861"),
        _in_budget("BUD303", "total-inexact", other_total, CHARGES_TOTAL),
        _no_cell("BUD304", "rubrique-differente", FONCTIONNEMENT, heading, "budget"),
        _in_budget("BUD305", "plan-et-budget-differents", unlike, "74", "Département"),
        _in_table("BUD306", "plan-et-postes-differents", FONCTIONNEMENT, fewer, "plan", "sollicite_eur"),
    ]


def _financer_cases() -> list[_Case]:
    misspelt = with_cell(study(), "plan", "financeur", "Consel général du Morbihan", 1)
    two = with_cell(study(), "plan", "siret", "222900011", 1)
    paid = with_cell(example_values(STATEMENT), "engagements", "verse_eur", 12000)
    return [
        _in_table("COF406", "financeur-inconnu", PREFIGURATION, misspelt, "plan", "financeur", 1),
        _in_table("COF407", "siren-et-nom-differents", PREFIGURATION, two, "plan", "financeur", 1),
        _no_cell("COF409", "verse-superieur-au-vote", STATEMENT, paid, "engagements"),
    ]


def _other_cases() -> list[_Case]:
    only = [{"partenaire": f"Association {name}", "famille": "association", "role": "Membre"} for name in ("exemple", "voisine")]
    years: Row = {"campagne": 2015, "date_depot": date(2015, 6, 1), "date_debut": date(2015, 1, 1), "date_fin": date(2015, 12, 31)}
    return [
        _no_cell("PAR301", "associations-seulement", PREFIGURATION, with_rows(study(), "partenaires", only), "partenaires"),
        _no_cell("PAR302", "aucun-partenaire", PREFIGURATION, with_rows(study(), "partenaires", []), "partenaires"),
        _no_cell("REG401", "regle-sans-valeur", PREFIGURATION, _moved(study(**years), 2015)),
    ]


def _moved(values: DocumentValues, exercice: int) -> DocumentValues:
    """The same dossier for another exercice."""
    lines = tuple(replace(line, amounts={exercice: line.amounts[YEAR]}) for line in values.budget)
    voted = {"date_decision": date(exercice, 5, 20)}
    plan: list[Row] = [{**r, "exercice": exercice, **(voted if "date_decision" in r else {})} for r in values.tables["plan"]]
    return replace(with_rows(values, "plan", plan), exercices=(exercice,), budget=lines)
