"""Staff's corrections (contract §1, Arbitrages): a workbook read with other values in some of its cells. The file itself stays as it is."""

from collections.abc import Mapping, Sequence

from schemas.reading import Reading, Received
from schemas.spec import SheetSpec
from workbooks.cells import indices
from workbooks.extract import extract
from workbooks.reader import RawSheet

_AS_TEXT = "CEL109"


def extract_amended(received: Received, sheets: Sequence[RawSheet], specs: Mapping[str, SheetSpec]) -> Reading:
    """What `extract` gives, the cells of `received.amended` holding staff's values.

    Staff's values are texts: that one was read as a number is no news to the sender.
    """
    if not received.amended:
        return extract(received, sheets, specs)
    reading = extract(received, [_amended(sheet, received) for sheet in sheets], specs)
    places = {(sheet, cell) for sheet, cell, _ in received.amended}
    reading.findings = [f for f in reading.findings if f.code != _AS_TEXT or (f.sheet, f.cell) not in places]
    return reading


def _amended(sheet: RawSheet, received: Received) -> RawSheet:
    mine = [(indices(cell), value) for name, cell, value in received.amended if name == sheet.name]
    if not mine:
        return sheet
    grid = [list(row) for row in sheet.grid]
    for (row, column), value in mine:
        grid += [[] for _ in range(row + 1 - len(grid))]
        grid[row] += [""] * (column + 1 - len(grid[row]))
        grid[row][column] = value
    return RawSheet(sheet.name, grid, sheet.layout)
