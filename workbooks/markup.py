"""XML from outside, run through expat: no document type, bounded depth and attributes, nothing ill-formed."""

import codecs
import re
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar
from xml.parsers import expat

from workbooks.refusal import Refusal

MAX_DEPTH = 256
"""No workbook nests its elements deeper than some tens."""
MAX_ATTRIBUTE = 1_000_000
"""Signs in one attribute. Lists of cells in a conditional format or a validation can be long, never that long."""
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"<\0", b"\0<")

T = TypeVar("T")
Start = Callable[[str, dict[str, str]], None]
One = Callable[[str], None]


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


SHORT = 50_000
"""Bytes of the parts that are remembered, so that a process keeps a few megabytes at most."""


def remembered(say: Callable[..., T]) -> Callable[..., T]:
    """Keep the answers to the last short parts: workbooks made from one template share theirs, but for the cells.

    `say` depends on the parts alone, and nobody changes what it answers.
    """
    kept = lru_cache(maxsize=64)(say)

    @wraps(say)
    def answer(*parts: str | bytes) -> T:
        return (kept if sum(map(len, parts)) < SHORT else say)(*parts)

    return answer


def parse(xml: bytes, start: Start, end: One | None = None, text: One | None = None) -> None:
    """Give each element and text of a part to its handler. Raises Refusal where the XML is damaged or dangerous."""
    parser = new_parser()
    parser.buffer_text = True
    depth = 0

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise Refusal("FIC003", "son contenu interne est emboîté sans mesure")
        if attributes and max(map(len, attributes.values())) > MAX_ATTRIBUTE:
            raise Refusal("FIC003", "son contenu interne est démesuré")
        start(name, attributes)

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end:
            end(name)

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    if text:
        parser.CharacterDataHandler = text
    run(parser, xml)


def new_parser() -> expat.XMLParserType:
    """A parser that refuses a document type, and nothing else: enough for a part that has been through `parse` or `check_markup`."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def run(parser: expat.XMLParserType, xml: bytes) -> None:
    """Have a parser read a whole part. Raises Refusal."""
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError, LookupError):  # LookupError: an unknown encoding
        raise Refusal("FIC001", "son contenu interne est endommagé") from None


_USUAL_SIGNS = bytes(sign for sign in range(256) if sign >= 32 or sign in b"\t\n\r")
_NO_SIGNS = b"\xef\xbf\xbe", b"\xef\xbf\xbf"
"""U+FFFE and U+FFFF, which XML forbids."""
_ENTITY = re.compile(rb"&(?:amp|lt|gt|quot|apos|#[0-9]{1,5});")


def is_plain(xml: bytes) -> bool:
    """Whether UTF-8 holds nothing but signs that XML admits and references that are known: what expat would also look for."""
    if xml.translate(None, _USUAL_SIGNS) or any(sign in xml for sign in _NO_SIGNS):
        return False
    return xml.count(b"&") == len(_ENTITY.findall(xml)) if b"&" in xml else True


@remembered
def check_markup(xml: bytes) -> None:
    """Look at a part whose content is of no use here: only one that could be deep or has a document type is run through expat."""
    if b"<!DOCTYPE" in xml or xml.startswith(_WIDE) or xml.count(b"</") > MAX_DEPTH:
        parse(xml, _ignore)


def _ignore(_: str, __: dict[str, str]) -> None:
    return None


def _refuse_doctype(*_: object) -> None:
    raise Refusal("FIC003", "son contenu interne comporte une déclaration interdite")
