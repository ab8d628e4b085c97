"""The register: what arrived when, with which decision; added to and never changed; its order of arrival decides between equals."""

import hashlib
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from budget.decide import Standing
from flows import steps
from flows.errors import ControlGap, RunError
from flows.register import in_order_of_arrival, news, read_register
from schemas.reading import Received
from schemas.register import JOURNAL_SCHEMA, Journal
from schemas.tables import DECISIONS
from tests.grids import CONFIG, DAY, ROOT, study
from tests.grids import read as read_grid
from tests.runs import run_steps

STUDIES = ROOT / "examples" / "octobre-2010" / "prefiguration"
NOW = datetime(2010, 11, 30, 22, 0, tzinfo=UTC)
EMPTY = pl.DataFrame(schema=JOURNAL_SCHEMA)


def standing(path: str, content: str = "a", decision: str = "accepté", alone: str = "", double: str = "") -> Standing:
    received = Received(path, sha256=content, size=3, ignored=f"même contenu que {double}" if double else "", same_as=double)
    return Standing(received, decision=decision, reason="Compté.", alone=alone or decision)


def said(journal: pl.DataFrame, number: int, *standings: Standing) -> pl.DataFrame:
    return news(journal, standings, NOW, DAY, number)


def events(entries: pl.DataFrame) -> list[tuple[str, str, str | None]]:
    return entries.select("fichier", "evenement", "decision").rows()


# --- What is news: no disk -----------------------------------------------------------------------------------------------


def test_the_first_run_registers_every_deposit() -> None:
    entries = said(EMPTY, 1, standing("a.xlsx"), standing("b.XLS", "b", "rejeté"))
    assert entries.select("fichier", "evenement", "empreinte", "taille", "decision", "copie").rows() == [
        ("a.xlsx", "arrivé", "a", 3, "accepté", "a.xlsx"),
        ("b.XLS", "arrivé", "b", 3, "rejeté", None),
    ]
    assert entries["instant"].to_list() == [NOW, NOW]
    Journal.validate(entries)


def test_no_news_is_no_entry() -> None:
    first = said(EMPTY, 1, standing("a.xlsx"))
    assert said(first, 2, standing("a.xlsx")).is_empty()


def test_new_bytes_under_a_name_arrive_another_decision_is_said_a_missing_file_is_removed() -> None:
    first = said(EMPTY, 1, standing("a.xlsx"), standing("b.xlsx", "b"), standing("c.xlsx", "c"))
    second = said(first, 2, standing("a.xlsx", "a2"), standing("b.xlsx", "b", "remplacé", alone="accepté"))
    assert events(second) == [("a.xlsx", "arrivé", "accepté"), ("b.xlsx", "décidé", "remplacé"), ("c.xlsx", "retiré", None)]
    both = pl.concat([first, second])
    assert said(both, 3, standing("a.xlsx", "a2"), standing("b.xlsx", "b", "remplacé", alone="accepté")).is_empty()


def test_a_file_that_comes_back_arrives_again() -> None:
    first = said(EMPTY, 1, standing("a.xlsx"))
    gone = pl.concat([first, said(first, 2)])
    assert events(said(gone, 3, standing("a.xlsx"))) == [("a.xlsx", "arrivé", "accepté")]


def test_lock_files_and_unfinished_copies_have_no_entry_the_same_bytes_twice_have_one() -> None:
    lock = Standing(Received("~$a.xlsx", ignored="verrou"), decision="ignoré")
    unfinished = Standing(Received("c.xlsx", "c", ignored="copie inachevée"), decision="ignoré")
    entries = said(EMPTY, 1, lock, unfinished, standing("b.xlsx", "a", "ignoré", double="a.xlsx"))
    assert entries.select("fichier", "copie").rows() == [("b.xlsx", None)]
    assert said(said(EMPTY, 1, standing("c.xlsx")), 2, unfinished).is_empty()


def test_a_file_that_cannot_be_read_is_registered_without_its_content() -> None:
    assert said(EMPTY, 1, standing("a.xlsx", "", "rejeté")).select("empreinte", "decision").rows() == [(None, "rejeté")]


