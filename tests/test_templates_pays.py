"""`poles templates --pays`: what is known of a Pays is written and said to be so; the memo of its last budget is never counted."""

import io
import json
import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from flows.check import check_files
from flows.cli import main
from flows.steps import job
from flows.templates import known_of, unknown_pays
from schemas.pays import all_pays
from schemas.spec import COMPTE_RENDU, FONCTIONNEMENT, PREFIGURATION
from tests.grids import CONFIG, DAY, ROOT, codes, posts, sheet
from tests.runs import run_steps
from workbooks.reader import RawSheet
from workbooks.template import document_bytes, document_layout, example_values, write_document
from workbooks.template_layout import FIRST, HEADER
from workbooks.template_pays import SENT_BY_PAYS, Known, folder_name, pays_values
from workbooks.template_values import DocumentValues, Memo


@pytest.fixture(scope="module")
def consolidated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a configuration and the outputs of October 2010."""
    home = tmp_path_factory.mktemp("campagne")
    shutil.copy(ROOT / "config.toml", home)
    run_steps(ROOT / "examples" / "octobre-2010", home / "outputs", DAY, home / "config.toml")
    return home


def known(home: Path, code: str) -> Known:
    return known_of(job(home / "config.toml", None, None, DAY), code)


def poles(home: Path, *arguments: str) -> int:
    """Run the command with the configuration of that folder."""
    return main(["--config", str(home / "config.toml"), *arguments])


def findings(path: Path) -> set[str]:
    (checked,) = check_files([path], CONFIG, path.parent)
    return {f["code"] for f in checked.findings}


def written(home: Path, code: str, document: str) -> openpyxl.Workbook:
    folder = home / "outputs" / "modeles" / folder_name(all_pays()[code])
    (path,) = folder.glob({PREFIGURATION: "dossier-pre*", FONCTIONNEMENT: "dossier-fonc*", COMPTE_RENDU: "compte*"}[document])
    return openpyxl.load_workbook(path)


def identity(book: openpyxl.Workbook) -> dict[str, object]:
    return {row[0].value: row[1].value for row in book["Identification"].iter_rows(min_row=HEADER + 1)}


# The command.


@pytest.mark.parametrize("name", ["20", "Pays de Vannes", "vannes", "PAYS VANNES"])
def test_a_code_a_name_or_an_alias(name: str, consolidated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert poles(consolidated, "templates", "--pays", name, str(tmp_path)) == 0
    assert [p.name for p in tmp_path.iterdir()] == ["20-pays-de-vannes"]
    assert len(list((tmp_path / "20-pays-de-vannes").glob("*.xlsx"))) == len(SENT_BY_PAYS)
    assert capsys.readouterr().out.startswith("3 modèles dans ")


def test_they_go_beside_the_blank_ones(consolidated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert poles(consolidated, "templates", "--pays", "5", "--json") == 0
    (first, *_) = json.loads(capsys.readouterr().out)["fichiers"]
    assert first.endswith(
        "outputs/modeles/05-pays-de-ploermel-coeur-de-bretagne/compte-rendu-financier-05-pays-de-ploermel-coeur-de-bretagne.xlsx"
    )


def test_an_unknown_pays_exits_2_with_the_nearest(consolidated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert poles(consolidated, "templates", "--pays", "Pays de Rene", str(tmp_path / "m")) == 2
    told = capsys.readouterr().err
    assert "« Pays de Rene » n'est aucun des 21 Pays. Voulez-vous dire" in told
    assert "« Pays de Rennes »" in told
    assert not (tmp_path / "m").exists()
    assert unknown_pays("Bordeaux") == "« Bordeaux » n'est aucun des 21 Pays. Donnez son nom, ou son code de 01 à 21."


def test_the_same_bytes_each_time(consolidated: Path, tmp_path: Path) -> None:
    for folder in ("un", "deux"):
        assert poles(consolidated, "templates", "--pays", "15", str(tmp_path / folder)) == 0
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / f / "15-pays-de-rennes").iterdir()} for f in ("un", "deux"))
    assert one == two


def test_tables_that_cannot_be_read_are_said(consolidated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(consolidated / "outputs" / "donnees", tmp_path / "outputs" / "donnees")
    shutil.copy(consolidated / "config.toml", tmp_path)
    (tmp_path / "outputs" / "donnees" / "budget.parquet").write_bytes(b"PAR1 coupe")
    assert poles(tmp_path, "templates", "--pays", "15") == 1
    assert "relancez « poles run »" in capsys.readouterr().err


# What is known.


def test_without_any_run_only_the_name_and_the_code_are_known(tmp_path: Path) -> None:
    shutil.copy(ROOT / "config.toml", tmp_path)
    assert poles(tmp_path, "templates", "--pays", "15") == 0
    for document in SENT_BY_PAYS:
        book = written(tmp_path, "15", document)
        answers = {label: value for label, value in identity(book).items() if value is not None}
        assert answers == {"Type de document": document, "Campagne": 2010, "Pays": "Pays de Rennes"}
        guide = " ".join(str(c.value) for row in book["Lisez-moi"].iter_rows() for c in row)
        assert "Pays de Rennes (code 15)" in guide
        assert "seuls le nom et le code du Pays sont connus" in guide


def test_the_last_accepted_dossier_fills_what_still_holds(consolidated: Path) -> None:
    assert poles(consolidated, "templates", "--pays", "15") == 0
    book = written(consolidated, "15", FONCTIONNEMENT)
    answers = identity(book)
    assert answers["Pôle"] == "Réso solidaire"
    assert answers["Structure porteuse"] == "Association porteuse du pôle ESS du Pays de Rennes"
    assert answers["Version"] == 2  # the dossier of this campaign is there already: a new one corrects it
    assert {answers[label] for label in ("Date de dépôt", "Date de début", "Date de fin", "Courriel de contact")} == {None}
    guide = " ".join(str(c.value) for row in book["Lisez-moi"].iter_rows() for c in row)
    assert "d'après les dossiers connus au 30/11/2010 : le dossier de la campagne 2010, version 1" in guide
    # A study's carrier is often not the pôle's: nothing crosses from one kind of dossier to the other.
    study = identity(written(consolidated, "15", PREFIGURATION))
    assert (study["Pôle"], study["Structure porteuse"]) == ("Réso solidaire", None)


def test_siret_and_associated_pays_come_from_the_copy_kept(tmp_path: Path) -> None:
    shutil.copy(ROOT / "config.toml", tmp_path)
    (tmp_path / "inputs").mkdir()
    base = example_values(PREFIGURATION)
    more = {"siret": "35600000049837", "pays_associes": "Pays d'Auray", "courriel_contact": "contact@exemple.invalid"}
    values = replace(base, identification={**base.identification, **more})
    write_document(tmp_path / "inputs" / "etude.xlsx", PREFIGURATION, CONFIG, day=DAY, values=values)
    run_steps(tmp_path / "inputs", tmp_path / "outputs", DAY, tmp_path / "config.toml")
    shutil.rmtree(tmp_path / "inputs")  # the register's copy is enough
    assert poles(tmp_path, "templates", "--pays", "20") == 0
    for document in (PREFIGURATION, COMPTE_RENDU):
        answers = identity(written(tmp_path, "20", document))
        assert (answers["SIRET"], answers["Pays associés"], answers["Courriel de contact"]) == ("35600000049837", "Pays d'Auray", None)
    assert identity(written(tmp_path, "20", COMPTE_RENDU))["Volet"] == "préfiguration"


def test_its_own_cofinancers_are_suggested_first(consolidated: Path) -> None:
    names = known(consolidated, "15").financers
    table = pl.read_parquet(consolidated / "outputs" / "donnees" / "financements.parquet").filter(pl.col("pays_code") == "15")
    assert set(names) == set(table.filter(pl.col("type_financeur") != "Ressources propres")["financeur"])
    values = pays_values(FONCTIONNEMENT, known(consolidated, "15"), CONFIG)
    assert values.financers[: len(names)] == names
    assert names[0] == "Région Bretagne"
    assert "Fonds social européen" in values.financers  # the others known follow


def test_a_compte_rendu_starts_from_the_budget_retained(consolidated: Path) -> None:
    values = pays_values(COMPTE_RENDU, known(consolidated, "15"), CONFIG)
    budget = pl.read_parquet(consolidated / "outputs" / "donnees" / "budget.parquet").filter(pl.col("pays_code") == "15")
    rows = values.tables["realise"]
    assert {row["exercice"] for row in rows} == {2010}
    assert sum(Decimal(str(row["prevu_eur"])) for row in rows) == budget.filter(pl.col("exercice") == 2010)["montant_eur"].sum()
    assert {"compte": 74, "libelle": "Région", "exercice": 2010, "prevu_eur": Decimal(70000)} in rows


# Read back.


@pytest.mark.parametrize("code", ["01", "08", "12", "15", "20"])
def test_a_prefilled_template_read_back_only_lacks_answers(code: str, consolidated: Path, tmp_path: Path) -> None:
    assert poles(consolidated, "templates", "--pays", code, str(tmp_path)) == 0
    for path in tmp_path.rglob("*.xlsx"):
        assert findings(path) <= {"CEL101", "PAR302"}, path.name


def test_the_memo_shows_the_budget_retained(consolidated: Path) -> None:
    values = pays_values(FONCTIONNEMENT, known(consolidated, "15"), CONFIG)
    assert [memo.header for memo in values.memos] == [f"Pour mémoire : budget {y} retenu (€)" for y in (2010, 2011, 2012)]
    layout = document_layout(FONCTIONNEMENT, CONFIG, values)
    sheet_ = openpyxl.load_workbook(_file(FONCTIONNEMENT, values), data_only=True)["Budget"]
    budget = pl.read_parquet(consolidated / "outputs" / "donnees" / "budget.parquet").filter(pl.col("pays_code") == "15")
    years = len(layout.values.exercices)
    for rank, exercice in enumerate((2010, 2011, 2012)):
        column = 3 + years + 1 + rank
        assert sheet_.cell(HEADER + 1, column).value == f"Pour mémoire : budget {exercice} retenu (€)"
        shown = {(r.compte, r.libelle): sheet_.cell(FIRST + 1 + i, column) for i, r in enumerate(layout.budget)}
        of_year = budget.filter(pl.col("exercice") == exercice)
        charges = of_year.filter(pl.col("sens") == "charge", ~pl.col("compte").str.starts_with("86"))["montant_eur"].sum()
        assert shown["TOTAL DES CHARGES", ""].value == charges == shown["TOTAL DES PRODUITS", ""].value
        region = of_year.filter(pl.col("compte") == "74", pl.col("libelle") == "Région")["montant_eur"].sum()
        assert shown["74", "Région"].value == region
        assert all(cell.protection.locked for cell in shown.values())


def _file(document: str, values: DocumentValues) -> io.BytesIO:
    return io.BytesIO(document_bytes(document, CONFIG, day=DAY, values=values))


def test_the_memo_is_never_counted(tmp_path: Path) -> None:
    """The same dossier with and without its memo: the same findings, the same lines, the same euros."""
    memo = Memo(2010, {("606", ""): Decimal(99999), ("74", "Région"): Decimal(88888)})
    tables = {}
    for name, memos in (("sans", ()), ("avec", (memo, replace(memo, exercice=2011)))):
        inputs = tmp_path / name / "inputs"
        inputs.mkdir(parents=True)
        values = replace(example_values(FONCTIONNEMENT), memos=memos)
        write_document(inputs / "dossier.xlsx", FONCTIONNEMENT, CONFIG, day=DAY, values=values)
        tables[name] = run_steps(inputs, tmp_path / name / "outputs", DAY).tables
    columns = ["code", "feuille", "cellule", "message"]
    assert tables["avec"]["constats"].select(columns).equals(tables["sans"]["constats"].select(columns))
    assert tables["avec"]["budget"].equals(tables["sans"]["budget"])
    assert tables["avec"]["depots"]["lu_eur"].to_list() == tables["sans"]["depots"]["lu_eur"].to_list()


def test_any_column_headed_pour_memoire_is_left_alone() -> None:
    """The convention holds on every sheet, however it is written; another header is still reported (TAB003)."""

    def with_column(header: str) -> list[RawSheet]:
        found = []
        for raw in posts(years=2):
            wider = [[*row, ""] for row in raw.grid]
            if raw.name in ("Budget", "Plan de financement", "Postes", "Partenaires"):
                wider = [[*row, header if i == 0 else 12345] for i, row in enumerate(raw.grid)]
            found.append(sheet(raw.name, wider))
        return found

    for header in ("Pour mémoire : budget 2010 retenu (€)", "POUR MEMOIRE", "pour mémoire 2011", "Pour mémoire (k€)"):
        assert codes(with_column(header)) == [], header
    assert {told.split()[1] for told in codes(with_column("Mémoire"))} == {"TAB003"}


def test_a_pays_with_several_dossiers_is_filled_from_the_last(consolidated: Path) -> None:
    one = known(consolidated, "15").dossiers[FONCTIONNEMENT]
    assert (one.campagne, one.version, one.date_depot) == (2010, 1, date(2010, 6, 30))
    later = replace(known(consolidated, "15"), dossiers={FONCTIONNEMENT: replace(one, campagne=2009)})
    assert "version" not in pays_values(FONCTIONNEMENT, later, CONFIG).identification
