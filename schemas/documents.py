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

SHEET_ALIASES: dict[str, tuple[str, ...]] = {
    "identification": ("Identité", "Fiche d'identification", "Identification du projet", "Identification du porteur"),
    "budget": ("Budget prévisionnel", "Budget du projet", "Budget prévisionnel du projet", "Budget de l'action"),
    "plan": ("Plan financement", "Financements", "Financement"),
    "postes": ("Postes de chargé de mission", "Postes chargés de mission", "Chargés de mission"),
    "partenaires": ("Partenariat", "Partenariats", "Liste des partenaires"),
    "realise": ("Réalisation", "Bilan financier"),
    "engagements": ("Aides votées", "Subventions votées"),
    "decisions": ("Votes",),
    "mandats": ("Paiements", "Mandatements"),
}
"""Key → other names of a sheet, believed where none bears its own."""


@cache
def sheet_specs() -> dict[str, SheetSpec]:
    """Every sheet of the contract, described by its model's columns."""
    return {key: SheetSpec(key, title, columns_of(model), SHEET_ALIASES.get(key, ())) for key, (title, model) in SHEETS.items()}
