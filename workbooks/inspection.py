"""What the reader saw of a file: sheets, cells, numbers and their sum, errors, formulas without a stored value (`poles inspect`).

How things are counted, which is also how openpyxl gives them when it reads a whole file (with values, then with formulas):
- a sheet is a worksheet, hidden or not; chart and dialog sheets are none;
- a cell counts where a value is stored that is not an empty text: a number, a text (spaces too), a boolean, a date, an error; a format,
  a comment, or a formula whose value is not stored makes no cell;
- a number is one that shows as a number: dates and times, booleans and amounts written as text are none; the sum is that of the stored
  doubles, rounded once;
- an error is a cell of type error; a value that is not what its cell says (no number, a date beyond the calendar) is `illisible`, and
  counts as a cell;
- a formula is without a value where none is stored, or an empty one in a cell of numbers. openpyxl overlooks those of type text.
"""

import math
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, TypeGuard

from workbooks.cells import Cell, CellError, Grid, Misread, Unvalued, address, letters
from workbooks.reader import RawSheet
from workbooks.scan import Block

_STATES = {"hidden": "masquée", "veryHidden": "très masquée"}


def inspect_sheets(sheets: list[RawSheet]) -> list[dict[str, Any]]:
    """One entry per sheet, addresses A1 style."""
    return [_sheet(sheet) for sheet in sheets]


def _sheet(sheet: RawSheet) -> dict[str, Any]:
    placed = [(r, c, cell) for r, row in enumerate(sheet.grid) for c, cell in enumerate(row) if cell != ""]
    numbers = [float(cell) for _, _, cell in placed if _is_number(cell)]
    rows, columns = [r for r, _, _ in placed], [c for _, c, _ in placed]
    unvalued = [address(r, c) for r, c, cell in placed if isinstance(cell, Unvalued)]
    layout = sheet.layout
    return {
        "feuille": sheet.name,
        "visibilite": _STATES.get(layout.state, "visible"),
        "plage": f"{address(min(rows), min(columns))}:{address(max(rows), max(columns))}" if placed else "",
        "cellules": len(placed) - len(unvalued),
        "nombres": len(numbers),
        "somme": math.fsum(numbers),
        "erreurs": [address(r, c) for r, c, cell in placed if isinstance(cell, CellError) and not isinstance(cell, Misread)],
        "illisibles": [address(r, c) for r, c, cell in placed if isinstance(cell, Misread)],
        "sans_valeur": unvalued,
        "lignes_masquees": [_span(str(first + 1), str(last + 1)) for first, last in _joined(layout.hidden_rows)],
        "colonnes_masquees": [_span(letters(first), letters(last)) for first, last in _joined(layout.hidden_columns)],
        "fusions": [f"{address(*m[:2])}:{address(*m[2:])}" for m in sorted(layout.merges) if _hides(m, sheet.grid)],
    }


def _is_number(cell: Cell) -> TypeGuard[int | float]:
    return isinstance(cell, int | float) and not isinstance(cell, bool | date | datetime | time | timedelta)


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that touch become one."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return joined


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first}:{last}"


def _hides(merge: Block, grid: Grid) -> bool:
    """Whether a cell other than the first one of a merge holds something, which no screen shows."""
    top, left, bottom, right = merge
    held = sum(cell != "" for row in grid[top : bottom + 1] for cell in row[left : right + 1])
    first = top < len(grid) and left < len(grid[top]) and grid[top][left] != ""
    return held > first
