"""Random campaigns through real files: every cent that they say is consolidated, set aside or replaced, as read back from the outputs;
and damaged workbooks are refused, or say the same.

`make test-long` goes through 10 000 campaigns and some thousands of damaged workbooks; a failure names the seed that makes it again.
"""

import random
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget.control import gaps
from budget.parts import all_of
from budget.pipeline import check_readings
from flows import steps
from flows.steps import Job
from schemas.reading import Reading, Received
from schemas.rules import RULES
from schemas.tables import IGNORED, REJECTED, REPLACED
from tests.builders import archive, parts_of, xlsx
from tests.campaigns import Made, campaign
from tests.grids import CONFIG, DAY, ROOT, SPECS, report, tables
from tests.runs import InProcess, readings_of
from workbooks.discover import discover
from workbooks.pool import ReaderPool, ReadingRules
from workbooks.readback import read_back

CENT = Decimal(100)
seeds = st.integers(0, 2**32 - 1)


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    """Guarded processes: the only ones that read a damaged file."""
    with ReaderPool(ReadingRules(SPECS, CONFIG.limites), 2) as readers:
        yield readers


# --- Campaigns as grids: many at once -------------------------------------------------------------------------------------------


def check_campaigns(seed: int, how_many: int) -> None:
    """Independent campaigns, checked in one go: no gap, and file by file the cents that were written."""
    chance = random.Random(seed)
    made = {path: one for rank in range(how_many) for path, one in campaign(chance, rank).items()}
    found = tables({path: one.sheets for path, one in made.items()})
    assert gaps(found["controles"]) == []
    assert_accounted(found, made)


def assert_accounted(found: dict[str, pl.DataFrame], made: dict[str, Made]) -> None:
    """Each file: read = what it says; and read = counted + set aside + réactualisé, or replaced, or rejected."""
    updated = found["budget"].filter(etat="réactualisé").group_by("fichier").agg(pl.col("montant_eur").sum())
    later = dict(updated.iter_rows())
    for row in found["depots"].filter(pl.col("decision") != IGNORED).to_dicts():
        assert row["lu_eur"] * CENT == made[row["fichier"]].cents, row["fichier"]
        if row["decision"] == REPLACED:
            assert (row["compte_eur"], row["ecarte_eur"]) == (0, 0)
        else:
            assert row["lu_eur"] == row["compte_eur"] + row["ecarte_eur"] + later.get(row["fichier"], 0), row["fichier"]
            assert row["decision"] != REJECTED or row["compte_eur"] == 0


@settings(max_examples=5, deadline=None)
@given(seeds)
def test_what_is_written_is_consolidated_set_aside_or_replaced_to_the_cent(seed: int) -> None:
    check_campaigns(seed, 20)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(50))
def test_ten_thousand_campaigns(seed: int) -> None:
    check_campaigns(seed, 200)


# --- Campaigns as files: read, consolidated, written, read back -----------------------------------------------------------------


def as_files(folder: Path, made: dict[str, Made]) -> None:
    for path, one in made.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(xlsx({s.name: [[None if c == "" else c for c in row] for row in s.grid] for s in one.sheets}))


def outputs_of(inputs: Path, outputs: Path, readers: ReaderPool | InProcess, order: random.Random | None = None) -> dict[str, pl.DataFrame]:
    """Read the files in some order, consolidate, write the tables and the finance workbook; the tables as the files hold them."""
    job = Job(CONFIG, inputs, outputs, DAY)
    files = discover(inputs)
    if order:
        order.shuffle(files)
    said = steps.read_lot(job, readers, [f for f in files if not f.ignored])
    checked = steps.check_all(job, files, all_of(said))
    made = steps.control_totals(job, steps.open_register(job), checked.decided.standings, steps.consolidate(job, checked))
    outputs.mkdir(parents=True)
    steps.write_data(outputs, made)
    steps.write_budget_workbook(job, outputs, made)
    return {name: pl.read_parquet(outputs / "donnees" / f"{name}.parquet") for name in made.tables}


def lines_of_the_workbook(outputs: Path) -> Decimal:
    """Euros of the sheet Budget consolidé, whatever they count for."""
    sums = read_back(outputs / "budget-consolide.xlsx")["Budget consolidé"]
    return sum((sums.get(column, Decimal(0)) for column in ("Charges", "Produits", "Hors totaux")), Decimal(0))


def assert_workbook_accounts(outputs: Path, found: dict[str, pl.DataFrame], made: dict[str, Made]) -> None:
    """The cents that the dossiers say = those of the workbook + those set aside or replaced."""
    dossiers = found["depots"].filter(pl.col("type_document").str.starts_with("Dossier"), pl.col("decision") != IGNORED)
    said = sum(made[path].cents for path in dossiers["fichier"])
    aside = Decimal(dossiers["ecarte_eur"].sum()) + Decimal(dossiers.filter(decision=REPLACED)["lu_eur"].sum())
    assert said == (lines_of_the_workbook(outputs) + aside) * CENT


