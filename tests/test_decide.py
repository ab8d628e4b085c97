"""Which file counts (contract §2), and what the others are told."""

from datetime import date

import polars as pl
import pytest

from budget.rows import united_rows
from tests.grids import at, check, decided, decisions, edit, posts, report, statement, study, tables

NEXT, NEW, OLD = date(2011, 5, 1), date(2010, 9, 1), date(2010, 6, 15)


def test_the_latest_deposit_counts_and_the_other_is_replaced() -> None:
    files = {"a.xlsx": study(depot=OLD), "b.xlsx": study(depot=NEW, asked=18000)}
    assert decided(files) == {"a.xlsx": "remplacé", "b.xlsx": "accepté"}
    made = tables(files)
    assert set(made["budget"]["fichier"]) == {"b.xlsx"}
    assert "b.xlsx" in made["depots"].row(0, named=True)["motif"]


def test_on_one_day_the_highest_version_counts() -> None:
    assert decided({"a.xlsx": study(version=2), "b.xlsx": study(version=1, asked=18000)}) == {"a.xlsx": "accepté", "b.xlsx": "remplacé"}


def test_same_day_and_version_with_other_contents_is_said_on_both() -> None:
    found = check({"a.xlsx": study(), "b.xlsx": study(asked=18000)}).found
    assert [(p, f.code) for p, f in found] == [("b.xlsx", "FIC009"), ("a.xlsx", "FIC009")]


def test_a_date_that_contradicts_the_version_is_said() -> None:
    files = {"a.xlsx": study(depot=NEW, version=1), "b.xlsx": study(depot=OLD, version=3)}
    assert {f.code for _, f in check(files).found} == {"FIC010"}
    assert decided(files) == {"a.xlsx": "accepté", "b.xlsx": "remplacé"}


def test_a_rejected_newcomer_leaves_the_accepted_one_in_place_and_says_so() -> None:
    files = {"a.xlsx": study(depot=OLD), "b.xlsx": study(depot=NEW, asked=26000)}
    assert decided(files) == {"a.xlsx": "accepté", "b.xlsx": "rejeté"}
    made = tables(files)
    assert "« a.xlsx » reste compté" in made["depots"].filter(fichier="b.xlsx")["motif"][0]


def test_a_rejected_file_older_than_the_accepted_one_is_replaced() -> None:
    assert decided({"a.xlsx": study(depot=OLD, asked=26000), "b.xlsx": study(depot=NEW)}) == {"a.xlsx": "remplacé", "b.xlsx": "accepté"}


@pytest.mark.parametrize(
    "other",
    [study(pays="Pays de Fougères"), study(asked=5000, project=2), study(asked=5000, campaign=2011, depot=NEXT), posts(pays="Dinan")],
)
def test_another_pays_project_campaign_or_volet_is_another_dossier(other: list) -> None:
    assert set(decided({"a.xlsx": study(), "b.xlsx": other}).values()) == {"accepté"}


def test_a_rejected_file_of_the_same_day_and_version_is_not_older() -> None:
    assert decided({"a.xlsx": study(asked=26000), "b.xlsx": study()}) == {"a.xlsx": "rejeté", "b.xlsx": "accepté"}


def test_a_file_whose_key_cannot_be_read_stands_alone() -> None:
    nowhere = edit(study(), "Identification", "B5", "Pays d'ailleurs")
    assert decided({"a.xlsx": study(), "b.xlsx": nowhere}) == {"a.xlsx": "accepté", "b.xlsx": "rejeté"}


def test_a_statement_is_one_per_financer_and_campaign_whatever_its_name() -> None:
    row = [["Pays de Vannes", "fonctionnement", 2010, 7000, 0]]
    files = {"a.xlsx": statement(row), "b.xlsx": statement(row, name="Conseil général du Morbihan", depot=date(2010, 10, 1))}
    assert decided(files) == {"a.xlsx": "remplacé", "b.xlsx": "accepté"}
    assert set(decided({"a.xlsx": statement(row), "b.xlsx": statement(row, name="CG 35")}).values()) == {"accepté"}


