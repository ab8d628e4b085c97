"""One cell to one value, or to a finding. Strict: what can be read with certainty is read, and noted where it was repaired;
what cannot is an error; nothing is guessed (contract §1, programme.md's last section).

Every function takes a cell that is not blank and returns a `Parsed`.
"""

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from schemas.accounts import account_of
from schemas.financers import TYPES, type_of
from schemas.hints import nearest_accounts, nearest_choices
from schemas.pays import all_pays, find_pays, nearest_pays, pays_of_pole
from schemas.siret import key_holds
from schemas.spec import Column
from schemas.text import french_date, listing, nearest, normalise, suggestions
from workbooks.cells import Cell, CellError, Unvalued, shown
from workbooks.numbers import Parsed, amount, bad, integer, one_line, plain_number, repaired, year

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
        found = _written_day(one_line(cell))
    return repaired(found, cell, french_date(found)) if found else bad("CEL103", cell)


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


def siret(cell: Cell) -> Parsed:
    """A SIRET (14 digits), or a SIREN alone (9): kept as digits. A wrong one is a warning, never a refusal."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        digits = str(int(cell)) if math.isfinite(cell) and cell == int(cell) and cell > 0 else ""
    else:
        digits = re.sub(r"[\s\u00a0\u202f.\-]", "", str(cell)) if isinstance(cell, str) else ""
    changed = not isinstance(cell, str) or len(digits) in (8, 13)
    if len(digits) in (8, 13):
        digits = "0" + digits
    if not digits.isdecimal() or not digits.isascii() or len(digits) not in (9, 14):
        return Parsed(shown(cell), (("CEL108", {"valeur": shown(cell), "detail": "il en faut 14 chiffres"}),))
    if not key_holds(digits):
        return Parsed(digits, (("CEL108", {"valeur": shown(cell), "detail": "sa clé de contrôle est fausse"}),))
    return repaired(digits, cell, digits) if changed else Parsed(digits)


def text(cell: Cell) -> Parsed:
    """Any text, on one line; a number is kept as it would be written."""
    return Parsed(" ".join(cell.split()) if isinstance(cell, str) else shown(cell))


def choice(cell: Cell, column: Column) -> Parsed:
    """One of the column's allowed values, compared without case or accents."""
    written = shown(cell) if not isinstance(cell, str) else cell
    found = next((c for c in column.choices if normalise(c) == normalise(written)), None)
    if found is None and column.choices == TYPES:
        found = type_of(written)
    if found:
        return Parsed(found)
    return bad("CEL104", cell, attendus=listing(column.choices), **suggestions(nearest_choices(written, column.choices)))


def pays(cell: Cell) -> Parsed:
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


_ACCOUNT = re.compile(r"([0-9]{2,8}|CI ?[0-9]?|RP)(?:[ .:/()–—-]+[^\W\d_].*)?[ .:]*", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:à|a|au|et|ou)\s*[0-9]{2}", re.IGNORECASE)


def account_code(cell: Cell) -> str:
    """The listed or longer account that a cell names, or nothing."""
    if isinstance(cell, date | time | timedelta):
        return ""
    written = one_line(cell) if isinstance(cell, str) else shown(cell)
    found = _ACCOUNT.fullmatch(written) if not _SEVERAL.search(written) else None
    code = found.group(1).replace(" ", "").upper() if found else ""
    return code if account_of(code) else ""


def account(cell: Cell) -> Parsed:
    """The account as written, without its wording: `641`, `6411`, `60 Achats` → 60, `CI 1` → CI1; never the first of several."""
    if code := account_code(cell):
        return Parsed(code)
    written = one_line(cell) if isinstance(cell, str) else shown(cell)
    return bad("CEL112", cell, **suggestions(nearest_accounts(written)))


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
        return bad("CEL105", cell)
    if isinstance(cell, Unvalued):
        return Parsed(None, (("CEL106", {}),))
    return choice(cell, column) if column.kind == "choix" else _BY_KIND[column.kind](cell)