def test_one_replaced_at_its_arrival_was_accepted_and_is_copied() -> None:
    assert said(EMPTY, 1, standing("a.xlsx", decision="remplacé", alone="accepté"))["copie"].to_list() == ["a.xlsx"]


@pytest.mark.parametrize("decision", DECISIONS)
def test_every_decision_can_be_registered(decision: str) -> None:
    assert said(EMPTY, 1, standing("a.xlsx", decision=decision))["decision"].to_list() == [decision]


# --- The order of arrival decides -----------------------------------------------------------------------------------------


def arrivals(folder: Path, *runs: list[Standing]) -> None:
    """A register in which each list of files was seen by one run."""
    (folder / "journal").mkdir(parents=True)
    journal = EMPTY
    for number, standings in enumerate(runs, 1):
        entries = said(journal, number, *standings)
        entries.write_parquet(folder / "journal" / f"{number:06}.parquet")
        journal = pl.concat([journal, entries])


def test_of_identical_files_the_first_to_arrive_is_read(tmp_path: Path) -> None:
    arrivals(tmp_path, [standing("z.xlsx")], [standing("z.xlsx"), standing("a.xlsx", decision="ignoré", double="z.xlsx")])
    files = [Received("a.xlsx", "a"), Received("b.xlsx", "a"), Received("z.xlsx", "a")]
    found = in_order_of_arrival(files, read_register(tmp_path))
    assert [(f.path, f.same_as) for f in found] == [("a.xlsx", "z.xlsx"), ("b.xlsx", "z.xlsx"), ("z.xlsx", "")]


def test_identical_files_of_one_arrival_are_read_by_path(tmp_path: Path) -> None:
    found = in_order_of_arrival([Received("a.xlsx", "a"), Received("b.xlsx", "a")], read_register(tmp_path))
    assert [f.same_as for f in found] == ["", "a.xlsx"]


def test_on_one_day_and_version_the_latest_arrival_counts(tmp_path: Path) -> None:
    from budget.pipeline import check_readings

    readings = [read_grid("a.xlsx", study()), read_grid("z.xlsx", study(asked=18000))]
    files = [r.received for r in readings]
    arrivals(tmp_path, [standing("z.xlsx", files[1].sha256)])
    checked = check_readings(in_order_of_arrival(files, read_register(tmp_path)), readings, CONFIG)
    assert {s.path: s.decision for s in checked.decided.standings} == {"a.xlsx": "accepté", "z.xlsx": "remplacé"}
    assert [f.code for _, f in checked.found].count("FIC009") == 2


def test_a_renamed_file_keeps_the_arrival_of_its_content(tmp_path: Path) -> None:
    arrivals(tmp_path, [standing("a.xlsx")], [standing("b.xlsx"), standing("c.xlsx", "c")])
    found = in_order_of_arrival([Received("b.xlsx", "a"), Received("c.xlsx", "c"), Received("d.xlsx", "d")], read_register(tmp_path))
    assert [f.arrival for f in found] == [1, 2, 3]


def test_a_clock_that_steps_back_changes_no_order(tmp_path: Path) -> None:
    arrivals(tmp_path, [standing("a.xlsx")])
    later = news(read_register(tmp_path).journal, [standing("a.xlsx"), standing("b.xlsx", "b")], datetime(1999, 1, 1, tzinfo=UTC), DAY, 2)
    later.write_parquet(tmp_path / "journal" / "000002.parquet")
    found = in_order_of_arrival([Received("a.xlsx", "a"), Received("b.xlsx", "b")], read_register(tmp_path))
    assert [f.arrival for f in found] == [1, 2]


# --- On disk, over whole runs ---------------------------------------------------------------------------------------------


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    folder = tmp_path / "inputs"
    folder.mkdir()
    for source in sorted(STUDIES.glob("*.xlsx"))[:2]:
        shutil.copy(source, folder)
    return folder


