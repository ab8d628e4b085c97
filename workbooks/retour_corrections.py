"""The first sheet of a return: the file's decision, what to do next, then a line per finding, linked to its cell. Prints on A4 landscape.

Its texts stand in the cells themselves, so that the workbook's shared texts stay as they are; none can be a formula.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.returns import SHEET_NAME, SHEET_TITLE, FileReturn, ReturnLine, VersionChange
from schemas.text import NBSP, count, euros, french_date
from workbooks.cells import letters
from workbooks.retour_page import COLUMNS, Page, add_looks
from workbooks.retour_styles import Styles

_HEADERS = ("N°", "Gravité", "Feuille", "Cellule", "Ce qui ne va pas", "Règle", "À faire")
_SHEET, _CELL, _WHAT = 2, 3, 4
"""Zero-based columns of the list."""
_BOX = 7
"""Pixels of a digit in the usual text of a workbook, to which the columns' widths are given."""


@dataclass(frozen=True)
class Listed:
    """A line of the list: the finding, its sheet as it is shown, and its place as a link; both empty where it has none."""

    line: ReturnLine
    sheet: str = ""
    place: str = ""


@dataclass(frozen=True)
class Content:
    """All that the sheet says. `not_kept` lists what the copy does not hold of the sender's file."""

    wanted: FileReturn
    lines: Sequence[Listed]
    marked: bool = False
    not_kept: Sequence[str] = ()


def corrections_sheet(content: Content, styles: Styles, namespace: str) -> tuple[bytes, int]:
    """The worksheet part, and the number of the row that is printed on each page."""
    page = Page(add_looks(styles))
    _write_head(page, content)
    header = page.next_row
    page.add([(title, "entete") for title in _HEADERS], least=24)
    for number, listed in enumerate(content.lines, 1):
        _write_line(page, listed, str(number), listed.line.gravity)
    if content.wanted.left_out:
        page.add_whole(f"{_left_out(content.wanted.left_out)} : corrigez d'abord ce qui précède.", "fort")
    if content.wanted.change:
        _write_change(page, content.wanted.change)
    if content.not_kept:
        page.skip()
        page.add_whole("Ce que cette copie ne garde pas de votre classeur", "section", 20)
        for told in content.not_kept:
            page.add_whole(f"• {told}", "tete")
    return _part(page, content.wanted, styles, namespace, header), header


def _left_out(number: int) -> str:
    return f"{count(number, 'autre constat n’est', 'autres constats ne sont')} pas dans cette liste"


def _write_head(page: Page, content: Content) -> None:
    wanted = content.wanted
    page.add_whole(f"{SHEET_TITLE} — {wanted.path.rpartition('/')[2]}", "titre", 24)
    page.add_whole(f"Au {french_date(wanted.day)}, ce fichier est {_decision(wanted.decision)}. {wanted.reason}", "tete")
    page.add_whole(wanted.next_step, "fort")
    if content.marked:
        hint = "Dans vos feuilles, les cellules concernées ont la couleur et les hachures de la colonne « Gravité », et un commentaire."
        page.add_whole(hint, "tete")
    page.skip()


def _decision(decision: str) -> str:
    first, _, rest = decision.partition(" ")
    return f"{first.upper()} {rest}".strip()


def _write_line(page: Page, listed: Listed, mark: str, look: str, word: str = "") -> None:
    line = listed.line
    rule = f"{line.code} – {line.title}"
    if line.reference and line.reference not in line.message:
        rule += f"\n{line.reference}"
    cells = (
        (mark, "milieu"),
        (word or line.gravity, look),
        (listed.sheet, "texte"),
        (line.cell, "lien" if listed.place and line.cell else "milieu"),
        (_bound(line.message), "texte"),
        (_bound(rule), "texte"),
        (_bound(line.correction), "texte"),
    )
    page.add(cells, [(_CELL, listed.place)] if listed.place and line.cell else ())


def _write_change(page: Page, change: VersionChange) -> None:
    page.skip()
    page.add_whole(f"Ce que cette version a changé, par rapport à « {change.replaced.rpartition('/')[2]} »", "section", 20)
    kinds = (
        ("corrigé", change.mended), ("demeure", change.remaining), ("nouveau", change.new), ("à revoir", change.unverified),
    )  # fmt: skip
    told = [f"{count(len(change.mended), 'constat corrigé', 'constats corrigés')}"]
    told += [f"{len(change.remaining)} qui {'demeure' if len(change.remaining) < 2 else 'demeurent'}"]
    told += [f"{count(len(change.new), 'nouveau', 'nouveaux')}"]
    if change.unverified:
        told.append(f"{len(change.unverified)} que cette version ne permet plus de vérifier")
    page.add_whole(f"{', '.join(told)}.", "tete")
    for word, lines in kinds:
        for line in lines:
            _write_line(page, Listed(line, line.sheet), "", "texte", word)
    if change.headings:
        page.skip()
        page.add([("Montants changés", "entete"), ("Avant", "entete"), ("Après", "entete")], first=_WHAT, least=18)
    for heading in change.headings:
        after = f"{euros(heading.after)} ({_signed(heading.after - heading.before)})"
        page.add([(_bound(heading.label), "texte"), (euros(heading.before), "droite"), (after, "droite")], first=_WHAT)


def _signed(amount: Decimal) -> str:
    return f"{'+' if amount > 0 else '−' if amount < 0 else ''}{euros(abs(amount))}"


def _bound(text: str) -> str:
    """No line starts with a colon or a closing guillemet."""
    for sign in ":;?!»%€":
        text = text.replace(f" {sign}", NBSP + sign)
    return text.replace("« ", f"«{NBSP}")


def _part(page: Page, wanted: FileReturn, styles: Styles, namespace: str, header: int) -> bytes:
    # Widths are counted in digits of the workbook's usual text, which may be small or large.
    widths = [width * _BOX / styles.digit_px for width in COLUMNS]
    columns = "".join(f'<col min="{n}" max="{n}" width="{width:.2f}" customWidth="1"/>' for n, width in enumerate(widths, 1))
    merges = "".join(f'<mergeCell ref="{reference}"/>' for reference in page.merges)
    links = f"<hyperlinks>{''.join(page.links)}</hyperlinks>" if page.links else ""
    last = f"{letters(len(COLUMNS) - 1)}{page.next_row - 1}"
    whole = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{namespace}">'
        f'<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><dimension ref="A1:{last}"/>'
        f'<sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0"><pane ySplit="{header}" '
        f'topLeftCell="A{header + 1}" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft" activeCell="A{header + 1}" '
        f'sqref="A{header + 1}"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols>'
        f'<sheetData>{"".join(page.rows)}</sheetData><mergeCells count="{len(page.merges)}">{merges}</mergeCells>{links}'
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        f"<headerFooter><oddFooter>&amp;L&amp;8Pôles ESS — {SHEET_NAME}&amp;C&amp;8 {french_date(wanted.day)}&amp;R&amp;8Page &amp;P/&amp;N"
        "</oddFooter></headerFooter></worksheet>"
    )
    return whole.encode()
