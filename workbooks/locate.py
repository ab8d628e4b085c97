"""Find sheets, header rows and columns by their labels; tell data rows from repeated headers, totals and blanks."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from schemas.spec import MEMO, SheetSpec
from schemas.text import normalise
from workbooks.cells import Cell, Grid, is_blank
from workbooks.numbers import year_in
from workbooks.reader import RawSheet
from workbooks.words import Words, field_named, words_of

_TOTAL = re.compile(r"(?:sous |ss |s )?(?:total|totaux|t o t a l)\b")
_SUBTOTAL = re.compile(r"(?:sous|ss|s) tota(?:l|ux)\b")
_TOTAL_OF = re.compile(
    r"(?:total|totaux|t o t a l)(?: (?:general|generaux|[0-9]{4}|(?:des?|du|pour|par|annee|exercice|demande|sollicite|acquis)\b.*))?"
)
_MAY_BE_TOTAL = re.compile(r"t\s?o\s?t\s?a", re.IGNORECASE)
_HEADER_ROWS = 200
"""A header further down than this is not looked for."""
_YEAR_OR_RANK = re.compile(r"^(?:feuille )?[0-9]{1,2} | (?:19|20)[0-9]{2}$")


def find_sheets(sheets: Iterable[RawSheet], spec: SheetSpec) -> list[RawSheet]:
    """The sheets that may be that one: those that bear its title, else another of its names. A rank or a year beside it does not count."""
    names = [(sheet, normalise(sheet.name)) for sheet in sheets]
    if found := [sheet for sheet, name in names if name == spec.names[0]]:
        return found
    return [sheet for sheet, name in names if name in spec.names or _YEAR_OR_RANK.sub("", name) in spec.names]


def label_of(cell: Cell) -> str:
    """A header or label as it is compared; empty for anything but text."""
    return normalise(cell) if isinstance(cell, str) else ""


def is_memo(cell: Cell) -> bool:
    """Whether a header says that its column is a memo, there for the eye alone (« Pour mémoire : budget 2010 retenu »)."""
    return label_of(cell).startswith(_MEMO)


_MEMO = normalise(MEMO)


@dataclass
class Header:
    """The header of a table, of one row or two: zero-based rows, field name → zero-based column.

    `words` holds what the headers of those columns say besides (a unit…); `unknown` the columns whose header names no field; `doubles`
    those whose field was found further left.
    """

    top: int
    row: int
    columns: dict[str, int] = field(default_factory=dict)
    words: dict[str, Words] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=list)
    doubles: list[tuple[str, int]] = field(default_factory=list)

    def place(self, grid: Grid, column: int) -> tuple[int, int]:
        """The cell that heads a column: the lower one of two, where it is not blank."""
        below = grid[self.row][column] if column < len(grid[self.row]) else ""
        return (self.top if is_blank(below) else self.row), column


def header_row(grid: Grid, spec: SheetSpec, needed: Iterable[str] = ()) -> int | None:
    """The first row that names the most fields, two at least (one where the sheet has only one).

    The search ends at a row that leaves no doubt: it names every `needed` field and nothing else.
    """
    needed = set(needed)
    best, best_score = None, min(2, len(spec.columns)) - 1
    for index, row in enumerate(grid[:_HEADER_ROWS]):
        texts = [cell for cell in row if isinstance(cell, str) and cell]
        if len(texts) <= best_score:
            continue
        names = [field_named(cell, spec) for cell in texts]
        known = {name for name in names if name}
        if len(known) > best_score:
            best, best_score = index, len(known)
            if needed and needed <= known and len(known) == len(texts):
                break
    return best


def find_header(sheet: RawSheet, spec: SheetSpec, needed: Iterable[str]) -> Header | None:
    """Find the columns of a plain table. None where no header row is found."""
    needed = set(needed)
    row = header_row(sheet.grid, spec, needed)
    if row is None:
        return None
    header = _plain_header(sheet, row, spec)
    if header.unknown or not needed <= header.columns.keys():
        for top in (row, row - 1):
            if (grouped := _grouped(sheet, top, spec)) and len(grouped.columns) > len(header.columns):
                return grouped
        if _holds_years(sheet.grid, row + 1):
            return _header(sheet, row, row + 1, lambda column: _names_of(sheet.grid[row], column, spec))
    return header


def _plain_header(sheet: RawSheet, row: int, spec: SheetSpec) -> Header:
    """A header of one row. The same labels come again in every workbook made from one template: what they name is kept."""
    labels = tuple(cell if isinstance(cell, str) else None for cell in sheet.grid[row])
    seen: dict[tuple[str | None, ...], Header] = spec.headers_seen
    if labels not in seen:
        if len(seen) > _MOST_SEEN:
            seen.clear()
        seen[labels] = _header(sheet, row, row, lambda column: _names_of(sheet.grid[row], column, spec))
    return replace(seen[labels], top=row, row=row)


_MOST_SEEN = 256


def _holds_years(grid: Grid, row: int) -> bool:
    """Whether a row holds years and nothing else: the exercices of the columns above."""
    cells = [cell for cell in grid[row] if not is_blank(cell)] if row < len(grid) else []
    return bool(cells) and all(year_in(cell) for cell in cells)


Naming = Callable[[int], tuple[str | None, Words]]
"""Column → the field that its header names, and the header's other words."""


