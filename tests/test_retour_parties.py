"""Part by part: what a return does not have to change keeps its bytes, and what it changes differs only where it should."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from xml.etree import ElementTree

import pytest

from schemas.returns import AUTHOR, ReturnLine
from tests.builders import parts_of
from tests.returned import LIMITS, book, comments, findings, given_back
from tests.rich_workbooks import RICH, STRICT
from workbooks.reader import read_sheets
from workbooks.retour_connu import is_corrections
from workbooks.retour_xml import utf8

_TOKEN = re.compile(rb"<[^>]*>|[^<]+")
_SHEET = re.compile(r"xl/(worksheets|chartsheets)/[^/]+\.xml")
LEFT_BEHIND = {"xl/vbaProject.bin", "customUI/customUI.xml", "_xmlsignatures/origin.sigs"}
"""What a return never holds."""
REWRITTEN = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml")


@pytest.fixture(scope="module", params=RICH)
def pair(request: pytest.FixtureRequest) -> tuple[bytes, bytes]:
    """A rich workbook and its return."""
    data = RICH[request.param]()
    return data, given_back(data, findings(data))


def changes(before: bytes, after: bytes) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """The runs of tags and texts that differ."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    for kind, a1, a2, b1, b2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield old[a1:a2], new[b1:b2]


def bare(tag: bytes, *names: bytes) -> bytes:
    """A tag without these attributes."""
    for name in names:
        tag = re.sub(rb"\s" + name + rb'="[^"]*"', b"", tag)
    return tag


def assert_sheet(before: bytes, after: bytes) -> None:
    """Cells that name another format, rows that no longer say what they span, a sheet no longer selected; and what is added."""
    for old, new in changes(before, after):
        added = b"".join(new)
        if not old:
            assert re.fullmatch(rb'(<(\w+:)?c r="[A-Z]+\d+" s="\d+"/>|<(\w+:)?legacyDrawing [^>]*/>)+', added), added
            continue
        opened = [bare(tag.replace(b"/>", b">"), b"s", b"spans", b"tabSelected") for tag in old]
        kept = [bare(tag.replace(b"/>", b">"), b"s", b"spans", b"tabSelected") for tag in new]
        assert opened == kept[: len(opened)] or (len(old) == 1 and opened[0] in kept), (old, new)
        assert all(re.match(rb"<(\w+:)?(c|row|sheetView|legacyDrawing)\b|</(\w+:)?row>", tag) for tag in (*old, *new)), (old, new)


def test_the_rich_workbooks_have_faults_that_call_for_marks(pair: tuple[bytes, bytes]) -> None:
    codes = {line.code for line in findings(pair[0]) if line.cell and line.gravity == "erreur"}
    assert {"CEL101", "CEL102", "CEL104"} <= codes


def test_parts_that_a_return_does_not_change_keep_their_bytes(pair: tuple[bytes, bytes]) -> None:
    before, after = map(parts_of, pair)
    assert set(before) - set(after) <= LEFT_BEHIND
    changed = {name for name in before if name in after and before[name] != after[name]}
    for name in changed - set(REWRITTEN):
        assert _SHEET.fullmatch(name) or "comments" in name.lower() or "vmldrawing" in name.lower() or "/_rels/sheet" in name, name
    for name in set(after) - set(before):
        assert re.fullmatch(r"xl/(worksheets/(corrections1|_rels/sheet\d+)|comments\d+|drawings/vmlDrawing\d+)\.(xml|vml|xml\.rels)", name)


def test_sheets_differ_only_where_they_should(pair: tuple[bytes, bytes]) -> None:
    before, after = map(parts_of, pair)
    touched = [name for name in before if _SHEET.fullmatch(name) and before[name] != after[name]]
    assert touched
    for name in touched:
        assert_sheet(before[name], after[name])


def test_formats_are_added_at_the_end(pair: tuple[bytes, bytes]) -> None:
    before, after = (ElementTree.fromstring(parts_of(data)["xl/styles.xml"]) for data in pair)
    for part in before:
        kept = after.find(part.tag)
        assert kept is not None
        assert [ElementTree.tostring(e) for e in part] == [ElementTree.tostring(e) for e in kept][: len(part)]
        if "count" in kept.attrib:
            assert int(kept.attrib["count"]) == len(kept)


