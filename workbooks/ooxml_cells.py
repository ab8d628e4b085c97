"""The cells of one worksheet of an .xlsx, as its XML says: a short way for what the usual programs write, expat for everything else."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from workbooks.cells import COLUMNS, ROWS, CellError, Misread, Unvalued, address, indices
from workbooks.markup import local, parse
from workbooks.refusal import Refusal
from workbooks.scan import Place, SheetScan, iso_moment

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
LAST_DAY = 2_958_466
"""Serial number of the first day after the year 9999."""


@dataclass
class Book:
    """What the cells refer to: how many shared texts there are, which are blank or nothing but spaces, and which formats show dates."""

    texts: int = 0
    blank_texts: frozenset[int] = frozenset()
    spaces: frozenset[int] = frozenset()
    is_date: Callable[[int], bool] = field(default=lambda _: False)


SPACES = " \t\r\n"
"""What XML calls white space."""


class CellCounter:
    """Takes the cells of a sheet one after the other and adds each to the scan."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.scan = SheetScan()

    def add(self, place: Place, kind: str, style: str, formula: bool, value: str | None) -> None:
        """One cell; `value` is None where it has none at all. A blank one is not counted."""
        if kind == "e":
            self.scan.hidden[place] = CellError(value or "#ERREUR")
        elif formula and (value is None or (not value and kind not in ("str", "inlineStr"))):
            self.scan.hidden[place] = Unvalued()
        elif not value or (kind == "s" and self._is_blank_text(value)):
            return
        elif kind in ("", "n"):
            self._add_number(place, style, value)
        elif (kind == "s" and int(value) in self.book.spaces) or (kind == "inlineStr" and not value.strip(SPACES)):
            # Spaces alone are kept or not by the reader, as the file asks or not to preserve them: a blank cell both ways.
            self.scan.maybe.append(place[0] * COLUMNS + place[1])
        else:
            self._add_other(place, kind, value)
        self.scan.reach(place[0] + 1, place[1] + 1)

    def _add_number(self, place: Place, style: str, value: str) -> None:
        number = float(value) if _NUMBER.fullmatch(value) else None
        if number is None or number - number or ((number < 0 or number >= LAST_DAY) and style and self.book.is_date(int(style))):
            self.scan.hidden[place] = Misread(value)
        else:
            self.scan.add_number(*place, number)

    def _is_blank_text(self, value: str) -> bool:
        if not value.isascii() or not value.isdigit() or int(value) >= self.book.texts:
            raise Refusal("FIC001", "des cellules y renvoient à des textes qui manquent")
        return int(value) in self.book.blank_texts

    def _add_other(self, place: Place, kind: str, value: str) -> None:
        if kind == "d":
            self.scan.hidden[place] = iso_moment(value)
        else:
            self.scan.add_text(*place)


class SheetEvents:
    """Follows rows and cells in expat's events; a cell may leave its reference out, which means the next one."""

    def __init__(self, counter: CellCounter, twice: bool = False) -> None:
        self.counter = counter
        self.layout = counter.scan.layout
        self.row, self.column = -1, -1
        self.kind = self.style = ""
        self.formula = self.filled = False
        self.value: str | None = None
        self.reading = False
        self.phonetic = 0
        self.last: Place = (-1, -1)
        self.disordered = False
        """Some cell comes before or at the one before it: a second pass looks for cells written twice."""
        self.seen: set[Place] | None = set() if twice else None
        self.data = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        if ":" in name:
            name = local(name)
        if name == "c":
            self._open_cell(attributes)
        elif name == "row":
            self.row = _row_number(attributes["r"]) if "r" in attributes else self.row + 1
            self.column = -1
            if _says_hidden(attributes):
                self.layout.hidden_rows.append((self.row, self.row))
        elif name == "f":
            self.formula = self.filled = True
        elif name == "v":
            self.reading = self.kind != "inlineStr"
            self._begin_value()
        elif name == "t":
            self.reading = self.kind == "inlineStr" and not self.phonetic
            self._begin_value()
        elif name == "rPh":
            self.phonetic += 1
        elif name in _LAYOUT:
            _LAYOUT[name](self, attributes)

    def _begin_value(self) -> None:
        if self.reading:
            self.filled, self.value = True, self.value or ""

    def _open_cell(self, attributes: dict[str, str]) -> None:
        if reference := attributes.get("r"):
            self.row, self.column = indices(reference)
        else:
            self.column += 1
        self.kind, self.style = attributes.get("t", ""), attributes.get("s", "")
        self.formula = self.filled = False
        self.value = None

    def end(self, name: str) -> None:
        """An element closes."""
        if ":" in name:
            name = local(name)
        if name in ("v", "t"):
            self.reading = False
        elif name == "c" and self.filled:
            self._close_cell()
        elif name == "rPh":
            self.phonetic -= 1

    def _close_cell(self) -> None:
        place = self.row, self.column
        if place > self.last:
            self.last = place
        else:
            self.disordered = True
        if self.seen is not None:
            if place in self.seen:
                raise Refusal("FIC001", f"la cellule {address(*place)} y est écrite deux fois")
            self.seen.add(place)
        self.filled = False
        self.counter.add(place, self.kind, self.style, self.formula, self.value)

    def text(self, data: str) -> None:
        """Text of an element."""
        if self.reading and self.value is not None:
            self.value += data

    def hide_columns(self, attributes: dict[str, str]) -> None:
        """`<col>`."""
        if _says_hidden(attributes):
            first, last = int(attributes.get("min", 1)), int(attributes.get("max", 1))
            self.layout.hidden_columns.append((max(first, 1) - 1, min(last, COLUMNS) - 1))

    def merge(self, attributes: dict[str, str]) -> None:
        """`<mergeCell>`."""
        first, _, last = attributes.get("ref", "").partition(":")
        self.layout.merges.append((*indices(first), *indices(last or first)))

    def parse(self, xml: bytes) -> None:
        """Run a part, or what is left of it, through expat."""
        parse(xml, self.start, self.end, self.text)

    def extent(self, attributes: dict[str, str]) -> None:
        """`<dimension>`, which is not believed; the reader fails where it makes no sense."""
        try:
            for reference in attributes.get("ref", "").split(":"):
                indices(reference)
        except ValueError:
            self.counter.scan.wrong_extent = True

    def data_begins(self, _: dict[str, str]) -> None:
        """`<sheetData>`."""
        self.data += 1


_LAYOUT: dict[str, Callable[[SheetEvents, dict[str, str]], None]] = {
    "col": SheetEvents.hide_columns,
    "mergeCell": SheetEvents.merge,
    "sheetData": SheetEvents.data_begins,
    "dimension": SheetEvents.extent,
}


def scan_any(xml: bytes, book: Book) -> SheetScan:
    """Scan one worksheet part, whatever its form. Raises Refusal."""
    sheet = SheetEvents(CellCounter(book))
    sheet.parse(xml)
    if sheet.data != 1:
        # Readers find no cell in what is no sheet and call it blank: what the true sheet said would be lost without a word.
        raise Refusal("FIC001", "une de ses feuilles n'en est pas une")
    if sheet.disordered:
        SheetEvents(CellCounter(book), twice=True).parse(xml)
    return sheet.counter.scan


def _says_hidden(attributes: dict[str, str]) -> bool:
    return attributes.get("hidden", "0") not in ("0", "false")


def _row_number(text: str) -> int:
    number = int(text)
    if not 0 < number <= ROWS:
        raise ValueError(text)
    return number - 1
