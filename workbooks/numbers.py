"""One cell to a number: amounts, quantities, whole numbers and years. Strict, as `parse` says.

Every function takes a cell that is not blank and returns a `Parsed`.
"""

import math
import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from schemas.text import euros, normalise, number
from workbooks.cells import Cell, shown
from workbooks.questions import about_unit, question
from workbooks.words import one_line, plain_line, words_of

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
class Setting:
    """What a cell's surroundings say of it.

    `campagne` is what N stands for; `from_1904` the calendar of bare serial numbers; `factor` and `conditional` come from the column's
    header: the unit of its amounts (1000 under « k€ »), and whether they are « sous réserve ».
    """

    campagne: int | None = None
    from_1904: bool = False
    factor: int = 1
    conditional: bool = False


PLAIN = Setting()


@dataclass(frozen=True, slots=True)
class _Number:
    """A written number; `unit` is the one written beside it: 1 for euros, 1000 for k€, 0 for none."""

    value: Decimal
    conditional: bool = False
    unit: int = 0


_CONDITION = re.compile(r"\s*\(?\s*sous\s+r[ée]serves?\b[^()]*\)?\s*$", re.IGNORECASE)
_UNIT = re.compile(r"\s*(k\s?€|k\s?eur(?:os?)?|€|eur(?:os?)?)(?:\s*(?:ht|h\.t\.|ttc|t\.t\.c\.))?\s*$", re.IGNORECASE)
ZERO_WORDS = {"-", "–", "—", "néant", "neant"}
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


def is_zero_word(cell: Cell) -> bool:
    """Whether the cell says « nothing »: a dash, « néant »."""
    return isinstance(cell, str) and len(cell) < 12 and one_line(cell).lower() in ZERO_WORDS


def bad(code: str, cell: Cell, **facts: str) -> Parsed:
    """Nothing was read, and why."""
    return Parsed(None, ((code, {"valeur": shown(cell), **facts}),))


_EXPECTED = {
    "montant": ("un montant", "un montant comme 35000"), "nombre": ("un nombre", "un nombre comme 0,5"),
    "entier": ("un nombre entier", "un nombre entier comme 1"), "annee": ("une année", "une année comme 2010"),
}  # fmt: skip


def _bad_number(kind: str, cell: Cell) -> Parsed:
    expected, example = _EXPECTED[kind]
    return bad("CEL102", cell, attendu=expected, exemple=example, **question(kind, cell))


def repaired(value: Any, cell: Cell, read_as: str, case: str = "") -> Parsed:
    """A value read with certainty from another form, which is noted; `case` is that of the correction."""
    return Parsed(value, (("CEL109", {"valeur": shown(cell), "lu": read_as} | ({"cas": case} if case else {})),))


def _written_number(text: str) -> _Number | None:
    """Read an amount or number written as text, exactly, or None."""
    body = one_line(text)
    bare = _CONDITION.sub("", body)
    conditional = bare != body
    unit = 0
    if found := _UNIT.search(bare):
        unit = 1000 if found.group(1).lower().startswith("k") else 1
        bare = bare[: found.start()]
    if bare.startswith("€"):
        unit, bare = unit or 1, bare[1:]
    bare = bare.strip().removeprefix("'")
    if bare.lower() in ZERO_WORDS:
        return _Number(Decimal(0), conditional, unit)
    negative = False
    if bare.startswith("(") and bare.endswith(")"):
        negative, bare = True, bare[1:-1].strip()
    elif bare[:1] in "-−+" and bare:
        negative, bare = bare[0] != "+", bare[1:].strip()
    for form, group, point in _NUMBER_FORMS:
        # « 1.235 k€ »: 1 235 000 € or 1 235 €, nobody can tell.
        if form.fullmatch(bare) and not (unit == 1000 and group == "."):
            value = Decimal(bare.replace(group, "").replace(point, "."))
            value = value * 1000 if unit == 1000 else value
            return _Number(-value if negative else value, conditional, unit)
    return None


