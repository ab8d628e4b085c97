"""One cell to one value, or to a finding. Strict: what can be read with certainty is read, and noted where it was repaired;
what cannot is an error; nothing is guessed (contract §1, programme.md's last section).

Every function takes a cell that is not blank and returns a `Parsed`.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from schemas.accounts import account_of, accounts
from schemas.financers import TYPES, type_of
from schemas.pays import all_pays, find_pays, nearest_pays, pays_of_pole
from schemas.spec import Column
from schemas.text import euros, french_date, listing, nearest, normalise, number
from workbooks.cells import Cell, CellError, Unvalued, shown

Facts = dict[str, str]


@dataclass(frozen=True, slots=True)
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


def _one_line(text: str) -> str:
    """Single plain spaces, and accents as one sign."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def _is_zero_word(cell: Cell) -> bool:
    return isinstance(cell, str) and _one_line(cell).lower() in _ZERO_WORDS


def _bad(code: str, cell: Cell, **facts: str) -> Parsed:
    return Parsed(None, ((code, {"valeur": shown(cell), **facts}),))


def _bad_number(cell: Cell, expected: str, example: str) -> Parsed:
    return _bad("CEL102", cell, attendu=expected, exemple=example)


def _repaired(value: Any, cell: Cell, read_as: str) -> Parsed:
    return Parsed(value, (("CEL109", {"valeur": shown(cell), "lu": read_as}),))


def _written_number(text: str) -> _Number | None:
    """Read an amount or number written as text, exactly, or None."""
    body = _one_line(text)
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
        return _repaired(int(cents * 100), cell, euros(cents))
    read = _written_number(cell) if isinstance(cell, str) else None
    if read is None or abs(read.value) >= _LARGEST:
        return _bad_number(cell, "un montant", "un montant comme 35000")
    cents_value = int(read.value * 100)
    if read.conditional:
        return Parsed(cents_value, (("CEL110", {"valeur": shown(cell)}),), conditional=True)
    if _is_zero_word(cell):
        return Parsed(0)
    return _repaired(cents_value, cell, euros(read.value))


_QUANTITY = re.compile(r"([0-9]{1,6}(?:[.,][0-9]{1,4})?)( ?%)?")


def plain_number(cell: Cell) -> Parsed:
    """A number that is not money (ETP), as an exact Decimal with at most four decimals; `80 %` is 0,8."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        if not math.isfinite(cell) or abs(cell) >= 10**6:
            return _bad_number(cell, "un nombre", "un nombre comme 0,5")
        return Parsed(Decimal(str(cell)).quantize(Decimal("0.0001"), ROUND_HALF_UP))
    if _is_zero_word(cell):
        return Parsed(Decimal(0))
    if isinstance(cell, str) and (written := _QUANTITY.fullmatch(_one_line(cell))):
        value = Decimal(written.group(1).replace(",", "."))
        value = (value / 100 if written.group(2) else value).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        return _repaired(value, cell, number(value))
    return _bad_number(cell, "un nombre", "un nombre comme 0,5")


def integer(cell: Cell) -> Parsed:
    """A whole number."""
    if _is_zero_word(cell):
        return Parsed(0)
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        if math.isfinite(cell) and cell == int(cell) and abs(cell) < 10**9:
            return Parsed(int(cell))
    elif isinstance(cell, str) and re.fullmatch(r"[0-9]{1,9}", cell.strip()):
        return _repaired(int(cell), cell, cell.strip())
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


_MONTHS = {
    "janvier": 1, "fevrier": 2, "mars": 3, "avril": 4, "mai": 5, "juin": 6,
    "juillet": 7, "aout": 8, "septembre": 9, "octobre": 10, "novembre": 11, "decembre": 12,
}  # fmt: skip
_DATE_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})"), "dmy"),
    (re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00)?)?"), "ymd"),
)
_WORDED_DATE = re.compile(r"(?:le )?(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) )?(\d{1,2})(?:er)? ([a-z]+) (\d{4})")
_EPOCH = date(1899, 12, 30)


def day(cell: Cell) -> Parsed:
    """A date. A serial number or a full date written as text is read and noted; a two-digit year is not guessed."""
    if isinstance(cell, datetime):
        return Parsed(cell.date())
    if isinstance(cell, date):
        return Parsed(cell)
    found = None
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        # 1954 to 2064: a serial number outside is some other figure.
        found = _EPOCH + timedelta(days=int(cell)) if 20_000 <= cell <= 60_000 and cell == int(cell) else None
    elif isinstance(cell, str):
        found = _written_day(_one_line(cell))
    return _repaired(found, cell, french_date(found)) if found else _bad("CEL103", cell)


def _written_day(text: str) -> date | None:
    try:
        for form, order in _DATE_FORMS:
            if found := form.fullmatch(text):
                a, b, c = (int(g) for g in found.groups())
                return date(c, b, a) if order == "dmy" else date(a, b, c)
        if worded := _WORDED_DATE.fullmatch(normalise(text)):
            return date(int(worded.group(3)), _MONTHS[worded.group(2)], int(worded.group(1)))
    except (ValueError, KeyError):
        return None
    return None


_LA_POSTE = "356000000"


def siret(cell: Cell) -> Parsed:
    """A SIRET (14 digits), or a SIREN alone (9): kept as digits. A wrong one is a warning, never a refusal."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        digits = str(int(cell)) if math.isfinite(cell) and cell == int(cell) and cell > 0 else ""
    else:
        digits = re.sub(r"[\s\u00a0\u202f.\-]", "", str(cell)) if isinstance(cell, str) else ""
    repaired = not isinstance(cell, str) or len(digits) in (8, 13)
    if len(digits) in (8, 13):
        digits = "0" + digits
    if not digits.isdecimal() or not digits.isascii() or len(digits) not in (9, 14):
        return Parsed(shown(cell), (("CEL108", {"valeur": shown(cell), "detail": "il en faut 14 chiffres"}),))
    if not _key_holds(digits):
        return Parsed(digits, (("CEL108", {"valeur": shown(cell), "detail": "sa clé de contrôle est fausse"}),))
    return _repaired(digits, cell, digits) if repaired else Parsed(digits)


