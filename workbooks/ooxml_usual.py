"""The short way through a worksheet's XML: one regular expression for what Excel, LibreOffice, openpyxl and XlsxWriter write.

Four fifths of the time of a reading went into expat's events for cells. Where every byte between `<sheetData>` and its end is a row or a
cell of the usual form, with references that rise, the cells are taken from the expression's matches, and expat sees only the rest of the
part. Anything else is left to expat as a whole: both ways count the same.
"""

import re

from workbooks.cells import COLUMNS, ROWS, indices
from workbooks.ooxml_cells import Book, CellCounter, SheetEvents
from workbooks.scan import SheetScan

_SIGNS = r"[^<&\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]*"
TEXT = rf"{_SIGNS}(?:&(?:amp|lt|gt|quot|apos|#[0-9]{{1,5}});{_SIGNS})*"
"""A text with nothing but known references, as it stands in the XML."""
_ATTRIBUTES = r'(?: [\w:]+="[^"<&]*")*'
_TOKEN = re.compile(
    r'(<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="([0-9]{1,5})")?(?: t="(n|s|str|b|e)")?'
    rf"(?:/>|>(<f{_ATTRIBUTES}(?:/>|>{TEXT}</f>))?(?:<v>({TEXT})</v>)?</c>)"
    rf"|<row({_ATTRIBUTES})/?>|</row>)"
)
_ROW = re.compile(r' r="([1-9][0-9]{0,6})"')
_HIDDEN = (' hidden="1"', ' hidden="true"')
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
    events = SheetEvents(counter)
    try:
        usual = _count_cells(xml[start:end].decode(), counter, events)
    except ValueError:
        return None
    if not usual:
        return None
    events.parse(xml[:start] + xml[end:])
    return counter.scan if events.data == 1 else None


def is_utf8(xml: bytes) -> bool:
    """Whether a part says that it is in UTF-8, or says nothing. Only its decoding proves it."""
    return not _OTHER_ENCODING.search(xml, 0, 100) and not xml.startswith((b"\xff", b"\xfe"))


def _row_of(attributes: str) -> int:
    """Raises ValueError where the row has no usual number: expat's way counts it."""
    found = _ROW.search(attributes)
    if not found:
        raise ValueError(attributes)
    return int(found[1]) - 1


def _count_cells(body: str, counter: CellCounter, events: SheetEvents) -> bool:
    """Add every cell to the scan; False where some byte belongs to none, or cells do not rise."""
    scan, blank, known = counter.scan, counter.book.blank_texts | counter.book.spaces, counter.book.texts
    length, last, widest, inside = 0, -1, -1, False
    for token, column, row, style, kind, formula, value, attributes in _TOKEN.findall(body):
        length += len(token)
        if column:
            place = (int(row) - 1) * COLUMNS + _COLUMN[column]
            if place <= last or not inside:
                return False
            last = place
            if kind == "s" and value.isdigit() and (index := int(value)) < known and index not in blank:
                scan.texts.append(place)
                widest = max(widest, place % COLUMNS)
            elif value or formula:
                counter.add(divmod(place, COLUMNS), kind, style, bool(formula), value if value or token.endswith("</v></c>") else None)
        else:
            before, inside = inside, not (token[1] == "/" or token[-2] == "/")
            if before is not (token[1] == "/"):
                return False
            if " hidden=" in attributes and any(word in attributes for word in _HIDDEN):
                events.layout.hidden_rows.append((_row_of(attributes),) * 2)
    if scan.texts:
        scan.reach(scan.texts[-1] // COLUMNS + 1, widest + 1)
    return length == len(body) and not inside and last < ROWS * COLUMNS
