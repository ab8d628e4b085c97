"""What files say, in parts by Pays: opened and joined they say what the files do, whatever batches it came in and whatever was known."""

import random
import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget.kept import by_content, by_name
from budget.parts import FILES, Part, all_of, parts_of, read_again
from budget.said import Closed, Said, gather, in_order, joined
from schemas.documents import SHEETS
from schemas.packed import to_parquet
from schemas.pays import all_pays
from schemas.reading import Reading, lot_of
from schemas.spec import COMPTE_RENDU, DOSSIERS
from tests.grids import ROOT
from tests.runs import InProcess, readings_of
from workbooks.discover import discover

EXAMPLES = ROOT / "examples"
seeds = st.integers(0, 10**6)


@pytest.fixture(scope="module")
def readings() -> list[Reading]:
    """The example and one file for each mistake, each file apart."""
    return readings_of(InProcess().read(EXAMPLES, [received for received in discover(EXAMPLES) if not received.ignored]))


def batches(readings: Sequence[Reading], chance: random.Random) -> list[Said]:
    """The same, some files at a time."""
    cuts = sorted(chance.choices(range(len(readings) + 1), k=chance.randrange(9)))
    return [gather([lot_of(readings[a:b])]) for a, b in zip([0, *cuts], [*cuts, len(readings)], strict=True)]


def stored(said: Said) -> Closed:
    """As a night knows it that read these files before."""
    piece = {name: to_parquet(rows) for name, rows in by_content(said).items()}
    (closed,) = by_name([piece], said.files)
    return closed


def assert_same(said: Said, other: Said) -> None:
    assert said.files == other.files
    assert said.found == other.found
    for kind in SHEETS:
        assert said.sheets[kind].equals(other.sheets[kind]), kind
    assert said.positions.equals(other.positions)


def assert_parted(parts: Sequence[Part], expected: Said) -> None:
    """Together the parts say what is expected, and each what its place wants."""
    opened = [part.open() for part in parts]
    assert_same(in_order(joined(opened), expected.files), expected)
    for part, said in zip(parts, opened, strict=True):
        assert part.files == said.files == [received for received in expected.files if received in part.files]
        assert part.refused == said.refused
    if len(parts) > 1:
        assert not parts[0].pays
        assert sorted(code or "" for part in parts for code in part.pays) == ["", *sorted(all_pays())]
        for part, said in zip(parts, opened, strict=True):
            identity = said.sheets["identification"]
            of_one_pays = identity.filter(pl.col("type_document").is_in([*DOSSIERS, COMPTE_RENDU]))
            assert set(of_one_pays["pays_code"]) <= part.pays
            assert of_one_pays.height == (len(said.files) if part.pays else 0)


# --- The same ------------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(seed=seeds, size=st.integers(1, 100))
def test_parts_say_what_the_batches_say(readings: list[Reading], seed: int, size: int) -> None:
    """Files listed in any order, read in batches or known, some of which changed meanwhile; some found to be in no part's place."""
    chance = random.Random(seed)
    mine = [
        replace(reading, received=replace(reading.received)) for reading in chance.sample(readings, chance.randrange(len(readings) + 1))
    ]
    listed = [reading.received for reading in mine]
    for reading in chance.sample(mine, len(mine) // 8):
        reading.received.ignored = "modifié pendant la lecture"
        reading.sheets, reading.positions, reading.findings = {}, [], []
    chance.shuffle(mine)
    said = batches(mine, chance)
    known = [stored(batch) if chance.random() < 0.3 and not batch.refused else batch for batch in said]
    expected = in_order(joined(said), listed)
    assert not any(received.ignored for received in expected.files)
    assert_parted(parts_of(known, listed, size), expected)


@settings(max_examples=15, deadline=None)
@given(seed=seeds, size=st.sampled_from([3, 20, FILES]))
def test_what_is_read_again_takes_the_place_of_what_was_said(readings: list[Reading], seed: int, size: int) -> None:
    """A correction may give a dossier another Pays, which puts it in another part."""
    chance = random.Random(seed)
    listed = [reading.received for reading in readings]
    parts = parts_of(batches(readings, chance), listed, size)
    corrected = [moved(reading, chance) for reading in chance.sample(readings, chance.randrange(6))]
    newer = {reading.received.path: reading for reading in corrected}
    again = read_again(parts, gather([lot_of(corrected)]), listed)
    assert_parted(again, gather([lot_of([newer.get(reading.received.path, reading) for reading in readings])]))
    assert len(again) == len(parts)


def moved(reading: Reading, chance: random.Random) -> Reading:
    """The same file, of another Pays where it has one."""
    sheets = dict(reading.sheets)
    if "identification" in sheets and sheets["identification"]["pays_code"] != [None]:
        sheets["identification"] = {**sheets["identification"], "pays_code": [chance.choice([*all_pays()])]}
    return replace(reading, received=replace(reading.received, amended=(("Identification", "B4", "x"),)), sheets=sheets)


def test_a_dossier_whose_pays_is_not_known_is_with_the_first_pays(readings: list[Reading]) -> None:
    """Tables are sorted by Pays, those that have none first."""
    parts = parts_of([gather([lot_of(readings)])], [reading.received for reading in readings], 10)
    assert None in parts[1].pays
    assert any(None in part.open().sheets["identification"].filter(pl.col("type_document").is_in(DOSSIERS))["pays_code"] for part in parts)


# --- Few files, many, none -----------------------------------------------------------------------------------------------


def test_few_files_are_one_part_of_every_pays_that_stays_open(readings: list[Reading]) -> None:
    said = gather([lot_of(readings)])
    for parts in (parts_of([said], said.files, len(said.files)), all_of(said)):
        (part,) = parts
        assert part.pays == {None, *all_pays()}
        assert part.open() is part.open()
        assert_parted(parts, said)


def test_no_file_says_nothing(readings: list[Reading]) -> None:
    nothing = gather([])
    assert_parted(parts_of([], []), nothing)
    alone = gather([lot_of(readings[:1])])
    listed = [reading.received for reading in readings]
    assert_parted(parts_of([alone], listed, 5), alone)


def test_no_more_parts_than_pays(readings: list[Reading]) -> None:
    said = gather([lot_of(readings)])
    assert len(parts_of([said], said.files, 1)) == 1 + len(all_pays())


# --- What is held --------------------------------------------------------------------------------------------------------


def test_batches_are_let_go_once_they_are_packed(readings: list[Reading]) -> None:
    seen = list[weakref.ref[Said]]()
    most = 0

    def coming(lots: Iterable[Sequence[Reading]]) -> Iterator[Said]:
        nonlocal most
        for lot in lots:
            seen.append(weakref.ref(said := gather([lot_of(lot)])))
            most = max(most, sum(ref() is not None for ref in seen))
            yield said

    lots = [readings[i : i + 4] for i in range(0, len(readings), 4)]
    parts_of(coming(lots), [reading.received for reading in readings], 12)
    assert len(lots) > 10
    assert most <= 4
    assert not any(ref() for ref in seen)


def test_a_known_piece_that_goes_to_one_part_stays_packed(readings: list[Reading]) -> None:
    listed = [reading.received for reading in readings]
    known = [stored(part.open()) for part in parts_of([gather([lot_of(readings)])], listed, 10) if part.files]
    parts = parts_of(known, listed, 10)
    assert [part._pieces for part in parts if part.files] == [(closed,) for closed in known]
