"""What errors cost: the whole file, or in some sheets the row at which they stand (contract §2.1)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import polars as pl

from budget.frames import Batch
from budget.validate import Located
from schemas.finding import OPEN, Finding
from schemas.rules import RULES

ROW_DECIDED = ("engagements", "decisions", "etapes", "mandats", "derogations", "arbitrages")
"""Kinds of sheets where an error, or a ruling that excludes, sets aside its row only."""
Row = tuple[str, str, int]
"""A file, a kind of sheet and the number of a row."""


@dataclass(frozen=True)
class Errors:
    """The errors that reject a file, by file, and the rows set aside: frame `fichier, kind, ligne`."""

    by_file: dict[str, list[Finding]]
    rows: pl.DataFrame


class Places:
    """Which kind of sheet stands under each name of each file, of those whose rows are decided one by one."""

    def __init__(self, batch: Batch) -> None:
        known = batch.positions.filter(pl.col("kind").is_in(ROW_DECIDED)).select("fichier", "feuille", "kind").unique()
        self._kinds = {(file, sheet): kind for file, sheet, kind in known.iter_rows()}

    def row_of(self, path: str, finding: Finding) -> Row | None:
        """The row to which a finding belongs, in the sheets whose rows are decided one by one; None where the file as a whole is meant."""
        return None if finding.code.startswith("TAB") else self.row_at(path, finding.sheet, finding.cell)

    def row_at(self, path: str, sheet: str, cell: str) -> Row | None:
        """The row of a cell, in those sheets."""
        kind = self._kinds.get((path, sheet))
        return (path, kind, int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))) if kind and cell else None


def is_open_error(finding: Finding) -> bool:
    """An error that no ruling has lifted, corrected or excluded."""
    return finding.state == OPEN and RULES[finding.code].gravity == "erreur"


def split_errors(found: Iterable[Located], places: Places, excluded: Collection[Row] = ()) -> Errors:
    """Errors that reject a file, and rows that errors or rulings set aside; `excluded`: the rows that rulings name."""
    files: dict[str, list[Finding]] = defaultdict(list)
    rows = set(excluded)
    for path, finding in found:
        if not is_open_error(finding):
            continue
        if row := places.row_of(path, finding):
            rows.add(row)
        else:
            files[path].append(finding)
    return Errors(files, _frame(rows))


def _frame(rows: set[Row]) -> pl.DataFrame:
    return pl.DataFrame(sorted(rows), schema={"fichier": pl.String, "kind": pl.String, "ligne": pl.Int64}, orient="row")
