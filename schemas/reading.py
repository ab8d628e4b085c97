"""What reading one file gives: plain columns and findings, with true addresses. The link between `workbooks` and `budget`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from schemas.finding import Finding

Cells = dict[str, list[Any]]
"""Columns by field name, of equal length. Amounts are whole cents; dates are `datetime.date`; a null could not be read."""


class Position(NamedTuple):
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


@dataclass
class Lot:
    """What several files say, as columns. Rows name their file by its rank in `files`, in the column `fichier`."""

    files: list[Received]
    sheets: dict[str, Cells] = field(default_factory=dict)
    positions: Cells = field(default_factory=lambda: {name: [] for name in ("fichier", *Position._fields)})
    findings: list[tuple[int, Finding]] = field(default_factory=list)


def lot_of(readings: Sequence[Reading]) -> Lot:
    """Several readings as one."""
    lot = Lot([reading.received for reading in readings])
    for rank, reading in enumerate(readings):
        for kind, cells in reading.sheets.items():
            _add(lot.sheets.setdefault(kind, {name: [] for name in ("fichier", *cells)}), rank, cells, len(cells["ligne"]))
        if reading.positions:
            _add(
                lot.positions, rank, dict(zip(Position._fields, zip(*reading.positions, strict=True), strict=True)), len(reading.positions)
            )
        lot.findings += [(rank, finding) for finding in reading.findings]
    return lot


def _add(columns: Cells, rank: int, cells: Mapping[str, Iterable[Any]], height: int) -> None:
    columns["fichier"] += [rank] * height
    for name, values in cells.items():
        columns[name] += values
