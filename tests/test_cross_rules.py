"""Rules across files: each fires at its cell and stays silent where it should; PRE301 and FON302 alone decide, in the order of deposit."""

from datetime import date
from itertools import permutations
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from budget.views import build_views, sheet_controls
from schemas.rules import MESSAGE_LIMIT
from tests.grids import at, check, decided, decisions, edit, identification, posts, sheet, statement, study, tables, told
from workbooks.reader import RawSheet

JUNE, JULY, AUGUST = date(2010, 6, 15), date(2010, 7, 15), date(2010, 8, 15)
Files = dict[str, list[RawSheet]]


def vote(
    amount: Any, day: date, *, pays: str = "Dinan", volet: str = "préfiguration", nature: str = "attribution", first: int = 2010,
    years: int = 1, count: int | None = None, reference: str = "CP1", project: int = 1,
) -> list[Any]:  # fmt: skip
    """A row of Décisions."""
    return [pays, volet, nature, amount, count, first, years, at(day), reference, project]


def post_vote(amount: Any, day: date = date(2010, 10, 28), **more: Any) -> list[Any]:
    """A row of Décisions for posts, at Vannes."""
    return vote(amount, day, **{"pays": "Vannes", "volet": "fonctionnement", "count": 1, "years": 3, **more})


def message(files: Files, code: str) -> str:
    """The sentence of the only finding of a rule."""
    (row,) = tables(files)["constats"].filter(code=code).to_dicts()
    assert len(row["message"]) <= MESSAGE_LIMIT
    assert "{" not in row["message"] + row["correction"]
    return str(row["message"]).replace("\u00a0", " ")


# PRE301: the cap on studies is the Pays's, over its projects and campaigns.


def test_the_study_that_passes_the_cap_of_the_pays_is_rejected() -> None:
    files = {"a.xlsx": study(asked=15000), "b.xlsx": study(asked=10000, project=2, depot=JULY)}
    assert set(decided(files).values()) == {"accepté"}
    files["b.xlsx"] = study(asked=10001, project=2, depot=JULY)
    assert decided(files) == {"a.xlsx": "accepté", "b.xlsx": "rejeté"}
    assert told(files, "PRE301") == ["b.xlsx Plan de financement D2 PRE301"]
    assert "25 001 €" in message(files, "PRE301")
    assert "« a.xlsx »" in message(files, "PRE301")


def test_it_cites_the_cells_of_the_other_files() -> None:
    made = tables({"a.xlsx": study(asked=15000), "b.xlsx": study(asked=15000, project=2, depot=JULY)})
    key = made["constats"].filter(code="PRE301")["constat_id"][0]
    cited = made["provenances"].filter(table="constats", cle=key).select("fichier", "feuille", "cellule").rows()
    assert set(cited) == {("a.xlsx", "Plan de financement", "D2"), ("b.xlsx", "Plan de financement", "D2")}


def test_a_rejected_study_takes_nothing_of_the_cap() -> None:
    files = {
        "a.xlsx": study(asked=15000), "b.xlsx": study(asked=15000, project=2, depot=JULY),
        "c.xlsx": study(asked=10000, project=3, depot=AUGUST),
    }  # fmt: skip
    assert decided(files) == {"a.xlsx": "accepté", "b.xlsx": "rejeté", "c.xlsx": "accepté"}


def test_what_was_voted_stands_for_what_was_asked() -> None:
    files = {"a.xlsx": study(asked=20000), "b.xlsx": study(asked=14000, project=2, depot=AUGUST)}
    assert decided(files)["b.xlsx"] == "rejeté"
    assert decided({**files, "region/d.xlsx": decisions([vote(11000, JULY)])})["b.xlsx"] == "accepté"
    assert decided({**files, "region/d.xlsx": decisions([vote(0, JULY, nature="refus")])})["b.xlsx"] == "accepté"
    put_off = decisions([vote(0, JULY, nature="ajournement")])
    assert decided({**files, "region/d.xlsx": put_off})["b.xlsx"] == "rejeté", "nothing is settled"
    later = decisions([vote(11000, date(2010, 9, 1))])
    assert decided({**files, "region/d.xlsx": later})["b.xlsx"] == "rejeté", "not known on the day of deposit"
    hoped = decisions([vote("11000 sous réserve", JULY)])
    assert decided({**files, "region/d.xlsx": hoped})["b.xlsx"] == "rejeté", "a conditional vote settles nothing"


