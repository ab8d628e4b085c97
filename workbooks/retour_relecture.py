"""A return read again before it is given: apart from its first sheet, it must hold the cells of the file that it was made of."""

import contextlib
import io
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, cast

import python_calamine

from schemas.returns import SHEET_NAME
from workbooks.cells import Grid
from workbooks.reader import RawSheet, read_sheets
from workbooks.retour_connu import is_corrections
from workbooks.retour_xml import Uneditable
from workbooks.scan import Layout

if TYPE_CHECKING:
    # Only for its name: pydantic would double what a reading process weighs.
    from schemas.parameters import Limits


def former_sheets(names: Iterable[str], read: Callable[[], Sequence[RawSheet]]) -> list[str]:
    """Which of a workbook's sheets are the first sheets of earlier returns. It is read only where a name says that it may have some."""
    if not any(name.casefold().startswith(SHEET_NAME.casefold()) for name in names):
        return []
    return [sheet.name for sheet in read() if is_corrections(sheet)]


def same_cells(before: bytes, after: bytes, far: bool, limits: "Limits") -> bool:
    """Whether two workbooks hold the same sheets and cells, first sheets of returns apart.

    The first one has been through the guards and the scan. `far`: some row is far down, which only the whole reading can bear.
    """
    if not far:
        with contextlib.suppress(python_calamine.CalamineError):
            return _held(_quickly(before)) == _held(_quickly(after))
    return _held(read_sheets(before, limits)) == _held(read_sheets(after, limits))


def _quickly(data: bytes) -> list[RawSheet]:
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
        kept = [sheet for sheet in book.sheets_metadata if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet]
        grids = [cast("Grid", book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)) for sheet in kept]
    except BaseException as error:
        # A Rust panic reaches Python as an exception outside the usual tree.
        if type(error).__name__ == "PanicException":
            raise Uneditable("panic") from None
        raise
    return [RawSheet(sheet.name, grid, Layout(str(sheet.visible))) for sheet, grid in zip(kept, grids, strict=True)]


def _held(sheets: Sequence[RawSheet]) -> list[tuple[str, str, Grid]]:
    return [(sheet.name, sheet.layout.state, _trimmed(sheet.grid)) for sheet in sheets if not is_corrections(sheet)]


def _trimmed(grid: Grid) -> Grid:
    """A grid without the blanks at the end of its rows and of itself."""
    rows = [list(row) for row in grid]
    for row in rows:
        while row and row[-1] == "":
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows
