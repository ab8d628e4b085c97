"""Dérogations: another value for the parameter behind a rule, for one project between two dates, cited wherever it serves."""

from datetime import date
from typing import Any

import pytest

from tests.grids import at, codes, decided, decisions, posts, study, tables, told
from workbooks.reader import RawSheet

FIRST, LAST = at(date(2010, 1, 1)), at(date(2010, 12, 31))


def waived(pays: str, rule: str, value: Any, first: Any = FIRST, last: Any = LAST, **more: Any) -> dict[str, list[RawSheet]]:
    """The Région's file with one waiver."""
    return {"region/d.xlsx": decisions(waivers=[[pays, rule, value, first, last, "CP-9"]], **more)}


@pytest.mark.parametrize(
    ("rule", "value", "sheets", "pays"),
    [
        ("PRE201", 30000, study(asked=30000), "Dinan"),
        ("FON201", 40000, posts(asked=40000), "Vannes"),
        ("FON202", 70000, posts(etp=0.5, asked=35000), "Vannes"),
        ("FON301", 3, posts(count=3), "Vannes"),
        ("FON302", 4, posts(years=4), "Vannes"),
    ],
)
def test_a_waiver_replaces_the_parameter_behind_its_rule(rule: str, value: int, sheets: list[RawSheet], pays: str) -> None:
    assert rule in {code.split()[-1] for code in codes(sheets)}
    assert told({"a.xlsx": sheets, **waived(pays, rule, value)}, rule) == []


def test_it_serves_every_rule_of_its_parameter() -> None:
    """A waiver for PRE201 lets PRE301 and DEC401 pass too."""
    files = {"a.xlsx": study(asked=20000), "b.xlsx": study(asked=9000, project=2, depot=date(2010, 7, 1))}
    vote = [["Dinan", "préfiguration", "attribution", 30000, None, 2010, 1, at(date(2010, 9, 1)), "CP1"]]
    assert decided(files)["b.xlsx"] == "rejeté"
    assert told({"region/d.xlsx": decisions(vote)}, "DEC401") == ["region/d.xlsx Décisions D2 DEC401"]
    assert told(waived("Dinan", "pre201", 30000, rows=vote), "DEC401") == []
    second = decisions(waivers=[["Dinan", "PRE201", 30000, FIRST, LAST, "CP-9"]])
    second[1].grid[0].append("Projet")
    second[1].grid[1].append(2)
    assert decided({**files, "region/d.xlsx": second})["b.xlsx"] == "accepté"


@pytest.mark.parametrize(
    ("first", "last", "in_force"),
    [
        (date(2010, 6, 15), date(2010, 6, 15), True),
        (date(2010, 6, 15), None, True),
        (date(2010, 6, 16), None, False),
        (date(2010, 1, 1), date(2010, 6, 14), False),
    ],
)
def test_it_is_in_force_between_its_dates(first: date, last: date | None, in_force: bool) -> None:
    files = {"a.xlsx": study(asked=30000), **waived("Dinan", "PRE201", 30000, at(first), at(last) if last else None)}
    assert decided(files)["a.xlsx"] == ("accepté" if in_force else "rejeté")


def test_the_day_of_the_regions_decision_counts_before_that_of_the_deposit() -> None:
    vote = [["Dinan", "préfiguration", "attribution", 30000, None, 2010, 1, at(date(2011, 2, 1)), "CP1"]]
    assert decided({"a.xlsx": study(asked=30000), **waived("Dinan", "PRE201", 30000, rows=vote)})["a.xlsx"] == "rejeté"


def test_it_is_for_one_project() -> None:
    assert decided({"a.xlsx": study(asked=30000), **waived("Vannes", "PRE201", 30000)})["a.xlsx"] == "rejeté"
    assert decided({"a.xlsx": study(asked=30000, project=2), **waived("Dinan", "PRE201", 30000)})["a.xlsx"] == "rejeté"


def test_a_lower_value_holds_too_and_is_cited_with_its_cell() -> None:
    made = tables({"a.xlsx": study(asked=20000), **waived("Dinan", "PRE201", 15000)})
    row = made["constats"].filter(code="PRE201").row(0, named=True)
    assert row["reference"] == "Dérogation CP-9, du 01/01/2010 au 31/12/2010"
    assert row["limite"].replace("\u00a0", " ") == "15 000 €"
    cited = made["provenances"].filter(cle=row["constat_id"]).select("fichier", "feuille", "cellule").rows()
    assert ("region/d.xlsx", "Dérogations", "C2") in cited


