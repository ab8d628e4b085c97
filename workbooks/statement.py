"""What an État cofinanceur says once for all its rows, and what its rows say for themselves: the financer, the Pays by its pôle."""

from collections.abc import Mapping
from typing import Any

from schemas.finding import Finding
from schemas.reading import Cells, Position, Reading
from schemas.spec import SheetSpec
from workbooks.cells import address
from workbooks.missing import expected, missing_field
from workbooks.parse import pays_by_pole
from workbooks.reader import RawSheet
from workbooks.tables import Table

FINANCER_FIELDS = ("financeur", "type_financeur")


def complete_engagements(table: Table, cells: Cells, identity: Mapping[str, Any]) -> None:
    """Find the Pays by its pôle where only that is given, and the financer in the Identification where a row has none."""
    places = table.header.columns
    unread = {f.cell for f in table.reading.findings if f.sheet == table.sheet.name}
    for line, row in enumerate(table.lines):
        pole = cells["pole"][line]
        if cells["pays_code"][line] is None and pole is not None and not _is_bad(places, "pays_code", row, unread):
            parsed = pays_by_pole(pole)
            cells["pays_code"][line] = parsed.value
            for code, facts in parsed.findings:
                place = address(row, places["pole"])
                table.reading.findings.append(Finding(code, table.sheet.name, place, "Pôle", facts["valeur"], facts=facts))
        for name in FINANCER_FIELDS:
            if cells[name][line] is None and not _is_bad(places, name, row, unread):
                cells[name][line] = identity.get(name)
                if identity.get(name) is None and name in places and not is_unread(name, table.reading):
                    label = table.spec.column(name).label
                    facts = {"attendu": f"« {label} », ici ou dans la feuille Identification"}
                    table.reading.findings.append(Finding("CEL101", table.sheet.name, address(row, places[name]), label, facts=facts))


def _is_bad(places: Mapping[str, int], name: str, row: int, unread: set[str]) -> bool:
    """Whether the row's own cell has a finding: it is not blank, it could not be read."""
    return name in places and address(row, places[name]) in unread


def identification_place(name: str, reading: Reading) -> Position | None:
    """Where the Identification gives a field."""
    return next((p for p in reading.positions if p.kind == "identification" and p.champ == name), None)


def is_unread(name: str, reading: Reading) -> bool:
    """Whether the Identification gives a value that could not be read, which its own finding already says."""
    place = identification_place(name, reading)
    return place is not None and any(f.sheet == place.sheet and f.cell == f"{place.letters}{place.row}" for f in reading.findings)


def require_financer(sheet: RawSheet, reading: Reading, spec: SheetSpec, identity: Mapping[str, Any]) -> None:
    """Financeur and Type de financeur stand in the Identification unless Engagements has the column (contract §1)."""
    in_rows = {p.champ for p in reading.positions if p.kind == "engagements"}
    for name in FINANCER_FIELDS:
        if identity.get(name) is not None or name in in_rows or is_unread(name, reading):
            continue
        place = identification_place(name, reading)
        column = spec.column(name)
        if place is None:
            reading.findings.append(missing_field(sheet, column, spec))
        else:
            facts = {"attendu": expected(column)}
            reading.findings.append(Finding("CEL101", sheet.name, f"{place.letters}{place.row}", column.label, facts=facts))
