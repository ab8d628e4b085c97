"""The five documents and the sheets of each (contract §1)."""

from functools import cache

from schemas.budget import Budget
from schemas.columns import Sheet, columns_of
from schemas.decisions import Arbitrages, Decisions, Derogations, Etapes, Mandats
from schemas.engagements import Engagements
from schemas.identification import Identification
from schemas.partenaires import Partenaires
from schemas.plan import Plan
from schemas.postes import Postes
from schemas.realise import Realise
from schemas.spec import DOCUMENTS, Document, SheetSpec

__all__ = ["DOCUMENTS", "SHEETS", "Document", "SheetSpec", "sheet_specs"]

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


@cache
def sheet_specs() -> dict[str, SheetSpec]:
    """Every sheet of the contract, described by its model's columns."""
    return {key: SheetSpec(key, title, columns_of(model)) for key, (title, model) in SHEETS.items()}
