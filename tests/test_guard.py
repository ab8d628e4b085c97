"""Nothing a file holds breaks the reading: hostile shapes are refused, a process that dies costs its file only, and none stays behind."""

import json
import os
import signal
import struct
import subprocess
import sys
import textwrap
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.documents import sheet_specs
from schemas.reading import Received
from tests.builders import FIXTURES, LIMITS, MAIN, archive, ods, raw_parts, raw_xlsx, read
from workbooks import ooxml_usual, pool, process, reader
from workbooks.cells import letters
from workbooks.inspection import inspect_sheets
from workbooks.ooxml_cells import Book, scan_any
from workbooks.ooxml_usual import scan_usual
from workbooks.pool import ReaderPool, ReadingRules
from workbooks.refusal import Refusal
from workbooks.scan import SheetScan
from workbooks.wire import READ

ROOT = Path(__file__).parent.parent
ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'
RULES = ReadingRules(sheet_specs(), LIMITS)
linux = pytest.mark.skipif(sys.platform != "linux", reason="processus suivis par /proc")


def refusal(data: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(data)
    return caught.value


# --- Shapes of archives and XML ---------------------------------------------------------------------------------------------------


def overlapping() -> bytes:
    """The directory gives the second part the place of the first."""
    data = bytearray(archive({**raw_parts(ROW), "xl/media/a.bin": b"abc"}, zipfile.ZIP_STORED))
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    return bytes(data)


def lying_size() -> bytes:
    """A part declared far smaller than it unpacks to."""
    data = bytearray(archive({**raw_parts(ROW), "xl/media/a.bin": bytes(200_000)}))
    entry = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, entry + 24, 1000)
    return bytes(data)


def damaged(word: bytes, instead: bytes, part: str, content: str) -> bytes:
    data = archive({**raw_parts(ROW), part: content}, zipfile.ZIP_STORED)
    assert data.count(word) == 1
    return data.replace(word, instead)


def with_relation(target: str, kind: str = "worksheet") -> bytes:
    parts = raw_parts(ROW)
    link = f'<Relationship Id="rId1" Type="x/{kind}" Target="{target}"/><Relationship Id="rId1b"'
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace('<Relationship Id="rId1"', link)
    return archive(parts)


def hidden(*states: str) -> bytes:
    parts = raw_parts(ROW, sheets=tuple(f"F{n}" for n in range(len(states))))
    for n, state in enumerate(states):
        parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(f'name="F{n}"', f'name="F{n}" state="{state}"')
    return archive(parts)


def deep(part: str) -> bytes:
    return archive({**raw_parts(ROW), part: "<a>" * 300 + "</a>" * 300})


