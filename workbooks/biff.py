"""Cells in error of an old .xls, by address, from its BIFF records ([MS-XLS] 2.5.10, 2.4.127). Stored values are always present there."""

import io
import struct

import olefile

from workbooks.cells import CellError
from workbooks.container import Refusal
from workbooks.scan import SheetScan

_BOF, _EOF, _BOUNDSHEET, _FORMULA, _BOOLERR, _FILEPASS, _DIMENSIONS = 0x0809, 0x000A, 0x0085, 0x0006, 0x0205, 0x002F, 0x0200
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


def scan_xls(data: bytes) -> dict[str, SheetScan]:
    """Sheet name → scan. Raises Refusal for a password or a damaged stream."""
    try:
        ole = olefile.OleFileIO(io.BytesIO(data))
        stream = ole.openstream("Workbook" if ole.exists("Workbook") else "Book").read()
        return _scan_stream(stream)
    except (struct.error, OSError, IndexError, KeyError, ValueError):
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
    for kind, body in _records(stream, 0):
        if kind == _FILEPASS:
            raise Refusal("FIC002")
        if kind == _BOUNDSHEET:
            (offset,) = struct.unpack_from("<I", body)
            size, wide = body[6], body[7] & 1
            name = body[8 : 8 + size * (1 + wide)].decode("utf-16-le" if wide else "latin-1")
            scans[name] = _scan_sheet(_records(stream, offset))
    return scans


def _scan_sheet(records: list[tuple[int, bytes]]) -> SheetScan:
    scan = SheetScan()
    for kind, body in records:
        if kind == _DIMENSIONS and len(body) >= 12:
            _, scan.rows, _, scan.columns = struct.unpack_from("<IIHH", body)
        elif kind == _BOOLERR and body[7] == 1:
            scan.hidden[struct.unpack_from("<HH", body)] = CellError(_ERRORS.get(body[6], "#ERREUR"))
        elif kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
            scan.hidden[struct.unpack_from("<HH", body)] = CellError(_ERRORS.get(body[8], "#ERREUR"))
    return scan
