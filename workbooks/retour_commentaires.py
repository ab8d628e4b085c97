"""The comments of one sheet in a return: ours added or put after the sender's own, those of an earlier return taken away."""

import re
from collections.abc import Mapping

from schemas.returns import AUTHOR
from workbooks.cells import address, indices
from workbooks.retour_bulles import Boxes
from workbooks.retour_feuille import SheetXml
from workbooks.retour_paquet import Package
from workbooks.retour_xml import Edits, Element, Uneditable, attribute_xml, declared_prefix, text_xml, tree
from workbooks.scan import Place

Runs = tuple[tuple[bool, str], ...]
"""Pieces of a comment's text, each bold or not."""
Notes = Mapping[Place, Runs]
OPENING = f"{AUTHOR} – "
"""How each finding of a comment starts."""
_SEPARATOR = f"— {AUTHOR} —"
_COMMENTS = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_BOXES = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_TAGS = re.compile(rb"<[^<>]*>")
_THREAD = "tc="
"""How Excel names the author of what stands for a discussion."""


class Comments:
    """The comments part of a sheet."""

    def __init__(self, xml: bytes | None, namespace: str) -> None:
        self._xml = (
            xml
            or (
                f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="{namespace}"><authors></authors>'
                "<commentList></commentList></comments>"
            ).encode()
        )
        self._edits = Edits(self._xml)
        root = tree(self._xml, 3)
        authors, listed = root.child("authors"), root.child("commentList")
        if authors is None or listed is None:
            raise Uneditable("comments")
        self._prefix, self._authors, self._list = root.prefix, authors, listed
        self._names = [self._content(e) for e in authors.children]
        self._held = {indices(e.attributes["ref"]): e for e in listed.each("comment")}
        self._new: list[bytes] = []

    def _content(self, element: Element) -> str:
        return self._xml[element.opened : element.closing].decode()

    def _author(self, comment: Element) -> str:
        number = int(comment.attributes.get("authorId", 0))
        return self._names[number] if number < len(self._names) else ""

    def remove_ours(self) -> set[Place]:
        """Take away what an earlier return wrote; the cells whose whole comment goes."""
        gone = {place for place, comment in self._held.items() if self._is_ours(comment)}
        for place in gone:
            self._edits.remove(self._held.pop(place))
        return gone

    def _is_ours(self, comment: Element) -> bool:
        """LibreOffice writes no authors: there the first words tell."""
        text = _TAGS.sub(b"", self._content(comment).encode()).decode()
        return self._author(comment) == AUTHOR or text.startswith(OPENING)

    def is_thread(self, place: Place) -> bool:
        """Whether a cell bears a discussion, to which nothing is added: its comment only stands for it."""
        return place in self._held and self._author(self._held[place]).startswith(_THREAD)

    def trim(self, noted: Notes) -> None:
        """Take our words away from the comments of cells that no longer need any."""
        for place, comment in self._held.items():
            if place not in noted and _SEPARATOR in self._content(comment):
                self._rewrite(comment, ())

    def add(self, place: Place, runs: Runs) -> str | None:
        """Comment a cell; the sender's own comment, which then comes first, or None where there was none."""
        if place in self._held:
            return self._rewrite(self._held[place], ((True, f"\n{_SEPARATOR}\n"), *runs))
        text = "".join(self._run(*run) for run in runs)
        p, author = self._prefix, self._names.index(AUTHOR) if AUTHOR in self._names else len(self._names)
        self._new.append(f'<{p}comment ref="{address(*place)}" authorId="{author}"><{p}text>{text}</{p}text></{p}comment>'.encode())
        return None

    def _run(self, bold: bool, text: str) -> str:
        p, weight = self._prefix, f"<{self._prefix}b/>" if bold else ""
        look = f'<{p}rPr>{weight}<{p}sz val="9"/><{p}color indexed="81"/><{p}rFont val="Tahoma"/><{p}family val="2"/></{p}rPr>'
        return f'<{p}r>{look}<{p}t xml:space="preserve">{text_xml(text)}</{p}t></{p}r>'

    def _rewrite(self, comment: Element, runs: Runs) -> str:
        """Put these runs after the sender's own text, which is given back, in the place of those that we added before."""
        raw = self._xml[comment.start : comment.end]
        text = tree(raw, 3).child("text")
        if text is None:
            raise Uneditable("comment")
        kept: list[bytes] = []
        for piece in (e for e in text.children if e.local in ("t", "r")):
            written = raw[piece.start : piece.end]
            before, ours, _ = written.partition(_SEPARATOR.encode())
            if ours:
                # Another program may have joined our words to the sender's.
                written = before.rstrip() + written[written.rfind(f"</{self._prefix}t>".encode()) :]
            kept.append(written if piece.local == "r" else self._wrapped(written))
            if ours:
                break
        whole = b"".join(kept) + "".join(self._run(*run) for run in runs).encode()
        whole = f"<{text.prefix}text>".encode() + whole + f"</{text.prefix}text>".encode()
        self._edits.replace(comment.start + text.start, comment.start + text.end, whole)
        return _TAGS.sub(b"", b"".join(kept)).decode()

    def _wrapped(self, text: bytes) -> bytes:
        return f"<{self._prefix}r>".encode() + text + f"</{self._prefix}r>".encode()

    def result(self) -> bytes:
        """The part."""
        if self._new:
            if AUTHOR not in self._names:
                self._edits.fill(self._authors, f"<{self._prefix}author>{text_xml(AUTHOR)}</{self._prefix}author>".encode())
            self._edits.fill(self._list, b"".join(self._new))
        return self._edits.result()


