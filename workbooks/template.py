"""The workbooks that senders fill, made from the contract itself: its sheets, columns, lists, accounts and the caps in force.

    write_templates(Path("outputs/modeles"), config, date(2010, 10, 28))

The same document, values, config and day give the same bytes.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter

from schemas.financers import OWN_RESOURCES, known_financers
from schemas.parameters import Config
from schemas.spec import DOCUMENTS, FONCTIONNEMENT
from workbooks.bulk import PlainSheet
from workbooks.template_board import BOARD
from workbooks.template_budget import write_budget
from workbooks.template_examples import example_values
from workbooks.template_guide import GUIDE, write_guide
from workbooks.template_layout import HEADER, Layout
from workbooks.template_lists import LISTS_SHEET
from workbooks.template_rules import Caps
from workbooks.template_style import UNVALUED, Styles, set_up_page
from workbooks.template_tables import write_identification, write_lists, write_table
from workbooks.template_values import BudgetLine, DocumentValues, Formula
from workbooks.template_verification import make_board, write_verification

__all__ = [
    "BudgetLine", "DocumentValues", "Formula", "campaign_day", "document_bytes", "document_layout", "example_values", "financer_names",
    "write_document", "write_templates",
]  # fmt: skip

_UNVALUED_CELL = re.compile(rb'( t="str")(>)(<f>[^<]*</f>)<v>' + UNVALUED.encode() + rb"</v>")
_OLDEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


_EXERCICES = {FONCTIONNEMENT: 4}
"""Exercices of a blank Budget: three years of aid can straddle four of them. Three elsewhere."""
_TABLES_PROTECTED = {"format_columns": True, "format_rows": True, "insert_rows": True, "sort": True, "autofilter": True}
_PROTECTED = {"format_columns": True, "format_rows": True}
"""What stays allowed on a protected sheet. There is no password: the protection is there against slips, not against people."""


def document_layout(document: str, config: Config, values: DocumentValues | None = None) -> Layout:
    """Where everything stands in a document: a blank one says its type, its campagne and the exercices from it."""
    given = values or DocumentValues()
    year = config.campagne.annee
    identity = {"type_document": document, "campagne": year, **given.identification}
    blank = tuple(range(year, year + _EXERCICES.get(document, 3))) if "budget" in DOCUMENTS[document].sheets else ()
    financers = given.financers or financer_names(config)
    return Layout(document, replace(given, identification=identity, exercices=given.exercices or blank, financers=financers))


def financer_names(config: Config) -> tuple[str, ...]:
    """The financers that the software and the configuration know, to be suggested."""
    return tuple(f.name for f in (*known_financers(), *config.extra_financers()) if f.type != OWN_RESOURCES)


def campaign_day(config: Config, day: date) -> date:
    """The day whose caps a blank template shows: that day, or the nearest one of the campaign's year."""
    year = config.campagne.annee
    return min(max(day, date(year, 1, 1)), date(year, 12, 31))


def document_bytes(document: str, config: Config, *, day: date, values: DocumentValues | None = None) -> bytes:
    """One of the five documents as .xlsx bytes, blank or filled. `day` picks the caps in force and is the file's creation date."""
    layout = document_layout(document, config, values)
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    # Numbers and formats do not depend on the machine: the only date in the file is `day`.
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"title": document, "subject": config.campagne.nom, "created": datetime(day.year, day.month, day.day)})  # noqa: DTZ001
    _write_sheets(book, layout, config, day)
    book.close()
    data = buffer.getvalue()
    return _without_values(data) if UNVALUED.encode() in _all_parts(data) else data


def write_document(target: Path | BinaryIO, document: str, config: Config, *, day: date, values: DocumentValues | None = None) -> None:
    """Write one of the five documents (a name of DOCUMENTS) to a path or an open binary file."""
    data = document_bytes(document, config, day=day, values=values)
    if isinstance(target, Path):
        target.write_bytes(data)
    else:
        target.write(data)


def write_templates(folder: Path, config: Config, day: date) -> list[Path]:
    """Write the five blank documents, `<slug>.xlsx`, with the caps in force that day of the campaign. Gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for document in DOCUMENTS.values():
        path = folder / f"{document.slug}.xlsx"
        write_document(path, document.name, config, day=campaign_day(config, day))
        paths.append(path)
    return paths


def _write_sheets(book: xlsxwriter.Workbook, layout: Layout, config: Config, day: date) -> None:
    styles, caps = Styles(book), Caps.at(config, day)
    board = make_board(layout, config, caps)
    campaign = layout.values.identification.get("campagne")
    shown = campaign if isinstance(campaign, int) else config.campagne.annee

    def add_sheet(title: str, header: int | None = None, allowed: Mapping[str, bool] = _PROTECTED) -> Any:
        sheet = book.add_worksheet(title, PlainSheet)
        set_up_page(sheet, layout.document, shown, header)
        sheet.protect("", dict(allowed))
        return sheet

    write_guide(add_sheet(GUIDE), layout, config, day, styles)
    for kind in layout.sheets():
        title = layout.title(kind)
        if kind == "identification":
            write_identification(add_sheet(title), layout, board, styles)
        elif kind == "budget":
            write_budget(book, add_sheet(title, HEADER), layout, board, styles)
        else:
            write_table(add_sheet(title, HEADER, _TABLES_PROTECTED), kind, layout, board, styles, caps)
    write_verification(add_sheet(BOARD, HEADER), board, styles)
    write_lists(book, book.add_worksheet(LISTS_SHEET), layout, styles)


def _all_parts(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet"))


def _without_values(data: bytes) -> bytes:
    """Take out the stored result of the formulas that are to have none: XlsxWriter always writes one."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            part = _UNVALUED_CELL.sub(rb"\2\3", source.read(name))
            info = zipfile.ZipInfo(name, _OLDEST_ZIP_DATE)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(info, part)
    return target.getvalue()
