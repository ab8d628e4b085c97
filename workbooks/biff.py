"""What the records of an old .xls say of its sheets ([MS-XLS] 2.4): cells, errors, what is hidden. Values are always stored there."""

import io
import struct

import olefile

from workbooks.cells import COLUMNS, CellError, shown
from workbooks.refusal import Refusal
from workbooks.scan import Layout, SheetScan

_BOF, _EOF, _BOUNDSHEET, _FORMULA, _BOOLERR, _FILEPASS, _DIMENSIONS = 0x0809, 0x000A, 0x0085, 0x0006, 0x0205, 0x002F, 0x0200
_NUMBER, _LABEL, _LABELSST, _RK, _MULRK, _RSTRING = 0x0203, 0x0204, 0x00FD, 0x027E, 0x00BD, 0x00D6
_CELLS = frozenset((_NUMBER, _LABEL, _LABELSST, _RK, _MULRK, _RSTRING, _BOOLERR, _FORMULA))
_CODEPAGE, _DATEMODE, _BIFF8, _WORKSHEET = 0x0042, 0x0022, 0x0600, 0
_TEXT, _BLANK_TEXT = 0, 3
"""What a formula's value is when it is a text; an empty one has a number of its own since Excel 97."""
_ROW, _COLINFO, _MERGES = 0x0208, 0x007D, 0x00E5
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x20, 0x01
_STATES = ("visible", "hidden", "veryHidden")
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
    """The records of one substream, from its BOF to its EOF; those of a chart within it, which has cells of its own, are left out."""
    found = []
    depth = 0
    while offset + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, offset)
        depth += kind == _BOF
        if depth <= 1:
            found.append((kind, stream[offset + 4 : offset + 4 + size]))
        depth -= kind == _EOF
        offset += 4 + size
        if depth <= 0:
            break
    return found


def _scan_stream(stream: bytes) -> dict[str, SheetScan]:
    scans: dict[str, SheetScan] = {}
    version, encoding, any_visible, from_1904 = 0, "cp1252", False, False
    for kind, body in _records(stream, 0):
        if kind == _FILEPASS:
            raise Refusal("FIC002")
        if kind == _BOF:
            (version,) = struct.unpack_from("<H", body)
        elif kind == _CODEPAGE:
            (page,) = struct.unpack_from("<H", body)
            encoding = _ENCODINGS.get(page, f"cp{page}")
        elif kind == _DATEMODE:
            from_1904 = body[:1] == b"\x01"
        elif kind == _BOUNDSHEET and body[5] == _WORKSHEET:
            name = _sheet_name(body[6:], version, encoding)
            if name in scans:
                raise Refusal("FIC001", f"deux feuilles y portent le nom « {shown(name)} »")
            (offset,) = struct.unpack_from("<I", body)
            scans[name] = _scan_sheet(_records(stream, offset))
            scans[name].layout.state, scans[name].layout.from_1904 = _STATES[min(body[4] & 3, 2)], from_1904
        if kind == _BOUNDSHEET:
            any_visible = any_visible or not body[4] & 3
    if scans and not any_visible:
        raise Refusal("FIC001", "aucune de ses feuilles n'est visible")
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
            _add_cell(scan, kind, body, row, column)
        else:
            _note_layout(scan.layout, kind, body)
    return scan


def _add_cell(scan: SheetScan, kind: int, body: bytes, row: int, column: int) -> None:
    if kind == _MULRK:
        for place in range((len(body) - 6) // 6):
            (packed,) = struct.unpack_from("<I", body, 6 + 6 * place)
            scan.add_number(row, column + place, _rk(packed))
    elif kind == _RK:
        (packed,) = struct.unpack_from("<I", body, 6)
        scan.add_number(row, column, _rk(packed))
    elif kind == _NUMBER or (kind == _FORMULA and body[12:14] != b"\xff\xff"):
        (number,) = struct.unpack_from("<d", body, 6)
        scan.add_number(row, column, number)
    elif (error := _error(kind, body)) is not None:
        scan.hidden[row, column] = CellError(_ERRORS.get(error, "#ERREUR"))
    elif kind == _LABELSST or (kind == _FORMULA and body[6] == _TEXT):
        scan.maybe.append(row * COLUMNS + column)
    elif not (kind == _FORMULA and body[6] == _BLANK_TEXT) and not (kind == _LABEL and body[6:8] == b"\0\0"):
        scan.add_text(row, column)


def _rk(packed: int) -> float:
    """A number in 30 bits: an integer or the head of a double, perhaps in hundredths ([MS-XLS] 2.5.217)."""
    if packed & 2:
        number = float(struct.unpack("<i", struct.pack("<I", packed))[0] >> 2)
    else:
        (number,) = struct.unpack("<d", struct.pack("<II", 0, packed & 0xFFFFFFFC))
    return number / 100 if packed & 1 else number


def _note_layout(layout: Layout, kind: int, body: bytes) -> None:
    if kind == _ROW and len(body) >= 16 and body[12] & _HIDDEN_ROW:
        (row,) = struct.unpack_from("<H", body)
        layout.hidden_rows.append((row, row))
    elif kind == _COLINFO and len(body) >= 10 and body[8] & _HIDDEN_COLUMN:
        first, last = struct.unpack_from("<HH", body)
        layout.hidden_columns.append((first, min(last, 255)))
    elif kind == _MERGES:
        for place in range(struct.unpack_from("<H", body)[0]):
            top, bottom, left, right = struct.unpack_from("<HHHH", body, 2 + 8 * place)
            layout.merges.append((top, left, bottom, right))


def _error(kind: int, body: bytes) -> int | None:
    """The code of the error that a cell shows, if it shows one."""
    if kind == _BOOLERR and body[7] == 1:
        return body[6]
    if kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
        return body[8]
    return None
