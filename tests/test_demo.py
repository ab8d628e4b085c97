"""The example campaign of October 2010: it says what happened then, obeys every cap, agrees with itself, and is committed as generated."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from cell_dump import cells

from schemas.accounts import SUBSIDIES, accounts
from schemas.parameters import Config, load_config
from schemas.pays import all_pays, find_pays
from schemas.plan import SECURED
from schemas.spec import DECISIONS, DOSSIERS, FONCTIONNEMENT, PREFIGURATION, STATEMENT
from workbooks.demo import DemoFile, demo_files, write_demo
from workbooks.template_values import amount, line_amount

ROOT = Path(__file__).parent.parent
COMMITTED = ROOT / "examples" / "octobre-2010"
CONFIG = load_config(ROOT / "config.toml")
FILES = demo_files(CONFIG)
DOSSIER_FILES = [f for f in FILES if f.document in DOSSIERS]


@pytest.fixture(scope="module")
def config() -> Config:
    return CONFIG


def region_lines(file: DemoFile) -> list:
    return [r for r in file.values.tables["plan"] if r["type_financeur"] == "Région"]


def account_sum(file: DemoFile, exercice: int, side: str, in_kind: bool) -> Decimal:
    lines = [line for line in file.values.budget if accounts()[line.compte].side == side]
    return sum((amount(x.amounts[exercice]) for x in lines if (accounts()[x.compte].heading in ("86", "87")) == in_kind), Decimal(0))


def test_committed_files_are_the_generated_ones(tmp_path, config):
    fresh = write_demo(tmp_path, config)
    assert [p.relative_to(tmp_path) for p in fresh] == sorted(p.relative_to(COMMITTED) for p in COMMITTED.rglob("*") if p.is_file())
    for path in fresh:
        assert cells(path) == cells(COMMITTED / path.relative_to(tmp_path)), path.name


def test_the_situation_of_october_2010():
    asked = {document: {find_pays(f.values.identification["pays_code"]) for f in FILES if f.document == document} for document in DOSSIERS}
    stages = {FONCTIONNEMENT: "pôle en fonctionnement", PREFIGURATION: "étude en cours"}
    assert asked == {document: {p.code for p in all_pays().values() if p.stage_2010 == stage} for document, stage in stages.items()}
    assert (len(asked[FONCTIONNEMENT]), len(asked[PREFIGURATION])) == (8, 6)
    poles = {f.values.identification["pole"] for f in FILES if f.document == FONCTIONNEMENT}
    assert poles == {p.pole for p in all_pays().values() if p.pole}


def test_files_stand_where_they_are_believed(config):
    assert [f.path for f in FILES if f.document == DECISIONS] == [f"{config.dossiers.region}/decisions-2010.xlsx"]
    assert sum(f.document == STATEMENT for f in FILES) == 6
    assert {f.values.identification["campagne"] for f in FILES} == {2010}


def decisions() -> list:
    return next(f for f in FILES if f.document == DECISIONS).values.tables["decisions"]


def test_the_real_vote():
    vote = next(d for d in decisions() if d["pays_code"] == "Pays de Vannes")
    expected = {"volet": "fonctionnement", "vote_eur": 105000, "postes_accordes": 1, "premier_exercice": 2010, "duree_ans": 3}
    assert vote.items() >= {**expected, "date_decision": date(2010, 10, 28)}.items()
    others = [d for d in decisions() if d is not vote]
    assert len(others) == 13
    assert all(date(2008, 1, 1) <= d["date_decision"] < date(2010, 10, 28) and d["reference"].startswith("EX-") for d in others)


def test_every_file_says_what_is_invented():
    assert all("inventés" in " ".join(f.values.notes) for f in FILES)
    for path in COMMITTED.rglob("*.xlsx"):
        assert "inventés" in str(cells(path)["Lisez-moi"]), path.name


@pytest.mark.parametrize("file", DOSSIER_FILES, ids=lambda f: f.path)
def test_each_dossier_balances(file):
    values = file.values
    assert not [line for line in values.budget if line.compte == SUBSIDIES]
    for exercice in values.exercices:
        plan = [r for r in values.tables["plan"] if r["exercice"] == exercice and r["type_financeur"] != "Ressources propres"]
        subsidies = sum(line_amount(r) for r in plan)
        assert account_sum(file, exercice, "charge", False) == account_sum(file, exercice, "produit", False) + subsidies
        assert account_sum(file, exercice, "charge", True) == account_sum(file, exercice, "produit", True)
    period = range(values.identification["date_debut"].year, values.identification["date_fin"].year + 1)
    assert list(values.exercices) == list(period)
    assert {p["famille"] for p in values.tables["partenaires"]} > {"association"}


@pytest.mark.parametrize("file", DOSSIER_FILES, ids=lambda f: f.path)
def test_each_dossier_obeys_the_caps(file, config):
    caps, values = config.parametres, file.values
    region = {y: sum(line_amount(r) for r in region_lines(file) if r["exercice"] == y) for y in values.exercices}
    if file.document == PREFIGURATION:
        assert 0 < sum(region.values()) <= caps.plafond_etude_eur.at(file.day).valeur
        return
    posts = values.tables["postes"]
    assert region == {y: sum(p["aide_eur"] for p in posts if p["exercice"] == y) for y in values.exercices}
    for post in posts:
        assert post["aide_eur"] <= min(caps.plafond_poste_eur.at(file.day).valeur * post["etp"], amount(post["cout_charge_eur"]))
        assert post["annuite"] <= caps.duree_poste_ans.at(file.day).valeur
    assert len({p["poste"] for p in posts}) <= caps.postes_max.at(file.day).valeur
    for exercice in values.exercices:
        staff = sum(p["cout_charge_eur"] for p in posts if p["exercice"] == exercice)
        lines = [line for line in values.budget if line.compte in ("641", "645")]
        assert staff == sum(line.amounts[exercice] for line in lines)


@pytest.mark.parametrize("file", DOSSIER_FILES, ids=lambda f: f.path)
def test_each_dossier_agrees_with_its_vote(file):
    vote = next(d for d in decisions() if d["pays_code"] == file.values.identification["pays_code"])
    funded = range(vote["premier_exercice"], vote["premier_exercice"] + vote["duree_ans"])
    assert list(file.values.exercices) == list(funded)
    assert sum(line_amount(r) for r in region_lines(file)) == vote["vote_eur"]
    assert {line_amount(r) for r in region_lines(file)} == {Decimal(vote["vote_eur"]) / vote["duree_ans"]}
    assert vote["beneficiaire"] == file.values.identification["structure_porteuse"]
    if file.document == FONCTIONNEMENT:
        assert len({p["poste"] for p in file.values.tables["postes"]}) == vote["postes_accordes"]
    if vote["date_decision"] < file.day:
        assert all(r.get("acquis_eur") and r["date_decision"] == vote["date_decision"] for r in region_lines(file))


def test_statements_and_dossiers_agree():
    names = {"Conseil général d'Ille-et-Vilaine": "CG 35", "Conseil général du Finistère": "CG 29", "Conseil général du Morbihan": "CG 56",
             "Conseil général des Côtes-d'Armor": "CG 22"}  # fmt: skip
    stated = {}
    for file in FILES:
        if file.document == STATEMENT:
            name = file.values.identification["financeur"]
            for row in file.values.tables["engagements"]:
                stated[names.get(name, name), row["pays_code"], row["exercice"]] = row["vote_eur"]
    senders = {key[0] for key in stated}
    secured, any_amount = {}, {}
    for file in DOSSIER_FILES:
        for row in file.values.tables["plan"]:
            key = (row["financeur"], file.values.identification["pays_code"], row["exercice"])
            any_amount[key] = row["sollicite_eur"]
            if row["financeur"] in senders and row.get("statut") in SECURED:
                secured[key] = row["acquis_eur"]
    assert secured.items() <= stated.items()
    assert all(any_amount[key] == value for key, value in stated.items())


def test_payments_stay_within_votes():
    mandats = next(f for f in FILES if f.document == DECISIONS).values.tables["mandats"]
    votes = {d.get("numero_engagement"): d for d in decisions()}
    for number in {m["numero_engagement"] for m in mandats}:
        paid = [m for m in mandats if m["numero_engagement"] == number]
        assert sum(m["montant_eur"] for m in paid) <= votes[number]["vote_eur"]
        assert all(m["date_emission"] >= votes[number]["date_convention"] for m in paid)


def test_only_two_files_show_values_written_as_text():
    texts = {}
    for file in FILES:
        items = [item for rows in file.values.tables.values() for r in rows for item in r.items()]
        found = [k for k, v in items if (k.endswith("_eur") or k.startswith("date_")) and isinstance(v, str)]
        if found or isinstance(file.values.identification["date_depot"], str):
            texts[file.path] = len(found)
    assert texts == {"cofinanceurs/cg-22.xlsx": 2, "fonctionnement/17-pays-de-saint-malo.xlsx": 0}
