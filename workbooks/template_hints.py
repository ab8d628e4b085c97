"""The two lines above every sheet of a template: its title, then what to do, or what is wrong on it, as it is being filled."""

from typing import Any

from workbooks.template_board import LOOK, MUST, Board
from workbooks.template_style import Styles


def write_hint(sheet: Any, board: Board, kind: str, title: str, hint: str, styles: Styles) -> None:
    """Title and hint; the hint gives way to the first thing to mend on that sheet."""
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, title, styles.title())
    sheet.set_row(1, 18)
    told = board.hint(kind, hint)
    if told is None:
        sheet.write_string(1, 0, hint, styles.hint())
        return
    sheet.write_formula(1, 0, f"={told.text}", styles.hint(), told.value)
    for state, colour in ((MUST, "#C00000"), (LOOK, "#7F6000")):
        shown = styles.get(bold=True, italic=False, font_color=colour)
        sheet.conditional_format(1, 0, 1, 0, {"type": "text", "criteria": "begins with", "value": state, "format": shown})
