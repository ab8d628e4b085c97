"""The plain tables (plan, postes, partenaires, réalisé, engagements, décisions…): a row per line that holds something."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.accounts import heading_named
from schemas.finding import Finding
from schemas.reading import Cells, Position, Reading
from schemas.spec import CONDITIONAL, DOCUMENTS, Column, Document, SheetSpec
from schemas.text import normalise
from workbooks.cells import Cell, address, is_blank, letters, shown
from workbooks.cerfa import name_accounts
from workbooks.heads import column_settings, header_findings
from workbooks.layout import Overlay, hidden_content, unmerged
from workbooks.locate import Header, find_header, is_repeated_header, is_total, label_of, may_be_total, says_subtotal, says_total
from workbooks.missing import blank, missing_columns
from workbooks.numbers import PLAIN, Parsed, Setting, is_zero_word
from workbooks.parse import parse
from workbooks.quick import Reader, readers
from workbooks.reader import RawSheet
from workbooks.words import one_line, plain_line

_NUMBERS = ("montant", "nombre", "entier")
"""Kinds for which a dash is 0; elsewhere it is nothing."""


@dataclass
class Table:
    """A table being read: its sheet, what its columns are, and where its rows and findings go."""

    sheet: RawSheet
    spec: SheetSpec
    document: Document
    reading: Reading
    header: Header
    settings: dict[str, Setting]
    rows: list[list[Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    """Zero-based row of each line read."""
    conditional: list[bool] = field(default_factory=list)
    overlay: Overlay = field(default_factory=Overlay)

    def say(self, code: str, row: int, column: Column, facts: Mapping[str, str]) -> None:
        """Add a finding at a cell of the table."""
        place = address(row, self.header.columns[column.name])
        self.reading.findings.append(Finding(code, self.sheet.name, place, column.label, facts.get("valeur", ""), facts=facts))


def open_table(sheet: RawSheet, spec: SheetSpec, document: Document, reading: Reading, setting: Setting) -> Table | None:
    """Find the table's header and say what is wrong with it. None where there is none."""
    needed = [c for c in spec.columns if c.required_in(document.name) and not c.alternative]
    header = find_header(sheet, spec, (c.name for c in needed))
    if header is None:
        if spec.key in document.required or any(not is_blank(c) for row in sheet.grid for c in row):
            reading.findings.append(missing_columns(sheet.name, [c.label for c in spec.columns if c.required_in(document.name)]))
        return None
    reading.findings += header_findings(sheet, spec, document, header)
    reading.positions += [Position(spec.key, sheet.name, name, letters(index)) for name, index in header.columns.items()]
    settings, said = column_settings(sheet, header, spec, setting)
    reading.findings += said
    return Table(sheet, spec, document, reading, header, settings)


def read_table(table: Table) -> None:
    """Read every line of the table."""
    sheet, header, spec = table.sheet, table.header, table.spec
    places = [(spec.column(name), index) for name, index in header.columns.items()]
    if sheet.layout.merges:
        kinds = {index: column.kind for column, index in places}
        labels = {index: column.label for column, index in places}
        table.overlay = unmerged(sheet, header.row + 1, kinds, labels)
        table.reading.findings += table.overlay.findings
    if {"compte", "libelle"} <= header.columns.keys():
        name_accounts(sheet.grid, header.row + 1, header.columns["compte"], header.columns["libelle"], table.overlay.rows)
    reads = [_Reads(column, index, table) for column, index in places]
    indices, width = [index for _, index in places], max(header.columns.values()) + 1
    for row in range(header.row + 1, len(sheet.grid)):
        cells = table.overlay.rows.get(row) or sheet.grid[row]
        if len(cells) < width:
            if not cells:
                continue
            cells = [*cells, *[""] * (width - len(cells))]
        values = [cells[index] for index in indices]
        if values.count("") == len(values) or not _is_line(table, row, cells, values):
            continue
        _read_line(table, row, reads, values)


class _Reads:
    """How the cells of a column are read: `quick` by type for the usual ones; `blank` is what a blank one gives where it is not needed."""

    __slots__ = ("blank", "column", "index", "may_be_needed", "quick")

    def __init__(self, column: Column, index: int, table: Table) -> None:
        setting = table.settings[column.name]
        usual = column.kind != "montant" or (setting.factor == 1 and not setting.conditional)
        self.column, self.index = column, index
        self.quick: Mapping[type, Reader] = readers(column) if usual else {}
        self.blank = 0 if column.kind == "montant" else column.default
        self.may_be_needed = bool(column.required) or column.name in table.spec.stand_ins or bool(table.overlay.unread)

    def take(self, cell: Cell) -> Any:
        """The value of a usual cell; _LATER where it must be looked at more closely."""
        if cell == "":
            return _LATER if self.may_be_needed else self.blank
        reader = self.quick.get(type(cell))
        value = reader(cell) if reader else None
        return _LATER if value is None else value


_LATER = object()


def _is_line(table: Table, row: int, cells: Sequence[Cell], values: Sequence[Cell]) -> bool:
    """Whether a row that is not blank is a line of data."""
    texts = [cell for cell in values if isinstance(cell, str) and cell]
    filled = len(values) - values.count("")
    if filled == len(texts) and all(_is_void(cell) for cell in texts):
        return False
    if filled - len(texts) < 2 and is_repeated_header(cells, table.spec, table.header.columns):
        return False
    if may_be_total(cells) and (is_total(cells) or any(map(says_total, texts))) and _is_only_a_total(table, row, _by_name(table, values)):
        return False
    return not (filled == 1 and len(texts) == 1 and _is_note(table, row, cells, _by_name(table, values)))


