"""`poles explain`: the lines behind each figure add up to it, and each leads to a cell; wrong questions are answered in French."""

import json
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook

from budget.explain import explain
from budget.views import build_views
from flows.cli import main
from flows.explain import explain_cell, explain_pays, read_tables
from flows.steps import job
from schemas.packed import Tables
from tests.grids import CONFIG, DAY, ROOT
from tests.grids import tables as tables_of
from tests.paper import read_case
from tests.runs import run_steps
from workbooks.charts import CHARTS
from workbooks.finance_sheets import finance_sheets
from workbooks.report_context import ReportContext
from workbooks.synthese import blocks

CASE = read_case(ROOT / "tests" / "cas_a_la_main" / "campagnes-2010-2012.md")
SUMMED = ("par_pays", "par_financeur", "echeancier", "engagements", "rapprochement", "soldes", "budget_consolide")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the configuration, the example of October 2010, and its outputs."""
    folder = tmp_path_factory.mktemp("explain")
    shutil.copy(ROOT / "config.toml", folder)
    shutil.copytree(ROOT / "examples" / "octobre-2010", folder / "inputs")
    run_steps(folder / "inputs", folder / "outputs", DAY, folder / "config.toml")
    return folder


@pytest.fixture(scope="module")
def october(home: Path) -> Tables:
    return read_tables(job(home / "config.toml", None, None, DAY))


def add_up(tables: Tables, view: str) -> int:
    """How many figures of a view there are; each one's lines come to it."""
    context = ReportContext(CONFIG, DAY, "../inputs")
    spec = next(s for s in finance_sheets(context, forecast=True) if s.view == view)
    frame = build_views(tables, 2010)[view]
    figures = [c.name for c in spec.columns if c.kind in ("euros", "montant", "nombre", "taux") and c.name != "projet"]
    seen = 0
    for row in frame.iter_rows(named=True):
        for name in figures:
            made = explain(tables, view, name, row, CONFIG.parametres)
            assert made.amount == row[name]
            if row[name] is not None:
                assert made.computed() == row[name], (view, name, row)
                seen += 1
    return seen


def test_every_figure_of_par_pays_in_the_example_adds_up(october: Tables) -> None:
    assert add_up(october, "par_pays") > 100


@pytest.mark.parametrize("view", SUMMED)
def test_every_figure_of_the_case_worked_out_by_hand_adds_up(view: str) -> None:
    assert add_up(tables_of(CASE.files, day=CASE.day), view) > 0


def test_every_figure_of_synthese_and_of_graphiques_adds_up(october: Tables) -> None:
    for tables in (october, tables_of(CASE.files, day=CASE.day)):
        frames, seen = build_views(tables, 2010), 0
        shown = [(b.view, [name for name, _ in b.columns[1:]]) for b in blocks(2010)]
        shown += [(c.view, [name for name, _, _ in c.series]) for c in CHARTS]
        for view, names in shown:
            for row in frames[view].with_columns(campagne=pl.lit(2010)).iter_rows(named=True):
                for name in names:
                    made = explain(tables, view, name, row, CONFIG.parametres)
                    assert made.computed() == row[name], (view, name, row)
                    seen += bool(row[name])
        assert seen > 40


def test_a_cell_of_synthese_and_its_total(home: Path, october: Tables) -> None:
    work = job(home / "config.toml", None, None, date(2010, 11, 30))
    book = load_workbook(home / "outputs" / "budget-consolide.xlsx", data_only=True)
    asked = 0
    for sheet in ("Synthèse", "Graphiques"):
        for row in book[sheet].iter_rows(min_row=4, min_col=2):
            for cell in row:
                if isinstance(cell.value, int | float):
                    figures = explain_cell(work, october, f"{sheet}!{cell.coordinate}")
                    assert sum(f.explanation.computed() for f in figures) == Decimal(str(cell.value)).quantize(Decimal("0.01")), cell
                    asked += 1
    assert asked > 80
    stage = explain_cell(work, october, "Synthèse!B7")
    assert stage[0].about == "sans démarche"
    assert len(stage[0].explanation.parts) == stage[0].explanation.amount


