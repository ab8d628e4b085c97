"""Links from a report to a cell of a received file. Nothing from a received file is trusted: its path and sheet name are encoded."""

import re
from collections.abc import Callable
from urllib.parse import quote

import polars as pl

from workbooks.textcells import ILLEGAL_SIGN

MAX_LINKS = 65_530
"""Links that one sheet may hold."""
MAX_LENGTH = 2_079
"""Signs that a path or an anchor may hold, in UTF-16 units."""
Linker = Callable[[pl.DataFrame], pl.DataFrame]
"""Gives `cible` and `place` of the link of each row of a frame, as `source_links` does."""
_UNSAFE = re.compile(r"[^A-Za-z0-9\-_.~/!$&'()*+,=@\u00a0-\ufffd]")
_CELL = r"^[A-Z]{1,3}[1-9]\d{0,6}(:[A-Z]{1,3}[1-9]\d{0,6})?$"
_DRIVE = re.compile(r"[A-Za-z]:")


def encode_path(path: str) -> str:
    """Percent-encode what has a meaning in a link (%, #, ?, spaces…). Letters outside ASCII stay: that is how Excel writes them."""
    return _UNSAFE.sub(lambda sign: quote(sign.group(), safe=""), path)


def folder_prefix(folder: str) -> str:
    """The encoded folder with its final `/`; the colon of a drive letter stays."""
    drive = _DRIVE.match(folder)
    head = drive.group() if drive else ""
    encoded = head + encode_path(folder[len(head) :])
    return encoded if not encoded or encoded.endswith("/") else encoded + "/"


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def source_links(folder: str, files: pl.Series, sheets: pl.Series | None = None, cells: pl.Series | None = None) -> pl.DataFrame:
    """A row per row: `cible`, the link to the file in XlsxWriter's words, and `place` in it: `'Feuille d''été'!C6`.

    `cible` is null where there is no file or the link would be too long. `place` is the sheet's first cell where the address is none, and
    empty without a sheet, or for a name that XML cannot hold.
    """
    targets = _targets(folder, files.drop_nulls().unique().to_list())
    titles = {sheet: f"'{sheet.replace(chr(39), chr(39) * 2)}'!" for sheet in _named(sheets)}
    blank = pl.lit(None, pl.String)
    frame = pl.select(
        fichier=pl.lit(files) if len(files) else pl.Series([], dtype=pl.String),
        feuille=blank if sheets is None else pl.lit(sheets),
        cellule=blank if cells is None else pl.lit(cells),
    )
    address = pl.when(pl.col("cellule").str.contains(_CELL)).then("cellule").otherwise(pl.lit("A1"))
    title = pl.col("feuille").replace_strict(titles, default=None, return_dtype=pl.String)
    length = pl.col("feuille").replace_strict({s: _units(t) for s, t in titles.items()}, default=0, return_dtype=pl.Int64)
    short = length + address.str.len_chars() <= MAX_LENGTH
    target = pl.col("fichier").replace_strict(targets, default=None, return_dtype=pl.String)
    return frame.select(cible=pl.when(short).then(target), place=pl.concat_str(title, address).fill_null(""))


def link_to(folder: str, file: str, *place: str) -> Linker:
    """Links to the file that a column names, and to the sheet and cell that two others name."""
    return lambda frame: source_links(folder, frame[file], *(frame[name] for name in place))


def _targets(folder: str, paths: list[str]) -> dict[str, str]:
    prefix = folder_prefix(folder)
    encoded = ((path, prefix + encode_path(path)) for path in paths if path)
    return {path: f"external:{target}" for path, target in encoded if _units(target) <= MAX_LENGTH}


def _named(sheets: pl.Series | None) -> list[str]:
    known = [] if sheets is None else sheets.drop_nulls().unique().to_list()
    return [sheet for sheet in known if sheet and not ILLEGAL_SIGN.search(sheet)]
