"""Workbooks as bytes: sound ones by XlsxWriter, and archives written part by part for what no program should write."""

import io
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from schemas.parameters import Limits
from workbooks.cells import address, indices
from workbooks.reader import RawSheet, read_sheets

FIXTURES = Path(__file__).parent / "fixtures"
LIMITS = Limits(
    taille_mo=50,
    taille_depliee_mo=300,
    taux_compression=150,
    parties=2000,
    cellules=6_000_000,
    memoire_mo=1074,
    processeur_s=15,
    duree_s=20,
)
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def xlsx(sheets: Mapping[str, Mapping[str, Any] | Sequence[Sequence[Any]]], **options: Any) -> bytes:
    """An .xlsx of sheets given as rows from A1, or as cells by address; a tuple is (formula, stored value)."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd/mm/yyyy", **options}) as book:
        for name, content in sheets.items():
            made = book.add_worksheet(name)
            for place, value in _cells(content):
                if isinstance(value, tuple):
                    made.write_formula(*place, value[0], None, value[1])
                elif value is not None:
                    made.write(*place, value)
    return out.getvalue()


def _cells(content: Mapping[str, Any] | Sequence[Sequence[Any]]) -> list[tuple[tuple[int, int], Any]]:
    if isinstance(content, Mapping):
        return [(indices(reference), value) for reference, value in content.items()]
    return [((row, column), value) for row, line in enumerate(content) for column, value in enumerate(line)]


def archive(parts: Mapping[str, str | bytes] | Sequence[tuple[str, str | bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these parts, in order; a sequence may name a part twice."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # zipfile's own, on a part named twice
        for name, content in parts.items() if isinstance(parts, Mapping) else parts:
            file.writestr(name, content)
    return out.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    """The parts of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def raw_parts(rows: str, *, strings: str = "", book: str = "", prefix: str = "", sheets: Sequence[str] = ("Feuil1",)) -> dict[str, str]:
    """The parts of an .xlsx whose sheets all hold the XML `rows`; `prefix` is `x:` for prefixed names, `book` goes before the sheets."""
    p, ns = prefix, f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    numbered = list(enumerate(sheets, 1))
    listed = "".join(f'<{p}sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in numbered)
    targets = "".join(f'<Relationship Id="rId{n}" Type="{_REL}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in numbered)
    if strings:
        targets += f'<Relationship Id="rId99" Type="{_REL}/sharedStrings" Target="sharedStrings.xml"/>'
    root = f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/>'
    made = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}">{root}</Relationships>',
        "xl/workbook.xml": f'<{p}workbook {ns}="{MAIN}" xmlns:r="{_REL}">{book}<{p}sheets>{listed}</{p}sheets></{p}workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{targets}</Relationships>',
    }
    for n, _ in numbered:
        made[f"xl/worksheets/sheet{n}.xml"] = f'<{p}worksheet {ns}="{MAIN}"><{p}sheetData>{rows}</{p}sheetData></{p}worksheet>'
    if strings:
        made["xl/sharedStrings.xml"] = f'<{p}sst {ns}="{MAIN}">{strings}</{p}sst>'
    return made


def raw_xlsx(rows: str, **options: Any) -> bytes:
    """An .xlsx of one sheet, Feuil1, from the XML of its rows."""
    return archive(raw_parts(rows, **options))


def ods(rows: str, *, generator: str = "LibreOffice/7.4", manifest: str = "", name: str = "Feuille1", after: str = "") -> bytes:
    """An .ods of one sheet from the XML of its rows; `after` follows that sheet."""
    kinds = ("office", "table", "text", "meta")
    spaces = " ".join(f'xmlns:{kind}="urn:oasis:names:tc:opendocument:xmlns:{kind}:1.0"' for kind in kinds)
    spaces += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    table = f'<table:table table:name="{name}">{rows}</table:table>{after}'
    return archive(
        [
            ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
            ("META-INF/manifest.xml", f'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{manifest}</m:manifest>'),
            ("meta.xml", f"<office:document-meta {spaces}><meta:generator>{generator}</meta:generator></office:document-meta>"),
            (
                "content.xml",
                f"<office:document-content {spaces}><office:body><office:spreadsheet>{table}"
                "</office:spreadsheet></office:body></office:document-content>",
            ),
        ]
    )


def read(data: bytes, limits: Limits = LIMITS) -> list[RawSheet]:
    """The sheets of a file's bytes."""
    return read_sheets(data, limits)


def filled(sheet: RawSheet) -> dict[str, Any]:
    """The cells of a sheet that hold something, by address."""
    return {address(r, c): cell for r, row in enumerate(sheet.grid) for c, cell in enumerate(row) if cell != ""}


def midnight(year: int, month: int, day: int) -> datetime:
    """A day as Excel keeps it."""
    return datetime.combine(date(year, month, day), datetime.min.time())