def check_files(seed: int, folder: Path) -> None:
    chance = random.Random(seed)
    made = {path: one for rank in range(4) for path, one in campaign(chance, rank).items()}
    inputs = folder / "inputs"
    inputs.mkdir(parents=True)
    as_files(inputs, made)
    found = outputs_of(inputs, folder / "un", InProcess())
    assert_accounted(found, made)
    assert_workbook_accounts(folder / "un", found, made)
    outputs_of(inputs, folder / "deux", InProcess(), chance)
    for path in (p for p in (folder / "un").rglob("*") if p.is_file()):
        assert path.read_bytes() == (folder / "deux" / path.relative_to(folder / "un")).read_bytes(), path.name


@pytest.mark.parametrize("seed", range(3))
def test_what_files_say_is_found_in_the_outputs_whatever_their_order(seed: int, tmp_path: Path) -> None:
    check_files(seed, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 1200))
def test_what_two_hundred_times_more_files_say_is_found_in_the_outputs(seed: int, tmp_path: Path) -> None:
    check_files(seed, tmp_path)


BAD_FILES = {
    "vide.xlsx": b"", "texte.xlsx": b"un;deux\n1;2\n", "coupe.xlsx": b"PK\x03\x04" + bytes(90),
    "page.xls": b"<html><table>1</table></html>",
    "autre.xlsx": xlsx({"Feuil1": [["n'importe quoi", 12345]]}), "=1+1.xlsx": xlsx({"Budget": [["Compte", 2010], [641, 1000]]}),
}  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
def test_bad_files_change_no_line_of_the_others(seed: int, tmp_path: Path, pool: ReaderPool) -> None:
    made = {path: one for rank in range(4) for path, one in campaign(random.Random(seed), rank).items()}
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    as_files(inputs, made)
    alone = outputs_of(inputs, tmp_path / "un", pool)
    for name, content in BAD_FILES.items():
        (inputs / name).write_bytes(content)
    beside = outputs_of(inputs, tmp_path / "deux", pool)
    for name, table in beside.items():
        if name != "controles":  # they count the files
            others = table.filter(~pl.col("fichier").is_in(list(BAD_FILES))) if "fichier" in table.columns else table
            assert others.equals(alone[name]), name
    assert beside["depots"].filter(pl.col("fichier").is_in(list(BAD_FILES)))["decision"].to_list() == [REJECTED] * len(BAD_FILES)
    assert lines_of_the_workbook(tmp_path / "un") == lines_of_the_workbook(tmp_path / "deux")


# --- Damaged workbooks ----------------------------------------------------------------------------------------------------------


