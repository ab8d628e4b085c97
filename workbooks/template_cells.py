"""What the cells of a template hold, as the formulas of its other sheets name them."""

from functools import reduce
from operator import add

from schemas.accounts import IN_KIND, SUBSIDIES
from schemas.budget import CHARGES_TOTAL, PRODUITS_TOTAL
from schemas.plan import SECURED
from schemas.spec import Column
from workbooks.cells import letters
from workbooks.template_amounts import BudgetCells, plan_formula
from workbooks.template_layout import BALANCE, CAPACITY, FIRST, Layout
from workbooks.template_lists import SECURED_NAME, YEARS_NAME
from workbooks.template_live import ERROR, Live, Scalar, live, total
from workbooks.template_values import Formula, Value, plan_total


def scalar(value: Value) -> Scalar:
    """A cell's value as a formula finds it."""
    if isinstance(value, Formula):
        return ERROR if isinstance(value.value, str) and value.value.startswith("#") else value.value
    return value


class Cells:
    """The cells of one document, sheet by sheet, with their values."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.budget = BudgetCells(layout)

    def _at(self, kind: str, place: str) -> str:
        return f"'{self.layout.title(kind)}'!{place}"

    def field(self, name: str) -> Live:
        """A value of the Identification."""
        return Live(self._at("identification", self.layout.field(name)), scalar(self.layout.values.identification.get(name)))

    def fields(self) -> list[Column]:
        """The labels of the Identification."""
        return self.layout.fields()

    def tables(self) -> list[str]:
        """The kinds of sheets that are plain tables."""
        return [kind for kind in self.layout.sheets() if kind not in ("identification", "budget")]

    def has(self, kind: str, *names: str) -> bool:
        """Whether a sheet is there, with these columns."""
        return kind in self.layout.sheets() and set(names) <= {c.name for c in self.layout.columns(kind)}

    def column(self, kind: str, name: str) -> Live:
        """The rows of a column, down to the last one that the formulas look at."""
        place = letters([c.name for c in self.layout.columns(kind)].index(name))
        rows = self.layout.values.tables.get(kind, ())
        values = tuple(scalar(rows[i].get(name)) if i < len(rows) else None for i in range(CAPACITY))
        return Live(self._at(kind, f"${place}${FIRST + 1}:${place}${FIRST + CAPACITY}"), values)

    def started(self, kind: str) -> Live:
        """Whether each row of a table holds something."""
        return reduce(add, (self.column(kind, c.name).is_not("") for c in self.layout.columns(kind))) > 0

    def exercices(self) -> Live:
        """The years of the Budget."""
        return Live(YEARS_NAME, self.layout.values.exercices)

    def secured(self) -> Live:
        """The statuses of what is granted."""
        return Live(SECURED_NAME, SECURED)

    def year(self, exercice: int) -> Live:
        """The header of an exercice in the Budget."""
        return Live(self._at("budget", self.layout.year(exercice)), exercice)

    def row(self, compte: str, libelle: str = "") -> int:
        """The rank of a row of the Budget."""
        return next(i for i, r in enumerate(self.layout.budget) if r.compte == compte and (not libelle or r.libelle == libelle))

    def amount(self, index: int, exercice: int) -> Live:
        """An amount of the Budget, by the rank of its row."""
        place = f"{self._letters(exercice)}{FIRST + index + 1}"
        return Live(self._at("budget", place), scalar(self.budget.at(index, exercice)))

    def amounts(self, first: int, last: int, exercice: int) -> Live:
        """Amounts of the Budget that follow each other."""
        column = self._letters(exercice)
        place = f"{column}{FIRST + first + 1}:{column}{FIRST + last + 1}"
        return Live(self._at("budget", place), tuple(scalar(self.budget.at(i, exercice)) for i in range(first, last + 1)))

    def summed(self, index: int, exercice: int) -> Live:
        """What a total of the Budget should be: the sum of its lines."""
        parts = [self.amount(i, exercice) for i in self.budget.parts(index)]
        return total(Live(",".join(p.text for p in parts), tuple(p.one for p in parts)))

    def balanced(self, row: str) -> tuple[str, str]:
        """The two rows of the Budget that a balance compares."""
        return (CHARGES_TOTAL, PRODUITS_TOTAL) if row == BALANCE else IN_KIND

    def _letters(self, exercice: int) -> str:
        return letters(2 + self.layout.values.exercices.index(exercice))

    def planned(self, kind: str, year: Live) -> Live:
        """What the plan gives for one type of financer and the year that a cell of the asking sheet holds."""
        found = plan_total(self.layout.values.tables.get("plan", ()), kind, int(str(year.value)))
        return Live(plan_formula(live(kind).text, year.text), found)

    def subsidy(self, kind: str, exercice: int) -> Live:
        """The line of account 74 for one type of financer."""
        return self.amount(self.row(SUBSIDIES, kind), exercice)
