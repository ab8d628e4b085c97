"""The short way through a worksheet's XML: one regular expression for what Excel, LibreOffice, openpyxl and XlsxWriter write.

Four fifths of the time of a reading went into expat's events for cells. Where every byte between `<sheetData>` and its end is a row or a
cell of the usual form, with references that rise, the cells are taken from the expression's matches, and expat sees only the rest of the
part. Anything else is left to expat as a whole: both ways count the same.
"""

import re
import sys

from workbooks.cells import COLUMNS, ROWS, indices
from workbooks.markup import remembered
from workbooks.ooxml_cells import Book, CellCounter, SheetEvents
from workbooks.scan import Block, SheetScan

_SIGNS = r"[^<&\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]*"
TEXT = rf"{_SIGNS}(?:&(?:amp|lt|gt|quot|apos|#[0-9]{{1,5}});{_SIGNS})*"
"""A text with nothing but known references, as it stands in the XML."""
_ATTRIBUTES = r'(?: [\w:]+="[^"<&]*")*'
_TOKEN = re.compile(
    r'(<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="([0-9]{1,5})")?(?: t="(n|s|str|b|e)")?'
    rf"(?:/>|>(<f{_ATTRIBUTES}(?:/>|>{TEXT}</f>))?(?:<v>(?:([0-9]{{1,6}}(?:\.[0-9]{{1,16}})?)|({TEXT}))</v>)?</c>)"
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
    counter = CellCounter(book)
    try:
        usual = _count_cells(xml[start:end].decode(), counter)
    except ValueError:
        return None
    if not usual:
        return None
    rest = xml[:start] + xml[end:]
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


def _turn(token: str, attributes: str, inside: bool, scan: SheetScan) -> bool:
    """Whether cells may follow this start or end of a row. Raises ValueError where it cannot stand there."""
    ends = token[1] == "/"
    if inside is not ends:
        raise ValueError(token)
    if " hidden=" in attributes and any(word in attributes for word in _HIDDEN):
        scan.layout.hidden_rows.append((_row_of(attributes),) * 2)
    return not (ends or token[-2] == "/")


def _row_of(attributes: str) -> int:
    """Raises ValueError where the row has no usual number: expat's way counts it."""
    found = _ROW.search(attributes)
    if not found:
        raise ValueError(attributes)
    return int(found[1]) - 1


def _count_cells(body: str, counter: CellCounter) -> bool:
    """Add every cell to the scan; False where some byte belongs to none, or cells do not rise."""
    scan, blank, known = counter.scan, counter.book.blank_texts | counter.book.spaces, counter.book.texts
    add_text, add_place, add_number = scan.texts.append, scan.numbers_at.append, scan.numbers.append
    length, last, counted, widest, inside = 0, -1, -1, -1, False
    for token, letters, row, style, kind, formula, short, value, attributes in _TOKEN.findall(body):
        length += len(token)
        if letters:
            column = _COLUMN[letters]
            place = (int(row) - 1) * COLUMNS + column
            if place <= last or not inside:
                return False
            last = place
            # The two usual cells, without a call: a shared text, and a number too small to be a date beyond the calendar.
            if kind == "s" and short and (index := int(short)) < known and index not in blank:
                add_text(place)
            elif short and (kind == "" or kind == "n"):
                add_place(place)
                add_number(float(short))
            else:
                value = short or value
                if value or formula:
                    counter.add(divmod(place, COLUMNS), kind, style, bool(formula), value if value or token.endswith("</v></c>") else None)
                continue
            counted = place
            if column > widest:
                widest = column
        else:
            inside = _turn(token, attributes, inside, scan)
    if counted >= 0:
        scan.reach(counted // COLUMNS + 1, widest + 1)
    return length == len(body) and not inside and last < ROWS * COLUMNS
