"""One cell to one value, or to a finding. Strict: what can be read with certainty is read, and noted where it was repaired;
what cannot is an error; nothing is guessed (contract §1, programme.md's last section).

Every function takes a cell that is not blank and returns a `Parsed`.
"""

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from schemas.accounts import account_of
from schemas.financers import TYPES, type_of
from schemas.hints import nearest_accounts, nearest_choices
from schemas.pays import all_pays, find_pays, nearest_pays, pays_of_pole
from schemas.siret import key_holds
from schemas.spec import Column
from schemas.text import french_date, listing, nearest, normalise, suggestions
from workbooks.cells import Cell, CellError, Unvalued, shown
from workbooks.numbers import PLAIN, Parsed, Setting, amount, bad, integer, plain_number, repaired, year
from workbooks.questions import question
from workbooks.words import one_line, plain_line

_MONTHS = {
    "janvier": 1, "fevrier": 2, "mars": 3, "avril": 4, "mai": 5, "juin": 6,
    "juillet": 7, "aout": 8, "septembre": 9, "octobre": 10, "novembre": 11, "decembre": 12,
    "janv": 1, "jan": 1, "fevr": 2, "fev": 2, "avr": 4, "juil": 7, "sept": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_DATE_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})"), "dmy"),
    (re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00)?)?"), "ymd"),
    # A single separator is left out, where nothing else can be meant: `01/012014`, `0101/2014`.
    (re.compile(r"([0-9]{2})[/.-]([0-9]{2})([0-9]{4})"), "dmy"),
    (re.compile(r"([0-9]{2})([0-9]{2})[/.-]([0-9]{4})"), "dmy"),
)
_WORDED_DATE = re.compile(r"(?:le )?(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) )?(\d{1,2})(?:er)? ([a-z]+) (\d{4})")
_EPOCH = date(1899, 12, 30)
_DAYS_TO_1904 = 1462
_LEAST, _MOST = 20_000, 60_000
"""Serial numbers of 1954 and 2064: one outside is some other figure, such as a year in a cell that shows dates."""


def day(cell: Cell, setting: Setting = PLAIN) -> Parsed:
    """A date. A serial number or a full date written as text is read and noted; a two-digit year is not guessed."""
    if isinstance(cell, date):
        found = cell.date() if isinstance(cell, datetime) else cell
        return Parsed(found) if _LEAST <= (found - _EPOCH).days <= _MOST else bad("CEL103", cell, **question("date", cell))
    written = None
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        serial = cell + _DAYS_TO_1904 if setting.from_1904 else cell
        written = _EPOCH + timedelta(days=int(serial)) if _LEAST <= serial <= _MOST and serial == int(serial) else None
    elif isinstance(cell, str):
        written = _written_day(one_line(cell))
    return repaired(written, cell, french_date(written)) if written else bad("CEL103", cell, **question("date", cell))


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


_SIRET_WORDS = re.compile(r"(?:n(?:°|o)? ?)?(?:siret|siren)? ?(?:n(?:°|o)? ?)?[: ]*")


def siret(cell: Cell, _: Setting = PLAIN) -> Parsed:
    """A SIRET (14 digits), or a SIREN alone (9): kept as digits. A wrong one is a warning, never a refusal."""
    bare = ""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        digits = str(int(cell)) if math.isfinite(cell) and cell == int(cell) and cell > 0 else ""
    else:
        written = plain_line(cell) if isinstance(cell, str) else ""
        bare = _SIRET_WORDS.sub("", written, count=1).removesuffix(".0")
        digits = re.sub(r"[\s.\-]", "", bare)
    changed = not isinstance(cell, str) or len(digits) in (8, 13) or len(bare) != len(one_line(cell))
    if len(digits) in (8, 13):
        digits = "0" + digits
    if not digits.isdecimal() or not digits.isascii() or len(digits) not in (9, 14):
        return Parsed(shown(cell), (("CEL108", {"valeur": shown(cell), "detail": "il en faut 14 chiffres"}),))
    if not key_holds(digits):
        return Parsed(digits, (("CEL108", {"valeur": shown(cell), "detail": "sa clé de contrôle est fausse"}),))
    return repaired(digits, cell, digits) if changed else Parsed(digits)


def text(cell: Cell, _: Setting = PLAIN) -> Parsed:
    """Any text, on one line, its accents as one sign each; a number is kept as it would be written."""
    return Parsed(one_line(cell) if isinstance(cell, str) else shown(cell))


def choice(cell: Cell, column: Column) -> Parsed:
    """One of the column's allowed values, compared without case or accents."""
    written = shown(cell) if not isinstance(cell, str) else cell
    found = next((c for c in column.choices if normalise(c) == normalise(written)), None)
    if found is None and column.choices == TYPES:
        found = type_of(written)
    if found:
        return Parsed(found)
    return bad("CEL104", cell, attendus=listing(column.choices), **suggestions(nearest_choices(written, column.choices)))


def pays(cell: Cell, _: Setting = PLAIN) -> Parsed:
    """The code of the Pays that the cell names."""
    written = shown(cell)
    found = find_pays(written)
    return Parsed(found) if found else bad("IDE201", cell, **suggestions(nearest_pays(written)))


def pays_by_pole(cell: Cell) -> Parsed:
    """The code of the only Pays whose pôle bears that name."""
    codes = pays_of_pole(shown(cell))
    if len(codes) == 1:
        return Parsed(codes[0])
    if codes:
        return bad("IDE202", cell, proches=listing((all_pays()[c].name for c in codes), "et"))
    poles = dict.fromkeys(p.pole for p in all_pays().values() if p.pole)
    return bad("IDE201", cell, **{**suggestions(nearest(shown(cell), poles)), "cas": "pole"})


_ACCOUNT = re.compile(r"(?:(?:compte|cpte|n°) ?)?([0-9]{2,8}|CI ?[0-9]?|RP)(?:[ .:/()–—-]+([^\W\d_].*?))?[ .:]*", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:à|a|au|et|ou)\s*[0-9]{2}", re.IGNORECASE)


@lru_cache(maxsize=4096)
def account_and_words(cell: Cell) -> tuple[str, str]:
    """The listed or longer account that a cell names, and the words after it: `60 – Achats` → 60, Achats. Nothing where it names none."""
    if isinstance(cell, date | time | timedelta):
        return "", ""
    written = one_line(cell) if isinstance(cell, str) else shown(cell)
    found = _ACCOUNT.fullmatch(written) if not _SEVERAL.search(written) else None
    code = found.group(1).replace(" ", "").upper() if found else ""
    return (code, found.group(2) or "") if found and account_of(code) else ("", "")


def account_code(cell: Cell) -> str:
    """The listed or longer account that a cell names, or nothing."""
    return account_and_words(cell)[0]


def account(cell: Cell, _: Setting = PLAIN) -> Parsed:
    """The account as written, without its wording: `641`, `6411`, `60 Achats` → 60, `CI 1` → CI1; never the first of several."""
    if code := account_code(cell):
        return Parsed(code)
    written = one_line(cell) if isinstance(cell, str) else shown(cell)
    return bad("CEL112", cell, **suggestions(nearest_accounts(written)))


_BY_KIND: dict[str, Callable[[Cell, Setting], Parsed]] = {
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


def parse(cell: Cell, column: Column, setting: Setting = PLAIN) -> Parsed:
    """Read a cell as its column wants it."""
    if isinstance(cell, CellError):
        return bad("CEL105", cell)
    if isinstance(cell, Unvalued):
        return Parsed(None, (("CEL106", {}),))
    return choice(cell, column) if column.kind == "choix" else _BY_KIND[column.kind](cell, setting)
