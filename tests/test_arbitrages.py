"""Arbitrages: staff lift, correct or exclude; the finding stays with both values, and lapses when the file changes."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from budget.parts import all_of
from budget.pipeline import make_tables
from flows import steps
from flows.steps import Job
from schemas.packed import Tables
from tests.builders import xlsx
from tests.grids import CONFIG, DAY, at, decided, decisions, digest, edit, posts, statement, study, tables
from workbooks.discover import discover
from workbooks.reader import RawSheet

PLAN = "Plan de financement"
OVER = {"a.xlsx": study(asked=26000)}
VOTE = ["Vannes", "fonctionnement", "attribution", 105000, 1, 2010, 3, at(date(2010, 10, 28)), "CP1"]


def ruled(*rulings: list[Any], **more: Any) -> dict[str, list[RawSheet]]:
    """The Région's file with these rulings: digest, code, sheet, cell, action, value kept."""
    return {"region/d.xlsx": decisions(rulings=rulings, **more)}


def states(made: Tables) -> list[tuple[str, str, str]]:
    """Code, cell and state of each finding."""
    return [tuple(row) for row in made["constats"].select("code", "cellule", "etat").rows()]


def outcome(made: Tables) -> list[tuple[str, str | None]]:
    """State of each ruling, and why it is not applied."""
    return [tuple(row) for row in made["arbitrages"].select("etat", "pourquoi").rows()]


def decision(made: Tables, path: str) -> str:
    return str(made["depots"].filter(fichier=path)["decision"][0])


# lever


def test_a_finding_lifted_stays_and_no_longer_rejects() -> None:
    made = tables({**OVER, **ruled([digest("a.xlsx"), "PRE201", PLAN, "D2", "lever"])})
    assert states(made) == [("PRE201", "D2", "levé")]
    assert decision(made, "a.xlsx") == "accepté"
    assert made["depots"].filter(fichier="a.xlsx")["erreurs"].to_list() == [0]
    (row,) = made["constats"].to_dicts()
    assert row["arbitrage"] == "Le service en a décidé ainsi (02/11/2010, NOTE-1)."
    cited = made["provenances"].filter(cle=row["constat_id"]).select("fichier", "feuille").rows()
    assert ("region/d.xlsx", "Arbitrages") in cited
    assert made["arbitrages"].select("etat", "constats", "fichier_vise").rows() == [("en vigueur", 1, "a.xlsx")]


def test_a_warning_lifted_is_no_reserve() -> None:
    only = study()
    only[3].grid[1][1] = "association"
    assert decided({"a.xlsx": only}) == {"a.xlsx": "accepté avec réserves"}
    assert decision(tables({"a.xlsx": only, **ruled([digest("a.xlsx"), "PAR301", None, None, "lever"])}), "a.xlsx") == "accepté"


def test_a_cap_across_files_may_be_lifted() -> None:
    files = {"a.xlsx": study(), "b.xlsx": study(project=2, depot=date(2010, 7, 1))}
    assert decided(files)["b.xlsx"] == "rejeté"
    made = tables({**files, **ruled([digest("b.xlsx"), "PRE301", None, None, "lever"])})
    assert decision(made, "b.xlsx") == "accepté"
    assert ("PRE301", "D2", "levé") in states(made)


def test_what_was_not_read_cannot_be_lifted() -> None:
    files = {"a.xlsx": edit(study(), PLAN, "D2", "2x35000")}
    made = tables({**files, **ruled([digest("a.xlsx"), "CEL102", PLAN, "D2", "lever"])})
    assert decision(made, "a.xlsx") == "rejeté"
    ((state, why),) = outcome(made)
    assert state == "sans effet"
    assert "corrigez" in str(why)


def test_a_finding_of_money_across_files_may_be_lifted() -> None:
    files = {"a.xlsx": posts(), "e.xlsx": statement([["Vannes", "fonctionnement", 2010, 6000, 0]])}
    assert ("COF401", "E3", "ouvert") in states(tables(files))
    made = tables({**files, **ruled([digest("a.xlsx"), "COF401", PLAN, "E3", "lever"])})
    assert ("COF401", "E3", "levé") in states(made)


# corriger


