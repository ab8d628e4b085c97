"""The cell formats of a return: each marked cell keeps its own, under hatching that also prints in grey and lets its colour through.

The hatching's background is the cell's own colour, so that a mark can be taken away again, even after Excel has written the file anew.
"""

import re
from dataclasses import dataclass

from workbooks.retour_xml import Edits, Element, attribute_xml, place_for, tree, with_attributes

ERROR, WARNING = "erreur", "avertissement"


@dataclass(frozen=True)
class Hatching:
    """A pattern, the colour of its lines, another one on dark cells, the background of cells that have none.

    `blended` is what LibreOffice, which knows no pattern, makes of the lines and that background.
    """

    pattern: str
    line: str
    on_dark: str
    ground: str
    blended: str

    def as_fill(self, ground: str) -> str:
        """The fill over a background, whose colour is given as attributes."""
        line = self.on_dark if _is_dark(ground) else self.line
        return (
            f'<{{p}}fill><{{p}}patternFill patternType="{self.pattern}"><{{p}}fgColor rgb="{line}"/>'
            f"<{{p}}bgColor {ground}/></{{p}}patternFill></{{p}}fill>"
        )


HATCHINGS = {
    ERROR: Hatching("lightUp", "FFC0392B", "FFFFA590", "FFFBE0DA", "FFEDB7AF"),
    WARNING: Hatching("lightDown", "FFBF8F00", "FFFFDD70", "FFFFF2CC", "FFEFDA99"),
}
_RGB = re.compile('rgb="[0-9A-Fa-f]{2}([0-9A-Fa-f]{6})"')
_DARK_THEME = re.compile('theme="[13]"')
_MAX_FORMATS = 64_000
"""Excel admits some 65,000 cell formats."""
_ORDER = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors", "extLst")
_KINDS = {"fonts": "font", "fills": "fill", "borders": "border", "cellXfs": "xf"}
_FIRST = {
    "fonts": ('<{p}font><{p}sz val="11"/><{p}name val="Calibri"/></{p}font>',),
    "fills": ('<{p}fill><{p}patternFill patternType="none"/></{p}fill>', '<{p}fill><{p}patternFill patternType="gray125"/></{p}fill>'),
    "borders": ("<{p}border><{p}left/><{p}right/><{p}top/><{p}bottom/><{p}diagonal/></{p}border>",),
    "cellXfs": ('<{p}xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>',),
}
"""What a workbook that lacks these lists is taken to have. Excel itself fixes the first two fills."""


