"""What contents said is kept between runs: a known file is not read again, and the outputs are those of a run that reads all."""

import random
import shutil
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from budget.kept import Piece, are_sound, by_content, by_name, contents_of
from budget.parts import FILES
from budget.said import Said, gather, in_order, joined
from flows import sequence, steps, store
from flows.errors import ControlGap
from flows.progress import listening
from flows.store import NAME
from schemas.documents import SHEETS
from schemas.packed import of_parquet, to_parquet
from schemas.reading import Lot, Received
from schemas.rule import UNREADABLE
from tests.grids import CONFIG, DAY, ROOT
from tests.runs import InProcess
from workbooks.discover import discover
from workbooks.pool import ReadingRules

EXAMPLE = ROOT / "examples" / "octobre-2010"
MISTAKES = ROOT / "examples" / "erreurs"
REFUSED = [f"{code}-" for code in UNREADABLE]


@dataclass
class Night:
    """A folder of inputs and runs on it, in parts of some files; `read` are the paths that the last one read, `told` what it said."""

    inputs: Path
    part: int = FILES
    read: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def run(self, outputs: Path, config: Path = ROOT / "config.toml") -> None:
        self.read, self.told = [], []
        with listening(self.told.append):
            sequence.run(replace(steps.job(config, self.inputs, outputs, DAY), part=self.part))


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    made = Night(tmp_path / "inputs")
    made.inputs.mkdir()

    class Counting(InProcess):
        def read(self, folder: Path, files: Sequence[Received]) -> list[Lot]:
            made.read += [received.path for received in files]
            return super().read(folder, files)

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2010, 12, 1, 4, tzinfo=UTC)

    monkeypatch.setattr(steps, "reader_pool", lambda _: Counting())
    monkeypatch.setattr(steps, "datetime", Clock)
    return made


@pytest.fixture
def small(night: Night, monkeypatch: pytest.MonkeyPatch) -> Night:
    """Two studies, of Pays that parts of one file keep apart, and outputs that cost little."""
    monkeypatch.setattr(steps, "write_blank_templates", lambda *_: None)
    monkeypatch.setattr(steps, "write_budget_workbook", lambda *_: None)
    for source in sorted((EXAMPLE / "prefiguration").glob("*.xlsx"))[::5]:
        shutil.copy(source, night.inputs)
    return night


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def contents(outputs: Path) -> int:
    return sum(len(contents_of(piece)) for piece in kept(outputs))


def kept(outputs: Path) -> Sequence[Piece]:
    return store.read_store(outputs / NAME, store.contract_of(steps.reading_rules(CONFIG))).pieces


# --- The same bytes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", [FILES, 9])
def test_a_night_that_knows_files_gives_the_bytes_of_one_that_reads_them_all(night: Night, tmp_path: Path, part: int) -> None:
    """Files stay, change, move, exchange their names, leave and arrive: on the example, and with one file for each mistake."""
    night.part = part
    shutil.copytree(EXAMPLE, night.inputs / "octobre")
    shutil.copytree(MISTAKES, night.inputs / "erreurs")
    out, fresh = tmp_path / "out", tmp_path / "fresh"
    night.run(out)
    _disturb(night.inputs)
    shutil.copytree(out, fresh)
    (fresh / NAME).unlink()
    night.run(fresh)
    everything = night.read
    night.run(out)
    assert len(everything) > 60
    assert (len(kept(out)) > 5) is (part < FILES)
    assert sorted(path for path in night.read if not path.startswith(tuple(f"erreurs/{code}" for code in REFUSED))) == [
        "erreurs/BUD303-total-inexact.xlsx", "nouveau.xlsx",
    ]  # fmt: skip
    assert tree(out) == tree(fresh)


def _disturb(inputs: Path) -> None:
    studies = sorted((inputs / "octobre" / "prefiguration").glob("*.xlsx"))
    studies[0].rename(inputs / "nouveau-nom.xlsx")
    studies[1].rename(inputs / "x.xlsx")
    studies[2].rename(studies[1])
    (inputs / "x.xlsx").rename(studies[2])
    studies[3].unlink()
    shutil.copy(studies[4], inputs / "double.xlsx")
    mistakes = inputs / "erreurs"
    shutil.copy(mistakes / "BUD301-budget-non-equilibre.xlsx", inputs / "nouveau.xlsx")
    (mistakes / "BUD301-budget-non-equilibre.xlsx").unlink()
    _save_again(inputs / "nouveau.xlsx")
    _save_again(mistakes / "BUD303-total-inexact.xlsx")
    (inputs / "region").mkdir()
    (mistakes / "FIC006-decisions-hors-dossier.xlsx").rename(inputs / "region" / "a-sa-place.xlsx")


