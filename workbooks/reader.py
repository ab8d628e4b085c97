"""Bytes to sheets: every cell at its true address, with errors and uncomputed formulas in their place.

python-calamine reads all four formats; `scan` says what it leaves out. There is no fallback reader: a fallback changes the numbers.
"""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import python_calamine

from workbooks.biff import scan_xls
from workbooks.cells import Grid
from workbooks.container import Container, Refusal, open_container
from workbooks.scan import SheetScan, scan_ods, scan_xlsx

if TYPE_CHECKING:
    # Only for its name: pydantic would double what a reading process weighs.
    from schemas.parameters import Limits


@dataclass(frozen=True)
class RawSheet:
    """One worksheet as it stands in the file."""

    name: str
    grid: Grid


def read_sheets(data: bytes, limits: "Limits") -> list[RawSheet]:
    """Read all worksheets. Raises Refusal (FIC001, FIC002, FIC003) where the bytes are no readable, safe workbook."""
    container = open_container(data, limits)
    scans = _scan(container)
    if not scans:
        raise Refusal("FIC001", "il ne contient aucune feuille de calcul")
    for name, scan in scans.items():
        if scan.rows * scan.columns > limits.cellules:
            raise Refusal("FIC003", f"la feuille « {name} » s'étend sur {scan.rows} lignes et {scan.columns} colonnes")
    return _calamine(data, scans)


def _scan(container: Container) -> dict[str, SheetScan]:
    if container.parts is None:
        return scan_xls(container.data)
    return scan_ods(container.parts) if container.format == "ods" else scan_xlsx(container.parts)


def _calamine(data: bytes, scans: dict[str, SheetScan]) -> list[RawSheet]:
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
        sheets = []
        for meta in book.sheets_metadata:
            if meta.name in scans:
                grid: Grid = [list(row) for row in book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)]
                sheets.append(RawSheet(meta.name, _with_hidden(grid, scans[meta.name])))
    except python_calamine.PasswordError:
        raise Refusal("FIC002") from None
    except python_calamine.CalamineError:
        raise Refusal("FIC001", "il est incomplet ou endommagé") from None
    except BaseException as error:
        # A Rust panic reaches Python as an exception outside the usual tree; the file is at fault, not the run.
        if type(error).__name__ == "PanicException":
            raise Refusal("FIC001", "il est incomplet ou endommagé") from None
        raise
    if len(sheets) != len(scans):
        raise Refusal("FIC001", "une de ses feuilles ne peut pas être relue")
    return sheets


def _with_hidden(grid: Grid, scan: SheetScan) -> Grid:
    """Put errors and uncomputed formulas where the reader left blanks, growing the grid where it stopped short."""
    for (row, column), cell in scan.hidden.items():
        while len(grid) <= row:
            grid.append([])
        line = grid[row]
        line.extend([""] * (column + 1 - len(line)))
        line[column] = cell
    return grid
