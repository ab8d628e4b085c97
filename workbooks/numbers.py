"""One cell to a number: amounts, quantities, whole numbers and years. Strict, as `parse` says.

Every function takes a cell that is not blank and returns a `Parsed`.
"""

import math
import re
import unicodedata
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from schemas.text import euros, normalise, number
from workbooks.cells import Cell, shown

Facts = dict[str, str]


@dataclass(slots=True)
class Parsed:
    """A value (None where it could not be read) and the findings met: pairs of a rule's code and its facts.

    Amounts are whole cents. `conditional` marks an amount written « sous réserve ».
    """

    value: Any = None
    findings: tuple[tuple[str, Facts], ...] = ()
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class _Number:
    value: Decimal
    conditional: bool = field(default=False)


_SPACES = re.compile(r"[\s\u00a0\u2009\u202f\u2007]+")
_CONDITION = re.compile(r"\s*\(?\s*sous\s+r[ée]serves?\b[^()]*\)?\s*$", re.IGNORECASE)
_UNIT = re.compile(r"\s*(k\s?€|k\s?eur(?:os?)?|€|eur(?:os?)?)\s*$", re.IGNORECASE)
_ZERO_WORDS = {"-", "–", "—", "néant", "neant"}
_GROUPED = r"[1-9]\d{0,2}"
_PLAIN = rf"(?:0|[1-9]\d*|{_GROUPED}(?: \d{{3}})+)"
_NUMBER_FORMS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(rf"{_PLAIN}(?:,\d{{1,2}})?", re.ASCII), " ", ","),  # 35000  35 000,50
    (re.compile(rf"{_PLAIN}\.\d{{1,2}}", re.ASCII), " ", "."),  # 35000.50
    (re.compile(rf"{_GROUPED}(?:\.\d{{3}})+(?:,\d{{1,2}})?", re.ASCII), ".", ","),  # 35.000  1.235.000,50
    (re.compile(rf"{_GROUPED}(?:,\d{{3}})+\.\d{{1,2}}", re.ASCII), ",", "."),  # 1,235.50
)
"""(form, thousands separator, decimal sign), tried in this order. `1,234` alone fits none: it could be 1 234 or 1.234."""
_LARGEST = Decimal(10) ** 13


def one_line(text: str) -> str:
    """Single plain spaces, and accents as one sign."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def _is_zero_word(cell: Cell) -> bool:
    return isinstance(cell, str) and one_line(cell).lower() in _ZERO_WORDS


def bad(code: str, cell: Cell, **facts: str) -> Parsed:
    """Nothing was read, and why."""
    return Parsed(None, ((code, {"valeur": shown(cell), **facts}),))


def _bad_number(cell: Cell, expected: str, example: str) -> Parsed:
    return bad("CEL102", cell, attendu=expected, exemple=example)


def repaired(value: Any, cell: Cell, read_as: str) -> Parsed:
    """A value read with certainty from another form, which is noted."""
    return Parsed(value, (("CEL109", {"valeur": shown(cell), "lu": read_as}),))


def _written_number(text: str) -> _Number | None:
    """Read an amount or number written as text, exactly, or None."""
    body = one_line(text)
    bare = _CONDITION.sub("", body)
    conditional = bare != body
    thousand = False
    if unit := _UNIT.search(bare):
        thousand = unit.group(1).lower().startswith("k")
        bare = bare[: unit.start()]
    bare = bare.removeprefix("€").strip()
    if bare.lower() in _ZERO_WORDS:
        return _Number(Decimal(0), conditional)
    negative = False
    if bare.startswith("(") and bare.endswith(")"):
        negative, bare = True, bare[1:-1].strip()
    elif bare[:1] in "-−+" and bare:
        negative, bare = bare[0] != "+", bare[1:].strip()
    for form, group, point in _NUMBER_FORMS:
        # « 1.235 k€ »: 1 235 000 € or 1 235 €, nobody can tell.
        if form.fullmatch(bare) and not (thousand and group == "."):
            value = Decimal(bare.replace(group, "").replace(point, "."))
            value = value * 1000 if thousand else value
            return _Number(-value if negative else value, conditional)
    return None


def amount(cell: Cell) -> Parsed:
    """Euros, as whole cents. A number with more than two decimals is rounded to the cent, half up, and noted."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        if isinstance(cell, int) or cell.is_integer():
            return Parsed(int(cell) * 100) if abs(cell) < _LARGEST else _bad_number(cell, "un montant", "un montant comme 35000")
        if not math.isfinite(cell) or abs(cell) >= _LARGEST:
            return _bad_number(cell, "un montant", "un montant comme 35000")
        exact = Decimal(str(cell))
        cents = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
        if abs(exact - cents) < Decimal("0.000001"):
            return Parsed(int(cents * 100))
        return repaired(int(cents * 100), cell, euros(cents))
    read = _written_number(cell) if isinstance(cell, str) else None
    if read is None or abs(read.value) >= _LARGEST:
        return _bad_number(cell, "un montant", "un montant comme 35000")
    cents_value = int(read.value * 100)
    if read.conditional:
        return Parsed(cents_value, (("CEL110", {"valeur": shown(cell)}),), conditional=True)
    if _is_zero_word(cell):
        return Parsed(0)
    return repaired(cents_value, cell, euros(read.value))


_QUANTITY = re.compile(r"([0-9]{1,6}(?:[.,][0-9]{1,4})?)( ?%)?")


def plain_number(cell: Cell) -> Parsed:
    """A number that is not money (ETP), as an exact Decimal with at most four decimals; `80 %` is 0,8."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        if not math.isfinite(cell) or abs(cell) >= 10**6:
            return _bad_number(cell, "un nombre", "un nombre comme 0,5")
        return Parsed(Decimal(str(cell)).quantize(Decimal("0.0001"), ROUND_HALF_UP))
    if _is_zero_word(cell):
        return Parsed(Decimal(0))
    if isinstance(cell, str) and (written := _QUANTITY.fullmatch(one_line(cell))):
        value = Decimal(written.group(1).replace(",", "."))
        value = (value / 100 if written.group(2) else value).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        return repaired(value, cell, number(value))
    return _bad_number(cell, "un nombre", "un nombre comme 0,5")


def integer(cell: Cell) -> Parsed:
    """A whole number."""
    if _is_zero_word(cell):
        return Parsed(0)
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        if math.isfinite(cell) and cell == int(cell) and abs(cell) < 10**9:
            return Parsed(int(cell))
    elif isinstance(cell, str) and re.fullmatch(r"[0-9]{1,9}", cell.strip()):
        return repaired(int(cell), cell, cell.strip())
    return _bad_number(cell, "un nombre entier", "un nombre entier comme 1")


_YEAR_TEXT = re.compile(r"(?:(?:annee|exercice|an|budget|previsionnel|campagne) )*(\d{4})(?: (?:eur|euros?|en euros?))?")


def year_in(cell: Cell) -> int | None:
    """The year that a cell says: 2011, `2011`, `Année 2011`, `Exercice 2011`; else None."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, float | int):
        return int(cell) if math.isfinite(cell) and cell == int(cell) and 1990 <= cell <= 2100 else None
    if isinstance(cell, str):
        found = _YEAR_TEXT.fullmatch(normalise(cell))
        return int(found.group(1)) if found and 1990 <= int(found.group(1)) <= 2100 else None
    return None


def year(cell: Cell) -> Parsed:
    """A four-digit year, from 1990 to 2100; one written as text is usual and not noted."""
    found = year_in(cell)
    return Parsed(found) if found else _bad_number(cell, "une année", "une année comme 2010")
