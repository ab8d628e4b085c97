"""Workbooks as people make them, rich in what a careless copy loses: each a dossier with faults, and its parts by name.

Everything in them is invented. `RICH` lists them.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import date, datetime

import openpyxl
import xlsxwriter
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from tests.builders import MAIN, archive, parts_of, raw_parts
from tests.grids import study
from workbooks.reader import RawSheet

STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_STRICT_LINKS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NEW = "http://schemas.microsoft.com/office/2017/10/relationships"


def faulty() -> list[RawSheet]:
    """A dossier whose faults are an amount that cannot be read, a wrong status, and a missing end."""
    identity, budget, plan, partners = study()
    identity.grid[-1][1] = ""
    plan.grid[1][3], plan.grid[1][5] = "2x10000", "peut-être"
    return [identity, budget, plan, partners]


def png(colour: tuple[int, int, int] = (31, 56, 100)) -> bytes:
    """A small image."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(colour) * 40 for _ in range(20))
    head = struct.pack(">IIBBBBB", 40, 20, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def by_xlsxwriter(macros: bool = False) -> bytes:
    """Formats, validations, conditional formats, images, charts, shapes, controls, sparklines, a table, names, groups, print set-up."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    book.set_properties({"title": "Un dossier", "author": "Personne", "created": datetime(2010, 6, 15)})  # noqa: DTZ001
    if macros:
        book.add_vba_project(io.BytesIO(b"un projet de macros, inerte"), is_stream=True)
    fills = [book.add_format({"bg_color": colour, "border": 1, "num_format": "#,##0.00"}) for colour in ("#DDEFD3", "#1F3864")]
    fills[1].set_font_color("#FFFFFF")
    bold, italic = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"italic": True})
    sheets = {}
    for raw in faulty():
        sheet = sheets[raw.name] = book.add_worksheet(raw.name)
        for row, line in enumerate(raw.grid):
            for column, cell in enumerate(line):
                if cell != "":
                    sheet.write(row, column, cell, fills[column % 2] if row and column > 2 else None)
    plan, budget, identity = sheets["Plan de financement"], sheets["Budget"], sheets["Identification"]
    plan.data_validation("A2:A20", {"validate": "list", "source": ["Région", "Département"], "input_title": "Type"})
    plan.conditional_format("D2:D9", {"type": "data_bar", "data_bar_2010": True})
    plan.conditional_format("E2:E9", {"type": "cell", "criteria": ">", "value": 100, "format": book.add_format({"bg_color": "#FFC7CE"})})
    plan.conditional_format("C2:C9", {"type": "icon_set", "icon_style": "3_arrows"})
    plan.write_comment("B2", "À revoir avec le Département.", {"author": "Une collègue"})
    plan.write_comment("D2", "Montant à confirmer.", {"x_scale": 1.5})
    plan.write_formula("H2", "=SUM(C2:C3)", fills[0], 4020)
    plan.add_sparkline("I2", {"range": "'Plan de financement'!C2:E2"})
    plan.insert_button("J4", {"caption": "Calculer", "macro": "Calculer"} if macros else {"caption": "Calculer"})
    plan.insert_checkbox("K6", True)
    plan.freeze_panes(1, 2)
    plan.autofilter("A1:F3")
    plan.set_row(5, 30, None, {"level": 1, "hidden": True})
    plan.set_column("N:O", 12, italic, {"level": 1})
    plan.merge_range("A8:C9", "Un bloc fusionné", bold)
    budget.add_table("F1:H4", {"name": "Annexe", "columns": [{"header": "Poste"}, {"header": "Nombre"}, {"header": "Prix"}]})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Budget!$C$2:$C$4"})
    budget.insert_chart("F10", chart)
    budget.insert_textbox("F30", "Une note dans une forme.")
    budget.insert_image("J2", "logo.png", {"image_data": io.BytesIO(png()), "description": "Un logo"})
    budget.set_landscape()
    budget.repeat_rows(0)
    budget.print_area("A1:E20")
    budget.set_header("&L&G", {"image_left": "entete.png", "image_data_left": io.BytesIO(png((11, 61, 145)))})
    budget.protect("", {"format_cells": True})
    identity.write_rich_string("E2", bold, "gras", " puis ", italic, "italique")
    identity.write_url("E3", "https://exemple.invalid/aide", string="Une aide")
    hidden = book.add_worksheet("Calculs")
    hidden.write_formula("A1", "=Budget!C2*2", None, 50000)
    hidden.write_dynamic_array_formula("B1:B3", "=SEQUENCE(3)", None, 1)
    hidden.hide()
    book.add_worksheet("Très cachée").very_hidden()
    page = book.add_chartsheet("Graphique")
    lines = book.add_chart({"type": "line"})
    lines.add_series({"values": "=Budget!$C$2:$C$4"})
    page.set_chart(lines)
    book.define_name("Taux", "=0.25")
    book.define_name("Budget!Zone", "=Budget!$A$1:$C$5")
    book.define_name("'Plan de financement'!Zone", "='Plan de financement'!$A$1:$F$3")
    budget.activate()
    budget.set_first_sheet()
    book.close()
    return out.getvalue()


def with_macros() -> bytes:
    """The same as an .xlsm, with a ribbon and a signature that a copy cannot keep."""
    parts = parts_of(by_xlsxwriter(macros=True))
    links = (
        '<Relationship Id="rIdR" Type="http://schemas.microsoft.com/office/2006/relationships/ui/extensibility" '
        'Target="customUI/customUI.xml"/>'
        '<Relationship Id="rIdS" Type="http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin" '
        'Target="_xmlsignatures/origin.sigs"/></Relationships>'
    )
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"</Relationships>", links.encode())
    parts["customUI/customUI.xml"] = b'<customUI xmlns="http://schemas.microsoft.com/office/2006/01/customui" onLoad="Ouvrir"/>'
    parts["_xmlsignatures/origin.sigs"] = b""
    return archive(parts)


def by_openpyxl() -> bytes:
    """What a script writes: comments, a chart, a local name, groups, a validation, a rule; the third sheet shown first."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for raw in faulty():
        sheet = book.create_sheet(raw.name)
        for line in raw.grid:
            sheet.append([None if cell == "" else cell for cell in line])
    plan, budget = book["Plan de financement"], book["Budget"]
    plan["D2"].comment = Comment("Voir la lettre du 3 mai.", "Une collègue", height=60, width=120)
    plan["A2"].fill = PatternFill("solid", fgColor="DDEBF7")
    plan["D2"].fill = PatternFill("solid", fgColor="FFFF00")
    plan["D2"].font = Font(bold=True, color="9C0006")
    checked = DataValidation(type="list", formula1='"sollicité,voté"', showErrorMessage=True)
    checked.add("F2:F20")
    plan.add_data_validation(checked)
    plan.conditional_formatting.add("D2:D9", CellIsRule(operator="greaterThan", formula=["1000"], font=Font(color="FF0000")))
    plan.row_dimensions.group(4, 6, hidden=True)
    plan.column_dimensions["D"].width = 18
    chart = BarChart()
    chart.add_data(Reference(budget, min_col=3, min_row=1, max_row=4), titles_from_data=True)
    budget.add_chart(chart, "F2")
    budget.freeze_panes = "A2"
    plan.defined_names["Zone"] = DefinedName("Zone", attr_text="'Plan de financement'!$A$1:$F$3")
    book.active = 2
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(raw: RawSheet, p: str = "") -> str:
    """A sheet's rows as XML with texts in the cells, dates as numbers of format 1; blank rows written empty."""
    rows = []
    for number, line in enumerate(raw.grid, 1):
        cells = "".join(_cell(f"{'ABCDEFGH'[n]}{number}", value, p) for n, value in enumerate(line) if value != "")
        rows.append(f'<{p}row r="{number}" spans="1:6">{cells}</{p}row>' if cells else f'<{p}row r="{number}"/>')
    return "".join(rows)


def _cell(reference: str, value: object, p: str) -> str:
    if isinstance(value, datetime):
        return f'<{p}c r="{reference}" s="1"><{p}v>{(value.date() - date(1899, 12, 30)).days}</{p}v></{p}c>'
    if isinstance(value, int):
        return f'<{p}c r="{reference}"><{p}v>{value}</{p}v></{p}c>'
    return f'<{p}c r="{reference}" t="inlineStr"><{p}is><{p}t>{value}</{p}t></{p}is></{p}c>'


_STYLES = (
    '<{p}styleSheet xmlns{q}="{ns}"><{p}fonts count="1"><{p}font><{p}sz val="8"/><{p}name val="Arial"/></{p}font></{p}fonts>'
    '<{p}cellXfs count="2"><{p}xf numFmtId="0"/><{p}xf numFmtId="14"/></{p}cellXfs></{p}styleSheet>'
)
"""As bare as a generator may write them: no fills, no borders."""


def content_types(names: list[str]) -> str:
    """What each of these parts is."""
    kinds = {"xl/workbook.xml": "sheet.main", "xl/styles.xml": "styles", "xl/comments1.xml": "comments"}
    kinds = {name: kind for name, kind in kinds.items() if name in names}
    kinds |= {name: "worksheet" for name in names if name.startswith("xl/worksheets/sheet")}
    start = "application/vnd.openxmlformats-"
    lines = "".join(
        f'<Override PartName="/{name}" ContentType="{start}officedocument.spreadsheetml.{kind}+xml"/>' for name, kind in kinds.items()
    )
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="rels" ContentType="{start}package.relationships+xml"/>'
        f'<Default Extension="vml" ContentType="{start}officedocument.vmlDrawing"/>{lines}</Types>'
    )


