"""One frame as one sheet: title, grain, live totals, a frozen and filterable header, then a row per row of the frame.

Totals stand above the header, so that filters and sorts never touch them; they follow the filter (SUBTOTAL 109) and are stored with their
exact value. What cannot be written as it is (too many rows or links, texts that Excel refuses) is said in words, never dropped in silence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from schemas.packed import Held, drawn, each, held
from schemas.text import NBSP, count
from workbooks.bulk import BulkSheet, styles_by_word
from workbooks.links import MAX_LINKS, Linker
from workbooks.style import DAY, EUROS, LINES, LINK, NUMBER, RATE, SIZE, YEAR, House
from workbooks.textcells import Changed, Texts, height_for, lines_of, printable

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
    return {spec.name: _sums(spec, held(frames, spec.view)) for spec in sheets}


def _sums(spec: TableSheet, view: Held) -> dict[str, Decimal]:
    """The number of rows that the sheet shows, and their sums by label."""
    summed = {c.label: pl.col(c.name).sum() for c in spec.columns if c.kind in ("euros", "montant", "nombre")}
    row = drawn(view.lazy().head(MAX_ROWS).select(pl.len().alias(ROWS), **summed)).row(0, named=True)
    return {name: Decimal(value or 0) for name, value in row.items()}


@dataclass
class _Told:
    """What of a column could not be written as it is, in the parts written so far."""

    changed: Changed = field(default_factory=Changed)
    linked: int = 0
    beyond: int = 0

    def notes(self, sheet: str, column: str) -> list[str]:
        """In words."""
        notes = [f"Feuille « {sheet} », colonne « {column} » : {self.changed}."] if self.changed != Changed() else []
        if self.beyond:
            limit = f"{MAX_LINKS:,}".replace(",", NBSP)
            rest = f"{count(self.beyond, 'adresse')} sans lien, en toutes lettres, à la fin"
            notes.append(f"Feuille « {sheet} » : Excel n'admet que {limit} liens par feuille ; {rest}.")
        return notes


def write_table(house: House, spec: TableSheet, frames: Mapping[str, pl.DataFrame], remark: str = "") -> list[str]:
    """Write one sheet, a part of its view at a time.

    Returns what its reader must know (French sentences), also written below its title where rows are missing.
    """
    sheet, view = house.sheet(spec.name, HEADER_ROW, BulkSheet), held(frames, spec.view)
    sums, notes = _sums(spec, view), _missing(spec, view)
    height = int(sums[ROWS])
    nothing = "" if height else "Aucune ligne."
    _write_head(house, sheet, spec, sums, " ".join(filter(None, [spec.grain, remark, nothing, *notes])))
    told = {column.name: _Told() for column in spec.columns}
    for first, part in _placed(view):
        _write_rows(house, sheet, spec, first, part, told)
    last = max(FIRST_ROW, FIRST_ROW + height - 1)
    sheet.autofilter(HEADER_ROW, 0, last, len(spec.columns) - 1)
    if spec.printed:
        sheet.print_area(0, 0, last, spec.printed - 1)
    if spec.pages_wide > 1:
        sheet.fit_to_pages(spec.pages_wide, 0)
        sheet.repeat_columns(0)
    sheet.freeze_panes(FIRST_ROW, spec.frozen)
    sheet.ignore_errors({"number_stored_as_text": f"A{FIRST_ROW + 1}:{xl_col_to_name(len(spec.columns) - 1)}{last + 1}"})
    return notes + [note for column in spec.columns for note in told[column.name].notes(spec.name, column.label)]


def _missing(spec: TableSheet, view: Held) -> list[str]:
    missing = view.height - MAX_ROWS
    if missing <= 0:
        return []
    note = f"Feuille « {spec.name} » : {count(missing, 'ligne')} de trop pour une feuille Excel"
    return [f"{note} ; la suite est dans donnees/{spec.table}.parquet, et les totaux d'ici ne la comptent pas."]


def _placed(view: Held) -> Iterator[tuple[int, pl.DataFrame]]:
    """The parts of a view as far as one sheet holds them, each with the row where it starts."""
    start = 0
    for part in each(view):
        if start < MAX_ROWS:
            yield FIRST_ROW + start, part.head(MAX_ROWS - start)
            start += part.height


def _write_rows(house: House, sheet: BulkSheet, spec: TableSheet, first: int, part: pl.DataFrame, told: Mapping[str, _Told]) -> None:
    """Some rows, column by column."""
    texts = {c.name: Texts.of(part[c.name].cast(pl.String)) for c in spec.columns if "num_format" not in _FORMATS[c.kind]}
    sheet.start_rows(first, part.height)
    for column in spec.columns:
        look = _FORMATS[column.kind] | {"font_size": spec.size} | ({"align": "center"} if column.fills else {})
        if column.name in texts:
            _write_texts(house, sheet, spec, column, look, texts[column.name], part, told[column.name])
        else:
            _write_numbers(house, sheet, column, look, part)
    sheet.close_rows(_heights(spec, texts) if part.height else None)


def _write_head(house: House, sheet: Any, spec: TableSheet, sums: Mapping[str, Decimal], remark: str) -> None:
    """Title, remark, live totals and header; column widths."""
    sheet.set_row(TITLE_ROW, 22)
    # Beside a column that is printed on every page, the title stands on the first alone.
    start = 1 if spec.pages_wide > 1 else 0
    sheet.write_string(TITLE_ROW, start, f"{spec.name} — {house.context.stamp.lower()}", house.title())
    sheet.write_string(GRAIN_ROW, start, remark, house.hint())
    sheet.set_row(TOTAL_ROW, 18)
    sheet.set_row(HEADER_ROW, 32)
    height = int(sums[ROWS])
    last = max(FIRST_ROW, FIRST_ROW + height - 1) + 1
    for place, column in enumerate(spec.columns):
        letters = xl_col_to_name(place)
        block = f"{letters}{FIRST_ROW + 1}:{letters}{last}"
        sheet.set_column(place, place, column.width)
        sheet.write_string(HEADER_ROW, place, column.label, house.header())
        if place == 0:
            sheet.write_string(TOTAL_ROW, 0, TOTAL_LABEL, house.total())
        elif place == 1:
            rows = f"=SUBTOTAL(103,A{FIRST_ROW + 1}:A{last})"
            sheet.write_formula(TOTAL_ROW, 1, rows, house.total(num_format=LINES, align="left"), height)
        elif column.kind == "euros":
            total = house.total(num_format=EUROS, align="right")
            sheet.write_formula(TOTAL_ROW, place, f"=SUBTOTAL(109,{block})", total, float(sums[column.label]))
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


def _write_texts(
    house: House, sheet: BulkSheet, spec: TableSheet, column: Col, look: Look, raw: Texts, frame: pl.DataFrame, told: _Told
) -> None:
    """A column of texts; `told` learns what could not be written as it is."""
    texts, changed = printable(raw, spec.table)
    told.changed += changed
    if column.link:
        _write_linked(house, sheet, look, texts, column.link(frame), told)
        return
    style = house.cell(**look)
    fills = {word: house.cell(**look, bg_color=colour) for word, colour in column.fills.items()}
    sheet.add_texts(texts, styles_by_word(frame[column.name], style, fills))


def _day_numbers(days: pl.Series) -> pl.Series:
    return (days.cast(pl.Date) - _EPOCH).dt.total_days()


def _write_linked(house: House, sheet: BulkSheet, look: Look, texts: Texts, links: pl.DataFrame, told: _Told) -> None:
    """A column of texts, each linked to its source as long as Excel admits more links."""
    wanted = links.with_columns(texts.ranks.alias("texte"), pl.int_range(pl.len()).alias("rang")).filter(
        pl.col("texte").is_not_null(), pl.col("cible").is_not_null()
    )
    kept = wanted.head(MAX_LINKS - told.linked)
    told.linked, told.beyond = told.linked + kept.height, told.beyond + wanted.height - kept.height
    linked = pl.zeros(links.height, pl.Boolean, eager=True).scatter(kept["rang"], True)
    looks = linked.replace_strict({True: "lien", False: ""}, return_dtype=pl.String)
    sheet.add_texts(texts, styles_by_word(looks, house.cell(**look), {"lien": house.cell(**look, font_color=LINK, underline=1)}))
    sheet.add_links(kept["rang"], kept.select("cible", "place"))
