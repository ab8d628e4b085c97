"""The messy set: workbooks as they really come, each with the figures that a careful reader gets and what is said of it.

`tests/test_messy.py` reads them all by the whole path and compares; `docs/lecture.md` is made from the same list, by
`python -m tests.lecture`. A mess starts from a sound document; most must give exactly its figures.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from schemas.reading import Reading
from tests.builders import midnight
from tests.messy_files import PLAIN, Book, Look, Rows, put, xlsx

ACCEPTED, RESERVED, REJECTED = "accepté", "accepté avec réserves", "rejeté"
Figures = Mapping[str, int | str]
"""What is read, in euros: « Budget 604 2010 » → 18000."""


@dataclass(frozen=True)
class Mess:
    """One messy workbook: its `form` and what is done with it (`outcome`), in French for the page; its bytes; what reading it must give.

    `told` are all its findings, as « Budget C4 CEL102 »; `changes` what differs from the figures of the sound document (None: not there);
    `identity` some fields of the Identification; `asks` a question that must be asked, in words.
    """

    slug: str
    form: str
    outcome: str
    make: Callable[[], bytes]
    base: Figures
    told: Sequence[str] = ()
    changes: Mapping[str, int | str | None] = field(default_factory=dict)
    decision: str = ACCEPTED
    identity: Mapping[str, Any] = field(default_factory=dict)
    asks: str = ""
    suffix: str = ".xlsx"
    region: bool = False

    @property
    def file(self) -> str:
        """Its path in the inputs: that of the Région's own folder for decisions."""
        return f"{'region/' if self.region else ''}{self.slug}{self.suffix}"

    @property
    def figures(self) -> dict[str, int | str]:
        """What a careful reader gets."""
        return {key: value for key, value in {**self.base, **self.changes}.items() if value is not None}


# --- sound documents: plain tables, from A1

