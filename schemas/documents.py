"""The five documents and the sheets of each (contract §1)."""

from dataclasses import dataclass

from schemas.budget import Budget
from schemas.columns import Column, Sheet, columns_of
from schemas.decisions import Arbitrages, Decisions, Derogations, Etapes, Mandats
from schemas.engagements import Engagements
from schemas.identification import COMPTE_RENDU, DECISIONS, FONCTIONNEMENT, PREFIGURATION, STATEMENT, Identification
from schemas.partenaires import Partenaires
from schemas.plan import Plan
from schemas.postes import Postes
from schemas.realise import Realise

SHEETS: dict[str, tuple[str, type[Sheet]]] = {
    "identification": ("Identification", Identification),
    "budget": ("Budget", Budget),
    "plan": ("Plan de financement", Plan),
    "postes": ("Postes", Postes),
    "partenaires": ("Partenaires", Partenaires),
    "realise": ("Réalisé", Realise),
    "engagements": ("Engagements", Engagements),
    "decisions": ("Décisions", Decisions),
    "etapes": ("Étapes", Etapes),
    "mandats": ("Mandats", Mandats),
    "derogations": ("Dérogations", Derogations),
    "arbitrages": ("Arbitrages", Arbitrages),
}
"""Key → (the sheet's name in a workbook, its model)."""


@dataclass(frozen=True)
class SheetSpec:
    """A sheet as the reader and the template need it: plain data, cheap to hand to another process."""

    key: str
    title: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The column whose field bears that name."""
        return next(c for c in self.columns if c.name == name)


@dataclass(frozen=True)
class Document:
    """One kind of workbook. `required` and `optional` are keys of SHEETS, in the order of the workbook."""

    name: str
    slug: str
    sender: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def sheets(self) -> tuple[str, ...]:
        """All sheets, in the order of the workbook."""
        return (*self.required, *self.optional)


DOCUMENTS: dict[str, Document] = {
    d.name: d
    for d in (
        Document(
            PREFIGURATION, "dossier-prefiguration", "un Pays ou une structure porteuse", ("identification", "budget", "plan", "partenaires")
        ),
        Document(
            FONCTIONNEMENT,
            "dossier-fonctionnement",
            "un pôle ou une structure porteuse",
            ("identification", "budget", "plan", "postes", "partenaires"),
        ),
        Document(COMPTE_RENDU, "compte-rendu-financier", "une structure porteuse", ("identification", "realise")),
        Document(STATEMENT, "etat-cofinanceur", "un cofinanceur", ("identification", "engagements")),
        Document(
            DECISIONS,
            "decisions-region",
            "le service de la Région",
            ("identification",),
            ("decisions", "etapes", "mandats", "derogations", "arbitrages"),
        ),
    )
}


def sheet_specs() -> dict[str, SheetSpec]:
    """Every sheet of the contract, described by its model's columns."""
    return {key: SheetSpec(key, title, columns_of(model)) for key, (title, model) in SHEETS.items()}