def flip(data: bytes, chance: random.Random) -> bytes:
    """A few bytes changed."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        changed[chance.randrange(len(changed))] ^= chance.randint(1, 255)
    return bytes(changed)


def flip_directory(data: bytes, chance: random.Random) -> bytes:
    """A byte changed in the archive's own directory: names, sizes, places, checksums."""
    start = data.index(b"PK\x01\x02")
    changed = bytearray(data)
    changed[chance.randrange(start, len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(data: bytes, chance: random.Random) -> bytes:
    """The end missing, or a slice from the middle."""
    first, last = sorted(chance.randrange(len(data)) for _ in range(2))
    return data[:last] if chance.random() < 0.5 else data[:first] + data[last:]


def swap(data: bytes, chance: random.Random) -> bytes:
    """Two parts of the archive under each other's name."""
    parts = parts_of(data)
    one, other = chance.sample(sorted(parts), 2)
    parts[one], parts[other] = parts[other], parts[one]
    return archive(parts)


def drop(data: bytes, chance: random.Random) -> bytes:
    """A part missing."""
    parts = parts_of(data)
    del parts[chance.choice(sorted(parts))]
    return archive(parts)


def alter(data: bytes, chance: random.Random) -> bytes:
    """One digit of an amount changed in a sheet, or in the shared texts, its checksum left as it was."""
    stored = archive(parts_of(data), zipfile.ZIP_STORED)
    places = [m.start() + 3 + chance.randrange(len(m[1])) for m in re.finditer(rb"<[vt]>([0-9]+)[.0-9 ]*</[vt]>", stored)]
    place = chance.choice(places)
    digit = b"%d" % ((stored[place] - 48 + chance.randint(1, 9)) % 10)
    return stored[:place] + digit + stored[place + 1 :]


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (flip, flip_directory, cut, swap, drop, alter)
EXAMPLE = ROOT / "examples" / "octobre-2010"


def originals() -> dict[str, bytes]:
    """One workbook of each kind; that of the Région in its folder."""
    return {
        "etude.xlsx": (EXAMPLE / "prefiguration" / "08-pays-de-dinan.xlsx").read_bytes(),
        "postes.xlsx": (EXAMPLE / "fonctionnement" / "20-pays-de-vannes.xlsx").read_bytes(),
        "etat.xlsx": (EXAMPLE / "cofinanceurs" / "cg-56.xlsx").read_bytes(),
        "region/decisions.xlsx": (EXAMPLE / "region" / "decisions-2010.xlsx").read_bytes(),
        "compte.xlsx": xlsx({s.name: s.grid for s in report([[641, 2010, 30_000, 29_500.5], [62, 2010, 0, 12]])}),
    }


@dataclass(frozen=True)
class Damaged:
    """What became of a damaged workbook."""

    how: str
    reading: Reading
    original: Reading

    @property
    def silent(self) -> bool:
        """Whether it says otherwise than its original without a single new error."""
        if any(f.code.startswith("FIC00") for f in self.reading.findings):
            return False
        return self.reading.sheets != self.original.sheets and _errors(self.reading) <= _errors(self.original)


def _errors(reading: Reading) -> set[tuple[str, str, str]]:
    checked = check_readings([reading.received], [reading], CONFIG)
    return {(f.code, f.sheet, f.cell) for _, f in checked.found if RULES[f.code].gravity == "erreur"}


def damage(seeds: Sequence[int], folder: Path, pool: ReaderPool) -> list[Damaged]:
    """Each original damaged in each way, for each seed; read by the guarded processes only."""
    (folder / "region").mkdir()
    sources = originals()
    for path, data in sources.items():
        (folder / path).write_bytes(data)
    whole = {r.received.path: r for r in readings_of(pool.read(folder, [Received(path) for path in sources]))}
    files, ways = [], {}
    for seed in seeds:
        for path, data in sources.items():
            for mutation in MUTATIONS:
                name = f"{Path(path).parent.as_posix()}/{mutation.__name__}-{seed}-{Path(path).name}".removeprefix("./")
                (folder / name).write_bytes(mutation(data, random.Random(f"{seed} {name}")))
                files.append(Received(name))
                ways[name] = path
    return [Damaged(r.received.path, r, whole[ways[r.received.path]]) for r in readings_of(pool.read(folder, files))]


def assert_never_silent(found: list[Damaged]) -> None:
    assert [d.how for d in found if d.silent] == []
    refused = [d for d in found if d.reading.findings and not d.reading.sheets]
    assert len(refused) > len(found) / 3, "most of them cannot be read at all"


def test_damaged_workbooks_are_refused_or_say_the_same(tmp_path: Path, pool: ReaderPool) -> None:
    assert_never_silent(damage(range(4), tmp_path, pool))


@pytest.mark.long
@pytest.mark.parametrize("block", range(20))
def test_thousands_of_damaged_workbooks_are_refused_or_say_the_same(block: int, tmp_path: Path, pool: ReaderPool) -> None:
    assert_never_silent(damage(range(100 + 10 * block, 110 + 10 * block), tmp_path, pool))


def test_an_amount_changed_without_its_checksum_is_never_read(tmp_path: Path, pool: ReaderPool) -> None:
    data = originals()["compte.xlsx"]
    files = []
    for seed in range(20):
        (tmp_path / f"{seed}.xlsx").write_bytes(alter(data, random.Random(seed)))
        files.append(Received(f"{seed}.xlsx"))
    assert {tuple(f.code for f in r.findings) for r in readings_of(pool.read(tmp_path, files))} == {("FIC001",)}


@pytest.mark.parametrize("other", ["xl/theme/theme1.xml", "docProps/core.xml", "xl/comments1.xml", "[Content_Types].xml"])
def test_a_part_that_is_no_sheet_is_not_read_as_a_blank_one(other: str, tmp_path: Path, pool: ReaderPool) -> None:
    """Décisions Région has sheets that may be blank: one lost this way would take its votes along without a word."""
    parts = parts_of(originals()["region/decisions.xlsx"])
    names = [name for name in parts if name.startswith("xl/worksheets/sheet")]
    for rank, name in enumerate(names):
        (tmp_path / f"{rank}.xlsx").write_bytes(archive({**parts, name: parts[other], other: parts[name]}))
    readings = readings_of(pool.read(tmp_path, [Received(f"{rank}.xlsx") for rank in range(len(names))]))
    assert {tuple(f.code for f in r.findings) for r in readings} == {("FIC001",)}