def test_a_corrected_value_is_judged_again_and_both_values_stay() -> None:
    a = digest("a.xlsx")
    made = tables(
        {
            **OVER,
            **ruled(
                [a, "PRE201", PLAN, "$D$2", "corriger", 25000], [a, "BUD305", "budget", "C3", "corriger", "25 000 €"],
                [a, "BUD301", "Budget", "C4", "corriger", 6000],
            ),
        }
    )  # fmt: skip
    assert decision(made, "a.xlsx") == "accepté"
    assert states(made) == [("PRE201", "D2", "corrigé"), ("BUD301", "", "corrigé"), ("BUD305", "C3", "corrigé")]
    row = made["constats"].filter(code="PRE201").row(0, named=True)
    assert (row["valeur"], row["valeur_retenue"]) == ("26000", "25000")
    assert made["financements"].filter(type_financeur="Région")["sollicite_eur"].to_list() == [25000]
    assert {state for state, _ in outcome(made)} == {"en vigueur"}
    assert made["controles"]["ecart"].sum() == 0


def test_a_corrected_figure_cites_the_ruling_beside_the_cell() -> None:
    good = study(asked=20000)
    good[2].grid[1][3] = 2000
    made = tables({"a.xlsx": good, **ruled([digest("a.xlsx"), "BUD305", PLAN, "D2", "corriger", 20000])})
    cited = made["provenances"].filter(table="financements", champ="sollicite_eur").select("fichier", "feuille", "cellule").rows()
    assert cited == [("a.xlsx", PLAN, "D2"), ("region/d.xlsx", "Arbitrages", "F2")]


def test_a_value_that_breaks_a_rule_again_is_told_again() -> None:
    made = tables({**OVER, **ruled([digest("a.xlsx"), "PRE201", PLAN, "D2", "corriger", 25500])})
    assert decision(made, "a.xlsx") == "rejeté"
    assert set(made["constats"].filter(code="PRE201")["etat"]) == {"ouvert", "corrigé"}


def test_an_unreadable_cell_is_corrected_without_a_note_to_the_sender() -> None:
    for name, cell, wrong, code, right in (
        (PLAN, "D2", "2x35000", "CEL102", "20000"), ("Identification", "B5", "Pays d'ailleurs", "IDE201", "Dinan"),
        ("Budget", "A2", "6O4", "CEL112", "604"), ("Identification", "B3", "juin", "CEL103", at(date(2010, 6, 15))),
    ):  # fmt: skip
        made = tables({"a.xlsx": edit(study(), name, cell, wrong), **ruled([digest("a.xlsx"), code, name, cell, "corriger", right])})
        assert decision(made, "a.xlsx") == "accepté", code
        assert states(made) == [(code, cell, "corrigé")]


def test_a_row_of_the_region_may_be_corrected() -> None:
    votes = {"region/a.xlsx": decisions([[*VOTE[:3], "NC", *VOTE[4:]]])}
    made = tables({**votes, **ruled([digest("region/a.xlsx"), "CEL102", "Décisions", "D2", "corriger", 105000])})
    assert made["decisions"]["vote_eur"].to_list() == [105000]


@pytest.mark.parametrize(
    ("ruling", "why"),
    [
        ([digest("a.xlsx"), "PRE201", PLAN, "D2", "corriger", "deux mille"], "« deux mille »"),
        ([digest("a.xlsx"), "PRE201", PLAN, "D2", "corriger"], "valeur retenue"),
        ([digest("a.xlsx"), "PRE201", PLAN, None, "corriger", 25000], None),
        ([digest("a.xlsx"), "PRE201", PLAN, "D9", "corriger", 25000], "en Plan de financement D9"),
        ([digest("a.xlsx"), "FON201", PLAN, "D2", "corriger", 25000], "FON201"),
        ([digest("a.xlsx"), "FON999", PLAN, "D2", "lever"], "aucune règle"),
        (["12ab", "PRE201", PLAN, "D2", "lever"], "12 signes"),
    ],
)
def test_a_ruling_without_effect_says_why(ruling: list[Any], why: str | None) -> None:
    made = tables({**OVER, **ruled(ruling)})
    ((state, said),) = outcome(made)
    if why is None:
        assert state == "en vigueur", "the finding stands at one cell, which is meant"
        return
    assert decision(made, "a.xlsx") == "rejeté"
    assert state == "sans effet"
    assert why in str(said)
    assert made["depots"].filter(fichier="region/d.xlsx")["decision"].to_list() == ["accepté"]


