"""Nothing injected: hostile texts in every field of every document, in names of sheets, columns, files and folders, and not one comes
alive in what a run writes or a command prints.

The copies of accepted files in the register are the senders' own bytes, kept as evidence: they alone are not looked into.
"""

import contextlib
import csv
import json
import os
import re
import zipfile
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

import polars as pl
import pytest

from budget.views import build_views
from flows.cli import main
from flows.steps import Outcome
from flows.store import NAME as STORE
from flows.summary import print_summary
from flows.tables import write_tables
from flows.terminal import WIDTH, columns
from schemas.documents import sheet_specs
from schemas.spec import COMPTE_RENDU, DECISIONS, DOCUMENTS, FONCTIONNEMENT, PREFIGURATION, STATEMENT, SheetSpec
from schemas.text import normalise
from tests.builders import archive, parts_of, xlsx
from tests.grids import CONFIG, DAY, ROOT, at, decisions, posts, report, statement, study
from tests.runs import run_steps
from workbooks.cells import is_blank
from workbooks.reader import RawSheet
from workbooks.report_context import ReportContext
from workbooks.report_finance import write_finance
from workbooks.report_status import write_status

ESCAPES = "\x1b[2J\x1b]0;x\x07"
LONG = "=" + "long " * 8_000
PAYLOADS = (
    "=1+1", "+1+1", "-2+3", "@SUM(1)", '=HYPERLINK("http://x.example","clic")', "=cmd|' /C calc'!A0", "+cmd|' /C calc'!A0",
    "@cmd|'x'!A0", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "'=1+1", '"=1+1', "a;=cmd|' /C calc'!A0;b", 'a";"=1+1', "＝1+1", "{=1+1}",
    "=_xlfn.WEBSERVICE(A1)", "<script>alert(1)</script>", "</t></si><si><t>x", "&lt;f&gt;1+1", "]]>", "http://x.example/a",
    "https://x.example", "ftp://x.example", "file:///etc/hosts", "\\\\x.example\\partage", "mailto:x@x.example", "external:x.xlsx#A1",
    "internal:'Lisez-moi'!A1", "../../x", "..\\..\\x", "'quote'", "l'été d''ici", "[1]Feuil1!A1", "{{7*7}}", "{valeur}",
    "{0.__class__}", "%s%n", "$(touch x)", "`touch x`", "|", "&A&P&F", ESCAPES, "a\x00b\x08c", "\x7f\x85\x9b2J",
    "_x001B_", "_xD800_", "\u202eslx.tnemucod", "\u2066a\u2069", "\ufffe", "😀\U000e0041", LONG,
)  # fmt: skip
odd_names = pytest.mark.skipif(os.name == "nt", reason="Windows refuse ces noms de fichiers")
TEXT_KINDS = ("texte", "pole")
TITLES = ("={}", "+{}", "@{}", "'{}'", "<{}>", "[{}]", "../../{}", "{{{{{}}}}}", "{}!", "\u202e{}", "{}\t", '"{}"', "{}:#")
"""Names of sheets that still compare as the contract's own."""
SPECS = sheet_specs()
STRUCTURE = ("docProps/core.xml", "docProps/app.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml")
_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|xl/(workbook|styles|sharedStrings|theme/theme1)\.xml"
    r"|xl/charts/chart\d+\.xml|xl/drawings/drawing\d+\.xml|xl/drawings/_rels/drawing\d+\.xml\.rels"
    r"|xl/_rels/workbook\.xml\.rels|xl/worksheets/sheet\d+\.xml|xl/worksheets/_rels/sheet\d+\.xml\.rels"
)
_OWN_KINDS = (
    "worksheet", "styles", "theme", "sharedStrings", "officeDocument", "extended-properties", "core-properties", "drawing", "chart",
)  # fmt: skip
_OWN_DRAWING = re.compile(r"\.\./(drawings/drawing|charts/chart)\d+\.xml")
_FORMULA = re.compile(r"(SUBTOTAL\(10[39],|SUM\()[A-Z]+\d+:[A-Z]+\d+\)")
_ANCHOR = re.compile(r"'(?:[^']|'')*'![A-Z]{1,3}[0-9]{1,7}")
_ACTS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


# --- Documents with a payload in every field ----------------------------------------------------------------------------------