def test_a_vote_without_a_dossier_is_history_too() -> None:
    earlier = decisions([vote(20000, date(2009, 3, 1), first=2009)])
    assert decided({"a.xlsx": study(asked=6000), "region/d.xlsx": earlier})["a.xlsx"] == "rejeté"
    assert decided({"a.xlsx": study(asked=5000), "region/d.xlsx": earlier})["a.xlsx"] == "accepté"


def test_its_own_vote_is_no_history_of_a_dossier() -> None:
    files = {"a.xlsx": study(asked=20000, depot=AUGUST, version=2), "region/d.xlsx": decisions([vote(20000, JULY, years=2)])}
    assert decided(files)["a.xlsx"] == "accepté"


def test_an_exercice_asked_again_counts_once() -> None:
    before = study(asked=20000, campaign=2010)
    again = study(asked=22000, campaign=2011, depot=date(2011, 3, 1))
    for name, cell in (
        ("Identification", "B8"),
        ("Identification", "B9"),
        ("Budget", "C1"),
        *(("Plan de financement", f"C{n}") for n in (2, 3)),
    ):
        value = {"B8": at(date(2010, 1, 1)), "B9": at(date(2010, 12, 31))}.get(cell, 2010)
        again = edit(again, name, cell, value)
    assert decided({"a.xlsx": before, "b.xlsx": again}) == {"a.xlsx": "accepté", "b.xlsx": "accepté"}


def test_a_newcomer_beyond_the_cap_leaves_the_version_before_in_place() -> None:
    files = {
        "a.xlsx": study(asked=10000), "b.xlsx": study(asked=15000, project=2, depot=JULY),
        "a2.xlsx": study(asked=12000, depot=AUGUST, version=2),
    }  # fmt: skip
    assert decided(files) == {"a.xlsx": "accepté", "b.xlsx": "accepté", "a2.xlsx": "rejeté"}
    assert "« a.xlsx » reste compté" in tables(files)["depots"].filter(fichier="a2.xlsx")["motif"][0]


def test_a_withdrawn_study_leaves_its_share() -> None:
    files = {"a.xlsx": study(asked=15000), "b.xlsx": study(asked=15000, project=2, depot=AUGUST)}
    gone = decisions(steps=[["Dinan", "retiré", at(JULY)]])
    assert decided({**files, "region/d.xlsx": gone}) == {"a.xlsx": "rejeté", "b.xlsx": "accepté", "region/d.xlsx": "accepté"}


def test_a_cap_that_no_text_fixes_is_not_checked() -> None:
    files = {f"{n}.xlsx": study(asked=20000, campaign=2015, depot=date(2015, 3, n), project=n) for n in (1, 2)}
    assert set(decided(files).values()) == {"accepté"}
    assert told(files, "PRE301", "REG401") == ["1.xlsx REG401", "2.xlsx REG401"]


# FON302: three annuités per post, earlier campaigns included, however they are numbered.


def later_posts(campaign: int, *, first: int = 1, post: str = "Poste 1", **more: Any) -> list[RawSheet]:
    """A dossier of one exercice, whose annuité and post are given."""
    made = posts(campaign=campaign, depot=date(campaign, 2, 1), **more)
    return edit(edit(made, "Postes", "B2", first), "Postes", "A2", post)


