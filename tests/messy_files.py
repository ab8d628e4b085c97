"""Messy workbooks as real files: what senders do to a layout (merged cells, hidden rows, the calendar of 1904), in .xlsx, .ods and .xls."""

import io
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import openpyxl
import xlsxwriter

from tests.builders import ods
from workbooks.cells import indices

Rows = Sequence[Sequence[Any]]
Book = Mapping[str, Rows]


@dataclass(frozen=True)
class Look:
    """The layout of some sheets, by name; rows and columns as people name them (`5`, `C`), blocks as `A5:A7`."""

    merges: Mapping[str, Sequence[str]] = field(default_factory=dict)
    hidden_rows: Mapping[str, Sequence[int]] = field(default_factory=dict)
    hidden_columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    hidden_sheets: Sequence[str] = ()
    from_1904: bool = False


PLAIN = Look()


def xlsx(book: Book, look: Look = PLAIN) -> bytes:
    """An .xlsx by XlsxWriter; None is a blank cell, a tuple is (formula, stored value)."""
    out = io.BytesIO()
    options = {"in_memory": True, "default_date_format": "dd/mm/yyyy", "date_1904": look.from_1904}
    with xlsxwriter.Workbook(out, options) as written:
        for name, rows in book.items():
            sheet = written.add_worksheet(name)
            for block in look.merges.get(name, ()):
                sheet.merge_range(block, "")
            for row, cells in enumerate(rows):
                for column, value in enumerate(cells):
                    if isinstance(value, tuple):
                        sheet.write_formula(row, column, value[0], None, value[1])
                    elif value is not None:
                        sheet.write(row, column, value)
            for number in look.hidden_rows.get(name, ()):
                sheet.set_row(number - 1, None, None, {"hidden": True})
            for letters in look.hidden_columns.get(name, ()):
                sheet.set_column(f"{letters}:{letters}", None, None, {"hidden": True})
            if name in look.hidden_sheets:
                sheet.hide()
        next(s for s in written.worksheets() if s.name not in look.hidden_sheets).activate()
    return out.getvalue()


def phantom_xlsx(book: Book, sheet: str, last_row: int) -> bytes:
    """An .xlsx by openpyxl, where a sheet's rows are formatted down to `last_row` with nothing in them."""
    written = openpyxl.Workbook()
    written.remove(written.active)
    for name, rows in book.items():
        made = written.create_sheet(name)
        for cells in rows:
            made.append(list(cells))
        if name == sheet:
            for row in range(len(rows) + 1, last_row + 1):
                made.cell(row, 1).number_format = "#,##0"
                made.cell(row, 2).value = "" if row % 2 else "   "
    out = io.BytesIO()
    written.save(out)
    return out.getvalue()


def as_ods(book: Book) -> bytes:
    """An .ods as LibreOffice writes it."""
    (first, rows), *others = book.items()
    after = "".join(f"<table:table table:name={quoteattr(name)}>{_ods_rows(more)}</table:table>" for name, more in others)
    return ods(_ods_rows(rows), name=first, after=after)


def _ods_rows(rows: Rows) -> str:
    return (
        "".join(f"<table:table-row>{''.join(map(_ods_cell, cells))}</table:table-row>" for cells in rows if cells) or "<table:table-row/>"
    )


def _ods_cell(value: Any) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, datetime):
        day = value.date().isoformat()
        return f'<table:table-cell office:value-type="date" office:date-value="{day}"><text:p>{day}</text:p></table:table-cell>'
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'


# --- .xls: the records of [MS-XLS] that numbers and texts need, in the one stream of a compound file ([MS-CFB])

_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def as_xls(book: Book, *, from_1904: bool = False) -> bytes:
    """An .xls of Excel 97; a date is the bare serial number that such a file stores."""
    sheets = [(name, _xls_sheet(rows, from_1904)) for name, rows in book.items()]
    start = b"".join((_record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 6)), _record(0x0042, struct.pack("<H", 1200)),
                      _record(0x0022, struct.pack("<H", from_1904))))  # fmt: skip
    names = [struct.pack("<BB", len(name), 1) + name.encode("utf-16-le") for name, _ in sheets]
    offset = len(start) + sum(4 + 6 + len(name) for name in names) + 4
    listed = b""
    for name, (_, body) in zip(names, sheets, strict=True):
        listed += _record(0x0085, struct.pack("<IBB", offset, 0, 0) + name)
        offset += len(body)
    return _compound(start + listed + _record(0x000A, b"") + b"".join(body for _, body in sheets))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _xls_sheet(rows: Rows, from_1904: bool) -> bytes:
    width = max((len(cells) for cells in rows), default=0)
    made = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 6))
    made += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if isinstance(value, datetime):
                value = (value - datetime(1904, 1, 1) if from_1904 else value - datetime(1899, 12, 30)).days  # noqa: DTZ001
            if isinstance(value, int | float):
                made += _record(0x0203, struct.pack("<HHHd", row, column, 0, value))
            elif value:
                text = value.encode("utf-16-le")
                made += _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text) // 2, 1) + text)
    return made + _record(0x000A, b"")


def _compound(stream: bytes) -> bytes:
    """A compound file with one stream, `Workbook`: a sector of allocation table, one of directory, then the stream."""
    stream = stream.ljust(4096, b"\0")
    count = -(-len(stream) // _SECTOR)
    allocation = [_FAT, _END, *range(3, 2 + count), _END]
    assert len(allocation) <= _SECTOR // 4, "a small workbook"
    allocation += [_FREE] * (_SECTOR // 4 - len(allocation))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
        + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0) + struct.pack("<109I", 0, *[_FREE] * 108)
    )  # fmt: skip
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, len(stream)) + bytes(2 * 128)
    return header + struct.pack("<128I", *allocation) + directory + stream.ljust(count * _SECTOR, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le")
    tree = struct.pack("<HBBIII", len(encoded) + 2, kind, 1, _FREE, _FREE, child)
    return encoded.ljust(64, b"\0") + tree + bytes(36) + struct.pack("<IQ", start, size)


def put(rows: Rows, cells: Mapping[str, Any]) -> list[list[Any]]:
    """The same rows with some cells changed, by address."""
    grid = [list(row) for row in rows]
    for reference, value in cells.items():
        row, column = indices(reference)
        grid += [[] for _ in range(row + 1 - len(grid))]
        grid[row] += [None] * (column + 1 - len(grid[row]))
        grid[row][column] = value
    return grid
