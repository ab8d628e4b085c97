"""A read workbook to plain columns: which document it is, its sheets, its rows; each bad cell gives one finding.

Nothing here knows pandera or polars, so a reading process stays light. The contract arrives as plain `SheetSpec`s.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from schemas.finding import Finding
from schemas.reading import Cells, Position, Reading, Received
from schemas.spec import CONDITIONAL, DOCUMENTS, STATEMENT, Column, Document, SheetSpec
from schemas.text import normalise
from workbooks.cells import Cell, CellError, Unvalued, address, is_blank, letters, shown
from workbooks.extract_budget import read_budget
from workbooks.locate import (
    find_header,
    find_sheet,
    is_repeated_header,
    is_total,
    label_column,
    label_of,
    labels_of,
    missing_columns,
    twice,
)
from workbooks.missing import blank, expected, missing_field, missing_sheet, no_identification, no_type, unknown_type
from workbooks.numbers import Parsed
from workbooks.parse import parse, pays_by_pole
from workbooks.reader import RawSheet

Specs = Mapping[str, SheetSpec]


def extract(received: Received, sheets: Sequence[RawSheet], specs: Specs) -> Reading:
    """Read a workbook's sheets as the contract names them."""
    reading = Reading(received)
    sheet = find_sheet(sheets, specs["identification"].title)
    if sheet is None:
        reading.findings.append(no_identification(sheets, (spec.title for spec in specs.values())))
        return reading
    document = _document(sheet, reading, specs["identification"])
    if document is None:
        return reading
    reading.document = document.name
    identity = _read_identification(sheet, document, reading, specs["identification"])
    for kind in document.sheets[1:]:
        found = find_sheet(sheets, specs[kind].title)
        if found is None:
            if kind in document.required:
                reading.findings.append(missing_sheet(specs[kind].title, sheets, (specs[k].title for k in document.sheets)))
        elif kind == "budget":
            reading.sheets[kind] = read_budget(found, specs[kind], reading)
        else:
            _read_table(found, document, reading, specs[kind], identity)
    if document.name == STATEMENT:
        _require_financer(sheet, reading, specs["identification"], identity)
    return reading


def _document(sheet: RawSheet, reading: Reading, spec: SheetSpec) -> Document | None:
    """The document that the Identification sheet names; None after saying why not."""
    place = _value_places(sheet, {normalise("Type de document"): "type_document"}).get("type_document")
    if place is None:
        reading.findings.append(no_type(sheet))
        return None
    cell = _at(sheet, *place)
    if is_blank(cell) or isinstance(cell, CellError | Unvalued):
        _read_cell(cell, spec.column("type_document"), sheet, place, True, reading)
        return None
    document = next((d for name, d in DOCUMENTS.items() if normalise(name) == label_of(cell)), None)
    if document is None:
        reading.findings.append(unknown_type(sheet, place, cell))
    return document


def _at(sheet: RawSheet, row: int, column: int) -> Cell:
    line = sheet.grid[row] if row < len(sheet.grid) else []
    return line[column] if column < len(line) else ""


def _value_places(sheet: RawSheet, labels: dict[str, str]) -> dict[str, tuple[int, int]]:
    """Field → place of its value: the cell to the right of the first such label."""
    column = label_column(sheet.grid, labels)
    places: dict[str, tuple[int, int]] = {}
    if column is not None:
        for index, row in enumerate(sheet.grid):
            name = labels.get(label_of(row[column])) if column < len(row) else None
            if name:
                places.setdefault(name, (index, column + 1))
    return places


def _twice(sheet: RawSheet, document: Document, columns: Sequence[Column], places: Mapping[str, tuple[int, int]]) -> Iterator[Finding]:
    """TAB004 at a required label that comes again, with a value: which one to believe is not for us to say."""
    needed = [c for c in columns if c.required_in(document.name)]
    labels = labels_of(needed)
    at = next((index - 1 for _, index in places.values()), 0)
    for index, row in enumerate(sheet.grid):
        name = labels.get(label_of(row[at])) if at < len(row) else None
        if name and index != places[name][0] and not is_blank(_at(sheet, index, at + 1)):
            label = next(c.label for c in needed if c.name == name)
            yield twice(sheet.name, address(index, at), label, shown(row[at]), address(places[name][0], at))


