"""One frame as one sheet: title, grain, live totals, a frozen and filterable header, then a row per row of the frame.

Totals stand above the header, so that filters and sorts never touch them; they follow the filter (SUBTOTAL 109) and are stored with their
exact value. What cannot be written as it is (too many rows or links, texts that Excel refuses) is said in words, never dropped in silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from schemas.text import NBSP, count
from workbooks.bulk import BulkSheet, styles_by_word
from workbooks.links import MAX_LINKS, Linker
from workbooks.style import DAY, EUROS, LINES, LINK, NUMBER, RATE, SIZE, YEAR, House
from workbooks.textcells import Texts, height_for, lines_of, printable

TITLE_ROW, GRAIN_ROW, TOTAL_ROW, HEADER_ROW, FIRST_ROW = range(5)
"""Zero-based rows of every table sheet."""
MAX_ROWS = 1_048_576 - FIRST_ROW
"""Rows of data that one sheet may hold."""
TOTAL_LABEL = "Total affiché"
ROWS = "(lignes)"
"""The name under which the number of rows is compared when a report is read back."""

COUNT_UNIT = "nombre"

Kind = Literal["texte", "long", "euros", "montant", "nombre", "annee", "date", "taux"]
"""`euros` columns are totalled; `long` texts wrap; `montant` is euros or, where the row's column `unite` says so, a number."""
Look = dict[str, Any]
_FORMATS: dict[str, Look] = {
    "texte": {},
    "long": {"text_wrap": True},
    "euros": {"num_format": EUROS, "align": "right"},
    "montant": {"num_format": EUROS, "align": "right"},
    "nombre": {"num_format": NUMBER, "align": "center"},
    "annee": {"num_format": YEAR, "align": "center"},
    "date": {"num_format": DAY, "align": "center"},
    "taux": {"num_format": RATE, "align": "right"},
}
_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True)
class Col:
    """A column: the frame's name, the header, the width in characters. `fills` colours listed words; `link` gives each row's link."""

    name: str
    label: str
    width: float
    kind: Kind = "texte"
    fills: Mapping[str, str] = field(default_factory=dict)
    link: Linker | None = None


@dataclass(frozen=True)
class TableSheet:
    """A sheet made of one frame. `table` names the file of `donnees/` that holds the whole; `frozen` counts the columns kept in sight.

    `size` is the size of its rows' text: a wide sheet shrinks when it is printed on one page. `printed` counts the columns that are
    printed, where the last ones serve on screen only. A very wide sheet is printed on `pages_wide` pages, its first column on each.
    """

    name: str
    grain: str
    view: str
    table: str
    columns: tuple[Col, ...]
    frozen: int = 1
    size: int = SIZE
    printed: int | None = None
    pages_wide: int = 1


def expected_sums(sheets: Sequence[TableSheet], frames: Mapping[str, pl.DataFrame]) -> dict[str, dict[str, Decimal]]:
    """What reading the sheets back must find: the number of rows and, per column of amounts or counts, the exact sum."""
    found = {}
    for spec in sheets:
        frame = frames[spec.view].head(MAX_ROWS)
        sums = {c.label: Decimal(frame[c.name].sum() or 0) for c in spec.columns if c.kind in ("euros", "montant", "nombre")}
        found[spec.name] = {ROWS: Decimal(frame.height)} | sums
    return found


def write_table(house: House, spec: TableSheet, whole: pl.DataFrame, remark: str = "") -> list[str]:
    """Write one sheet; returns what its reader must know (French sentences), also written below its title where rows are missing."""
    sheet = house.sheet(spec.name, HEADER_ROW, BulkSheet)
    frame, notes = _fitting(spec, whole)
    nothing = "" if frame.height else "Aucune ligne."
    _write_head(house, sheet, spec, frame, " ".join(filter(None, [spec.grain, remark, nothing, *notes])))
    texts = {c.name: Texts.of(frame[c.name].cast(pl.String)) for c in spec.columns if "num_format" not in _FORMATS[c.kind]}
    sheet.start_rows(FIRST_ROW, frame.height)
    for column in spec.columns:
        look = _FORMATS[column.kind] | {"font_size": spec.size} | ({"align": "center"} if column.fills else {})
        if column.name in texts:
            notes += _write_texts(house, sheet, spec, column, look, texts[column.name], frame)
        else:
            _write_numbers(house, sheet, column, look, frame)
    sheet.close_rows(_heights(spec, texts) if frame.height else None)
    last = max(FIRST_ROW, FIRST_ROW + frame.height - 1)
    sheet.autofilter(HEADER_ROW, 0, last, len(spec.columns) - 1)
    if spec.printed:
        sheet.print_area(0, 0, last, spec.printed - 1)
    if spec.pages_wide > 1:
        sheet.fit_to_pages(spec.pages_wide, 0)
        sheet.repeat_columns(0)
    sheet.freeze_panes(FIRST_ROW, spec.frozen)
    sheet.ignore_errors({"number_stored_as_text": f"A{FIRST_ROW + 1}:{xl_col_to_name(len(spec.columns) - 1)}{last + 1}"})
    return notes


