"""A whole run in which the n-th action on the disk kills the process or fails: `python -m tests.faults OUTPUTS kill replace:3 run …`.

Python's own ways to the disk are replaced while `striking` lasts (opening to write, writing, replacing, renaming, linking, flushing, making
folders); the software under test knows nothing of it. Only what lies in one folder is struck. A write that is struck is half done first.
"""

import builtins
import contextlib
import errno
import io
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flows import runner, sequence, steps
from tests.runs import InProcess

PATHS = ("replace", "rename", "link", "mkdir", "chmod")
Struck = Callable[[str, str], None]


class Strike:
    """Counts actions, and does something at the one that is meant: `replace:3` is the third replacement, `40` the fortieth action."""

    def __init__(self, folder: Path, where: str, then: Struck, *, lasts: bool = False) -> None:
        self.folder, self.then, self.lasts = str(folder), then, lasts
        self.kind, _, rank = where.rpartition(":")
        self.rank = int(rank)
        self.seen: Counter[str] = Counter()
        self.struck = False

    def due(self, kind: str, path: Any) -> bool:
        """Count an action; whether it is the one."""
        if not str(path).startswith(self.folder):
            return False
        self.seen[kind] += 1
        count = self.seen[kind] if self.kind else self.seen.total()
        now = self.kind in ("", kind) and count == self.rank
        self.struck |= now
        return now or (self.lasts and self.struck and kind in ("open", "write", "mkdir", "link"))


def kill(_: str, __: str) -> None:
    """As `kill -9` or a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def fail(number: int) -> Struck:
    """As a disk that answers by an error."""

    def raised(_: str, path: str) -> None:
        raise OSError(number, os.strerror(number), path)

    return raised


def pause(_: str, __: str) -> None:
    """As a slow disk."""
    time.sleep(2)


@contextlib.contextmanager
def striking(strike: Strike) -> Iterator[None]:
    """Replace Python's ways to the disk inside the block."""
    whole = {(module, name): getattr(module, name) for module, name in _WAYS}
    try:
        for name in PATHS:
            setattr(os, name, _struck_path(strike, name, whole[os, name]))
        setattr(os, "fsync", _struck_fsync(strike, whole[os, "fsync"]))  # noqa: B010
        for module in (builtins, io):
            setattr(module, "open", _struck_open(strike, whole[io, "open"]))  # noqa: B010
        yield
    finally:
        for (module, name), function in whole.items():
            setattr(module, name, function)


_WAYS: tuple[tuple[Any, str], ...] = (*((os, name) for name in (*PATHS, "fsync")), (builtins, "open"), (io, "open"))


def _struck_path(strike: Strike, kind: str, whole: Callable[..., Any]) -> Callable[..., Any]:
    def struck(path: Any, *others: Any, **named: Any) -> Any:
        place = str(others[0]) if kind in ("replace", "rename", "link") else str(path)
        if strike.due(kind, place):
            strike.then(kind, place)
        return whole(path, *others, **named)

    return struck


def _struck_fsync(strike: Strike, whole: Callable[[int], None]) -> Callable[[int], None]:
    def struck(number: int) -> None:
        if strike.due("fsync", strike.folder):
            strike.then("fsync", "")
        whole(number)

    return struck


def _struck_open(strike: Strike, whole: Callable[..., Any]) -> Callable[..., Any]:
    class Raw(io.FileIO):
        def write(self, data: Any, /) -> int:
            if strike.due("write", self.name):
                super().write(bytes(data)[: len(data) // 2])
                strike.then("write", str(self.name))
            return super().write(data)

    def struck(file: Any, mode: str = "r", buffering: int = -1, encoding: str | None = None, *rest: Any, **named: Any) -> Any:
        if not set(mode) & set("wax+") or isinstance(file, int) or not str(file).startswith(strike.folder):
            return whole(file, mode, buffering, encoding, *rest, **named)
        if strike.due("open", file):
            strike.then("open", str(file))
        raw = Raw(str(file), mode.replace("b", "").replace("t", ""))
        binary = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return binary if "b" in mode else io.TextIOWrapper(binary, encoding or "utf-8", newline=named.get("newline"))

    return struck


def run_without_prefect() -> None:
    """Have the command carry out the same sequence by plain calls, reading in this process."""
    vars(runner)["run_flow"] = lambda config, inputs, outputs, day, *_: sequence.run(steps.job(config, inputs, outputs, day))
    vars(runner)["server_for_the_run"] = contextlib.nullcontext
    vars(steps)["reader_pool"] = lambda _: InProcess()


def main(folder: str, what: str, where: str, *command: str) -> int:
    """Carry out a `poles` command, struck."""
    from flows.cli import main as poles

    run_without_prefect()
    then = {"kill": kill, "pause": pause, "count": pause}.get(what) or fail(getattr(errno, what))
    strike = Strike(Path(folder), where, then, lasts=what in ("ENOSPC", "EROFS"))
    with striking(strike):
        code = poles(command)
    if what == "count":
        sys.stderr.write(f"{strike.seen.total()}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
