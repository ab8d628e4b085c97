"""What readers hide: cells in error, formulas without a stored value, and how far a sheet reaches — by address, from the file's own XML.

python-calamine gives '' for both kinds of cells, so they are found here and put back in their place.
"""

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from workbooks.cells import Cell, CellError, Unvalued, address, indices
from workbooks.container import Parts, Refusal

Place = tuple[int, int]


@dataclass
class SheetScan:
    """Zero-based (row, column) → what hides there; and the last row and column that hold something, one-based."""

    hidden: dict[Place, Cell] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0

    def reach(self, rows: int, columns: int) -> None:
        """Count a cell that ends at that row and column, one-based."""
        self.rows, self.columns = max(self.rows, rows), max(self.columns, columns)


def _parse(xml: bytes, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None], text: Callable[[str], None]) -> None:
    """Run expat over a part, with local names and no document type. Raises Refusal where the XML is damaged or dangerous."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise Refusal("FIC003", "son XML contient une déclaration interdite")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError, LookupError):  # LookupError: an unknown encoding
        raise Refusal("FIC001", "son contenu interne est endommagé") from None


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def scan_xlsx(parts: Parts) -> dict[str, SheetScan]:
    """Sheet name → scan, for the worksheets of an .xlsx or .xlsm."""
    for name in parts.names():
        # The reader does not verify the checksum of shared strings, where amounts written as text are.
        if name.endswith("sharedstrings.xml"):
            parts.read(name)
    return {name: scan_xlsx_sheet(parts.read(part)) for name, part in _xlsx_sheets(parts).items()}


def _xlsx_sheets(parts: Parts) -> dict[str, str]:
    """Sheet name → part, by the workbook's relationships."""
    book = next((n for n in parts.names() if n.endswith("xl/workbook.xml")), None) or next(
        n for n in parts.names() if n.endswith("workbook.xml")
    )
    folder, _, base = book.rpartition("/")
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def relation(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            target = attributes.get("Target", "").replace("\\", "/")
            whole = target if target.startswith("/") else f"{folder}/{target}"
            targets[attributes.get("Id", "")] = posixpath.normpath(whole).lstrip("/")

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "sheet":
            identifier = next((v for k, v in attributes.items() if _local(k) == "id" and ":" in k), "")
            title = attributes.get("name", "")
            if title in sheets:
                raise Refusal("FIC001", f"deux feuilles y portent le nom « {title} »")
            if identifier in targets:
                sheets[title] = targets[identifier]

    _parse(parts.read(f"{folder}/_rels/{base}.rels".lstrip("/")), relation, _ignore_name, _ignore_name)
    _parse(parts.read(book), sheet, _ignore_name, _ignore_name)
    return sheets


def _ignore_name(_: str) -> None:
    return None


class _XlsxSheet:
    """Follows rows and cells; a cell may leave its reference out, which means the next one."""

    def __init__(self, seen: set[Place] | None = None) -> None:
        self.scan = SheetScan()
        self.row, self.column = -1, -1
        self.kind = ""
        self.formula = self.in_value = self.filled = self.is_sheet = False
        self.value = ""
        self.last: Place = (-1, -1)
        self.disordered = False
        """Some cell comes before or at the one before it: a second pass, with `seen`, looks for cells written twice."""
        self.seen = seen

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if ":" in name:
            name = _local(name)
        if name == "c":
            self._open_cell(attributes)
        elif name == "row":
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            self.column = -1
        elif name == "f":
            self.formula = self.filled = True
        elif name == "v":
            self.in_value = self.filled = True
        elif name == "is":
            self.filled = True
        elif name == "sheetData":
            self.is_sheet = True

    def _open_cell(self, attributes: dict[str, str]) -> None:
        if reference := attributes.get("r"):
            self.row, self.column = indices(reference)
        else:
            self.column += 1
        self.kind = attributes.get("t", "")
        self.formula = self.filled = False
        self.value = ""

    def end(self, name: str) -> None:
        if ":" in name:
            name = _local(name)
        if name == "v":
            self.in_value = False
        elif name == "c" and self.filled:
            self._close_cell()

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
        self.scan.reach(self.row + 1, self.column + 1)
        if self.kind == "e":
            self.scan.hidden[place] = CellError(self.value or "#ERREUR")
        elif self.formula and not self.value and self.kind not in ("str", "inlineStr"):
            self.scan.hidden[place] = Unvalued()

    def text(self, data: str) -> None:
        if self.in_value:
            self.value += data


def scan_xlsx_sheet(xml: bytes) -> SheetScan:
    """Scan one worksheet part."""
    sheet = _XlsxSheet()
    _parse(xml, sheet.start, sheet.end, sheet.text)
    if not sheet.is_sheet:
        # Readers find no cell in it and call it blank: what the true sheet said would be lost without a word.
        raise Refusal("FIC001", "une de ses feuilles n'en est pas une")
    if sheet.disordered:
        again = _XlsxSheet(set())
        _parse(xml, again.start, again.end, again.text)
    return sheet.scan


_ODS_CELLS = ("table:table-cell", "table:covered-table-cell")
_ODS_ERROR = re.compile(r"#[A-ZÉ/0]+\s?[!?]|#N/A|Err\s?:\d+")
"""How errors are shown, in English and in French."""
_COMPUTES = re.compile(rb"generator>[^<]*(LibreOffice|OpenOffice|Collabora)")
"""These compute every formula before they save, and write no value for an empty text."""
_REPEATS = 10_000
"""No sender repeats an error that often."""


class _Ods:
    """Follows tables, rows and cells of an OpenDocument spreadsheet, with their repetitions."""

    def __init__(self, computed: bool) -> None:
        self.computed = computed
        self.scans: dict[str, SheetScan] = {}
        self.scan = SheetScan()
        self.row = self.column = self.repeat = self.row_repeat = 0
        self.cell: dict[str, str] | None = None
        self.notes = 0
        self.value = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            title = attributes.get("table:name", "")
            if title in self.scans:
                raise Refusal("FIC001", f"deux feuilles y portent le nom « {title} »")
            self.scan = self.scans[title] = SheetScan()
            self.row, self.row_repeat = 0, 0
        elif name == "table:table-row":
            self.row += self.row_repeat
            self.row_repeat = int(attributes.get("table:number-rows-repeated", 1))
            self.column, self.repeat = 0, 0
        elif name in _ODS_CELLS:
            self.column += self.repeat
            self.repeat = int(attributes.get("table:number-columns-repeated", 1))
            self.cell, self.value = attributes, ""
        elif name == "office:annotation":
            self.notes += 1

    def end(self, name: str) -> None:
        if name in _ODS_CELLS and self.cell is not None:
            self._close_cell(self.cell)
            self.cell = None
        elif name == "office:annotation":
            self.notes -= 1

    def _close_cell(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("office:value-type", "")
        formula = "table:formula" in attributes
        if not kind and not formula:
            return
        self.scan.reach(self.row + self.row_repeat, self.column + self.repeat)
        shown = self.value.strip()
        if attributes.get("calcext:value-type") == "error" or (formula and _ODS_ERROR.fullmatch(shown)):
            self._hide(CellError(shown or "#ERREUR"))
        elif formula and not kind and not self.computed:
            self._hide(Unvalued())

    def _hide(self, cell: Cell) -> None:
        if self.repeat * self.row_repeat > _REPEATS:
            raise Refusal("FIC003", "une cellule en erreur y est répétée sans mesure")
        for row in range(self.row, self.row + self.row_repeat):
            for column in range(self.column, self.column + self.repeat):
                self.scan.hidden[row, column] = cell

    def text(self, data: str) -> None:
        if self.cell is not None and not self.notes:
            self.value += data


def scan_ods(parts: Parts) -> dict[str, SheetScan]:
    """Sheet name → scan, for an .ods. A password-protected one keeps its content encrypted."""
    if b"encryption-data" in parts.read("META-INF/manifest.xml"):
        raise Refusal("FIC002")
    meta = parts.read("meta.xml") if "meta.xml" in parts else b""
    document = _Ods(computed=bool(_COMPUTES.search(meta)))
    _parse(parts.read("content.xml"), document.start, document.end, document.text)
    return document.scans
