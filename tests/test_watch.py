"""Drop detection: a file is told once, when it has stopped changing; what leaves is told; an unreachable folder is not an empty one."""

import os
from pathlib import Path

import pytest

from flows.watch import Change, Watch


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    (tmp_path / "2010").mkdir()
    return tmp_path


def drop(path: Path, data: bytes, second: int = 0) -> None:
    """Write a file and give it a time of its own: two writings within one tick of the disk's clock would look the same."""
    path.write_bytes(data)
    os.utime(path, (1_290_000_000 + second,) * 2)


def test_a_file_is_told_once_when_two_looks_find_it_the_same(inputs: Path) -> None:
    watch = Watch(inputs)
    assert not watch.look()
    drop(inputs / "2010" / "vannes.xlsx", b"1")
    assert not watch.look()
    assert watch.look() == Change(complete=("2010/vannes.xlsx",))
    assert not watch.look()


def test_a_file_that_is_still_being_copied_waits(inputs: Path) -> None:
    watch = Watch(inputs)
    for second in range(3):
        drop(inputs / "vannes.xlsx", b"x" * (second + 1), second)
        assert not watch.look()
    assert watch.look().complete == ("vannes.xlsx",)


def test_a_file_written_again_with_the_same_size_is_new(inputs: Path) -> None:
    watch = Watch(inputs)
    drop(inputs / "vannes.xlsx", b"1")
    watch.look()
    watch.look()
    drop(inputs / "vannes.xlsx", b"2", second=1)
    assert not watch.look()
    assert watch.look().complete == ("vannes.xlsx",)


def test_a_file_that_leaves_is_told_at_once(inputs: Path) -> None:
    watch = Watch(inputs)
    drop(inputs / "vannes.xlsx", b"1")
    watch.look()
    watch.look()
    (inputs / "vannes.xlsx").unlink()
    assert watch.look() == Change(gone=("vannes.xlsx",))
    assert not watch.look()


def test_what_is_no_workbook_is_never_told(inputs: Path) -> None:
    for name in ("~$vannes.xlsx", "vannes.xlsx.part", "notice.pdf", ".cache.xlsx"):
        drop(inputs / name, b"1")
    watch = Watch(inputs)
    assert not watch.look()
    assert not watch.look()


def test_files_that_were_there_at_the_start_are_told_together(inputs: Path) -> None:
    for name in ("b.xlsx", "a.ods"):
        drop(inputs / name, b"1")
    watch = Watch(inputs)
    watch.look()
    assert watch.look().complete == ("a.ods", "b.xlsx")


def test_an_unreachable_folder_takes_nothing_away(inputs: Path, tmp_path: Path) -> None:
    drop(inputs / "vannes.xlsx", b"1")
    watch = Watch(inputs)
    watch.look()
    watch.look()
    away = tmp_path.with_name(f"{tmp_path.name}-away")
    inputs.rename(away)
    with pytest.raises(OSError, match=inputs.name):
        watch.look()
    away.rename(inputs)
    assert not watch.look()


def test_a_file_that_a_program_keeps_for_itself_waits(inputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(inputs / "vannes.xlsx", b"1")
    watch = Watch(inputs)
    with monkeypatch.context() as held:
        held.setattr("flows.watch.open_regular", lambda _: (_ for _ in ()).throw(PermissionError(13, "held")))
        watch.look()
        assert not watch.look()
    assert watch.look().complete == ("vannes.xlsx",)


def test_what_is_told_again_after_a_reception_that_failed(inputs: Path) -> None:
    drop(inputs / "vannes.xlsx", b"1")
    watch = Watch(inputs)
    watch.look()
    change = watch.look()
    watch.forget(change)
    watch.look()
    assert watch.look() == change
    (inputs / "vannes.xlsx").unlink()
    left = watch.look()
    watch.forget(left)
    assert watch.look() == left


def test_a_watch_that_starts_again_tells_only_what_came_meanwhile(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    kept = tmp_path_factory.mktemp("service") / "veille.json"
    drop(inputs / "vannes.xlsx", b"1")
    first = Watch(inputs)
    first.look()
    first.look()
    first.save(kept)
    drop(inputs / "rennes.xlsx", b"1")
    second = Watch(inputs)
    second.load(kept)
    second.look()
    assert second.look() == Change(complete=("rennes.xlsx",))


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"a": [1]}'])
def test_what_was_kept_and_cannot_be_read_is_as_nothing(inputs: Path, tmp_path: Path, text: str) -> None:
    kept = tmp_path / "veille.json"
    kept.write_text(text)
    watch = Watch(inputs)
    watch.load(kept)
    assert not watch.known
