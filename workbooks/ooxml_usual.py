"""The short way through a worksheet's XML: what Excel, LibreOffice, openpyxl and XlsxWriter write, taken apart without expat.

Four fifths of the time of a reading went into expat's events for cells. Where every byte between `<sheetData>` and its end is a row or a
cell of the usual form, with references that rise, the cells are taken from there, and expat sees only the rest of the part. Anything else
is left to expat as a whole: both ways count the same.

What stands between two values (`</row><row r="6"><c r="A6" t="s">`) is the same in every workbook made from one template: each such piece
of markup is understood once, and what it says is kept. Values are then taken by the sheet, not one by one.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import compress
from operator import lt
from typing import NamedTuple

from workbooks.cells import COLUMNS, ROWS, indices
from workbooks.markup import is_plain, remembered
from workbooks.ooxml_cells import LAST_DAY, Book, CellCounter, SheetEvents
from workbooks.scan import Block, SheetScan

_VALUE = re.compile("<v>([^<]*)</v></c>")
_ATTRIBUTES = r'(?: [\w:]+="[^"<&]*")*'
_TOKEN = re.compile(
    r'(<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="([0-9]{1,5})")?(?: t="(n|s|str|b|e)")?'
    rf"(?:(/>)|>(<f{_ATTRIBUTES}(?:/>|>[^<]*</f>))?(</c>)?)"
    rf"|<row({_ATTRIBUTES})/?>|</row>)"
)
_ROW = re.compile(r' r="([1-9][0-9]{0,6})"')
_HIDDEN = (' hidden="1"', ' hidden="true"')
Spans = tuple[tuple[int, int], ...]
_OPEN, _CLOSE = b"<sheetData>", b"</sheetData>"
_OTHER_ENCODING = re.compile(rb"""encoding=["'](?!utf-8)""", re.IGNORECASE)


class _Columns(dict[str, int]):
    """Zero-based columns by their letters. Raises ValueError beyond the last one."""

    def __missing__(self, letters: str) -> int:
        column = self[letters] = indices(f"{letters}1")[1]
        return column


_COLUMN = _Columns()


def scan_usual(xml: bytes, book: Book) -> SheetScan | None:
    """Scan one worksheet part, or None where it is not of the usual form. Raises Refusal."""
    start, end = xml.find(_OPEN) + len(_OPEN), xml.rfind(_CLOSE)
    if not len(_OPEN) <= start <= end or not is_utf8(xml):
        return None
    cells, rest = xml[start:end], xml[:start] + xml[end:]
    counter = CellCounter(book)
    try:
        if not is_plain(cells):
            return None
        _count_cells(cells.decode(), counter)
    except ValueError:
        return None
    around = _around(rest)
    if around is None:
        return None
    layout = counter.scan.layout
    layout.hidden_columns, layout.merges, counter.scan.wrong_extent = list(around[0]), list(around[1]), around[2]
    return counter.scan


@remembered
def _around(rest: bytes) -> tuple[Spans, tuple[Block, ...], bool] | None:
    """What a part says outside its cells: hidden columns, merges, whether its extent is wrong. None where it holds cells there too.

    Raises Refusal.
    """
    events = SheetEvents(CellCounter(_ANY_BOOK))
    events.parse(rest)
    scan = events.counter.scan
    if events.data != 1 or scan.rows or scan.layout.hidden_rows:
        return None
    return tuple(scan.layout.hidden_columns), tuple(scan.layout.merges), scan.wrong_extent


_ANY_BOOK = Book(texts=sys.maxsize)


def is_utf8(xml: bytes) -> bool:
    """Whether a part says that it is in UTF-8, or says nothing. Only its decoding proves it."""
    return not _OTHER_ENCODING.search(xml, 0, 100) and not xml.startswith((b"\xff", b"\xfe"))


class _Cell(NamedTuple):
    """A cell as its markup says it, but for its value."""

    place: int
    kind: str
    style: str
    formula: bool


class _Mark(NamedTuple):
    """What stands before a value, from the end of the one before it: rows end and start, cells have no value, then a cell opens."""

    opens: bool
    """False after the last value of all, where no cell opens."""
    place: int
    """That of the last of its cells, of any kind; -1 where there is none."""
    first: int
    """That of the first one; beyond all places where there is none."""
    shared: bool
    """The value is the number of a shared text."""
    text: bool
    """The value is a text, shared or not, or a boolean."""
    number: bool
    odd: bool
    """There is more to say than where a text or a number stands."""
    cell: _Cell
    """The last one."""
    formulas: tuple[_Cell, ...]
    """Formulas that have no value."""
    hidden: tuple[int, ...]
    """Rows that are hidden."""


_NOWHERE = ROWS * COLUMNS


def _read_mark(markup: str) -> _Mark:
    """Raises ValueError where it is not of the usual form."""
    length, first, last, inside, opened = 0, _NOWHERE, -1, True, False
    cell = _Cell(-1, "", "", False)
    formulas: list[_Cell] = []
    hidden: list[int] = []
    for token, letters, row, style, kind, blank, formula, closed, attributes in _TOKEN.findall(markup):
        length += len(token)
        if not letters:
            inside = _turn(token, attributes, inside, hidden)
            continue
        cell = _Cell((int(row) - 1) * COLUMNS + _COLUMN[letters], kind, style, bool(formula))
        if not inside or opened or not last < cell.place < _NOWHERE:
            raise ValueError(markup)
        first, last = min(first, cell.place), cell.place
        opened = not (blank or closed)
        if formula and closed:
            formulas.append(cell)
    if length != len(markup) or inside is not opened:
        raise ValueError(markup)
    shared, text, number = (opened and cell.kind in kinds for kinds in (("s",), ("s", "str", "b"), ("", "n")))
    odd = bool(formulas or hidden) or (opened and not text and not number)
    return _Mark(opened, last, first, shared, text, number, odd, cell, tuple(formulas), tuple(hidden))


