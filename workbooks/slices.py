"""A sheet of our own too long to be held whole, read a slice of its rows at a time by the same reader.

python-calamine holds 64 bytes a cell: half a gigabyte for the lines of ten thousand files. Each slice is given to it as a small
workbook of its own, that of the file with no other row.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

from python_calamine import CalamineWorkbook

LONG, SLICE = 64_000_000, 4_000_000
"""Bytes of XML beyond which a sheet is sliced (100 000 lines of budget), and of each slice."""
_BEFORE, _ROW_END, _AFTER = b"<sheetData>", b"</row>", b"</sheetData></worksheet>"
_SHARED = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/sharedStrings.xml")
"""What every sheet needs, in the workbooks that XlsxWriter makes."""
Row = list[Any]


def is_long(path: Path, rank: int) -> bool:
    """Whether the sheet of that rank (from 0) is worth slicing."""
    with ZipFile(path) as archive:
        return archive.getinfo(_part(rank)).file_size > LONG


def rows_in_slices(path: Path, rank: int, size: int = SLICE) -> Iterator[Row]:
    """All rows of the sheet of that rank, in order, each from column A; rows that hold nothing are left out."""
    with ZipFile(path) as archive:
        shared = {name: archive.read(name) for name in _SHARED}
        for content in _slices(archive, _part(rank), size):
            book = io.BytesIO()
            with ZipFile(book, "w", ZIP_STORED) as one:
                for name, part in {**shared, _part(rank): content}.items():
                    one.writestr(name, part)
            book.seek(0)
            yield from _rows(book, rank)


def _part(rank: int) -> str:
    """Where XlsxWriter puts a sheet."""
    return f"xl/worksheets/sheet{rank + 1}.xml"


def _slices(archive: ZipFile, part: str, size: int) -> Iterator[bytes]:
    """The sheet's XML in whole rows, some at a time, each slice with what stands before the rows and nothing after them."""
    with archive.open(part) as xml:
        rest = xml.read(size)
        while _BEFORE not in rest and (piece := xml.read(size)):
            rest += piece
        before, mark, rest = rest.partition(_BEFORE)
        while piece := xml.read(size):
            rows, end, rest = (rest + piece).rpartition(_ROW_END)
            if end:
                yield b"".join((before, mark, rows, end, _AFTER))
        yield b"".join((before, mark, rest))


def _rows(book: io.BytesIO, rank: int) -> Iterator[Row]:
    sheet = CalamineWorkbook.from_filelike(book).get_sheet_by_index(rank)
    if sheet.start is None:
        return
    blank = [""] * sheet.start[1]
    for row in sheet.to_python(skip_empty_area=True):
        yield [*blank, *row] if blank else row
