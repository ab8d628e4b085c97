"""The workbooks that senders fill, made from the contract itself: its sheets, columns, lists, accounts and the caps in force.

    write_templates(Path("outputs/modeles"), config, date(2010, 10, 28))

The same document, values, config and day give the same bytes.
"""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

import xlsxwriter

from schemas.parameters import Config
from schemas.spec import DOCUMENTS
from workbooks.template_budget import UNVALUED, write_budget
from workbooks.template_examples import example_values
from workbooks.template_guide import GUIDE, write_guide
from workbooks.template_layout import HEADER, Layout
from workbooks.template_rules import LISTS_SHEET, Caps
from workbooks.template_style import Styles, set_up_page
from workbooks.template_tables import write_identification, write_lists, write_table
from workbooks.template_values import BudgetLine, DocumentValues, Formula

__all__ = [
    "BudgetLine", "DocumentValues", "Formula", "document_bytes", "document_layout", "example_values", "write_document", "write_templates",
]  # fmt: skip

_UNVALUED_CELL = re.compile(rb'( t="str")(>)(<f>[^<]*</f>)<v>' + UNVALUED.encode() + rb"</v>")
_OLDEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def document_layout(document: str, config: Config, values: DocumentValues | None = None) -> Layout:
    """Where everything stands in a document: a blank one says its type, its campagne and three exercices from it."""
    given = values or DocumentValues()
    year = config.campagne.annee
    identity = {"type_document": document, "campagne": year, **given.identification}
    exercices = given.exercices or ((year, year + 1, year + 2) if "budget" in DOCUMENTS[document].sheets else ())
    return Layout(document, replace(given, identification=identity, exercices=exercices))


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
    """Write the five blank documents, `<slug>.xlsx`, with the caps in force that day. Gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for document in DOCUMENTS.values():
        path = folder / f"{document.slug}.xlsx"
        write_document(path, document.name, config, day=day)
        paths.append(path)
    return paths


def _write_sheets(book: xlsxwriter.Workbook, layout: Layout, config: Config, day: date) -> None:
    styles, caps = Styles(book), Caps.at(config, day)
    campaign = layout.values.identification.get("campagne")
    shown = campaign if isinstance(campaign, int) else config.campagne.annee
    guide = book.add_worksheet(GUIDE)
    set_up_page(guide, layout.document, shown)
    write_guide(guide, layout, config, day, styles)
    for kind in layout.sheets():
        sheet = book.add_worksheet(layout.title(kind))
        set_up_page(sheet, layout.document, shown, None if kind == "identification" else HEADER)
        if kind == "identification":
            write_identification(sheet, layout, styles)
        elif kind == "budget":
            write_budget(book, sheet, layout, styles)
        else:
            write_table(sheet, kind, layout, styles, caps)
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
