"""A run gives the same tables whatever the number of parts in which it works, packed or not; and frames that are packed say the same."""

import random
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import budget.provenance
import schemas.packed
from budget.found import Found
from budget.parts import all_of, parts_of
from budget.pipeline import check_said, make_tables
from budget.said import Said, gather
from schemas.finding import Finding
from schemas.packed import Packed, Tables, in_order, packed
from schemas.parameters import Config
from schemas.reading import Reading, Received, lot_of
from schemas.tables import TABLES
from tests.campaigns import campaign
from tests.grids import CONFIG, DAY, ROOT, SPECS, at, decisions, digest, posts, read, report, statement, study
from tests.runs import InProcess
from workbooks.amend import extract_amended
from workbooks.discover import discover
from workbooks.reader import RawSheet

seeds = st.integers(0, 2**32 - 1)
SCENARIO = "etudes-abouties"
Files = dict[str, list[RawSheet]]


@pytest.fixture
def packing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames of few rows are packed too, and few are taken at a time."""
    monkeypatch.setattr(schemas.packed, "FEW", 0)
    monkeypatch.setattr(schemas.packed, "ROWS", 7)
    monkeypatch.setattr(budget.provenance, "ROWS", 7)


def said_by(files: Files) -> Said:
    return gather([lot_of([read(path, sheets) for path, sheets in files.items()])])


def assert_same_tables(said: Said, size: int, files: Files, day: date = DAY, config: Config = CONFIG, scenario: str = "") -> Tables:
    """What the files say in one part, and in parts of some `size` files, makes the same tables, row for row."""

    def reread(wanted: Sequence[Received]) -> Said:
        readings: list[Reading] = [extract_amended(received, files[received.path], SPECS) for received in wanted]
        return gather([lot_of(readings)])

    parts = parts_of([said], said.files, size)
    assert len(parts) > 1
    whole = make_tables(check_said(said.files, all_of(said), config, reread), config, day, scenario)
    parted = make_tables(check_said(said.files, parts, config, reread), config, day, scenario)
    for name in TABLES:
        assert parted[name].equals(whole[name]), name
    return whole


@settings(max_examples=3, deadline=None)
@given(seeds, st.integers(1, 4))
def test_random_campaigns_give_the_same_tables_in_any_number_of_parts(seed: int, size: int) -> None:
    chance = random.Random(seed)
    files = {path: one.sheets for rank in range(3) for path, one in campaign(chance, rank).items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schemas.packed, "FEW", chance.choice((0, 10, 20_000)))
        assert_same_tables(said_by(files), size, files)


@pytest.mark.usefixtures("packing")
@pytest.mark.parametrize(("folder", "size"), [("octobre-2010", 1), ("erreurs", 15)])
def test_the_examples_give_the_same_tables_in_any_number_of_parts(folder: str, size: int) -> None:
    inputs = ROOT / "examples" / folder
    said = gather(InProcess().read(inputs, [received for received in discover(inputs) if not received.ignored]))
    assert_same_tables(said, size, {}, date(2010, 10, 15), scenario=SCENARIO)


@pytest.mark.usefixtures("packing")
def test_versions_votes_waivers_rulings_and_accounts_rendered_are_the_same_too() -> None:
    rulings: list[list[Any]] = [
        [digest("30.xlsx"), "PRE201", None, None, "lever"],
        [digest("c.xlsx"), "PRE201", "Plan de financement", "D2", "corriger", 20000],
    ]
    vote = ["Pays de Brest", "fonctionnement", "attribution", 35000, 1, 2010, 1, at(date(2010, 9, 1)), "D-1"]
    waiver = ["Pays de Brest", "FON201", 40000, at(date(2010, 1, 1)), None, "D-2"]
    files: Files = {
        "a.xlsx": study(asked=26000),
        "b.xlsx": study(version=2, depot=date(2010, 6, 20)),
        "30.xlsx": study(pays="Pays de Redon", asked=26000),
        "c.xlsx": study(pays="Pays de Fougères", asked=26000),
        "posts.xlsx": posts(pays="Pays de Brest"),
        "etat.xlsx": statement([["Pays de Vannes", "préfiguration", 2010, 7000, 0], ["Pays de Brest", "fonctionnement", 2010, 100, 0]]),
        "rendu.xlsx": report([["604", "Prestations", 2010, 100, 90, ""]]),
        "region/v.xlsx": decisions([vote], waivers=[waiver], rulings=rulings),
    }
    made = assert_same_tables(said_by(files), 1, files)
    assert made["versions"].height == 1
    assert made["arbitrages"]["etat"].to_list() == ["en vigueur", "en vigueur"]


# --- Packed frames -----------------------------------------------------------------------------------------------------------------

rows = st.lists(st.tuples(st.text("abé|1", min_size=1, max_size=3), st.integers(0, 9)), max_size=30)


@given(st.lists(rows, min_size=1, max_size=4), st.sampled_from([0, 3, 100]), st.integers(1, 9), st.sampled_from([None, 1]))
def test_a_packed_table_is_taken_in_order_without_being_whole(
    lots: list[list[tuple[str, int]]], few: int, size: int, first: int | None
) -> None:
    frames = [pl.DataFrame(lot, schema={"cle": pl.String, "n": pl.Int64}, orient="row") for lot in lots]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schemas.packed, "FEW", few)
        patch.setattr(schemas.packed, "ROWS", size)
        table = Packed.of(frames)
        assert table.frame().equals(pl.concat(frames))
        assert table.lazy().collect().equals(pl.concat(frames))
        assert table.height == sum(map(len, lots))
        given_back = list(in_order(table, "cle", first))
    word = pl.col("cle") if first is None else pl.col("cle").str.head(first)
    assert pl.concat(given_back).equals(pl.concat(frames).sort(word, maintain_order=True))
    words = [frame.select(word.unique()).to_series().to_list() for frame in given_back]
    assert len({w for each in words for w in each}) == sum(map(len, words))


def test_findings_come_back_in_their_order_by_part() -> None:
    files = {f"{pays}.xlsx": study(pays=pays) for pays in ("Pays de Vannes", "Pays de Brest")} | {"region/v.xlsx": decisions()}
    said = said_by(files)
    parts = parts_of([said], said.files, 1)
    found = Found(parts)
    raised = [(path, Finding("TAB003", value=str(n))) for n in range(3) for path in (*files, "ignoré.xlsx")]
    found.add(raised[:5])
    found.add(raised[5:])
    for place, part in enumerate(parts):
        mine = {received.path for received in part.files} | ({"ignoré.xlsx"} if place == 0 else set())
        assert list(found.of(place)) == [located for located in raised if located[0] in mine]
    assert sorted(found, key=str) == sorted(raised, key=str)
    assert list(found.others()) == []


def test_tables_say_the_same_whole_in_parts_and_by_column() -> None:
    frame = pl.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    tables = Tables({"plain": frame, "packed": Packed.joined([packed(frame), packed(frame)])})
    assert tables["packed"].equals(pl.concat([frame, frame]))
    assert [part.height for part in tables.frames("packed")] == [2, 2]
    assert tables.lazy("packed").filter(pl.col("a") == 1).select("b").collect()["b"].to_list() == ["x", "x"]
    assert list(tables.with_tables({"more": frame})) == ["plain", "packed", "more"]
