"""What a workbook is filled with: plain values by field, and the few liberties that the examples of mistakes take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from schemas.plan import REFUSED, SECURED
from schemas.spec import MEMO

ZERO = Decimal(0)


@dataclass(frozen=True)
class Formula:
    """A formula and the result stored beside it. `value` None stores none (CEL106); `#REF!` stores an error (CEL105)."""

    text: str
    value: Decimal | int | str | bool | None


Value: TypeAlias = str | int | Decimal | date | Formula | None
Row: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True)
class BudgetLine:
    """The amounts of one line of the Budget, by exercice; they replace the formula of the template where it has one.

    `libelle` is needed for the sub-lines of account 74 (a type of financer); a total's `compte` is its own text.
    An account that the template does not list gets a row of its own above the total of the charges.
    """

    compte: str
    amounts: Mapping[int, Value]
    libelle: str = ""


@dataclass(frozen=True)
class Memo:
    """What was retained for one exercice, shown beside the Budget and never read: by account, and type of financer for account 74."""

    exercice: int
    amounts: Mapping[tuple[str, str], Decimal]

    @property
    def header(self) -> str:
        """Its header, by which the reader knows that it is to be left alone."""
        return f"{MEMO} : budget {self.exercice} retenu (€)"


@dataclass(frozen=True)
class DocumentValues:
    """What one workbook says. `tables` holds rows by kind of sheet, each row by field; `notes` are printed in the Lisez-moi.

    `financers` are the names that the drop-down suggests; `memos` are shown beside the Budget, for the eye alone.
    `sheets` and `columns` (by kind: field names, or any other header) replace what the contract gives, for examples of mistakes only.
    """

    identification: Row = field(default_factory=dict)
    exercices: tuple[int, ...] = ()
    budget: tuple[BudgetLine, ...] = ()
    tables: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    financers: tuple[str, ...] = ()
    memos: tuple[Memo, ...] = ()
    sheets: tuple[str, ...] | None = None
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def amount(value: Value) -> Decimal:
    """What a spreadsheet counts for a cell: its number, nothing for a text or a blank."""
    if isinstance(value, Formula):
        return amount(value.value)
    return Decimal(value) if isinstance(value, int | Decimal) else ZERO


def line_amount(row: Row) -> Decimal:
    """A plan line's amount by its Statut (contract §1): secured, nothing after a refusal, else the greater of the two."""
    if row.get("statut") in SECURED:
        return amount(row.get("acquis_eur"))
    if row.get("statut") == REFUSED:
        return ZERO
    return max(amount(row.get("sollicite_eur")), amount(row.get("acquis_eur")))


def plan_total(rows: Sequence[Row], kind: str, exercice: int) -> Decimal:
    """What the plan gives for one type of financer and one exercice."""
    return sum((line_amount(r) for r in rows if r.get("type_financeur") == kind and r.get("exercice") == exercice), ZERO)
