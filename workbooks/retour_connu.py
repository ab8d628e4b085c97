"""A return that is dropped again is known by its first sheet, which is not read: the rest is the sender's own workbook."""

from collections.abc import Sequence

from schemas.returns import SHEET_NAME, SHEET_TITLE
from schemas.text import normalise
from workbooks.reader import RawSheet


def is_corrections(sheet: RawSheet) -> bool:
    """Whether a sheet is the first one of a return, whatever its number."""
    first = sheet.grid[0][0] if sheet.grid and sheet.grid[0] else ""
    return normalise(sheet.name).startswith(normalise(SHEET_NAME)) and isinstance(first, str) and first.startswith(SHEET_TITLE)


def own_sheets(sheets: Sequence[RawSheet]) -> Sequence[RawSheet]:
    """The sender's own sheets; all of them where there is no other."""
    return [sheet for sheet in sheets if not is_corrections(sheet)] or sheets