def _key_holds(digits: str) -> bool:
    """Luhn's key; La Poste's establishments follow a rule of their own (sum of digits, multiple of 5)."""
    if digits.startswith(_LA_POSTE) and len(digits) == 14 and sum(map(int, digits)) % 5 == 0:
        return True
    total = 0
    for position, sign in enumerate(reversed(digits)):
        double = int(sign) * (1 + position % 2)
        total += double - 9 if double > 9 else double
    return total % 10 == 0


def siret_is_valid(digits: str | None) -> bool:
    """Whether a kept SIRET or SIREN may serve as a key."""
    return bool(digits) and digits is not None and digits.isdecimal() and len(digits) in (9, 14) and _key_holds(digits)


def text(cell: Cell) -> Parsed:
    """Any text, on one line; a number is kept as it would be written."""
    return Parsed(" ".join(cell.split()) if isinstance(cell, str) else shown(cell))


def _proches(words: list[str]) -> str:
    return f" Voulez-vous dire « {listing(words, '» ou «').replace(', ', ' », « ')} » ?" if words else ""


def choice(cell: Cell, column: Column) -> Parsed:
    """One of the column's allowed values, compared without case or accents."""
    written = shown(cell) if not isinstance(cell, str) else cell
    found = next((c for c in column.choices if normalise(c) == normalise(written)), None)
    if found is None and column.choices == TYPES:
        found = type_of(written)
    if found:
        return Parsed(found)
    near = nearest(written, column.choices)
    return _bad("CEL104", cell, proches=_proches(near), attendus=listing(column.choices))


def pays(cell: Cell) -> Parsed:
    """The code of the Pays that the cell names."""
    written = shown(cell)
    found = find_pays(written)
    return Parsed(found) if found else _bad("IDE201", cell, proches=_proches(nearest_pays(written)))


def pays_by_pole(cell: Cell) -> Parsed:
    """The code of the only Pays whose pôle bears that name."""
    codes = pays_of_pole(shown(cell))
    if len(codes) == 1:
        return Parsed(codes[0])
    if codes:
        return _bad("IDE202", cell, proches=listing((all_pays()[c].name for c in codes), "et"))
    return _bad("IDE201", cell, proches=_proches(nearest(shown(cell), [p.pole for p in all_pays().values() if p.pole])))


_ACCOUNT = re.compile(r"([0-9]{2,8}|CI ?[0-9]?|RP)(?:[ .:/()–—-]+[^\W\d_].*)?[ .:]*", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:à|a|au|et|ou)\s*[0-9]{2}", re.IGNORECASE)


def account(cell: Cell) -> Parsed:
    """The account as written, without its wording: `641`, `6411`, `60 Achats` → 60, `CI 1` → CI1; never the first of several."""
    written = _one_line(cell) if isinstance(cell, str) else shown(cell)
    found = _ACCOUNT.fullmatch(written) if not _SEVERAL.search(written) and not isinstance(cell, date | time | timedelta) else None
    code = found.group(1).replace(" ", "").upper() if found else ""
    if account_of(code):
        return Parsed(code)
    labels = [f"{a.code} {a.label}" for a in accounts().values()]
    return _bad("CEL112", cell, proches=_proches(nearest(written, labels)))


_BY_KIND: dict[str, Callable[[Cell], Parsed]] = {
    "texte": text,
    "montant": amount,
    "nombre": plain_number,
    "entier": integer,
    "annee": year,
    "date": day,
    "siret": siret,
    "pays": pays,
    "pole": text,
    "compte": account,
}


def parse(cell: Cell, column: Column) -> Parsed:
    """Read a cell as its column wants it."""
    if isinstance(cell, CellError):
        return _bad("CEL105", cell)
    if isinstance(cell, Unvalued):
        return Parsed(None, (("CEL106", {}),))
    return choice(cell, column) if column.kind == "choix" else _BY_KIND[column.kind](cell)
