"""The sheet `Vérification` of a template: built from the checks of its document, written as live formulas with their results."""

from typing import Any

from schemas.parameters import Config
from schemas.spec import STATEMENT
from workbooks.cells import address, letters
from workbooks.template_board import BOARD, FIGURES, LOOK, MUST, RIGHT, STATE, STATES, TODO, WHOLE, Board, Check
from workbooks.template_cells import Cells
from workbooks.template_checks import add_identification, add_rows, add_statement, add_writing
from workbooks.template_checks_budget import add_budget, add_period
from workbooks.template_checks_plan import add_plan
from workbooks.template_checks_postes import add_partners, add_posts
from workbooks.template_layout import FIRST, HEADER, Layout
from workbooks.template_live import ERROR, Live
from workbooks.template_rules import Caps
from workbooks.template_style import ALERT, EUROS_OR_DASH, NAVY, Styles
from workbooks.template_values import Formula

_LABEL_WIDTH, _STATE_WIDTH, _FIGURE_WIDTH, _TOLD_WIDTH = 36, 14, 16, 92
_FILLS = {MUST: ALERT, LOOK: "#FFF2CC", RIGHT: "#DDEFD3", TODO: "#FFFFFF"}
_LONGEST = 8000
"""Excel refuses a formula of more than 8 192 signs, and takes one cell of a range where a cell is wanted."""
_COUNTS = '0;-0;"–"'


def make_board(layout: Layout, config: Config, caps: Caps) -> Board:
    """Every check of a document, in the order of its sheets."""
    board = Board(Cells(layout), config.seuils.tolerance_eur)
    add_writing(board)
    add_identification(board)
    add_period(board)
    for kind in layout.sheets()[1:]:
        if kind == "budget":
            add_budget(board)
            continue
        board.section(kind)
        add_rows(board, kind)
        if kind == "plan" and "budget" in layout.sheets():
            add_plan(board, caps.etude)
        elif kind == "postes" and "budget" in layout.sheets():
            add_posts(board, caps)
        elif kind == "partenaires":
            add_partners(board, config.textes.partenariat)
    if layout.document == STATEMENT:
        add_statement(board)
    return board


def formula(item: Live) -> Formula:
    """A formula as a cell holds it, with its result."""
    if isinstance(item.value, tuple) or len(item.text) > _LONGEST:
        raise ValueError(item.text)
    return Formula(f"={item.text}", "#VALUE!" if item.value is ERROR else item.value)  # type: ignore[arg-type]


def write_verification(sheet: Any, board: Board, styles: Styles) -> None:
    """Title, how far the sender is, then a line per check."""
    _set_columns(sheet, board)
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, BOARD, styles.title())
    headline = board.headline()
    sheet.set_row(1, 20)
    sheet.write_formula(1, 0, f"={headline.text}", styles.get(bold=True, font_size=12, valign="vcenter"), headline.value)
    hint = "Cette feuille se calcule pendant que vous remplissez les autres : il n'y a rien à y écrire."
    sheet.write_string(2, 0, hint, styles.hint())
    _write_header(sheet, board, styles)
    for row, line in enumerate(board.lines, start=FIRST):
        if isinstance(line, Check):
            _write_check(sheet, row, line, board, styles)
        else:
            _write_section(sheet, row, line, board, styles)
    last = FIRST + len(board.lines) - 1
    _colour_states(sheet, last, styles)
    sheet.ignore_errors({"formula_differs": f"A{FIRST + 1}:{letters(board.told_at)}{last + 1}"})
    sheet.freeze_panes(FIRST, 0)
    sheet.print_area(0, 0, last, board.told_at)
    sheet.fit_to_pages(1, 1)


def _set_columns(sheet: Any, board: Board) -> None:
    sheet.set_column(0, 0, _LABEL_WIDTH)
    sheet.set_column(STATE, STATE, _STATE_WIDTH)
    if board.exercices:
        sheet.set_column(FIGURES, board.told_at - 1, _FIGURE_WIDTH)
    sheet.set_column(board.told_at, board.told_at, _TOLD_WIDTH)


def _write_header(sheet: Any, board: Board, styles: Styles) -> None:
    sheet.set_row(HEADER, 22)
    for column, text in ((0, "Ce qui est vérifié"), (STATE, "État"), (board.told_at, "Ce que cela dit")):
        sheet.write_string(
            HEADER, column, text, styles.header(True, align="center" if column == STATE else "left", indent=0 if column == STATE else 1)
        )
    for column, exercice in enumerate(board.exercices, start=FIGURES):
        year = board.cells.year(exercice)
        sheet.write_formula(HEADER, column, f"={year.text}", styles.header(True, num_format="0", align="center"), exercice)


def _write_section(sheet: Any, row: int, kind: str, board: Board, styles: Styles) -> None:
    title = "Tout le classeur" if kind == WHOLE else board.cells.layout.title(kind)
    style = styles.get(bold=True, font_color=NAVY, bottom=1, bottom_color=NAVY, valign="bottom")
    sheet.set_row(row, 20)
    sheet.write_string(row, 0, title, style)
    for column in range(1, board.told_at + 1):
        sheet.write_blank(row, column, None, style)


def _write_check(sheet: Any, row: int, check: Check, board: Board, styles: Styles) -> None:
    place = Live(address(row, STATE), check.state().value)
    state, told = formula(check.state()), formula(check.sentence(place))
    base = {"valign": "vcenter", "text_wrap": True}
    sheet.set_row(row, 30 if check.tall else 17)
    sheet.write_string(row, 0, check.label, styles.boxed("#FFFFFF", indent=1, **base))
    sheet.write_formula(row, STATE, state.text, styles.boxed("#FFFFFF", align="center", bold=True, **base), state.value)
    shape = styles.boxed("#FFFFFF", num_format=_COUNTS if check.counts else EUROS_OR_DASH, align="right", valign="vcenter")
    for rank in range(len(board.exercices)):
        if check.figures:
            figure = formula(check.figures[rank])
            sheet.write_formula(row, FIGURES + rank, figure.text, shape, figure.value)
        else:
            sheet.write_blank(row, FIGURES + rank, None, shape)
    sheet.write_formula(row, board.told_at, told.text, styles.boxed("#FFFFFF", indent=1, **base), told.value)


def _colour_states(sheet: Any, last: int, styles: Styles) -> None:
    for state in STATES:
        if fill := _FILLS.get(state):
            rule = {"type": "cell", "criteria": "==", "value": f'"{state}"', "format": styles.get(bg_color=fill)}
            sheet.conditional_format(FIRST, STATE, last, STATE, rule)
