"""The two report workbooks: golden dumps, live totals, same bytes, and nothing from a received file that comes alive.

`python tests/test_reports.py` writes the golden dumps again; read the difference before committing it.
"""

import re
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import polars as pl
import pytest
import sample_tables as st
from cell_dump import cells, part
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from budget.views import build_views
from schemas.parameters import load_config
from workbooks import bulk, links, sheet, slices
from workbooks.links import encode_path, source_links
from workbooks.readback import read_back, verify_report
from workbooks.report_context import ReportContext
from workbooks.report_finance import expected_finance, write_finance
from workbooks.report_status import expected_status, write_status
from workbooks.slices import rows_in_slices
from workbooks.textcells import MAX_TEXT, Texts, printable

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"
CONTEXT = ReportContext(load_config(ROOT / "config.toml"), date(2010, 11, 30), "../inputs")
REPORTS: dict[str, tuple[Callable[..., None], Callable[..., dict[str, dict[str, Decimal]]]]] = {
    "budget-consolide": (write_finance, expected_finance),
    "suivi": (write_status, expected_status),
}
PAYLOADS = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", '=HYPERLINK("http://x.example","x")', "http://x.example", "mailto:x@x.example",
    "internal:Lisez-moi!A1", "external:c:\\x.xlsx", "file:///etc/x", "{=1+1}", "\t=1+1", "&A&P", "<script>",
)  # fmt: skip


def write(folder: Path, name: str, tables: st.Tables) -> Path:
    target = folder / f"{name}.xlsx"
    REPORTS[name][0](target, tables, build_views(tables, 2010), CONTEXT)
    return target