class Styles:
    """The formats of one workbook, to be added to. A format is known by its rank among `cellXfs`."""

    def __init__(self, xml: bytes) -> None:
        self._xml = xml
        self._root = tree(xml, 3)
        self.prefix = self._root.prefix
        self._lists: dict[str, list[bytes]] = {}
        self._given: dict[str, int] = {}
        for name, kind in _KINDS.items():
            held = self._root.child(name)
            items = [xml[e.start : e.end] for e in held.each(kind)] if held else []
            self._given[name] = len(items)
            first = [line.replace("{p}", self.prefix).encode() for line in _FIRST[name]]
            self._lists[name] = items + first[len(items) :]
        self._ranks = {name: {raw: rank for rank, raw in reversed(list(enumerate(items)))} for name, items in self._lists.items()}
        self._marked: dict[tuple[int, str], int] = {}
        self._ours = {rank: self._unmarked_fill(fill) for rank, fill in enumerate(self._lists["fills"]) if _may_be_ours(fill)}
        self._before: dict[int, int] = {}
        self.former = self._former_marks()
        """The formats that earlier returns made."""

    @property
    def too_many(self) -> bool:
        """Whether there are more formats than Excel admits."""
        return len(self._lists["cellXfs"]) > _MAX_FORMATS

    @property
    def digit_px(self) -> float:
        """How wide a digit of the workbook's usual text is, in pixels: the unit of its columns' widths."""
        font = tree(self._lists["fonts"][self._number(0, "fontId")], 2).child("sz")
        size = float(font.attributes.get("val", 11)) if font else 11.0
        return min(max(size, 6.0), 24.0) * 7 / 10.5

    def _number(self, rank: int, name: str) -> int:
        """What a format says of its font or fill: a rank in that list."""
        number = int(tree(self._xf(rank), 1).attributes.get(name, 0))
        return number if number < len(self._lists["fonts" if name == "fontId" else "fills"]) else 0

    def add(self, name: str, raw: str | bytes) -> int:
        """The rank of an item, added where it is not there yet; `{p}` in a text stands for the prefix."""
        item = raw.replace("{p}", self.prefix).encode() if isinstance(raw, str) else raw
        if item not in self._ranks[name]:
            self._ranks[name][item] = len(self._lists[name])
            self._lists[name].append(item)
        return self._ranks[name][item]

    def marked(self, rank: int, gravity: str) -> int:
        """The format of a cell once marked."""
        key = rank, gravity
        if key not in self._marked:
            hatching = HATCHINGS[gravity]
            ground = self._solid_colour(self._fill_of(rank)) or f'rgb="{hatching.ground}"'
            fill = hatching.as_fill(ground)
            self._marked[key] = self._with_fill(rank, self.add("fills", fill))
        return self._marked[key]

    def _xf(self, rank: int) -> bytes:
        formats = self._lists["cellXfs"]
        return formats[rank] if rank < len(formats) else formats[0]

    def _with_fill(self, rank: int, fill: int) -> int:
        raw = self._xf(rank)
        tag, rest = _split(raw)
        return self.add("cellXfs", with_attributes(tag, fillId=str(fill), applyFill="1") + rest)

    def _fill_of(self, rank: int) -> bytes:
        return self._lists["fills"][self._number(rank, "fillId")]

    def _solid_colour(self, fill: bytes) -> str:
        """The attributes of a solid fill's colour; empty for any other fill."""
        pattern = tree(fill, 3).child("patternFill")
        colour = pattern.child("fgColor") if pattern and pattern.attributes.get("patternType") == "solid" else None
        return _written(colour) if colour else ""

    def _former_marks(self) -> frozenset[int]:
        if not any(self._ours.values()):
            return frozenset()
        formats = range(len(self._lists["cellXfs"]))
        return frozenset(rank for rank in formats if self._ours.get(self._number(rank, "fillId")))

    def before(self, rank: int) -> int:
        """The format that a cell had before it was marked; its own where it is not."""
        former = self._ours.get(self._number(rank, "fillId")) if rank in self.former else None
        if former is None:
            return rank
        if rank not in self._before:
            self._before[rank] = self._as_before(rank, self.add("fills", former))
        return self._before[rank]

    def _unmarked_fill(self, fill: bytes) -> bytes | None:
        """What a fill of ours was before; None where it is not ours."""
        pattern = tree(fill, 3).child("patternFill")
        if pattern is None:
            return None
        front, back = pattern.child("fgColor"), pattern.child("bgColor")
        colours = [(e.attributes.get("rgb", "").upper() if e else "") for e in (front, back)]
        for hatching in HATCHINGS.values():
            if pattern.attributes.get("patternType") == "solid" and colours[0] == hatching.blended:
                return self._lists["fills"][0]
            if pattern.attributes.get("patternType") == hatching.pattern and colours[0] in (hatching.line, hatching.on_dark):
                if back is None or colours[1] == hatching.ground:
                    return self._lists["fills"][0]
                solid = f'<{{p}}fill><{{p}}patternFill patternType="solid"><{{p}}fgColor {_written(back)}/></{{p}}patternFill></{{p}}fill>'
                return self._same_solid(solid.replace("{p}", self.prefix).encode())
        return None

    def _same_solid(self, wanted: bytes) -> bytes:
        """The workbook's own fill of that colour, where it has one: it may also say a background, which a solid fill does not show."""
        colour = self._solid_colour(wanted)
        return next((fill for fill in self._lists["fills"] if self._solid_colour(fill) == colour), wanted)

    def _as_before(self, rank: int, fill: int) -> int:
        """The format that a marked one was made of: one that differs by its fill alone, else the same with that fill."""
        wanted = _likeness(self._xf(rank), str(fill))
        alike = next((r for r in range(len(self._lists["cellXfs"])) if _likeness(self._xf(r)) == wanted), None)
        return self._with_fill(rank, fill) if alike is None else alike

    def result(self) -> bytes:
        """The part with what was added."""
        edits = Edits(self._xml)
        for name, items in self._lists.items():
            new = b"".join(items[self._given[name] :])
            held = self._root.child(name)
            if held and new:
                edits.fill(held, new, _tail(held, _KINDS[name]), count=str(len(items)))
            elif new:
                whole = f'<{self.prefix}{name} count="{len(items)}">'.encode() + new + f"</{self.prefix}{name}>".encode()
                if self._root.is_empty:
                    edits.fill(self._root, whole)
                else:
                    edits.insert(place_for(self._root, name, _ORDER), whole)
        return edits.result()


def _split(raw: bytes) -> tuple[bytes, bytes]:
    opened = tree(raw, 1).opened
    return raw[:opened], raw[opened:]


def _written(colour: Element) -> str:
    return " ".join(f"{name}={attribute_xml(value)}" for name, value in sorted(colour.attributes.items()))


def _may_be_ours(fill: bytes) -> bool:
    upper = fill.upper()
    return any(code.encode() in upper for hatching in HATCHINGS.values() for code in (hatching.line, hatching.on_dark, hatching.blended))


def _is_dark(colour: str) -> bool:
    """Whether a colour, given as attributes, is nearer to black than to white; a theme's two dark ones are, unless lightened."""
    if found := _RGB.search(colour):
        red, green, blue = (int(found[1][n : n + 2], 16) for n in (0, 2, 4))
        return 299 * red + 587 * green + 114 * blue < 128_000
    return bool(_DARK_THEME.search(colour)) and "tint" not in colour


def _likeness(raw: bytes, fill: str = "") -> tuple[object, bytes]:
    """What makes two formats the same but for how they say their fill; with another fill where one is given."""
    tag = tree(raw, 1)
    facts = {name: value for name, value in tag.attributes.items() if name != "applyFill"}
    facts["fillId"] = fill or facts.get("fillId", "0")
    return sorted(facts.items()), raw[tag.opened : tag.closing]


def _tail(held: Element, kind: str) -> Element | None:
    """What stands after the items of a list (an extension), before which new ones go."""
    after = [child for child in held.children if child.local != kind]
    return after[0] if after and after[-1] is held.children[-1] else None


def new_styles(namespace: str) -> bytes:
    """The formats of a workbook that declares none."""
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="{namespace}"></styleSheet>'.encode()
