"""The amounts of a template's Budget: what was given, else the formulas of headings, totals and account 74, each with its result."""

from collections.abc import Sequence
from decimal import Decimal

from schemas.accounts import IN_KIND, SUBSIDIES
from schemas.budget import CHARGES_TOTAL, PRODUITS_TOTAL
from workbooks.cells import letters
from workbooks.template_layout import BALANCE, FIRST, HEADER, BudgetRow, Layout
from workbooks.template_lists import SECURED_NAME
from workbooks.template_values import Formula, Memo, Value, amount, plan_total

PLAN_NAMES = {
    "type_financeur": "Plan_type", "exercice": "Plan_exercice", "sollicite_eur": "Plan_sollicite", "acquis_eur": "Plan_acquis",
    "statut": "Plan_statut",
}  # fmt: skip
"""The plan's columns as the formulas of account 74 name them."""


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
            formula = plan_formula(f"$B{FIRST + index + 1}", f"{column}${HEADER + 1}")
            return Formula(f"={formula}", plan_total(self._plan, row.libelle, exercice))
        if row.level == "check":
            return self._balance(row, exercice, column)
        parts = self.parts(index)
        if not parts:
            return None
        total = sum((amount(self.at(i, exercice)) for i in parts), Decimal(0))
        return Formula(f"=SUM({_references(parts, column)})", total)

    def parts(self, index: int) -> list[int]:
        """The rows that a heading or a total adds up."""
        row = self._rows[index]
        rows = enumerate(self._rows)
        if row.level == "total":
            return [i for i, r in rows if r.level in ("heading", "leaf") and r.side == row.side and self._counts(r)]
        if row.level == "heading" and row.compte == SUBSIDIES:
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


def plan_formula(kind: str, year: str) -> str:
    """The plan's lines of one type and exercice, each counted by its Statut (contract §1). A text counts for nothing, as in SUM."""
    line = f"(Plan_type={kind})*(Plan_exercice={year})"
    secured = f"ISNUMBER(MATCH(Plan_statut,{SECURED_NAME},0))"
    hoped = f'ISNA(MATCH(Plan_statut,{SECURED_NAME},0))*(Plan_statut<>"refusé")'
    return (
        f"SUMPRODUCT({line}*{secured},Plan_acquis)"
        f"+SUMPRODUCT({line}*{hoped}*(Plan_sollicite>=Plan_acquis),Plan_sollicite)"
        f"+SUMPRODUCT({line}*{hoped}*(Plan_sollicite<Plan_acquis),Plan_acquis)"
    )


def retained(layout: Layout, cells: BudgetCells, memo: Memo) -> list[Decimal | None]:
    """What was retained, row by row of the Budget: headings and totals added up; None for the balances."""

    def at(index: int) -> Decimal:
        row = layout.budget[index]
        own = memo.amounts.get((row.compte, row.libelle if row.level == "subsidy" else ""), Decimal(0))
        return own + sum(map(at, cells.parts(index)), Decimal(0))

    return [None if row.level == "check" else at(index) for index, row in enumerate(layout.budget)]