def test_relations_and_content_types_lead_to_parts(pair: tuple[bytes, bytes]) -> None:
    parts = parts_of(pair[1])
    for name in parts:
        if name.endswith((".xml", ".rels")):
            ElementTree.fromstring(utf8(parts[name]))
    types = ElementTree.fromstring(parts["[Content_Types].xml"])
    declared = [e.attrib["PartName"].lstrip("/") for e in types if "PartName" in e.attrib]
    assert len(declared) == len(set(declared))
    assert set(declared) <= set(parts) | {"xl/threadedComments/threadedComment1.xml"}


def test_our_reader_finds_the_same_cells_and_findings(pair: tuple[bytes, bytes]) -> None:
    before, after = (read_sheets(data, LIMITS) for data in pair)
    assert is_corrections(after[0])
    assert [s.name for s in after[1:]] == [s.name for s in before]
    assert [[row for row in s.grid if any(c != "" for c in row)] for s in after[1:]] == [
        [row for row in s.grid if any(c != "" for c in row)] for s in before
    ]
    assert [s.layout for s in after[1:]] == [s.layout for s in before]
    assert findings(pair[1]) == findings(pair[0])


def held_by_a_thread(data: bytes, line: ReturnLine) -> bool:
    return line.cell == "F2" and "xl/threadedComments/threadedComment1.xml" in parts_of(data)


def test_another_reader_opens_it_and_sees_every_mark(pair: tuple[bytes, bytes]) -> None:
    if STRICT.encode() in parts_of(pair[0])["xl/workbook.xml"]:
        pytest.skip("openpyxl lit les classeurs stricts comme s'ils étaient vides")
    opened = book(pair[1])
    assert opened.sheetnames[0] == "Corrections"
    assert opened.active.title == "Corrections"
    assert [s.title for s in opened if s.sheet_view.tabSelected] == ["Corrections"]
    noted = comments(pair[1])
    for line in findings(pair[0]):
        if line.cell and line.gravity != "information" and not held_by_a_thread(pair[0], line):
            held = {text for (sheet, cell), text in noted.items() if sheet == line.sheet and line.message in text}
            assert held, line
            assert all(AUTHOR in text and line.correction in text for text in held)


def test_stored_values_stay_beside_formulas() -> None:
    data = RICH["xlsxwriter"]()
    after = parts_of(given_back(data, findings(data)))
    assert b"<f>SUM(C2:C3)</f><v>4020</v>" in after["xl/worksheets/sheet3.xml"]


def test_the_same_file_gives_the_same_bytes() -> None:
    data = RICH["xlsxwriter"]()
    assert given_back(data, findings(data)) == given_back(data, findings(data))


def test_names_follow_their_sheets() -> None:
    data = RICH["xlsxwriter"]()
    names = {s.title: {n: d.attr_text for n, d in s.defined_names.items()} for s in book(given_back(data, findings(data)))}
    assert names["Budget"]["Zone"] == "Budget!$A$1:$C$5"
    assert names["Plan de financement"]["Zone"] == "'Plan de financement'!$A$1:$F$3"
    printed = book(given_back(data, findings(data)))
    assert printed["Budget"].print_title_rows == "$1:$1"
    assert printed["Budget"].print_area == "'Budget'!$A$1:$E$20"


def test_macros_ribbon_and_signature_stay_behind_and_it_is_said() -> None:
    data = RICH["macros"]()
    after = given_back(data, findings(data))
    parts = parts_of(after)
    assert not LEFT_BEHIND & set(parts)
    assert b"macroEnabled" not in parts["[Content_Types].xml"]
    assert b"vbaProject" not in parts["[Content_Types].xml"] + parts["xl/_rels/workbook.xml.rels"]
    told = " ".join(text for row in book(after)["Corrections"].iter_rows(values_only=True) for text in row if text)
    assert "Les macros" in told
    assert "La signature électronique" in told
