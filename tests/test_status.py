"""The stage of a Pays through its life, as of a day."""

from datetime import date
from typing import Any

import pytest

from schemas.tables import STAGES
from tests.grids import at, decisions, posts, study, tables
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


def test_every_stage_has_its_next_action() -> None:
    for day in (
        date(2010, 1, 31),
        date(2010, 2, 1),
        date(2010, 3, 1),
        date(2010, 9, 1),
        date(2011, 1, 10),
        date(2012, 6, 1),
        date(2014, 1, 1),
    ):
        row = status(LIFE, day)
        assert row["etape"] in STAGES
        assert row["prochaine_action"].endswith(".")


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
