"""Texts that Excel accepts: no illegal sign, no more than 32,767 signs. What is changed is marked in the text itself."""

import re
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from schemas.text import count

MAX_TEXT = 32_767
"""UTF-16 units that a cell may hold."""
_WIDTHS = {"[ijltfI .,;:'’|!/]": -0.53, "[r()-]": -0.4, "[ckjsvxyzJ]": -0.1, "[A-HK-LN-VX-ZÀ-Ý€%]": 0.25, "[mMwW–—…]": 0.5}
"""How far letters are from a digit's width in Arial, in digits."""
_ILLEGAL = "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069\\ufffe\\uffff]"
"""Controls, changes of direction, and what XML does not admit."""
ILLEGAL_SIGN = re.compile(_ILLEGAL)


def height_for(lines: int) -> float:
    """Height in points of a row of so many lines; Excel goes no further than 409."""
    return min(409.0, 12.75 * lines + 2.25)


def lines_of(texts: pl.Series, widths: pl.Series | float) -> pl.Series:
    """Lines that each text takes in a wrapped column of its width, in the house font; a little too many rather than too few."""
    text, width = pl.col("texte").str, pl.lit(widths)
    taken = text.len_chars().cast(pl.Float64)
    for signs, more in _WIDTHS.items():
        taken = taken + text.count_matches(signs).cast(pl.Float64) * more
    breaks = text.count_matches("\n", literal=True).cast(pl.Int64)
    # Words are not cut: each line but the last loses half a word.
    wrapped = (taken / pl.max_horizontal(width - 3, width * 0.7)).ceil().cast(pl.Int64)
    lines = pl.when(taken <= width - 0.3).then(1).otherwise(wrapped) + breaks
    return texts.rename("texte").to_frame().select(lines.fill_null(1)).to_series()


@dataclass(frozen=True)
class Texts:
    """A column of texts: the distinct ones in order of appearance, and for each row the rank of its own, null where there is none."""

    known: pl.Series
    ranks: pl.Series

    @classmethod
    def of(cls, column: pl.Series) -> "Texts":
        """An empty text is none."""
        known = column.filter(column != "").unique(maintain_order=True)
        return cls(known, column.cast(pl.Enum(known), strict=False).to_physical())

    def spread(self, said: pl.Series) -> pl.Series:
        """What is said of each distinct text, row by row."""
        return said.gather(self.ranks)


@dataclass(frozen=True)
class Changed:
    """How many cells do not hold their text as it is: illegal signs are named in some, others are cut."""

    named: int = 0
    cut: int = 0

    def __add__(self, other: "Changed") -> "Changed":
        """Those of both."""
        return Changed(self.named + other.named, self.cut + other.cut)

    def __str__(self) -> str:
        """In words; empty if nothing was changed."""
        parts = []
        if self.named:
            parts.append(f"{count(self.named, 'texte')} avec des signes invisibles ou refusés par Excel, remplacés par leur code")
        if self.cut:
            parts.append(f"{count(self.cut, 'texte')} de plus de {MAX_TEXT} signes, {'coupé' if self.cut == 1 else 'coupés'}")
        return " ; ".join(parts)


def printable(texts: Texts, table: str) -> tuple[Texts, Changed]:
    """The texts as Excel can hold them, and what was changed.

    `table` names the file of `donnees/` in which the whole text stands.
    """
    suspect = texts.known.str.contains(_ILLEGAL) | (texts.known.str.len_bytes() > MAX_TEXT // 2)
    if not suspect.any():
        return texts, Changed()
    values: list[str] = texts.known.to_list()
    rows = texts.ranks.drop_nulls().sort().rle().struct.field("len").to_list()
    named = cut = 0
    for place in suspect.arg_true():
        clean = ILLEGAL_SIGN.sub(_name_sign, values[place].replace("\r\n", "\n"))
        short = _shorten(clean, table)
        named += rows[place] * (clean != values[place])
        cut += rows[place] * (short != clean)
        values[place] = short
    return Texts(pl.Series(values, dtype=pl.String), texts.ranks), Changed(named, cut)


@lru_cache(maxsize=64)
def _code(sign: str) -> str:
    return f"[U+{ord(sign):04X}]"


def _name_sign(match: re.Match[str]) -> str:
    return _code(match.group())


def _shorten(text: str, table: str) -> str:
    units = text.encode("utf-16-le")
    if len(units) // 2 <= MAX_TEXT:
        return text
    note = f" […] (texte coupé : {len(text)} signes ; le tout est dans donnees/{table}.parquet)"
    return units[: 2 * (MAX_TEXT - len(note))].decode("utf-16-le", "ignore") + note
