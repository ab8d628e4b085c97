"""The Identification sheet: labels and their values, wherever they stand on the sheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.finding import Finding
from schemas.reading import Position, Reading
from schemas.spec import DOCUMENTS, STATEMENT, Column, Document, SheetSpec
from schemas.text import normalise
from workbooks.cells import Cell, CellError, Unvalued, address, is_blank, letters, shown
from workbooks.layout import hidden_content
from workbooks.locate import label_column, label_of
from workbooks.missing import blank, missing_field, no_type, twice, unknown_label, unknown_type
from workbooks.numbers import Setting, is_zero_word
from workbooks.parse import parse
from workbooks.reader import RawSheet
from workbooks.statement import FINANCER_FIELDS
from workbooks.words import field_named, one_line

Place = tuple[int, int]
Places = dict[str, tuple[Place, Place]]
"""Field → the places of its label and of its value."""
_AFAR = 3
"""How many blank columns may stand between a label and its value."""


@dataclass
class Form:
    """An Identification sheet: the places of the labels in the column that holds most of them, and how far their values stand."""

    sheet: RawSheet
    column: int | None = None
    labels: list[tuple[int, str]] = field(default_factory=list)
    """Zero-based row and field of each label of that column, in order."""
    distance: int = 1

    def at(self, place: Place) -> Cell:
        """A cell; blank beyond the sheet."""
        row, column = place
        line = self.sheet.grid[row] if 0 <= row < len(self.sheet.grid) else []
        return line[column] if column < len(line) else ""

    def value_place(self, label: Place, distance: int) -> Place:
        """Where a label's value stands: beyond the cells that are merged with the label, else that many columns away."""
        row, column = label
        for top, left, bottom, right in self.sheet.layout.merges:
            if top <= row <= bottom and left <= column <= right and right > left:
                return row, right + 1
        return row, column + distance


def open_form(sheet: RawSheet, spec: SheetSpec) -> Form:
    """Find the labels."""
    form = Form(sheet, label_column(sheet.grid, spec))
    if form.column is not None:
        column = form.column
        found = ((row, field_named(line[column], spec)) for row, line in enumerate(sheet.grid) if column < len(line) and line[column] != "")
        form.labels = [(row, name) for row, name in found if name]
        form.distance = _distance(form)
    return form


def _distance(form: Form) -> int:
    """How far the values stand from their labels: the next column, unless all of it is blank beside them and a further one is not."""
    for far in range(1, _AFAR + 2):
        if any(not is_blank(form.at((row, (form.column or 0) + far))) for row, _ in form.labels):
            return far
    return 1


def read_document(form: Form, reading: Reading, spec: SheetSpec) -> Document | None:
    """The document that the Identification names; None after saying why not."""
    places = _places(form, spec, ("type_document",))
    if not places:
        reading.findings.append(no_type(form.sheet))
        return None
    _, place = places["type_document"]
    column, cell = spec.column("type_document"), form.at(place)
    if is_blank(cell):
        reading.findings.append(blank(form.sheet, column, *place))
        return None
    if isinstance(cell, CellError | Unvalued):
        _value(cell, column, form.sheet, place, reading, Setting())
        return None
    document = next((d for name, d in DOCUMENTS.items() if normalise(name) == label_of(cell)), None)
    if document is None:
        reading.findings.append(unknown_type(form.sheet, place, cell))
    return document


def _places(form: Form, spec: SheetSpec, wanted: Sequence[str]) -> Places:
    """The places of the wanted fields. The column with the most labels is believed first, then the other cells of the sheet."""
    places: Places = {}
    for row, name in form.labels:
        if name in wanted and name not in places:
            label = row, form.column or 0
            places[name] = label, form.value_place(label, form.distance)
    if len(places) < len(wanted):
        _look_elsewhere(form, spec, wanted, places)
    return places


