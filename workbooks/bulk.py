"""Long tables in an XlsxWriter workbook: their rows are columns of XML text made by polars, a slice at a time, and packed as they are made.

XlsxWriter keeps everything else: styles, widths, header, totals, print set-up, and the package. This is the only part of the project that
touches its inner methods; the golden dumps of the reports and `constraints.txt` hold them still.
"""

import io
import re
import zlib
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar
from zipfile import ZIP_DEFLATED, ZipFile

import polars as pl
from xlsxwriter import Workbook
from xlsxwriter.url import Url
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from schemas.packed import Packed, packed
from workbooks.container import body_of
from workbooks.retour_zip import Packed as Part
from workbooks.retour_zip import archive_pieces, copied
from workbooks.textcells import Texts

T = TypeVar("T")
_ROWS, _LINKS = "<!--lignes-->", "<!--liens-->"
"""Where the rows and the links stand in the sheet that XlsxWriter writes; none of its own texts may hold a `<`."""
_SLICE = 5_000
"""Rows made and packed at a time: 3 MB of XML, of which some ten are held at once."""
_FEW = 100_000
"""Rows that wait as they are: 20 MB."""
_LEVEL = 2
"""A quarter more bytes than the usual 6, for a quarter of its time."""
_AHEAD = 2
"""Slices made while others are packed: so many are in memory at once."""
_NO_MORE = b"\x03\x00"
"""The last block of a deflated part, with nothing in it."""
_BLANK = '"/>'
_FUNCTION = re.compile(r"([A-Z][A-Z0-9.]*)\(")
_OLD_FUNCTIONS = frozenset(
    ("ABS", "AND", "COUNT", "COUNTA", "COUNTIF", "FIXED", "IF", "IFERROR", "INDEX", "ISNA", "ISNUMBER", "ISTEXT", "LEFT", "LEN", "MATCH",
     "MAX", "MID", "MIN", "MOD", "NOT", "OR", "ROUND", "ROW", "SUBSTITUTE", "SUBTOTAL", "SUM", "SUMIFS", "SUMPRODUCT", "TRIM", "YEAR")
)  # fmt: skip
"""Those that the project writes."""
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


@dataclass(frozen=True)
class _Column:
    """A column: what its cells hold (shared texts by number, or numbers), and a format for all or one each."""

    values: pl.Series
    styles: pl.Series | int
    texts: bool


@dataclass(frozen=True)
class _Rows:
    """Rows that follow each other from `first` on (zero-based): what their cells hold, and the text made of it."""

    first: int
    values: Packed
    row: pl.Expr

    @classmethod
    def of(cls, first: int, columns: list[_Column], heights: pl.Series | None) -> "_Rows":
        """Of columns; `heights` in points, null for the usual one."""
        series = {f"v{place}": column.values for place, column in enumerate(columns)}
        series |= {f"s{place}": column.styles for place, column in enumerate(columns) if isinstance(column.styles, pl.Series)}
        pieces: list[str | pl.Expr] = ['<row r="', pl.col("n"), '"']
        if heights is not None:
            series["h"] = heights
            pieces.append(_joined(' ht="', pl.col("h"), '" customHeight="1"').fill_null(""))
        pieces.append(">")
        for place, column in enumerate(columns):
            pieces += _cell(place, column)
        return cls(first, packed(pl.DataFrame(series), _FEW), _joined(*pieces, "</row>"))

    def xml(self) -> Iterator[Callable[[], bytes]]:
        """What makes them, a slice at a time."""
        frame = self.values.frame().with_row_index("n", self.first + 1)
        for part in frame.iter_slices(_SLICE):
            yield partial(_xml_of, part, self.row)


class PlainSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter has no types
    """A worksheet whose formulas are taken as they are, where Excel has always known all their functions.

    XlsxWriter looks for some eighty newer ones in each formula, one after the other.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        if _OLD_FUNCTIONS.issuperset(_FUNCTION.findall(formula)) and not formula.startswith("{"):
            return formula.removeprefix("=")
        return str(super()._prepare_formula(formula, expand_future_functions))


class BulkSheet(PlainSheet):
    """A worksheet that takes rows as columns below its header, some at a time: `start_rows`, each column once, `close_rows`, and again."""

    dim_rowmax: int | None

    def __init__(self) -> None:
        super().__init__()
        self._first_row = self._height = 0
        self._columns: list[_Column] = []
        self._rows: deque[_Rows] = deque()
        self._links: defaultdict[int, list[pl.DataFrame]] = defaultdict(list)
        self.links_xml: Callable[[], bytes] = bytes
        """What makes the links."""

    def start_rows(self, first: int, height: int) -> None:
        """Rows `first` to `first + height - 1` (zero-based) come as columns; those of the next call follow them."""
        self._first_row, self._height, self._columns = first, height, []

    def add_texts(self, texts: Texts, styles: pl.Series | int) -> None:
        """A column of texts; where there is none, a blank cell."""
        index = [self.str_table._get_shared_string_index(text) for text in texts.known.to_list()]
        self._columns.append(_Column(texts.spread(pl.Series(index, dtype=pl.UInt32)), styles, texts=True))

    def add_numbers(self, numbers: pl.Series, styles: pl.Series | int) -> None:
        """A column of exact numbers; null is a blank cell."""
        self._columns.append(_Column(numbers, styles, texts=False))

    def add_links(self, places: pl.Series, links: pl.DataFrame) -> None:
        """Links on the column added last: row numbers below the header, zero-based, and what each points to (`links.source_links`)."""
        if links.is_empty():
            return
        place = len(self._columns) - 1
        cells = pl.lit(xl_col_to_name(place)) + (places.cast(pl.Int64) + self._first_row + 1).cast(pl.String)
        self._links[place].append(links.with_columns(cells.alias("ref")))

    def close_rows(self, heights: pl.Series | None) -> None:
        """End these rows; `heights` in points, null for the usual one."""
        if self._columns and self._height:
            self._rows.append(_Rows.of(self._first_row, self._columns, heights))
            self._check_dimensions(self._first_row + self._height - 1, len(self._columns) - 1)

    @property
    def long(self) -> bool:
        """Whether the sheet has rows that came as columns."""
        return bool(self._rows)

    def rows_xml(self) -> Iterator[Callable[[], bytes]]:
        """What makes the rows, a slice at a time; they are let go as they are made."""
        while self._rows:
            yield from self._rows.popleft().xml()

    def _write_rows(self) -> None:
        if not self.long:
            super()._write_rows()
            return
        # It would look for cells in each of the rows that came as columns.
        self.dim_rowmax, last = self._rows[0].first - 1, self.dim_rowmax
        super()._write_rows()
        self.dim_rowmax = last
        self.fh.write(_ROWS)

    def _write_hyperlinks(self) -> None:
        if not self._links:
            super()._write_hyperlinks()
            return
        links = pl.concat(some for _, of_column in sorted(self._links.items()) for some in of_column)
        # One relationship per file: each of its links names its own cell.
        targets = links["cible"].unique(maintain_order=True).to_list()
        self.external_hyper_links += [["/hyperlink", _target(target), "External"] for target in targets]
        number = pl.col("cible").replace_strict(targets, range(self.rel_count + 1, self.rel_count + 1 + len(targets)))
        self.rel_count += len(targets)
        place = pl.col("place").str.replace_many(_ESCAPES)
        location = pl.when(place == "").then(pl.lit("")).otherwise(_joined(' location="', place, '"'))
        link = _joined('<hyperlink ref="', pl.col("ref"), '" r:id="rId', number.cast(pl.String), '"', location, "/>")
        self.links_xml = partial(_xml_of, links, link)
        self.fh.write(f"<hyperlinks>{_LINKS}</hyperlinks>")


def _xml_of(rows: pl.DataFrame, row: pl.Expr) -> bytes:
    made = rows.select(pl.all().cast(pl.String)).select(row.str.join(""))
    return str(made.item()).encode()


def styles_by_word(words: pl.Series, style: Any, by_word: Mapping[str, Any]) -> pl.Series | int:
    """The number of the format, or one per row where some words have their own."""
    usual = int(style._get_xf_index())
    if not by_word:
        return usual
    return words.replace_strict({w: int(made._get_xf_index()) for w, made in by_word.items()}, default=usual, return_dtype=pl.UInt16)


def _cell(place: int, column: _Column) -> list[str | pl.Expr]:
    """The pieces of a cell; `n`, `v` and `s` are the row's number, the column's value and its format, as texts."""
    style = str(column.styles) if isinstance(column.styles, int) else pl.col(f"s{place}")
    body: list[str | pl.Expr] = ['" t="s"><v>' if column.texts else '"><v>', pl.col(f"v{place}"), "</v></c>"]
    if column.values.null_count():
        body = [_joined(*body).fill_null(_BLANK)]
    return [f'<c r="{xl_col_to_name(place)}', pl.col("n"), '" s="', style, *body]


def _joined(*pieces: str | pl.Expr) -> pl.Expr:
    """One text of several; null where one of them is."""
    merged: list[pl.Expr] = []
    for is_text, run in groupby(pieces, lambda piece: isinstance(piece, str)):
        same: list[Any] = list(run)
        merged += [pl.lit("".join(same))] if is_text else same
    return pl.concat_str(merged)


@lru_cache(maxsize=4096)
def _target(link: str) -> str:
    """A link as the file's relationships hold it."""
    return str(Url(link)._target())