def _raw(prefix: str, namespace: str, links: str) -> dict[str, str | bytes]:
    sheets = faulty()
    parts: dict[str, str | bytes] = dict(raw_parts("", prefix=prefix, sheets=[s.name for s in sheets]))
    for number, raw in enumerate(sheets, 1):
        name = f"xl/worksheets/sheet{number}.xml"
        parts[name] = str(parts[name]).replace(f"<{prefix}sheetData>", f"<{prefix}sheetData>{_rows(raw, prefix)}")
    parts["xl/styles.xml"] = _STYLES.replace("{p}", prefix).replace("{q}", f":{prefix[:-1]}" if prefix else "").replace("{ns}", MAIN)
    link = f'<Relationship Id="rId98" Type="{_LINKS}/styles" Target="styles.xml"/></Relationships>'
    parts["xl/_rels/workbook.xml.rels"] = str(parts["xl/_rels/workbook.xml.rels"]).replace("</Relationships>", link)
    parts["[Content_Types].xml"] = content_types(list(parts))
    return {
        name: str(xml).replace(MAIN, namespace).replace(_LINKS, links) if name.startswith("xl/") else xml for name, xml in parts.items()
    }


def strict() -> bytes:
    """A strict workbook whose elements all bear a prefix."""
    return archive(_raw("x:", STRICT, _STRICT_LINKS))