def amount(cell: Cell, setting: Setting = PLAIN) -> Parsed:
    """Euros, as whole cents. More than two decimals are rounded to the cent, half up, and noted; so is a unit said in the header."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return _stored_amount(cell, setting)
    read = _written_number(cell) if isinstance(cell, str) else None
    if read is None:
        return _bad_number("montant", cell)
    if setting.factor > 1 and read.unit == 1 and read.value:
        return bad(
            "CEL102",
            cell,
            attendu="un montant",
            exemple="un montant dans l'unité de la colonne",
            question=f" {about_unit(cell, setting.factor)}",
        )
    value = read.value if read.unit else read.value * setting.factor
    if abs(value) >= _LARGEST:
        return _bad_number("montant", cell)
    cents = int((value * 100).quantize(Decimal(1), ROUND_HALF_UP))
    if read.conditional or (setting.conditional and cents):
        return Parsed(cents, (("CEL110", {"valeur": shown(cell)}),), conditional=True)
    if is_zero_word(cell):
        return Parsed(0)
    return repaired(cents, cell, euros(value), "" if read.unit or setting.factor == 1 else "milliers")


def _stored_amount(cell: float, setting: Setting) -> Parsed:
    """An amount stored as a number, in the unit of its column."""
    if not math.isfinite(cell) or abs(cell) * setting.factor >= _LARGEST:
        return _bad_number("montant", cell)
    exact = Decimal(str(cell)) * setting.factor
    cents = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    value = int(cents * 100)
    if setting.conditional and value:
        return Parsed(value, (("CEL110", {"valeur": shown(cell)}),), conditional=True)
    if (setting.factor == 1 or not value) and abs(exact - cents) < Decimal("0.000001"):
        return Parsed(value)
    return repaired(value, cell, euros(cents), "milliers" if setting.factor > 1 else "")


_QUANTITY = re.compile(r"([0-9]{1,6}(?:[.,][0-9]{1,4})?)( ?%)?(?: ?etp)?", re.IGNORECASE)


def plain_number(cell: Cell, _: Setting = PLAIN) -> Parsed:
    """A number that is not money (ETP), as an exact Decimal with at most four decimals; `80 %` is 0,8."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        if not math.isfinite(cell) or abs(cell) >= 10**6:
            return _bad_number("nombre", cell)
        return Parsed(Decimal(str(cell)).quantize(Decimal("0.0001"), ROUND_HALF_UP))
    if is_zero_word(cell):
        return Parsed(Decimal(0))
    if isinstance(cell, str) and (written := _QUANTITY.fullmatch(one_line(cell))):
        value = Decimal(written.group(1).replace(",", "."))
        value = (value / 100 if written.group(2) else value).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        return repaired(value, cell, number(value))
    return _bad_number("nombre", cell)


_WHOLE = re.compile(
    r"(?:(?:n°|no|numero|n|poste|annuite|annee|an|version|v|projet) ?)?([0-9]{1,9})"
    r"(?: ?(?:er|ere|re|nde?|e|eme|ieme|ans?|annees?|postes?))?"
)


def integer(cell: Cell, _: Setting = PLAIN) -> Parsed:
    """A whole number, with the words that only say what it counts: `2`, `1re`, `Annuité 2`, `3 ans`."""
    if is_zero_word(cell):
        return Parsed(0)
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        if math.isfinite(cell) and cell == int(cell) and abs(cell) < 10**9:
            return Parsed(int(cell))
    elif isinstance(cell, str) and (found := _WHOLE.fullmatch(plain_line(cell))):
        return repaired(int(found.group(1)), cell, found.group(1))
    return _bad_number("entier", cell)


_YEAR_WORDS = r"annee|exercice|an|budget|previsionnels?|previsions?|prevus?|campagne|bp|montants?"
_YEAR_TEXT = re.compile(rf"(?:(?:{_YEAR_WORDS}) )*(\d{{4}})(?: (?:{_YEAR_WORDS}))*")
_RELATIVE = re.compile(rf"(?:(?:{_YEAR_WORDS}) ?)*n ?(?:([+−–-]) ?([0-9]))?")
_BRACKETS = re.compile(r"\([^()]*\)|[€:]")
_FIRST, _LAST = 1990, 2100


def year_in(cell: Cell) -> int | None:
    """The year that a cell says: 2011, `2011`, `Année 2011`, `Exercice 2011`, `2011 (k€)`; else None."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, float | int):
        return int(cell) if _FIRST <= cell <= _LAST and cell == int(cell) else None
    if isinstance(cell, str):
        found = _YEAR_TEXT.fullmatch(normalise(cell)) or _YEAR_TEXT.fullmatch(words_of(cell).label)
        return int(found.group(1)) if found and _FIRST <= int(found.group(1)) <= _LAST else None
    return None


def read_year(cell: Cell, setting: Setting) -> tuple[int | None, str]:
    """The year that a cell means, and how it was understood where that has to be said: `N+1` by the campagne, a date on 1 January."""
    found = year_in(cell)
    if found:
        return found, ""
    if isinstance(cell, str) and setting.campagne:
        if relative := _RELATIVE.fullmatch(plain_line(_BRACKETS.sub("", cell))):
            back = relative.group(1) not in ("+", None)
            found = setting.campagne + int(relative.group(2) or 0) * (-1 if back else 1)
    elif isinstance(cell, date) and (cell.month, cell.day) == (1, 1) and _FIRST <= cell.year <= _LAST:
        found = cell.year
    return found, str(found) if found else ""


def year(cell: Cell, setting: Setting = PLAIN) -> Parsed:
    """A four-digit year, from 1990 to 2100; one written as text is usual and not noted, `N+1` is."""
    found, said = read_year(cell, setting)
    if found is None:
        return _bad_number("annee", cell)
    return repaired(found, cell, said, "exercice") if said else Parsed(found)