def _look_elsewhere(form: Form, spec: SheetSpec, wanted: Sequence[str], places: Places) -> None:
    """Fields that stand in other columns (a form in two columns), each with a value beside it that is no label itself."""
    taken = {value for _, value in places.values()}
    for row, line in enumerate(form.sheet.grid):
        for column, cell in enumerate(line):
            if column == form.column or cell == "" or (row, column) in taken:
                continue
            name = field_named(cell, spec)
            if name is None or name not in wanted or name in places:
                continue
            value = form.value_place((row, column), 1)
            if not is_blank(form.at(value)) and field_named(form.at(value), spec) is None:
                places[name] = (row, column), value


def read_identity(form: Form, document: Document, reading: Reading, spec: SheetSpec) -> dict[str, Any]:
    """The values of the Identification, by field. Findings, positions and the row of the sheet go to `reading`."""
    sheet, within = form.sheet, spec.within(document.name)
    places = _places(form, spec, [c.name for c in within.columns])
    reading.findings += _twice(form, document, within, places)
    reading.findings += _unknown(form, spec, within, places)
    setting = Setting(from_1904=sheet.layout.from_1904)
    identity: dict[str, Any] = {}
    for column in within.columns:
        place = places.get(column.name)
        if place is None:
            if _must_be_there(column, document):
                reading.findings.append(missing_field(sheet, column, within))
            identity[column.name] = column.default
            continue
        row, index = place[1]
        reading.positions.append(Position("identification", sheet.name, column.name, letters(index), row + 1))
        # A statement's financer may be given row by row: what is missing is said once the rows are read.
        needed = column.required_in(document.name) and not (document.name == STATEMENT and column.name in FINANCER_FIELDS)
        identity[column.name] = _read(column, form, place[1], needed, reading, setting)
    columns = (column for (_, label), (_, value) in places.values() for column in (label, value))
    reading.findings += hidden_content(sheet, (row for _, (row, _) in places.values()), columns)
    reading.sheets["identification"] = {c.name: [identity.get(c.name)] for c in spec.columns} | {"feuille": [sheet.name], "ligne": [1]}
    return identity


def _must_be_there(column: Column, document: Document) -> bool:
    if document.name == STATEMENT and column.name in FINANCER_FIELDS:
        return False
    return column.required_in(document.name)


def _twice(form: Form, document: Document, spec: SheetSpec, places: Places) -> Iterator[Finding]:
    """TAB004 at a required label that comes again in its column, with another value: which one to believe is not for us to say."""
    for row, name in form.labels:
        if name not in places or not spec.column(name).required_in(document.name):
            continue
        (first, column), (_, value) = places[name]
        if row != first and column == form.column and not is_blank(form.at((row, value))):
            label, cell = spec.column(name).label, form.at((row, column))
            yield twice(form.sheet.name, address(row, column), label, shown(cell), address(first, column))


def _unknown(form: Form, spec: SheetSpec, within: SheetSpec, places: Places) -> Iterator[Finding]:
    """TAB003 at a label that the contract does not know, among those that it knows, with a value beside it."""
    if form.column is None or len(form.labels) < 2:
        return
    known, column = {row for row, _ in form.labels}, form.column
    for row in range(min(known) + 1, max(known)):
        cell = form.at((row, column))
        if row not in known and isinstance(cell, str) and not is_blank(cell) and not is_blank(form.at((row, column + form.distance))):
            yield unknown_label(form.sheet, (row, column), [c for c in within.columns if c.name not in places])


def _read(column: Column, form: Form, place: Place, needed: bool, reading: Reading, setting: Setting) -> Any:
    """The value of a cell, blank or not: a blank is the default; CEL101 where a value is needed."""
    cell = form.at(place)
    if is_blank(cell) or (isinstance(cell, str) and (not one_line(cell) or (column.kind != "entier" and is_zero_word(cell)))):
        if needed:
            reading.findings.append(blank(form.sheet, column, *place))
            return None
        return column.default
    return _value(cell, column, form.sheet, place, reading, setting)


def _value(cell: Cell, column: Column, sheet: RawSheet, place: Place, reading: Reading, setting: Setting) -> Any:
    parsed = parse(cell, column, setting)
    for code, facts in parsed.findings:
        reading.findings.append(Finding(code, sheet.name, address(*place), column.label, facts.get("valeur", ""), facts=facts))
    return parsed.value
