"""What is decided of each file, and of rows within it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from budget.region import RegionWord
from budget.validate import Located
from schemas.reading import Received
from schemas.tables import ACCEPTED, ACCEPTED_WITH_RESERVES

Key = tuple[Any, ...]


@dataclass
class Standing:
    """A file's place in the campaign: its identity, its key, and what is decided of it."""

    received: Received
    identity: Mapping[str, Any] = field(default_factory=dict)
    key: Key | None = None
    decision: str = ""
    reason: str = ""
    alone: str = ""
    """The decision that the file's own rules make, before any other file is looked at."""

    @property
    def path(self) -> str:
        """Relative to the inputs."""
        return self.received.path

    @property
    def order(self) -> tuple[date, int, int, str]:
        """Later counts: date of deposit, then version, then arrival in the register; then path, for those that arrived in one run."""
        return deposit_order(self.received, self.identity)

    @property
    def counts(self) -> bool:
        """Whether its amounts are consolidated."""
        return self.decision in (ACCEPTED, ACCEPTED_WITH_RESERVES)


def deposit_order(received: Received, identity: Mapping[str, Any]) -> tuple[date, int, int, str]:
    """The order in which files count (contract §2.2)."""
    return identity.get("date_depot") or date.min, identity.get("version") or 1, received.arrival, received.path


@dataclass
class Decided:
    """The outcome for all files: one standing each, the rows set aside, the Région's rows that count, the findings that deciding raised."""

    standings: list[Standing]
    rows_set_aside: pl.DataFrame
    word: RegionWord
    findings: list[Located]

    def counting(self) -> pl.DataFrame:
        """The files that count, as a frame with one column `fichier`."""
        return self._counting

    @cached_property
    def _counting(self) -> pl.DataFrame:
        return pl.DataFrame({"fichier": [s.path for s in self.standings if s.counts]}, schema={"fichier": pl.String})

    @cached_property
    def ranks(self) -> Mapping[str, int]:
        """The rank of each file: by date of deposit, version, arrival, path."""
        return {s.path: rank for rank, s in enumerate(sorted(self.standings, key=lambda s: s.order))}