def comment_sheet(package: Package, part: str, sheet: SheetXml, edits: Edits, notes: Notes, block: int) -> tuple[int, set[Place]]:
    """Comment the cells of a sheet; how many blocks of numbers its boxes took, and the cells that bear a discussion instead."""
    held = package.related(part, "comments")
    if held is None and not notes:
        return 0, set()
    comments = Comments(package.xml(held.target) if held else None, _namespace(sheet))
    drawing = next((r for r in package.relations(part) if r.id == sheet.legacy and r.target in package), None)
    if sheet.legacy and drawing is None:
        raise Uneditable("legacyDrawing")
    boxes = Boxes(package.read(drawing.target) if drawing else None, block)
    boxes.remove(comments.remove_ours())
    comments.trim(notes)
    threads = {place for place in notes if comments.is_thread(place)}
    for place, runs in sorted(notes.items()):
        text = "".join(text for _, text in runs)
        if place in threads:
            continue
        own = comments.add(place, runs)
        if own is None:
            boxes.add(place, text, sheet.geometry)
        else:
            boxes.widen(place, f"{own}\n\n{text}", sheet.geometry)
    _put_comments(package, part, held.target if held else "", comments.result())
    if drawing:
        package.write(drawing.target, boxes.result())
    elif boxes.blocks:
        _declare_boxes(package, part, sheet, edits, boxes.result())
    return boxes.blocks, threads


def _namespace(sheet: SheetXml) -> str:
    return sheet.root.get(f"xmlns:{sheet.prefix[:-1]}" if sheet.prefix else "xmlns", "")


def _put_comments(package: Package, part: str, target: str, xml: bytes) -> None:
    if target:
        package.write(target, xml)
        return
    name = package.free_name("xl/comments{}.xml")
    package.write(name, xml, _COMMENTS)
    package.relate(part, "comments", name)


def _declare_boxes(package: Package, part: str, sheet: SheetXml, edits: Edits, vml: bytes) -> None:
    name = package.free_name("xl/drawings/vmlDrawing{}.vml")
    package.write(name, vml, _BOXES)
    identifier = package.relate(part, "vmlDrawing", name)
    prefix = declared_prefix(sheet.root, package.base)
    declared = "" if prefix else f" xmlns:r={attribute_xml(package.base)}"
    edits.insert(sheet.drawing_at, f'<{sheet.prefix}legacyDrawing{declared} {prefix or "r:"}id="{identifier}"/>'.encode())
