"""What a header or a title says besides a label: the unit of the amounts, whether taxes are left out, whether they are « sous réserve »."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from schemas.spec import SheetSpec
from schemas.text import bare, normalise
from workbooks.cells import Cell

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
"""Signs that take no room on a screen: soft hyphens, zero-width spaces, marks of direction and of byte order."""


def one_line(text: str) -> str:
    """Single plain spaces, accents as one sign, and nothing that cannot be seen."""
    return _short_line(text) if len(text) <= _SHORT else _line(text)


def _line(text: str) -> str:
    if not text.isascii():
        text = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
    return " ".join(text.split())


_SHORT = 100
_short_line = lru_cache(maxsize=8192)(_line)
"""Labels, types and statuses come again in every file; long texts do not."""


def plain_line(text: str) -> str:
    """One line without capitals or accents, its punctuation kept."""
    decomposed = unicodedata.normalize("NFD", one_line(text).lower())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).strip()


@dataclass(frozen=True, slots=True)
class Words:
    """A header taken apart: its normalised label, and what its other words say of the amounts below."""

    label: str
    unit: int = 0
    """1000 under « k€ » or « en milliers d'euros », a million under « M€ », 1 under « € »; 0 where none is said."""
    before_tax: bool = False
    conditional: bool = False


_K = r"k ?€|€ ?k\b|k ?eur(?:o?s?)?\b|ke\b|milliers?\b"
_M = r"m ?€|m ?eur(?:o?s?)?\b|millions?\b"
_THOUSANDS = re.compile(rf"(?<![0-9])(?<![0-9] )(?<!\w)(?:{_K})")
_MILLIONS = re.compile(rf"(?<![0-9])(?<![0-9] )(?<!\w)(?:{_M})")
_EUROS = re.compile(r"€|\beur(?:os?)?\b")
_BEFORE_TAX = re.compile(r"\bh\.? ?t\b|\bhors tax")
_CONDITIONAL = re.compile(r"\bsous r[ée]serve")
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_SAYS_LITTLE = (
    r"(?:en|de|d|k|m|ke|me|(?:k|m) ?eur|(?:k|m) ?euros?|e|eur|euros?|milliers?|millions?|ht|h t|hors taxes?|ttc|t t c"
    r"|toutes taxes comprises|sous reserve|annee civile|aaaa|jj mm aaaa|obligatoire|facultatif|si connu|14 chiffres)"
)
_TAIL = re.compile(rf"(?: {_SAYS_LITTLE})+$")
_WHOLLY = re.compile(rf"{_SAYS_LITTLE}(?: {_SAYS_LITTLE})*|[0-9]")
_RAISED = str.maketrans("", "", "¹²³⁴⁵⁶⁷⁸⁹⁰")


@lru_cache(maxsize=4096)
def words_of(text: str) -> Words:
    """Take a header apart. A note's number, in brackets or raised, is no part of its label."""
    line = one_line(text).lower().translate(_RAISED)
    unit = 1000 if _THOUSANDS.search(line) else 1_000_000 if _MILLIONS.search(line) else 1 if _EUROS.search(line) else 0
    label = normalise(_BRACKETS.sub(_without_small_talk, line))
    return Words(_TAIL.sub("", label), unit, bool(_BEFORE_TAX.search(line)), bool(_CONDITIONAL.search(line)))


def _without_small_talk(found: re.Match[str]) -> str:
    inside = normalise(found.group(1))
    return " " if not inside or _WHOLLY.fullmatch(inside) else f" {found.group(1)} "


_MAY_ANNOUNCE = re.compile(r"€|eur|illi|\bK[Ee]\b")
_ANNOUNCES = re.compile(
    r"(?:\ben |\bunit[ée]s? ?: ?|\(|^)(?:(?P<k>k ?€|k ?eur(?:o?s?)?\b|ke\b|milliers?(?: d ?.? ?(?:euros?\b|€)| ?(?=[).;,]|$)))"
    r"|(?P<m>m ?€|m ?eur(?:o?s?)?\b|millions?(?: d ?.? ?(?:euros?\b|€)| ?(?=[).;,]|$)))|€|euros?\b)"
)


def announced_units(cell: Cell) -> set[int]:
    """The units that a title announces for the amounts of its table: « en milliers d'euros », « (k€) », « en euros »; none for most."""
    if not isinstance(cell, str) or not _MAY_ANNOUNCE.search(cell):
        return set()
    return {1000 if found["k"] else 1_000_000 if found["m"] else 1 for found in _ANNOUNCES.finditer(one_line(cell).lower())}


def field_named(cell: Cell, spec: SheetSpec) -> str | None:
    """The field that a header names: by its label or another word for it, then without its unit, then without articles or plurals."""
    if not isinstance(cell, str):
        return None
    seen = spec.names_seen
    if cell in seen:
        return seen[cell]
    if len(seen) > _MOST_SEEN:
        seen.clear()
    name = seen[cell] = _field_named(cell, spec)
    return name


_MOST_SEEN = 4096


def _field_named(cell: str, spec: SheetSpec) -> str | None:
    label = normalise(cell)
    if not label or len(label) > _LONGEST:
        return None
    if name := spec.labels.get(label):
        return name
    if label.rpartition(" ")[2] in _ENDINGS or _SIGNS.search(cell):
        label = words_of(cell).label
    return spec.labels.get(label) or spec.bare_labels.get(bare(label))


_LONGEST = 80
"""A longer text is no header."""
_SIGNS = re.compile(r"[(\[€¹²³⁴-⁹]")
_ENDINGS = frozenset((
    "k", "ke", "m", "e", "eur", "keur", "meur", "euro", "euros", "keuros", "meuros", "millier", "milliers", "million", "millions", "ht",
    "t", "taxe", "taxes", "ttc", "c", "comprises", "reserve",
))  # fmt: skip
"""Last words of a header that may be no part of its label."""
