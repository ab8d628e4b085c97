"""What the command prints: the one place that writes on the terminal. A received name or text may hold signs that a terminal obeys."""

import codecs
import json
import os
import re
import sys
import unicodedata
from typing import TextIO

from schemas.text import OBEYED, visible

WIDTH = 100
"""Columns of a line at most."""
_NOT_JSON = re.compile(f"(?!\\n)[{OBEYED}\\ud800-\\udfff]")
_GLUED = re.compile("(?<=«) | (?=[»:;?!])")
"""Spaces at which French does not break a line."""
_GLUE = "\x00"
_COLOURS = {"ERREUR": "1;31", "Avertissement": "33", "Information": "36"}
_PLAIN = str.maketrans({"→": "->", "…": "...", "«": '"', "»": '"', "’": "'", "–": "-", "—": "-", "€": "EUR"})


def prepare() -> None:
    """Make both streams print whatever is asked: what a terminal's code page lacks is written with the signs that it has."""
    codecs.register_error("poles", _nearest_signs)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="poles")


def _nearest_signs(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end].translate(_PLAIN)
    return unicodedata.normalize("NFKD", missing).encode("ascii", "ignore").decode() or "?", error.end


def show(*lines: str, error: bool = False) -> None:
    """Print lines; what a terminal would obey in them, line breaks included, is written as its code."""
    _write(sys.stderr if error else sys.stdout, [visible(line) for line in lines])


def show_gravity(*lines: str) -> None:
    """Print lines, the first gravity named in each being coloured where colours are wanted; the word says the same without."""
    texts = [visible(line) for line in lines]
    if _wants_colours(sys.stdout):
        texts = [_coloured(text) for text in texts]
    _write(sys.stdout, texts)


def _write(stream: TextIO, texts: list[str]) -> None:
    stream.writelines(f"{text}\n" for text in texts)
    stream.flush()


def _wants_colours(stream: TextIO) -> bool:
    """On a terminal that has colours, unless NO_COLOR is set (no-color.org). Windows: its newer terminal only."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not stream.isatty():
        return False
    return sys.platform != "win32" or bool(os.environ.get("WT_SESSION"))


def _coloured(text: str) -> str:
    found = [(text.index(word), word) for word in _COLOURS if word in text]
    if not found:
        return text
    start, word = min(found)
    return f"{text[:start]}\x1b[{_COLOURS[word]}m{word}\x1b[0m{text[start + len(word) :]}"


def show_json(value: object) -> None:
    """Print a value for a program; such signs are escaped as JSON knows how, and so are accents where the stream is not UTF-8."""
    plain = not (sys.stdout.encoding or "utf-8").lower().replace("-", "").startswith("utf8")
    text = json.dumps(value, ensure_ascii=plain, indent=2)
    sys.stdout.write(_NOT_JSON.sub(lambda sign: f"\\u{ord(sign.group()):04x}", text) + "\n")


def wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    """The text in lines of at most WIDTH columns: `first` starts the first, `rest` the others; a word that is too long is cut."""
    lines, line, bare = [], first, True
    for word in _GLUED.sub(_GLUE, visible(text)).split(" "):
        if not bare and columns(line) + 1 + columns(word) > WIDTH:
            lines.append(line)
            line, bare = rest, True
        line, bare = f"{line}{'' if bare else ' '}{word}", False
        while columns(line) > WIDTH:
            kept = _cut(line)
            lines.append(kept)
            line = rest + line[len(kept) :]
    return [written.replace(_GLUE, " ") for written in (*lines, line)]


def _cut(line: str) -> str:
    """The longest start of a line that fits."""
    end = WIDTH
    while columns(line[:end]) > WIDTH:
        end -= 1
    return line[:end]


def columns(text: str) -> int:
    """How many columns a text takes: an accent that combines takes none, a sign of East Asia two."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