DOCTYPE = '<!DOCTYPE x [<!ENTITY a "b">]><x/>'
TEXT_CELL = '<row r="1"><c r="A1" t="s"><v>{}</v></c></row>'
SHAPES = {
    "parties qui se chevauchent": (overlapping(), "FIC003", "chevauchent"),
    "taille qui ment": (lying_size(), "FIC001", "endommagée"),
    "partie inutile endommagée": (damaged(b"<b>7</b>", b"<b>8</b>", "docProps/app.xml", "<a><b>7</b></a>"), "FIC001", "endommagée"),
    "DOCTYPE dans une partie inutile": (archive({**raw_parts(ROW), "docProps/core.xml": DOCTYPE}), "FIC003", "interdite"),
    "DOCTYPE en UTF-16": (archive({**raw_parts(ROW), "docProps/core.xml": DOCTYPE.encode("utf-16")}), "FIC003", "interdite"),
    "DOCTYPE dans les relations": (archive({**raw_parts(ROW), "_rels/.rels": DOCTYPE}), "FIC003", "interdite"),
    "DOCTYPE dans les textes": (archive({**raw_parts(ROW, strings="<si/>"), "xl/sharedStrings.xml": DOCTYPE}), "FIC003", "interdite"),
    "feuille trop emboîtée": (raw_xlsx("<row>" * 300 + "</row>" * 300), "FIC003", "emboîté"),
    "styles trop emboîtés": (deep("xl/styles.xml"), "FIC003", "emboîté"),
    "attribut démesuré": (raw_xlsx(f'<row r="1" a="{"x" * 1_000_001}"><c><v>1</v></c></row>'), "FIC003", "démesuré"),
    "relation hors du classeur": (with_relation("../../../etc/passwd"), "FIC003", "hors du classeur"),
    "relation vers rien": (with_relation("worksheets/absent.xml"), "FIC001", "manque"),
    "texte partagé absent": (raw_xlsx(TEXT_CELL.format(7), strings="<si><t>a</t></si>"), "FIC001", "textes qui manquent"),
    "texte partagé sans numéro": (raw_xlsx(TEXT_CELL.format("x"), strings="<si><t>a</t></si>"), "FIC001", "textes qui manquent"),
    "tout est masqué": (hidden("hidden", "veryHidden"), "FIC001", "visible"),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_a_hostile_shape_is_refused_and_said(name: str) -> None:
    data, code, words = SHAPES[name]
    found = refusal(data)
    assert (found.code, words in found.detail) == (code, True), found.detail


def test_one_visible_sheet_is_enough() -> None:
    assert [s.layout.state for s in read(hidden("hidden", "visible"))] == ["hidden", "visible"]


def old_workbook(change: str) -> bytes:
    """An OLE container whose chains lie: olefile and the reader must not follow them for ever."""
    data = bytearray((FIXTURES / "debut-en-c4.xls").read_bytes())
    if change == "boucle":
        start = struct.unpack_from("<I", data, 48)[0]
        fat = 512 * (1 + struct.unpack_from("<I", data, 76)[0])
        struct.pack_into("<I", data, fat + 4 * start, start)
    else:
        struct.pack_into("<I", data, 72, 0xFFFFFFF0)
    return bytes(data)


@pytest.mark.parametrize("change", ["boucle", "DIFAT sans fin"])
def test_an_old_workbook_whose_chains_lie_ends(change: str, tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(old_workbook(change))
    begun = time.monotonic()
    with ReaderPool(RULES, 1) as readers:
        (seen,) = readers.inspect(tmp_path, [Received("a.xls")])
    assert seen.get("refus", "FIC001") in ("FIC001", "FIC003")
    assert time.monotonic() - begun < 10


# --- Scan and reader --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "cell"),
    [
        ('<row r="1"><c r="A1"><v>5</v><f>1</f></c></row>', "A1"),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>1<!-- x -->000</v></c></row>', "B1"),
    ],
)
def test_what_the_reader_would_lose_or_change_is_refused(rows: str, cell: str) -> None:
    found = refusal(raw_xlsx(rows))
    assert (found.code, f"{cell}, deux lectures" in found.detail) == ("FIC001", True), found.detail


@pytest.mark.parametrize(
    "change",
    [
        lambda scan: scan.numbers.__setitem__(0, 9000.5),
        lambda scan: scan.add_number(5, 5, 1.0),
        lambda scan: scan.add_text(0, 2),
        lambda scan: scan.texts.pop(),
    ],
    ids=["autre nombre", "nombre perdu", "texte perdu", "texte en trop"],
)
def test_a_reader_that_disagrees_with_the_scan_is_not_believed(change, monkeypatch: pytest.MonkeyPatch) -> None:
    truth = reader.scan_xlsx

    def other(parts) -> dict[str, SheetScan]:
        scans = truth(parts)
        change(scans["Feuil1"])
        return scans

    monkeypatch.setattr(reader, "scan_xlsx", other)
    rows = '<row r="1"><c r="A1"><v>1000.5</v></c><c r="B1" t="str"><v>a</v></c></row>'
    assert "deux lectures" in refusal(raw_xlsx(rows)).detail


def test_every_kind_of_number_of_an_old_workbook_agrees() -> None:
    """The fixture holds integers, decimals, dates, errors and formulas; read() compares them all."""
    assert inspect_sheets(read((FIXTURES / "debut-en-c4.xls").read_bytes()))[1]["nombres"] == 5


USUAL = [
    '<row r="1" spans="1:3" hidden="1"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1"><v>-1.5E3</v></c><c r="C1" s="2"/></row><row r="3"/>',
    '<row r="2"><c r="B2" t="str"><f t="shared" ref="B2:B3" si="0">A&amp;B</f><v>a &lt; b</v></c><c r="C2"><f>1</f></c></row>',
    '<row r="2"><c r="A2" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="B2" t="b"><v>1</v></c><c r="C2" t="s"><v>1</v></c></row>',
    '<row r="3"><c r="A3"><v>1.5</v></c><c r="B3" s="1"><v>07</v></c><c r="C3"><v>1234567</v></c><c r="D3"><f>1</f><v>0</v></c></row>',
    '<row r="4"><c r="D4" s="1"><v>2958466</v></c><c r="E4" s="1"><v>-1</v></c><c r="F4" t="str"><v>12</v></c></row>',
    '<row r="9"><c r="XFD9" t="n"><v>NaN</v></c></row><row r="10"><c r="A10" t="str"><f>X</f></c><c r="B10"><f>1</f><v></v></c></row>',
    '<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>0</v></c></row><row r="2"/><row r="3"><c r="A3" s="1"/></row>',
]


@pytest.mark.parametrize("block", [1, 1_000_000])
@pytest.mark.parametrize("rows", USUAL)
def test_the_short_way_counts_as_expat_does(rows: str, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ooxml_usual, "_BLOCK", block)
    xml = (
        f'<worksheet xmlns="{MAIN}"><cols><col min="2" max="3" hidden="1"/></cols><sheetData>{rows}</sheetData>'
        '<mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>'
    ).encode()
    book = Book(2, frozenset([1]), is_date=lambda style: style == 1)
    for _ in range(2):
        # The second time, what stands around the cells is remembered.
        assert scan_usual(xml, book) == scan_any(xml, book)


KINDS = ["/>", "></c>", "><v></v></c>", "><v>7</v></c>", "><v>2.5</v></c>", "><v>-1</v></c>", "><v>3000000</v></c>", "><f>1</f></c>"]
KINDS += [' s="1"><v>3000000</v></c>', ' s="2"/>']
KINDS += [
    f' t="{kind}"><v>{value}</v></c>' for kind, value in (("s", 0), ("s", 1), ("s", 2), ("b", 1), ("str", "é"), ("e", "#N/A"), ("n", 4))
]


@given(st.dictionaries(st.tuples(st.integers(1, 4), st.integers(0, 3)), st.sampled_from(KINDS)))
def test_any_usual_cells_count_as_expat_counts_them(cells: dict[tuple[int, int], str]) -> None:
    rows = ""
    for row in sorted({row for row, _ in cells}):
        written = (f'<c r="{letters(column)}{row}"{cells[at, column]}' for at, column in sorted(cells) if at == row)
        rows += f'<row r="{row}">{"".join(written)}</row>'
    xml = f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode()
    book = Book(3, frozenset([1]), frozenset([2]), lambda style: style == 1)
    assert scan_usual(xml, book) == scan_any(xml, book)


def test_cells_beside_the_cells_are_counted_too() -> None:
    """Expat counts them wherever they stand, so that the reader, which does not see them, is not believed."""
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>'
    xml = f'<worksheet><sheetData>{rows}</sheetData><x><c r="B2" t="s"><v>0</v></c></x></worksheet>'.encode()
    assert scan_usual(xml, Book(1)) is None
    assert list(scan_any(xml, Book(1)).texts) == [16_384 + 1]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c>texte</row>',
        '<row r="1"><c r="A1"><v>1</v></c><row r="2"></row></row>',
        '<c r="A1"><v>1</v></c>',
        '<row r="1"><c r="A1" t="str"><v>&autre;</v></c></row>',
        "<!-- --><row/>",
        '<row r="1"><c r="A1"><v>1\x01</v></c></row>',
    ],
)
def test_whatever_is_not_usual_is_left_to_expat(rows: str) -> None:
    assert scan_usual(f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode(), Book()) is None