@pytest.fixture
def run(inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A run with small outputs: the finance workbook costs a second."""
    monkeypatch.setattr(steps, "write_blank_templates", lambda *_: None)
    monkeypatch.setattr(steps, "write_budget_workbook", lambda *_: None)
    return lambda: run_steps(inputs, tmp_path / "out", DAY) and None


def journal(out: Path) -> pl.DataFrame:
    """As anyone reads it, with nothing but polars."""
    return pl.read_parquet(out / "registre" / "journal" / "*.parquet")


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_run_registers_and_copies_and_one_without_news_adds_nothing(run: Callable[[], None], inputs: Path, tmp_path: Path) -> None:
    run()
    first = tree(tmp_path / "out" / "registre")
    entries = journal(tmp_path / "out")
    assert entries.height == 2
    for name in entries["copie"]:
        copy = tmp_path / "out" / "registre" / "copies" / name
        assert hashlib.sha256(copy.read_bytes()).hexdigest() == copy.stem
    run()
    assert tree(tmp_path / "out" / "registre") == first


def test_removing_a_file_is_registered_its_copy_and_the_old_entries_stay(run: Callable[[], None], inputs: Path, tmp_path: Path) -> None:
    run()
    before = tree(tmp_path / "out" / "registre")
    next(inputs.iterdir()).unlink()
    run()
    after = tree(tmp_path / "out" / "registre")
    assert {name: after[name] for name in before} == before
    new = {name for name in after.keys() - before.keys() if not name.startswith("passages/")}
    assert new == {"journal/000002.parquet"}
    assert journal(tmp_path / "out")["evenement"].to_list() == ["arrivé", "arrivé", "retiré"]


def test_all_but_the_register_can_be_deleted_and_made_again(run: Callable[[], None], tmp_path: Path) -> None:
    run()
    before = tree(tmp_path / "out")
    for path in (tmp_path / "out").iterdir():
        if path.name != "registre":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    run()
    assert tree(tmp_path / "out") == before


def test_the_times_of_the_register_enter_no_other_output(run: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2031, 5, 6, 7, 8, 9, tzinfo=tz)

    run()
    first = {n: b for n, b in tree(tmp_path / "out").items() if not n.startswith("registre/")}
    shutil.rmtree(tmp_path / "out")
    monkeypatch.setattr(steps, "datetime", Later)
    run()
    assert {n: b for n, b in tree(tmp_path / "out").items() if not n.startswith("registre/")} == first
    assert journal(tmp_path / "out")["instant"].dt.year().to_list() == [2031, 2031]


def test_a_run_that_fails_a_control_registers_nothing(run: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "gaps", lambda _: ["un écart"])
    with pytest.raises(ControlGap):
        run()
    assert tree(tmp_path / "out") == {".verrou": b""}


def test_a_file_that_changes_during_the_run_stops_it(
    run: Callable[[], None], inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = steps.check_all

    def changed(*arguments):
        next(inputs.iterdir()).write_bytes(b"autre")
        return whole(*arguments)

    monkeypatch.setattr(steps, "check_all", changed)
    with pytest.raises(RunError, match="modifié ou retiré pendant la consolidation"):
        run()
    assert tree(tmp_path / "out") == {".verrou": b""}


@pytest.mark.parametrize("damage", [lambda p: p.write_bytes(p.read_bytes()[:-9]), lambda p: p.write_bytes(b""), Path.unlink])
def test_a_damaged_register_stops_the_run_in_words(
    run: Callable[[], None], inputs: Path, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    run()
    next(inputs.iterdir()).unlink()
    run()
    damage(tmp_path / "out" / "registre" / "journal" / "000001.parquet")
    before = tree(tmp_path / "out")
    with pytest.raises(RunError, match=r"Le registre .* est incomplet : journal/000001\.parquet"):
        run()
    assert tree(tmp_path / "out") == before


def test_a_run_killed_before_it_registered_is_repaired_by_the_next(
    run: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    whole = journal(tmp_path / "out")
    (tmp_path / "out" / "registre" / "journal" / "000001.parquet").unlink()
    left = tmp_path / "out" / "registre" / ".en-cours-tue" / "journal"
    left.mkdir(parents=True)
    run()
    assert journal(tmp_path / "out").drop("instant").equals(whole.drop("instant"))
    assert not left.exists()
