"""French text: how labels are compared, which known words are nearest, and how figures are written for people."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from difflib import SequenceMatcher
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


_ARTICLES = frozenset(("le", "la", "les", "l", "un", "une", "de", "du", "des", "d", "en", "a", "au", "aux"))


@lru_cache(maxsize=4096)
def bare(normalised: str) -> str:
    """A normalised label without its articles and plurals: `montants demandes` and `montant de la demande` keep their words, not these."""
    return " ".join(word.rstrip("sx") or word for word in normalised.split() if word not in _ARTICLES)


def visible(text: str) -> str:
    """The text on one line, with nothing in it that acts: such a sign is written as its code, `[U+001B]`."""
    return _OBEYED.sub(lambda sign: f"[U+{ord(sign.group()):04X}]", text)


NEAR = 0.75
"""Share of common letters (difflib's ratio) from which a word is suggested: one slip in a word of four letters, two in one of eight."""
_NEAR_BEST = 0.1
"""What is further than this from the nearest word is left out."""
_LONGEST = 60
"""A longer text is a sentence, not a slip."""
_HOLLOW = ("pay", "et")
"""Words that many labels share, beside articles: they make no two names alike."""


def nearest(text: str, known: Iterable[str], count: int = 3) -> list[str]:
    """At most `count` known labels that look like `text`, best first: a suggestion to a person, never a match.

    A label is near where it shares at least NEAR of its letters with the text, where all words of one are among the other's
    (`Vannes (56)`, `Plan`), or where the text abbreviates it (`assoc.`); hollow words do not count. Nothing is near a sentence.
    """
    return _nearest(text, tuple(known))[:count] if len(text) <= _LONGEST else []


@lru_cache(maxsize=4096)
def _nearest(text: str, known: tuple[str, ...]) -> list[str]:
    mine = _core(text)
    words = set(mine.split())
    matcher = SequenceMatcher(None, "", mine, autojunk=False)
    scores: dict[str, float] = {}
    for label, core, theirs in _cores(known):
        matcher.set_seq1(core)
        likeness = matcher.ratio() if matcher.real_quick_ratio() >= NEAR and matcher.quick_ratio() >= NEAR else 0.0
        among = bool(words and theirs) and (words <= theirs or theirs <= words)
        abbreviated = len(mine) >= 3 and core.startswith(mine)
        scores[label] = max(likeness, NEAR if among or abbreviated else 0.0)
    least = max(NEAR, max(scores.values(), default=0.0) - _NEAR_BEST)
    return sorted((label for label in scores if scores[label] >= least), key=lambda label: -scores[label])


@lru_cache(maxsize=64)
def _cores(known: tuple[str, ...]) -> list[tuple[str, str, frozenset[str]]]:
    return [(label, _core(label), frozenset(_core(label).split())) for label in known]


def _core(text: str) -> str:
    """The words of a text that tell it from others."""
    words = bare(normalise(text)).split()
    return " ".join([w for w in words if w not in _HOLLOW] or words)


def suggestions(words: Iterable[str]) -> dict[str, str]:
    """The facts by which a rule suggests these words: its message asks, its correction « proche » writes them. None where none is near."""
    quoted = listing(f"« {word} »" for word in words)
    return {"cas": "proche", "proche": quoted, "proches": f" Voulez-vous dire {quoted} ?"} if quoted else {}


def bound(text: str) -> str:
    """The same text, none of whose lines will start with a colon or a closing guillemet."""
    for sign in ":;?!»%":
        text = text.replace(f" {sign}", NBSP + sign)
    return text.replace("« ", f"«{NBSP}")


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


def grouped(value: Decimal) -> str:
    """Write a number as French people do, thousands apart, decimals only where there are some: `1 234,5`."""
    return f"{value.normalize():,f}".replace(",", NBSP).replace(".", ",")


def whole(n: int) -> str:
    """Write a whole number as French people do: `1 048 576`."""
    return f"{n:,}".replace(",", NBSP)


def french_date(day: date | None) -> str:
    """Write a date as dd/mm/yyyy."""
    return day.strftime("%d/%m/%Y") if day else ""


def count(n: int, singular: str, plural: str | None = None) -> str:
    """`1 erreur`, `2 erreurs`: French takes the singular for 0 and 1."""
    return f"{whole(n)} {singular if abs(n) < 2 else plural or singular + 's'}"


def listing(items: Iterable[str], last: str = "ou") -> str:
    """`a, b ou c`."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