# --- What inspect says ------------------------------------------------------------------------------------------------------------


def test_inspect_says_what_is_hidden_and_what_merges_cover() -> None:
    parts = raw_parts(
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
        '<row r="2" hidden="1"><c r="D2"><v>4</v></c></row><row r="3" hidden="1"/>'
    )
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace('name="Feuil1"', 'name="Feuil1" state="visible"')
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace("<sheetData>", '<cols><col min="3" max="4" hidden="1"/><col min="5" max="5"/></cols><sheetData>')
    merges = '</sheetData><mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="C2:D2"/><mergeCell ref="A5:B6"/></mergeCells>'
    parts[name] = parts[name].replace("</sheetData>", merges)
    (seen,) = inspect_sheets(read(archive(parts)))
    assert (seen["visibilite"], seen["plage"], seen["cellules"], seen["somme"]) == ("visible", "A1:D2", 3, 7.0)
    assert (seen["lignes_masquees"], seen["colonnes_masquees"], seen["fusions"]) == (["2:3"], ["C:D"], ["A1:B1", "C2:D2"])


def test_inspect_of_an_ods_says_what_is_hidden() -> None:
    rows = (
        '<table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>'
        '<table:table-row table:visibility="collapse"><table:table-cell office:value-type="float" office:value="1"'
        ' table:number-columns-spanned="2"/><table:covered-table-cell office:value-type="float" office:value="2"/></table:table-row>'
    )
    (seen,) = inspect_sheets(read(ods(rows)))
    assert (seen["lignes_masquees"], seen["colonnes_masquees"], seen["fusions"], seen["somme"]) == (["1"], ["B:C"], ["A1:B1"], 3.0)


# --- Processes --------------------------------------------------------------------------------------------------------------------


SMALL, LARGE = Received("petit.xlsx"), Received("gros.xlsx")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / SMALL.path).write_bytes(raw_xlsx(ROW))
    return tmp_path


def codes_under(folder: Path, **limits: int) -> tuple[str, str]:
    """Read the large file between two small ones under these limits; its code and detail."""
    rules = replace(RULES, limits=LIMITS.model_copy(update=limits))
    with ReaderPool(rules, 1) as readers:
        first, large, last = readers.inspect(folder, [SMALL, LARGE, SMALL])
    assert "feuilles" in first
    assert "feuilles" in last
    return large.get("refus", "lu"), large.get("detail", "")