class BulkBook(Workbook):  # type: ignore[misc]
    """A workbook whose long sheets are packed slice by slice when it is closed. Nothing is written to the disk before its target is."""

    def __init__(self, target: Path | io.BytesIO, options: dict[str, Any]) -> None:
        self._made, self._target = io.BytesIO(), target
        super().__init__(self._made, {**options, "in_memory": True})

    def close(self) -> None:
        """Write the target. Raises OSError."""
        super().close()
        pieces = self._with_rows(self._made.getvalue())
        if isinstance(self._target, Path):
            with self._target.open("wb") as file:
                file.writelines(pieces)
        else:
            self._target.writelines(pieces)

    def _with_rows(self, made: bytes) -> Iterator[bytes | memoryview]:
        sheets = {f"xl/worksheets/sheet{sheet.index + 1}.xml": sheet for sheet in self.worksheets() if getattr(sheet, "long", False)}
        data = memoryview(made)
        with ZipFile(io.BytesIO(made)) as parts, ThreadPoolExecutor(2) as threads:
            yield from archive_pieces(
                _part(info.filename, _pieces(parts.read(info), sheets[info.filename]), threads)
                if info.filename in sheets
                else copied(info, data[body_of(data, info) :][: info.compress_size])
                for info in parts.infolist()
            )


def _pieces(skeleton: bytes, sheet: BulkSheet) -> Iterator[Callable[[], bytes]]:
    """What makes a sheet, with its rows in their place."""
    before, _, rest = skeleton.partition(_ROWS.encode())
    between, _, after = rest.partition(_LINKS.encode())
    yield lambda: before
    yield from sheet.rows_xml()
    yield lambda: between
    yield sheet.links_xml
    yield lambda: after


def _part(name: str, pieces: Iterable[Callable[[], bytes]], threads: ThreadPoolExecutor) -> Part:
    """A part made and packed piece by piece, side by side: each ends on a whole byte, so that they follow each other."""
    crc = size = 0
    bodies = bytearray()
    for piece, body in _in_turn((threads.submit(_deflated, make) for make in pieces), _AHEAD):
        crc, size = zlib.crc32(piece, crc), size + len(piece)
        bodies += body
    bodies += _NO_MORE
    return Part(name.encode(), 0, ZIP_DEFLATED, crc, size, memoryview(bodies))


def _in_turn(futures: Iterable[Future[T]], ahead: int) -> Iterator[T]:
    """The results in order; so many more are begun before one is waited for."""
    waiting: deque[Future[T]] = deque()
    for future in futures:
        waiting.append(future)
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _deflated(make: Callable[[], bytes]) -> tuple[bytes, bytes]:
    """A piece, and what it is once packed."""
    piece, deflater = make(), zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return piece, deflater.compress(piece) + deflater.flush(zlib.Z_SYNC_FLUSH)
