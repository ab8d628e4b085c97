"""What readers hide: cells in error, formulas without a stored value, and how far a sheet reaches — by address, from the file's own XML.

python-calamine gives '' for both kinds of cells, so they are found here and put back in their place.
"""

import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from workbooks.cells import Cell, CellError, Unvalued, indices
from workbooks.container import Refusal

Place = tuple[int, int]


@dataclass
class SheetScan:
    """Zero-based (row, column) → what hides there; and the last row and column used, one-based."""

    hidden: dict[Place, Cell] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0


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
    except (expat.ExpatError, ValueError):
        raise Refusal("FIC001", "son contenu interne est endommagé") from None


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def scan_xlsx(archive: zipfile.ZipFile) -> dict[str, SheetScan]:
    """Sheet name → scan, for the worksheets of an .xlsx or .xlsm."""
    return {name: scan_xlsx_sheet(_read(archive, part)) for name, part in _xlsx_sheets(archive).items()}


def _read(archive: zipfile.ZipFile, part: str) -> bytes:
    try:
        return archive.read(part)
    except (KeyError, zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error):
        raise Refusal("FIC001", "une de ses parties manque ou est endommagée") from None


def _xlsx_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → part, by the workbook's relationships."""
    book = next((n for n in archive.namelist() if n.endswith("xl/workbook.xml")), None) or next(
        n for n in archive.namelist() if n.endswith("workbook.xml")
    )
    folder, _, base = book.rpartition("/")
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def relation(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            target = attributes.get("Target", "")
            targets[attributes.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}".lstrip("/")

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "sheet":
            identifier = next((v for k, v in attributes.items() if _local(k) == "id" and ":" in k), "")
            if identifier in targets:
                sheets[attributes.get("name", "")] = targets[identifier]

    _parse(_read(archive, f"{folder}/_rels/{base}.rels".lstrip("/")), relation, _ignore_name, _ignore_name)
    _parse(_read(archive, book), sheet, _ignore_name, _ignore_name)
    return sheets


def _ignore_name(_: str) -> None:
    return None


class _XlsxSheet:
    """Follows rows and cells; a cell may leave its reference out, which means the next one."""

    def __init__(self) -> None:
        self.scan = SheetScan()
        self.row, self.column = -1, -1
        self.kind = ""
        self.formula = self.in_value = False
        self.value = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = _local(name)
        if name == "c":
            self._open_cell(attributes)
        elif name == "row":
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            self.column = -1
        elif name == "f":
            self.formula = True
        elif name == "v":
            self.in_value = True

    def _open_cell(self, attributes: dict[str, str]) -> None:
        if reference := attributes.get("r"):
            self.row, self.column = indices(reference)
        else:
            self.column += 1
        self.kind = attributes.get("t", "")
        self.formula, self.value = False, ""
        self.scan.rows = max(self.scan.rows, self.row + 1)
        self.scan.columns = max(self.scan.columns, self.column + 1)

    def end(self, name: str) -> None:
        name = _local(name)
        if name == "v":
            self.in_value = False
        elif name == "c":
            if self.kind == "e":
                self.scan.hidden[self.row, self.column] = CellError(self.value or "#ERREUR")
            elif self.formula and not self.value and self.kind != "str":
                self.scan.hidden[self.row, self.column] = Unvalued()

    def text(self, data: str) -> None:
        if self.in_value:
            self.value += data


def scan_xlsx_sheet(xml: bytes) -> SheetScan:
    """Scan one worksheet part."""
    sheet = _XlsxSheet()
    _parse(xml, sheet.start, sheet.end, sheet.text)
    return sheet.scan


class _Ods:
    """Follows tables, rows and cells of an OpenDocument spreadsheet, with their repetitions."""

    def __init__(self) -> None:
        self.scans: dict[str, SheetScan] = {}
        self.scan = SheetScan()
        self.row = self.column = self.repeat = self.row_repeat = 0
        self.cell: dict[str, str] | None = None
        self.value = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self.scan = self.scans[attributes.get("table:name", "")] = SheetScan()
            self.row, self.row_repeat = 0, 0
        elif name == "table:table-row":
            self.row += self.row_repeat
            self.row_repeat = int(attributes.get("table:number-rows-repeated", 1))
            self.column, self.repeat = 0, 0
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self.column += self.repeat
            self.repeat = int(attributes.get("table:number-columns-repeated", 1))
            self.cell, self.value = attributes, ""

    def end(self, name: str) -> None:
        if name in ("table:table-cell", "table:covered-table-cell") and self.cell is not None:
            self._close_cell(self.cell)
            self.cell = None

    def _close_cell(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("office:value-type", "")
        formula = "table:formula" in attributes
        if not kind and not formula:
            return
        self.scan.rows = max(self.scan.rows, self.row + self.row_repeat)
        self.scan.columns = max(self.scan.columns, self.column + self.repeat)
        if attributes.get("calcext:value-type") == "error" or (formula and re.match(r"#[A-Z/0]+[!?]|#N/A|Err:\d+", self.value)):
            self.scan.hidden[self.row, self.column] = CellError(self.value or "#ERREUR")
        elif formula and not kind:
            self.scan.hidden[self.row, self.column] = Unvalued()

    def text(self, data: str) -> None:
        if self.cell is not None:
            self.value += data


def scan_ods(archive: zipfile.ZipFile) -> dict[str, SheetScan]:
    """Sheet name → scan, for an .ods. A password-protected one keeps its content encrypted."""
    if b"encryption-data" in _read(archive, "META-INF/manifest.xml"):
        raise Refusal("FIC002")
    document = _Ods()
    _parse(_read(archive, "content.xml"), document.start, document.end, document.text)
    return document.scans
