"""The other sheets of a template: the Identification, the tables with their header, drop-downs and live totals, and the hidden lists."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from schemas.spec import Column
from workbooks.cells import letters
from workbooks.template_board import Board
from workbooks.template_hints import write_hint
from workbooks.template_layout import CAPACITY, FIRST, HEADER, Layout
from workbooks.template_lists import LISTS_SHEET, lists_of
from workbooks.template_marks import marks
from workbooks.template_rules import Caps, check_for, input_message, plain_check, with_message
from workbooks.template_style import COMPUTED, INPUT, NUMBER_FORMATS, Styles, height_for, width_of, write_value
from workbooks.template_values import Formula, Row, Value, amount

_LABEL_WIDTH, _VALUE_WIDTH, _HELP_WIDTH = 30, 46, 74
_ROWS = {"plan": 30, "postes": 15, "partenaires": 20, "realise": 40, "engagements": 40, "decisions": 30, "mandats": 40}
"""Rows made ready to fill; a table goes on below them."""
_TOTALLED = ("plan", "postes", "engagements")
"""Kinds whose amounts simply add up: a decision or a mandat can subtract, a compte rendu holds charges and produits."""
_FIXED = "Déjà écrit : c'est le document que ce modèle permet de remplir."
_HINTS = {
    "identification": "Remplissez la colonne jaune. Un libellé sur fond foncé demande une réponse.",
    "plan": "Une ligne par financeur et par exercice. Le budget (compte 74) reprend ces lignes.",
    "postes": "Une ligne par poste, annuité et exercice : une annuité à cheval sur deux années prend deux lignes.",
    "partenaires": "Une ligne par structure qui prend part au projet, au-delà des seules associations. Aucun nom de personne.",
    "realise": "Une ligne par compte et par exercice, à partir du budget accepté.",
    "engagements": "Une ligne par Pays, volet et exercice : ce que votre assemblée a voté, ce qui est déjà versé.",
    "decisions": "Une ligne par décision de la commission permanente.",
    "etapes": "Une ligne par événement dans la vie d'un projet.",
    "mandats": "Une ligne par mandat ; un reversement ou une annulation s'écrit en positif et se soustrait.",
    "derogations": "Une ligne par dérogation : elle remplace la valeur d'une règle pour un projet, entre deux dates.",
    "arbitrages": "Une ligne par constat que le service lève, corrige, ou dont il exclut la ligne.",
}


def write_identification(sheet: Any, layout: Layout, board: Board, styles: Styles) -> None:
    """Labels, values and help, one label a row. The type of the document is not the sender's to change."""
    sheet.set_column(0, 0, _LABEL_WIDTH)
    sheet.set_column(1, 1, _VALUE_WIDTH)
    sheet.set_column(2, 2, _HELP_WIDTH)
    write_hint(sheet, board, "identification", layout.document, _HINTS["identification"], styles)
    for index, column in enumerate(layout.fields(), start=HEADER):
        required, fixed = column.required_in(layout.document), column.name == "type_document"
        value = layout.values.identification.get(column.name)
        text = _FIXED if fixed else f"{'Obligatoire. ' if required else ''}{input_message(column)}"
        sheet.set_row(index, max(20, height_for(text, _HELP_WIDTH), height_for(str(value or ""), _VALUE_WIDTH)))
        sheet.write_string(index, 0, column.label, styles.header(required, align="left", indent=1))
        shape = {"align": "left", "valign": "vcenter", "text_wrap": True, "indent": 1, "locked": fixed}
        style = styles.boxed(COMPUTED if fixed else INPUT, num_format=NUMBER_FORMATS[column.kind], **shape)
        write_value(sheet, index, 1, value, style)
        sheet.write_string(index, 2, text, styles.get(text_wrap=True, valign="vcenter", indent=1))
        if not fixed:
            sheet.data_validation(index, 1, index, 1, with_message(plain_check(column, f"B{index + 1}"), column))
        if column.kind == "siret":
            sheet.ignore_errors({"number_stored_as_text": f"B{index + 1}"})
    sheet.freeze_panes(HEADER, 0)
    sheet.print_area(0, 0, HEADER + len(layout.fields()) - 1, 2)


