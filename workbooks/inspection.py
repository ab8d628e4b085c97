"""What the reader saw of a file: sheets, cells, numbers and their sum, errors, formulas without a stored value (`poles inspect`)."""

import math
from datetime import date, datetime, time, timedelta
from typing import Any, TypeGuard

from workbooks.cells import Cell, CellError, Unvalued, address
from workbooks.reader import RawSheet


def inspect_sheets(sheets: list[RawSheet]) -> list[dict[str, Any]]:
    """One entry per sheet, addresses A1 style; sums are exact to the last bit of the stored numbers."""
    return [_sheet(sheet) for sheet in sheets]


def _sheet(sheet: RawSheet) -> dict[str, Any]:
    placed = [(r, c, cell) for r, row in enumerate(sheet.grid) for c, cell in enumerate(row) if cell != ""]
    numbers = [float(cell) for _, _, cell in placed if _is_number(cell)]
    rows, columns = [r for r, _, _ in placed], [c for _, c, _ in placed]
    return {
        "feuille": sheet.name,
        "plage": f"{address(min(rows), min(columns))}:{address(max(rows), max(columns))}" if placed else "",
        "cellules": len(placed),
        "nombres": len(numbers),
        "somme": math.fsum(numbers),
        "erreurs": [address(r, c) for r, c, cell in placed if isinstance(cell, CellError)],
        "sans_valeur": [address(r, c) for r, c, cell in placed if isinstance(cell, Unvalued)],
    }


def _is_number(cell: Cell) -> TypeGuard[int | float]:
    return isinstance(cell, int | float) and not isinstance(cell, bool | date | datetime | time | timedelta)
