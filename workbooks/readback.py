"""Reading a report back: what the file says, compared with what the frames said, before it replaces the former one."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from workbooks.sheet import FIRST_ROW, HEADER_ROW, ROWS, TOTAL_LABEL, TOTAL_ROW
from workbooks.synthese import TOTAL

Sums = dict[str, Decimal]
Row = list[Any]


def read_back(path: Path) -> dict[str, Sums]:
    """Sheet → header → exact sum of the numbers below it, totals left out; `(lignes)` counts the rows. Synthèse: one entry per block."""
    return {name: _sums(header, rows) for name, header, _, rows in _tables(path)}


def verify_report(path: Path, expected: Mapping[str, Mapping[str, Decimal]]) -> list[str]:
    """French sentences on what the file says otherwise than expected, its stored totals included; empty if it says the same."""
    found = {name: (_sums(header, rows), dict(zip(header, totals, strict=False))) for name, header, totals, rows in _tables(path)}
    told = [f"Feuille « {name} » : absente du classeur écrit." for name in expected if name not in found]
    for name, sums in expected.items():
        if name not in found:
            continue
        written, totals = found[name]
        for header, wanted in sums.items():
            got = written.get(header, Decimal(0))
            if got != wanted:
                told.append(f"Feuille « {name} », colonne « {header} » : {_shown(got)} dans le classeur, {_shown(wanted)} attendu.")
            stored = _decimal(totals.get(header))
            if stored is not None and stored != got:
                told.append(f"Feuille « {name} », colonne « {header} » : total enregistré {_shown(stored)}, somme {_shown(got)}.")
    return told


def _tables(path: Path) -> Iterator[tuple[str, list[str], Row, list[Row]]]:
    """(name, header, totals, rows) of each table of the workbook."""
    book = CalamineWorkbook.from_path(str(path))
    for name in book.sheet_names:
        grid = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        if len(grid) > HEADER_ROW and grid[TOTAL_ROW][0] == TOTAL_LABEL:
            rows = [row for row in grid[FIRST_ROW:] if row[0] != ""]
            yield name, [str(cell) for cell in grid[HEADER_ROW]], [*grid[TOTAL_ROW][:1], "", *grid[TOTAL_ROW][2:]], rows
        else:
            yield from _blocks(name, grid)


def _blocks(name: str, grid: list[Row]) -> Iterator[tuple[str, list[str], Row, list[Row]]]:
    """Blocks end with a row `Total`; the header stands below the last row that has a text in its first cell alone."""
    start = 0
    for place, row in enumerate(grid):
        if row[0] != "" and not any(cell != "" for cell in row[1:]):
            start = place
        elif row[0] == TOTAL:
            header = [str(cell) for cell in grid[start + 1] if cell != ""]
            yield f"{name} · {grid[start][0]}", header, row, grid[start + 2 : place]


def _sums(header: list[str], rows: list[Row]) -> Sums:
    sums: Sums = {ROWS: Decimal(len(rows))}
    for place, label in enumerate(header):
        numbers = [number for row in rows if (number := _decimal(row[place])) is not None]
        if numbers:
            sums[label] = sum(numbers, Decimal(0))
    return sums


def _decimal(cell: Any) -> Decimal | None:
    """The number that a cell holds, exactly as written."""
    if isinstance(cell, bool | str | date) or not isinstance(cell, int | float):
        return None
    return Decimal(str(cell))


def _shown(value: Decimal) -> str:
    return f"{value.normalize():f}".replace(".", ",")