def test_a_post_that_starts_again_at_annuite_1_is_known() -> None:
    files = {"a.xlsx": posts(years=3), "b.xlsx": later_posts(2013)}
    assert decided(files) == {"a.xlsx": "accepté", "b.xlsx": "rejeté"}
    assert told(files, "FON302") == ["b.xlsx Postes B2 FON302"]
    assert "la 4e avec celles de « a.xlsx »" in message(files, "FON302")


def test_another_post_or_project_starts_afresh() -> None:
    first = {"a.xlsx": posts(years=3)}
    assert decided({**first, "b.xlsx": later_posts(2013, post="Poste 2")})["b.xlsx"] == "accepté"
    assert decided({**first, "b.xlsx": later_posts(2013, project=2)})["b.xlsx"] == "accepté"


def test_annuites_said_again_by_a_later_campaign_count_once() -> None:
    again = posts(campaign=2011, years=2, depot=date(2011, 2, 1))
    again = edit(edit(again, "Postes", "B2", 2), "Postes", "B3", 3)
    assert decided({"a.xlsx": posts(years=3), "b.xlsx": again})["b.xlsx"] == "accepté"


def test_annuites_that_straddle_two_exercices_count_once_across_campaigns() -> None:
    """Annuité 1 in 2010 and 2011, 2 in 2011; the next dossier says 2 in 2012 and 3 in 2012 and 2013."""
    first = posts(years=3, asked=10000, cost=42000)
    for cell, value in {"B2": 1, "B3": 1, "B4": 2, "D4": 2011}.items():
        first = edit(first, "Postes", cell, value)
    second = posts(campaign=2012, years=2, asked=10000, depot=date(2012, 2, 1))
    second = edit(edit(second, "Postes", "B2", 2), "Postes", "B3", 3)
    assert told({"a.xlsx": first, "b.xlsx": second}, "FON302") == []


def test_the_regions_decisions_say_which_years_were_funded() -> None:
    files = {"a.xlsx": posts(years=3), "b.xlsx": later_posts(2013)}
    one_year = decisions([post_vote(35000, years=1)])
    assert decided({**files, "region/d.xlsx": one_year})["b.xlsx"] == "accepté", "two of the three years asked were not voted"
    three = decisions([post_vote(105000)])
    assert decided({**files, "region/d.xlsx": three})["b.xlsx"] == "rejeté"


def test_a_post_beyond_those_granted_was_not_funded() -> None:
    files = {"a.xlsx": posts(years=3, count=2), "region/d.xlsx": decisions([post_vote(105000, count=1)])}
    assert decided({**files, "b.xlsx": later_posts(2013, post="Poste 2")})["b.xlsx"] == "accepté"
    assert decided({**files, "b.xlsx": later_posts(2013, post="Poste 1")})["b.xlsx"] == "rejeté"


def test_without_a_dossier_votes_are_for_the_first_posts() -> None:
    votes = decisions([post_vote(105000, date(2007, 3, 1), first=2007)])
    assert told({"a.xlsx": posts(count=2), "region/d.xlsx": votes}, "FON302") == ["a.xlsx Postes B2 FON302"]


# FON303, FON304, IDE205: warnings, which change no decision.


def unvalidated() -> list[RawSheet]:
    """A pôle's dossier that says no day of validation."""
    return edit(posts(), "Identification", "B11", "")


def test_a_pole_whose_project_is_not_validated() -> None:
    assert told({"a.xlsx": unvalidated()}, "FON303") == ["a.xlsx Identification FON303"]
    assert decided({"a.xlsx": unvalidated()})["a.xlsx"] == "accepté"
    assert told({"a.xlsx": posts()}, "FON303") == []


@pytest.mark.parametrize(("step", "silent"), [("projet validé", True), ("pôle créé", True), ("étude rendue", False)])
def test_a_recorded_step_validates_the_project(step: str, silent: bool) -> None:
    steps = decisions(steps=[["Vannes", step, at(date(2010, 3, 1))]])
    assert (told({"a.xlsx": unvalidated(), "region/d.xlsx": steps}, "FON303") == []) is silent


