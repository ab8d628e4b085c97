"""What a file's own bytes say of a sheet, beside what the reader makes of them: the two must agree, or the file is refused.

The reader (python-calamine) shows cells in error and formulas without a stored value as blanks; it takes some damaged values for others.
They are found here, by address, and put back in their place.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time

from workbooks.cells import COLUMNS, Cell, CellError, Grid, Misread, Unvalued, address, shown
from workbooks.refusal import Refusal

Place = tuple[int, int]
Block = tuple[int, int, int, int]
"""First row, first column, last row, last column; zero-based."""


@dataclass
class Layout:
    """What a sheet shows of itself: `visible`, `hidden` or `veryHidden`; hidden rows and columns, and merges, zero-based."""

    state: str = "visible"
    hidden_rows: list[tuple[int, int]] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merges: list[Block] = field(default_factory=list)
    from_1904: bool = False
    """Days are counted from 1904, as Excel for Mac once did."""


@dataclass
class SheetScan:
    """Places are row × COLUMNS + column, zero-based. `rows` and `columns` are the last ones that hold something, one-based.

    `hidden` is what replaces what the reader gives: errors, formulas without a value, values that it mistakes.
    """

    hidden: dict[Place, Cell] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0
    texts: list[int] = field(default_factory=list)
    """Cells that hold something else than a number: texts, booleans."""
    maybe: list[int] = field(default_factory=list)
    """Texts that may be read as blank: those kept elsewhere in an .xls, and those of an .xlsx that are nothing but spaces."""
    numbers_at: list[int] = field(default_factory=list)
    numbers: list[float] = field(default_factory=list)
    """Numbers, dates among them (the reader gives them as dates)."""
    layout: Layout = field(default_factory=Layout)
    part: str = ""
    """The part of an .xlsx that it comes from."""
    wrong_extent: bool = False
    """The sheet declares an extent that is none."""

    def used_rows(self) -> list[int]:
        """The rows that hold something, in order."""
        places = (place // COLUMNS for places in (self.texts, self.numbers_at) for place in places)
        return sorted({*places, *(row for row, _ in self.hidden)})

    def reach(self, rows: int, columns: int) -> None:
        """Count a cell that ends at that row and column, one-based."""
        self.rows, self.columns = max(self.rows, rows), max(self.columns, columns)

    def add_text(self, row: int, column: int) -> None:
        """A cell that holds something else than a number."""
        self.texts.append(row * COLUMNS + column)

    def add_number(self, row: int, column: int, number: float) -> None:
        """A number; one that is not finite is an error."""
        if number - number:
            self.hidden[row, column] = Misread("#NOMBRE!")
        else:
            self.numbers_at.append(row * COLUMNS + column)
            self.numbers.append(number)

    def check_agreement(self, sheet: str, grid: Grid) -> None:
        """Compare, cell by cell, with what was read, `hidden` being already in its place. Raises Refusal."""
        if not self._agrees(grid):
            self._find_disagreement(sheet, grid)

    def _agrees(self, grid: Grid) -> bool:
        """Whether all agree, seen at once. False says nothing yet: a number may be a date, and texts may be blank."""
        try:
            numbers = [grid[place // COLUMNS][place % COLUMNS] for place in self.numbers_at]
            texts = [grid[place // COLUMNS][place % COLUMNS] for place in self.texts]
        except IndexError:
            return False
        read = sum(len(row) - row.count("") for row in grid)
        known = len(numbers) + len(texts) + len(self.hidden)
        return numbers == self.numbers and "" not in texts and read == known and not self.maybe

    def _find_disagreement(self, sheet: str, grid: Grid) -> None:
        """Cell by cell. Raises Refusal at the first that disagrees, if any."""
        try:
            for place, number in zip(self.numbers_at, self.numbers, strict=True):
                if (found := grid[place // COLUMNS][place % COLUMNS]) != number and not _is_moment(found):
                    raise _disagree(sheet, place)
            for place in self.texts:
                if grid[place // COLUMNS][place % COLUMNS] == "":
                    raise _disagree(sheet, place)
        except IndexError:
            raise _disagree(sheet, place) from None
        texts = len(self.texts) + sum(_at(grid, place) != "" for place in self.maybe)
        read = sum(len(row) - row.count("") for row in grid)
        if read != len(self.numbers) + texts + len(self.hidden):
            known = {*self.numbers_at, *self.texts, *self.maybe, *(row * COLUMNS + column for row, column in self.hidden)}
            raise _disagree(sheet, next(p for p in _filled(grid) if p not in known))


def _at(grid: Grid, place: int) -> Cell:
    row, column = divmod(place, COLUMNS)
    try:
        return grid[row][column]
    except IndexError:
        return ""


def _filled(grid: Grid) -> Iterator[int]:
    return (r * COLUMNS + c for r, row in enumerate(grid) for c, cell in enumerate(row) if cell != "")


def _is_moment(cell: Cell) -> bool:
    """A date or a time, which the file stores as a number."""
    return not isinstance(cell, str | int | float | CellError | Unvalued)


def _disagree(sheet: str, place: int) -> Refusal:
    return Refusal(
        "FIC001", f"feuille « {shown(sheet)} », cellule {address(*divmod(place, COLUMNS))}, deux lectures trouvent des valeurs différentes"
    )


def iso_moment(text: str) -> Cell:
    """A date or a time as ISO 8601 writes it, or the error that it is."""
    try:
        if "-" not in text:
            return time.fromisoformat(text)
        return datetime.fromisoformat(text) if len(text) > len("2010-06-15") else date.fromisoformat(text)
    except ValueError:
        return Misread(text)
