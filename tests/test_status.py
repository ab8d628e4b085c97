"""The stage of a Pays through its life, as of a day."""

from datetime import date
from typing import Any

import pytest

from schemas.tables import STAGES
from tests.grids import at, decisions, posts, report, study, tables
from workbooks.reader import RawSheet

STUDY_VOTE = ["Dinan", "préfiguration", "attribution", 20000, None, 2010, 1, at(date(2010, 3, 1)), "CP1"]
POST_VOTE = ["Dinan", "fonctionnement", "attribution", 105000, 1, 2011, 3, at(date(2011, 2, 1)), "CP2"]
STUDY = {"e.xlsx": study(depot=date(2010, 2, 1))}
POSTS = {"f.xlsx": posts(pays="Dinan", campaign=2011, depot=date(2011, 1, 10), years=3)}


def step(name: str, day: date) -> list[Any]:
    return ["Dinan", name, at(day)]


def status(files: dict[str, list[RawSheet]], day: date) -> dict[str, Any]:
    return tables(files, day=day)["suivi_pays"].filter(pays_code="08").row(0, named=True)


DONE = step("étude rendue", date(2010, 9, 1))
VALID = step("projet validé", date(2010, 10, 1))
LIFE = {**STUDY, **POSTS, "region/d.xlsx": decisions([STUDY_VOTE, POST_VOTE], steps=[DONE, VALID])}


@pytest.mark.parametrize(
    ("day", "stage"),
    [
        (date(2010, 1, 31), "sans démarche"),
        (date(2010, 2, 1), "préfiguration déposée"),
        (date(2010, 3, 1), "étude en cours"),
        (date(2010, 9, 1), "étude rendue"),
        (date(2010, 10, 1), "projet validé"),
        (date(2011, 1, 10), "pôle déposé"),
        (date(2011, 2, 1), "pôle en fonctionnement"),
        (date(2013, 12, 31), "pôle en fonctionnement"),
        (date(2014, 1, 1), "aide échue"),
    ],
)
def test_a_project_goes_through_its_stages(day: date, stage: str) -> None:
    assert status(LIFE, day)["etape"] == stage


@pytest.mark.parametrize(
    ("day", "action", "due"),
    [
        (date(2010, 1, 31), "Aucune démarche connue", None),
        (date(2010, 2, 1), "Instruire le dossier d'étude", date(2010, 12, 31)),
        (date(2010, 3, 1), "Suivre l'étude", date(2010, 12, 31)),
        (date(2010, 9, 1), "Faire valider le projet", date(2011, 2, 28)),
        (date(2010, 10, 1), "Attendre le dossier de fonctionnement", date(2011, 3, 30)),
        (date(2011, 1, 10), "Instruire le dossier de fonctionnement", date(2011, 12, 31)),
        (date(2011, 6, 1), "Suivre le pôle ; le compte rendu de l'exercice 2011", date(2012, 6, 30)),
        (date(2012, 6, 1), "Demander le compte rendu financier de l'exercice 2011", date(2012, 6, 30)),
        (date(2013, 6, 1), "Demander le compte rendu financier de l'exercice 2011", date(2012, 6, 30)),
    ],
)
def test_every_stage_has_its_next_action_and_its_day(day: date, action: str, due: date | None) -> None:
    row = status(LIFE, day)
    assert row["etape"] in STAGES
    assert row["prochaine_action"].startswith(action)
    assert row["prochaine_action"].endswith(".")
    assert row["echeance"] == due


def test_accounts_rendered_are_no_longer_asked_for() -> None:
    told = step("compte rendu reçu", date(2013, 3, 1))
    life = {**LIFE, "region/d.xlsx": decisions([STUDY_VOTE, POST_VOTE], steps=[DONE, VALID, told])}
    life["c.xlsx"] = report([[641, 2011, 1, 1]], pays="Dinan", depot=date(2012, 5, 1))
    assert status(life, date(2012, 4, 30))["prochaine_action"].startswith("Demander le compte rendu financier de l'exercice 2011")
    assert status(life, date(2012, 6, 1))["prochaine_action"].startswith("Suivre le pôle")
    assert status(life, date(2013, 6, 1))["prochaine_action"].startswith("Dernière année d'aide")
    last = status(life, date(2014, 6, 1))
    assert (last["etape"], last["echeance"]) == ("aide échue", date(2014, 6, 30))
    assert last["prochaine_action"] == "Demander le compte rendu financier final de l'exercice 2013."
    life["d.xlsx"] = report([[641, 2013, 1, 1]], pays="Dinan", depot=date(2014, 5, 1))
    assert status(life, date(2014, 6, 1))["prochaine_action"] == "Tous les comptes rendus sont reçus : vérifier le solde."


def test_a_late_study_is_asked_for() -> None:
    row = status({**STUDY, "region/d.xlsx": decisions([STUDY_VOTE])}, date(2011, 2, 1))
    assert (row["prochaine_action"], row["echeance"]) == ("Relancer : l'étude devait être rendue.", date(2010, 12, 31))


def test_a_year_that_is_cancelled_is_no_longer_funded() -> None:
    off = ["Dinan", "fonctionnement", "annulation", 35000, 1, 2013, 1, at(date(2012, 9, 1)), "CP3"]
    life = {**POSTS, "region/d.xlsx": decisions([POST_VOTE, off])}
    assert status(life, date(2013, 2, 1))["etape"] == "aide échue"
    assert status(life, date(2012, 8, 1))["etape"] == "pôle en fonctionnement"


