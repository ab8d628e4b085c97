"""The register's journal: which bytes arrived when, under which name, with which decision. Entries are added, never changed."""

from datetime import date
from typing import Annotated

import pandera.polars as pa
import polars as pl

from schemas.tables import DECISIONS, Table, polars_schema

ARRIVED = "arrivé"
DECIDED = "décidé"
REMOVED = "retiré"
EVENTS = (ARRIVED, DECIDED, REMOVED)

Instant = Annotated[pl.Datetime, "us", "UTC"]


class Journal(Table):
    """An entry per file of which a run learned something. A file whose bytes change under one name arrives again."""

    numero: int = pa.Field(ge=1, description="Rang du passage qui l'a inscrit : celui de son fichier.", metadata={"key": True})
    fichier: str = pa.Field(description="Chemin relatif au dossier des dépôts, avec « / ».", metadata={"key": True})
    instant: Instant = pa.Field(description="Quand le passage l'a inscrit, en temps universel.")
    date_arrete: date = pa.Field(description="Jour pour lequel le passage parlait.")
    evenement: str = pa.Field(isin=list(EVENTS), description="arrivé (contenu nouveau sous ce nom), décidé (décision changée) ou retiré.")
    empreinte: str = pa.Field(nullable=True, description="sha256 du contenu ; vide s'il n'a pas pu être lu.")
    taille: int = pa.Field(nullable=True, description="Taille en octets.")
    decision: str = pa.Field(nullable=True, isin=list(DECISIONS), description="Décision ; vide pour un fichier retiré.")
    motif: str = pa.Field(nullable=True, description="Pourquoi, en une phrase.")
    copie: str = pa.Field(nullable=True, description="Nom de sa copie dans registre/copies, s'il a été accepté.")


JOURNAL_SCHEMA = polars_schema(Journal)
