"""dictionnaire.md: every sheet of every document, the lists behind them, every output table."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import polars as pl
from ecriture import anchor, table
from pandera.api.polars.components import Column as PanderaColumn

from schemas.accounts import AMOUNT_COLUMN, CHARGES_COLUMN, PRODUITS_COLUMN, SUBTOTALS, accounts
from schemas.documents import SHEETS, sheet_specs
from schemas.financers import CERFA_LABELS, TYPES, known_financers
from schemas.pays import all_pays
from schemas.rules import RULES
from schemas.spec import DOCUMENTS, VOLETS, Column, Document, SheetSpec
from schemas.tables import TABLES, key_of
from schemas.text import euros, french_date, listing, normalise, number

KINDS = {
    "texte": "texte",
    "montant": "montant en euros",
    "nombre": "nombre",
    "entier": "nombre entier",
    "annee": "année (4 chiffres)",
    "date": "date (jj/mm/aaaa)",
    "siret": "SIRET (14 chiffres)",
    "choix": "valeur d'une liste",
    "pays": "nom ou code d'un Pays",
    "pole": "nom d'un pôle",
    "compte": "numéro de compte",
}
TYPES_OF_OUTPUT: dict[type[pl.DataType], str] = {
    pl.String: "texte",
    pl.Int64: "entier",
    pl.Decimal: "décimal exact",
    pl.Date: "date",
    pl.Boolean: "oui ou non",
}
BUDGET_YEARS = (
    "Suivent les exercices : **une colonne par année**, dont l'en-tête est l'année (2010, 2011…). Les deux blocs du cerfa côte à côte "
    "(charges à gauche, produits à droite) conviennent aussi."
)
UNLESS_IN_TABLE = {"financeur", "type_financeur"}
"""Identification of a statement: not needed where the column of Engagements bears them."""


def dictionary() -> Iterator[str]:
    """The lines of the page."""
    specs = sheet_specs()
    yield "# Dictionnaire des données"
    yield ""
    yield "Ce que disent les classeurs reçus, feuille par feuille, puis ce que contiennent les tables produites."
    yield ""
    yield "Libellés et valeurs sont comparés sans tenir compte de la casse, des accents, de la ponctuation ni des espaces répétés. L'ordre "
    yield "des colonnes, les lignes au-dessus de l'en-tête, les feuilles et les colonnes en plus sont sans effet. Un intitulé est aussi"
    yield "reconnu sans ses articles, ses pluriels, une unité (« en k€ ») ou un renvoi de note. Ce qui est lu quand un classeur s'écarte du"
    yield "modèle est dans [Ce que le logiciel lit](lecture.md)."
    yield ""
    yield "## Les documents reçus"
    yield ""
    yield from table(
        ("Type de document", "Envoyé par", "Feuilles obligatoires", "Feuilles facultatives"),
        (
            (d.name, d.sender, ", ".join(_sheet_link(k, d) for k in d.required), ", ".join(_sheet_link(k, d) for k in d.optional) or "—")
            for d in DOCUMENTS.values()
        ),
    )
    yield "## Autres noms des feuilles"
    yield ""
    yield "Crus quand aucune feuille ne porte le nom attendu. Un numéro devant (`2. Budget`) ou une année derrière (`Budget 2010`) n'y"
    yield "changent rien. Si plusieurs feuilles conviennent, aucune n'est lue : c'est une question ([TAB005](regles.md#tab005))."
    yield ""
    yield from table(("Feuille", "Autres noms admis"), ((s.title, ", ".join(s.aliases)) for s in specs.values() if s.aliases))
    for document in DOCUMENTS.values():
        yield f"## Identification – {document.name}"
        yield ""
        yield "Les libellés dans une colonne, les valeurs dans la suivante."
        yield ""
        yield from _columns(specs["identification"], [document])
    for key, spec in specs.items():
        if key != "identification":
            yield from _sheet(key, spec)
    yield from _lists()
    yield from _outputs()


def _sheet_link(key: str, document: Document) -> str:
    title = SHEETS[key][0]
    target = f"Identification – {document.name}" if key == "identification" else f"Feuille {title}"
    return f"[{title}](#{anchor(target)})"


def _sheet(key: str, spec: SheetSpec) -> Iterator[str]:
    documents = [d for d in DOCUMENTS.values() if key in d.sheets]
    yield f"## Feuille {spec.title}"
    yield ""
    yield f"Dans : {listing((d.name for d in documents), 'et')}."
    yield ""
    yield from _columns(spec, documents)
    if key == "budget":
        yield BUDGET_YEARS
        yield ""
        yield from table(
            ("Autres en-têtes du budget", "Ce qu'ils veulent dire"),
            (
                (", ".join(CHARGES_COLUMN), "bloc des charges du cerfa : le compte et son intitulé dans une même colonne"),
                (", ".join(PRODUITS_COLUMN), "bloc des produits du cerfa, de même"),
                (
                    ", ".join(AMOUNT_COLUMN),
                    "la seule colonne de montants ; l'exercice est dit au-dessus, ou c'est la seule année du dossier",
                ),
                (", ".join(SUBTOTALS), "titres du cerfa : un montant à côté est un sous-total, passé"),
            ),
        )
        yield "Les comptes sont ceux de la liste [Comptes du budget](#comptes-du-budget)."
        yield ""


def _columns(spec: SheetSpec, documents: list[Document]) -> Iterator[str]:
    used = [c for c in spec.columns if any(c.used_in(d.name) for d in documents)]
    yield from table(
        ("Libellé", "Contenu", "Obligatoire", "Valeurs admises", "Autres libellés admis", "Description", "Exemple"),
        (
            (
                f"**{c.label}**",
                KINDS[c.kind],
                _required(c, spec, documents),
                ", ".join(_choices(c, spec, documents)),
                ", ".join(c.aliases),
                c.description + (f" Vide : {c.default}." if c.default is not None else ""),
                _example(c),
            )
            for c in used
        ),
    )


def _choices(column: Column, spec: SheetSpec, documents: list[Document]) -> tuple[str, ...]:
    if spec.key == "identification" and column.name == "type_document":
        return tuple(d.name for d in documents)
    return column.choices


def _required(column: Column, spec: SheetSpec, documents: list[Document]) -> str:
    if any(column.required_in(d.name) for d in documents):
        if column.alternative:
            return f"oui, ou « {spec.column(column.alternative).label} »"
        if spec.key == "identification" and column.name in UNLESS_IN_TABLE:
            return "oui, sauf si la feuille Engagements le donne"
        return "oui"
    volets = [v for v in VOLETS if column.required_in("", v)]
    return f"pour le volet {listing(volets)}" if volets else "non"


def _example(column: Column) -> str:
    value = column.example
    if value is None:
        return ""
    if column.kind == "date":
        return french_date(date.fromisoformat(str(value)))
    if column.kind == "montant":
        return euros(Decimal(str(value)))
    return number(Decimal(str(value))) if isinstance(value, float) else str(value)


def _lists() -> Iterator[str]:
    yield "## Comptes du budget"
    yield ""
    yield "Un compte plus long se lit sous celui de la liste par lequel il commence (6411 sous 641)."
    yield ""
    yield from table(
        ("Compte", "Intitulé", "Sens", "Rubrique", "Autres intitulés admis"),
        ((f"**{a.code}**" if a.is_heading else a.code, a.label, a.side, a.heading, ", ".join(a.aliases)) for a in accounts().values()),
    )
    yield "## Types de financeur"
    yield ""
    yield "Une sous-ligne du compte 74 porte de nouveau le compte 74, et en libellé un type de financeur ou l'intitulé du cerfa."
    yield ""
    labels = {t: [k for k, v in CERFA_LABELS.items() if v == t and normalise(k) != normalise(t)] for t in TYPES}
    yield from table(("Type", "Intitulés du cerfa admis"), ((t, " ; ".join(found)) for t, found in labels.items()))
    yield "## Financeurs connus"
    yield ""
    yield "Reconnus par leur SIREN, puis par leur nom au sein du type. La configuration en [ajoute](parametres.md#cofinanceurs-ajoutés)."
    yield ""
    yield from table(
        ("Code", "Nom", "Type", "SIREN", "Autres noms"),
        ((f"`{f.code}`", f.name, f.type, f.siren, " ; ".join(f.aliases)) for f in known_financers()),
    )
    yield "## Les 21 Pays"
    yield ""
    yield from table(
        ("Code", "Nom", "Autres noms admis", "Départements", "Pôle en octobre 2010"),
        ((p.code, p.name, " ; ".join((p.short_name, *p.aliases)), ", ".join(p.departements), p.pole) for p in all_pays().values()),
    )


def _outputs() -> Iterator[str]:
    yield "## Tables produites"
    yield ""
    yield "Dans `donnees/` sous les sorties, en `.parquet` et en `.csv`. Les colonnes en gras forment la clé, unique. Les montants sont "
    yield "des décimaux exacts à deux chiffres."
    yield ""
    for name, model in TABLES.items():
        key = key_of(model)
        yield f"### Table {name}"
        yield ""
        yield from table(
            ("Colonne", "Type", "Clé", "Valeurs possibles", "Description"),
            (
                (
                    f"**{c}**" if c in key else c,
                    TYPES_OF_OUTPUT[column.dtype.type.base_type()],
                    "oui" if c in key else "",
                    _possible(column),
                    column.description or "",
                )
                for c, column in model.to_schema().columns.items()
            ),
        )


def _possible(column: PanderaColumn) -> str:
    allowed = next((c.statistics["allowed_values"] for c in column.checks if "allowed_values" in (c.statistics or {})), ())
    return "un [code de règle](regles.md)" if set(allowed) == set(RULES) else ", ".join(allowed)
