"""The Budget sheet of a template: the cerfa's accounts, headings and totals as live formulas, account 74 drawn from the plan.

Each formula carries the result that a spreadsheet would compute, so that the file reads the same before it is ever opened.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from schemas.accounts import IN_KIND, SUBSIDIES
from schemas.budget import CHARGES_TOTAL, PRODUITS_TOTAL
from workbooks.cells import letters
from workbooks.template_layout import BALANCE, CAPACITY, FIRST, HEADER, BudgetRow, Layout
from workbooks.template_rules import SECURED_NAME, YEARS_NAME
from workbooks.template_style import ALERT, COMPUTED, EUROS, EUROS_OR_DASH, INPUT, TOTAL, Styles
from workbooks.template_values import Formula, Value, amount, plan_total

PLAN_NAMES = {
    "type_financeur": "Plan_type", "exercice": "Plan_exercice", "sollicite_eur": "Plan_sollicite", "acquis_eur": "Plan_acquis",
    "statut": "Plan_statut",
}  # fmt: skip
"""The plan's columns as the formulas of account 74 name them."""
_YEAR_NOTE = "Exercice (année civile). Écrivez une autre année si votre budget porte sur d'autres exercices."
_AMOUNT_CHECK = {
    "validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100_000_000, "ignore_blank": True,
    "error_title": "Montant attendu", "error_message": "Écrivez un montant en euros, positif ou nul, sans texte.",
}  # fmt: skip


class BudgetCells:
    """The amounts of the sheet: what was given, else the template's formula with its result, else nothing."""

    def __init__(self, layout: Layout) -> None:
        self._rows = layout.budget
        self._years = layout.values.exercices
        self._plan = layout.values.tables.get("plan", ())
        self._given = {(line.compte, line.libelle): line.amounts for line in layout.values.budget}
        self._cells: dict[tuple[int, int], Value] = {}

    def at(self, index: int, exercice: int) -> Value:
        """The cell of a row (zero-based among the Budget's rows) and exercice."""
        if (index, exercice) not in self._cells:
            row = self._rows[index]
            given = self._given.get((row.compte, row.libelle if row.level == "subsidy" else ""), {})
            self._cells[index, exercice] = given[exercice] if exercice in given else self._computed(index, exercice)
        return self._cells[index, exercice]

    def _computed(self, index: int, exercice: int) -> Value:
        row = self._rows[index]
        column = letters(2 + self._years.index(exercice))
        if row.level == "subsidy":
            return Formula(_plan_formula(index, column), plan_total(self._plan, row.libelle, exercice))
        if row.level == "check":
            return self._balance(row, exercice, column)
        parts = self._parts(row)
        if not parts:
            return None
        total = sum((amount(self.at(i, exercice)) for i in parts), Decimal(0))
        return Formula(f"=SUM({_references(parts, column)})", total)

    def _parts(self, row: BudgetRow) -> list[int]:
        """The rows that a heading or a total adds up."""
        rows = enumerate(self._rows)
        if row.level == "total":
            return [i for i, r in rows if r.level in ("heading", "leaf") and r.side == row.side and self._counts(r)]
        if row.compte == SUBSIDIES:
            return [i for i, r in rows if r.level == "subsidy"]
        return [i for i, r in rows if r.compte in row.children]

    def _counts(self, row: BudgetRow) -> bool:
        """A heading or a line that stands alone, outside the contributions in kind."""
        is_child = any(row.compte in r.children for r in self._rows)
        return not is_child and row.compte not in IN_KIND

    def _balance(self, row: BudgetRow, exercice: int, column: str) -> Formula:
        left, right = (CHARGES_TOTAL, PRODUITS_TOTAL) if row.compte == BALANCE else IN_KIND
        places = [next(i for i, r in enumerate(self._rows) if r.compte == compte) for compte in (left, right)]
        a, b = (f"{column}{FIRST + i + 1}" for i in places)
        difference = amount(self.at(places[0], exercice)) - amount(self.at(places[1], exercice))
        return Formula(f"=SUM({a})-SUM({b})", difference)


def _references(parts: Sequence[int], column: str) -> str:
    """`C5,C9` or `C6:C8` where the rows follow each other."""
    if list(parts) == list(range(parts[0], parts[-1] + 1)) and len(parts) > 1:
        return f"{column}{FIRST + parts[0] + 1}:{column}{FIRST + parts[-1] + 1}"
    return ",".join(f"{column}{FIRST + i + 1}" for i in parts)


def _plan_formula(index: int, column: str) -> str:
    """The plan's lines of one type and exercice, each counted by its Statut (contract §1). A text counts for nothing, as in SUM."""
    line = f"(Plan_type=$B{FIRST + index + 1})*(Plan_exercice={column}${HEADER + 1})"
    secured = f"ISNUMBER(MATCH(Plan_statut,{SECURED_NAME},0))"
    hoped = f'ISNA(MATCH(Plan_statut,{SECURED_NAME},0))*(Plan_statut<>"refusé")'
    return (
        f"=SUMPRODUCT({line}*{secured},Plan_acquis)"
        f"+SUMPRODUCT({line}*{hoped}*(Plan_sollicite>=Plan_acquis),Plan_sollicite)"
        f"+SUMPRODUCT({line}*{hoped}*(Plan_sollicite<Plan_acquis),Plan_acquis)"
    )


