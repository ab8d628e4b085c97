"""XML changed in place: what is not meant to change keeps its bytes, prefixes, order and spaces.

Offsets come from expat; changes are spliced into the bytes that it read.
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from schemas.text import visible
from workbooks.markup import local, new_parser, run
from workbooks.refusal import Refusal

_TAG = re.compile(rb"""<(?:[^"'<>]|"[^"]*"|'[^']*')*>""")
_ATTRIBUTE = re.compile(rb"""\s+([^\s=<>"'/]+)\s*=\s*("[^"]*"|'[^']*')""")
_DECLARED = re.compile(rb"""^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["'][^>]*\?>""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_CODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Uneditable(Exception):
    """The workbook's structure cannot be changed with certainty: its values alone are given back."""


def text_xml(text: str) -> str:
    """Text from outside as element content: shown as it is, obeyed by nothing. Line breaks stay."""
    return "\n".join(escape(_CODED.sub("_x005F_", visible(line))) for line in text.split("\n"))


def attribute_xml(text: str) -> str:
    """A quoted attribute value."""
    return quoteattr(text)


@dataclass
class Element:
    """An element and where it stands: its start tag is `start:opened`, its end tag `closing:end`, its content between the two.

    An empty element has `opened == closing == end`.
    """

    name: str
    attributes: dict[str, str]
    start: int
    opened: int
    closing: int = 0
    end: int = 0
    children: list["Element"] = field(default_factory=list)

    @property
    def local(self) -> str:
        """The name without its prefix."""
        return local(self.name)

    @property
    def prefix(self) -> str:
        """The prefix with its colon; empty where there is none."""
        return self.name[: len(self.name) - len(self.local)]

    @property
    def is_empty(self) -> bool:
        """Whether it is written `<a/>`."""
        return self.opened == self.end

    def child(self, name: str) -> "Element | None":
        """The first child of that local name."""
        return next((c for c in self.children if c.local == name), None)

    def each(self, name: str) -> Iterator["Element"]:
        """The children of that local name."""
        return (c for c in self.children if c.local == name)


def utf8(xml: bytes) -> bytes:
    """The same part in UTF-8, as it is where it already was. Raises Refusal."""
    declared = _DECLARED.match(xml)
    encoding = next((name for bom, name in _BOMS if xml.startswith(bom)), declared[1].decode().lower() if declared else "utf-8")
    if xml.startswith((b"<\0", b"\0<")):
        encoding = "utf-16-le" if xml.startswith(b"<\0") else "utf-16-be"
    if encoding in ("utf-8", "utf-8-sig", "utf8", "us-ascii", "ascii"):
        return xml
    try:
        return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + _DECLARATION.sub("", xml.decode(encoding)).encode()
    except (UnicodeDecodeError, LookupError):
        raise Refusal("FIC001", "son contenu interne est endommagé") from None


def tag_end(xml: bytes, start: int) -> int:
    """Where the tag that begins at `start` ends."""
    found = _TAG.match(xml, start)
    if found is None:
        raise Uneditable("tag")
    return found.end()


def is_empty_tag(xml: bytes, end: int) -> bool:
    """Whether the tag that ends there is that of an empty element, `<a/>`."""
    return xml[end - 2 : end] == b"/>"


def tree(xml: bytes, depth: int) -> Element:
    """The elements of a part, down to that depth (1: the root alone). Raises Refusal."""
    parser = new_parser()
    top = Element("", {}, 0, 0)
    opened = [top]
    level = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal level
        level += 1
        if level <= depth:
            at = parser.CurrentByteIndex
            element = Element(name, attributes, at, tag_end(xml, at))
            opened[-1].children.append(element)
            opened.append(element)

    def end(_: str) -> None:
        nonlocal level
        if level <= depth:
            element, at = opened.pop(), parser.CurrentByteIndex
            element.closing = at
            element.end = element.opened if is_empty_tag(xml, element.opened) else tag_end(xml, at)
        level -= 1

    parser.StartElementHandler, parser.EndElementHandler = start, end
    run(parser, xml)
    return top.children[0]


def with_attributes(tag: bytes, **values: str | None) -> bytes:
    """A start tag with these attributes, changed in their place, added at the end, or taken away (None)."""
    left = dict(values)

    def changed(found: re.Match[bytes]) -> bytes:
        name = found[1].decode()
        if name not in left:
            return found.group()
        value = left.pop(name)
        return b"" if value is None else found.string[found.start() : found.start(2)] + quoteattr(value).encode()

    end = b"/>" if tag.endswith(b"/>") else b">"
    body = _ATTRIBUTE.sub(changed, tag.removesuffix(end).rstrip())
    return body + b"".join(f" {name}={quoteattr(value)}".encode() for name, value in left.items() if value is not None) + end


class Edits:
    """Changes to one part, applied together. Those at one place keep the order in which they were asked for."""

    def __init__(self, xml: bytes) -> None:
        self.xml = xml
        self._made: list[tuple[int, int, bytes]] = []

    def replace(self, start: int, end: int, new: bytes) -> None:
        """Put `new` in the place of these bytes."""
        self._made.append((start, end, new))

    def insert(self, at: int, new: bytes) -> None:
        """Put `new` there."""
        self._made.append((at, at, new))

    def remove(self, element: Element) -> None:
        """Take an element away."""
        self.replace(element.start, element.end, b"")

    def retag(self, element: Element, **values: str | None) -> None:
        """Change attributes of an element."""
        self.replace(element.start, element.opened, with_attributes(self.xml[element.start : element.opened], **values))

    def fill(self, element: Element, new: bytes, before: Element | None = None, **values: str | None) -> None:
        """Add content to an element, before one of its children or at its end, and change attributes of its start tag."""
        tag = with_attributes(self.xml[element.start : element.opened], **values)
        if element.is_empty:
            opened = tag[:-2].rstrip() + b">" if tag.endswith(b"/>") else tag
            self.replace(element.start, element.opened, opened + new + f"</{element.name}>".encode())
            return
        if values:
            self.replace(element.start, element.opened, tag)
        self.insert(before.start if before else element.closing, new)

    def __bool__(self) -> bool:
        return bool(self._made)

    def result(self) -> bytes:
        """The part with its changes. Raises Uneditable where two of them overlap."""
        pieces, position = [], 0
        for start, end, new in sorted(self._made, key=lambda e: (e[0], e[1])):
            if start < position:
                raise Uneditable("overlap")
            pieces += [self.xml[position:start], new]
            position = end
        return b"".join([*pieces, self.xml[position:]])


def place_for(root: Element, name: str, order: Sequence[str]) -> int:
    """Where a new child of that local name goes: after the last child that the format wants before it."""
    before = set(order[: order.index(name)])
    earlier = [c.end for c in root.children if c.local in before]
    return max(earlier, default=root.opened)


def declared_prefix(attributes: dict[str, str], namespace: str) -> str | None:
    """The prefix, with its colon, that an element declares for a namespace that ends so; None where it declares none."""
    return next((f"{name[6:]}:" for name, value in attributes.items() if name.startswith("xmlns:") and value.endswith(namespace)), None)
