"""A workbook of values alone, at their addresses: what a return is made of where the sender's file cannot be changed (.xls, .ods)."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from xml.sax.saxutils import escape, quoteattr

from workbooks.cells import Cell, CellError, Misread, Unvalued, address
from workbooks.reader import RawSheet
from workbooks.retour_paquet import Package

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_DAY, _MOMENT, _TIME, _LASTING = 1, 2, 3, 4
_FORMATS = (0, 14, 22, 21, 46)
"""Number formats by rank of cell format: none, day, day and time, time, duration. All are built into Excel."""
_ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA")
_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_NOT_A_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f\ufffe\uffff]")
_LONGEST_NAME, _WIDEST, _LOOKED_AT = 31, 60, 200
_EPOCH, _LEAP = datetime(1899, 12, 30), datetime(1900, 3, 1)  # noqa: DTZ001 — days, in no zone


def values_package(sheets: Sequence[RawSheet]) -> tuple[Package, dict[str, str], list[str]]:
    """The workbook, the name that each sheet bears in it, and what had to be changed (French sentences)."""
    names = _names([sheet.name for sheet in sheets])
    told = [
        f"Le nom de la feuille « {old} », qu'Excel n'admet pas : elle s'appelle ici « {new} »." for old, new in names.items() if old != new
    ]
    parts = {
        "[Content_Types].xml": _types(len(sheets)),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook([(names[s.name], s.layout.state) for s in sheets]),
        "xl/_rels/workbook.xml.rels": _relations(
            [*(("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)), ("styles", "styles.xml")]
        ),
        "xl/styles.xml": _styles(),
    }
    parts |= {f"xl/worksheets/sheet{n}.xml": _sheet(sheet) for n, sheet in enumerate(sheets, 1)}
    return Package.of({name: (_HEAD + xml).encode() for name, xml in parts.items()}), names, told


def _names(wanted: Sequence[str]) -> dict[str, str]:
    """Names that Excel admits: no two alike, 31 signs at most, without the signs that it keeps for itself."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for rank, old in enumerate(wanted, 1):
        base = _NOT_A_NAME.sub("-", old).strip("'")[:_LONGEST_NAME].strip() or f"Feuille {rank}"
        tails = ("", *(f" ({n})" for n in range(2, len(wanted) + 2)))
        new = next(n for tail in tails if (n := base[: _LONGEST_NAME - len(tail)] + tail).casefold() not in taken)
        names[old] = new
        taken.add(new.casefold())
    return names


def _types(sheets: int) -> str:
    parts = [("xl/workbook.xml", "sheet.main"), ("xl/styles.xml", "styles")]
    parts += [(f"xl/worksheets/sheet{n}.xml", "worksheet") for n in range(1, sheets + 1)]
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{_KIND}.{kind}+xml"/>' for name, kind in parts)
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{overrides}</Types>'
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    lines = (f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for n, (kind, target) in enumerate(targets, 1))
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def _workbook(sheets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}"{_state(state)} r:id="rId{n}"/>' for n, (name, state) in enumerate(sheets, 1)
    )
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView/></bookViews><sheets>{listed}</sheets></workbook>'


def _state(state: str) -> str:
    return f' state="{state}"' if state in ("hidden", "veryHidden") else ""


def _styles() -> str:
    formats = "".join(f'<xf numFmtId="{n}" fontId="0" fillId="0" borderId="0" applyNumberFormat="1"/>' for n in _FORMATS)
    return (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="10"/><name val="Arial"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(_FORMATS)}">{formats}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _sheet(sheet: RawSheet) -> str:
    rows = []
    for number, cells in enumerate(sheet.grid):
        written = "".join(_cell(address(number, column), cell) for column, cell in enumerate(cells) if cell != "")
        if written:
            rows.append(f'<row r="{number + 1}">{written}</row>')
    return f'<worksheet xmlns="{_MAIN}">{_columns(sheet)}<sheetData>{"".join(rows)}</sheetData></worksheet>'


def _columns(sheet: RawSheet) -> str:
    """Columns wide enough for what they hold."""
    widths: dict[int, int] = {}
    for cells in sheet.grid[:_LOOKED_AT]:
        for column, cell in enumerate(cells):
            if cell != "":
                widths[column] = max(widths.get(column, 0), len(str(cell)))
    spans = ((column + 1, min(max(width + 2, 10), _WIDEST)) for column, width in sorted(widths.items()))
    cols = "".join(f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in spans)
    return f"<cols>{cols}</cols>" if cols else ""


def _cell(reference: str, cell: Cell) -> str:
    if isinstance(cell, CellError):
        text = cell.text if cell.text in _ERRORS and not isinstance(cell, Misread) else "#VALUE!"
        return f'<c r="{reference}" t="e"><v>{text}</v></c>'
    if isinstance(cell, Unvalued):
        # Its formula is not known; one that says « not available » is as unread as the sender's own.
        return f'<c r="{reference}"><f>NA()</f></c>'
    if isinstance(cell, bool):
        return f'<c r="{reference}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, int | float):
        return f'<c r="{reference}"><v>{cell!r}</v></c>'
    if not isinstance(cell, str):
        serial, look = _serial(cell)
        if serial is not None:
            return f'<c r="{reference}" s="{look}"><v>{serial!r}</v></c>'
        cell = str(cell)
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{_exact(cell)}</t></is></c>'


def _exact(text: str) -> str:
    return escape(_NOT_XML.sub(lambda sign: f"_x{ord(sign.group()):04X}_", text))


def _serial(moment: date | time | timedelta) -> tuple[float | None, int]:
    """How Excel stores a moment, and the format that shows it; None before 1900, which it does not know."""
    if isinstance(moment, timedelta):
        return moment / timedelta(days=1), _LASTING
    if isinstance(moment, time):
        return (datetime.combine(_EPOCH, moment) - _EPOCH) / timedelta(days=1), _TIME
    whole = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001
    # Excel believes that 1900 was a leap year.
    days = (whole - _EPOCH) / timedelta(days=1) - (whole < _LEAP)
    look = _DAY if whole.time() == time() else _MOMENT
    return (days if days >= 1 else None), look