def _read_identification(sheet: RawSheet, document: Document, reading: Reading, spec: SheetSpec) -> dict[str, Any]:
    columns = [c for c in spec.columns if c.used_in(document.name)]
    places = _value_places(sheet, labels_of(columns))
    reading.findings += _twice(sheet, document, columns, places)
    identity: dict[str, Any] = {}
    for column in columns:
        place = places.get(column.name)
        if place is None:
            if column.required_in(document.name) and document.name != STATEMENT:
                reading.findings.append(missing_field(sheet, column, labels_of(columns)))
            identity[column.name] = column.default
            continue
        reading.positions.append(Position("identification", sheet.name, column.name, letters(place[1]), place[0] + 1))
        cell = _at(sheet, *place)
        # A statement's financer may be given row by row: what is missing is said once the rows are read.
        needed = column.required_in(document.name) and not (document.name == STATEMENT and column.name in _FINANCER_FIELDS)
        identity[column.name] = _read_cell(cell, column, sheet, place, needed, reading)
    if document.name == STATEMENT:
        for name in ("campagne", "date_depot"):
            if name not in places:
                reading.findings.append(missing_field(sheet, spec.column(name), labels_of(columns)))
    reading.sheets["identification"] = {c.name: [identity.get(c.name)] for c in spec.columns} | {"feuille": [sheet.name], "ligne": [1]}
    return identity


_FINANCER_FIELDS = ("financeur", "type_financeur")


def _blank_value(column: Column, sheet: RawSheet, place: tuple[int, int], needed: bool, reading: Reading) -> Any:
    """A blank amount is 0, another blank is the default; CEL101 where a value is needed."""
    if needed:
        reading.findings.append(blank(sheet, column, *place))
        return None
    return 0 if column.kind == "montant" else column.default


def _read_cell(cell: Cell, column: Column, sheet: RawSheet, place: tuple[int, int], needed: bool, reading: Reading) -> Any:
    """The value of a cell, blank or not."""
    if is_blank(cell):
        return _blank_value(column, sheet, place, needed, reading)
    return _value(cell, column, sheet, place, reading).value


def _value(cell: Cell, column: Column, sheet: RawSheet, place: tuple[int, int], reading: Reading) -> Parsed:
    """Read one cell that is not blank, and keep its findings."""
    parsed = parse(cell, column)
    for code, facts in parsed.findings:
        reading.findings.append(Finding(code, sheet.name, address(*place), column.label, facts.get("valeur", ""), facts=facts))
    return parsed


def _read_table(sheet: RawSheet, document: Document, reading: Reading, spec: SheetSpec, identity: Mapping[str, Any]) -> None:
    header = find_header(sheet, spec, document.name)
    if header is None:
        if not any(not is_blank(c) for row in sheet.grid for c in row) and spec.key not in document.required:
            return
        labels = [c.label for c in spec.columns if c.required_in(document.name)]
        reading.findings.append(missing_columns(sheet.name, labels))
        return
    reading.findings += header.findings
    reading.positions += [Position(spec.key, sheet.name, name, letters(index)) for name, index in header.columns.items()]
    cells: Cells = {name: [] for name in ("feuille", "ligne", "sous_reserve", *(c.name for c in spec.columns))}
    labels_by_name = labels_of(spec.columns)
    for index in range(header.row + 1, len(sheet.grid)):
        row = sheet.grid[index]
        values = {n: row[c] if c < len(row) else "" for n, c in header.columns.items()}
        if all(map(is_blank, values.values())) or is_repeated_header(row, labels_by_name, header.columns):
            continue
        if is_total(row) and not _is_complete(values, spec, document):
            continue
        _read_row(index, values, header.columns, sheet, document, reading, spec, identity, cells)
    reading.findings += _missed_by_rows(sheet, spec, header.columns, cells)
    if spec.key not in CONDITIONAL:
        del cells["sous_reserve"]
    reading.sheets[spec.key] = cells


def _missed_by_rows(sheet: RawSheet, spec: SheetSpec, places: Mapping[str, int], cells: Cells) -> Iterator[Finding]:
    """TAB002 for a missing column that only the rows of some volet require (Postes accordés), where there is such a row."""
    for column in spec.columns:
        if column.name not in places and any(volet in column.required for volet in cells.get("volet", [])):
            yield missing_columns(sheet.name, [column.label])


def _is_complete(values: Mapping[str, Cell], spec: SheetSpec, document: Document) -> bool:
    """A row that fills every required column is a line of data, even if its first text starts with « total »."""
    return all(not is_blank(values.get(c.name, "")) for c in spec.columns if c.required_in(document.name) and not c.alternative)


