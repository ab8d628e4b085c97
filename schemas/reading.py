"""What reading one file gives: plain columns and findings, with true addresses. The link between `workbooks` and `budget`."""

from dataclasses import dataclass, field
from typing import Any

from schemas.finding import Finding

Cells = dict[str, list[Any]]
"""Columns by field name, of equal length. Amounts are whole cents; dates are `datetime.date`; a null could not be read."""


@dataclass(frozen=True)
class Position:
    """Where a field stands in a sheet: its column's letters, and its row where the sheet has a single one (Identification)."""

    kind: str
    sheet: str
    champ: str
    letters: str
    row: int | None = None


@dataclass
class Received:
    """A file found in the inputs. `path` is relative to them, with `/`; `ignored` says why it is not read, if so.

    `arrival` is the rank of the run that first registered its content: later ones are larger (contract §2.2). `amended`: the (sheet, cell,
    value) that staff's rulings put in place of what the file says.
    """

    path: str
    sha256: str = ""
    size: int = 0
    ignored: str = ""
    same_as: str = ""
    arrival: int = 0
    amended: tuple[tuple[str, str, str], ...] = ()


@dataclass
class Reading:
    """One file, read. `document` is empty where the file is none of the five."""

    received: Received
    document: str = ""
    sheets: dict[str, Cells] = field(default_factory=dict)
    positions: list[Position] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
