"""A read workbook to plain columns: which document it is, its sheets, its rows; each bad cell gives one finding.

Nothing here knows pandera or polars, so a reading process stays light. The contract arrives as plain `SheetSpec`s.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from schemas.reading import Reading, Received
from schemas.spec import STATEMENT, Document, SheetSpec
from workbooks.extract_budget import read_budget
from workbooks.identity import open_form, read_document, read_identity
from workbooks.locate import find_sheets
from workbooks.missing import missing_sheet, no_identification, several_sheets
from workbooks.numbers import Setting
from workbooks.reader import RawSheet
from workbooks.statement import complete_engagements, require_financer
from workbooks.tables import close_table, open_table, read_table

Specs = Mapping[str, SheetSpec]


def extract(received: Received, sheets: Sequence[RawSheet], specs: Specs) -> Reading:
    """Read a workbook's sheets as the contract names them."""
    reading = Reading(received)
    sheet = _sheet(sheets, specs["identification"], reading)
    if sheet is None:
        if not reading.findings:
            reading.findings.append(no_identification(sheets, (spec.title for spec in specs.values())))
        return reading
    form = open_form(sheet, specs["identification"])
    document = read_document(form, reading, specs["identification"])
    if document is None:
        return reading
    reading.document = document.name
    identity = read_identity(form, document, reading, specs["identification"])
    for kind in document.sheets[1:]:
        told = len(reading.findings)
        found = _sheet(sheets, specs[kind], reading)
        if found is not None:
            _read_sheet(found, specs[kind], document, reading, identity)
        elif kind in document.required and len(reading.findings) == told:
            reading.findings.append(missing_sheet(specs[kind].title, sheets, (specs[k].title for k in document.sheets)))
    if document.name == STATEMENT:
        require_financer(sheet, reading, specs["identification"].within(document.name), identity)
    return reading


def _sheet(sheets: Sequence[RawSheet], spec: SheetSpec, reading: Reading) -> RawSheet | None:
    """The sheet of that kind; None where there is none, or after asking which of several is meant."""
    found = find_sheets(sheets, spec)
    if len(found) > 1:
        reading.findings.append(several_sheets(spec.title, found))
    return found[0] if len(found) == 1 else None


def _read_sheet(sheet: RawSheet, spec: SheetSpec, document: Document, reading: Reading, identity: Mapping[str, Any]) -> None:
    setting = Setting(identity.get("campagne"), sheet.layout.from_1904)
    if spec.key == "budget":
        reading.sheets["budget"] = read_budget(sheet, spec, reading, setting, identity)
        return
    table = open_table(sheet, spec, document, reading, setting)
    if table is None:
        return
    read_table(table)
    cells = reading.sheets[spec.key] = close_table(table)
    if spec.key == "engagements":
        complete_engagements(table, cells, identity)
