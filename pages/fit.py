"""How many lines a text takes on a printed page: an estimate that errs on the long side, for the pages' font."""

import unicodedata
from functools import lru_cache

LINE = 100.0
"""Average signs in a line as wide as the page; what is lost where words break is taken off already."""
_WIDTHS = {sign: width for signs, width in (("iljt.,;:'’!|()[] \u00a0", 0.65), ("mw", 1.7), ("MW@%œæŒÆ—…", 2.1)) for sign in signs}


@lru_cache(maxsize=1024)
def _width(sign: str) -> float:
    """A sign's width, in average lowercase letters."""
    if sign in _WIDTHS:
        return _WIDTHS[sign]
    if unicodedata.east_asian_width(sign) in "WF":
        return 2.2
    if sign.isascii():
        return 1.4 if sign.isupper() else 1.1
    return 1.4 if unicodedata.category(sign)[0] == "L" and ord(sign) < 0x250 else 2.2


def lines_of(text: str, share: float = 1.0) -> int:
    """Lines that the text takes in a column of that share of the page's width; 1 for an empty one."""
    return max(1, -int(-sum(map(_width, text)) // (LINE * share)))


def cut(text: str, lines: int, share: float = 1.0) -> str:
    """As much of the text as so many lines hold; « … » tells that there was more."""
    room = LINE * share * lines - _width("…")
    for place, sign in enumerate(text):
        room -= _width(sign)
        if room < 0:
            return text if lines_of(text, share) <= lines else f"{text[:place].rstrip()}…"
    return text