def test_more_posts_than_the_region_granted() -> None:
    one = decisions([post_vote(105000)])
    assert told({"a.xlsx": posts(count=2), "region/d.xlsx": one}, "FON304") == ["a.xlsx Postes A3 FON304"]
    assert told({"a.xlsx": posts(), "region/d.xlsx": one}, "FON304") == []
    two = decisions([post_vote(105000), post_vote(105000, reference="CP2")])
    assert told({"a.xlsx": posts(count=2), "region/d.xlsx": two}, "FON304") == []
    assert told({"a.xlsx": posts(count=2)}, "FON304") == [], "not voted yet"
    refused = decisions([post_vote(0, nature="refus")])
    assert told({"a.xlsx": posts(count=2), "region/d.xlsx": refused}, "FON304") == []
    assert decided({"a.xlsx": posts(count=2), "region/d.xlsx": one})["a.xlsx"] == "accepté"


def test_a_carrier_that_changes() -> None:
    files = {"a.xlsx": posts(), "b.xlsx": posts(campaign=2011, depot=date(2011, 2, 1), carrier="Coopérative exemple")}
    assert told(files, "IDE205") == ["b.xlsx Identification IDE205"]
    assert "« Coopérative exemple » diffère" in message(files, "IDE205")
    recorded = decisions(steps=[["Vannes", "changement de porteur", at(date(2011, 1, 10))]])
    assert told({**files, "region/d.xlsx": recorded}, "IDE205") == []
    old = decisions(steps=[["Vannes", "changement de porteur", at(date(2009, 1, 10))]])
    assert told({**files, "region/d.xlsx": old}, "IDE205") == ["b.xlsx Identification IDE205"]


def test_a_carrier_is_compared_by_name_and_siren_with_the_version_before_too() -> None:
    again = posts(depot=JULY, version=2, carrier="ASSOCIATION  EXEMPLE")
    assert told({"a.xlsx": posts(), "b.xlsx": again}, "IDE205") == []
    other = posts(depot=JULY, version=2, carrier="Coopérative exemple")
    assert told({"a.xlsx": posts(), "b.xlsx": other}, "IDE205") == ["b.xlsx Identification IDE205"]
    both = {"a.xlsx": posts(), "b.xlsx": other}
    for sheets in both.values():
        sheets[0].grid.append(["SIRET", "552 100 554 00013"])
    assert told(both, "IDE205") == []
    assert told({"a.xlsx": study(), "b.xlsx": posts(pays="Dinan", carrier="Coopérative exemple")}, "IDE205") == [], "a pôle after a study"


# DEC401 to DEC404.


def test_a_study_voted_above_the_cap_of_its_pays() -> None:
    def found(*rows: list[Any]) -> list[str]:
        return told({"region/d.xlsx": decisions(rows)}, "DEC401")

    assert found(vote(25000, JUNE)) == []
    assert found(vote(25001, JUNE)) == ["region/d.xlsx Décisions D2 DEC401"]
    assert found(vote(20000, JUNE), vote(6000, JULY, project=2, reference="CP2")) == ["region/d.xlsx Décisions D3 DEC401"]
    assert found(vote(20000, JUNE), vote(6000, JULY, project=2, reference="CP2", pays="Vannes")) == []
    taken = vote(10000, JULY, nature="annulation", reference="CP3")
    assert found(vote(20000, JUNE), taken, vote(6000, AUGUST, project=2, reference="CP2")) == []


@pytest.mark.parametrize(
    ("row", "fires"),
    [
        (post_vote(105000), False),
        (post_vote(105000.01), True),
        (post_vote(104999.99), False),
        (post_vote(210000, count=2), False),
        (post_vote(105000, count=3), True),
        (post_vote(140000, years=4), True),
        (post_vote(35000, years=1), False),
        (post_vote(35001, years=1), True),
        (post_vote(400000, nature="refus"), False),
    ],
)
def test_posts_voted_above_a_cap(row: list[Any], fires: bool) -> None:
    assert told({"region/d.xlsx": decisions([row])}, "DEC401") == (["region/d.xlsx Décisions D2 DEC401"] if fires else [])


