"""Find sheets, header rows and columns by their labels; tell data rows from repeated headers, totals and blanks."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from schemas.finding import Finding
from schemas.spec import REMINDER, Column, SheetSpec
from schemas.text import listing, normalise
from workbooks.cells import Cell, CellError, Grid, Unvalued, address, is_blank, shown
from workbooks.reader import RawSheet

_TOTAL = re.compile(r"(?:sous )?total\b|(?:sous )?totaux\b")
_NAMES = 6
_HEADER_ROWS = 200
"""A header further down than this is not looked for."""


def find_sheet(sheets: Iterable[RawSheet], title: str) -> RawSheet | None:
    """The sheet that bears that name, once normalised."""
    return next((s for s in sheets if normalise(s.name) == normalise(title)), None)


def label_of(cell: Cell) -> str:
    """A header or label as it is compared; empty for anything but text."""
    return normalise(cell) if isinstance(cell, str) else ""


def labels_of(columns: Iterable[Column]) -> dict[str, str]:
    """Normalised label or alias → field name."""
    return {normalise(label): c.name for c in columns for label in (c.label, *c.aliases)}


@dataclass
class Header:
    """Where the columns of a table are: zero-based row, field name → zero-based column; and what is wrong with them."""

    row: int
    columns: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def header_row(grid: Grid, labels: Iterable[str]) -> int | None:
    """The first row that holds the most known labels, two at least (one where only one is known)."""
    known = set(labels)
    best, best_score = None, min(2, len(known)) - 1
    for index, row in enumerate(grid[:_HEADER_ROWS]):
        score = len({label_of(cell) for cell in row} & known)
        if score > best_score:
            best, best_score = index, score
    return best


def find_header(sheet: RawSheet, spec: SheetSpec, document: str) -> Header | None:
    """Find the columns of a plain table. None where no header row is found: the caller says so."""
    labels = labels_of(spec.columns)
    row = header_row(sheet.grid, labels)
    if row is None:
        return None
    header = Header(row)
    for index, cell in enumerate(sheet.grid[row]):
        name = labels.get(label_of(cell))
        if name is None:
            if not is_blank(cell) and not is_reminder(cell):
                header.findings.append(unknown_column(sheet, row, index))
        elif name in header.columns:
            if spec.column(name).required_in(document):
                header.findings.append(Finding("TAB004", sheet.name, address(row, index), spec.column(name).label, shown(cell)))
            else:
                header.findings.append(unknown_column(sheet, row, index))
        else:
            header.columns[name] = index
    header.findings += _missing(sheet, spec, document, header.columns)
    return header


def is_reminder(cell: Cell) -> bool:
    """Whether a header says that its column is only a reminder (« Pour mémoire : budget 2010 retenu »)."""
    return label_of(cell).startswith(normalise(REMINDER))


def unknown_column(sheet: RawSheet, row: int, column: int) -> Finding:
    """TAB003 at a header that the contract does not know; CEL105 or CEL106 where nobody can know it."""
    cell, place = sheet.grid[row][column], address(row, column)
    value = shown(cell)
    if isinstance(cell, CellError):
        return Finding("CEL105", sheet.name, place, "En-tête", value, facts={"valeur": value})
    if isinstance(cell, Unvalued):
        return Finding("CEL106", sheet.name, place, "En-tête")
    return Finding("TAB003", sheet.name, place, value, value)


def _missing(sheet: RawSheet, spec: SheetSpec, document: str, present: dict[str, int]) -> Iterator[Finding]:
    for column in spec.columns:
        # A column required for some rows only (Postes accordés) is missed row by row.
        if column.required_in(document) and column.name not in present and column.alternative not in present:
            yield missing_columns(sheet.name, [column.label])


def missing_columns(sheet: str, labels: Sequence[str]) -> Finding:
    """TAB002 for one column, or for a whole header row that cannot be found."""
    quoted = listing((f"« {label} »" for label in labels), "et")
    what = f"la colonne {quoted}" if len(labels) == 1 else f"la ligne d'en-têtes avec les colonnes {quoted}"
    return Finding("TAB002", sheet, "", listing(labels, "et"), facts={"champ": what})


def sheet_names(sheets: Iterable[RawSheet]) -> str:
    """The names of a workbook's sheets, for a message: the first ones where there are many."""
    names = [f"« {shown(sheet.name)} »" for sheet in sheets]
    return listing(names if len(names) <= _NAMES else [*names[:_NAMES], f"{len(names) - _NAMES} autres"], "et")


def first_text(row: Sequence[Cell]) -> str:
    """The first text of a row, normalised; empty where it has none."""
    return next((label for cell in row if isinstance(cell, str) and (label := normalise(cell))), "")


def is_total(row: Sequence[Cell]) -> bool:
    """Whether the row's first text says that it is a total."""
    return bool(_TOTAL.match(first_text(row)))


def is_repeated_header(row: Sequence[Cell], labels: dict[str, str], columns: dict[str, int]) -> bool:
    """Whether the row holds the table's own labels again, in their own columns."""
    same = others = 0
    for name, index in columns.items():
        if index >= len(row) or is_blank(row[index]):
            continue
        if labels.get(label_of(row[index])) == name:
            same += 1
        else:
            others += 1
            if others > 1:
                return False
    return same >= min(2, len(columns))


def label_column(grid: Grid, labels: dict[str, str]) -> int | None:
    """The column of an Identification sheet that holds the most known labels."""
    found = Counter(index for row in grid for index, cell in enumerate(row) if label_of(cell) in labels)
    return max(found, key=lambda index: (found[index], -index)) if found else None