def by_office_365() -> bytes:
    """An extension list, a future element, a control whose box is ill-formed, and a discussion on a faulty cell; comments in UTF-16."""
    parts = _raw("", MAIN, _LINKS)
    plan = "xl/worksheets/sheet3.xml"
    tail = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="x14">'
        '<controls><control shapeId="1025"><anchor><from><row>1</row></from></anchor></control></controls></mc:Choice>'
        "</mc:AlternateContent>"
        '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" xmlns:x14="urn:x14"><x14:dataValidations count="1"/></ext></extLst>'
    )
    parts[plan] = str(parts[plan]).replace("</worksheet>", f'<legacyDrawing xmlns:l="{_LINKS}" l:id="rId2"/>{tail}</worksheet>')
    parts["xl/worksheets/_rels/sheet3.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{_LINKS}/comments" Target="../comments1.xml"/>'
        f'<Relationship Id="rId2" Type="{_LINKS}/vmlDrawing" Target="../drawings/vmlDrawing1.vml"/>'
        f'<Relationship Id="rId3" Type="{_NEW}/threadedComment" Target="../threadedComments/threadedComment1.xml"/></Relationships>'
    )
    author = "tc={C1B0A7B2-0000-4000-8000-000000000001}"
    parts["xl/comments1.xml"] = (
        f'<comments xmlns="{MAIN}"><authors><author>{author}</author></authors><commentList><comment ref="F2" authorId="0">'
        "<text><t>[Threaded comment]\n\nComment:\n    Qui a demandé ceci ?</t></text></comment></commentList></comments>"
    )
    parts["xl/threadedComments/threadedComment1.xml"] = (
        '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
        '<threadedComment ref="F2" id="{C1B0A7B2-0000-4000-8000-000000000001}"><text>Qui a demandé ceci ?</text></threadedComment>'
        "</ThreadedComments>"
    )
    parts["xl/drawings/vmlDrawing1.vml"] = (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
        'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>'
        '<v:shape id="_x0000_s1025"><v:textbox>une ligne<br>mal fermée</v:textbox><x:ClientData ObjectType="Note"><x:Row>1</x:Row>'
        "<x:Column>5</x:Column></x:ClientData></v:shape></xml>"
    )
    parts["[Content_Types].xml"] = content_types(list(parts))
    parts["xl/comments1.xml"] = f'<?xml version="1.0" encoding="UTF-16"?>{parts["xl/comments1.xml"]}'.encode("utf-16")
    return archive(parts)


RICH: dict[str, Callable[[], bytes]] = {
    "xlsxwriter": by_xlsxwriter,
    "macros": with_macros,
    "openpyxl": by_openpyxl,
    "strict": strict,
    "office365": by_office_365,
}


def names(data: bytes) -> list[str]:
    """The parts of an archive, in order."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return file.namelist()
