"""French text: how labels are compared, which known word is nearest, and how figures are written for people."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from difflib import get_close_matches
from functools import lru_cache

NBSP = "\u00a0"
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss"})
_NOT_WORD = re.compile(r"[^a-z0-9]+")
OBEYED = "\\x00-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069\\ufffe\\uffff"
"""Signs that a terminal or a screen obeys rather than shows (controls, breaks, changes of direction), between `[` and `]` of a regex."""
_OBEYED = re.compile(f"[{OBEYED}\\ud800-\\udfff]")


@lru_cache(maxsize=65_536)
def normalise(text: str) -> str:
    """Return `text` as it is compared: no case, accents, punctuation or repeated spaces (contract §1)."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    if not decomposed.isascii():
        # Accents vanish; dashes and quotes outside ASCII separate words as their ASCII cousins do.
        spaced = (c if c.isascii() else "" if unicodedata.combining(c) else " " for c in decomposed)
        decomposed = "".join(spaced)
    return _NOT_WORD.sub(" ", decomposed.lower()).strip()


def visible(text: str) -> str:
    """The text on one line, with nothing in it that acts: such a sign is written as its code, `[U+001B]`."""
    return _OBEYED.sub(lambda sign: f"[U+{ord(sign.group()):04X}]", text)


def nearest(text: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return at most `count` known labels that look like `text`, best first. A suggestion only: never a match."""
    by_key = {normalise(label): label for label in known}
    return [by_key[key] for key in get_close_matches(normalise(text), list(by_key), n=count, cutoff=0.5)]


def euros(amount: Decimal | float | None) -> str:
    """Write an amount as French people do: `35 000 €`, `1 234,50 €` (no-break spaces; cents only where there are some)."""
    if amount is None:
        return ""
    cents = Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)
    whole = cents == cents.to_integral_value()
    body = f"{cents:,.0f}" if whole else f"{cents:,.2f}"
    return body.replace(",", NBSP).replace(".", ",") + NBSP + "€"


def number(value: Decimal | int | None) -> str:
    """Write a number with a decimal comma and no trailing zeros: `0,5`, `2`."""
    if value is None:
        return ""
    text = f"{Decimal(value):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(".", ",")


def french_date(day: date | None) -> str:
    """Write a date as dd/mm/yyyy."""
    return day.strftime("%d/%m/%Y") if day else ""


def count(n: int, singular: str, plural: str | None = None) -> str:
    """`1 erreur`, `2 erreurs`: French takes the singular for 0 and 1."""
    return f"{n} {singular if abs(n) < 2 else plural or singular + 's'}"


def listing(items: Iterable[str], last: str = "ou") -> str:
    """`a, b ou c`."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