def _turn(token: str, attributes: str, inside: bool, hidden: list[int]) -> bool:
    """Whether cells may follow this start or end of a row. Raises ValueError where it cannot stand there."""
    ends = token[1] == "/"
    if inside is not ends:
        raise ValueError(token)
    if " hidden=" in attributes and any(word in attributes for word in _HIDDEN):
        hidden.append(_row_of(attributes))
    return not (ends or token[-2] == "/")


def _row_of(attributes: str) -> int:
    """Raises ValueError where the row has no usual number: expat's way counts it."""
    found = _ROW.search(attributes)
    if not found:
        raise ValueError(attributes)
    return int(found[1]) - 1


_MARKS: dict[str, _Mark] = {}
_MOST_MARKS = 20_000
"""Some megabytes at most."""


def _marks(written: Sequence[str]) -> list[_Mark]:
    """What these pieces of markup say. Raises ValueError."""
    if len(_MARKS) > _MOST_MARKS:
        _MARKS.clear()
    known = map(_MARKS.get, written)
    return [mark or _MARKS.setdefault(markup, _read_mark(markup)) for mark, markup in zip(known, written, strict=True)]


class _Shape(NamedTuple):
    """What the markup of some rows says, whatever their values."""

    first: int
    last: int
    marks: Sequence[_Mark]
    shared: Sequence[bool]
    text: Sequence[bool]
    number: Sequence[bool]
    texts_at: Sequence[int]
    numbers_at: Sequence[int]
    odd: bool


def _shape(written: tuple[str, ...]) -> _Shape:
    """Raises ValueError where some byte belongs to no cell, or cells do not rise."""
    marks = _marks(written)
    opens, places, firsts, shared, text, number, odd, *_ = zip(*marks, strict=True)
    if opens.index(False) != len(marks) - 1 or not all(map(lt, places, firsts[1:])):
        raise ValueError(written)
    return _Shape(min(firsts), max(places), marks, shared, text, number, [*compress(places, text)], [*compress(places, number)], any(odd))


_shape_of = lru_cache(maxsize=64)(_shape)
_SHORT = 1000
"""Values of a sheet whose shape is remembered: sheets made from one template, and filled alike, share theirs."""
_BLOCK = 1_000_000
"""Signs that are taken apart at a time: a long sheet is never held several times."""


def _blocks(body: str) -> Iterator[str]:
    """The rows of a sheet, some at a time."""
    start = 0
    while start < len(body):
        end = body.find("</row>", start + _BLOCK)
        end = len(body) if end < 0 else end + len("</row>")
        yield body[start:end]
        start = end


def _count_cells(body: str, counter: CellCounter) -> None:
    """Add every cell to the scan. Raises ValueError where some byte belongs to none, or cells do not rise."""
    last = -1
    for block in _blocks(body):
        # As if it came after a row, so that what stands before its first value is like what stands before any other.
        pieces = _VALUE.split("</row>" + block)
        written, values = tuple(pieces[::2]), pieces[1::2]
        shape = _shape_of(written) if len(written) < _SHORT else _shape(written)
        if shape.first <= last:
            raise ValueError(block)
        last = max(last, shape.last)
        if shape.odd or not _add_together(shape, values, counter):
            _add_each(shape.marks, [*values, ""], counter)


def _add_together(shape: _Shape, values: Sequence[str], counter: CellCounter) -> bool:
    """Add the cells of some rows where all are plain texts and numbers; False, and none added, where some are not."""
    book, scan = counter.book, counter.scan
    written, figures = [*compress(values, shape.shared)], [*compress(values, shape.number)]
    if "" in values or "".join(written).strip("0123456789") or "".join(figures).strip("0123456789."):
        return False
    texts, numbers = {*map(int, written)}, [*map(float, figures)]
    if max(texts, default=-1) >= book.texts or not texts.isdisjoint(book.spaces) or max(numbers, default=0) >= LAST_DAY:
        return False
    texts_at = shape.texts_at
    if not texts.isdisjoint(book.blank_texts):
        told = zip(texts_at, compress(values, shape.text), compress(shape.shared, shape.text), strict=True)
        texts_at = [place for place, value, refers in told if not (refers and int(value) in book.blank_texts)]
    scan.texts += texts_at
    scan.numbers_at += shape.numbers_at
    scan.numbers += numbers
    places = (*texts_at, *shape.numbers_at)
    scan.reach(max(places, default=-1) // COLUMNS + 1, max([place % COLUMNS for place in places], default=-1) + 1)
    return True


def _add_each(marks: Sequence[_Mark], values: Sequence[str], counter: CellCounter) -> None:
    """Add the cells of some rows, one after the other."""
    for mark, value in zip(marks, values, strict=True):
        counter.scan.layout.hidden_rows += [(row, row) for row in mark.hidden]
        for cell in mark.formulas:
            counter.add(divmod(cell.place, COLUMNS), cell.kind, cell.style, True, None)
        place, kind, style, formula = mark.cell
        if mark.opens and (value or formula):
            counter.add(divmod(place, COLUMNS), kind, style, formula, value)
