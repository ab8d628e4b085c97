"""The house style of the reports: one palette that stays readable in grey, formats made once, print set-up of every sheet."""

from io import BytesIO
from pathlib import Path
from typing import Any

from schemas.accounts_rendered import INCOMPLETE, PAYABLE, SETTLED
from schemas.accounts_rendered import TO_COME as TO_COME_YEAR
from schemas.programme import ASKED, FIRM, FORECAST
from schemas.region_tables import APPLIED, LAPSED, TO_COME, VOID
from schemas.tables import ACCEPTED, ACCEPTED_WITH_RESERVES, IGNORED, KEPT, REJECTED, REPLACED, UPDATED
from workbooks.bulk import BulkBook, PlainSheet
from workbooks.report_context import ReportContext

FONT, SIZE = "Arial", 10
NAVY, PALE, TOTAL_FILL, LINE, MUTED, LINK = "#1F3864", "#D6DCE5", "#E7E6E6", "#D0D0D0", "#404040", "#0B3D91"
RED, YELLOW, GREEN, BLUE, GREY, WHITE = "#F4B6A6", "#FFF2CC", "#DDEFD3", "#DDEBF7", "#EDEDED", "#FFFFFF"

EUROS = '#,##0.00 "€"'
NUMBER = "#,##0"
YEAR = "0"
DAY = "dd/mm/yyyy"
RATE = "0.0 %"
LINES = '[<2]0" ligne";#,##0" lignes"'

DECISION_FILLS = {REJECTED: RED, ACCEPTED_WITH_RESERVES: YELLOW, ACCEPTED: GREEN, REPLACED: GREY, IGNORED: GREY}
GRAVITY_FILLS = {"erreur": RED, "avertissement": YELLOW, "information": BLUE}
STATE_FILLS = {"ouvert": WHITE, "levé": GREEN, "corrigé": GREEN, "exclu": GREY}
LINE_FILLS = {KEPT: WHITE, UPDATED: GREY}
DUE_FILLS = {FIRM: GREEN, ASKED: YELLOW, FORECAST: BLUE}
RULING_FILLS = {APPLIED: GREEN, TO_COME: BLUE, LAPSED: GREY, VOID: YELLOW}
SETTLED_FILLS = {SETTLED: GREEN, PAYABLE: BLUE, INCOMPLETE: YELLOW, TO_COME_YEAR: GREY}
CONTROL_FILLS = {"à zéro": GREEN, "écart": RED}
MATCH_FILLS = {"concordant": GREEN, "écart": RED, "dossier seul": RED, "financeur seul": BLUE, "sans réponse": YELLOW}
EVOLUTION_FILLS = {"reste": YELLOW, "nouveau": RED, "non vérifié": BLUE, "réglé": GREEN, "montant": WHITE, "sans changement": GREY}
STAGE_FILLS = {
    "sans démarche": GREY, "préfiguration déposée": YELLOW, "étude en cours": YELLOW, "étude rendue": YELLOW, "projet validé": BLUE,
    "pôle déposé": BLUE, "pôle en fonctionnement": GREEN, "aide échue": RED, "abandonné": GREY,
}  # fmt: skip


class House:
    """A workbook's formats, each made once, and the set-up that all its sheets share."""

    def __init__(self, book: Any, context: ReportContext) -> None:
        self.book = book
        self.context = context
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def get(self, **properties: Any) -> Any:
        """The format with these XlsxWriter properties, in the house font."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self.book.add_format({"font_name": FONT, "font_size": SIZE, "valign": "top", **properties})
        return self._made[key]

    def cell(self, **properties: Any) -> Any:
        """A cell of a table, in light lines."""
        return self.get(border=1, border_color=LINE, **properties)

    def title(self) -> Any:
        """The first line of a sheet."""
        return self.get(bold=True, font_size=14, font_color=NAVY, valign="vcenter")

    def section(self) -> Any:
        """The title of a block."""
        return self.get(bold=True, font_size=11, font_color=NAVY, valign="bottom")

    def hint(self, **properties: Any) -> Any:
        """A remark below a title."""
        return self.get(italic=True, font_color=MUTED, **properties)

    def header(self, **properties: Any) -> Any:
        """A column's header."""
        base = {"bold": True, "bg_color": NAVY, "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter", "align": "center"}
        return self.get(border=1, border_color=LINE, **{**base, **properties})

    def total(self, **properties: Any) -> Any:
        """A total, which must not be taken for a row of data."""
        return self.get(bold=True, bg_color=TOTAL_FILL, top=1, bottom=1, valign="vcenter", **properties)

    def sheet(self, name: str, repeat: int | None = None, kind: type[PlainSheet] = PlainSheet) -> Any:
        """A new sheet, set up for A4 landscape, one page wide; `repeat` is the zero-based row printed on each page."""
        sheet = self.book.add_worksheet(name, kind)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        programme = self.context.config.campagne.nom.replace("&", "&&")[:120]
        sheet.set_header(f"&L&8{_apart(programme)}&R&8Région Bretagne")
        sheet.set_footer(f"&L&8&F — &A&C&8{self.context.stamp}&R&8Page &P/&N")
        if repeat is not None:
            sheet.repeat_rows(repeat)
        return sheet


def _apart(text: str) -> str:
    """A header's text that starts with a digit would be read as part of the font's size."""
    return f" {text}" if text[:1].isdigit() else text


def new_book(target: Path | BytesIO, context: ReportContext, title: str) -> Any:
    """A workbook in which text is never read as a formula or a link, and whose bytes depend on its content alone.

    It uses no temporary file: a full disk is met by whoever writes the bytes, not by the writer's own files.
    """
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": {"font_name": FONT, "font_size": SIZE},
    }
    book = BulkBook(target, options)
    book.set_properties({"title": title, "subject": context.stamp, "created": context.created})
    return book
