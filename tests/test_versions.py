"""What a new version changed: the same finding is known under another address, what cannot be seen any more is not called mended,
and the headings' differences are the file's."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget.subjects import _GROUPS
from budget.versions import version_changes
from schemas.groups import Group
from schemas.rules import RULES
from schemas.versions import MENDED, STAYS
from tests.grids import edit, posts, report, sheet, statement, study, tables, without
from workbooks.reader import RawSheet

LATER, LAST = date(2010, 7, 1), date(2010, 8, 1)


def evolutions(before: list[RawSheet], after: list[RawSheet]) -> set[tuple[str, str, str]]:
    """What became of each error and warning of two versions: code, evolution, cell."""
    made = tables({"a.xlsx": before, "b.xlsx": after})
    assert made["versions"].select("fichier", "precedent").rows() == [("b.xlsx", "a.xlsx")]
    told = made["versions_constats"].filter(pl.col("gravite") != "information")
    return set(told.select("code", "evolution", "cellule").iter_rows())


def moved(sheets: list[RawSheet], name: str, at: int) -> list[RawSheet]:
    """The same document with a blank row more before row `at` of a sheet."""
    return [RawSheet(s.name, [*s.grid[:at], [], *s.grid[at:]]) if s.name == name else s for s in sheets]


WRONG_ACCOUNT = edit(study(), "Budget", "A2", "6O4")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(study(asked=26000), study(version=2, depot=LATER), {("PRE201", "réglé", "D2")}, id="mended"),
        pytest.param(study(asked=26000), study(asked=25500, version=2, depot=LATER), {("PRE201", "reste", "D2")}, id="still above the cap"),
        pytest.param(
            edit(study(), "Partenaires", "B2", "ligue"),
            moved(edit(study(version=2, depot=LATER), "Partenaires", "B2", "club"), "Partenaires", 1),
            {("CEL104", "reste", "B3")},
            id="the row moved, the value changed",
        ),
        pytest.param(
            edit(study(), "Partenaires", "B2", "ligue"),
            edit(study(version=2, depot=LATER), "Partenaires", "B3", "ligue"),
            {("CEL104", "réglé", "B2"), ("CEL104", "nouveau", "B3")},
            id="another row",
        ),
        pytest.param(
            edit(posts(), "Postes", "F2", "2x35000"),
            edit(posts(version=2, depot=LATER), "Postes", "F2", "trois"),
            {("CEL102", "reste", "F2")},
            id="a post",
        ),
        pytest.param(
            edit(edit(study(), "Partenaires", "A2", ""), "Partenaires", "B2", "ligue"),
            edit(study(version=2, depot=LATER), "Partenaires", "B2", "ligue"),
            {("CEL101", "réglé", "A2"), ("CEL104", "reste", "B2")},
            id="a row that had no name is known by its cell",
        ),
        pytest.param(
            edit(study(), "Identification", "B8", "hier"),
            moved(edit(study(version=2, depot=LATER), "Identification", "B8", "demain"), "Identification", 1),
            {("CEL103", "reste", "B9")},
            id="a label of Identification",
        ),
        pytest.param(
            study(own=5000, asked=26000),
            edit(study(asked=26000, version=2, depot=LATER), "Plan de financement", "D2", "2x13000"),
            {("PRE201", "non vérifié", "D2"), ("CEL102", "nouveau", "D2")},
            id="the cap could not be checked again",
        ),
        pytest.param(
            edit(study(), "Partenaires", "B2", "ligue"),
            without(study(version=2, depot=LATER), "Partenaires"),
            {("CEL104", "non vérifié", "B2"), ("TAB001", "nouveau", "")},
            id="the sheet is gone",
        ),
        pytest.param(without(study(), "Partenaires"), study(version=2, depot=LATER), {("TAB001", "réglé", "")}, id="the sheet came back"),
        pytest.param(WRONG_ACCOUNT, edit(study(version=2, depot=LATER), "Budget", "A2", "6O4"), {("CEL112", "reste", "A2")}, id="account"),
    ],
)
def test_each_finding_is_followed(before: list[RawSheet], after: list[RawSheet], expected: set[tuple[str, str, str]]) -> None:
    assert evolutions(before, after) == expected


def test_a_wrong_balance_is_the_same_whether_or_not_a_total_is_stated() -> None:
    before = edit(study(), "Budget", "C2", 24000)
    after = edit(study(version=2, depot=LATER), "Budget", "C2", 23000)
    after = edit(edit(after, "Budget", "A6", "TOTAL DES PRODUITS"), "Budget", "C6", 25000)
    assert evolutions(before, after) == {("BUD301", "reste", "C6")}


def test_files_that_are_no_versions_of_each_other_are_not_compared() -> None:
    files = {"a.xlsx": study(), "b.xlsx": study(project=2), "c.xlsx": study(campaign=2011), "d.xlsx": posts(pays="Pays de Dinan")}
    assert tables(files)["versions"].is_empty()
    unknown = {"a.xlsx": study(), "b.xlsx": study(pays="Pays inconnu", version=2)}
    assert tables(unknown)["versions"].is_empty()


def test_a_rejected_newcomer_is_compared_with_the_one_that_still_counts_and_the_next_with_it() -> None:
    files = {"c.xlsx": study(version=3, depot=LAST), "b.xlsx": study(asked=26000, version=2, depot=LATER), "a.xlsx": study()}
    made = tables(files)
    rows = made["versions"].select("fichier", "precedent", "restent", "nouveaux", "non_verifies", "regles", "ecart_eur").rows()
    assert rows == [("b.xlsx", "a.xlsx", 0, 1, 0, 0, Decimal(12000)), ("c.xlsx", "b.xlsx", 0, 0, 0, 1, Decimal(-12000))]


def test_what_another_file_causes_is_not_laid_to_a_version() -> None:
    """Same date and version: FIC009 stands on both, and is about the pair."""
    made = tables({"a.xlsx": study(), "b.xlsx": study(asked=21000)})
    assert "FIC009" in set(made["constats"]["code"])
    assert made["versions_constats"].is_empty()
    assert made["versions"].height == 1


def test_amounts_per_heading_and_exercice() -> None:
    made = tables({"a.xlsx": study(), "b.xlsx": study(asked=21000, version=2, depot=LATER)})
    rows = made["versions_montants"].select("rubrique", "exercice", "libelle", "avant_eur", "apres_eur", "ecart_eur").rows()
    assert rows == [
        ("60", 2010, "Achats", Decimal(25000), Decimal(26000), Decimal(1000)),
        ("74", 2010, "Subventions d'exploitation", Decimal(20000), Decimal(21000), Decimal(1000)),
    ]


def test_amounts_of_a_statement_and_of_a_compte_rendu() -> None:
    def voted(amount: Any, **more: Any) -> list[RawSheet]:
        return statement([["Pays de Vannes", "fonctionnement", 2010, amount, 0], ["Dinan", "préfiguration", 2010, 5, 0]], **more)

    files = {
        "a.xlsx": voted(7000), "b.xlsx": voted(6500, depot=date(2010, 10, 1)),
        "r.xlsx": report([[641, 2010, 1, 1000.5], [6411, 2010, 1, 10]]), "s.xlsx": report([[641, 2010, 1, 900]], depot=date(2011, 3, 1)),
    }  # fmt: skip
    rows = tables(files)["versions_montants"].select("fichier", "rubrique", "libelle", "ecart_eur").rows()
    assert rows == [
        ("b.xlsx", "20|1|fonctionnement", "Pays de Vannes, fonctionnement", Decimal(-500)),
        ("s.xlsx", "64", "Charges de personnel", Decimal("-110.50")),
    ]


cents = st.integers(0, 3_000_000).map(lambda n: n / 100)


@settings(max_examples=8, deadline=None)
@given(cents, cents, cents, st.none() | cents)
def test_the_headings_add_up_to_what_was_read(first: float, asked: float, own: float, heading: float | None) -> None:
    made = tables({"a.xlsx": study(asked=first), "b.xlsx": study(asked=asked, own=own, heading=heading, version=2, depot=LATER)})
    read = dict(made["depots"].select("fichier", "lu_eur").iter_rows())
    row = made["versions"].row(0, named=True)
    assert row["ecart_eur"] == read["b.xlsx"] - read["a.xlsx"] == (made["versions_montants"]["ecart_eur"].sum() or 0)


@settings(max_examples=8, deadline=None)
@given(st.permutations([study(), study(asked=26000, version=2, depot=LATER), study(asked=27000, version=3, depot=LAST)]))
def test_the_order_of_arrival_changes_nothing(files: list[list[RawSheet]]) -> None:
    made = tables({f"{n}.xlsx": sheets for n, sheets in enumerate(files)})
    assert sorted(made["versions"]["ecart_eur"]) == [Decimal(2000), Decimal(12000)]
    assert sorted(made["versions_constats"]["evolution"]) == ["nouveau", "reste"]


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.sampled_from(["ligue", "club", "association", "coopérative"]), max_size=6),
    st.lists(st.sampled_from(["ligue", "mutuelle"]), max_size=6),
)
def test_every_finding_of_both_versions_has_one_evolution(first: list[str], second: list[str]) -> None:
    def made_of(kinds: list[str], **more: Any) -> list[RawSheet]:
        rows = [[f"Partenaire {n % 3}", kind] for n, kind in enumerate(kinds)]
        return [*without(study(**more), "Partenaires"), sheet("Partenaires", [["Partenaire", "Famille"], *rows])]

    made = tables({"a.xlsx": made_of(first), "b.xlsx": made_of(second, version=2, depot=LATER)})
    by_file = dict(made["constats"].group_by("fichier").len().iter_rows())
    became = dict(made["versions_constats"].group_by("evolution").len().iter_rows())
    stays, gone = became.get(STAYS, 0), became.get(MENDED, 0) + became.get("non vérifié", 0)
    assert stays + gone == by_file.get("a.xlsx", 0)
    assert stays + became.get("nouveau", 0) == by_file.get("b.xlsx", 0)


def test_the_return_says_the_same_in_words() -> None:
    before = edit(study(asked=26000), "Partenaires", "B2", "ligue")
    change = version_changes(tables({"a.xlsx": before, "b.xlsx": study(asked=25500, version=2, depot=LATER)}))["b.xlsx"]
    assert change.replaced == "a.xlsx"
    assert [line.code for line in change.mended] == ["CEL104"]
    assert [(line.code, line.cell) for line in change.remaining] == [("PRE201", "D2")]
    assert "25.000" in change.remaining[0].reference or "25 000 €" in change.remaining[0].reference
    assert (change.new, change.unverified) == ((), ())
    assert [(h.label, h.before - h.after) for h in change.headings] == [
        ("2010, 60 Achats", Decimal(500)),
        ("2010, 74 Subventions d'exploitation", Decimal(500)),
    ]


def test_every_rule_on_groups_names_its_group() -> None:
    raised = {
        check.error[:6]
        for model in Group.__subclasses__()
        for column in model.to_schema().columns.values()
        for check in column.checks
        if check.error
    }
    assert {code for code in raised if RULES[code].stage != "croisement"} == set(_GROUPS)
