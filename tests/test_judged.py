"""What rules found in a dossier at an earlier run is not looked for again, as long as it holds; the run says the same."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import check as checks
from budget import validate
from budget.parts import parts_of
from budget.pipeline import Checked, check_said, make_tables
from budget.said import Said, gather
from schemas.reading import Received, lot_of
from schemas.tables import TABLES
from tests.campaigns import campaign
from tests.grids import CONFIG, DAY, SPECS, at, decisions, digest, posts, read, statement, study
from workbooks.amend import extract_amended
from workbooks.reader import RawSheet

seeds = st.integers(0, 2**32 - 1)
Files = dict[str, list[RawSheet]]
WRONG: Files = {
    "a.xlsx": study(pays="Pays de Vannes", asked=26000),
    "b.xlsx": posts(pays="Pays de Brest", asked=36000),
    "c.xlsx": study(pays="Pays de Redon"),
    "etat.xlsx": statement([["Pays de Redon", "préfiguration", 2010, 7000, 9000]]),
}


def said_by(files: Files) -> Said:
    return gather([lot_of([read(path, sheets) for path, sheets in files.items()])])


def night(files: Files, before: Checked | None, rules: str = "r", size: int = 2500, config: Any = CONFIG) -> Checked:
    """A run that knows what the one before found."""

    def reread(wanted: Sequence[Received]) -> Said:
        return gather([lot_of([extract_amended(received, files[received.path], SPECS) for received in wanted])])

    said = said_by(files)
    if before:
        judged = pl.concat([kept.frame() for kept in before.examined.judged])
        said = replace(said, judged=judged.filter(pl.col("fichier").is_in(list(files))))
    return check_said(said.files, parts_of([said], said.files, size), config, reread, rules)


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose plan is checked."""
    seen: list[str] = []
    one = validate.check_sheet

    def spied(kind: str, model: Any, frame: pl.DataFrame, batch: Any) -> Any:
        seen.extend(frame["fichier"].unique().sort() if kind == "plan" else ())
        return one(kind, model, frame, batch)

    monkeypatch.setattr(checks, "check_sheet", spied)
    return seen


def test_only_new_dossiers_are_looked_at(looked_at: list[str]) -> None:
    first = night(WRONG, None)
    assert looked_at == ["a.xlsx", "b.xlsx", "c.xlsx"]
    looked_at.clear()
    second = night({**WRONG, "d.xlsx": study(pays="Pays de Vitré")}, first)
    assert looked_at == ["d.xlsx"]
    known = list(first.found)
    assert [located for located in second.found if located[0] != "d.xlsx"] == known
    assert {f.code for path, f in known if path == "a.xlsx"} >= {"PRE201"}


def test_a_dossier_is_looked_at_again_under_other_rules_or_another_cap(looked_at: list[str]) -> None:
    first = night(WRONG, None)
    looked_at.clear()
    night(WRONG, first, rules="others")
    assert looked_at == ["a.xlsx", "b.xlsx", "c.xlsx"]
    looked_at.clear()
    waiver = ["Pays de Vannes", "PRE201", 27000, at(date(2010, 1, 1)), None, "CP1"]
    waived = {**WRONG, "region/d.xlsx": decisions(waivers=[waiver])}
    second = night(waived, first)
    assert looked_at == ["a.xlsx"]
    assert not [f for path, f in second.found if path == "a.xlsx" and f.code == "PRE201"]
    looked_at.clear()
    vote = ["Pays de Brest", "fonctionnement", "attribution", 35000, 1, 2010, 3, at(date(2010, 9, 30)), "CP2"]
    night({**waived, "region/e.xlsx": decisions([vote])}, second)
    assert looked_at == ["b.xlsx"]


def test_without_rules_nothing_is_kept_and_all_is_looked_at(looked_at: list[str]) -> None:
    first = night(WRONG, None, rules="")
    assert all(kept.frame().is_empty() for kept in first.examined.judged)
    night(WRONG, night(WRONG, None), rules="")
    assert looked_at == ["a.xlsx", "b.xlsx", "c.xlsx"] * 3


def test_rulings_apply_to_what_is_known_too() -> None:
    first = night(WRONG, None)
    rulings: list[list[Any]] = [
        [digest("a.xlsx"), "PRE201", None, None, "lever"],
        [digest("b.xlsx"), "FON201", "Postes", None, "corriger", Decimal(35000)],
    ]
    files = {**WRONG, "region/d.xlsx": decisions(rulings=rulings)}
    fresh, known = night(files, None), night(files, first)
    assert {f.state for path, f in known.found if f.code == "PRE201"} == {"levé"}
    assert_same(known, fresh)


def assert_same(known: Checked, fresh: Checked) -> None:
    by_file = [sorted(checked.found, key=lambda located: located[0]) for checked in (known, fresh)]
    assert by_file[0] == by_file[1]
    one, other = make_tables(known, CONFIG, DAY), make_tables(fresh, CONFIG, DAY)
    for name in TABLES:
        assert one[name].equals(other[name]), name
    kept = [[part.frame() for part in checked.examined.judged] for checked in (known, fresh)]
    assert all(a.equals(b) for a, b in zip(*kept, strict=True))


@settings(max_examples=4, deadline=None)
@given(seeds, st.sampled_from([2, 2500]))
def test_a_night_that_knows_some_files_says_what_a_fresh_one_says(seed: int, size: int) -> None:
    chance = random.Random(seed)
    files = {path: one.sheets for rank in range(2) for path, one in campaign(chance, rank).items()}
    before = {path: sheets for path, sheets in files.items() if chance.random() < 0.7}
    first = night(before, None, size=size) if before else None
    assert_same(night(files, first, size=size), night(files, None, size=size))
