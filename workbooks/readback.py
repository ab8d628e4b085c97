"""Reading a report back: what the file says, compared with what the frames said, before it replaces the former one."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from threading import local
from typing import Any

from python_calamine import CalamineWorkbook

from workbooks.sheet import FIRST_ROW, HEADER_ROW, ROWS, TOTAL_LABEL, TOTAL_ROW
from workbooks.slices import is_long, rows_in_slices
from workbooks.synthese import TOTAL

Sums = dict[str, Decimal]
_BLOCK = 4096
"""Rows summed at a time."""
Row = list[Any]


@dataclass(frozen=True)
class _Table:
    """A table as written: the sums of its columns, and the totals that it stores."""

    name: str
    sums: Sums
    totals: Sums


def read_back(path: Path) -> dict[str, Sums]:
    """Sheet → header → exact sum of the numbers below it, totals left out; `(lignes)` counts the rows. Synthèse: one entry per block."""
    return {table.name: table.sums for table in _tables(path)}


def verify_report(path: Path, expected: Mapping[str, Mapping[str, Decimal]]) -> list[str]:
    """French sentences on what the file says otherwise than expected, its stored totals included; empty if it says the same."""
    labels = {label for sums in expected.values() for label in sums}
    found = {table.name: table for table in _tables(path, labels)}
    told = [f"Feuille « {name} » : absente du classeur écrit." for name in expected if name not in found]
    for name in expected.keys() & found.keys():
        table = found[name]
        for header, wanted in expected[name].items():
            got, place = table.sums.get(header, Decimal(0)), f"Feuille « {name} », colonne « {header} »"
            if got != wanted:
                told.append(f"{place} : {_shown(got)} dans le classeur, {_shown(wanted)} attendu.")
            if table.totals.get(header, got) != got:
                told.append(f"{place} : total enregistré {_shown(table.totals[header])}, somme des lignes {_shown(got)}.")
    return sorted(told)


def _tables(path: Path, labels: Container[str] | None = None) -> Iterator[_Table]:
    """Each table of the workbook, with the sums of the columns that bear these labels, or of all."""
    names = CalamineWorkbook.from_path(str(path)).sheet_names
    # Reading a sheet leaves the processor free for another thread; each needs the workbook to itself.
    own = local()

    def tables(rank: int) -> list[_Table]:
        if is_long(path, rank):
            return _tables_of(names[rank], rows_in_slices(path, rank), labels)
        if not hasattr(own, "book"):
            own.book = CalamineWorkbook.from_path(str(path))
        return _tables_of(names[rank], iter(own.book.get_sheet_by_index(rank).iter_rows()), labels)

    with ThreadPoolExecutor(2) as threads:
        for found in threads.map(tables, range(len(names))):
            yield from found


def _tables_of(name: str, rows: Iterator[Row], labels: Container[str] | None) -> list[_Table]:
    head: list[Row] = list(islice(rows, FIRST_ROW))
    if len(head) == FIRST_ROW and head[TOTAL_ROW][0] == TOTAL_LABEL:
        # The second total counts the rows: it belongs to no column.
        return [_table(name, head[HEADER_ROW], ["", "", *head[TOTAL_ROW][2:]], rows, labels)]
    return list(_blocks(name, [*head, *rows]))


def _blocks(name: str, grid: list[Row]) -> Iterator[_Table]:
    """Blocks end with a row `Total`; the header stands below the last row that has a text in its first cell alone."""
    start = 0
    for place, row in enumerate(grid):
        if row[0] != "" and not any(cell != "" for cell in row[1:]):
            start = place
        elif row[0] == TOTAL:
            yield _table(f"{name} · {grid[start][0]}", grid[start + 1], row, grid[start + 2 : place])


def _table(name: str, header: Row, totals: Row, rows: Iterable[Row], labels: Container[str] | None = None) -> _Table:
    stored = {str(label): Decimal(str(cell)) for label, cell in zip(header, totals, strict=False) if type(cell) in (int, float)}
    columns = [(place, str(label)) for place, label in enumerate(header) if labels is None or label in labels or label in stored]
    sums: Sums = {ROWS: Decimal(0)}
    filled = (row for row in rows if row[0] != "")
    while block := list(islice(filled, _BLOCK)):
        sums[ROWS] += len(block)
        for place, label in columns:
            # Each value once: the same amounts come back often.
            for cell, times in Counter([row[place] for row in block]).items():
                if type(cell) in (int, float):
                    sums[label] = sums.get(label, Decimal(0)) + Decimal(str(cell)) * times
    return _Table(name, sums, stored)


def _shown(value: Decimal) -> str:
    return f"{value:f}".replace(".", ",")
