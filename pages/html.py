"""Templates to bytes. Every value is text: escaped, on one line, with the spaces that French binds, and no sign that a screen obeys."""

import re
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from schemas.text import NBSP, bound, euros, french_date, visible

_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_IN_AMOUNT = re.compile(r"(?<=\d) (?=\d{3}\b|€)")


@cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=PackageLoader("pages"),
        finalize=_as_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(jour=french_date, euros=euros, chemin=_beside, suite=_after_colon)
    return environment


def _as_shown(value: Any) -> Any:
    return one_line(value) if type(value) is str else value


def _after_colon(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _beside(path: str) -> str:
    """A path as a link that stays beside the page, whatever the path holds."""
    return f"./{quote(path)}"


def one_line(text: str) -> str:
    """The text as a page shows it, before it is escaped."""
    return _IN_AMOUNT.sub(NBSP, bound(visible(_SPACES.sub(" ", text).strip(" "))))


def clipped(text: str, length: int) -> str:
    """At most so many signs, the last one telling that there were more."""
    shown = one_line(text)
    return shown if len(shown) <= length else f"{shown[: length - 1].rstrip()}…"


def render(template: str, **facts: Any) -> bytes:
    """A whole page, in UTF-8. The same facts give the same bytes."""
    return _environment().get_template(template).render(**facts).encode()