def _fitting(spec: TableSheet, whole: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    if whole.height <= MAX_ROWS:
        return whole, []
    missing = whole.height - MAX_ROWS
    note = f"Feuille « {spec.name} » : {count(missing, 'ligne')} de trop pour une feuille Excel"
    return whole.head(MAX_ROWS), [f"{note} ; la suite est dans donnees/{spec.table}.parquet, et les totaux d'ici ne la comptent pas."]


def _write_head(house: House, sheet: Any, spec: TableSheet, frame: pl.DataFrame, remark: str) -> None:
    """Title, remark, live totals and header; column widths."""
    sheet.set_row(TITLE_ROW, 22)
    # Beside a column that is printed on every page, the title stands on the first alone.
    start = 1 if spec.pages_wide > 1 else 0
    sheet.write_string(TITLE_ROW, start, f"{spec.name} — {house.context.stamp.lower()}", house.title())
    sheet.write_string(GRAIN_ROW, start, remark, house.hint())
    sheet.set_row(TOTAL_ROW, 18)
    sheet.set_row(HEADER_ROW, 32)
    last = max(FIRST_ROW, FIRST_ROW + frame.height - 1) + 1
    for place, column in enumerate(spec.columns):
        letters = xl_col_to_name(place)
        block = f"{letters}{FIRST_ROW + 1}:{letters}{last}"
        sheet.set_column(place, place, column.width)
        sheet.write_string(HEADER_ROW, place, column.label, house.header())
        if place == 0:
            sheet.write_string(TOTAL_ROW, 0, TOTAL_LABEL, house.total())
        elif place == 1:
            rows = f"=SUBTOTAL(103,A{FIRST_ROW + 1}:A{last})"
            sheet.write_formula(TOTAL_ROW, 1, rows, house.total(num_format=LINES, align="left"), frame.height)
        elif column.kind == "euros":
            total = float(Decimal(frame[column.name].sum() or 0))
            sheet.write_formula(TOTAL_ROW, place, f"=SUBTOTAL(109,{block})", house.total(num_format=EUROS, align="right"), total)
        else:
            sheet.write_blank(TOTAL_ROW, place, None, house.total())


def _heights(spec: TableSheet, texts: Mapping[str, Texts]) -> pl.Series | None:
    """Heights of the rows whose wrapped texts need more than one line; LibreOffice does not work them out by itself."""
    wrapped = [(texts[c.name], c.width * SIZE / spec.size) for c in spec.columns if c.kind == "long"]
    if not wrapped:
        return None
    widths = pl.Series([width for text, width in wrapped for _ in range(len(text.known))], dtype=pl.Float64)
    known, rows, start = lines_of(pl.concat([text.known for text, _ in wrapped]), widths), [], 0
    for place, (text, _) in enumerate(wrapped):
        rows.append(text.spread(known.slice(start, len(text.known))).alias(str(place)))
        start += len(text.known)
    lines = pl.DataFrame(rows).select(pl.max_horizontal(pl.all())).to_series()
    points = {n: height_for(n) * spec.size / SIZE for n in known.unique().to_list() if n > 1}
    return lines.replace_strict(points, default=None, return_dtype=pl.Float64)


def _write_numbers(house: House, sheet: BulkSheet, column: Col, look: Look, frame: pl.DataFrame) -> None:
    numbers, style = frame[column.name], house.cell(**look)
    # What is a number of things has neither cents nor €.
    counted = {COUNT_UNIT: house.cell(**{**look, "num_format": NUMBER})} if column.kind == "montant" else {}
    styles = styles_by_word(frame["unite"] if counted else numbers, style, counted)
    sheet.add_numbers(_day_numbers(numbers) if column.kind == "date" else numbers, styles)


def _write_texts(house: House, sheet: BulkSheet, spec: TableSheet, column: Col, look: Look, raw: Texts, frame: pl.DataFrame) -> list[str]:
    """A column of texts; returns what could not be written as it is."""
    texts, changed = printable(raw, spec.table)
    told = [f"Feuille « {spec.name} », colonne « {column.label} » : {changed}."] if changed else []
    style = house.cell(**look)
    if column.link:
        return told + _write_linked(house, sheet, look, texts, column.link(frame))
    fills = {word: house.cell(**look, bg_color=colour) for word, colour in column.fills.items()}
    sheet.add_texts(texts, styles_by_word(frame[column.name], style, fills))
    return told


def _day_numbers(days: pl.Series) -> pl.Series:
    return (days.cast(pl.Date) - _EPOCH).dt.total_days()


def _write_linked(house: House, sheet: BulkSheet, look: Look, texts: Texts, links: pl.DataFrame) -> list[str]:
    """A column of texts, each linked to its source as long as Excel admits more links."""
    wanted = links.with_columns(texts.ranks.alias("texte"), pl.int_range(pl.len()).alias("rang")).filter(
        pl.col("texte").is_not_null(), pl.col("cible").is_not_null()
    )
    kept = wanted.head(MAX_LINKS)
    linked = pl.zeros(links.height, pl.Boolean, eager=True).scatter(kept["rang"], True)
    looks = linked.replace_strict({True: "lien", False: ""}, return_dtype=pl.String)
    sheet.add_texts(texts, styles_by_word(looks, house.cell(**look), {"lien": house.cell(**look, font_color=LINK, underline=1)}))
    sheet.add_links(kept["rang"], kept.select("cible", "place"))
    beyond = wanted.height - kept.height
    if not beyond:
        return []
    limit = f"{MAX_LINKS:,}".replace(",", NBSP)
    rest = f"{count(beyond, 'adresse')} sans lien, en toutes lettres, à la fin"
    return [f"Feuille « {sheet.get_name()} » : Excel n'admet que {limit} liens par feuille ; {rest}."]