def test_an_avenant_above_the_cap_of_its_year() -> None:
    more = post_vote(1000, date(2011, 3, 1), nature="avenant", first=2011, years=1, reference="CP2")
    files = {"region/d.xlsx": decisions([post_vote(105000), more])}
    assert told(files, "DEC401") == ["region/d.xlsx Décisions D3 DEC401"]
    assert "36 000 € votés pour 1 poste en 2011 ; le plafond est de 35 000 €" in message(files, "DEC401")
    less = post_vote(-2000, date(2011, 2, 1), nature="avenant", first=2011, years=1, reference="CP3")
    assert told({"region/d.xlsx": decisions([post_vote(105000), less, more])}, "DEC401") == []


def test_a_vote_of_a_day_without_a_cap_is_said() -> None:
    files = {"region/d.xlsx": decisions([vote(90000, date(2015, 3, 1), first=2015)])}
    assert told(files, "DEC401", "REG401") == ["region/d.xlsx REG401"]
    assert "DEC401" in message(files, "REG401")


def payment(amount: Any, day: date, number: str = "M1", nature: str = "avance", exercice: int = 2010) -> list[Any]:
    return ["Vannes", "fonctionnement", exercice, number, nature, at(day), amount]


def test_more_is_paid_than_voted() -> None:
    votes = [post_vote(35000, years=1), post_vote(35000, date(2011, 3, 1), first=2011, years=1, reference="CP2")]
    paid = [payment(40000, date(2010, 12, 1)), payment(30000, date(2011, 12, 1), "M2", "solde", 2011)]
    assert told({"region/d.xlsx": decisions(votes, payments=paid)}, "DEC402") == [], "all campaigns together"
    over = [*paid, payment(1, date(2012, 1, 15), "M3", "solde", 2011)]
    assert told({"region/d.xlsx": decisions(votes, payments=over)}, "DEC402") == ["region/d.xlsx Mandats G4 DEC402"]
    back = [*over, payment(1, date(2012, 2, 15), "M4", "reversement", 2011)]
    assert told({"region/d.xlsx": decisions(votes, payments=back)}, "DEC402") == []
    assert told({"region/d.xlsx": decisions(payments=paid[:1])}, "DEC402") == ["region/d.xlsx Mandats G2 DEC402"], "nothing was voted"


def test_voted_without_a_dossier() -> None:
    votes = {"region/d.xlsx": decisions([post_vote(105000)])}
    assert told(votes, "DEC403") == ["region/d.xlsx Décisions D2 DEC403"]
    assert told({**votes, "a.xlsx": posts()}, "DEC403") == []
    assert told({**votes, "a.xlsx": posts(asked=36000)}, "DEC403") == [], "received, if rejected"
    assert told({**votes, "a.xlsx": posts(project=2)}, "DEC403") == ["region/d.xlsx Décisions D2 DEC403"]
    assert told({**votes, "a.xlsx": posts(campaign=2013, depot=date(2013, 1, 5))}, "DEC403") == ["region/d.xlsx Décisions D2 DEC403"]
    gone = decisions([post_vote(105000), post_vote(105000, date(2011, 1, 10), nature="annulation", reference="CP2")])
    assert told({"region/d.xlsx": gone}, "DEC403") == []


def test_two_files_say_one_decision_differently() -> None:
    files = {"region/a.xlsx": decisions([post_vote(105000)]), "region/b.xlsx": decisions([post_vote(90000)], depot=date(2010, 12, 1))}
    assert told(files, "DEC404") == ["region/a.xlsx Décisions DEC404"]
    made = tables(files)
    assert made["decisions"]["vote_eur"].to_list() == [90000]
    assert made["depots"].select("fichier", "compte_eur", "ecarte_eur").rows() == [
        ("region/a.xlsx", 0, 105000),
        ("region/b.xlsx", 90000, 0),
    ]
    assert made["controles"]["ecart"].sum() == 0
    assert "la ligne 2 de « region/b.xlsx »" in message(files, "DEC404")


