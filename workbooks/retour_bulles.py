"""The boxes in which comments show, as Excel keeps them (VML): some added, some taken away, the others as they were."""

import re
from collections.abc import Callable, Iterable

from workbooks.cells import COLUMNS, ROWS
from workbooks.retour_feuille import Geometry
from workbooks.retour_xml import Uneditable
from workbooks.scan import Place

_SPACES = {
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "x": "urn:schemas-microsoft-com:office:excel",
}
_DECLARED = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in _SPACES.items())
_SHAPE = re.compile(rb"<(\w+:)shape[\s>].*?</\1shape\s*>\s*", re.DOTALL)
_PLACE = (re.compile(rb"<\w+:Row>\s*(\d+)\s*</"), re.compile(rb"<\w+:Column>\s*(\d+)\s*</"))
_ANCHOR = re.compile(rb"(<\w+:Anchor>)([\s\d,]+)(</)")
_BLOCKS = re.compile(rb"""(idmap\b[^>]*\sdata\s*=\s*["'])([\d,\s]*)""")
_TYPE = (
    f'<v:shapetype {_DECLARED} id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_PER_BLOCK = 1024
"""Boxes are numbered in blocks of so many, which no two sheets share."""
_WIDTH, _PER_LINE, _LINE, _MARGIN = 330, 52, 16, 12
"""A box in pixels: its width, the signs that a line holds, the height of a line, and the two margins."""
_TALLEST = 40
"""Lines beyond which a box grows no more: it can be scrolled through by its sender."""


def blocks_used(vml: Iterable[bytes]) -> int:
    """The highest block of numbers that these parts use."""
    return max((int(n) for part in vml for found in _BLOCKS.finditer(part) for n in re.findall(rb"\d{1,6}", found[2])), default=0)


def lines_of(text: str) -> int:
    """Lines that a text takes in a box."""
    return sum(-(-max(len(line), 1) // _PER_LINE) for line in text.split("\n"))


class Boxes:
    """The boxes of one sheet. `block` is the first block of numbers that is free in the workbook."""

    def __init__(self, vml: bytes | None, block: int) -> None:
        self._block = block
        self._new: list[tuple[Place, str]] = []
        self._vml = vml or (
            f'<xml {_DECLARED}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data=""/></o:shapelayout></xml>'.encode()
        )  # fmt: skip

    def remove(self, places: set[Place]) -> None:
        """Take away the boxes of these cells."""
        self._change(lambda shape, place: b"" if place in places else shape)

    def widen(self, place: Place, text: str, geometry: Geometry) -> None:
        """Make room for more text in a box that is there."""

        def grown(shape: bytes, at: Place | None) -> bytes:
            found = _ANCHOR.search(shape) if at == place else None
            corners = [int(n) for n in re.findall(rb"\d{1,7}", found[2])] if found else []
            if not found or len(corners) != 8:
                return shape
            left, top = (corners[0], corners[1]), (corners[2], corners[3])
            return shape[: found.start(2)] + _corners(left, top, text, geometry).encode() + shape[found.end(2) :]

        self._change(grown)

    def _change(self, change: Callable[[bytes, Place | None], bytes]) -> None:
        self._vml = _SHAPE.sub(lambda found: change(found.group(), _place_of(found.group())), self._vml)

    def add(self, place: Place, text: str, geometry: Geometry) -> None:
        """A hidden box beside a cell, wide and high enough for its text."""
        row, column = place
        left = (min(column + 1, COLUMNS - 4), 15)
        top = (max(row - 1, 0), 8)
        self._new.append((place, _corners(left, top, text, geometry)))

    @property
    def blocks(self) -> int:
        """How many blocks of numbers the new boxes take."""
        return -(-(len(self._new) + 1) // _PER_BLOCK) if self._new else 0

    def result(self) -> bytes:
        """The part. Raises Uneditable where it has no end."""
        end = self._vml.rfind(b"</")
        if end < 0:
            raise Uneditable("vml")
        if not self._new:
            return self._vml
        kind = "" if b'id="_x0000_t202"' in self._vml else _TYPE
        first = self._block * _PER_BLOCK + 1
        shapes = "".join(_shape(first + n, place, corners) for n, (place, corners) in enumerate(self._new))
        added = ",".join(str(self._block + n) for n in range(self.blocks)).encode()
        whole = self._vml[:end] + (kind + shapes).encode() + self._vml[end:]
        return _BLOCKS.sub(lambda found: found[1] + (found[2] + b"," if found[2].strip() else b"") + added, whole, count=1)


def _place_of(shape: bytes) -> Place | None:
    row, column = (pattern.search(shape) for pattern in _PLACE)
    return (int(row[1]), int(column[1])) if row and column else None


def _corners(left: tuple[int, int], top: tuple[int, int], text: str, geometry: Geometry) -> str:
    """Left column and offset, top row and offset, then right and bottom likewise, in pixels."""
    height = _MARGIN + _LINE * min(lines_of(text), _TALLEST)
    right = _walk(*left, _WIDTH, geometry.width_of, COLUMNS)
    bottom = _walk(*top, height, geometry.height_of, ROWS)
    return ", ".join(map(str, (*left, *top, *right, *bottom)))


def _walk(first: int, offset: int, length: int, size: Callable[[int], float], end: int) -> tuple[int, int]:
    """Where one comes out so many pixels further."""
    place, left = first, float(offset + length)
    while left >= size(place) and place < min(end - 1, first + 200):
        left -= size(place)
        place += 1
    return place, int(left)


def _shape(number: int, place: Place, corners: str) -> str:
    return (
        f'<v:shape {_DECLARED} id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;visibility:hidden" '
        'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
        '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        f'<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{corners}</x:Anchor>'
        f"<x:AutoFill>False</x:AutoFill><x:Row>{place[0]}</x:Row><x:Column>{place[1]}</x:Column></x:ClientData></v:shape>"
    )