unlimited = pytest.mark.skipif(sys.platform == "win32", reason="Windows n'a pas ces limites")


@unlimited
def test_a_file_that_takes_too_much_memory_is_refused_and_the_next_ones_are_read(folder: Path) -> None:
    (folder / LARGE.path).write_bytes(archive({**raw_parts(ROW), "xl/media/a.bin": bytes(240_000_000)}))
    code, detail = codes_under(folder, memoire_mo=250, taux_compression=10_000)
    assert (code, "mémoire" in detail) == ("FIC003", True), detail


@unlimited
def test_a_file_that_takes_too_much_computing_is_refused_and_the_next_ones_are_read(folder: Path) -> None:
    rows = ("<row>" + "<c><v>1</v></c>" * 16 + "</row>") * 60_000
    (folder / LARGE.path).write_bytes(raw_xlsx(rows))
    code, detail = codes_under(folder, processeur_s=0, taux_compression=10_000)
    assert (code, "temps de calcul" in detail) == ("FIC003", True), detail


def ask_after(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send a signal to the process just before it is asked for the large file; it is asked for one at a time."""
    asked = process.Process.ask

    def ask(worker, request):
        if request.items[0][0] == LARGE.path:
            worker._process.send_signal(number)
        return asked(worker, request)

    monkeypatch.setattr(process.Process, "ask", ask)
    monkeypatch.setattr(pool, "_FILES", 1)
    monkeypatch.setattr(pool, "_AHEAD", 1)


@linux
def test_a_process_that_hangs_is_ended_and_the_next_files_are_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask_after(signal.SIGSTOP, monkeypatch)
    assert codes_under(folder, duree_s=1) == ("FIC003", "sa lecture dépasse 1 s")


@linux
def test_a_process_killed_in_the_middle_costs_its_file_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask_after(signal.SIGKILL, monkeypatch)
    with ReaderPool(RULES, 1) as readers:
        lots = readers.read(folder, [SMALL, LARGE, SMALL])
    assert [finding.code for lot in lots for _, finding in lot.findings] == ["FIC004", "FIC003", "FIC004"]


def test_a_process_that_answers_otherwise_than_it_should_is_not_believed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(_: bytes) -> None:
        raise ValueError

    monkeypatch.setattr(process, "load", load)
    with ReaderPool(RULES, 1) as readers:
        lots = readers.read(folder, [SMALL, SMALL])
    assert [finding.code for lot in lots for _, finding in lot.findings] == ["FIC003", "FIC003"]


def children(parent: int) -> Iterator[int]:
    """Processes whose parent is that one."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text("latin-1").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent and fields[0] != "Z":
            yield int(entry.parent.name)


@linux
def test_a_pool_leaves_no_process_behind(folder: Path) -> None:
    before = set(children(os.getpid()))
    with ReaderPool(RULES, 2) as readers:
        readers.inspect(folder, [SMALL] * 4)
        assert set(children(os.getpid())) - before
    assert set(children(os.getpid())) <= before


@linux
def test_a_killed_parent_leaves_no_orphan(folder: Path) -> None:
    program = f"""
        import sys, time
        from pathlib import Path
        from schemas.reading import Received
        from schemas.documents import sheet_specs
        from tests.builders import LIMITS
        from workbooks.pool import ReaderPool, ReadingRules
        with ReaderPool(ReadingRules(sheet_specs(), LIMITS), 1) as readers:
            readers.inspect(Path({str(folder)!r}), [Received("petit.xlsx")])
            print("prêt", flush=True)
            time.sleep(60)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    parent = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert parent.stdout
        parent.stdout.readline()
        workers = list(children(parent.pid))
        assert workers
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{w}").exists() for w in workers) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not [w for w in workers if Path(f"/proc/{w}").exists()]


def test_a_process_answers_in_json_and_imports_little(folder: Path) -> None:
    from workbooks.wire import dump, specs_to_plain

    hello = dump({"specs": specs_to_plain(RULES.specs), "limits": LIMITS.model_dump()})
    ask = dump({"work": "inspect", "folder": str(folder), "items": [("petit.xlsx", "", [])]})
    done = subprocess.run([sys.executable, "-m", "workbooks.worker"], input=hello + ask, capture_output=True, cwd=ROOT, check=True)
    ready, read, answer = done.stdout.splitlines(keepends=True)
    assert (json.loads(ready), read) == ({"ready": True}, READ)
    assert json.loads(answer)["seen"][0]["feuilles"][0]["somme"] == 1.0
    loaded = "import sys, workbooks.worker; print(sorted({m.split('.')[0] for m in sys.modules}))"
    modules = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert not [heavy for heavy in ("pandera", "polars", "pydantic", "prefect", "openpyxl") if f"'{heavy}'" in modules]
