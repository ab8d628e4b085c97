"""The Budget sheet of a template: the cerfa's accounts, headings and totals as live formulas, account 74 drawn from the plan.

Above each exercice stands what is missing for its balance; beside the table, what was retained before, for the eye alone.
"""

from typing import Any

from workbooks.cells import letters
from workbooks.template_amounts import PLAN_NAMES, BudgetCells, retained
from workbooks.template_board import Board
from workbooks.template_checks_budget import balance_in_words
from workbooks.template_hints import write_hint
from workbooks.template_layout import CAPACITY, FIRST, HEADER, BudgetRow, Layout
from workbooks.template_lists import YEARS_NAME
from workbooks.template_style import COMPUTED, EUROS, EUROS_OR_DASH, INPUT, TOTAL, Styles, write_value
from workbooks.template_values import Value

_TITLE = "Budget, en euros"
_HINT = "Remplissez les lignes jaunes. Les lignes grises se calculent ; celles du compte 74 viennent du plan de financement."
_YEAR_NOTE = "Exercice (année civile). Écrivez une autre année si votre budget porte sur d'autres exercices."
_YEAR_CHECK = {
    "validate": "integer", "criteria": "between", "minimum": 1990, "maximum": 2100, "error_title": "Année attendue",
    "error_message": "Écrivez une année sur quatre chiffres, par exemple 2010.", "input_title": "Exercice", "input_message": _YEAR_NOTE,
}  # fmt: skip
_AMOUNT_CHECK = {
    "validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100_000_000, "ignore_blank": True,
    "error_title": "Montant attendu", "error_message": "Écrivez un montant en euros, positif ou nul, sans texte.",
}  # fmt: skip
_MESSAGES = {
    "leaf": ("Montant", "Montant de l'année en euros, sans texte : 35000 ou 35000,50. Laissez vide s'il n'y en a pas."),
    "heading": ("Rubrique", "Se calcule à partir des lignes du dessous. Écrivez un montant ici seulement si vous n'avez pas leur détail."),
    "subsidy": ("Compte 74", "Se calcule à partir de la feuille Plan de financement : c'est là que ce montant s'écrit."),
}
_COMPTE_WIDTH, _LABEL_WIDTH, _YEAR_WIDTH, _GAP, _MEMO_WIDTH = 9, 46, 16, 1.5, 14
_PAGE = 106
"""Characters that the width of a page takes at full scale."""


def write_budget(book: Any, sheet: Any, layout: Layout, board: Board, styles: Styles) -> None:
    """Fill the Budget sheet, and name the ranges that its formulas and drop-downs use."""
    years = layout.values.exercices
    cells = BudgetCells(layout)
    _write_head(sheet, layout, board, styles)
    for index, row in enumerate(layout.budget):
        _write_labels(sheet, FIRST + index, row, styles)
        for column, exercice in enumerate(years, start=2):
            _write_amount(sheet, FIRST + index, column, row, cells.at(index, exercice), styles)
    last = FIRST + len(layout.budget) - 1
    _add_checks(sheet, layout, board, styles)
    _write_memos(sheet, layout, cells, styles)
    _print_on_two_pages(sheet, layout, last)
    span = f"${letters(2)}${HEADER + 1}:${letters(1 + len(years))}${HEADER + 1}"
    book.define_name(YEARS_NAME, f"={layout.title('budget')}!{span}")
    if "plan" in layout.sheets():
        names = {c.name: letters(i) for i, c in enumerate(layout.columns("plan"))}
        for name, defined in PLAN_NAMES.items():
            if name in names:
                book.define_name(defined, f"='{layout.title('plan')}'!${names[name]}${FIRST + 1}:${names[name]}${FIRST + CAPACITY}")


def _write_head(sheet: Any, layout: Layout, board: Board, styles: Styles) -> None:
    years = layout.values.exercices
    sheet.set_column(0, 0, _COMPTE_WIDTH)
    sheet.set_column(1, 1, _LABEL_WIDTH)
    sheet.set_column(2, 1 + len(years), _YEAR_WIDTH)
    write_hint(sheet, board, "budget", _TITLE, _HINT, styles)
    sheet.set_row(HEADER - 1, 30)
    sheet.write_string(HEADER - 1, 1, "Équilibre de l'année :", styles.get(bold=True, align="right", valign="vcenter"))
    live = styles.get(bold=True, align="center", valign="vcenter", text_wrap=True, font_size=9)
    for rank, told in enumerate(balance_in_words(board)):
        sheet.write_formula(HEADER - 1, 2 + rank, f"={told.text}", live, told.value)
    lacking = {"type": "text", "criteria": "begins with", "value": "Il manque", "format": styles.wrong()}
    sheet.conditional_format(HEADER - 1, 2, HEADER - 1, 1 + len(years), lacking)
    sheet.set_row(HEADER, 46 if layout.values.memos else 22)
    sheet.write_string(HEADER, 0, "Compte", styles.header(True))
    sheet.write_string(HEADER, 1, "Libellé", styles.header(False))
    sheet.write_comment(HEADER, 0, "Numéro de compte du cerfa 12156 ; ne le changez pas.", {"x_scale": 1.6})
    sheet.write_comment(HEADER, 1, "Intitulé du compte ; au compte 74, le type de financeur.", {"x_scale": 1.6})
    for column, exercice in enumerate(years, start=2):
        sheet.write_number(HEADER, column, exercice, styles.header(True, num_format="0", align="center", locked=False))
        sheet.write_comment(HEADER, column, _YEAR_NOTE, {"x_scale": 1.6})
    sheet.freeze_panes(FIRST, 2)


def _is_strong(row: BudgetRow) -> bool:
    return row.level in ("heading", "total", "check") or (row.level == "leaf" and len(row.compte) == 2)