def _by_name(table: Table, values: Sequence[Cell]) -> dict[str, Cell]:
    return dict(zip(table.header.columns, values, strict=True))


def _is_void(cell: Cell) -> bool:
    """A blank, a dash, signs that cannot be seen."""
    return isinstance(cell, str) and (not one_line(cell) or is_zero_word(cell))


def _is_only_a_total(table: Table, row: int, values: Mapping[str, Cell]) -> bool:
    """A total row lacks something that a line needs. One that lacks nothing is a line, unless it says « sous-total », which names nobody.

    A complete line whose needed name is « Total » and nothing more is asked about: a total, or a firm?
    """
    required = [c for c in table.spec.columns if c.required_in(table.document.name)]
    if any(is_blank(values.get(c.name, "")) for c in required if not c.alternative):
        return True
    named = [c for c in required if c.kind == "texte" and c.name in values]
    if any(says_subtotal(values[c.name]) for c in named):
        return True
    if any(c.kind == "montant" for c in table.spec.columns):
        for column in named:
            if normalise(str(values[column.name])) in ("total", "totaux", "total general"):
                facts = {
                    "valeur": shown(values[column.name]),
                    "cas": "total",
                    "proches": " Est-ce une ligne de total, ou le nom d'une structure ?",
                }
                table.say("CEL104", row, column, facts)
    return False


_NOTE = re.compile(r"(?:n\.? ?b\.?|nota|notes?|remarques?|sources?) ?:|n\.? ?b\.? |fait a |(?:date et )?signature|cachet|\*|\([0-9*]\)")


def _is_note(table: Table, row: int, cells: Sequence[Cell], values: Mapping[str, Cell]) -> bool:
    """Whether the only text of a row is a title or a note: it says so, or it starts the row and its column cannot hold it. TAB009 says
    that it is not read.
    """
    name, cell = next((n, c) for n, c in values.items() if c != "")
    column, places = table.spec.column(name), table.header.columns
    title = name == "libelle" and heading_named(str(cell)) is not None
    if len(cells) - cells.count("") > 1 or (places[name] > min(places.values()) and not title):
        return False
    note = title or bool(_NOTE.match(plain_line(str(cell))))
    if not note and (column.kind in ("texte", "pole", "siret", *_NUMBERS) or parse(cell, column, table.settings[name]).value is not None):
        return False
    table.say("TAB009", row, column, {"valeur": shown(cell), "detail": "un titre ou une note"})
    return True


def _read_line(table: Table, row: int, reads: Sequence[_Reads], values: Sequence[Cell]) -> None:
    line = [read.take(cell) for read, cell in zip(reads, values, strict=True)]
    conditional = False
    if table.overlay.unread:
        line = [None if (row, read.index) in table.overlay.unread else value for read, value in zip(reads, line, strict=True)]
    if _LATER in line:
        by_name = _by_name(table, values)
        for place, (read, cell) in enumerate(zip(reads, values, strict=True)):
            if line[place] is _LATER:
                parsed = _slow(table, row, read, cell, by_name)
                line[place], conditional = parsed.value, conditional or parsed.conditional
    table.rows.append(line)
    table.lines.append(row)
    table.conditional.append(conditional)


def _slow(table: Table, row: int, read: _Reads, cell: Cell, values: Mapping[str, Cell]) -> Parsed:
    """A cell that is blank, or that needs a remark."""
    column, index = read.column, read.index
    if is_blank(cell) or (column.kind not in _NUMBERS and _is_void(cell)):
        if _is_needed(column, values, table):
            table.reading.findings.append(blank(table.sheet, column, row, index))
            return Parsed(None)
        return Parsed(read.blank)
    parsed = parse(cell, column, table.settings.get(column.name, PLAIN))
    for code, facts in parsed.findings:
        table.say(code, row, column, facts)
    return parsed


def _is_needed(column: Column, values: Mapping[str, Cell], table: Table) -> bool:
    """Whether a blank cell of this row must be filled: required here or for the row's volet, with no other column that stands for it."""
    if column.required:
        volet = label_of(values.get("volet", ""))
        required = column.required_in(table.document.name) or any(normalise(r) == volet for r in column.required if r not in DOCUMENTS)
        if required and is_blank(values.get(column.alternative, "")):
            return True
    # The column that it may stand for is missing: it is the only one left.
    others = (c for c in table.spec.columns if c.alternative == column.name)
    return any(c.required_in(table.document.name) and c.name not in values for c in others)


def close_table(table: Table) -> Cells:
    """The columns of the table, by field; what only some rows required, and what is hidden, is said."""
    names, count = list(table.header.columns), len(table.rows)
    columns = dict(zip(names, map(list, zip(*table.rows, strict=True)), strict=True)) if table.rows else {name: [] for name in names}
    for column in table.spec.columns:
        if column.name not in columns:
            # What a missing required column would have said is unknown; a missing optional amount is 0.
            missing = column.required_in(table.document.name)
            columns[column.name] = [None if missing else 0 if column.kind == "montant" else column.default] * count
    cells: Cells = {"feuille": [table.sheet.name] * count, "ligne": [row + 1 for row in table.lines], **columns}
    if table.spec.key in CONDITIONAL:
        cells["sous_reserve"] = table.conditional
    findings = table.reading.findings
    for column in table.spec.columns:
        if column.name not in table.header.columns and any(volet in column.required for volet in cells.get("volet", [])):
            findings.append(missing_columns(table.sheet.name, [column.label]))
    findings += hidden_content(table.sheet, table.lines, table.header.columns.values())
    return cells
