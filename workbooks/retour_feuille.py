"""One worksheet of a return: cells given another format, missing ones added in their place, nothing else changed."""

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field

from workbooks.cells import address, indices
from workbooks.markup import local, new_parser, run
from workbooks.retour_styles import Styles
from workbooks.retour_xml import Edits, is_empty_tag, tag_end, with_attributes
from workbooks.scan import Block, Place

Gravities = Mapping[Place, str]
_BEFORE_DRAWING = frozenset((
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection", "protectedRanges",
    "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting",
    "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks",
    "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing",
))  # fmt: skip
"""What the format wants before a sheet's comments."""
_SELECTED = re.compile(rb"""<(?:\w+:)?sheetView(?=\s)[^>]*?\stabSelected\s*=\s*["'](?:1|true)["']""")


@dataclass
class _Tag:
    """A start tag in the part, and where its element's end tag stands."""

    start: int
    end: int
    attributes: dict[str, str]
    closing: int = 0

    @property
    def rank(self) -> int:
        """The format that it names; the first one where it names none."""
        return int(self.attributes.get("s") or 0)


@dataclass
class _Row:
    """A row that holds a mark; `cells` are its cells by column."""

    tag: _Tag
    cells: dict[int, _Tag] = field(default_factory=dict)


@dataclass
class Geometry:
    """Widths and heights in pixels, by zero-based rank; hidden ones are 0."""

    width: float = 64
    height: float = 20
    columns: list[tuple[int, int, float]] = field(default_factory=list)
    rows: dict[int, float] = field(default_factory=dict)

    def width_of(self, column: int) -> float:
        """Width of a column."""
        return next((w for first, last, w in self.columns if first <= column <= last), self.width)

    def height_of(self, row: int) -> float:
        """Height of a row."""
        return self.rows.get(row, self.height)