STUDY: Book = {
    "Identification": [
        ["Type de document", "Dossier de préfiguration"], ["Campagne", 2010], ["Date de dépôt", midnight(2010, 6, 15)], ["Version", 1],
        ["Pays", "Pays de Dinan"], ["Projet", 1], ["Structure porteuse", "Association exemple"], ["SIRET", None],
        ["Date de début", midnight(2010, 1, 1)], ["Date de fin", midnight(2010, 12, 31)],
    ],
    "Budget": [
        ["Compte", "Libellé", 2010], [604, "Prestations de services", 18000], [606, "Autres fournitures", 2000],
        [625, "Déplacements, missions", 1500], [641, "Rémunération des personnels", 3500], ["TOTAL DES CHARGES", None, 25000],
        [74, "Région", 20000], [74, "Département", 3000], ["RP", "Ressources propres", 2000], ["TOTAL DES PRODUITS", None, 25000],
    ],
    "Plan de financement": [
        ["Type de financeur", "Financeur", "Exercice", "Montant sollicité", "Montant acquis", "Statut"],
        ["Région", "Région Bretagne", 2010, 20000, None, "sollicité"],
        ["Département", "CG 22", 2010, 3000, None, "sollicité"],
        ["Ressources propres", "Association exemple", 2010, 2000, None, None],
    ],
    "Partenaires": [["Partenaire", "Famille"], ["Coopérative exemple", "coopérative"], ["Amicale exemple", "association"]],
}  # fmt: skip
STUDY_FIGURES: Figures = {
    "Budget 604 2010": 18000, "Budget 606 2010": 2000, "Budget 625 2010": 1500, "Budget 641 2010": 3500,
    "Budget TOTAL DES CHARGES 2010": 25000, "Budget 74 Région 2010": 20000, "Budget 74 Département 2010": 3000, "Budget RP 2010": 2000,
    "Budget TOTAL DES PRODUITS 2010": 25000, "Plan Région Bretagne 2010 sollicité": 20000, "Plan CG 22 2010 sollicité": 3000,
    "Plan Association exemple 2010 sollicité": 2000, "Partenaires": "Coopérative exemple, Amicale exemple",
}  # fmt: skip
POSTS: Book = {
    "Identification": [
        ["Type de document", "Dossier de fonctionnement"], ["Campagne", 2010], ["Date de dépôt", midnight(2010, 6, 15)], ["Version", 1],
        ["Pays", "Pays de Vannes"], ["Projet", 1], ["Pôle", "Pôle exemple"], ["Structure porteuse", "Association exemple"],
        ["Date de début", midnight(2010, 1, 1)], ["Date de fin", midnight(2011, 12, 31)],
        ["Date de validation du projet", midnight(2009, 11, 20)],
    ],
    "Budget": [
        ["Compte", "Libellé", 2010, 2011], [641, "Rémunération des personnels", 32000, 33000], [645, "Charges sociales", 10000, 10000],
        [74, "Région", 35000, 35000], [74, "Département", 7000, 8000],
    ],
    "Plan de financement": [
        ["Type de financeur", "Financeur", "Exercice", "Montant sollicité", "Montant acquis", "Statut"],
        ["Région", "Région Bretagne", 2010, 35000, None, "sollicité"], ["Région", "Région Bretagne", 2011, 35000, None, "sollicité"],
        ["Département", "CG 56", 2010, 7000, None, "sollicité"], ["Département", "CG 56", 2011, 8000, None, "sollicité"],
    ],
    "Postes": [
        ["Poste", "Annuité", "ETP", "Exercice", "Coût chargé", "Aide Région demandée"],
        ["Poste 1", 1, 1, 2010, 42000, 35000], ["Poste 1", 2, 1, 2011, 43000, 35000],
    ],
    "Partenaires": [["Partenaire", "Famille"], ["Coopérative exemple", "coopérative"]],
}  # fmt: skip
POSTS_FIGURES: Figures = {
    "Budget 641 2010": 32000, "Budget 641 2011": 33000, "Budget 645 2010": 10000, "Budget 645 2011": 10000, "Budget 74 Région 2010": 35000,
    "Budget 74 Région 2011": 35000, "Budget 74 Département 2010": 7000, "Budget 74 Département 2011": 8000,
    "Plan Région Bretagne 2010 sollicité": 35000, "Plan Région Bretagne 2011 sollicité": 35000, "Plan CG 56 2010 sollicité": 7000,
    "Plan CG 56 2011 sollicité": 8000, "Postes Poste 1/1 2010 coût": 42000, "Postes Poste 1/1 2010 aide": 35000,
    "Postes Poste 1/2 2011 coût": 43000, "Postes Poste 1/2 2011 aide": 35000, "Partenaires": "Coopérative exemple",
}  # fmt: skip
STATEMENT: Book = {
    "Identification": [
        ["Type de document", "État cofinanceur"], ["Campagne", 2010], ["Date de dépôt", midnight(2010, 9, 1)], ["Financeur", "CG 56"],
        ["Type de financeur", "Département"],
    ],
    "Engagements": [
        ["Pays", "Volet", "Exercice", "Montant voté", "Montant versé"],
        ["Pays de Vannes", "fonctionnement", 2010, 7000, 3500], ["Pays d'Auray", "préfiguration", 2010, 4000, None],
    ],
}  # fmt: skip
STATEMENT_FIGURES: Figures = {
    "Engagements 20 2010 voté": 7000, "Engagements 20 2010 versé": 3500, "Engagements 01 2010 voté": 4000,
}  # fmt: skip
REPORT: Book = {
    "Identification": [
        ["Type de document", "Compte rendu financier"], ["Campagne", 2010], ["Date de dépôt", midnight(2011, 2, 1)],
        ["Volet", "fonctionnement"], ["Pays", "Pays de Vannes"], ["Structure porteuse", "Association exemple"],
    ],
    "Réalisé": [
        ["Compte", "Libellé", "Exercice", "Prévu", "Réalisé", "Explication"],
        [641, "Rémunération", 2010, 32000, 31500, None], [645, "Charges sociales", 2010, 10000, 9800, None],
        [74, "Région", 2010, 35000, 35000, None],
    ],
}  # fmt: skip
REPORT_FIGURES: Figures = {
    "Réalisé 641 2010 prévu": 32000, "Réalisé 641 2010 réalisé": 31500, "Réalisé 645 2010 prévu": 10000, "Réalisé 645 2010 réalisé": 9800,
    "Réalisé 74 2010 prévu": 35000, "Réalisé 74 2010 réalisé": 35000,
}  # fmt: skip
DECISIONS: Book = {
    "Identification": [["Type de document", "Décisions Région"], ["Campagne", 2010], ["Date de dépôt", midnight(2010, 11, 2)]],
    "Décisions": [
        ["Pays", "Volet", "Nature", "Montant voté", "Postes accordés", "Premier exercice", "Durée (années)", "Date de décision",
         "Référence"],
        ["Pays de Vannes", "fonctionnement", "attribution", 105000, 1, 2010, 3, midnight(2010, 10, 28), "EX-1"],
    ],
    "Mandats": [
        ["Pays", "Volet", "Exercice", "N° de mandat", "Nature", "Date d'émission", "Montant"],
        ["Pays de Vannes", "fonctionnement", 2010, "M-1", "avance", midnight(2010, 12, 1), 17500],
    ],
}  # fmt: skip
DECISIONS_FIGURES: Figures = {"Décisions 20 attribution voté": 105000, "Mandats M-1 avance": 17500}


