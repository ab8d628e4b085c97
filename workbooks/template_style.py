"""The look of the templates: one palette that stays readable in grey, cell formats made once, widths and printing."""

from decimal import Decimal
from math import ceil
from typing import Any

from workbooks.template_values import Formula, Value

NAVY = "#1F3864"
PALE_BLUE = "#D6DCE5"
INPUT = "#FFFBE6"
COMPUTED = "#EDEDED"
TOTAL = "#D0D0D0"
ALERT = "#F4B183"
FADED = "#7F7F7F"
UNVALUED = "__sans_valeur__"
"""Stands for the result of a formula that is to have none; taken out once the workbook is written."""
_LINE = "#A6A6A6"

EUROS_OR_DASH = '#,##0.00 "€";-#,##0.00 "€";"–"'
"""For what is computed line by line: a page of zeros hides the figures."""
EUROS = '#,##0.00 "€"'
DAY = "dd/mm/yyyy"
YEAR = "0"
TEXT = "@"
NUMBER_FORMATS = {
    "montant": EUROS, "nombre": "0.00", "entier": "0", "annee": YEAR, "date": DAY, "siret": TEXT, "texte": TEXT, "pays": TEXT,
    "pole": TEXT, "choix": "General", "compte": "General",
}  # fmt: skip
_RIGHT = ("montant", "nombre")
_CENTRE = ("entier", "annee", "date")
_WIDTHS = {
    "montant": 16, "nombre": 8, "entier": 9, "annee": 10, "date": 13, "siret": 17, "choix": 17, "pays": 25, "pole": 22, "compte": 11,
}  # fmt: skip
_TEXT_WIDTHS = {
    "financeur": 32, "beneficiaire": 30, "partenaire": 46, "role": 56, "commentaire": 28, "observation": 28, "explication": 46,
    "libelle": 44, "motif": 40, "reference": 19, "intitule": 30, "poste": 12, "regle": 12, "code": 12, "cellule": 10, "empreinte": 16,
    "numero_engagement": 15, "numero_mandat": 15, "feuille_visee": 20, "valeur_retenue": 18,
}  # fmt: skip


class Styles:
    """The cell formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def get(self, **properties: Any) -> Any:
        """The format with these XlsxWriter properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"font_name": "Arial", "font_size": 10, "valign": "vcenter", **properties})
        return self._made[key]

    def boxed(self, fill: str, **properties: Any) -> Any:
        """A bordered, filled cell."""
        return self.get(bg_color=fill, border=1, border_color=_LINE, **properties)

    def entry(self, kind: str) -> Any:
        """A cell to fill, for that kind of column."""
        align = "right" if kind in _RIGHT else "center" if kind in _CENTRE else "left"
        wraps = {"text_wrap": True, "indent": 1} if align == "left" else {}
        return self.boxed(INPUT, num_format=NUMBER_FORMATS[kind], align=align, locked=False, **wraps)

    def beyond(self, kind: str) -> Any:
        """The rows below those made ready: a sender may go on."""
        return self.get(num_format=NUMBER_FORMATS[kind], locked=False)

    def header(self, required: bool, **properties: Any) -> Any:
        """A header: dark where an answer is compulsory, pale elsewhere."""
        colours = {"bg_color": NAVY, "font_color": "#FFFFFF"} if required else {"bg_color": PALE_BLUE, "font_color": "#000000"}
        base = {"bold": True, "border": 1, "border_color": _LINE, "text_wrap": True, "valign": "vcenter"}
        return self.get(**base, **colours, **properties)

    def total(self, align: str = "left") -> Any:
        """A cell of a total line."""
        return self.boxed(TOTAL, num_format=EUROS, bold=True, align=align, valign="vcenter")

    def title(self) -> Any:
        """The first line of a sheet."""
        return self.get(bold=True, font_size=14, font_color=NAVY, valign="vcenter")

    def hint(self) -> Any:
        """The line below it."""
        return self.get(italic=True, font_color="#404040", valign="vcenter")

    def wrong(self) -> Any:
        """What a conditional format adds to a cell that is to be mended."""
        return self.get(bg_color=ALERT)

    def memo(self, **properties: Any) -> Any:
        """A figure shown for the eye alone."""
        return self.boxed(COMPUTED, font_color=FADED, italic=True, num_format=EUROS_OR_DASH, align="right", **properties)


def width_of(name: str, kind: str) -> int:
    """A column's width in characters."""
    if kind == "choix" and name in ("statut", "action", "nature"):
        return 14
    return _TEXT_WIDTHS.get(name, 28) if kind == "texte" else _WIDTHS[kind]


def height_for(text: str, width: int, line: int = 14) -> int:
    """The height of a row whose wrapped text stands in a column of that width."""
    return line * max(1, sum(ceil(max(1, len(part)) / (width * 1.15)) for part in text.splitlines())) + 3


def set_up_page(sheet: Any, document: str, campaign: int, header_row: int | None = None) -> None:
    """A4 landscape, one page wide, the header row on each page, document and page number at the foot."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
    sheet.center_horizontally()
    sheet.hide_gridlines(2)
    font = '&"Arial,Regular"&8'
    sheet.set_footer(f"&L{font}{document} · campagne {campaign}&C{font}&A&R{font}Page &P / &N")
    sheet.fit_to_pages(1, 0)
    if header_row is not None:
        sheet.repeat_rows(header_row)


def write_value(sheet: Any, row: int, column: int, value: Value, style: Any) -> None:
    """Write any value as what it is; a text is never taken for a formula or a link."""
    if value is None:
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, Formula):
        sheet.write_formula(row, column, value.text, style, UNVALUED if value.value is None else value.value)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, style)
    elif isinstance(value, int | Decimal):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_datetime(row, column, value, style)