class SheetXml:
    """What a return needs to know of a worksheet part: the rows and cells that it changes, and where comments are declared."""

    def __init__(self, xml: bytes, rows: set[int], former: Set[int]) -> None:
        self.xml = xml
        self.prefix = ""
        self.root: dict[str, str] = {}
        self.drawing_at = 0
        """Where the declaration of comments goes, where there is none."""
        self.legacy = ""
        """The identifier of the relation to the sheet's comment boxes."""
        self.geometry = Geometry()
        self.merges: list[Block] = []
        self.rows: dict[int, _Row] = {}
        self.places: list[tuple[int, int]] = []
        """Number and offset of each row."""
        self.marked: list[_Tag] = []
        """Cells that an earlier return marked, in other rows."""
        self.data: _Tag | None = None
        self._wanted, self._former = rows, {str(rank) for rank in former}
        self._column_styles: list[tuple[int, int, int]] = []
        self._row, self._column = -1, -1
        self._current: _Row | None = None
        self._depth = 0
        self._in_data = False
        self._child: _Tag | None = None
        self._parser = new_parser()
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
        run(self._parser, xml)

    def _tag(self, attributes: dict[str, str]) -> _Tag:
        at = self._parser.CurrentByteIndex
        return _Tag(at, tag_end(self.xml, at), attributes)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        # Other elements of these names stand elsewhere in a sheet: the depth tells them apart.
        self._depth += 1
        if self._in_data:
            if self._depth == 4:
                self._cell(attributes)
            elif self._depth == 3:
                self._open_row(attributes)
            return
        known = _SEEN.get((self._depth, local(name)))
        if self._depth == 1:
            self.root, self.prefix, self.drawing_at = (
                attributes,
                name[: -len(local(name))],
                tag_end(self.xml, self._parser.CurrentByteIndex),
            )
        elif self._depth == 2:
            self._child = self._tag(attributes)
        if known:
            known(self, attributes)

    def _cell(self, attributes: dict[str, str]) -> None:
        if self._current is None:
            if attributes.get("s") in self._former:
                self.marked.append(self._tag(attributes))
            return
        self._column = indices(attributes["r"])[1] if "r" in attributes else self._column + 1
        self._current.cells[self._column] = self._tag(attributes)

    def _open_row(self, attributes: dict[str, str]) -> None:
        self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
        self._column = -1
        self.places.append((self._row, self._parser.CurrentByteIndex))
        if _says_yes(attributes, "hidden"):
            self.geometry.rows[self._row] = 0
        elif "ht" in attributes:
            self.geometry.rows[self._row] = float(attributes["ht"]) * 4 / 3
        if self._row in self._wanted and self._row not in self.rows:
            self._current = self.rows[self._row] = _Row(self._tag(attributes))

    def _end(self, name: str) -> None:
        if self._depth == 3 and self._current is not None:
            self._current.tag.closing = self._parser.CurrentByteIndex
            self._current = None
        elif self._depth == 2 and self._child is not None:
            name, at = local(name), self._parser.CurrentByteIndex
            self._in_data, self._child.closing = False, at
            if name in _BEFORE_DRAWING:
                self.drawing_at = self._child.end if is_empty_tag(self.xml, self._child.end) else tag_end(self.xml, at)
        self._depth -= 1

    def _sheet_data(self, _: dict[str, str]) -> None:
        """`<sheetData>`."""
        self.data, self._in_data = self._child, True

    def _add_column(self, attributes: dict[str, str]) -> None:
        """`<col>`: its width, and the format of its cells that are not written."""
        first, last = int(attributes.get("min", 1)) - 1, int(attributes.get("max", 1)) - 1
        if _says_yes(attributes, "hidden"):
            self.geometry.columns.append((first, last, 0))
        elif "width" in attributes:
            self.geometry.columns.append((first, last, float(attributes["width"]) * 7))
        if "style" in attributes:
            self._column_styles.append((first, last, int(attributes["style"])))

    def _defaults(self, attributes: dict[str, str]) -> None:
        """`<sheetFormatPr>`."""
        if "defaultColWidth" in attributes:
            self.geometry.width = float(attributes["defaultColWidth"]) * 7
        if "defaultRowHeight" in attributes:
            self.geometry.height = float(attributes["defaultRowHeight"]) * 4 / 3

    def _merge(self, attributes: dict[str, str]) -> None:
        """`<mergeCell>`."""
        first, _sep, last = attributes.get("ref", "").partition(":")
        self.merges.append((*indices(first), *indices(last or first)))

    def _comments(self, attributes: dict[str, str]) -> None:
        """`<legacyDrawing>`."""
        self.legacy = next((v for k, v in attributes.items() if local(k) == "id"), "")

    def style_of(self, row: int, column: int) -> int:
        """The format that a cell has without being written: its row's, else its column's."""
        held = self.rows.get(row)
        if held and _says_yes(held.tag.attributes, "customFormat"):
            return held.tag.rank
        return next((style for first, last, style in self._column_styles if first <= column <= last), 0)


_SEEN: dict[tuple[int, str], Callable[[SheetXml, dict[str, str]], None]] = {
    (2, "sheetData"): SheetXml._sheet_data,
    (3, "col"): SheetXml._add_column,
    (2, "sheetFormatPr"): SheetXml._defaults,
    (3, "mergeCell"): SheetXml._merge,
    (2, "legacyDrawing"): SheetXml._comments,
}
"""What is looked at, by its depth and name."""


def _says_yes(attributes: dict[str, str], name: str) -> bool:
    return attributes.get(name, "0") not in ("0", "false")


def shown_at(place: Place, merges: list[Block]) -> Place:
    """The cell that a screen shows for a place: the first one of its merge."""
    row, column = place
    found = (m for m in merges if m[0] <= row <= m[2] and m[1] <= column <= m[3])
    return next(((m[0], m[1]) for m in found), place)