def _read_row(
    index: int, values: Mapping[str, Cell], places: Mapping[str, int], sheet: RawSheet, document: Document, reading: Reading,
    spec: SheetSpec, identity: Mapping[str, Any], cells: Cells,
) -> None:  # fmt: skip
    conditional = False
    row: dict[str, Any] = {}
    for column in spec.columns:
        place = places.get(column.name)
        if place is None:
            # What a missing required column would have said is unknown; a missing optional amount is 0.
            row[column.name] = (0 if column.kind == "montant" else column.default) if not column.required_in(document.name) else None
            continue
        cell = values[column.name]
        if is_blank(cell):
            needed = _is_needed(column, values, places, spec, document)
            row[column.name] = _blank_value(column, sheet, (index, place), needed, reading)
            continue
        parsed = _value(cell, column, sheet, (index, place), reading)
        row[column.name], conditional = parsed.value, conditional or parsed.conditional
    if spec.key == "engagements":
        _complete_engagement(index, row, values, places, sheet, reading, identity)
    for name, value in row.items():
        cells[name].append(value)
    cells["feuille"].append(sheet.name)
    cells["ligne"].append(index + 1)
    cells["sous_reserve"].append(conditional)


def _is_needed(column: Column, values: Mapping[str, Cell], places: Mapping[str, int], spec: SheetSpec, document: Document) -> bool:
    """Whether a blank cell of this row must be filled: required here or for the row's volet, with no other column that stands for it."""
    if column.required:
        volet = label_of(values.get("volet", ""))
        required = column.required_in(document.name) or any(normalise(r) == volet for r in column.required if r not in DOCUMENTS)
        if required and is_blank(values.get(column.alternative, "")):
            return True
    # The column that it may stand for is missing: it is the only one left.
    return any(c.alternative == column.name and c.required_in(document.name) and c.name not in places for c in spec.columns)


def _complete_engagement(
    index: int, row: dict[str, Any], values: Mapping[str, Cell], places: Mapping[str, int], sheet: RawSheet, reading: Reading,
    identity: Mapping[str, Any],
) -> None:  # fmt: skip
    """Find the Pays by its pôle where only that is given, and the financer in the Identification where the row has none."""
    pole = values.get("pole", "")
    if is_blank(values.get("pays_code", "")) and isinstance(pole, str) and not is_blank(pole):
        parsed = pays_by_pole(pole)
        row["pays_code"] = parsed.value
        for code, facts in parsed.findings:
            reading.findings.append(Finding(code, sheet.name, address(index, places["pole"]), "Pôle", facts["valeur"], facts=facts))
    for name in _FINANCER_FIELDS:
        if is_blank(values.get(name, "")):
            row[name] = identity.get(name)
            if row[name] is None and name in places and not _unread(name, reading):
                label = "Financeur" if name == "financeur" else "Type de financeur"
                facts = {"attendu": f"« {label} », ici ou dans la feuille Identification"}
                reading.findings.append(Finding("CEL101", sheet.name, address(index, places[name]), label, facts=facts))


def _identification_place(name: str, reading: Reading) -> Position | None:
    return next((p for p in reading.positions if p.kind == "identification" and p.champ == name), None)


def _unread(name: str, reading: Reading) -> bool:
    """Whether the Identification gives a value that could not be read, which its own finding already says."""
    place = _identification_place(name, reading)
    return place is not None and any(f.sheet == place.sheet and f.cell == f"{place.letters}{place.row}" for f in reading.findings)


def _require_financer(sheet: RawSheet, reading: Reading, spec: SheetSpec, identity: Mapping[str, Any]) -> None:
    """Financeur and Type de financeur stand in the Identification unless Engagements has the column (contract §1)."""
    in_rows = {p.champ for p in reading.positions if p.kind == "engagements"}
    for name in _FINANCER_FIELDS:
        if identity.get(name) is not None or name in in_rows:
            continue
        if _unread(name, reading):
            continue
        place = _identification_place(name, reading)
        column = spec.column(name)
        if place is None:
            reading.findings.append(missing_field(sheet, column, labels_of(spec.columns)))
        else:
            facts = {"attendu": expected(column)}
            reading.findings.append(Finding("CEL101", sheet.name, f"{place.letters}{place.row}", column.label, facts=facts))