def _header(sheet: RawSheet, top: int, row: int, naming: Naming) -> Header:
    header = Header(top, row)
    for column in range(max(len(sheet.grid[top]), len(sheet.grid[row]))):
        cell = _at(sheet.grid, *header.place(sheet.grid, column))
        if is_blank(cell) or is_memo(cell):
            continue
        name, words = naming(column)
        if name is None:
            header.unknown.append(column)
        elif name in header.columns:
            header.doubles.append((name, column))
        else:
            header.columns[name] = column
            if words.unit or words.before_tax or words.conditional:
                header.words[name] = words
    return header


def _at(grid: Grid, row: int, column: int) -> Cell:
    line = grid[row]
    return line[column] if column < len(line) else ""


def _names_of(row: Sequence[Cell], column: int, spec: SheetSpec) -> tuple[str | None, Words]:
    cell = row[column] if column < len(row) else ""
    return field_named(cell, spec), words_of(cell) if isinstance(cell, str) else Words("")


def _grouped(sheet: RawSheet, top: int, spec: SheetSpec) -> Header | None:
    """A header of two rows, where the upper one groups the lower one's columns: « Montant » over « sollicité » and « acquis »."""
    if top < 0 or top + 1 >= len(sheet.grid):
        return None
    upper, lower = sheet.grid[top], sheet.grid[top + 1]
    if any(not isinstance(cell, str) for cell in lower):
        return None
    groups = _groups_of(sheet, top)

    def naming(column: int) -> tuple[str | None, Words]:
        above, below = groups.get(column, ""), lower[column] if column < len(lower) else ""
        both = [text for text in (above, below) if isinstance(text, str) and not is_blank(text)]
        words = words_of(" ".join(both))
        forms = [" ".join(both), " ".join(reversed(both)), both[1]] if len(both) == 2 else both
        return next((name for form in forms if (name := field_named(form, spec))), None), words

    own = {c for c, cell in enumerate(upper) if field_named(cell, spec)}
    if any(not is_blank(lower[c]) and naming(c)[0] is None for c in own if c < len(lower)):
        # Something other than a label stands under a column's label: it is data.
        return None
    return _header(sheet, top, top + 1, naming)


def _groups_of(sheet: RawSheet, row: int) -> dict[int, Cell]:
    """Column → what heads it in a row whose cells may run over the next ones: merged with them, or followed by blanks."""
    cells, below = sheet.grid[row], sheet.grid[row + 1] if row + 1 < len(sheet.grid) else []
    merged = {left: right for top, left, bottom, right in sheet.layout.merges if top <= row <= bottom}
    found: dict[int, Cell] = {}
    last, reach = -1, -1
    for column in range(max(len(cells), len(below))):
        cell = cells[column] if column < len(cells) else ""
        if not is_blank(cell):
            last, reach = column, merged.get(column, column if merged else len(below))
            found[column] = cell
        elif last >= 0 and column <= reach and column < len(below) and not is_blank(below[column]):
            found[column] = cells[last]
    return found


def first_text(row: Sequence[Cell]) -> str:
    """The first text of a row, normalised; empty where it has none."""
    return next((label for cell in row if isinstance(cell, str) and cell and (label := normalise(cell))), "")


def may_be_total(row: Sequence[Cell]) -> bool:
    """Whether any text of a row could name a total: most rows are done with at once."""
    return bool(_MAY_BE_TOTAL.search("\n".join([cell for cell in row if isinstance(cell, str)])))


def is_total(row: Sequence[Cell]) -> bool:
    """Whether the row's first text says that it is a total."""
    for cell in row:
        if isinstance(cell, str) and cell:
            if _MAY_BE_TOTAL.search(cell):
                return bool(_TOTAL.match(normalise(cell)))
            if cell[0].isalnum() or normalise(cell):
                return False
    return False


def says_total(cell: Cell) -> bool:
    """Whether a text that is not its row's first one names a total, or a subtotal: a firm may be called « Total » and something."""
    if not isinstance(cell, str) or not _MAY_BE_TOTAL.search(cell):
        return False
    label = normalise(cell)
    return bool(_SUBTOTAL.match(label) or _TOTAL_OF.fullmatch(label))


def says_subtotal(cell: Cell) -> bool:
    """Whether a text starts with « sous-total », which is nobody's name."""
    return isinstance(cell, str) and bool(_MAY_BE_TOTAL.search(cell)) and bool(_SUBTOTAL.match(normalise(cell)))


def is_repeated_header(row: Sequence[Cell], spec: SheetSpec, columns: Mapping[str, int]) -> bool:
    """Whether the row holds the table's own labels again, in their own columns."""
    same = others = 0
    for name, index in columns.items():
        if index >= len(row) or is_blank(cell := row[index]):
            continue
        if isinstance(cell, str) and field_named(cell, spec) == name:
            same += 1
        else:
            others += 1
            if others > 1:
                return False
    return same >= min(2, len(columns))


def label_column(grid: Grid, spec: SheetSpec) -> int | None:
    """The column of an Identification sheet that holds the most known labels."""
    found = Counter(index for row in grid for index, cell in enumerate(row) if cell != "" and field_named(cell, spec))
    return max(found, key=lambda index: (found[index], -index)) if found else None
