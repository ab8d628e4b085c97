"""What is asked again of a Pays: the table `relances`, and what each page says. Plain data between the arithmetic and the pages."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandera.polars as pa

from schemas.columns import Euros
from schemas.table import Table, key, money

FOLDER = "relances"
"""Where the pages are, below the outputs."""


class Relances(Table):
    """A row per Pays of which something is expected, for the campaign of the configuration."""

    pays_code: str = key("Code du Pays.")
    pays: str = pa.Field(description="Nom du Pays.")
    page: str = pa.Field(description="Page à envoyer, relative aux sorties.")
    motifs: str = pa.Field(description="Pourquoi, en clair.")
    classeurs: int = pa.Field(ge=0, description="Classeurs dont une version corrigée est attendue.")
    erreurs: int = pa.Field(ge=0, description="Erreurs ouvertes de ces classeurs.")
    avertissements: int = pa.Field(ge=0, description="Avertissements ouverts de ces classeurs.")
    cofinanceurs: int = pa.Field(ge=0, description="Cofinanceurs dont l'état est attendu.")
    attendu_eur: Euros = money("Ce que le dossier attend de ces cofinanceurs et qu'aucun état ne confirme.")
    date_limite: date = pa.Field(description="Réponse attendue au plus tard ce jour-là : l'arrêté, plus relances.delai_jours.")


@dataclass(frozen=True)
class ReceivedFile:
    """A file of the Pays that counts or waits for another version. `day` is the day of deposit that it states."""

    path: str
    document: str
    day: date | None
    version: int | None
    verdict: str


@dataclass(frozen=True)
class Remark:
    """An open error or warning, in words. `place` is « Budget C41 », « Budget », or empty."""

    error: bool
    place: str
    message: str
    correction: str


@dataclass(frozen=True)
class FileToMend:
    """A file of which a corrected version is expected. `annotated` is the name of its return, empty where there is none."""

    path: str
    annotated: str
    next_version: int
    rejected: bool
    remarks: tuple[Remark, ...]


@dataclass(frozen=True)
class Share:
    """What the dossier expects of a co-financer in one exercice; `secured` where it says that the aid is granted."""

    exercice: int
    amount: Decimal
    secured: bool


@dataclass(frozen=True)
class Unanswered:
    """A co-financer whose statement is expected. `rejected`: one came, and its errors set it aside."""

    name: str
    kind: str
    shares: tuple[Share, ...]
    rejected: bool


@dataclass(frozen=True)
class Reminder:
    """All that the page of one Pays says. `overdue` is the day by which its stage should have ended, where that day has passed."""

    pays_code: str
    pays: str
    campagne: int
    day: date
    deadline: date
    reasons: tuple[str, ...]
    received: tuple[ReceivedFile, ...]
    to_mend: tuple[FileToMend, ...]
    unanswered: tuple[Unanswered, ...]
    stage: str
    next_action: str
    overdue: date | None
    page: str
