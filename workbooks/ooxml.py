"""What the XML of an .xlsx or .xlsm says of its sheets: names and states, shared texts, date formats, cells."""

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from workbooks.cells import shown
from workbooks.container import Parts
from workbooks.markup import is_plain, local, parse, remembered
from workbooks.ooxml_cells import SPACES, Book, scan_any
from workbooks.ooxml_usual import is_utf8, scan_usual
from workbooks.refusal import Refusal
from workbooks.scan import SheetScan


def scan_xlsx(parts: Parts) -> dict[str, SheetScan]:
    """Sheet name → scan, for the worksheets of an .xlsx or .xlsm. Every part is verified. Raises Refusal."""
    path = workbook_part(parts.names())
    folder, _, base = path.rpartition("/")
    book = _workbook(folder, parts.read(f"{folder}/_rels/{base}.rels".lstrip("/")), parts.read(path))
    if book.titles and not book.any_visible:
        raise Refusal("FIC001", "aucune de ses feuilles n'est visible")
    cells = _cells_refer_to(parts, book)
    scans: dict[str, SheetScan] = {}
    for name, (part, state) in book.sheets.items():
        xml = parts.read(part)
        scans[name] = scan_usual(xml, cells) or scan_any(xml, cells)
        scans[name].layout.state, scans[name].part = state, part.lower()
        scans[name].layout.from_1904 = book.from_1904
    parts.check_rest()
    return scans


def workbook_part(names: Sequence[str]) -> str:
    """The part that lists the sheets."""
    return next((n for n in names if n.endswith("xl/workbook.xml")), None) or next(n for n in names if n.endswith("workbook.xml"))


@dataclass
class _Workbook:
    """Follows the workbook's relationships, then its sheets."""

    folder: str = ""
    targets: dict[str, str] = field(default_factory=dict)
    """Worksheets by the identifier of their relationship."""
    others: dict[str, str] = field(default_factory=dict)
    """The last word of a type of relationship → part."""
    sheets: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Name → part, state."""
    titles: set[str] = field(default_factory=set)
    any_visible: bool = False
    from_1904: bool = False

    def relation(self, name: str, attributes: dict[str, str]) -> None:
        if local(name) != "Relationship" or attributes.get("TargetMode") == "External":
            return
        target = attributes.get("Target", "").replace("\\", "/")
        whole = posixpath.normpath(target if target.startswith("/") else f"{self.folder}/{target}")
        kind = attributes.get("Type", "").rpartition("/")[2]
        if kind in _READ and whole.startswith(".."):
            raise Refusal("FIC003", "un de ses liens internes désigne un fichier hors du classeur")
        if kind == "worksheet":
            self.targets[attributes.get("Id", "")] = whole.lstrip("/")
        else:
            self.others[kind] = whole.lstrip("/")

    def sheet(self, name: str, attributes: dict[str, str]) -> None:
        if local(name) == "workbookPr":
            self.from_1904 = attributes.get("date1904", "0") not in ("0", "false")
        if local(name) != "sheet":
            return
        identifier = next((v for k, v in attributes.items() if local(k) == "id" and ":" in k), "")
        title, state = attributes.get("name", ""), attributes.get("state", "visible")
        self.any_visible |= state not in ("hidden", "veryHidden")
        if title in self.titles:
            raise Refusal("FIC001", f"deux feuilles y portent le nom « {shown(title)} »")
        self.titles.add(title)
        if identifier in self.targets:
            self.sheets[title] = self.targets[identifier], state


@remembered
def _workbook(folder: str, relations: bytes, xml: bytes) -> _Workbook:
    """What a workbook's own part says, and its relationships. Raises Refusal."""
    book = _Workbook(folder)
    parse(relations, book.relation)
    parse(xml, book.sheet)
    return book


_READ = ("worksheet", "sharedStrings", "styles")


