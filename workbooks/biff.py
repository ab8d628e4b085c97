"""Cells in error of an old .xls, by address, from its BIFF records ([MS-XLS] 2.5.10, 2.4.127). Stored values are always present there."""

import io
import struct

import olefile

from workbooks.cells import CellError
from workbooks.container import Refusal
from workbooks.scan import SheetScan

_BOF, _EOF, _BOUNDSHEET, _FORMULA, _BOOLERR, _FILEPASS, _DIMENSIONS = 0x0809, 0x000A, 0x0085, 0x0006, 0x0205, 0x002F, 0x0200
_NUMBER, _LABEL, _LABELSST, _RK, _MULRK, _RSTRING = 0x0203, 0x0204, 0x00FD, 0x027E, 0x00BD, 0x00D6
_CELLS = frozenset((_NUMBER, _LABEL, _LABELSST, _RK, _MULRK, _RSTRING, _BOOLERR, _FORMULA))
_CODEPAGE, _BIFF8, _WORKSHEET = 0x0042, 0x0600, 0
_ENCODINGS = {367: "ascii", 1200: "utf-16-le", 10000: "mac_roman", 32768: "mac_roman", 32769: "cp1252"}
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


def scan_xls(data: bytes) -> dict[str, SheetScan]:
    """Sheet name → scan. Raises Refusal for a password or a damaged stream."""
    try:
        ole = olefile.OleFileIO(io.BytesIO(data))
        stream = ole.openstream("Workbook" if ole.exists("Workbook") else "Book").read()
        return _scan_stream(stream)
    except (struct.error, OSError, LookupError, ValueError, OverflowError, TypeError, AttributeError):  # what olefile raises on damage
        raise Refusal("FIC001", "son contenu interne est endommagé") from None


def _records(stream: bytes, offset: int) -> list[tuple[int, bytes]]:
    """The records of one substream, from its BOF to its EOF."""
    found = []
    depth = 0
    while offset + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, offset)
        found.append((kind, stream[offset + 4 : offset + 4 + size]))
        offset += 4 + size
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            break
    return found


def _scan_stream(stream: bytes) -> dict[str, SheetScan]:
    scans: dict[str, SheetScan] = {}
    version, encoding = 0, "cp1252"
    for kind, body in _records(stream, 0):
        if kind == _FILEPASS:
            raise Refusal("FIC002")
        if kind == _BOF:
            (version,) = struct.unpack_from("<H", body)
        elif kind == _CODEPAGE:
            (page,) = struct.unpack_from("<H", body)
            encoding = _ENCODINGS.get(page, f"cp{page}")
        elif kind == _BOUNDSHEET and body[5] == _WORKSHEET:
            name = _sheet_name(body[6:], version, encoding)
            if name in scans:
                raise Refusal("FIC001", f"deux feuilles y portent le nom « {name} »")
            (offset,) = struct.unpack_from("<I", body)
            scans[name] = _scan_sheet(_records(stream, offset))
    return scans


def _sheet_name(body: bytes, version: int, encoding: str) -> str:
    """A name of one byte a sign in the workbook's code page (Excel 5 and 95), or of one or two bytes a sign (since 97)."""
    size = body[0]
    if version != _BIFF8:
        return body[1 : 1 + size].decode(encoding)
    wide = body[1] & 1
    return body[2 : 2 + size * (1 + wide)].decode("utf-16-le" if wide else "latin-1")


def _scan_sheet(records: list[tuple[int, bytes]]) -> SheetScan:
    scan = SheetScan()
    for kind, body in records:
        if kind == _DIMENSIONS and len(body) >= 12:
            _, rows, _, columns = struct.unpack_from("<IIHH", body)
            scan.reach(rows, columns)
        elif kind in _CELLS:
            row, column = struct.unpack_from("<HH", body)
            (last,) = struct.unpack_from("<H", body, len(body) - 2) if kind == _MULRK else (column,)
            scan.reach(row + 1, last + 1)
            error = _error(kind, body)
            if error is not None:
                scan.hidden[row, column] = CellError(_ERRORS.get(error, "#ERREUR"))
    return scan


def _error(kind: int, body: bytes) -> int | None:
    """The code of the error that a cell shows, if it shows one."""
    if kind == _BOOLERR and body[7] == 1:
        return body[6]
    if kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
        return body[8]
    return None