def _save_again(path: Path) -> None:
    """Other bytes, the same cells."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"relu"


@pytest.mark.parametrize("part", [FILES, 1])
def test_a_night_with_nothing_new_reads_nothing_and_rewrites_nothing(small: Night, tmp_path: Path, part: int) -> None:
    small.part = part
    small.run(tmp_path / "out")
    before = {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in (tmp_path / "out").rglob("*") if p.is_file()}
    small.run(tmp_path / "out")
    assert small.read == []
    assert "Inchangés depuis le dernier passage : 2 classeurs" in small.told
    assert {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in (tmp_path / "out").rglob("*") if p.is_file()} == before


def test_without_the_store_all_is_read_and_nothing_else_changes(small: Night, tmp_path: Path) -> None:
    small.run(tmp_path / "out")
    before = tree(tmp_path / "out")
    (tmp_path / "out" / NAME).unlink()
    small.run(tmp_path / "out")
    assert len(small.read) == 2
    assert tree(tmp_path / "out") == before


def test_parts_of_another_size_are_kept_in_other_pieces_and_say_the_same(small: Night, tmp_path: Path) -> None:
    small.run(tmp_path / "out")
    before = tree(tmp_path / "out")
    small.part = 1
    small.run(tmp_path / "out")
    assert (small.read, len(kept(tmp_path / "out"))) == ([], 2)
    assert {name for name, data in tree(tmp_path / "out").items() if data != before[name]} == {NAME}
    small.part = FILES
    small.run(tmp_path / "out")
    assert (small.read, tree(tmp_path / "out")) == ([], before)


def test_the_configuration_turns_it_off(small: Night, tmp_path: Path) -> None:
    config = _config(tmp_path, "lectures_gardees = true", "lectures_gardees = false")
    for _ in range(2):
        small.run(tmp_path / "out", config)
        assert len(small.read) == 2
    assert not (tmp_path / "out" / NAME).exists()


def _config(folder: Path, old: str, new: str) -> Path:
    text = (ROOT / "config.toml").read_text("utf-8")
    assert old in text
    path = folder / "autre.toml"
    path.write_text(text.replace(old, new), "utf-8")
    return path


# --- What it is good for -------------------------------------------------------------------------------------------------


def test_other_limits_read_every_file_again(small: Night, tmp_path: Path) -> None:
    small.run(tmp_path / "out")
    config = _config(tmp_path, "taille_mo = 50 ", "taille_mo = 40 ")
    small.run(tmp_path / "out", config)
    assert len(small.read) == 2
    assert "La version ou les limites de lecture ont changé : tous les classeurs sont relus" in small.told
    small.run(tmp_path / "out", config)
    assert small.read == []


def test_another_cap_reads_nothing_again_and_applies(small: Night, tmp_path: Path) -> None:
    small.run(tmp_path / "out")
    small.run(tmp_path / "out", _config(tmp_path, "valeur = 25000, reference", "valeur = 100, reference"))
    assert small.read == []
    assert "PRE201" in pl.read_parquet(tmp_path / "out" / "donnees" / "constats.parquet")["code"]


@pytest.mark.parametrize("name", ["schemas/rules.py", "workbooks/parse.py", "budget/said.py"])
def test_other_code_is_another_contract(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = steps.reading_rules(CONFIG)
    before, code = store.contract_of(rules), dict(store._code())
    assert name in code
    assert store.contract_of(rules) == before
    monkeypatch.setattr(store, "_code", lambda: (code | {name: "autre"}).items())
    assert store.contract_of(rules) != before


def test_other_sheets_or_libraries_are_another_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = steps.reading_rules(CONFIG)
    fewer = ReadingRules({k: spec for k, spec in rules.specs.items() if k != "mandats"}, rules.limits)
    assert store.contract_of(fewer) != store.contract_of(rules)
    before = store.contract_of(rules)
    monkeypatch.setattr(store, "version", lambda _: "0")
    assert store.contract_of(rules) != before


def test_contents_that_are_gone_leave_the_store(small: Night, tmp_path: Path) -> None:
    small.run(tmp_path / "out")
    assert contents(tmp_path / "out") == 2
    next(small.inputs.iterdir()).unlink()
    small.run(tmp_path / "out")
    assert contents(tmp_path / "out") == 1


def test_a_file_that_could_not_be_read_is_read_again(small: Night, tmp_path: Path) -> None:
    """The disk, the memory or the load may have been at fault."""
    for path in MISTAKES.iterdir():
        if path.name.startswith(tuple(REFUSED)):
            shutil.copy(path, small.inputs)
    small.run(tmp_path / "out")
    small.run(tmp_path / "out")
    assert sorted(name[:6] for name in small.read) == list(UNREADABLE)
    assert contents(tmp_path / "out") == 2


# --- Damaged -------------------------------------------------------------------------------------------------------------


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)


def _other_tables(path: Path) -> None:
    """A whole archive of the same contract, without one of its tables."""
    with zipfile.ZipFile(path) as archive:
        comment, parts = archive.comment, {name: archive.read(name) for name in archive.namelist() if name != "0/plan"}
    with zipfile.ZipFile(path, "w") as archive:
        archive.comment = comment
        for name, data in parts.items():
            archive.writestr(name, data)


DAMAGES = [
    _flip,
    _other_tables,
    lambda path: path.write_bytes(b""),
    lambda path: path.write_bytes(path.read_bytes()[:-90]),
    lambda path: path.write_bytes(b"x" * 999),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_store_is_said_and_serves_no_more(small: Night, tmp_path: Path, damage: Callable[[Path], object]) -> None:
    small.part = 1
    small.run(tmp_path / "out")
    before = tree(tmp_path / "out")
    damage(tmp_path / "out" / NAME)
    small.run(tmp_path / "out")
    assert len(small.read) == 2
    assert "La mémoire des lectures (.lectures) est abîmée, elle ne sert pas : tous les classeurs sont relus" in small.told
    assert tree(tmp_path / "out") == before
    small.run(tmp_path / "out")
    assert small.read == []


def test_no_flipped_bit_is_believed(small: Night, tmp_path: Path) -> None:
    """Whichever bit: the store does not serve, or what it says is the same."""
    small.part = 1
    small.run(tmp_path / "out")
    path, dice = tmp_path / "out" / NAME, random.Random(7)
    whole, good = path.read_bytes(), kept(tmp_path / "out")
    assert len(good) == 2
    for _ in range(300):
        data = bytearray(whole)
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        path.write_bytes(data)
        assert kept(tmp_path / "out") in ((), good)


@pytest.mark.parametrize("part", [FILES, 1])
def test_a_store_that_does_not_say_what_was_read_fails_the_run(
    small: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    small.part = part
    whole = store.to_parquet
    monkeypatch.setattr(store, "to_parquet", lambda rows: whole(rows.head(-1)))
    with pytest.raises(ControlGap, match="La mémoire des lectures ne se relit pas"):
        small.run(tmp_path / "out")
    assert not (tmp_path / "out" / NAME).exists()


# --- As data -------------------------------------------------------------------------------------------------------------


def _said() -> Said:
    files = [received for received in discover(ROOT / "examples") if not received.ignored]
    return gather(InProcess().read(ROOT / "examples", files))


def _piece(said: Said) -> dict[str, bytes]:
    return {name: to_parquet(rows) for name, rows in by_content(said).items()}


def test_by_content_and_back_says_the_same() -> None:
    said = _said()
    pieces = [_piece(said)]
    assert are_sound(pieces)
    readable = {received.sha256 for received in said.files} & set(contents_of(pieces[0]))
    files = [received for received in said.files if received.sha256 in readable]
    random.Random(3).shuffle(files)
    back = in_order(joined([closed.open() for closed in by_name(pieces, files)]), said.files)
    paths = [received.path for received in back.files]
    assert len(said.files) - len(paths) == len(UNREADABLE)
    assert back.found == [(path, finding) for path, finding in said.found if path in paths]
    for kind in SHEETS:
        assert back.sheets[kind].equals(said.sheets[kind].filter(pl.col("fichier").is_in(paths)))
    assert back.positions.equals(said.positions.filter(pl.col("fichier").is_in(paths)))


def test_what_is_kept_is_not_believed_out_of_range() -> None:
    nothing, piece = _piece(gather([])), _piece(_said())
    contents = of_parquet(piece["contenus"])
    assert are_sound([])
    assert are_sound([nothing, piece])
    assert not are_sound([{}])
    assert not are_sound([piece, piece])
    assert not are_sound([piece | {"contenus": to_parquet(contents.head(3))}])
    assert not are_sound([piece | {"contenus": to_parquet(pl.concat([contents, contents]))}])
    assert not are_sound([piece | {"plan": to_parquet(of_parquet(piece["plan"]).drop("rang"))}])
