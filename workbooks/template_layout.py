"""Where each thing stands in a generated workbook: the writer, the examples of mistakes and the tests share these places."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from schemas.accounts import IN_KIND, SUBSIDIES, accounts
from schemas.budget import CHARGES_TOTAL, PRODUITS_TOTAL
from schemas.documents import sheet_specs
from schemas.financers import OWN_RESOURCES, TYPES
from schemas.spec import DOCUMENTS, Column
from workbooks.cells import address
from workbooks.template_values import DocumentValues

HEADER = 3
"""Zero-based row of every table's header: title, hint and live total stand above it."""
FIRST = HEADER + 1
CAPACITY = 300
"""Rows that the live totals and the formulas of the Budget look at."""
BALANCE = "Total à équilibrer : charges moins produits (doit être 0)"
IN_KIND_BALANCE = "Total à équilibrer : compte 86 moins compte 87 (doit être 0)"

Level = Literal["heading", "leaf", "subsidy", "total", "check"]


@dataclass(frozen=True)
class BudgetRow:
    """A row of the Budget. `children` are the codes of the sub-lines of a heading."""

    compte: str
    libelle: str
    level: Level
    side: str = ""
    children: tuple[str, ...] = ()


def _account_rows(side: str, in_kind: bool) -> list[BudgetRow]:
    rows: list[BudgetRow] = []
    for code, account in accounts().items():
        if account.side != side or (account.heading in IN_KIND) != in_kind:
            continue
        children = tuple(a.code for a in accounts().values() if a.heading == code and not a.is_heading)
        heading = bool(children) or code == SUBSIDIES
        rows.append(BudgetRow(code, account.label, "heading" if heading else "leaf", side, children))
        if code == SUBSIDIES:
            rows += [BudgetRow(code, kind, "subsidy", side) for kind in TYPES if kind != OWN_RESOURCES]
    return rows


def budget_rows(values: DocumentValues | None = None) -> list[BudgetRow]:
    """The rows of the Budget from its first one: charges, their total, 86; produits, their total, 87; the two balances."""
    listed = {*accounts(), CHARGES_TOTAL, PRODUITS_TOTAL}
    extra = [BudgetRow(line.compte, line.libelle, "leaf") for line in (values.budget if values else ()) if line.compte not in listed]
    return [
        *_account_rows("charge", False),
        *extra,
        BudgetRow(CHARGES_TOTAL, "", "total", "charge"),
        *_account_rows("charge", True),
        *_account_rows("produit", False),
        BudgetRow(PRODUITS_TOTAL, "", "total", "produit"),
        *_account_rows("produit", True),
        BudgetRow(BALANCE, "", "check"),
        BudgetRow(IN_KIND_BALANCE, "", "check"),
    ]


@dataclass(frozen=True)
class Layout:
    """The places of one document. Addresses are A1 style."""

    document: str
    values: DocumentValues = field(default_factory=DocumentValues)

    @cached_property
    def budget(self) -> list[BudgetRow]:
        """The rows of the Budget, the first at row FIRST."""
        return budget_rows(self.values)

    def sheets(self) -> tuple[str, ...]:
        """Kinds of sheets, in order."""
        return self.values.sheets if self.values.sheets is not None else DOCUMENTS[self.document].sheets

    def title(self, kind: str) -> str:
        """The name of a sheet."""
        return sheet_specs()[kind].title

    def fields(self) -> list[Column]:
        """The labels of the Identification, in order, the first at row HEADER."""
        return [c for c in sheet_specs()["identification"].columns if c.used_in(self.document)]

    def columns(self, kind: str) -> list[Column]:
        """The columns of a table; a header that is no field of the contract is a plain text column."""
        spec = sheet_specs()[kind]
        known = {c.name: c for c in spec.columns if c.used_in(self.document)}
        return [known.get(name) or Column(name, name, "texte", "") for name in self.values.columns.get(kind, tuple(known))]

    def field(self, name: str) -> str:
        """The value of a field of the Identification."""
        return address(HEADER + [c.name for c in self.fields()].index(name), 1)

    def header(self, kind: str, name: str, occurrence: int = 0) -> str:
        """A header of a table; `occurrence` counts columns of the same name."""
        places = [i for i, c in enumerate(self.columns(kind)) if c.name == name]
        return address(HEADER, places[occurrence])

    def cell(self, kind: str, name: str, line: int = 0) -> str:
        """A value of a table, by field and zero-based line."""
        return address(FIRST + line, [c.name for c in self.columns(kind)].index(name))

    def year(self, exercice: int) -> str:
        """The header of an exercice in the Budget."""
        return address(HEADER, 2 + self.values.exercices.index(exercice))

    def amount(self, compte: str, exercice: int, libelle: str = "") -> str:
        """An amount of the Budget; `libelle` tells the sub-lines of account 74 apart."""
        rows = self.budget
        place = next(i for i, r in enumerate(rows) if r.compte == compte and (not libelle or r.libelle == libelle))
        return address(FIRST + place, 2 + self.values.exercices.index(exercice))
