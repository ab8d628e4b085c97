"""The marks of a return: each faulty cell is hatched, with one comment that says all that is found there."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from schemas.returns import AUTHOR, ReturnLine
from schemas.rules import GRAVITIES
from schemas.text import listing
from workbooks.cells import address, indices
from workbooks.retour_bulles import blocks_used
from workbooks.retour_commentaires import OPENING, Runs, comment_sheet
from workbooks.retour_feuille import SheetXml, mark_cells, shown_at, unselected
from workbooks.retour_paquet import Package
from workbooks.retour_styles import HATCHINGS, Styles
from workbooks.retour_xml import Edits
from workbooks.scan import Place

RANKS: dict[str, int] = {gravity: rank for rank, gravity in enumerate(GRAVITIES)}
"""The order of gravities, the worst first."""
_ROW = re.compile(rb"""row\s(?:[^>]*?\s)?r=["']([0-9]{1,7})["']""")
_FAR = 100_000
"""A row further down is read with more care."""
_NAMED = 5

ByCell = Mapping[Place, Sequence[ReturnLine]]


def place_of(cell: str) -> Place | None:
    """Zero-based row and column of an address; None where it is none."""
    try:
        return indices(cell)
    except ValueError:
        return None


class Annotator:
    """Marks and comments the cells of one worksheet after the other."""

    def __init__(self, package: Package, styles: Styles, lines: Sequence[ReturnLine]) -> None:
        self._package, self._styles, self._marked = package, styles, _by_cell(lines)
        self._block = blocks_used(package.read(name) for name in package.names() if name.lower().endswith(".vml")) + 1
        self._threads: list[str] = []
        self.marks = 0
        self.far = False
        """Whether some sheet has a row far down."""

    def edit(self, name: str, part: str) -> None:
        """One sheet: its marks, where it has any or had some; and it is no longer the one shown first."""
        xml = self._package.xml(part)
        last = _ROW.match(xml, xml.rfind(b"row "))
        self.far |= last is not None and int(last[1]) > _FAR
        cells = self._marked.get(name, {})
        touched = cells or self._styles.former or self._bears_our_comments(part)
        edited = unselected(self._annotated(name, part, xml, cells) if touched else xml)
        if edited is not xml:
            self._package.write(part, edited)

    def _bears_our_comments(self, part: str) -> bool:
        comments = self._package.related(part, "comments")
        return comments is not None and AUTHOR.encode() in self._package.xml(comments.target)

    def _annotated(self, name: str, part: str, xml: bytes, cells: ByCell) -> bytes:
        sheet = SheetXml(xml, {row for row, _ in cells}, self._styles.former)
        if sheet.data is None:
            return xml
        # What stands under a merge cannot be seen: its mark goes to the cell that is.
        shown: dict[Place, list[ReturnLine]] = defaultdict(list)
        for place, lines in cells.items():
            shown[shown_at(place, sheet.merges)] += lines
        for lines in shown.values():
            lines.sort(key=lambda line: (RANKS[line.gravity], place_of(line.cell)))
        if {row for row, _ in shown} - {row for row, _ in cells}:
            sheet = SheetXml(xml, {row for row, _ in shown}, self._styles.former)
        edits = Edits(xml)
        gravities = {place: min((line.gravity for line in lines), key=RANKS.__getitem__) for place, lines in shown.items()}
        mark_cells(sheet, edits, gravities, self._styles)
        notes = {place: _runs(place, lines) for place, lines in shown.items()}
        blocks, threads = comment_sheet(self._package, part, sheet, edits, notes, self._block)
        self._block += blocks
        self.marks += len(shown)
        self._threads += [f"{name} {address(*place)}" for place in sorted(threads)]
        return edits.result() if edits else xml

    def told(self) -> list[str]:
        """What could not be written in its place, in French."""
        if not self._threads:
            return []
        more = len(self._threads) - _NAMED
        shown = [*self._threads[:_NAMED], f"{more} autres"] if more > 0 else self._threads
        return [f"Nos commentaires sur les cellules qui portent une discussion ({listing(shown, 'et')}) : lisez-les dans la liste."]


def _by_cell(lines: Sequence[ReturnLine]) -> dict[str, dict[Place, list[ReturnLine]]]:
    """Sheet → cell → all its findings, the gravest first, for the cells where one calls for a mark."""
    found: dict[str, dict[Place, list[ReturnLine]]] = defaultdict(lambda: defaultdict(list))
    for line in sorted(lines, key=lambda line: RANKS[line.gravity]):
        if line.sheet and (place := place_of(line.cell)):
            found[line.sheet][place].append(line)
    return {sheet: {place: held for place, held in cells.items() if held[0].gravity in HATCHINGS} for sheet, cells in found.items()}


def _runs(place: Place, lines: Sequence[ReturnLine]) -> Runs:
    """A comment: for each finding its rule, what is wrong, the text behind it, and what to do."""
    runs: list[tuple[bool, str]] = []
    for line in lines:
        elsewhere = f", cellule {line.cell}" if place_of(line.cell) != place else ""
        gap = "\n\n" if runs else ""
        source = f"\n{line.reference}" if line.reference and line.reference not in line.message else ""
        runs.append((True, f"{gap}{OPENING}{line.gravity} {line.code}{elsewhere}\n{line.title}\n"))
        runs.append((False, f"{line.message}{source}\n"))
        runs.append((True, "À faire : "))
        runs.append((False, line.correction))
    return tuple(runs)
