"""Rows of text for a printed sheet, with their heights: written by hand, since the sheet joins a workbook that is already there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from workbooks.cells import letters
from workbooks.retour_styles import HATCHINGS, Styles
from workbooks.retour_xml import attribute_xml, text_xml

COLUMNS = (4.5, 14.5, 17, 8.5, 49, 28, 42)
"""Widths in characters: number, gravity, sheet, cell, what is wrong, rule, what to do."""
_WHOLE = sum(COLUMNS)
_LINE, _PADDING, _TALLEST = 12.75, 4.0, 409.0
"""Heights in points: of a line of text in size 10, of a row's margins, and the most that Excel admits."""
_NARROW, _WIDE = re.compile(r"[ijltfrI .,;:'’|!/()\-\u00a0]"), re.compile(r"[A-HJ-ZÀ-Ýmw%€–—…«»]")
_NAVY, _PALE, _LINK, _LINES = "FF1F3864", "FFDDEBF7", "FF0B3D91", "FFD0D0D0"


@dataclass(frozen=True)
class Look:
    """How a cell looks: its text's size, weight and colour, its fill (a colour or a gravity), whether lines surround it."""

    size: int = 10
    bold: bool = False
    colour: str = ""
    fill: str = ""
    lined: bool = True
    align: str = 'vertical="top" wrapText="1"'
    underlined: bool = False


_MIDDLE = 'horizontal="center" vertical="top"'
LOOKS = {
    "titre": Look(14, bold=True, colour=_NAVY, lined=False, align='vertical="center" wrapText="1"'),
    "tete": Look(lined=False),
    "fort": Look(bold=True, lined=False),
    "section": Look(11, bold=True, colour=_NAVY, lined=False, align='vertical="bottom" wrapText="1"'),
    "entete": Look(bold=True, colour="FFFFFFFF", fill=_NAVY, align='horizontal="center" vertical="center" wrapText="1"'),
    "texte": Look(),
    "milieu": Look(align=_MIDDLE),
    "droite": Look(align='horizontal="right" vertical="top" wrapText="1"'),
    "lien": Look(colour=_LINK, align=_MIDDLE, underlined=True),
    "erreur": Look(bold=True, fill="erreur"),
    "avertissement": Look(bold=True, fill="avertissement"),
    "information": Look(fill=_PALE),
}


def add_looks(styles: Styles) -> dict[str, int]:
    """The ranks of these looks among a workbook's formats."""
    return {name: _add_look(styles, look) for name, look in LOOKS.items()}


def _add_look(styles: Styles, look: Look) -> int:
    weight, line = "<{p}b/>" if look.bold else "", "<{p}u/>" if look.underlined else ""
    colour = f'<{{p}}color rgb="{look.colour}"/>' if look.colour else ""
    font = styles.add("fonts", f'<{{p}}font>{weight}{line}<{{p}}sz val="{look.size}"/>{colour}<{{p}}name val="Arial"/></{{p}}font>')
    fill = styles.add("fills", _fill(look.fill)) if look.fill else 0
    side = f'style="thin"><{{p}}color rgb="{_LINES}"/>'
    sides = "".join(f"<{{p}}{name} {side}</{{p}}{name}>" for name in ("left", "right", "top", "bottom"))
    border = styles.add("borders", f"<{{p}}border>{sides}<{{p}}diagonal/></{{p}}border>") if look.lined else 0
    xf = (
        f'<{{p}}xf numFmtId="0" fontId="{font}" fillId="{fill}" borderId="{border}" applyFont="1" applyFill="1" applyBorder="1" '
        f'applyAlignment="1"><{{p}}alignment {look.align}/></{{p}}xf>'
    )
    return styles.add("cellXfs", xf)


def _fill(fill: str) -> str:
    if fill in HATCHINGS:
        return HATCHINGS[fill].as_fill(f'rgb="{HATCHINGS[fill].ground}"')
    return f'<{{p}}fill><{{p}}patternFill patternType="solid"><{{p}}fgColor rgb="{fill}"/></{{p}}patternFill></{{p}}fill>'


def lines_in(text: str, width: float, bold: bool = False) -> int:
    """Lines that a text takes in a column of so many characters, in Arial 10: words are not cut, long ones excepted."""
    room = (width - 1) / (1.08 if bold else 1.0)
    lines = 0
    for paragraph in text.split("\n"):
        lines, left = lines + 1, room
        for word in paragraph.split(" "):
            taken = _width(word)
            if taken > left and left < room:
                lines, left = lines + 1, room
            extra = int(taken // room)
            lines, left = lines + extra, left - (taken - extra * room) - 0.5
    return lines


def _width(word: str) -> float:
    return len(word) * 1.06 - len(_NARROW.findall(word)) * 0.55 + len(_WIDE.findall(word)) * 0.3


@dataclass
class Page:
    """A sheet being written, row after row."""

    looks: dict[str, int]
    rows: list[str] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    @property
    def next_row(self) -> int:
        """The number of the row to come."""
        return len(self.rows) + 1

    def add(self, cells: Sequence[tuple[str, str]], links: Sequence[tuple[int, str]] = (), first: int = 0, least: float = 0) -> None:
        """A row of (text, look), from the column `first`; `links` gives, for some columns, a place in the workbook."""
        row, height, written = self.next_row, least, []
        for column, (text, look) in enumerate(cells, first):
            height = max(height, _height(text, LOOKS[look], COLUMNS[column]))
            written.append(_cell(f"{letters(column)}{row}", text, self.looks[look]))
        self._append(height, written)
        for column, place in links:
            reference = f"{letters(column)}{row}"
            self.links.append(f"<hyperlink ref={attribute_xml(reference)} location={attribute_xml(place)}/>")

    def add_whole(self, text: str, look: str, least: float = 0) -> None:
        """A row of one text over all columns."""
        row = self.next_row
        self.merges.append(f"A{row}:{letters(len(COLUMNS) - 1)}{row}")
        self._append(max(least, _height(text, LOOKS[look], _WHOLE)), [_cell(f"A{row}", text, self.looks[look])])

    def skip(self) -> None:
        """An empty row."""
        self._append(8, [])

    def _append(self, height: float, cells: Sequence[str]) -> None:
        points = min(_TALLEST, height)
        self.rows.append(f'<row r="{self.next_row}" ht="{points:g}" customHeight="1">{"".join(cells)}</row>')


def _height(text: str, look: Look, width: float) -> float:
    return lines_in(text, width * 10 / look.size, look.bold) * _LINE * look.size / 10 + _PADDING


def _cell(reference: str, text: str, look: int) -> str:
    if not text:
        return f'<c r="{reference}" s="{look}"/>'
    return f'<c r="{reference}" s="{look}" t="inlineStr"><is><t xml:space="preserve">{text_xml(text)}</t></is></c>'