# exclure


def test_a_file_excluded_is_rejected_with_all_its_findings() -> None:
    made = tables({**OVER, **ruled([digest("a.xlsx"), "PRE201", None, None, "exclure"])})
    assert states(made) == [("PRE201", "D2", "exclu")]
    row = made["depots"].filter(fichier="a.xlsx").row(0, named=True)
    assert (row["decision"], row["erreurs"]) == ("rejeté", 0)
    assert row["motif"] == "Exclu par un arbitrage du service : Le service en a décidé ainsi (NOTE-1)."
    assert row["ecarte_eur"] == row["lu_eur"] > 0


def test_an_excluded_newcomer_leaves_the_version_before_in_place() -> None:
    only = study(depot=date(2010, 9, 1), version=2)
    only[3].grid[1][1] = "association"
    files = {"a.xlsx": study(), "b.xlsx": only}
    assert decided(files) == {"a.xlsx": "remplacé", "b.xlsx": "accepté avec réserves"}
    made = tables({**files, **ruled([digest("b.xlsx"), "PAR301", None, None, "exclure"])})
    assert [decision(made, path) for path in files] == ["accepté", "rejeté"]
    assert made["controles"]["ecart"].sum() == 0


def test_a_row_excluded_is_set_aside_alone() -> None:
    rows = [["Vannes", "fonctionnement", 2010, 7000, 0], ["Vannes", "fonctionnement", 2011, 9000, 9500]]
    made = tables({"e.xlsx": statement(rows), **ruled([digest("e.xlsx"), "COF409", "Engagements", "D3", "exclure"])})
    assert made["votes"]["vote_eur"].to_list() == [7000]
    assert ("COF409", "", "exclu") in states(made)
    assert made["arbitrages"]["etat"].to_list() == ["en vigueur"]
    doubt = {"e.xlsx": statement([rows[0], ["Vannes", "fonctionnement", 2011, "9.000 €", 0]])}
    made = tables({**doubt, **ruled([digest("e.xlsx"), "CEL109", "Engagements", "D3", "exclure"])})
    assert made["votes"]["vote_eur"].to_list() == [7000]
    assert states(made)[0] == ("CEL109", "D3", "exclu")
    assert made["depots"].filter(fichier="e.xlsx").select("decision", "lu_eur", "compte_eur", "ecarte_eur").rows() == [
        ("accepté avec réserves", 16000, 7000, 9000)
    ]
    assert made["controles"]["ecart"].sum() == 0


def test_rulings_of_an_excluded_file_are_void() -> None:
    first = decisions([[*VOTE[:3], "105 000 €", *VOTE[4:]]], rulings=[[digest("a.xlsx"), "PRE201", None, None, "lever"]])
    files = {**OVER, "region/b.xlsx": first}
    assert decided(files)["a.xlsx"] == "accepté"
    gone = ruled([digest("region/b.xlsx"), "DEC403", None, None, "exclure"])
    made = tables({**files, **gone})
    assert [decision(made, path) for path in ("a.xlsx", "region/b.xlsx")] == ["rejeté", "rejeté"]
    assert made["decisions"].is_empty()
    assert "lui-même exclu" in str(made["arbitrages"].filter(fichier="region/b.xlsx")["pourquoi"][0])


# Lapse, conflicts, trust.


def test_it_lapses_when_the_file_changes() -> None:
    made = tables({"a.xlsx": study(asked=26000), **ruled([digest("avant.xlsx"), "PRE201", PLAN, "D2", "lever"])})
    assert decision(made, "a.xlsx") == "rejeté"
    assert [state for state, _ in outcome(made)] == ["caduc"]


def test_the_latest_ruling_on_a_finding_holds() -> None:
    older = ruled([digest("a.xlsx"), "PRE201", PLAN, "D2", "exclure"])["region/d.xlsx"]
    newer = decisions(rulings=[[digest("a.xlsx"), "PRE201", None, None, "lever"]], depot=date(2010, 12, 1))
    made = tables({**OVER, "region/d.xlsx": older, "region/e.xlsx": newer})
    assert decision(made, "a.xlsx") == "accepté"
    assert outcome(made) == [("sans effet", "Un arbitrage plus récent vise le même constat."), ("en vigueur", None)]


