"""The October 2010 campaign, end to end: the truth of the fiche action, every euro accounted for, the same bytes each time."""

import hashlib
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from flows.steps import Outcome
from schemas.pays import all_pays
from schemas.tables import TABLES
from tests.grids import DAY, ROOT
from tests.runs import run_steps

EXAMPLE = ROOT / "examples" / "octobre-2010"


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sorties")


@pytest.fixture(scope="module")
def outcome(outputs: Path) -> Outcome:
    return run_steps(EXAMPLE, outputs, DAY, processes=True)


def test_8_poles_6_studies_and_7_pays_with_nothing(outcome: Outcome) -> None:
    stages = dict(outcome.tables["suivi_pays"].group_by("etape").len().rows())
    assert stages == {"pôle en fonctionnement": 8, "étude en cours": 6, "sans démarche": 7}
    told = dict(outcome.tables["suivi_pays"].select("pays_code", "etape").rows())
    assert told == {pays.code: pays.stage_2010 for pays in all_pays().values()}


def test_the_real_vote_of_28_october_2010(outcome: Outcome) -> None:
    vote = outcome.tables["decisions"].filter(pl.col("pays_code") == "20").row(0, named=True)
    assert (vote["vote_eur"], vote["date_decision"]) == (Decimal("105000.00"), date(2010, 10, 28))
    assert (vote["postes_accordes"], vote["premier_exercice"], vote["duree_ans"]) == (1, 2010, 3)


def test_the_bounds_of_the_fiche_action(outcome: Outcome) -> None:
    asked = outcome.tables["financements"].filter(pl.col("type_financeur") == "Région")
    of_2010 = asked.filter(pl.col("volet") == "fonctionnement", pl.col("exercice") == 2010)["sollicite_eur"].sum()
    assert of_2010 <= 560_000
    studies = outcome.tables["decisions"].filter(pl.col("volet") == "préfiguration")["vote_eur"].sum()
    assert studies <= 150_000


def test_every_file_and_euro_is_in_the_controls(outcome: Outcome) -> None:
    controls = outcome.tables["controles"]
    assert controls["ecart"].to_list() == [0] * controls.height
    assert outcome.decisions == {"accepté": 21, "accepté avec réserves": 0, "rejeté": 0, "remplacé": 0, "ignoré": 0}
    assert outcome.tables["depots"].filter(pl.col("lu_eur") <= 0).is_empty()


def test_the_example_has_no_warning(outcome: Outcome) -> None:
    assert set(outcome.tables["constats"]["code"]) == {"CEL109", "COF404", "COF406"}
    assert set(outcome.tables["constats"]["gravite"]) == {"information"}


def test_dossiers_co_financers_and_decisions_agree(outcome: Outcome) -> None:
    funding = outcome.tables["financements"]
    assert set(funding["etat"]) == {"concordant", "sans réponse"}
    assert funding["ecart_eur"].sum() == 0
    due = outcome.tables["echeancier"]
    assert due.filter(nature="ferme")["prevu_eur"].sum() == outcome.tables["decisions"]["vote_eur"].sum()


def test_every_table_is_valid_and_written(outcome: Outcome, outputs: Path) -> None:
    for name, table in outcome.tables.items():
        TABLES[name].validate(table)
        assert pl.read_parquet(outputs / "donnees" / f"{name}.parquet").equals(table)
        assert (outputs / "donnees" / f"{name}.csv").is_file()


def test_each_budget_line_holds_the_value_of_its_source_cell(outcome: Outcome) -> None:
    import openpyxl

    path = "fonctionnement/20-pays-de-vannes.xlsx"
    book = openpyxl.load_workbook(EXAMPLE / path, data_only=True)
    for line in outcome.tables["budget"].filter(pl.col("fichier") == path).to_dicts():
        assert Decimal(str(book[line["feuille"]][line["cellule"]].value)) == line["montant_eur"]


def digests(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_two_runs_give_the_same_bytes_in_every_output(outcome: Outcome, outputs: Path) -> None:
    first = digests(outputs)
    run_steps(EXAMPLE, outputs, DAY)
    assert digests(outputs) == first
    assert {"budget-consolide.xlsx", "suivi.xlsx", "modeles/dossier-prefiguration.xlsx", "donnees/budget.parquet"} <= set(first)


def test_nothing_is_written_in_the_inputs(tmp_path: Path) -> None:
    inputs = tmp_path / "inputs"
    shutil.copytree(EXAMPLE / "prefiguration", inputs)
    before = digests(inputs)
    run_steps(inputs, tmp_path / "outputs", DAY)
    assert digests(inputs) == before