def write_budget(book: Any, sheet: Any, layout: Layout, styles: Styles) -> None:
    """Fill the Budget sheet, and name the ranges that its formulas and drop-downs use."""
    years = layout.values.exercices
    cells = BudgetCells(layout)
    _write_head(sheet, layout, styles)
    for index, row in enumerate(layout.budget):
        _write_labels(sheet, FIRST + index, row, styles)
        for column, exercice in enumerate(years, start=2):
            _write_amount(sheet, FIRST + index, column, row, cells.at(index, exercice), styles)
    last = FIRST + len(layout.budget) - 1
    _add_checks(sheet, layout, last, styles)
    _print_on_two_pages(sheet, layout, last)
    span = f"${letters(2)}${HEADER + 1}:${letters(1 + len(years))}${HEADER + 1}"
    book.define_name(YEARS_NAME, f"={layout.title('budget')}!{span}")
    if "plan" in layout.sheets():
        names = {c.name: letters(i) for i, c in enumerate(layout.columns("plan"))}
        for name, defined in PLAN_NAMES.items():
            if name in names:
                book.define_name(defined, f"='{layout.title('plan')}'!${names[name]}${FIRST + 1}:${names[name]}${FIRST + CAPACITY}")


def _write_head(sheet: Any, layout: Layout, styles: Styles) -> None:
    years = layout.values.exercices
    sheet.set_column(0, 0, 10)
    sheet.set_column(1, 1, 52)
    sheet.set_column(2, 1 + len(years), 18)
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, "Budget, en euros", styles.title())
    hint = "Remplissez les lignes jaunes. Les lignes grises se calculent ; celles du compte 74 viennent du plan de financement."
    sheet.write_string(1, 0, hint, styles.hint())
    sheet.set_row(HEADER, 22)
    sheet.write_string(HEADER, 0, "Compte", styles.header(True))
    sheet.write_string(HEADER, 1, "Libellé", styles.header(False))
    sheet.write_comment(HEADER, 0, "Numéro de compte du cerfa 12156 ; ne le changez pas.", {"x_scale": 1.6})
    sheet.write_comment(HEADER, 1, "Intitulé du compte ; au compte 74, le type de financeur.", {"x_scale": 1.6})
    for column, exercice in enumerate(years, start=2):
        sheet.write_number(HEADER, column, exercice, styles.header(True, num_format="0", align="center"))
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
    style = styles.boxed(fill, num_format=shape, align="right", bold=strong)
    write_value(sheet, index, column, value, style)


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


UNVALUED = "__sans_valeur__"
"""Stands for the result of a formula that is to have none; taken out once the workbook is written."""


def _add_checks(sheet: Any, layout: Layout, last: int, styles: Styles) -> None:
    right = 1 + len(layout.values.exercices)
    sheet.data_validation(FIRST, 2, last - 2, right, _AMOUNT_CHECK)
    sheet.data_validation(
        HEADER, 2, HEADER, right,
        {
            "validate": "integer", "criteria": "between", "minimum": 1990, "maximum": 2100, "error_title": "Année attendue",
            "error_message": "Écrivez une année sur quatre chiffres, par exemple 2010.",
        },
    )  # fmt: skip
    alert = styles.get(bg_color=ALERT, bold=True)
    unbalanced = {"type": "cell", "criteria": "not between", "minimum": -1, "maximum": 1, "format": alert}
    sheet.conditional_format(last - 1, 2, last, right, unbalanced)
    for index, row in enumerate(layout.budget):
        if not row.children:
            continue
        # A heading typed by hand that is not the sum of its sub-lines shows at once (BUD304).
        top, parts = FIRST + index + 1, f"C{FIRST + index + 2}:C{FIRST + index + 1 + len(row.children)}"
        rule = f"=AND(COUNT({parts})>0,ABS(C{top}-SUM({parts}))>1)"
        sheet.conditional_format(top - 1, 2, top - 1, right, {"type": "formula", "criteria": rule, "format": alert})


def _print_on_two_pages(sheet: Any, layout: Layout, last: int) -> None:
    """Charges on a page, produits on the next. Excel ignores page breaks once « fit to page » is on: the scale is set instead."""
    width = 62 + 18 * len(layout.values.exercices)
    sheet.set_print_scale(max(40, min(74, int(100 * 140 / width))))
    first_produit = next(i for i, r in enumerate(layout.budget) if r.side == "produit")
    sheet.set_h_pagebreaks([FIRST + first_produit])
    sheet.print_area(0, 0, last, 1 + len(layout.values.exercices))
