"""No number is dropped in silence: whatever is put wherever in a workbook, each number is read, or something is said about it."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.reading import Reading
from tests.grids import read, sheet
from tests.messy import DECISIONS, POSTS, REPORT, STATEMENT, STUDY
from workbooks.cells import address, letters
from workbooks.locate import is_total, says_total
from workbooks.reader import RawSheet
from workbooks.scan import Layout

BASES = (STUDY, POSTS, STATEMENT, REPORT, DECISIONS)
_WHOLE_COLUMN = ("TAB003", "TAB004", "CEL102", "CEL105", "CEL106")
"""Findings at a header: they speak of the column below."""


def read_cells(reading: Reading) -> set[tuple[str, str]]:
    """Sheet and address of each cell that was read."""
    cells = {(p.sheet, f"{p.letters}{p.row}") for p in reading.positions if p.row}
    for kind, columns in reading.sheets.items():
        if kind == "budget":
            for name in ("cellule", "cellule_exercice"):
                cells |= set(zip(columns["feuille"], columns[name], strict=True))
        elif kind != "identification":
            places = [p.letters for p in reading.positions if p.kind == kind]
            cells |= {(s, f"{p}{row}") for s, row in zip(columns["feuille"], columns["ligne"], strict=True) for p in places}
    return cells


def unsaid(sheets: list[RawSheet], reading: Reading) -> Iterator[tuple[str, str, Any]]:
    """The numbers below a header that were neither read nor spoken of, totals apart."""
    read, said = read_cells(reading), {(f.sheet, f.cell) for f in reading.findings}
    columns = {(f.sheet, f.cell.rstrip("0123456789")) for f in reading.findings if f.code in _WHOLE_COLUMN}
    rows = {(f.sheet, f.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) for f in reading.findings if f.code == "TAB009"}
    broken = {f.sheet for f in reading.findings if f.code in ("TAB002", "TAB004")}
    first = {s: min(c["ligne"]) for c in reading.sheets.values() for s in set(c["feuille"]) if c["ligne"]}
    for raw in sheets:
        if raw.name in broken or raw.name not in first:
            continue
        for index, row in enumerate(raw.grid[first[raw.name] - 1 :], first[raw.name] - 1):
            if any(isinstance(cell, str) and (is_total([cell]) or says_total(cell)) for cell in row):
                continue
            for column, cell in enumerate(row):
                place = raw.name, address(index, column)
                labels = raw.name == "Budget" and column < 2
                known = place in read | said or (raw.name, letters(column)) in columns or (raw.name, str(index + 1)) in rows
                if isinstance(cell, int | float) and not labels and not known:
                    yield *place, cell


VALUES = st.sampled_from([
    777, 2012, 888.5, None, None, "Total", "Sous-total", "NB : note", "Région", "Achats", "Divers", "N+1", "en k€", "dont cotisations", "-",
    "35 k€", "Compte", "Montant sollicité", "Exercice", "CHARGES", "Année 3", "Prestations de services", "CG 22", "Montant (k€)",
])  # fmt: skip


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(BASES), st.data())
def test_no_number_is_dropped_in_silence(base: dict[str, Any], data: st.DataObject) -> None:
    sheets = []
    for name, rows in base.items():
        grid, merges = [list(row) for row in rows], []
        for _ in range(data.draw(st.integers(0, 2)) if name != "Identification" else 0):
            row, column = data.draw(st.integers(0, len(grid))), data.draw(st.integers(0, max(map(len, grid)) + 1))
            if data.draw(st.booleans()):
                grid.insert(row, data.draw(st.lists(VALUES, max_size=len(grid[0]))))
            else:
                grid += [[] for _ in range(row + 1 - len(grid))]
                grid[row] += [None] * (column + 1 - len(grid[row]))
                grid[row][column] = data.draw(VALUES)
            if data.draw(st.booleans()):
                merges.append((row, column, row + data.draw(st.integers(0, 2)), column + data.draw(st.integers(0, 1))))
        sheets.append(RawSheet(name, sheet(name, grid).grid, Layout(merges=merges)))
    assert list(unsaid(sheets, read("essai.xlsx", sheets))) == []
