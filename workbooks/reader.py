"""Bytes to sheets: every cell at its true address, with errors and uncomputed formulas in their place.

python-calamine reads all four formats; the scan says what it leaves out, and refuses what it would read otherwise. There is no fallback
reader: a fallback changes the numbers.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import python_calamine

from schemas.text import count
from workbooks.cells import Grid, shown
from workbooks.container import Container, open_container
from workbooks.ooxml import scan_xlsx
from workbooks.refusal import Refusal
from workbooks.repack import repacked, spread
from workbooks.scan import Layout, SheetScan

if TYPE_CHECKING:
    # Only for its name: pydantic would double what a reading process weighs.
    from schemas.parameters import Limits


_WIDE = 702
"""Up to column ZZ, a last cell a million rows below is a slip of the keyboard: the rows between are left out, and the sheet is read."""


@dataclass(frozen=True)
class RawSheet:
    """One worksheet as it stands in the file."""

    name: str
    grid: Grid
    layout: Layout = field(default_factory=Layout, compare=False)


def read_sheets(data: bytes, limits: "Limits") -> list[RawSheet]:
    """Read all worksheets. Raises Refusal (FIC001, FIC002, FIC003) where the bytes are no readable, safe workbook."""
    container = open_container(data, limits)
    scans = _scan(container, limits)
    if not scans:
        raise Refusal("FIC001", "il ne contient aucune feuille de calcul")
    odd = {name: scan for name, scan in scans.items() if scan.wrong_extent or scan.rows * scan.columns > limits.cellules}
    for name, scan in odd.items():
        rows = len(scan.used_rows()) if container.format == "xlsx" and scan.columns <= _WIDE else scan.rows
        if rows * scan.columns > limits.cellules:
            raise Refusal(
                "FIC003", f"la feuille « {shown(name)} » s'étend sur {count(scan.rows, 'ligne')} et {count(scan.columns, 'colonne')}"
            )
    if odd and container.parts:
        data = repacked(container.parts, odd)
    return _calamine(data, scans, odd)


def _scan(container: Container, limits: "Limits") -> dict[str, SheetScan]:
    if container.format == "xlsx" and container.parts:
        return scan_xlsx(container.parts)
    # Loaded where such a file comes: most are .xlsx, and every process would load it.
    from workbooks.biff import scan_xls
    from workbooks.opendocument import scan_ods

    return scan_ods(container.parts, limits.cellules) if container.parts else scan_xls(container.data)


def _calamine(data: bytes, scans: dict[str, SheetScan], odd: Mapping[str, SheetScan]) -> list[RawSheet]:
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
        sheets = [_sheet(book, name, scans[name], name in odd) for name in book.sheet_names if name in scans]
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


def _sheet(book: python_calamine.CalamineWorkbook, name: str, scan: SheetScan, odd: bool) -> RawSheet:
    grid = cast("Grid", book.get_sheet_by_name(name).to_python(skip_empty_area=False))
    if odd:
        grid = spread(grid, scan)
    _put_hidden(grid, scan)
    scan.check_agreement(name, grid)
    return RawSheet(name, grid, scan.layout)


def _put_hidden(grid: Grid, scan: SheetScan) -> None:
    """Put errors and uncomputed formulas where the reader left blanks, growing the grid where it stopped short."""
    for (row, column), cell in scan.hidden.items():
        while len(grid) <= row:
            grid.append([])
        line = grid[row]
        line.extend([""] * (column + 1 - len(line)))
        line[column] = cell