def test_only_the_regions_folder_is_believed() -> None:
    made = tables({**OVER, "d.xlsx": ruled([digest("a.xlsx"), "PRE201", None, None, "lever"])["region/d.xlsx"]})
    assert decision(made, "a.xlsx") == "rejeté"
    assert made["arbitrages"].is_empty()


def test_nobody_lifts_the_rule_that_says_where_decisions_are_believed() -> None:
    files = {"v.xlsx": decisions([VOTE]), **ruled([digest("v.xlsx"), "FIC006", None, None, "lever"])}
    made = tables(files)
    assert decision(made, "v.xlsx") == "rejeté"
    assert [state for state, _ in outcome(made)] == ["sans effet"]


RULINGS: list[list[Any]] = [
    [digest("a.xlsx"), "PRE201", PLAN, "D2", "corriger", 25000], [digest("a.xlsx"), "BUD305", "Budget", "C3", "corriger", 25000],
    [digest("b.xlsx"), "PRE301", None, None, "lever"], [digest("e.xlsx"), "CEL109", "Engagements", "D2", "exclure"],
    [digest("nulle part"), "PRE201", None, None, "lever"],
]  # fmt: skip


@settings(max_examples=5, deadline=None, phases=[Phase.generate])
@given(st.permutations(range(len(RULINGS))), st.integers(0, len(RULINGS)))
def test_the_order_of_rulings_and_of_their_files_changes_nothing(order: list[int], cut: int) -> None:
    files = {
        **OVER, "b.xlsx": study(project=2, depot=date(2010, 7, 1)),
        "e.xlsx": statement([["Dinan", "préfiguration", 2010, "1 000 €", 0]]),
    }  # fmt: skip
    rows = [RULINGS[n] for n in order]
    made = tables({**files, "region/y.xlsx": decisions(rulings=rows[:cut]), "region/z.xlsx": decisions(rulings=rows[cut:])})
    assert sorted(made["depots"].filter(~pl.col("fichier").str.starts_with("region")).select("fichier", "decision").rows()) == [
        ("a.xlsx", "rejeté"), ("b.xlsx", "accepté"), ("e.xlsx", "accepté avec réserves"),
    ]  # fmt: skip
    found = {(row["code"], row["etat"]) for row in made["arbitrages"].to_dicts()}
    assert found == {
        ("PRE201", "en vigueur"),
        ("BUD305", "en vigueur"),
        ("PRE301", "sans effet"),
        ("CEL109", "en vigueur"),
        ("PRE201", "caduc"),
    }
    assert made["controles"]["ecart"].sum() == 0


# From real files: the corrected one is read again by the reading processes.


def test_a_corrected_file_is_read_again_and_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "region").mkdir()
    wrong = edit(study(), PLAN, "D2", "2x35000")
    file = tmp_path / "a.xlsx"
    file.write_bytes(workbook(wrong))
    before = file.read_bytes()
    name = hashlib.sha256(before).hexdigest()[:12]
    ruling = decisions(rulings=[[name, "CEL102", PLAN, "D2", "corriger", 20000]])
    (tmp_path / "region" / "d.xlsx").write_bytes(workbook(ruling))
    made = read_and_consolidate(tmp_path)
    assert decision(made, "a.xlsx") == "accepté"
    assert states(made) == [("CEL102", "D2", "corrigé")]
    assert made["financements"].filter(type_financeur="Région")["sollicite_eur"].to_list() == [20000]
    assert file.read_bytes() == before
    file.write_bytes(workbook(edit(wrong, "Partenaires", "A4", "Mutuelle exemple")))
    made = read_and_consolidate(tmp_path)
    assert decision(made, "a.xlsx") == "rejeté"
    assert made["arbitrages"]["etat"].to_list() == ["caduc"]


def read_and_consolidate(inputs: Path) -> Tables:
    """The tables, by the reading processes and the steps of a run."""
    job = Job(CONFIG, inputs, inputs / "sorties", DAY)
    files = discover(inputs)
    with steps.reader_pool(CONFIG) as readers:
        said = steps.read_lot(job, readers, files)
    return make_tables(steps.check_all(job, files, all_of(said)), CONFIG, DAY)


def workbook(sheets: list[RawSheet]) -> bytes:
    """A document as a file."""
    return xlsx({s.name: [[None if cell == "" else cell for cell in row] for row in s.grid] for s in sheets})