def sound(document: str, rank: int, payload: str) -> list[RawSheet]:
    """A document of that kind that would be accepted; each has a project of its own."""
    day = at(DAY)
    if document == PREFIGURATION:
        return study(asked=100, project=rank)
    if document == FONCTIONNEMENT:
        return posts(project=rank)
    if document == COMPTE_RENDU:
        sheets = report([[641, 2010, 1, 1000.5]])
        sheets[0].grid.append(["Projet", rank])
        return sheets
    if document == STATEMENT:
        return statement([["Pays de Vannes", "fonctionnement", 2010, 10.25, 0]], name=payload)
    whole = decisions(
        [["Pays de Vannes", "fonctionnement", "attribution", 100.5, 1, 2010, 3, day, "x"]],
        steps=[["Pays de Vannes", "étude rendue", day]],
        payments=[["Pays de Vannes", "fonctionnement", 2010, "x", "avance", day, 5.25]],
    )
    return [*whole, *(RawSheet(SPECS[key].title, from_examples(SPECS[key])) for key in ("derogations", "arbitrages"))]


def from_examples(spec: SheetSpec) -> list[list[Any]]:
    """A table of one row, filled with what the contract gives as examples."""
    return [[c.label for c in spec.columns], ["" if c.example is None else c.example for c in spec.columns]]


def infected(document: str, rank: int, payload: str, kinds: tuple[str, ...]) -> list[RawSheet]:
    """That document with the payload in every field of these kinds (all but the document's own type), and in columns of its own."""
    made = []
    for sheet in sound(document, rank, payload):
        spec = next(s for s in SPECS.values() if s.title == sheet.name)
        fields = [c for c in spec.columns if c.used_in(document) and c.kind in kinds and c.name != "type_document"]
        labels = [c.label for c in fields]
        if spec.key == "identification":
            kept = [row for row in sheet.grid if row[0] not in labels]
            made.append(RawSheet(sheet.name, [*kept, *([label, payload] for label in labels), [payload, payload]]))
        else:
            made.append(RawSheet(sheet.name, _table(sheet.grid, labels, payload)))
    return made


def _table(grid: list[list[Any]], labels: list[str], payload: str) -> list[list[Any]]:
    head = [*grid[0], *(label for label in labels if label not in grid[0]), payload]
    rows = []
    for row in grid[1:]:
        # The sub-lines of account 74 are known by their wording.
        kept = ("Libellé",) if row[0] == 74 and "Compte" not in labels else ()
        padded = [*row, *[""] * (len(head) - len(row))]
        hit = [label == payload or (label in labels and label not in kept) for label in head]
        rows.append([payload if own else cell for own, cell in zip(hit, padded, strict=True)])
    return [head, *rows]


def as_file(sheets: list[RawSheet], names: list[str]) -> bytes:
    """These sheets as an .xlsx, under names that no program would let a sheet have."""
    stand_in = "texte-de-quarante-mille-signes"
    grids = {f"S{n}": [[stand_in if c == LONG else c for c in row] for row in s.grid] for n, s in enumerate(sheets)}
    parts = parts_of(xlsx(grids, strings_to_formulas=False, strings_to_urls=False))
    parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace(stand_in.encode(), LONG.encode())
    book = parts["xl/workbook.xml"].decode()
    for n, name in enumerate(names):
        given = quoteattr(re.sub("[\x00-\x08\x0b-\x1f\ufffe\uffff]", "", name), {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})
        book = book.replace(f'name="S{n}"', f"name={given}")
    parts["xl/workbook.xml"] = book.encode()
    return archive(parts)


def file_name(payload: str, rank: int) -> str:
    """The payload as a name that this system's files can bear."""
    if os.name == "nt":
        return f"{rank}"
    name = payload.replace("/", "∕").replace("\x00", "")[:60] + f" {rank}"
    # A name that starts with a dot is hidden.
    return f"x{name}" if name.startswith(".") else name