def test_a_report_is_one_per_dossier_and_exercice() -> None:
    files = {
        "a.xlsx": report([[641, 2010, 1, 1]]),
        "b.xlsx": report([[641, 2011, 1, 1]]),
        "c.xlsx": report([[641, 2010, 2, 2]], depot=date(2011, 3, 1)),
    }
    assert decided(files) == {"a.xlsx": "remplacé", "b.xlsx": "accepté", "c.xlsx": "accepté"}


def test_a_later_campaign_updates_the_exercices_that_it_covers() -> None:
    made = tables({"a.xlsx": posts(years=3), "b.xlsx": posts(campaign=2011, depot=date(2011, 5, 1))})
    states = made["budget"].group_by("fichier", "exercice").agg(etat=pl.col("etat").first()).sort("fichier", "exercice")
    assert states.rows() == [
        ("a.xlsx", 2010, "retenu"), ("a.xlsx", 2011, "réactualisé"), ("a.xlsx", 2012, "retenu"), ("b.xlsx", 2011, "retenu"),
    ]  # fmt: skip
    assert made["controles"]["ecart"].sum() == 0
    assert made["financements"].filter(exercice=2011)["campagne"].unique().to_list() == [2011]


def test_a_withdrawn_dossier_no_longer_counts() -> None:
    files = {"a.xlsx": study(), "region/d.xlsx": decisions(steps=[["Dinan", "retiré", at(date(2010, 7, 1))]])}
    assert decided(files)["a.xlsx"] == "rejeté"
    assert tables(files)["controles"]["ecart"].sum() == 0


VOTE = ["Vannes", "fonctionnement", "attribution", 105000, 1, 2010, 3, at(date(2010, 10, 28)), "CP1"]


def test_the_same_decision_in_two_files_counts_once() -> None:
    made = tables({"region/a.xlsx": decisions([VOTE]), "region/b.xlsx": decisions([VOTE], depot=date(2010, 12, 1))})
    assert made["decisions"]["vote_eur"].sum() == 105000
    assert made["controles"]["ecart"].sum() == 0


def test_the_latest_file_says_what_a_decision_is() -> None:
    corrected = [*VOTE[:3], 100000, *VOTE[4:]]
    files = {"region/a.xlsx": decisions([VOTE]), "region/b.xlsx": decisions([corrected], depot=date(2010, 12, 1))}
    checked = check(files)
    assert united_rows("decisions", checked.decided)["vote_eur"].to_list() == [100000]


def test_decisions_outside_their_folder_are_rejected() -> None:
    assert decided({"a.xlsx": decisions([VOTE]), "region/b.xlsx": decisions([VOTE])}) == {"a.xlsx": "rejeté", "region/b.xlsx": "accepté"}
    assert decided({"Region/b.xlsx": decisions([VOTE])}) == {"Region/b.xlsx": "accepté"}


def test_votes_and_payments_are_signed() -> None:
    cancelled = [*VOTE[:2], "annulation", 5000, *VOTE[4:8], "CP2"]
    refused = [*VOTE[:2], "refus", 7000, *VOTE[4:8], "CP3"]
    paid = ["Vannes", "fonctionnement", 2010, "M1", "avance", at(date(2010, 12, 1)), 17500]
    back = ["Vannes", "fonctionnement", 2011, "M2", "reversement", at(date(2011, 3, 1)), 500]
    made = tables({"region/a.xlsx": decisions([VOTE, cancelled, refused], payments=[paid, back])})
    assert made["decisions"]["vote_eur"].sum() == 100000
    assert made["mandats"]["montant_eur"].sum() == 17000
    assert made["depots"]["lu_eur"].to_list() == [117000]
    assert made["controles"]["ecart"].sum() == 0
