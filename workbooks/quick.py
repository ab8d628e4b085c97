"""The usual cells, read at once: each reader gives a value that needs no remark, or None where `parse` must look closer."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from schemas.pays import find_pays
from schemas.spec import Column
from workbooks.numbers import ZERO_WORDS
from workbooks.parse import account_code
from workbooks.words import one_line

Reader = Callable[[Any], Any]
_LARGEST = 1e13


def cents(cell: float) -> int | None:
    """Whole euros stored as a number."""
    return int(cell) * 100 if -_LARGEST < cell < _LARGEST and cell == int(cell) else None


def _whole(cell: float) -> int | None:
    return int(cell) if -1e9 < cell < 1e9 and cell == int(cell) else None


def _year(cell: float) -> int | None:
    return int(cell) if 1990 <= cell <= 2100 and cell == int(cell) else None


def _day(cell: datetime) -> date | None:
    return cell.date() if 1955 <= cell.year <= 2063 else None


def _text(cell: str) -> str | None:
    line = one_line(cell)
    return line if line and (len(line) > 6 or line.lower() not in ZERO_WORDS) else None


def _pays(cell: str) -> str | None:
    return find_pays(cell)


def _account(cell: str | float) -> str | None:
    return account_code(cell) or None


_BY_KIND: dict[str, dict[type, Reader]] = {
    "montant": {float: cents, int: cents},
    "annee": {float: _year, int: _year},
    "entier": {float: _whole, int: _whole},
    "date": {datetime: _day},
    "texte": {str: _text},
    "pole": {str: _text},
    "pays": {str: _pays},
    "compte": {str: _account, float: _account, int: _account},
}


@lru_cache(maxsize=512)
def _choices(choices: tuple[str, ...]) -> dict[type, Reader]:
    return {str: {choice: choice for choice in choices}.get}


def readers(column: Column) -> Mapping[type, Reader]:
    """The readers of a column, by the type of the cell."""
    return _choices(column.choices) if column.kind == "choix" else _BY_KIND.get(column.kind, {})
