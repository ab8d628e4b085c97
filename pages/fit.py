"""How many lines a text takes on a printed page: an estimate that errs on the long side, for the pages' font."""

import unicodedata
from functools import lru_cache

_LINE = 10_000
"""The width of a line as wide as the page, in hundredths of an average letter: whole numbers, so that sums are exact.

What is lost where words break is taken off already.
"""
_WIDTHS = {sign: width for signs, width in (("iljt.,;:'’!|()[] \u00a0", 65), ("mw", 170), ("MW@%œæŒÆ—…", 210)) for sign in signs}


@lru_cache(maxsize=1024)
def _width(sign: str) -> int:
    """A sign's width, in hundredths of an average lowercase letter."""
    if sign in _WIDTHS:
        return _WIDTHS[sign]
    if unicodedata.east_asian_width(sign) in "WF":
        return 220
    if sign.isascii():
        return 140 if sign.isupper() else 110
    return 140 if unicodedata.category(sign)[0] == "L" and ord(sign) < 0x250 else 220


def _room(share: float) -> int:
    """The width of a line in a column of that share of the page's width."""
    return round(_LINE * share)


def lines_of(text: str, share: float = 1.0) -> int:
    """Lines that the text takes in a column of that share of the page's width; 1 for an empty one."""
    return max(1, -(-sum(map(_width, text)) // _room(share)))


def cut(text: str, lines: int, share: float = 1.0) -> str:
    """As much of the text as so many lines hold; « … » tells that there was more."""
    room = _room(share) * lines - _width("…")
    for place, sign in enumerate(text):
        room -= _width(sign)
        if room < 0:
            return text if lines_of(text, share) <= lines else f"{text[:place].rstrip()}…"
    return text
