"""A return that would be made of the same things as the one in place is not made again; the outputs are those of a run that makes all."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from flows import sequence, steps
from flows.returns import NAME
from schemas.returns import FOLDER, FileReturn
from tests.grids import DAY, ROOT
from tests.runs import InProcess

MISTAKES = ("CEL102-montant-illisible.xlsx", "PRE201-etude-au-dessus-du-plafond.xlsx", "FIC001-texte-renomme.xlsx")


@dataclass
class Runs:
    """Runs on three files with mistakes; `made` are the files whose return the last one made."""

    inputs: Path
    outputs: Path
    made: list[str] = field(default_factory=list)

    def run(self, day: date = DAY, config: Path = ROOT / "config.toml") -> dict[str, bytes]:
        self.made = []
        sequence.run(steps.job(config, self.inputs, self.outputs, day))
        self.made.sort()
        return {p.name: p.read_bytes() for p in sorted((self.outputs / FOLDER).rglob("*")) if p.is_file()}

    def place(self, name: str) -> Path:
        return next((self.outputs / FOLDER).glob(f"{name}*"))


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    runs = Runs(tmp_path / "inputs", tmp_path / "out")
    runs.inputs.mkdir()
    for name in MISTAKES:
        shutil.copy(ROOT / "examples" / "erreurs" / name, runs.inputs)

    class Telling(InProcess):
        def give_back(self, folder: Path, outputs: Path, returns: Sequence[FileReturn]) -> dict[str, str]:
            runs.made += [wanted.path for wanted in returns]
            return super().give_back(folder, outputs, returns)

    monkeypatch.setattr(steps, "reader_pool", lambda _: Telling())
    monkeypatch.setattr(steps, "write_blank_templates", lambda *_: None)
    monkeypatch.setattr(steps, "write_budget_workbook", lambda *_: None)
    return runs


def test_a_second_run_of_the_day_makes_none_and_leaves_them_in_place(runs: Runs) -> None:
    first = runs.run()
    assert runs.made == sorted(MISTAKES)
    assert len(first) == 3
    places = {p: p.stat().st_mtime_ns for p in (runs.outputs / FOLDER).iterdir()}
    assert runs.run() == first
    assert runs.made == []
    assert {p: p.stat().st_mtime_ns for p in (runs.outputs / FOLDER).iterdir()} == places
    assert all(p.stat().st_nlink == 1 for p in places)


def test_a_file_that_says_something_else_has_another_return_and_the_others_keep_theirs(runs: Runs) -> None:
    runs.run()
    shutil.copy(ROOT / "examples" / "erreurs" / "CEL103-date-illisible.xlsx", runs.inputs / MISTAKES[0])
    (runs.inputs / MISTAKES[1]).unlink()
    after = runs.run()
    assert runs.made == [MISTAKES[0]]
    assert len(after) == 2
    shutil.rmtree(runs.outputs / FOLDER)
    assert runs.run() == after
    assert len(runs.made) == 2


def test_on_another_day_all_are_made_again(runs: Runs) -> None:
    runs.run()
    runs.run(date(2010, 12, 15))
    assert runs.made == sorted(MISTAKES)


def test_a_cap_that_changes_makes_the_returns_that_cite_it(runs: Runs, tmp_path: Path) -> None:
    runs.run()
    text = (ROOT / "config.toml").read_text("utf-8")
    config = tmp_path / "autre.toml"
    config.write_text(text.replace("valeur = 25000, reference", "valeur = 25001, reference"), "utf-8")
    runs.run(config=config)
    assert runs.made == [MISTAKES[1]]


@pytest.mark.parametrize("change", [lambda p: p.write_bytes(p.read_bytes() + b"\0"), Path.unlink, lambda p: p.write_bytes(b"")])
def test_a_return_that_is_not_what_was_written_is_made_again(runs: Runs, change: Callable[[Path], object]) -> None:
    first = runs.run()
    change(runs.place("PRE201"))
    assert runs.run() == first
    assert runs.made == [MISTAKES[1]]


@pytest.mark.parametrize("damage", [Path.unlink, lambda p: p.write_bytes(b"?"), lambda p: p.write_bytes(p.read_bytes()[:-20])])
def test_without_its_notes_a_run_makes_them_all_the_same(runs: Runs, damage: Callable[[Path], object]) -> None:
    first = runs.run()
    notes = (runs.outputs / NAME).read_bytes()
    damage(runs.outputs / NAME)
    assert runs.run() == first
    assert len(runs.made) == 3
    assert (runs.outputs / NAME).read_bytes() == notes


def test_a_file_that_could_not_be_annotated_is_tried_again(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("tests.runs.give_back", lambda *_: {})
        runs.run()
    runs.run()
    assert runs.made == sorted(MISTAKES[:2])


def test_the_configuration_turns_it_off(runs: Runs, tmp_path: Path) -> None:
    text = (ROOT / "config.toml").read_text("utf-8")
    config = tmp_path / "autre.toml"
    config.write_text(text.replace("lectures_gardees = true", "lectures_gardees = false"), "utf-8")
    for _ in range(2):
        runs.run(config=config)
        assert len(runs.made) == 3
    assert not (runs.outputs / NAME).exists()