def test_each_line_of_an_amount_leads_to_a_cell() -> None:
    tables = tables_of(CASE.files, day=CASE.day)
    for row in build_views(tables, 2010)["par_pays"].iter_rows(named=True):
        for name in ("cout_eur", "demande_eur", "vote_eur", "engage_eur", "mandate_eur", "confirme_eur", "declare_eur", "espere_eur"):
            made = explain(tables, "par_pays", name, row, CONFIG.parametres)
            assert all(part.file and part.sheet and part.cell for part in made.parts), (name, made.parts)


def test_what_is_left_out_is_said_with_its_reason() -> None:
    tables = tables_of(CASE.files, day=CASE.day)
    rows = build_views(tables, 2010)["par_pays"].filter(pays_code="05").to_dicts()
    study = explain(tables, "par_pays", "cout_eur", next(r for r in rows if r["volet"] == "préfiguration"), CONFIG.parametres)
    assert [(p.file, p.amount) for p in study.left_out] == [("2011/ploermel-etude.xlsx", Decimal(25000))]
    assert "PRE301" in study.left_out[0].text
    post = explain(tables, "par_pays", "cout_eur", next(r for r in rows if r["volet"] == "fonctionnement"), CONFIG.parametres)
    assert [(p.file, p.amount) for p in post.left_out] == [("2012/ploermel-v0.xlsx", Decimal(79500))]


def test_a_cap_cites_its_text() -> None:
    tables = tables_of(CASE.files, day=CASE.day)
    row = build_views(tables, 2010)["par_pays"].filter(pays_code="20").to_dicts()[0]
    made = explain(tables, "par_pays", "plafond_eur", row, CONFIG.parametres)
    assert any("Fiche action, octobre 2010" in text and "Plafond annuel" in text for text in made.texts)


def test_a_total_is_the_figures_of_its_column(home: Path, october: Tables) -> None:
    work = job(home / "config.toml", None, None, date(2010, 11, 30))
    figures = explain_cell(work, october, "Par Pays!I3")
    assert sum(f.explanation.computed() for f in figures) == build_views(october, 2010)["par_pays"]["cout_eur"].sum()


def test_a_pays_and_a_column(home: Path, october: Tables) -> None:
    work = job(home / "config.toml", None, None, date(2010, 11, 30))
    (figure,) = explain_pays(work, october, "Vannes", "voté")
    assert figure.explanation.amount == 105000
    assert figure.explanation.parts[0].text.startswith("attribution du 28/10/2010")
    assert explain_cell(work, october, f"'Par Pays'!{figure.place.partition('!')[2]}")[0] == figure


def test_the_command_for_people_and_for_programs(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = ["--config", str(home / "config.toml"), "explain", "--pays", "20", "--colonne", "Coût total"]
    assert main(config) == 0
    told = capsys.readouterr().out
    assert "Ce qui le compose" in told
    assert all(len(line) <= 100 for line in told.splitlines())
    assert main([*config, "--json"]) == 0
    (facts,) = json.loads(capsys.readouterr().out)
    assert Decimal(facts["montant"]) == Decimal(facts["calcule"]) == sum(Decimal(line["montant"]) for line in facts["lignes"])


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (["Par Pays"], "n'est pas une cellule"),
        (["Feuille!A1"], "n'est pas une feuille"),
        (["Par Pays!B5"], "ne porte pas de chiffre"),
        (["Par Pays!I900"], "a ses lignes de 5 à"),
        (["Synthèse!A7"], "ne porte pas de chiffre"),
        (["Synthèse!B5"], "ne porte pas de chiffre"),
        (["Graphiques!B900"], "La cellule B900 de « Graphiques » ne porte pas de chiffre"),
        (["Par Pays!ZZ5"], "n'a que 21 colonnes"),
        (["--pays", "Vanes", "--colonne", "Voté"], "Voulez-vous dire « Pays de Vannes »"),
        (["--pays", "20", "--colonne", "Vot"], "Colonnes : Voté"),
        (["--pays", "20"], "Indiquez une cellule"),
        ([], "Indiquez une cellule"),
    ],
)
def test_a_wrong_question_is_answered_in_french(home: Path, asked: list[str], answer: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(home / "config.toml"), "explain", *asked]) == 2
    assert answer in capsys.readouterr().err


def test_without_a_run_it_says_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(ROOT / "config.toml", tmp_path)
    assert main(["--config", str(tmp_path / "config.toml"), "explain", "Par Pays!I5"]) == 1
    assert "lancez « poles run »" in capsys.readouterr().err
