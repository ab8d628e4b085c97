"""The sheet Graphiques: what one looks at rather than reads, each chart beside its figures, on one page."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from workbooks.sheet import ROWS
from workbooks.style import EUROS, FONT, NAVY, YEAR, House
from workbooks.synthese import TOTAL

NAME = "Graphiques"
_BLUE, _LIGHT, _AMBER = "#5B7DB1", "#C3CFE2", "#D9A441"
_PLACES = 22
"""Rows that a chart takes at least."""


@dataclass(frozen=True)
class Chart:
    """A chart: its frame, its first column, then a series per column; `kind` is XlsxWriter's."""

    title: str
    view: str
    first: tuple[str, str]
    series: tuple[tuple[str, str, str], ...]
    kind: str = "column"
    stacked: bool = True


CHARTS = (
    Chart(
        "Ce que la Région paie ou paiera, par exercice", "par_exercice", ("exercice", "Exercice"),
        (("ferme_eur", "Ferme (voté)", NAVY), ("demande_eur", "Demandé", _BLUE), ("prevision_eur", "Prévision", _AMBER)),
    ),
    Chart(
        "Prévu et mandaté, par exercice", "par_exercice", ("exercice", "Exercice"),
        (("ferme_eur", "Ferme (voté)", NAVY), ("mandate_eur", "Mandaté", _AMBER)), stacked=False,
    ),
    Chart(
        "Financements par type de financeur", "par_type", ("type_financeur", "Type de financeur"),
        (("confirme_eur", "Confirmé", NAVY), ("declare_eur", "Déclaré", _BLUE), ("espere_eur", "Espéré", _LIGHT)), "bar",
    ),
)  # fmt: skip


def places(frames: Mapping[str, pl.DataFrame]) -> list[tuple[int, Chart]]:
    """The charts with the row of their title: the header stands below it, then a row per row of the frame, then the total."""
    found, row = [], 2
    for chart in CHARTS:
        found.append((row, chart))
        row += max(frames[chart.view].height + 5, _PLACES)
    return found


def write_charts(house: House, frames: Mapping[str, pl.DataFrame]) -> None:
    """Write the sheet."""
    sheet = house.sheet(NAME)
    sheet.set_portrait()
    sheet.fit_to_pages(1, 1)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 3, 17)
    sheet.set_column(4, 4, 3)
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, f"{NAME} — {house.context.stamp.lower()}, toutes campagnes", house.title())
    for row, chart in places(frames):
        _write_chart(house, sheet, row, chart, frames[chart.view])


def _write_chart(house: House, sheet: Any, row: int, chart: Chart, frame: pl.DataFrame) -> None:
    """The figures with their total, the chart on their right."""
    first, last = row + 2, row + 1 + frame.height
    sheet.write_string(row, 0, chart.title, house.section())
    for place, (name, label) in enumerate((chart.first, *((n, text) for n, text, _ in chart.series))):
        sheet.write_string(row + 1, place, label, house.header())
        for line, value in enumerate(frame[name].to_list(), first):
            if place:
                sheet.write_number(line, place, float(value), house.cell(num_format=EUROS, align="right"))
            elif isinstance(value, int):
                sheet.write_number(line, 0, value, house.cell(num_format=YEAR, align="left"))
            else:
                sheet.write_string(line, 0, value, house.cell())
        if place:
            letters = xl_col_to_name(place)
            look = house.total(num_format=EUROS, align="right")
            if frame.height:
                whole = float(Decimal(frame[name].sum() or 0))
                sheet.write_formula(last + 1, place, f"=SUM({letters}{first + 1}:{letters}{last + 1})", look, whole)
            else:
                sheet.write_number(last + 1, place, 0, look)
        else:
            sheet.write_string(last + 1, 0, TOTAL, house.total())
    # A chart stands even where there is nothing yet: the workbook has the same parts whatever was received.
    sheet.insert_chart(row, 5, _chart(house, chart, first, max(first, last)), {"object_position": 2})


def _chart(house: House, chart: Chart, first: int, last: int) -> Any:
    made = house.book.add_chart({"type": chart.kind, **({"subtype": "stacked"} if chart.stacked else {})})
    font = {"name": FONT, "size": 9}
    for place, (_, label, colour) in enumerate(chart.series, 1):
        made.add_series({
            "name": label, "categories": [NAME, first, 0, last, 0], "values": [NAME, first, place, last, place],
            "fill": {"color": colour}, "border": {"color": "#FFFFFF"}, "gap": 60,
        })  # fmt: skip
    made.set_title({"name": chart.title, "name_font": {"name": FONT, "size": 11, "color": NAVY}, "overlay": False})
    made.set_legend({"position": "bottom", "font": font})
    words: dict[str, Any] = {"num_font": font, "num_format": "0"}
    amounts: dict[str, Any] = {
        "num_font": font,
        "num_format": '#,##0 "€"',
        "major_gridlines": {"visible": True, "line": {"color": "#D0D0D0"}},
    }
    if chart.kind == "bar":
        # Bars lie down: the words stand on the y axis, the first on top, and the amounts below.
        made.set_y_axis({**words, "reverse": True})
        made.set_x_axis({**amounts, "label_position": "high"})
    else:
        made.set_x_axis(words)
        made.set_y_axis(amounts)
    made.set_size({"width": 620, "height": 400})
    return made


def chart_sums(frames: Mapping[str, pl.DataFrame]) -> dict[str, dict[str, Decimal]]:
    """What reading the sheet back must find, chart by chart."""
    found = {}
    for chart in CHARTS:
        frame = frames[chart.view]
        sums = {label: Decimal(frame[name].sum() or 0) for name, label, _ in chart.series}
        found[f"{NAME} · {chart.title}"] = {ROWS: Decimal(frame.height)} | sums
    return found
