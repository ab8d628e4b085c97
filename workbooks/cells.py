"""What a cell may hold once read, and how its address and value are written."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell that shows an error (`#REF!`…)."""

    text: str


@dataclass(frozen=True, slots=True)
class Misread(CellError):
    """A cell whose stored value is not what the cell says it is: a number that is none, a date beyond the calendar."""


@dataclass(frozen=True, slots=True)
class Unvalued:
    """A formula whose result is not stored in the file."""


Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta | CellError | Unvalued
"""A blank cell is the empty string."""
Grid: TypeAlias = list[list[Cell]]
"""Rows from row 1, columns from column A: the position in the grid is the address."""

ROWS, COLUMNS = 1_048_576, 16_384
"""A worksheet's last row and column (XFD1048576)."""
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")
_SHOWN = 80


@lru_cache(maxsize=16_384)
def letters(column: int) -> str:
    """Column letters of a zero-based index: 0 → A, 26 → AA."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def address(row: int, column: int) -> str:
    """A1-style address of zero-based indices."""
    return f"{letters(column)}{row + 1}"


def indices(reference: str) -> tuple[int, int]:
    """Zero-based (row, column) of an A1-style reference; raises ValueError where it is not one of a worksheet."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise ValueError(reference)
    row, column = int(found.group(2)), _column(found.group(1))
    if row > ROWS or column > COLUMNS:
        raise ValueError(reference)
    return row - 1, column - 1


@lru_cache(maxsize=20_000)
def _column(written: str) -> int:
    """One-based number of a column's letters: A → 1, AA → 27."""
    number = 0
    for sign in written.upper():
        number = number * 26 + ord(sign) - 64
    return number


def is_blank(cell: Cell) -> bool:
    """Nothing there, or only spaces."""
    return cell == "" or (isinstance(cell, str) and not cell.strip())


def shown(cell: Cell) -> str:
    """The value as its sender would recognise it, on one line, at most 80 signs."""
    if isinstance(cell, CellError):
        return cell.text
    if isinstance(cell, bool):
        return "VRAI" if cell else "FAUX"
    if isinstance(cell, datetime):
        return cell.strftime("%d/%m/%Y %H:%M") if cell.time() != time() else cell.strftime("%d/%m/%Y")
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y")
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell).replace(".", ",")
    if isinstance(cell, Unvalued):
        return ""
    text = " ".join(str(cell).split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