def test_the_same_line_in_two_files_is_no_contradiction() -> None:
    same = post_vote(105000, reference="cp 1")
    files = {"region/a.xlsx": decisions([post_vote(105000, reference="CP-1")]), "region/b.xlsx": decisions([same], depot=date(2010, 12, 1))}
    assert told(files, "DEC404") == []
    assert tables(files)["decisions"]["vote_eur"].to_list() == [105000]


_ROW = {
    "Pays": "Vannes", "Volet": "fonctionnement", "Nature": "attribution", "Montant voté": 105000, "Postes accordés": 1,
    "Premier exercice": 2010, "Durée (années)": 3, "Date de décision": at(date(2010, 10, 28)), "Référence": "CP1",
}  # fmt: skip
_COMPLETE = {
    "Bénéficiaire": "Association exemple", "SIRET": "13002526500013", "N° d'engagement": "E1", "Date de convention": at(date(2010, 12, 1)),
}  # fmt: skip


def region_file(*rows: dict[str, Any], name: str = "Décisions", depot: date = date(2010, 11, 2)) -> list[RawSheet]:
    """A Décisions Région whose rows are given by header."""
    head = list(dict.fromkeys(header for row in rows for header in row))
    grid = [head, *([row.get(header) for header in head] for row in rows)]
    return [identification("Décisions Région", Campagne=2010, Date_de_dépôt=at(depot)), sheet(name, grid)]


def test_what_a_later_file_completes_is_the_same_decision() -> None:
    files = {"region/a.xlsx": region_file(_ROW), "region/b.xlsx": region_file(_ROW | _COMPLETE, depot=date(2011, 1, 5))}
    for order in (files, dict(reversed(files.items()))):
        made = tables(order)
        assert made["decisions"].select("vote_eur", "numero_engagement").rows() == [(105000, "E1")]
        assert made["engagements"]["engage_eur"].sum() == 105000
        assert told(order, "DEC404") == [], "a blank contradicts nothing"
    other = region_file(_ROW | _COMPLETE | {"N° d'engagement": "E2"}, depot=date(2011, 2, 5))
    assert tables({**files, "region/c.xlsx": other})["decisions"].height == 3, "of two engagements, nothing tells whose the blank is"
    beside = {"region/a.xlsx": region_file(_ROW, _ROW | _COMPLETE)}
    assert tables(beside)["decisions"].height == 2, "in one file they are two lines"


def test_what_a_later_file_completes_is_the_same_payment() -> None:
    paid = {
        "Pays": "Vannes", "Volet": "fonctionnement", "Exercice": 2010, "N° de mandat": "M1", "Nature": "avance",
        "Date d'émission": at(date(2010, 12, 1)), "Montant": 17500,
    }  # fmt: skip
    first = region_file(paid, name="Mandats")
    later = region_file(paid | {"N° d'engagement": "E1"}, name="Mandats", depot=date(2011, 1, 5))
    assert tables({"region/a.xlsx": first, "region/b.xlsx": later})["mandats"]["montant_eur"].to_list() == [17500]
    elsewhere = region_file(paid | {"Pays": "Dinan", "N° d'engagement": "E1"}, name="Mandats", depot=date(2011, 1, 5))
    assert tables({"region/a.xlsx": first, "region/b.xlsx": elsewhere})["mandats"].height == 2


def test_a_payment_is_known_by_its_numbers_alone() -> None:
    paid = payment(17500, date(2010, 12, 1))
    other = ["Dinan", *paid[1:6], 20000]
    files = {"region/a.xlsx": decisions(payments=[paid]), "region/b.xlsx": decisions(payments=[other], depot=date(2010, 12, 1))}
    assert told(files, "DEC404") == ["region/a.xlsx Mandats DEC404"]
    assert tables(files)["mandats"].select("pays_code", "montant_eur").rows() == [("08", 20000)]