def sheet_parts(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return [archive.read(n).decode() for n in sorted(archive.namelist()) if n.startswith("xl/worksheets/sheet")]


def formulas(path: Path) -> list[tuple[str, str]]:
    return [found for text in sheet_parts(path) for found in re.findall(r"<f>([^<]*)</f><v>([^<]*)</v>", text)]


def targets(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        rels = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/_rels/")]
    return [t for text in rels for t in re.findall(r'relationships/hyperlink" Target="([^"]*)"', text)]


def cell_links(path: Path) -> list[tuple[str, str, str]]:
    """Each linked cell, the file that its link points to, and the place in it."""
    found = []
    for tab in load_workbook(path):
        found += [(f"{tab.title}!{cell.coordinate}", cell.hyperlink) for row in tab.iter_rows() for cell in row if cell.hyperlink]
    return [(cell, link.target or "", link.location or "") for cell, link in found]


def dump(path: Path) -> str:
    """Every cell that holds something, one a line, then the formulas and the links."""
    lines = []
    for name, grid in cells(path).items():
        for row, values in enumerate(grid, 1):
            lines += [f"{name}!{sheet.xl_col_to_name(c)}{row}\t{value}" for c, value in enumerate(values) if value != ""]
    lines += [f"formule\t{formula}\t{value}" for formula, value in formulas(path)]
    lines += [f"lien\t{cell}\t{target}\t{place}" for cell, target, place in cell_links(path)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", REPORTS)
def test_golden_dump(name: str, tmp_path: Path) -> None:
    assert dump(write(tmp_path, name, st.small_case())) == (GOLDEN / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("case", [st.small_case, st.october_2010, st.tables])
def test_slices_hold_the_rows_of_the_sheet(name: str, case: Callable[[], st.Tables], tmp_path: Path) -> None:
    path = write(tmp_path, name, case())
    book = CalamineWorkbook.from_path(str(path))
    for rank in range(len(book.sheet_names)):
        rows = [row for row in book.get_sheet_by_index(rank).iter_rows() if any(cell != "" for cell in row)]
        for size in (700, 5_000, 10**9):
            found = [row for row in rows_in_slices(path, rank, size) if any(cell != "" for cell in row)]
            assert [strip(row) for row in found] == [strip(row) for row in rows]


def strip(row: list[Any]) -> list[Any]:
    """A row without the blanks at its end: a slice is as wide as its longest row."""
    return row[: max(place for place, cell in enumerate(row, 1) if cell != "")]


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("case", [st.small_case, st.october_2010, st.tables])
@pytest.mark.parametrize("long", [slices.LONG, 0], ids=["whole", "in slices"])
def test_the_file_says_what_the_views_say(
    name: str, case: Callable[[], st.Tables], long: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "LONG", long)
    tables = case()
    path = write(tmp_path, name, tables)
    wanted = REPORTS[name][1](tables, build_views(tables, 2010), CONTEXT)
    assert verify_report(path, wanted) == []
    found = read_back(path)
    assert wanted.keys() == found.keys()
    assert all(found[s].get(header, 0) == total for s, sums in wanted.items() for header, total in sums.items())


def test_a_difference_is_said_in_french(tmp_path: Path) -> None:
    tables = st.small_case()
    path = write(tmp_path, "budget-consolide", tables)
    wanted = expected_finance(tables, build_views(tables, 2010), CONTEXT)
    wanted["Par Pays"]["Voté"] += Decimal("0.01")
    wanted["Zone absente"] = {}
    assert verify_report(path, wanted) == [
        "Feuille « Par Pays », colonne « Voté » : 125000,0 dans le classeur, 125000,01 attendu.",
        "Feuille « Zone absente » : absente du classeur écrit.",
    ]


@pytest.mark.parametrize("name", REPORTS)
def test_same_bytes_twice(name: str, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = write(tmp_path / "a", name, st.october_2010()), write(tmp_path / "b", name, st.october_2010())
    assert first.read_bytes() == second.read_bytes()


def test_totals_follow_filters_and_store_their_value(tmp_path: Path) -> None:
    tables = st.october_2010()
    path = write(tmp_path, "budget-consolide", tables)
    lines = part(path, "xl/worksheets/sheet3.xml")
    wanted = build_views(tables, 2010)["budget_consolide"]["charges_eur"].sum()
    stored = re.search(r"<f>SUBTOTAL\(109,J5:J(\d+)\)</f><v>([^<]*)</v>", lines)
    assert stored is not None
    assert (int(stored[1]), Decimal(stored[2])) == (tables["budget"].height + 4, wanted)
    assert 'autoFilter ref="A4:P' in lines
    assert 'topLeftCell="B5"' in lines
    assert {f.split("(")[0] for f, _ in formulas(path)} == {"SUBTOTAL", "SUM"}


def test_print_set_up(tmp_path: Path) -> None:
    for name in REPORTS:
        path = write(tmp_path, name, st.small_case())
        for text in sheet_parts(path):
            assert 'paperSize="9"' in text
            # The charts stand one below the other.
            assert f'orientation="{"portrait" if "<drawing " in text else "landscape"}"' in text
            assert "fitToPage" in text
            assert "&amp;F — &amp;A&amp;C&amp;8Arrêté au 30/11/2010&amp;R&amp;8Page &amp;P/&amp;N" in text
        titles = part(path, "xl/workbook.xml")
        assert titles.count("_xlnm.Print_Titles") == (11 if name == "budget-consolide" else 7)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_received_text_never_comes_alive(payload: str, tmp_path: Path) -> None:
    tables = st.small_case()
    for name, columns in {
        "budget": ("pays", "pole", "porteur", "libelle", "feuille"), "depots": ("motif", "financeur", "type_document", "retour"),
        "constats": ("feuille", "cellule", "champ", "valeur", "limite", "reference", "message", "correction"),
        "financements": ("financeur",), "suivi_pays": ("pays", "pole", "etude", "prochaine_action"), "decisions": ("beneficiaire",),
        "relances": ("pays", "page", "motifs"), "versions_constats": ("feuille", "cellule", "message"), "versions_montants": ("libelle",),
    }.items():  # fmt: skip
        tables[name] = tables[name].with_columns(pl.lit(payload).alias(c) for c in columns)
    renamed = {path: f"{payload}/{path}" for path in tables["depots"]["fichier"]}
    for name in ("depots", "constats", "budget", "votes", "versions", "versions_constats", "versions_montants"):
        paths = [c for c in ("fichier", "precedent") if c in tables[name].columns]
        tables[name] = tables[name].with_columns(pl.col(paths).replace(renamed))
    for report in REPORTS:
        path = write(tmp_path, report, tables)
        assert {f.split("(")[0] for f, _ in formulas(path)} <= {"SUBTOTAL", "SUM"}
        received = [t for t in targets(path) if t.startswith("..\\inputs\\")]
        returned = set(targets(path)) - set(received)
        assert received
        assert returned <= {encode_path(payload).replace("/", "\\").replace("&", "&amp;")}, "the return is a path below the outputs"
        assert verify_report(path, REPORTS[report][1](tables, build_views(tables, 2010), CONTEXT)) == []


ODD_NAMES = [
    "simple.xlsx", "avec espace.xlsx", "50% aide.xlsx", "n#1.xlsx", "quoi?.xlsx", "été à Ploërmel.xlsx", "a[1]{2}.xlsx",
    "pl%20us.xlsx", "a'b\"c.xlsx", "a&b<c>.xlsx", "a;b:c|d^e`f.xlsx", "C:\\x.xlsx", "tab\tici.xlsx",
]  # fmt: skip


@pytest.mark.parametrize("name", ODD_NAMES)
def test_links_lead_to_files_with_odd_names(name: str, tmp_path: Path) -> None:
    tables = st.small_case()
    old = tables["constats"].filter(pl.col("cellule") != "")["fichier"][0]
    tables["constats"] = tables["constats"].with_columns(pl.col("fichier").replace({old: f"2010/{name}"}), feuille=pl.lit("Plan d'été #2"))
    tables["depots"] = tables["depots"].with_columns(pl.col("fichier").replace({old: f"2010/{name}"}))
    path = write(tmp_path, "suivi", tables)
    wanted = f"../inputs/2010/{name}"
    found = [unquote(t.replace("\\", "/").replace("&amp;", "&")) for t in targets(path)]
    assert wanted in found
    assert not [t for t in targets(path) if re.search(r"[#? <>\"^`{}|]", t)]
    assert "location=\"'Plan d''été #2'!C6\"" in part(path, "xl/worksheets/sheet5.xml")


@pytest.mark.parametrize(
    ("folder", "source", "link"),
    [
        ("../inputs", ("a.xlsx", "Feuil'1", "AB12"), ("external:../inputs/a.xlsx", "'Feuil''1'!AB12")),
        ("../inputs", ("a.xlsx", "Feuil1", "=1+1"), ("external:../inputs/a.xlsx", "'Feuil1'!A1")),
        ("../inputs", ("a.xlsx", "Feuil1", None), ("external:../inputs/a.xlsx", "'Feuil1'!A1")),
        ("../inputs", ("a.xlsx", "", "C6"), ("external:../inputs/a.xlsx", "")),
        ("../inputs", ("a.xlsx", "Feuil\x001", "C6"), ("external:../inputs/a.xlsx", "")),
        ("D:/mes dossiers", ("a.xlsx", None, None), ("external:D:/mes%20dossiers/a.xlsx", "")),
        ("../inputs", ("é" * 2100, "F", "A1"), (None, "'F'!A1")),
        ("../inputs", ("a.xlsx", "é" * 2100, "A1"), (None, f"'{'é' * 2100}'!A1")),
        ("../inputs", (None, None, None), (None, "")),
    ],
)
def test_the_link_of_a_source(folder: str, source: tuple[str | None, ...], link: tuple[str | None, str]) -> None:
    assert source_links(folder, *(pl.Series([part], dtype=pl.String) for part in source)).rows() == [link]


def test_a_file_alone_is_linked_too() -> None:
    assert source_links("../inputs", pl.Series(["a.xlsx"])).rows() == [("external:../inputs/a.xlsx", "")]
    assert source_links("../inputs", pl.Series([], dtype=pl.String)).rows() == []


def test_a_long_table_is_written_in_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = st.october_2010()
    whole = dump(write(tmp_path, "budget-consolide", tables))
    monkeypatch.setattr(bulk, "_SLICE", 7)
    assert dump(write(tmp_path, "budget-consolide", tables)) == whole


def test_a_file_is_named_once_for_all_its_links(tmp_path: Path) -> None:
    path = write(tmp_path, "budget-consolide", st.october_2010())
    assert len(targets(path)) == len(set(targets(path))) < len(cell_links(path))


def test_links_beyond_the_limit_become_plain_text_and_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert links.MAX_LINKS == 65_530
    monkeypatch.setattr(sheet, "MAX_LINKS", 10)
    tables = st.small_case()
    path = write(tmp_path, "budget-consolide", tables)
    grid = cells(path)
    assert len(cell_links(path)) == 10 + tables["engagements"].height
    assert [row[15] for row in grid["Budget consolidé"][4:]] == build_views(tables, 2010)["budget_consolide"]["cellule"].to_list()
    said = [row[1] for row in grid["Lisez-moi"] if "liens par feuille" in str(row[1])]
    assert len(said) == 1
    assert f"{tables['budget'].height - 10} adresses sans lien" in said[0]


def test_rows_beyond_the_limit_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sheet.MAX_ROWS == 1_048_572
    monkeypatch.setattr(sheet, "MAX_ROWS", 7)
    tables = st.small_case()
    path = write(tmp_path, "budget-consolide", tables)
    grid = cells(path)
    rest = tables["budget"].height - 7
    assert f"{rest} lignes de trop pour une feuille Excel ; la suite est dans donnees/budget.parquet" in grid["Budget consolidé"][1][0]
    assert any(f"{rest} lignes de trop" in str(row[1]).replace("\u00a0", " ") for row in grid["Lisez-moi"])
    assert verify_report(path, expected_finance(tables, build_views(tables, 2010), CONTEXT)) == []


def test_illegal_and_long_texts_are_marked() -> None:
    long, emoji = "a" * 40_000, "😀" * 20_000
    changed, said = printable(Texts.of(pl.Series(["bon", "cloche\x07", long, emoji, None, "ligne\r\nligne", "", "cloche\x07"])), "constats")
    texts = changed.spread(changed.known).to_list()
    assert texts[:2] == ["bon", "cloche[U+0007]"]
    assert all(len(t.encode("utf-16-le")) // 2 <= MAX_TEXT for t in texts[2:4] if t)
    assert all(t.endswith("le tout est dans donnees/constats.parquet)") for t in texts[2:4] if t)
    assert texts[4:] == [None, "ligne\nligne", None, "cloche[U+0007]"]
    assert str(said).startswith("3 textes avec des signes")
    assert "2 textes de plus de 32767 signes, coupés" in str(said)


def test_illegal_texts_are_said_on_the_first_sheet(tmp_path: Path) -> None:
    tables = st.small_case()
    tables["constats"] = tables["constats"].with_columns(valeur=pl.lit("a\x00b"), message=pl.lit("é" * 33_000))
    grid = cells(write(tmp_path, "suivi", tables))
    notes = " ".join(str(row[1]) for row in grid["Lisez-moi"])
    assert "colonne « Valeur »" in notes.replace("\u00a0", " ")
    assert "colonne « Message »" in notes.replace("\u00a0", " ")
    assert grid["Constats"][4][7] == "a[U+0000]b"


def test_first_sheet_says_what_counts(tmp_path: Path) -> None:
    text = " ".join(str(c) for row in cells(write(tmp_path, "budget-consolide", st.october_2010()))["Lisez-moi"] for c in row)
    text = text.replace("\u00a0", " ")
    for words in (
        "Arrêté au 30/11/2010", "19 fichiers, dont 14 acceptés, 1 accepté avec réserves, 2 rejetés, 1 remplacé, 1 ignoré.",
        "Ce que le financeur dit lui-même avoir voté, sans réserve, là où un dossier accepté existe.",
        "25 000 € depuis le 01/01/2008", "35 000 € par an depuis le 01/01/2008", "3 ans depuis", "2 postes depuis", "vérifié le",
    ):  # fmt: skip
        assert words in text


def test_unknown_rule_is_said_not_checked(tmp_path: Path) -> None:
    later = ReportContext(CONTEXT.config, date(2015, 1, 1), "../inputs")
    tables = st.small_case()
    write_status(tmp_path / "s.xlsx", tables, build_views(tables, 2010), later)
    text = str(cells(tmp_path / "s.xlsx")["Lisez-moi"]).replace("\\xa0", " ")
    assert text.count("la règle n'est pas contrôlée") == 4


def test_gap_is_shown_in_words_too(tmp_path: Path) -> None:
    tables = st.small_case()
    tables["controles"] = tables["controles"].with_columns(ecart=pl.lit(Decimal("0.01")))
    grid = cells(write(tmp_path, "budget-consolide", tables))
    assert str(grid["Synthèse"][2][0]).startswith("1 contrôle en écart sur 1")
    assert grid["Contrôles"][4][4] == "écart"


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for report in REPORTS:
        made = write(GOLDEN, report, st.small_case())
        (GOLDEN / f"{report}.txt").write_text(dump(made), "utf-8")
        made.unlink()
        sys.stdout.write(f"{report}.txt\n")
