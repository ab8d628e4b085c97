"""What the XML of an .ods says of its sheets, with its repetitions: cells, errors, formulas without a stored value, what is hidden."""

import re

from workbooks.cells import Cell, CellError, Unvalued, shown
from workbooks.container import Parts
from workbooks.markup import parse
from workbooks.refusal import Refusal
from workbooks.scan import Layout, SheetScan

_CELLS = ("table:table-cell", "table:covered-table-cell")
_ERROR = re.compile(r"#[A-ZÉ/0]+\s?[!?]|#N/A|Err\s?:\d+")
"""How errors are shown, in English and in French."""
_COMPUTES = re.compile(rb"generator>[^<]*(LibreOffice|OpenOffice|Collabora)")
"""These compute every formula before they save, and write no value for an empty text."""
_REPEATS = 10_000
"""No sender repeats an error that often."""
_NUMBERS = {"float": "office:value", "percentage": "office:value", "currency": "office:value"}
_SPACES = ("text:s", "text:tab", "text:line-break")


class _Ods:
    """Follows tables, rows and cells of an OpenDocument spreadsheet."""

    def __init__(self, computed: bool, most: int) -> None:
        self.computed, self.most = computed, most
        self.scans: dict[str, SheetScan] = {}
        self.scan = SheetScan()
        self.row = self.column = self.repeat = self.row_repeat = self.table_column = 0
        self.cell: dict[str, str] | None = None
        self.notes = 0
        self.value = ""
        self.style = ""
        self.from_1904 = False
        self.hidden_styles: set[str] = set()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in _CELLS:
            self.column += self.repeat
            self.repeat = _times(attributes, "columns-repeated")
            self.cell, self.value = attributes, ""
        elif name == "table:table-row":
            self.row += self.row_repeat
            self.row_repeat = _times(attributes, "rows-repeated")
            self.column, self.repeat = 0, 0
            _note_hidden(self.scan.layout.hidden_rows, attributes, self.row, self.row_repeat)
        elif name == "table:table-column":
            times = _times(attributes, "columns-repeated")
            _note_hidden(self.scan.layout.hidden_columns, attributes, self.table_column, times)
            self.table_column += times
        elif name == "office:annotation":
            self.notes += 1
        elif name in _SPACES:
            self.text(" ")
        else:
            self._start_table(name, attributes)

    def _start_table(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            title = attributes.get("table:name", "")
            if title in self.scans:
                raise Refusal("FIC001", f"deux feuilles y portent le nom « {shown(title)} »")
            state = "hidden" if attributes.get("table:style-name") in self.hidden_styles else "visible"
            self.scan = self.scans[title] = SheetScan(layout=Layout(state, from_1904=self.from_1904))
            self.row = self.row_repeat = self.table_column = 0
        elif name == "table:null-date":
            self.from_1904 = attributes.get("table:date-value") == "1904-01-01"
        elif name == "style:style":
            self.style = attributes.get("style:name", "")
        elif name == "style:table-properties" and attributes.get("table:display") == "false":
            self.hidden_styles.add(self.style)

    def end(self, name: str) -> None:
        if name in _CELLS and self.cell is not None:
            self._close_cell(self.cell)
            self.cell = None
        elif name == "office:annotation":
            self.notes -= 1

    def _close_cell(self, attributes: dict[str, str]) -> None:
        height, width = _times(attributes, "rows-spanned"), _times(attributes, "columns-spanned")
        if height * width > 1:
            self.scan.layout.merges.append((self.row, self.column, self.row + height - 1, self.column + width - 1))
        kind = attributes.get("office:value-type", "")
        formula = "table:formula" in attributes
        if not kind and not formula:
            return
        self.scan.reach(self.row + self.row_repeat, self.column + self.repeat)
        text = self.value.strip()
        if attributes.get("calcext:value-type") == "error" or (formula and _ERROR.fullmatch(text)):
            self._hide(CellError(text or "#ERREUR"))
        elif formula and not kind and not self.computed:
            self._hide(Unvalued())
        elif kind and self.repeat * self.row_repeat <= self.most:  # beyond, the extent of the sheet is refused
            self._count(kind, attributes)

    def _count(self, kind: str, attributes: dict[str, str]) -> None:
        places = [(r, c) for r in range(self.row, self.row + self.row_repeat) for c in range(self.column, self.column + self.repeat)]
        if kind in _NUMBERS:
            number = float(attributes.get(_NUMBERS[kind], "nan"))
            for place in places:
                self.scan.add_number(*place, number)
        elif kind != "string" or self.value or attributes.get("office:string-value"):
            for place in places:
                self.scan.add_text(*place)

    def _hide(self, cell: Cell) -> None:
        if self.repeat * self.row_repeat > _REPEATS:
            raise Refusal("FIC003", "une cellule en erreur y est répétée sans mesure")
        for row in range(self.row, self.row + self.row_repeat):
            for column in range(self.column, self.column + self.repeat):
                self.scan.hidden[row, column] = cell

    def text(self, data: str) -> None:
        if self.cell is not None and not self.notes:
            self.value += data


def _times(attributes: dict[str, str], what: str) -> int:
    return max(1, int(attributes.get(f"table:number-{what}", 1)))


def _note_hidden(found: list[tuple[int, int]], attributes: dict[str, str], first: int, times: int) -> None:
    if attributes.get("table:visibility", "visible") != "visible":
        found.append((first, first + times - 1))


def scan_ods(parts: Parts, most: int) -> dict[str, SheetScan]:
    """Sheet name → scan, for an .ods of which a sheet has at most `most` cells. A password-protected one keeps its content encrypted."""
    if b"encryption-data" in parts.read("META-INF/manifest.xml"):
        raise Refusal("FIC002")
    meta = parts.read("meta.xml") if "meta.xml" in parts else b""
    document = _Ods(bool(_COMPUTES.search(meta)), most)
    parse(parts.read("content.xml"), document.start, document.end, document.text)
    parts.check_rest()
    if document.scans and all(scan.layout.state != "visible" for scan in document.scans.values()):
        raise Refusal("FIC001", "aucune de ses feuilles n'est visible")
    return document.scans
