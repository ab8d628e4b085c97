"""Outputs whole or not at all: made in a folder beside the old ones, then put in their place in one step each, or all taken back.

While they are put in place a file `.publication-en-cours` says that the outputs may be of two runs; a run that is killed there leaves it.
"""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from filecmp import cmp
from pathlib import Path

from flows.disk import flush_all, flush_folder, open_to_all, write_new
from schemas.reminders import FOLDER
from schemas.returns import FOLDER as RETURNS
from schemas.returns import SUFFIX

MARK = ".publication-en-cours"
_STAGING = ".en-cours-"
_PAUSES = (0.0, 0.2, 0.5, 1.0)
"""Seconds before each attempt to replace a file that another program holds."""
_BESIDE = 9
"""How many names are tried beside a file that another program holds."""
_WHOLE = {FOLDER: "*.html", RETURNS: f"*{SUFFIX}"}
"""Folders that a run makes whole, where it makes them: what is left there from before, under such a name, is taken away."""


@contextlib.contextmanager
def staging(outputs: Path) -> Iterator[Path]:
    """A folder of its own inside the outputs, gone at the end; the old outputs stay until `publish`."""
    outputs.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=_STAGING, dir=outputs))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_leftovers(outputs: Path) -> bool:
    """Remove what killed runs left in a folder; whether one of them was replacing the outputs. Only under the lock."""
    for folder in outputs.glob(f"{_STAGING}*"):
        shutil.rmtree(folder, ignore_errors=True)
    return (outputs / MARK).exists()


@dataclass
class _Move:
    """A staged file and its place; `former` is the old file, kept aside until all are replaced. No source: the place is to be empty."""

    source: Path | None
    target: Path
    former: Path | None = None


@dataclass
class Published:
    """The files in place, and those that another program held: the place that was meant, and the one beside it.

    `left` are those that no run makes any more, and that another program held.
    """

    placed: list[Path] = field(default_factory=list)
    beside: dict[Path, Path] = field(default_factory=dict)
    left: list[Path] = field(default_factory=list)


def publish(staged: Path, outputs: Path, day: date) -> Published:
    """Put every staged file in its place; one that has not changed stays. Raises OSError, the old outputs back in place."""
    targets = {source: outputs / source.relative_to(staged) for source in sorted(p for p in staged.rglob("*") if p.is_file())}
    with staging(outputs) as former:
        moves = [_Move(s, t) for s, t in targets.items() if not (t.is_file() and (s.samefile(t) or cmp(s, t, shallow=False)))]
        moves += [_Move(None, path) for path in _no_longer_made(staged, outputs, set(targets.values()))]
        flush_all(move.source for move in moves if move.source)
        for rank, move in enumerate(moves):
            _prepare(move, former / str(rank))
        beside = _replace_all(moves, outputs, day, former) if moves else {}
    left = [move.target for move in moves if move.source is None and move.target.exists()]
    if (outputs / MARK).exists() and not beside:
        (outputs / MARK).unlink()
        flush_folder(outputs)
    return Published(list(targets.values()), beside, left)


def _no_longer_made(staged: Path, outputs: Path, made: set[Path]) -> list[Path]:
    """The files of earlier runs in the folders that this run makes whole."""
    folders = [(outputs / name, pattern) for name, pattern in _WHOLE.items() if (staged / name).is_dir()]
    found = [p for folder, pattern in folders for p in folder.rglob(pattern)]
    return sorted(p for p in found if p not in made and p.is_file() and not p.is_symlink())


def _prepare(move: _Move, former: Path) -> None:
    """All that can fail for want of room, before the first file is replaced."""
    if move.source is not None:
        move.target.parent.mkdir(parents=True, exist_ok=True)
        open_to_all(move.source)
    move.former = _kept(move.target, former)


def _kept(target: Path, former: Path) -> Path | None:
    """The old file under a second name, or its copy where the disk knows no second names."""
    if not target.exists():
        return None
    try:
        os.link(target, former)
    except OSError:
        shutil.copyfile(target, former)
    return former


def _replace_all(moves: list[_Move], outputs: Path, day: date, former: Path) -> dict[Path, Path]:
    write_new(outputs / MARK, b"")
    flush_folder(outputs)
    done: list[_Move] = []
    try:
        locked = _replace_unlocked(moves, done)
        beside = {move.target: _put_beside(move, day, done, former) for move in locked if move.source is not None}
        for folder in sorted({move.target.parent for move in done}):
            flush_folder(folder)
    except BaseException:
        if _take_back(done):
            (outputs / MARK).unlink(missing_ok=True)
        raise
    return beside


def _replace_unlocked(moves: list[_Move], done: list[_Move]) -> list[_Move]:
    """Replace what can be, trying again for what another program holds; those that it still holds at the end."""
    waiting = moves
    for pause in _PAUSES:
        time.sleep(pause)
        waiting = [move for move in waiting if not _replaced(move, done)]
        if not waiting:
            break
    return waiting


def _replaced(move: _Move, done: list[_Move]) -> bool:
    try:
        if move.source is None:
            move.target.unlink()
        else:
            move.source.replace(move.target)
    except PermissionError:
        return False
    done.append(move)
    return True


def _put_beside(move: _Move, day: date, done: list[_Move], former: Path) -> Path:
    """Put a file beside its place, under a name with the day of the run. Raises PermissionError where that cannot be either."""
    target = move.target
    for number in range(1, _BESIDE + 1):
        tail = f" - {number}" if number > 1 else ""
        other = target.with_name(f"{target.stem} ({day.isoformat()}{tail}){target.suffix}")
        attempt = _Move(move.source, other, _kept(other, former / f"{target.name}-{number}"))
        if _replaced(attempt, done):
            return other
    raise PermissionError(13, "", str(target))


def _take_back(done: list[_Move]) -> bool:
    """Put the old files back; whether all of them are."""
    whole = True
    for move in reversed(done):
        try:
            if move.former is not None:
                move.former.replace(move.target)
            else:
                move.target.unlink()
        except OSError:
            whole = False
    return whole
