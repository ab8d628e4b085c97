"""Files that no template can give: protected by a password, absurdly wide, or another workbook. Small, inert, made by code."""

import io
import struct
from datetime import date, datetime
from typing import Any

import xlsxwriter

_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_NONE = 0xFFFFFFFF
_STREAM_SIZE = 4096
"""The least size of a stream that lives in whole sectors: a smaller one would need the format's second table."""


def protected_workbook() -> bytes:
    """What Excel writes for a password: an OLE file with the streams EncryptionInfo and EncryptedPackage. It protects nothing.

    Layout of [MS-CFB]: header, one sector of allocation table, one of directory, then the two streams of eight sectors each.
    """
    sectors = _STREAM_SIZE // _SECTOR
    info_start, package_start = 2, 2 + sectors
    allocation = [_FAT, _END, *_chain(info_start, sectors), *_chain(package_start, sectors)]
    allocation += [_FREE] * (_SECTOR // 4 - len(allocation))
    directory = b"".join((
        _entry("Root Entry", 5, child=1),
        _entry("EncryptionInfo", 2, start=info_start, size=_STREAM_SIZE, right=2),
        _entry("EncryptedPackage", 2, start=package_start, size=_STREAM_SIZE),
        _entry("", 0),
    ))  # fmt: skip
    # Version 4.4, « agile » encryption, then its description; the package starts with the size of what it would hide.
    info = struct.pack("<HHI", 4, 4, 0x40) + b'<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption"/>'
    package = struct.pack("<Q", _STREAM_SIZE - 8)
    streams = info.ljust(_STREAM_SIZE, b"\0") + package.ljust(_STREAM_SIZE, b"\x5a")
    return _header() + struct.pack("<128I", *allocation) + directory + streams


def _chain(start: int, count: int) -> list[int]:
    return [*range(start + 1, start + count), _END]


def _header() -> bytes:
    """Version 3, sectors of 512 bytes, one sector of allocation table (the first), directory in the second, no small streams."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
        + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
        + struct.pack("<109I", 0, *[_FREE] * 108)
    )  # fmt: skip


def _entry(name: str, kind: int, *, child: int = _NONE, right: int = _NONE, start: int = 0, size: int = 0) -> bytes:
    """A directory entry of 128 bytes. A blank one names nothing."""
    encoded = name.encode("utf-16-le")
    length = len(encoded) + 2 if name else 0
    start = _END if kind == 5 else start
    tree = struct.pack("<HBBIII", length, kind, 1, _NONE, right, child)
    return encoded.ljust(64, b"\0") + tree + bytes(36) + struct.pack("<IQ", start, size)


def far_cell_workbook(day: date) -> bytes:
    """A workbook of two cells, the second at the very last place of the sheet: 17 billion cells to walk through."""

    def fill(sheet: Any) -> None:
        sheet.write_string("A1", "Type de document")
        sheet.write_string("XFD1048576", "Une cellule oubliée")

    return _workbook("Identification", day, fill)


def other_workbook(day: date) -> bytes:
    """A sound workbook that is none of the five documents."""

    def fill(sheet: Any) -> None:
        for row, (label, amount) in enumerate((("Recettes de la buvette", 320), ("Location de la salle", -150))):
            sheet.write_string(row, 0, label)
            sheet.write_number(row, 1, amount)

    return _workbook("Feuil1", day, fill)


def _workbook(title: str, day: date, fill: Any) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime(day.year, day.month, day.day)})  # noqa: DTZ001
    sheet = book.add_worksheet(title)
    sheet.set_column(0, 0, 30)
    fill(sheet)
    book.close()
    return buffer.getvalue()
