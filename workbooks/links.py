"""Links from a report to a cell of a received file. Nothing from a received file is trusted: its path and sheet name are encoded."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from workbooks.textcells import ILLEGAL_SIGN

MAX_LINKS = 65_530
"""Links that one sheet may hold."""
MAX_LENGTH = 2_079
"""Signs that a path or an anchor may hold, in UTF-16 units."""
Links = Sequence[str | None]
_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/!$&'()*+,=@")
_CELL = re.compile(r"[A-Z]{1,3}[1-9]\d{0,6}(:[A-Z]{1,3}[1-9]\d{0,6})?")
_DRIVE = re.compile(r"[A-Za-z]:")


def encode_path(path: str) -> str:
    """Percent-encode what has a meaning in a link (%, #, ?, spaces…). Letters outside ASCII stay: that is how Excel writes them."""
    return "".join(sign if sign in _SAFE or 159 < ord(sign) < 0xFFFE else quote(sign, safe="") for sign in path)


def folder_prefix(folder: str) -> str:
    """The encoded folder with its final `/`; the colon of a drive letter stays."""
    drive = _DRIVE.match(folder)
    head = drive.group() if drive else ""
    encoded = head + encode_path(folder[len(head) :])
    return encoded if not encoded or encoded.endswith("/") else encoded + "/"


def anchor(sheet: str | None, cell: str | None) -> str:
    """`'Feuille d''été'!C6`; its first cell where the address is none; nothing without a sheet, or for a name that XML cannot hold."""
    if not sheet or ILLEGAL_SIGN.search(sheet):
        return ""
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell if cell and _CELL.fullmatch(cell) else 'A1'}"


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def source_links(folder: str, places: Iterable[tuple[str | None, str | None, str | None]]) -> Links:
    """A link per (fichier, feuille, cellule), in XlsxWriter's words; None where there is no file or the link would be too long."""
    prefix = folder_prefix(folder)
    paths: dict[str, str | None] = {}
    found: list[str | None] = []
    for path, sheet, cell in places:
        if not path:
            found.append(None)
            continue
        if path not in paths:
            target = prefix + encode_path(path)
            paths[path] = f"external:{target}" if _units(target) <= MAX_LENGTH else None
        start, end = paths[path], anchor(sheet, cell)
        found.append(None if start is None or _units(end) > MAX_LENGTH else f"{start}#{end}" if end else start)
    return found