@pytest.mark.parametrize("nature", ["refus", "ajournement"])
def test_what_is_refused_or_put_off_funds_nothing(nature: str) -> None:
    later = ["Dinan", "fonctionnement", nature, 105000, 1, 2014, 3, at(date(2013, 9, 1)), "CP3"]
    assert status({**POSTS, "region/d.xlsx": decisions([POST_VOTE, later])}, date(2014, 2, 1))["etape"] == "aide échue"
    first = [*POST_VOTE[:2], nature, *POST_VOTE[3:]]
    assert status({**POSTS, "region/d.xlsx": decisions([first])}, date(2011, 6, 1))["etape"] == "pôle déposé"


def test_a_vote_under_reserve_makes_no_stage() -> None:
    hoped = [*POST_VOTE[:3], "105 000 € (sous réserve)", *POST_VOTE[4:]]
    assert status({**POSTS, "region/d.xlsx": decisions([hoped])}, date(2011, 6, 1))["etape"] == "pôle déposé"


def test_the_pole_is_named_by_the_dossier() -> None:
    assert status(POSTS, date(2011, 6, 1))["pole"] == "Pôle exemple"
    rejected = {"f.xlsx": posts(pays="Dinan", asked=36000, campaign=2011, depot=date(2011, 1, 10))}
    assert status(rejected, date(2011, 6, 1))["pole"] is None


def test_posts_are_those_granted_for_the_year() -> None:
    second = ["Dinan", "fonctionnement", "attribution", 70000, 1, 2012, 2, at(date(2012, 2, 1)), "CP3"]
    life = {**POSTS, "region/d.xlsx": decisions([POST_VOTE, second])}
    assert [status(life, date(year, 6, 1))["postes"] for year in (2011, 2012, 2013)] == [1, 2, 2]
    assert status(POSTS, date(2011, 1, 20))["postes"] == 1, "asked, before any vote"


def test_only_files_that_count_make_a_stage() -> None:
    assert status({"e.xlsx": study(asked=26000)}, date(2010, 12, 1))["etape"] == "sans démarche"
    outside = {"d.xlsx": decisions([STUDY_VOTE], steps=[DONE])}
    assert status(outside, date(2010, 12, 1))["etape"] == "sans démarche"
    gone = {**STUDY, "region/d.xlsx": decisions(steps=[step("retiré", date(2010, 5, 1))])}
    assert status(gone, date(2010, 12, 1))["etape"] == "sans démarche"


def test_a_file_rejected_after_the_day_is_not_to_be_mended_yet() -> None:
    files = {"e.xlsx": study(asked=26000)}
    assert "« e.xlsx »" not in status(files, date(2010, 6, 14))["prochaine_action"]
    assert "« e.xlsx »" in status(files, date(2010, 6, 15))["prochaine_action"]


def test_an_abandoned_project_may_have_aid_to_give_back() -> None:
    ended = decisions([POST_VOTE], steps=[step("pôle dissous", date(2012, 8, 1))])
    row = status({**POSTS, "region/d.xlsx": ended}, date(2012, 12, 1))
    assert row["etape"] == "abandonné"
    assert "reverser" in row["prochaine_action"]
    never = decisions(steps=[step("abandonné", date(2012, 8, 1))])
    assert status({"region/d.xlsx": never}, date(2012, 12, 1))["prochaine_action"] == "Rien à faire."


def test_the_annuity_counts_from_the_first_funded_year() -> None:
    assert [status(LIFE, date(year, 6, 1))["annuite"] for year in (2011, 2012, 2013, 2014)] == [1, 2, 3, None]
    assert status(LIFE, date(2012, 6, 1))["postes"] == 1


def test_a_pole_created_without_a_vote_is_a_validated_project() -> None:
    files = {"region/d.xlsx": decisions(steps=[step("pôle créé", date(2010, 5, 1))])}
    assert status(files, date(2010, 6, 1))["etape"] == "projet validé"


def test_an_abandoned_project_is_no_longer_live_until_something_comes_after() -> None:
    ended = decisions([STUDY_VOTE], steps=[step("abandonné", date(2010, 8, 1))])
    assert status({**STUDY, "region/d.xlsx": ended}, date(2010, 12, 1))["etape"] == "abandonné"
    assert status({**STUDY, **POSTS, "region/d.xlsx": ended}, date(2011, 6, 1))["etape"] == "pôle déposé"


def test_a_cancelled_vote_leaves_the_dossier_as_deposited() -> None:
    cancelled = [*STUDY_VOTE[:2], "annulation", 20000, *STUDY_VOTE[4:8], "CP9"]
    assert status({**STUDY, "region/d.xlsx": decisions([STUDY_VOTE, cancelled])}, date(2010, 12, 1))["etape"] == "préfiguration déposée"


def test_a_running_study_shows_beside_a_further_stage_of_another_project() -> None:
    second = study(project=2, campaign=2011, depot=date(2011, 3, 1))
    files = {**LIFE, "e2.xlsx": second}
    assert status(files, date(2011, 6, 1))["etude"] is None
    vote = decisions([STUDY_VOTE, POST_VOTE], steps=[DONE, VALID])
    vote[1].grid[0].append("Projet")
    for row, project in zip(vote[1].grid[1:], (2, 1), strict=True):
        row.append(project)
    row = status({**POSTS, "e2.xlsx": second, "region/d.xlsx": vote[:2]}, date(2011, 6, 1))
    assert (row["etape"], row["etude"]) == ("pôle en fonctionnement", "étude en cours")


def test_a_rejected_file_comes_first_in_what_to_do() -> None:
    row = status({"e.xlsx": study(asked=26000)}, date(2010, 12, 1))
    assert row["etape"] == "sans démarche"
    assert "« e.xlsx »" in row["prochaine_action"]
