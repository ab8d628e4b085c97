"""XML changed in place, and archives written part by part: nothing else moves."""

import io
import zipfile
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import archive, parts_of, xlsx
from tests.grids import CONFIG
from workbooks.container import open_container
from workbooks.retour_paquet import Package
from workbooks.retour_xml import Edits, Uneditable, tree, utf8, with_attributes

NAMES = st.sampled_from(["a", "x:b", "c"])
VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8)


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> str:
    """An element with attributes, texts and children, written in any of the ways that XML admits."""
    name, quote = draw(NAMES), draw(st.sampled_from("\"'"))
    escaped = {"&": "&amp;", "<": "&lt;", '"': "&quot;", "'": "&apos;"}
    values = ["".join(escaped.get(sign, sign) for sign in value) for value in draw(st.lists(VALUES, max_size=2))]
    tag = f"<{name}" + "".join(f" n{i}={quote}{value}{quote}" for i, value in enumerate(values))
    inside = "".join(draw(st.lists(elements(depth=depth - 1), max_size=3))) if depth else ""
    if not inside and draw(st.booleans()):
        return f"{tag}{draw(st.sampled_from(['', ' ']))}/>"
    return f"{tag}>{inside}{draw(st.sampled_from(['', 'texte', '<!-- > -->', '<![CDATA[<a>]]>']))}</{name}>"


@given(elements())
def test_offsets_cut_out_each_element(written: str) -> None:
    xml = f"<?xml version='1.0'?>\n<racine xmlns:x='urn:x'>{written}</racine>".encode()
    root = tree(xml, 9)

    def check(element: object) -> int:
        cut = xml[element.start : element.end].decode()  # type: ignore[attr-defined]
        whole = ElementTree.fromstring(f"<r xmlns:x='urn:x'>{cut}</r>")[0]
        assert whole.tag.rpartition("}")[2] == element.local  # type: ignore[attr-defined]
        assert whole.attrib == {k: v for k, v in element.attributes.items() if not k.startswith("xmlns")}  # type: ignore[attr-defined]
        return 1 + sum(check(child) for child in element.children)  # type: ignore[attr-defined]

    assert check(root) == len(list(ElementTree.fromstring(xml).iter()))


@pytest.mark.parametrize(
    ("tag", "values", "expected"),
    [
        ('<c r="A1" s="3" t="s">', {"s": "9"}, '<c r="A1" s="9" t="s">'),
        ("<c r='A1' s = '3'/>", {"s": "9"}, "<c r='A1' s = \"9\"/>"),
        ('<c r="A1"/>', {"s": "9"}, '<c r="A1" s="9"/>'),
        ('<c x="a s=\'1\'"/>', {"s": "9"}, '<c x="a s=\'1\'" s="9"/>'),
        ('<c y:s="1">', {"s": "9"}, '<c y:s="1" s="9">'),
        ('<row spans="1:2" r="1">', {"spans": None}, '<row r="1">'),
        ("<c>", {"s": "<&\""}, "<c s='&lt;&amp;\"'>"),
    ],
)  # fmt: skip
def test_attributes_change_in_their_place(tag: str, values: dict[str, str | None], expected: str) -> None:
    assert with_attributes(tag.encode(), **values).decode() == expected


def test_changes_that_overlap_are_refused() -> None:
    edits = Edits(b"<a><b/></a>")
    edits.replace(3, 7, b"")
    edits.replace(5, 8, b"x")
    with pytest.raises(Uneditable):
        edits.result()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_other_encodings_become_utf8(encoding: str) -> None:
    text = "<a>été</a>"
    assert ElementTree.fromstring(utf8(f"<?xml version='1.0' encoding='{encoding}'?>{text}".encode(encoding))).text == "été"


def test_an_archive_keeps_what_is_not_changed_as_it_was_packed() -> None:
    data = archive({**parts_of(xlsx({"A": [[1]]})), "xl/médias/vide.bin": b"", "xl/long.bin": bytes(range(256)) * 40})
    package = Package(open_container(data, CONFIG.limites).parts)
    package.write("xl/nouveau.xml", b"<a/>" * 100, "application/xml")
    made = package.result()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(io.BytesIO(made)) as after:
        assert after.testzip() is None
        assert after.namelist() == [*before.namelist(), "xl/nouveau.xml"]
        for name in set(before.namelist()) - {"[Content_Types].xml"}:
            assert after.read(name) == before.read(name)
            assert after.getinfo(name).compress_size == before.getinfo(name).compress_size
    assert b'PartName="/xl/nouveau.xml"' in parts_of(made)["[Content_Types].xml"]
    assert open_container(made, CONFIG.limites).format == "xlsx"