def _cells_refer_to(parts: Parts, book: _Workbook) -> Book:
    """The shared texts, and the date formats, which are looked at only where a number could not be a date."""
    strings = book.others.get("sharedStrings", "")
    texts, blank, spaces = _shared_texts(parts.read(strings)) if strings in parts else (0, frozenset[int](), frozenset[int]())

    @cache
    def dates() -> frozenset[int]:
        styles = book.others.get("styles", "")
        return _date_styles(parts.read(styles)) if styles in parts else frozenset()

    return Book(texts, blank, spaces, lambda style: style in dates())


def _shared_texts(xml: bytes) -> tuple[int, frozenset[int], frozenset[int]]:
    """How many shared texts there are, which are blank, and which are nothing but spaces. Raises Refusal."""
    usual = _usual_texts(xml)
    if usual is not None:
        unseen = [i for i, text in enumerate(usual) if not text.strip(SPACES)]
        blank = frozenset(i for i in unseen if not usual[i])
        return len(usual), blank, frozenset(unseen) - blank
    events = _Texts()
    parse(xml, events.start, events.end, events.text)
    lengths = events.lengths
    blank = frozenset(i for i, length in enumerate(lengths) if not length)
    return len(lengths), blank, frozenset(i for i, length in enumerate(lengths) if length < 0)


_FIRST, _NEXT, _LAST = "<si><t>", "</t></si><si><t>", "</t></si>"


def _usual_texts(xml: bytes) -> list[str] | None:
    """The texts as they are written, where all are in one run; None otherwise. Expat sees only the rest."""
    start, end = xml.find(b"<si>"), xml.rfind(b"</si>") + len(b"</si>")
    if not 0 < start < end or not is_utf8(xml) or not is_plain(xml[start:end]):
        return None
    try:
        body = xml[start:end].decode().replace('<t xml:space="preserve">', "<t>")
    except ValueError:
        return None
    texts = body[len(_FIRST) : -len(_LAST)].split(_NEXT)
    if not body.startswith(_FIRST) or not body.endswith(_LAST) or "<" in "".join(texts):
        return None
    rest = _Texts()
    parse(xml[:start] + xml[end:], rest.start, rest.end, rest.text)
    return texts if rest.tables == 1 else None


class _Texts:
    """Follows the shared texts; the pronunciation of a text is not part of it."""

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self.tables = self.phonetic = 0
        self.reading = False

    def start(self, name: str, _: dict[str, str]) -> None:
        name = local(name)
        if name == "si":
            self.lengths.append(0)
        elif name == "t":
            self.reading = not self.phonetic
        elif name == "rPh":
            self.phonetic += 1
        elif name == "sst":
            self.tables += 1

    def end(self, name: str) -> None:
        name = local(name)
        if name == "t":
            self.reading = False
        elif name == "rPh":
            self.phonetic -= 1

    def text(self, data: str) -> None:
        if self.reading and self.lengths:
            before = self.lengths[-1]
            self.lengths[-1] = -(abs(before) + len(data)) if before <= 0 and not data.strip(SPACES) else abs(before) + len(data)


_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Built-in formats that show dates or times."""
_NOT_SIGNS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
"""Quoted, escaped and bracketed parts of a format."""


@remembered
def _date_styles(xml: bytes) -> frozenset[int]:
    """The cell formats that show a date or a time."""
    formats = dict.fromkeys(_DATE_FORMATS, True)
    styles: list[int] = []
    inside = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        name = local(name)
        if name == "numFmt":
            formats[int(attributes.get("numFmtId", 0))] = bool(re.search("[dmyhs]", _NOT_SIGNS.sub("", attributes.get("formatCode", ""))))
        elif name == "cellXfs":
            inside = True
        elif name == "xf" and inside:
            styles.append(int(attributes.get("numFmtId", 0)))

    def end(name: str) -> None:
        nonlocal inside
        inside = inside and local(name) != "cellXfs"

    parse(xml, start, end)
    return frozenset(i for i, number in enumerate(styles) if formats.get(number))