def _write_labels(sheet: Any, index: int, row: BudgetRow, styles: Styles) -> None:
    strong = _is_strong(row)
    fill = TOTAL if row.level in ("total", "check") else COMPUTED if row.level == "heading" else "#FFFFFF"
    if row.level in ("total", "check"):
        # The text runs over the next cell, which stays empty.
        sheet.write_string(index, 0, row.compte, styles.get(bg_color=fill, bold=True, top=1, bottom=1, left=1, align="left"))
        sheet.write_blank(index, 1, None, styles.get(bg_color=fill, top=1, bottom=1, right=1))
        return
    compte = styles.boxed(fill, bold=strong, align="left", num_format="0")
    if row.compte.isdigit():
        sheet.write_number(index, 0, int(row.compte), compte)
    else:
        sheet.write_string(index, 0, row.compte, compte)
    sheet.write_string(index, 1, row.libelle, styles.boxed(fill, bold=strong, indent=0 if strong else 1))


def _write_amount(sheet: Any, index: int, column: int, row: BudgetRow, value: Value, styles: Styles) -> None:
    strong = _is_strong(row)
    fill = TOTAL if row.level in ("total", "check") else INPUT if row.level == "leaf" else COMPUTED
    shape = EUROS_OR_DASH if row.level in ("heading", "subsidy") else EUROS
    style = styles.boxed(fill, num_format=shape, align="right", bold=strong, locked=not _is_open(row))
    write_value(sheet, index, column, value, style)


def _is_open(row: BudgetRow) -> bool:
    """What a sender may write in: a line, and a heading whose detail is not known."""
    return row.level == "leaf" or (row.level == "heading" and bool(row.children))


def _add_checks(sheet: Any, layout: Layout, board: Board, styles: Styles) -> None:
    right = 1 + len(layout.values.exercices)
    sheet.data_validation(HEADER, 2, HEADER, right, _YEAR_CHECK)
    for level, (title, message) in _MESSAGES.items():
        rows = [i for i, r in enumerate(layout.budget, start=FIRST) if r.level == level and (level == "subsidy" or _is_open(r))]
        check = {"validate": "any"} if level == "subsidy" else _AMOUNT_CHECK
        others = [[row, 2, row, right] for row in rows[1:]]
        options = {**check, "input_title": title, "input_message": message, "other_cells": others}
        sheet.data_validation(rows[0], 2, rows[0], right, options)
    last = FIRST + len(layout.budget) - 1
    # Open cells with a formula, and sums that leave neighbours out, are meant: Excel need not point at them.
    body = f"C{FIRST + 1}:{letters(right)}{last + 1}"
    sheet.ignore_errors({"formula_unlocked": body, "formula_range": body, "formula_differs": body})
    typed = {"type": "formula", "criteria": f"=ISTEXT(C{FIRST + 1})", "format": styles.wrong()}
    sheet.conditional_format(FIRST, 2, last, right, typed)
    limits = {"minimum": -board.tolerance, "maximum": board.tolerance}
    sheet.conditional_format(last - 1, 2, last, right, {"type": "cell", "criteria": "not between", **limits, "format": styles.wrong()})
    for index, row in enumerate(layout.budget):
        if not row.children:
            continue
        # A heading typed by hand that is not the sum of its sub-lines shows at once (BUD304).
        top, parts = FIRST + index + 1, f"C{FIRST + index + 2}:C{FIRST + index + 1 + len(row.children)}"
        rule = f"=AND(COUNT({parts})>0,ABS(C{top}-SUM({parts}))>{board.tolerance})"
        sheet.conditional_format(top - 1, 2, top - 1, right, {"type": "formula", "criteria": rule, "format": styles.wrong()})


def _write_memos(sheet: Any, layout: Layout, cells: BudgetCells, styles: Styles) -> None:
    """What was retained before, in grey, under headers that the reader leaves alone."""
    first = _first_memo(layout)
    for column, memo in enumerate(layout.values.memos, start=first):
        sheet.set_column(column - 1 if column == first else column, column - 1 if column == first else column, _GAP)
        sheet.set_column(column, column, _MEMO_WIDTH)
        shape = {"bold": True, "italic": True, "text_wrap": True, "align": "center", "valign": "vcenter", "font_color": "#404040"}
        sheet.write_string(HEADER, column, memo.header, styles.boxed(COMPUTED, **shape))
        sheet.write_comment(HEADER, column, "Rappel de ce qui a été retenu. Cette colonne n'est jamais lue ni comptée.", {"x_scale": 1.6})
        for index, value in enumerate(retained(layout, cells, memo)):
            if value is not None:
                sheet.write_number(FIRST + index, column, value, styles.memo(bold=_is_strong(layout.budget[index])))


def _first_memo(layout: Layout) -> int:
    """The first column of the memos, after an empty one."""
    return 2 + len(layout.values.exercices) + 1


def _print_on_two_pages(sheet: Any, layout: Layout, last: int) -> None:
    """Charges on a page, produits on the next. Excel ignores page breaks once « fit to page » is on: the scale is set instead."""
    years, memos = len(layout.values.exercices), len(layout.values.memos)
    width = _COMPTE_WIDTH + _LABEL_WIDTH + _YEAR_WIDTH * years + (_GAP + _MEMO_WIDTH * memos if memos else 0)
    sheet.set_print_scale(max(40, min(72, int(100 * _PAGE / width))))
    first_produit = next(i for i, r in enumerate(layout.budget) if r.side == "produit")
    sheet.set_h_pagebreaks([FIRST + first_produit])
    sheet.print_area(0, 0, last, 1 + years + (1 + memos if memos else 0))