def mark_cells(sheet: SheetXml, edits: Edits, gravities: Gravities, styles: Styles) -> None:
    """Give each of these cells its marked format, and take away the marks of an earlier return."""
    by_row: dict[int, dict[int, str]] = {}
    for (row, column), gravity in sorted(gravities.items()):
        by_row.setdefault(row, {})[column] = gravity
    for row, held in sheet.rows.items():
        _mark_row(sheet, edits, row, held, by_row.get(row, {}), styles)
    _add_rows(sheet, edits, {row: columns for row, columns in by_row.items() if row not in sheet.rows}, styles)
    for tag in sheet.marked:
        _restyle(edits, tag, styles.before(tag.rank))


def _restyle(edits: Edits, tag: _Tag, rank: int) -> None:
    edits.replace(tag.start, tag.end, with_attributes(edits.xml[tag.start : tag.end], s=str(rank)))


def _mark_row(sheet: SheetXml, edits: Edits, row: int, held: _Row, gravities: dict[int, str], styles: Styles) -> None:
    for column, tag in held.cells.items():
        rank = tag.rank
        before = styles.before(rank)
        after = styles.marked(before, gravities[column]) if column in gravities else before
        if after != rank:
            _restyle(edits, tag, after)
    missing = {column: gravity for column, gravity in gravities.items() if column not in held.cells}
    if not missing:
        return
    opening, closing = edits.xml[held.tag.start : held.tag.end], held.tag.closing
    # Which columns a row spans is only a hint, and would be wrong.
    tag_now = with_attributes(opening, spans=None) if "spans" in held.tag.attributes else opening
    if is_empty_tag(edits.xml, held.tag.end):
        edits.replace(held.tag.start, held.tag.end, _filled(f"{sheet.prefix}row", tag_now, _new_cells(sheet, row, missing, styles)))
        return
    if tag_now != opening:
        edits.replace(held.tag.start, held.tag.end, tag_now)
    for column, gravity in missing.items():
        place = min((tag.start for other, tag in held.cells.items() if other > column), default=closing)
        edits.insert(place, _new_cells(sheet, row, {column: gravity}, styles))


def _filled(name: str, empty_tag: bytes, content: bytes) -> bytes:
    """An empty element, opened to hold something."""
    return empty_tag[:-2].rstrip() + b">" + content + f"</{name}>".encode()


def _new_cells(sheet: SheetXml, row: int, gravities: dict[int, str], styles: Styles) -> bytes:
    ranks = {column: sheet.style_of(row, column) for column in gravities}
    marked = {column: styles.marked(styles.before(rank), gravities[column]) for column, rank in ranks.items()}
    return "".join(f'<{sheet.prefix}c r="{address(row, column)}" s="{rank}"/>' for column, rank in marked.items()).encode()


def _add_rows(sheet: SheetXml, edits: Edits, rows: dict[int, dict[int, str]], styles: Styles) -> None:
    data, name = sheet.data, f"{sheet.prefix}row"
    if data is None or not rows:
        return
    made = {row: f'<{name} r="{row + 1}"/>'.encode() for row in rows}
    made = {row: _filled(name, tag, _new_cells(sheet, row, rows[row], styles)) for row, tag in made.items()}
    if is_empty_tag(edits.xml, data.end):
        whole = _filled(f"{sheet.prefix}sheetData", edits.xml[data.start : data.end], b"".join(made.values()))
        edits.replace(data.start, data.end, whole)
        return
    for row, content in made.items():
        place = bisect_left(sheet.places, (row, 0))
        edits.insert(sheet.places[place][1] if place < len(sheet.places) else data.closing, content)


def unselected(xml: bytes) -> bytes:
    """The same worksheet, no longer the one that is shown first: two selected sheets would be edited together."""
    head = xml[: xml.find(b"sheetData")] if b"sheetData" in xml else xml
    found = _SELECTED.search(head)
    if found is None:
        return xml
    end = tag_end(xml, found.start())
    return xml[: found.start()] + with_attributes(xml[found.start() : end], tabSelected="0") + xml[end:]