def changed(book: Book, cells: Mapping[str, Any] | None = None) -> dict[str, Rows]:
    """A document with some cells changed, as « Budget!C4 »."""
    made: dict[str, Rows] = dict(book)
    for place, value in (cells or {}).items():
        name, _, cell = place.partition("!")
        made[name] = put(made[name], {cell: value})
    return made


def _maker(base: Book, figures: Figures, region: bool = False) -> Callable[..., Mess]:
    """Make messes of a document: some cells (« Budget!C4 ») or whole sheets changed, in another layout."""

    def make(
        slug: str, form: str, outcome: str, cells: Mapping[str, Any] | None = None, *, look: Look = PLAIN, sheets: Book | None = None,
        **expected: Any,
    ) -> Mess:  # fmt: skip
        return Mess(slug, form, outcome, lambda: xlsx({**changed(base, cells), **(sheets or {})}, look), figures, region=region, **expected)

    return make


of_study, of_posts = _maker(STUDY, STUDY_FIGURES), _maker(POSTS, POSTS_FIGURES)
of_statement, of_report = _maker(STATEMENT, STATEMENT_FIGURES), _maker(REPORT, REPORT_FIGURES)
of_decisions = _maker(DECISIONS, DECISIONS_FIGURES, region=True)


# --- what a reading says, in the words of the figures above


def figures_of(reading: Reading) -> dict[str, int | str | Decimal]:
    """All amounts of a reading, by what they are; those of one thing add up. An amount that could not be read is not there."""
    found: dict[str, Any] = {}
    for kind, lines in _LINES.items():
        cells = reading.sheets.get(kind, {})
        for row in range(len(cells.get("ligne", ()))):
            line = {name: values[row] for name, values in cells.items()}
            for key, amount in lines(line):
                if amount:
                    found[key] = found.get(key, 0) + Decimal(amount) / 100
    partners = reading.sheets.get("partenaires", {}).get("partenaire", [])
    return found | ({"Partenaires": ", ".join(map(str, partners))} if partners else {})


Line = dict[str, Any]
_LINES: dict[str, Callable[[Line], list[tuple[str, int | None]]]] = {
    "budget": lambda r: [
        (f"Budget {r['compte'] or (r['libelle'] if r['niveau'] == 'total' else '?')}{_kind(r)} {r['exercice']}", r["montant_eur"])
    ],
    "plan": lambda r: [
        (f"Plan {r['financeur']} {r['exercice']} sollicité", r["sollicite_eur"]),
        (f"Plan {r['financeur']} {r['exercice']} acquis", r["acquis_eur"]),
    ],
    "postes": lambda r: [
        (f"Postes {r['poste']}/{r['annuite']} {r['exercice']} coût", r["cout_charge_eur"]),
        (f"Postes {r['poste']}/{r['annuite']} {r['exercice']} aide", r["aide_eur"]),
    ],
    "realise": lambda r: [
        (f"Réalisé {r['compte']} {r['exercice']} prévu", r["prevu_eur"]),
        (f"Réalisé {r['compte']} {r['exercice']} réalisé", r["realise_eur"]),
    ],
    "engagements": lambda r: [
        (f"Engagements {r['pays_code']} {r['exercice']} voté", r["vote_eur"]),
        (f"Engagements {r['pays_code']} {r['exercice']} versé", r["verse_eur"]),
    ],
    "decisions": lambda r: [(f"Décisions {r['pays_code']} {r['nature']} voté", r["vote_eur"])],
    "mandats": lambda r: [(f"Mandats {r['numero_mandat']} {r['nature']}", r["montant_eur"])],
}


def _kind(line: Line) -> str:
    return f" {line['type_financeur']}" if line["type_financeur"] else ""
