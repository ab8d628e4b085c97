"""Every rule of a single file: a case that fires it at its cell, and sound documents that fire none."""

import re
from datetime import date
from pathlib import Path

import pytest

from budget.validate import ContractBug, check_sheet
from flows.check import check_files
from schemas.postes import Postes
from schemas.rules import GRAVITIES, MESSAGE_LIMIT, RULES
from schemas.spec import DECISIONS
from tests.grids import CONFIG, ROOT, at, check, codes, decided, decisions, edit, posts, report, sheet, statement, study, without
from workbooks.cells import indices, shown
from workbooks.mistakes import Mistake, write_mistakes
from workbooks.reader import RawSheet, read_sheets
from workbooks.template import document_bytes, example_values

LATER = {rule.code for rule in RULES.values() if rule.stage == "croisement"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the faulty files are written."""
    return tmp_path_factory.mktemp("erreurs")


@pytest.fixture(scope="module")
def mistakes(folder: Path) -> list[tuple[Mistake, list[dict[str, str]]]]:
    """Each mistake with the findings that its file gives."""
    made = write_mistakes(folder, CONFIG)
    checked = {c.shown: c.findings for c in check_files([folder / m.file for m in made], CONFIG, folder / "inputs")}
    return [(m, checked[str(folder / m.file)]) for m in made if m.code != "FIC007"]


def test_each_mistake_gives_its_rule_at_its_cell_and_no_other_error(mistakes: list[tuple[Mistake, list[dict[str, str]]]]) -> None:
    for mistake, findings in mistakes:
        places = {(f["code"], f["feuille"], f["cellule"]) for f in findings}
        assert (mistake.code, mistake.sheet, mistake.cell) in places, mistake
        assert {f["code"] for f in findings if f["gravite"] == "erreur"} <= {mistake.code}, mistake


def test_every_rule_of_a_single_file_has_a_mistake(mistakes: list[tuple[Mistake, list[dict[str, str]]]]) -> None:
    assert {m.code for m, _ in mistakes} == set(RULES) - LATER


def test_every_sentence_is_french_short_and_says_what_to_do(mistakes: list[tuple[Mistake, list[dict[str, str]]]]) -> None:
    for _, findings in mistakes:
        for f in findings:
            for sentence in (f["message"], f["correction"]):
                assert 10 < len(sentence) <= MESSAGE_LIMIT
                assert sentence.endswith((".", "?")), sentence
                assert "{" not in sentence
                assert "None" not in sentence
                assert "  " not in sentence
                assert "« »" not in sentence, sentence


def test_each_finding_s_cell_holds_the_value_that_it_cites(
    folder: Path, mistakes: list[tuple[Mistake, list[dict[str, str]]]]
) -> None:  # fmt: skip
    cited = 0
    for mistake, findings in mistakes:
        placed = [f for f in findings if f["cellule"] and f["valeur"]]
        if placed:
            data = (folder / mistake.file).read_bytes()
            grids = {s.name: s.grid for s in read_sheets(data, CONFIG.limites)}
            for f in placed:
                row, column = indices(f["cellule"])
                assert shown(grids[f["feuille"]][row][column]) == f["valeur"], f
                cited += 1
    assert cited > 25


def test_a_cap_is_cited_with_its_text(mistakes: list[tuple[Mistake, list[dict[str, str]]]]) -> None:
    for mistake, findings in mistakes:
        for f in findings:
            if RULES[mistake.code].parameter and f["code"] == mistake.code:
                assert "Fiche action, octobre 2010" in f["reference"], mistake
                assert f["limite"], mistake


def test_the_catalogue_is_sound() -> None:
    assert all(rule.gravity in GRAVITIES and rule.title and rule.message and rule.correction for rule in RULES.values())
    for rule in RULES.values():
        for sentence in (rule.message, rule.correction, *rule.cases.values()):
            assert sentence.endswith((".", "{proches}", "{question}")), sentence
            assert not re.search(r"[a-z}»][:;?!]|  ", sentence), sentence


def test_a_long_name_leaves_the_rest_of_the_sentence() -> None:
    long = "Chargé de mission " * 30
    told = [f for _, f in check({"d.xlsx": edit(posts(asked=36000, cost=50000), "Postes", "A2", long)}).found if f.code == "FON201"]
    message, _ = RULES["FON201"].say({"cellule": "F2", **told[0].facts})
    assert len(message) <= MESSAGE_LIMIT
    assert "…" in message
    assert message.endswith("poste de chargé de mission »).")


def test_each_case_of_a_correction_is_one_that_findings_name() -> None:
    code = "".join(p.read_text("utf-8") for folder in ("schemas", "workbooks", "budget") for p in (ROOT / folder).glob("*.py"))
    assert not {case for rule in RULES.values() for case in rule.cases if f'"{case}"' not in code}


@pytest.mark.parametrize(
    "sheets",
    [
        study(),
        posts(),
        posts(years=3, count=2),
        statement([["Pays de Vannes", "fonctionnement", 2010, 7000, 0]]),
        report([[641, 2010, 30000, 29500]]),
    ],
    ids=["préfiguration", "fonctionnement", "deux postes sur trois ans", "état", "compte rendu"],
)
def test_a_sound_document_is_told_nothing(sheets: list[RawSheet]) -> None:
    assert codes(sheets) == []


@pytest.mark.parametrize(
    "document", ["Dossier de préfiguration", "Dossier de fonctionnement", "Compte rendu financier", "État cofinanceur"]
)
def test_a_template_filled_with_its_own_examples_gives_no_finding(document: str, tmp_path: Path) -> None:
    assert _template_findings(tmp_path / "modele.xlsx", document, filled=True, inputs=tmp_path) == set()


def test_filled_decisions_give_no_finding_in_their_folder(tmp_path: Path) -> None:
    (tmp_path / "region").mkdir()
    assert _template_findings(tmp_path / "region" / "modele.xlsx", DECISIONS, filled=True, inputs=tmp_path) == set()


@pytest.mark.parametrize(
    "document", ["Dossier de préfiguration", "Dossier de fonctionnement", "Compte rendu financier", "État cofinanceur", DECISIONS]
)
def test_a_blank_template_only_lacks_values(document: str, tmp_path: Path) -> None:
    expected = {"CEL101", "PAR302"} | ({"FIC006"} if document == DECISIONS else set())
    assert _template_findings(tmp_path / "modele.xlsx", document, filled=False, inputs=tmp_path) <= expected


def _template_findings(path: Path, document: str, *, filled: bool, inputs: Path) -> set[str]:
    values = example_values(document) if filled else None
    path.write_bytes(document_bytes(document, CONFIG, day=date(2010, 6, 1), values=values))
    (checked,) = check_files([path], CONFIG, inputs)
    return {f["code"] for f in checked.findings}


# Bounds: what lies exactly on a cap or a tolerance passes.


@pytest.mark.parametrize(("asked", "told"), [(25000, []), (25000.01, ["D2 PRE201"])])
def test_the_study_cap_is_25_000_euros(asked: float, told: list[str]) -> None:
    assert codes(study(asked=asked)) == told


@pytest.mark.parametrize(("asked", "told"), [(35000, []), (35000.01, ["F2 FON201"])])
def test_the_post_cap_is_35_000_euros_a_year(asked: float, told: list[str]) -> None:
    assert codes(posts(asked=asked)) == told


def test_an_annuity_that_straddles_two_years_is_one_annuity() -> None:
    straddling = edit(posts(years=2, asked=20000, cost=42000), "Postes", "B3", 1)
    assert codes(straddling) == ["F3 FON201"]


def test_half_a_post_above_half_the_cap_is_a_warning() -> None:
    assert codes(posts(etp=0.5, asked=17500)) == []
    assert codes(posts(etp=0.5, asked=17501)) == ["F2 FON202"]


def test_two_posts_pass_and_a_third_is_surplus() -> None:
    assert codes(posts(count=2)) == []
    assert codes(posts(count=3)) == ["A4 FON301"]


def test_a_fourth_annuity_is_refused() -> None:
    assert codes(posts(years=3)) == []
    assert codes(posts(years=4)) == ["B5 FON302"]


def test_the_cap_is_that_of_the_deposit_and_an_unknown_one_is_said() -> None:
    assert codes(posts(campaign=2018, depot=date(2018, 3, 1), asked=30001, cost=42000)) == ["F2 FON201", "REG401"]
    assert codes(study(campaign=2015, depot=date(2015, 3, 1), asked=90000)) == ["REG401"]


def test_the_regions_decision_dates_the_cap() -> None:
    """Deposited in 2013 under a cap of 35 000 €, voted in 2018 under 30 000 €."""
    dossier = posts(campaign=2018, depot=date(2013, 12, 1), asked=35000)
    vote = decisions([["Vannes", "fonctionnement", "attribution", 35000, 1, 2018, 1, at(date(2018, 2, 1)), "CP"]])
    assert codes(dossier) == []
    assert "FON201" in {f.code for p, f in check({"d.xlsx": dossier, "region/v.xlsx": vote}).found if p == "d.xlsx"}


@pytest.mark.parametrize(("charges", "told"), [(25000, []), (25001, []), (25001.01, ["BUD301"]), (26000, ["BUD301"])])
def test_charges_and_produits_agree_within_one_euro(charges: float, told: list[str]) -> None:
    assert codes(edit(study(), "Budget", "C2", charges)) == told


def test_a_heading_that_says_more_is_set_aside_and_said() -> None:
    assert codes(study(heading=25000)) == []
    assert codes(study(heading=26000)) == ["BUD304"]


# One bad cell, one finding: what cannot be read silences the totals that use it.


@pytest.mark.parametrize(
    ("name", "cell", "value", "told"),
    [
        ("Budget", "C2", "2x35000", ["C2 CEL102"]),
        ("Budget", "A2", "6O4", ["A2 CEL112"]),
        ("Budget", "B3", "Régionn", ["B3 CEL104"]),
        ("Budget", "C2", -5, ["C2 CEL107"]),
        ("Budget", "C1", 2013, ["C1 IDE203"]),
        ("Plan de financement", "D2", "NC", ["D2 CEL102"]),
        ("Plan de financement", "C2", "bientôt", ["C2 CEL102"]),
        ("Plan de financement", "A2", "Rég", ["A2 CEL104"]),
        ("Partenaires", "B3", "assoc", ["B3 CEL104"]),
        ("Identification", "B8", "4 EME TRIMESTRE 2014", ["B8 CEL103"]),
        ("Identification", "B9", "31/12/2009", ["B9 CEL109", "B9 IDE203"]),
    ],
)
def test_one_bad_cell_gives_one_finding(name: str, cell: str, value: object, told: list[str]) -> None:
    assert codes(edit(study(), name, cell, value)) == told


def test_an_unreadable_aid_silences_the_sum_that_uses_it_only() -> None:
    sheets = edit(posts(count=2), "Postes", "F2", "35 000 + 0")
    assert codes(sheets) == ["F2 CEL102"]


def test_a_line_without_a_status_contradicts_nothing() -> None:
    secured = edit(study(), "Plan de financement", "E2", 20000)
    assert codes(secured) == ["F2 CEL111"]
    assert codes(edit(secured, "Plan de financement", "F2", "")) == []
    assert codes(edit(secured, "Plan de financement", "F2", "peut-être")) == ["F2 CEL104"]


def test_a_missing_sheet_is_said_once() -> None:
    assert codes(without(study(), "Plan de financement")) == ["TAB001"]
    assert codes(without(posts(), "Postes")) == ["TAB001"]


def test_a_missing_column_is_said_once() -> None:
    assert codes(edit(posts(), "Postes", "F1", "Montant")) == ["F1 TAB003", "TAB002"]


def test_a_dossier_with_one_error_is_rejected_whole_and_a_statement_loses_one_row() -> None:
    rows = [["Pays de Vannes", "fonctionnement", 2010, 7000, 0], ["Pays de Vanne", "fonctionnement", 2011, 7000, 0]]
    told = decided({"dossier.xlsx": study(asked=26000), "etat.xlsx": statement(rows), "vide.xlsx": []})
    assert told == {"dossier.xlsx": "rejeté", "etat.xlsx": "accepté avec réserves", "vide.xlsx": "rejeté"}


def test_our_own_mistake_is_an_exception_and_never_a_finding() -> None:
    batch = check({"d.xlsx": posts()}).batches.open(0)
    with pytest.raises(ContractBug):
        check_sheet("postes", Postes, batch.sheets["postes"].drop("poste"), batch)


def test_a_finding_without_any_file_names_the_sheets_it_saw() -> None:
    (found,) = check({"x.xlsx": [sheet("Feuil1", [["bonjour"]])]}).found
    assert found[1].code == "FIC004"
    assert "Feuil1" in found[1].facts["detail"]


def test_the_examples_of_errors_are_in_the_repository() -> None:
    assert len(list((ROOT / "examples" / "erreurs").glob("*.xlsx"))) > 40
