"""Find sheets, header rows and columns by their labels; tell data rows from repeated headers, totals and blanks."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.finding import Finding
from schemas.spec import MEMO, Column, SheetSpec
from schemas.text import listing, nearest, normalise, suggestions
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
    unknown = []
    for index, cell in enumerate(sheet.grid[row]):
        name = labels.get(label_of(cell))
        if name is None:
            if not is_blank(cell) and not is_memo(cell):
                unknown.append(index)
        elif name in header.columns:
            first = address(row, header.columns[name])
            if spec.column(name).required_in(document):
                header.findings.append(twice(sheet.name, address(row, index), spec.column(name).label, shown(cell), first))
            else:
                header.findings.append(unknown_column(sheet, row, index, first=first))
        else:
            header.columns[name] = index
    wanted = [c for c in spec.columns if c.name not in header.columns and c.used_in(document)]
    header.findings += [unknown_column(sheet, row, index, wanted) for index in unknown]
    header.findings += _missing(sheet, spec, document, header, unknown)
    return header


def twice(sheet: str, cell: str, label: str, value: str, first: str) -> Finding:
    """TAB004 at a label that comes again; `first` is the cell of the first one."""
    return Finding("TAB004", sheet, cell, label, value, facts={"autre": first})


def is_memo(cell: Cell) -> bool:
    """Whether a header says that its column is only a reminder (« Pour mémoire : budget 2010 retenu »)."""
    return label_of(cell).startswith(normalise(MEMO))


def unknown_column(sheet: RawSheet, row: int, column: int, wanted: Iterable[Column] = (), first: str = "") -> Finding:
    """TAB003 at a header that the contract does not know, with the nearest of the columns that the table has not; CEL105 or CEL106 where
    nobody can know it. `first` is the cell of an optional column that comes again.
    """
    cell, place = sheet.grid[row][column], address(row, column)
    value = shown(cell)
    if isinstance(cell, CellError):
        return Finding("CEL105", sheet.name, place, "En-tête", value, facts={"valeur": value})
    if isinstance(cell, Unvalued):
        return Finding("CEL106", sheet.name, place, "En-tête")
    if first:
        return Finding("TAB003", sheet.name, place, value, value, facts={"cas": "double", "pourquoi": f"figure déjà en {first}"})
    labels = {label: c.label for c in wanted for label in (c.label, *c.aliases)}
    near = dict.fromkeys(labels[label] for label in nearest(value, labels))
    return Finding("TAB003", sheet.name, place, value, value, facts={"pourquoi": "n'est pas prévue", **suggestions(near)})


def _missing(sheet: RawSheet, spec: SheetSpec, document: str, header: Header, unknown: Iterable[int]) -> Iterator[Finding]:
    present, others = header.columns, {address(header.row, index): sheet.grid[header.row][index] for index in unknown}
    for column in spec.columns:
        # A column required for some rows only (Postes accordés) is missed row by row.
        if column.required_in(document) and column.name not in present and column.alternative not in present:
            yield missing_label(sheet.name, column, "la colonne", others)


def missing_label(sheet: str, column: Column, noun: str, others: Mapping[str, Cell]) -> Finding:
    """TAB002 for a column or a label (`noun`), with the nearest of the `others` that stand there, by address."""
    facts = {"champ": f"{noun} « {column.label} »", "attendu": column.label}
    texts = {shown(cell): place for place, cell in others.items() if label_of(cell)}
    near = next((found for label in (column.label, *column.aliases) for found in nearest(label, texts)), None)
    if near:
        facts |= {"cas": "proche", "proche": f"« {near} »", "autre": texts[near], "proches": f" Est-ce « {near} » ?"}
    elif noun == "le libellé":
        facts["cas"] = "libelle"
    return Finding("TAB002", sheet, "", column.label, facts=facts)


def missing_columns(sheet: str, labels: Sequence[str]) -> Finding:
    """TAB002 for one column, or for a whole header row that cannot be found."""
    quoted = listing((f"« {label} »" for label in labels), "et")
    if len(labels) == 1:
        return Finding("TAB002", sheet, "", labels[0], facts={"champ": f"la colonne {quoted}"})
    facts = {"champ": f"la ligne d'en-têtes avec les colonnes {quoted}", "cas": "entetes"}
    return Finding("TAB002", sheet, "", listing(labels, "et"), facts=facts)


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
