"""What is wrong with the header of a table, and what it says of its columns: a unit, taxes left out, a condition."""

import re
from collections.abc import Iterator

from schemas.finding import Finding
from schemas.spec import Document, SheetSpec
from workbooks.cells import Cell, address, is_blank, shown
from workbooks.locate import Header
from workbooks.missing import exercices_across, missing_label, twice, unknown_column, unnamed_column, which_unit
from workbooks.numbers import Setting, year_in
from workbooks.reader import RawSheet
from workbooks.words import Words, announced_units


def header_findings(sheet: RawSheet, spec: SheetSpec, document: Document, header: Header) -> Iterator[Finding]:
    """What is wrong with a header: unknown columns, columns twice, columns that are missing."""
    grid, below = sheet.grid, header.row + 1
    wanted = [c for c in spec.columns if c.name not in header.columns]
    for name, index in header.doubles:
        column, place = spec.column(name), header.place(grid, index)
        first = address(*header.place(grid, header.columns[name]))
        if column.required_in(document.name) or (column.kind == "montant" and _differ(sheet, below, header.columns[name], index)):
            yield twice(sheet.name, address(*place), column.label, shown(grid[place[0]][index]), first)
        else:
            yield unknown_column(sheet, place, below, first=first)
    unknown = [header.place(grid, index) for index in header.unknown]
    for place in unknown:
        yield unknown_column(sheet, place, below, wanted)
    yield from _unnamed(sheet, header)
    others = {address(*place): grid[place[0]][place[1]] for place in unknown}
    for column in wanted:
        # A column required for some rows only (Postes accordés) is missed row by row.
        if column.required_in(document.name) and column.alternative not in header.columns:
            years = _years_across(sheet, header) if column.name == "exercice" else []
            yield exercices_across(sheet.name, column, years) if years else missing_label(sheet.name, column, "la colonne", others)


def _differ(sheet: RawSheet, first_row: int, one: int, other: int) -> bool:
    """Whether two columns say different things on some row."""
    width = max(one, other)
    return any(len(row) > width and not is_blank(row[other]) and row[other] != row[one] for row in sheet.grid[first_row:])


def _unnamed(sheet: RawSheet, header: Header) -> Iterator[Finding]:
    """A column without a label that holds numbers is not dropped in silence."""
    named = {*header.columns.values(), *header.unknown, *(column for _, column in header.doubles)}
    grid = sheet.grid
    for column in range(max(map(len, grid[header.row :]), default=0)):
        if column not in named and all(is_blank(grid[row][column]) for row in (header.top, header.row) if column < len(grid[row])):
            finding = unnamed_column(sheet, header.row, column)
            if finding:
                yield finding


def _years_across(sheet: RawSheet, header: Header) -> list[str]:
    """The exercices that head columns, in the header or just above it."""
    rows = sheet.grid[max(0, header.top - 1) : header.row + 1]
    years = (_year_among(cell) for row in rows for cell in row)
    return [str(year) for year in dict.fromkeys(years) if year]


def _year_among(cell: Cell) -> int | None:
    found = _YEAR.search(cell) if isinstance(cell, str) else None
    return year_in(cell) or (int(found.group()) if found else None)


_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def column_settings(sheet: RawSheet, header: Header, spec: SheetSpec, setting: Setting) -> tuple[dict[str, Setting], list[Finding]]:
    """What surrounds the cells of each column: the unit said in its header or above the table, « sous réserve »; TAB008 for « HT »."""
    above, said = sheet_unit(sheet, header.top)
    settings: dict[str, Setting] = {}
    for name, index in header.columns.items():
        if spec.column(name).kind != "montant":
            settings[name] = setting
            continue
        words, place = header.words.get(name, Words("")), header.place(sheet.grid, index)
        unit, doubt = column_unit(sheet, place, words, above)
        said += doubt
        settings[name] = Setting(setting.campagne, setting.from_1904, unit, words.conditional)
        if words.before_tax:
            said.append(before_tax(sheet, place))
    return settings, said


def column_unit(sheet: RawSheet, place: tuple[int, int], words: Words, above: int) -> tuple[int, list[Finding]]:
    """The unit of a column's amounts: what its header says, else what is said above the table; a question where they differ."""
    doubt = [which_unit(sheet, *place)] if words.unit and above and words.unit != above else []
    return words.unit or above or 1, doubt


def before_tax(sheet: RawSheet, place: tuple[int, int]) -> Finding:
    """TAB008 at a header that says « hors taxes »."""
    value = shown(sheet.grid[place[0]][place[1]])
    return Finding("TAB008", sheet.name, address(*place), value, value)


def sheet_unit(sheet: RawSheet, top: int) -> tuple[int, list[Finding]]:
    """The unit announced above a table: 0 where none is; a question where euros and thousands are both announced."""
    found: dict[int, tuple[int, int]] = {}
    for row in range(top):
        for column, cell in enumerate(sheet.grid[row]):
            for unit in announced_units(cell) if cell != "" else ():
                found[unit] = row, column
    if len(found) < 2:
        return next(iter(found), 0), []
    return 0, [which_unit(sheet, *found[max(found)])]