def write_inputs(folder: Path) -> None:
    """Every payload in every document: a sound one, one that is wrong everywhere, and one whose sheets are not recognised."""
    titles = cycle(TITLES)
    for rank, payload in enumerate(PAYLOADS, 1):
        for document in DOCUMENTS:
            base = folder / (CONFIG.dossiers.region if document == DECISIONS else "") / file_name(payload, rank)
            base.mkdir(parents=True, exist_ok=True)
            slug = DOCUMENTS[document].slug
            good = infected(document, rank, payload, TEXT_KINDS)
            (base / f"{file_name(payload, rank)} {slug}.xlsx").write_bytes(as_file(good, [next(titles).format(s.name) for s in good]))
            bad = infected(document, rank, payload, tuple({c.kind for s in SPECS.values() for c in s.columns}))
            (base / f"faux {slug}.xlsx").write_bytes(as_file(bad, [s.name for s in bad]))
        other = infected(PREFIGURATION, rank, payload, ())
        (folder / f"{file_name(payload, rank)} inconnu.xlsx").write_bytes(as_file(other, [f"{payload[:200]}{n}" for n in range(4)]))
        partial = [other[0].name, *(f"{payload[:200]}{n}" for n in range(3))]
        (folder / f"{file_name(payload, rank)} partiel.xlsx").write_bytes(as_file(other, partial))
    if os.name != "nt":
        (Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.xlsx"))).write_bytes(b"x")
        (folder / "=1+1;=1+1.csv").write_bytes(b"x")


# --- One run over all of them ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """A run and where it took place."""

    home: Path
    outcome: Outcome

    @property
    def outputs(self) -> Path:
        return self.home / "outputs"

    def written(self, pattern: str) -> list[Path]:
        return [p for p in sorted(self.outputs.rglob(pattern)) if "copies" not in p.relative_to(self.outputs).parts]


def tree(folder: Path) -> dict[bytes, bytes]:
    return {os.fsencode(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    home = tmp_path_factory.mktemp("injection")
    write_inputs(home / "inputs")
    before = tree(home / "inputs")
    outcome = run_steps(home / "inputs", home / "outputs", DAY)
    assert tree(home / "inputs") == before
    assert sorted(p.name for p in home.iterdir()) == ["inputs", "outputs"]
    return Run(home, outcome)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs of a run over nothing."""
    home = tmp_path_factory.mktemp("rien")
    (home / "inputs").mkdir()
    run_steps(home / "inputs", home / "outputs", DAY)
    return home / "outputs"


def test_every_text_field_of_the_contract_holds_a_payload() -> None:
    for document, kind in DOCUMENTS.items():
        sheets = {s.name: s.grid for s in infected(document, 1, "PAYLOAD", TEXT_KINDS)}
        for key in kind.sheets:
            spec, grid = SPECS[key], sheets[SPECS[key].title]
            wanted = {c.label for c in spec.columns if c.used_in(document) and c.kind in TEXT_KINDS}
            pairs = grid if key == "identification" else [pair for row in grid[1:] for pair in zip(grid[0], row, strict=True)]
            assert {label for label, value in pairs if value == "PAYLOAD"} >= wanted, (document, key)


def test_the_payloads_were_read_and_counted(run: Run) -> None:
    """Otherwise the other tests prove nothing."""
    depots = run.outcome.tables["depots"]
    wrong = pl.col("fichier").str.contains("/faux ", literal=True)
    good = depots.filter(pl.col("fichier").str.contains(" (dossier|compte|etat|decisions)-[a-z-]+.xlsx$") & ~wrong)
    assert good.height == len(PAYLOADS) * len(DOCUMENTS)
    refused = good.filter(~pl.col("decision").str.starts_with("accepté") & (pl.col("decision") != "remplacé"))
    assert refused.select("fichier", "motif").rows() == []
    kept = set(run.outcome.tables["budget"]["pole"].drop_nulls())
    # XlsxWriter writes U+FFFE as `_xFFFE_`, which is read as it stands.
    assert {" ".join(p.split()) for p in PAYLOADS if not is_blank(p) and p != "\ufffe"} <= kept
    assert depots.filter(wrong, pl.col("decision") != "rejeté").height <= len(PAYLOADS)
    quoted = set(run.outcome.tables["constats"]["valeur"])
    assert {"=1+1", "=cmd|' /C calc'!A0", ESCAPES} <= quoted


# --- What is written ------------------------------------------------------------------------------------------------------------


def check_report(path: Path, inputs: dict[str, Path] | None = None) -> None:
    """No formula, link, macro or part but our own."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert [name for name in parts if not _PARTS.fullmatch(name)] == []
    for name, content in parts.items():
        root = ElementTree.fromstring(content)
        assert [f.text for f in root.iterfind(".//m:f", _NS) if not _FORMULA.fullmatch(f.text or "")] == []
        assert [n.get("name") for n in root.iterfind(".//m:definedName", _NS) if not (n.get("name") or "").startswith("_xlnm.")] == []
        assert root.find(".//m:dataValidation", _NS) is None
        assert root.find(".//m:conditionalFormatting", _NS) is None
        for link in root.iterfind(".//m:hyperlink", _NS):
            assert set(link.attrib) <= {"ref", "location", f"{{{_OFFICE}}}id"}
            assert link.get(f"{{{_OFFICE}}}id")
            assert _ANCHOR.fullmatch(link.get("location") or "'x'!A1"), link.get("location")
        if name.endswith(".rels"):
            check_relations(root, inputs)


def check_relations(root: ElementTree.Element, inputs: dict[str, Path] | None) -> None:
    for relation in root.iter(_RELATION):
        kind, target = relation.get("Type", "").rpartition("/")[2], relation.get("Target", "")
        if relation.get("TargetMode") != "External":
            assert kind in _OWN_KINDS
            assert not re.search(r"://|\\|\.\.", _OWN_DRAWING.sub("", target))
            continue
        assert kind == "hyperlink"
        assert target.startswith(("..\\inputs\\", "retours\\", "relances\\"))
        assert inputs is None or unquote(target.replace("\\", "/")).removeprefix("../inputs/") in inputs


@pytest.mark.parametrize("name", ["budget-consolide.xlsx", "suivi.xlsx"])
def test_reports_hold_no_formula_link_or_part_but_our_own(run: Run, name: str) -> None:
    places = {p: run.home / "inputs" / p for p in run.outcome.tables["depots"]["fichier"]}
    made = [p for t, c in (("depots", "retour"), ("relances", "page")) for p in run.outcome.tables[t][c].drop_nulls()]
    assert [p for p in made if not (run.outputs / p).is_file()] == []
    check_report(run.outputs / name, places | {p: run.outputs / p for p in made})


@pytest.mark.parametrize("name", ["budget-consolide.xlsx", "suivi.xlsx"])
@pytest.mark.parametrize("part", STRUCTURE)
def test_properties_and_structure_owe_nothing_to_what_was_received(run: Run, plain: Path, name: str, part: str) -> None:
    def known(path: Path) -> bytes:
        with zipfile.ZipFile(path) as book:
            # The range of a filter and of a print area follows the number of rows.
            return re.sub(rb"\$\d+", b"$n", book.read(part))

    assert known(run.outputs / name) == known(plain / name)


def test_headers_footers_and_templates_owe_nothing_to_what_was_received(run: Run, plain: Path) -> None:
    for name in ("budget-consolide.xlsx", "suivi.xlsx"):
        with zipfile.ZipFile(run.outputs / name) as book, zipfile.ZipFile(plain / name) as empty:
            for sheet in (n for n in book.namelist() if n.startswith("xl/worksheets/sheet")):
                found = [re.findall(rb"<headerFooter.*</headerFooter>", b.read(sheet)) for b in (book, empty)]
                assert found[0] == found[1]
    assert tree_of(run.outputs / "modeles") == tree_of(plain / "modeles")


def tree_of(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_only_the_outputs_of_the_contract_are_written(run: Run, plain: Path) -> None:
    names = {p.relative_to(run.outputs).as_posix() for p in run.written("*") if p.is_file()}
    expected = {p.relative_to(plain).as_posix() for p in plain.rglob("*") if p.is_file()}
    expected |= {*run.outcome.tables["depots"]["retour"].drop_nulls(), *run.outcome.tables["relances"]["page"]}
    assert [n for n in run.outcome.tables["relances"]["page"] if not re.fullmatch(r"relances/\d\d-[a-z-]+\.html", n)] == []
    assert {n for n in names - expected if not n.startswith("registre/")} == {STORE}
    copies = [p.name for p in (run.outputs / "registre" / "copies").rglob("*") if p.is_file()]
    assert copies
    assert [n for n in copies if not re.fullmatch(r"[0-9a-f]{64}\.xlsx", n)] == []


def is_live(cell: str) -> bool:
    return bool(re.match(r"[\s\"]*[=+\-@＝＋－＠]", cell)) or bool(_ACTS.search(cell) or "\n" in cell)


def check_csv(path: Path, table: pl.DataFrame) -> None:
    """No text is a formula, whether the file is read as commas or, by a French Excel, cut at each semicolon."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == table.height
    texts = [name for name, dtype in table.schema.items() if dtype == pl.String]
    assert [row[name] for row in rows for name in texts if is_live(row[name])] == []
    pieces = [piece for row in rows for name in texts for piece in row[name].replace('"', '""').split(";")[1:]]
    assert [piece for piece in pieces if is_live(piece)] == []


def test_csv_files_hold_no_formula_and_nothing_that_a_terminal_obeys(run: Run) -> None:
    written = [p for p in run.written("*.csv") if p.parent.name == "donnees"]
    assert {p.stem for p in written} == set(run.outcome.tables)
    for path in written:
        check_csv(path, run.outcome.tables[path.stem])


class Tags(HTMLParser):
    """The names of tags and attributes of a page, and its text."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.text = ""
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names |= {tag, *(f"{tag} {name}" for name, _ in attrs)}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_pages_to_send_hold_no_tag_but_our_own(run: Run) -> None:
    pages = sorted((run.outputs / "relances").iterdir())
    assert pages
    for page in map(Tags, pages):
        assert not page.names & {"script", "a", "img", "iframe", "link", "form", "object", "svg", "base", "input"}
        assert {n for n in page.names if " " in n} <= {
            "html lang", "meta charset", "meta http-equiv", "meta content", "meta name", "div class", "th scope", "th class", "td class",
            "p class", "li class", "span class",
        }  # fmt: skip
        assert _ACTS.findall(page.text) == []


def test_parquet_files_keep_the_texts_as_they_came(run: Run) -> None:
    kept = set(pl.read_parquet(run.outputs / "donnees" / "budget.parquet")["pole"].drop_nulls())
    assert {"=1+1", ESCAPES, " ".join(LONG.split())} <= kept


def test_negative_amounts_stay_numbers(tmp_path: Path) -> None:
    table = pl.DataFrame({"a": ["-1", "x ; -1 €"], "b": [-1, 2]})
    write_tables(tmp_path, {"t": table})
    assert (tmp_path / "t.csv").read_text("utf-8") == "a,b\n'-1,-1\nx ; '-1 €,2\n"


def test_sheet_names_that_xml_cannot_hold_break_no_report(run: Run, tmp_path: Path) -> None:
    """An .xls may name its sheets with any sign: here straight in the tables, where no file format filters them."""
    tables = dict(run.outcome.tables)
    names = pl.Series("feuille", [payload[:2000] for payload in PAYLOADS])
    for name in ("budget", "constats"):
        tables[name] = tables[name].head(len(names)).with_columns(names, cellule=pl.lit("B2"))
    views, context = build_views(tables, 2010), ReportContext(CONFIG, DAY, "../inputs")
    for name, write in (("b.xlsx", write_finance), ("s.xlsx", write_status)):
        write(tmp_path / name, tables, views, context)
        check_report(tmp_path / name)


# --- What is printed ------------------------------------------------------------------------------------------------------------


@odd_names
def test_the_summary_of_a_run_prints_nothing_that_a_terminal_obeys(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    print_summary(run.outcome, run.outputs, DAY, as_json=False)
    told = capsys.readouterr().out
    assert "[U+001B]" in told
    assert _ACTS.findall(told) == []
    assert max(map(columns, told.splitlines())) <= WIDTH
    assert len(told.splitlines()) < 100
    assert f"et {run.outcome.decisions['rejeté'] - 20} autres" in told
    print_summary(run.outcome, run.outputs, DAY, as_json=True)
    told = capsys.readouterr().out
    assert _ACTS.findall(told) == []
    rejected = run.outcome.tables["depots"].filter(decision="rejeté")["fichier"].to_list()
    assert [r["fichier"] for r in json.loads(told)["rejetes"]] == rejected


@odd_names
def test_check_prints_nothing_that_a_terminal_obeys(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    marked = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
    files = [str(p) for p in sorted((run.home / "inputs").glob("*.xlsx")) if marked.search(p.name) or "\udcff" in p.name]
    files += [str(p) for p in sorted((run.home / "inputs").rglob("faux *.xlsx")) if "\x1b" in str(p)]
    for options in ([], ["--json"]):
        assert main(["--config", str(ROOT / "config.toml"), "check", *options, *files]) == 1
        told = capsys.readouterr()
        assert _ACTS.findall(told.out + told.err) == []
        if options:
            assert [c["fichier"] for c in json.loads(told.out)["fichiers"]] == files
        else:
            assert max(map(columns, told.out.splitlines())) <= WIDTH


def test_wrong_use_prints_nothing_that_a_terminal_obeys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "fichier").write_bytes(b"")
    folder = str(tmp_path / "fichier" / "\x1b")
    for arguments in (["check", "\x1b[2Jx\n.xlsx"], ["check", "x", "--\x1b[2J"], ["run", "--au", "\x9b2J"], ["demo", folder]):
        with contextlib.suppress(SystemExit):
            main(["--config", str(ROOT / "config.toml"), *arguments])
        told = capsys.readouterr()
        assert told.err
        assert _ACTS.findall(told.out + told.err) == []


def test_titles_still_compare_as_the_contract_s_own() -> None:
    assert [t for t in TITLES if normalise(t.format("Budget")) != "budget"] == []