def write_table(sheet: Any, kind: str, layout: Layout, board: Board, styles: Styles, caps: Caps) -> None:
    """A table: title, hint, live total, header with notes and filter, rows ready to fill with their checks."""
    columns, rows = layout.columns(kind), layout.values.tables.get(kind, ())
    count = max(_ROWS.get(kind, 20), len(rows) + 5)
    write_hint(sheet, board, kind, layout.title(kind), _HINTS[kind], styles)
    for row in range(HEADER):
        for index in range(1, len(columns)):
            sheet.write_blank(row, index, None, styles.get())
    if kind in _TOTALLED:
        _write_totals(sheet, columns, rows, styles)
    sheet.set_row(HEADER, 32)
    for index, column in enumerate(columns):
        sheet.set_column(index, index, width_of(column.name, column.kind), styles.beyond(column.kind))
        _write_header(sheet, index, column, layout.document, styles)
        sheet.data_validation(FIRST, index, FIRST + CAPACITY - 1, index, check_for(layout, kind, column, caps))
        for line in range(count):
            value = rows[line].get(column.name) if line < len(rows) else None
            write_value(sheet, FIRST + line, index, value, styles.entry(column.kind))
    _write_marks(sheet, kind, layout, styles, caps)
    _set_heights(sheet, columns, rows)
    sheet.autofilter(HEADER, 0, FIRST + CAPACITY - 1, len(columns) - 1)
    sheet.freeze_panes(FIRST, 0)


def _write_marks(sheet: Any, kind: str, layout: Layout, styles: Styles, caps: Caps) -> None:
    """Cells that turn orange, and those that Excel need not point at."""
    for column_index, rule in marks(layout, kind, caps):
        options = {"type": "formula", "criteria": rule, "format": styles.wrong()}
        sheet.conditional_format(FIRST, column_index, FIRST + CAPACITY - 1, column_index, options)
    # A SIRET is a text of digits: Excel need not point at it.
    places = [letters(i) for i, c in enumerate(layout.columns(kind)) if c.kind == "siret"]
    if places:
        sheet.ignore_errors({"number_stored_as_text": " ".join(f"{p}{FIRST + 1}:{p}{FIRST + CAPACITY}" for p in places)})


def _write_header(sheet: Any, index: int, column: Column, document: str, styles: Styles) -> None:
    required = bool(column.required) and (column.required_in(document) or not set(column.required) - {"fonctionnement", "préfiguration"})
    sheet.write_string(HEADER, index, column.label, styles.header(required, align="center"))
    note = _note(column, document)
    if note:
        sheet.write_comment(HEADER, index, note, {"x_scale": 1.9, "y_scale": max(0.8, len(note) / 130), "font_size": 9})


def _note(column: Column, document: str) -> str:
    """The description, whether it is compulsory, the values of a short list."""
    parts = [column.description]
    if column.required_in(document):
        parts.append("Obligatoire.")
    elif column.required:
        parts.append(f"Obligatoire pour : {', '.join(column.required)}.")
    if column.choices:
        parts.append("Valeurs : " + ", ".join(column.choices) + ".")
    return "\n".join(p for p in parts if p)


def _write_totals(sheet: Any, columns: Sequence[Column], rows: Sequence[Row], styles: Styles) -> None:
    """A live total above the header, so that the table stays open below."""
    places = [i for i, c in enumerate(columns) if c.kind == "montant"]
    row = HEADER - 1
    sheet.set_row(row, 18)
    for index in range(1, len(columns)):
        sheet.write_blank(row, index, None, styles.total())
    sheet.write_string(row, 0, "Total", styles.total())
    for index in places:
        total = sum((amount(r.get(columns[index].name)) for r in rows), Decimal(0))
        span = f"{letters(index)}{FIRST + 1}:{letters(index)}{FIRST + CAPACITY}"
        write_value(sheet, row, index, Formula(f"=SUM({span})", total), styles.total("right"))


def _set_heights(sheet: Any, columns: Sequence[Column], rows: Sequence[Row]) -> None:
    """Rows whose text wraps are given their height: not every program computes it on opening."""
    for line, row in enumerate(rows):
        height = max(height_for(_text(row.get(c.name)), width_of(c.name, c.kind)) for c in columns)
        if height > 17:
            sheet.set_row(FIRST + line, height)


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def write_lists(book: Any, sheet: Any, layout: Layout, styles: Styles) -> None:
    """The hidden sheet of the drop-downs: a column each, with its defined name."""
    for index, (name, items) in enumerate(lists_of(layout).items()):
        sheet.write_string(0, index, name, styles.get(bold=True))
        for line, item in enumerate(items, start=1):
            write_value(sheet, line, index, item, styles.get(align="left"))
        column = letters(index)
        book.define_name(name, f"={LISTS_SHEET}!${column}$2:${column}${len(items) + 1}")
    sheet.set_column(0, len(lists_of(layout)), 30)
    sheet.hide()