def test_a_value_where_no_text_fixes_one() -> None:
    files = {"a.xlsx": study(asked=90000, campaign=2015, depot=date(2015, 3, 1))}
    assert told(files, "REG401", "PRE201") == ["a.xlsx REG401"]
    files |= waived("Dinan", "PRE201", 50000, at(date(2015, 1, 1)), None)
    assert told(files, "REG401", "PRE201") == ["a.xlsx Plan de financement D2 PRE201"]


def test_the_tolerance_may_be_waived() -> None:
    off = study()
    off[1].grid[1][2] = 25003
    assert codes(off) == ["BUD301"]
    assert told({"a.xlsx": off, **waived("Dinan", "BUD301", 5)}, "BUD301") == []
    assert told({"a.xlsx": off, **waived("Dinan", "BUD301", 2)}, "BUD301") == ["a.xlsx Budget BUD301"]


def test_of_two_in_force_the_latest_to_start_holds() -> None:
    rows = [["Dinan", "PRE201", 30000, FIRST, None, "CP-9"], ["Dinan", "PRE201", 28000, at(date(2010, 5, 1)), None, "CP-10"]]
    files = {"a.xlsx": study(asked=29000), "region/d.xlsx": decisions(waivers=rows)}
    assert decided(files)["a.xlsx"] == "rejeté"


def test_only_the_regions_folder_is_believed() -> None:
    files = {"a.xlsx": study(asked=30000), "d.xlsx": waived("Dinan", "PRE201", 30000)["region/d.xlsx"]}
    assert decided(files) == {"a.xlsx": "rejeté", "d.xlsx": "rejeté"}


@pytest.mark.parametrize(
    ("row", "state", "why"),
    [
        (["Dinan", "PRE201", 30000, FIRST, None, "CP-9"], "en vigueur", None),
        (["Dinan", "PRE201", 30000, FIRST, at(date(2010, 6, 30)), "CP-9"], "caduc", "30/06/2010"),
        (["Dinan", "PRE201", 30000, at(date(2011, 1, 1)), None, "CP-9"], "à venir", "01/01/2011"),
        (["Dinan", "PAR301", 1, FIRST, None, "CP-9"], "sans effet", "arbitrage"),
        (["Dinan", "XYZ", 1, FIRST, None, "CP-9"], "sans effet", "« XYZ »"),
        (["Dinan", "FON301", 2.5, FIRST, None, "CP-9"], "sans effet", "entier"),
        (["Dinan", "PRE201", "30 000 € sous réserve", FIRST, None, "CP-9"], "sans effet", "réserve"),
    ],
)
def test_each_waiver_is_listed_with_its_state(row: list[Any], state: str, why: str | None) -> None:
    made = tables({"a.xlsx": study(asked=30000), "region/d.xlsx": decisions(waivers=[row])})
    (found,) = made["derogations"].to_dicts()
    assert found["etat"] == state
    assert (found["pourquoi"] is None) if why is None else (why in found["pourquoi"])
    served = row[1] == "PRE201" and state in ("en vigueur", "caduc")
    assert (found["fichiers"] == "a.xlsx") is served


def test_the_value_applied_to_each_dossier_is_told() -> None:
    made = tables({"a.xlsx": study(), "b.xlsx": posts(), **waived("Dinan", "PRE201", 30000)})
    rows = made["plafonds"].select("fichier", "parametre", "valeur", "cellule_derogation").rows()
    assert rows == [
        ("a.xlsx", "plafond_etude_eur", 30000, "C2"), ("b.xlsx", "duree_poste_ans", 3, None), ("b.xlsx", "plafond_poste_eur", 35000, None),
        ("b.xlsx", "postes_max", 2, None),
    ]  # fmt: skip


def test_the_latest_file_says_what_a_waiver_is() -> None:
    rows = [["Dinan", "PRE201", 30000, FIRST, LAST, "CP-9"]], [["Dinan", "PRE201", 26000, FIRST, LAST, "CP-9"]]
    files = {
        "a.xlsx": study(asked=30000), "region/d.xlsx": decisions(waivers=rows[0]),
        "region/e.xlsx": decisions(waivers=rows[1], depot=date(2010, 12, 1)),
    }  # fmt: skip
    assert decided(files)["a.xlsx"] == "rejeté"
    assert told(files, "DEC404") == ["region/d.xlsx Dérogations DEC404"]