def test_in_one_file_the_same_line_counts_once_and_two_different_ones_both() -> None:
    twice = {"region/a.xlsx": decisions([post_vote(105000), post_vote(105000)])}
    assert tables(twice)["decisions"].height == 1
    assert told(twice, "DEC404") == []
    differ = {"region/a.xlsx": decisions([post_vote(105000), post_vote(35000)])}
    assert tables(differ)["decisions"]["vote_eur"].sum() == 140000
    assert "les deux sont comptées" in message(differ, "DEC404")


def test_a_conditional_payment_or_vote_is_never_secured() -> None:
    made = tables({"region/a.xlsx": decisions([post_vote("105 000 € sous réserve")], payments=[payment("100 sous réserve", JUNE)])})
    assert made["mandats"].is_empty()
    assert made["suivi_pays"].filter(pays_code="20")["etape"].to_list() == ["sans démarche"]
    views = build_views(made, 2010)
    assert views["par_pays"]["vote_eur"].to_list() == [None]
    assert all(attendu == obtenu for _, attendu, obtenu in sheet_controls(made, views))
    assert made["depots"]["ecarte_eur"].to_list() == [100]
    assert made["controles"]["ecart"].sum() == 0
    assert set(made["constats"]["code"]) >= {"CEL110"}


# A pôle is known from the dossiers too.


def test_a_statement_may_name_a_pole_that_a_dossier_gives() -> None:
    def named(pole: str) -> list[RawSheet]:
        made = statement([[None, "fonctionnement", 2010, 7000, 0]])
        return edit(edit(made, "Engagements", "F1", "Pôle"), "Engagements", "F2", pole)

    assert told({"e.xlsx": named("Pôle exemple")}, "IDE201") == ["e.xlsx Engagements F2 IDE201"]
    files = {"a.xlsx": posts(), "e.xlsx": named("POLE EXEMPLE")}
    assert told(files, "IDE201", "IDE202") == []
    assert tables(files)["votes"]["pays_code"].to_list() == ["20"]
    assert told({**files, "b.xlsx": posts(pays="Dinan")}, "IDE201", "IDE202") == ["e.xlsx Engagements F2 IDE202"]
    assert told({**files, "a.xlsx": posts(asked=36000)}, "IDE201") == ["e.xlsx Engagements F2 IDE201"], "a rejected dossier names nothing"


# The order of files changes nothing.

MANY: Files = {
    "a.xlsx": study(asked=15000), "b.xlsx": study(asked=15000, project=2), "c.xlsx": study(asked=9000, project=3),
    "d.xlsx": posts(pays="Dinan", years=3, depot=JULY), "e.xlsx": posts(pays="Dinan", campaign=2013, depot=date(2013, 1, 5)),
    "region/f.xlsx": decisions([vote(10000, JULY), vote(9000, AUGUST, project=3, reference="CP2")]),
    "region/g.xlsx": decisions([vote(11000, JULY)], depot=date(2010, 12, 1)),
}  # fmt: skip


@settings(max_examples=8, deadline=None, phases=[Phase.generate])
@given(st.permutations(list(MANY)))
def test_the_order_of_files_changes_nothing(order: list[str]) -> None:
    def facts(files: Files) -> list[Any]:
        made = tables(files)
        return [made[name].sort(pl.all()).rows() for name in ("depots", "constats", "provenances", "decisions", "suivi_pays", "plafonds")]

    assert facts({path: MANY[path] for path in order}) == facts(MANY)


def test_no_order_accepts_more_than_the_cap() -> None:
    for order in permutations((15000, 9000, 7000)):
        files = {f"{n}.xlsx": study(asked=asked, project=n, depot=date(2010, 6, n)) for n, asked in enumerate(order, 1)}
        checked = check(files)
        accepted = [s.path for s in checked.decided.standings if s.counts]
        assert sum(order[int(path[0]) - 1] for path in accepted) <= 25000
