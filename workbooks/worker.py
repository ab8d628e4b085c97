"""The process that reads: one file at a time, under limits of memory and time, answering in plain data.

`python -m workbooks.worker` takes one line of JSON per request on its input: some files, and what is wanted of them. It answers with a
line `READ` after each file, so that one that ends the process is known, then with one line of JSON for all. The first line that it
takes holds the contract and the limits. It ends with its parent.
"""

import contextlib
import gc
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, BinaryIO

from schemas.reading import Reading, Received, lot_of
from schemas.spec import SheetSpec
from workbooks.file_reading import Changed, inspect_file, read_file
from workbooks.wire import READ, dump, load, lot_to_plain, specs_from_plain

_PR_SET_PDEATHSIG = 1
_MB = 1_000_000
Request = dict[str, Any]
Done = Callable[[], None]


@dataclass(frozen=True)
class Rules:
    """What the first line says: the contract's sheets and the limits."""

    specs: Mapping[str, SheetSpec]
    limits: Any


def main(requests: BinaryIO, answers: BinaryIO) -> None:
    """Serve until the parent closes the pipe."""

    def say(line: bytes) -> None:
        answers.write(line)
        answers.flush()

    _die_with_parent()
    hello = load(requests.readline())
    rules = Rules(specs_from_plain(hello["specs"]), SimpleNamespace(**hello["limits"]))
    _bound_memory(rules.limits.memoire_mo * _MB)
    # What lives as long as the process is not gone through again and again for garbage; what a file left is, once it is read.
    gc.freeze()
    gc.disable()
    say(dump({"ready": True}))
    for line in requests:
        request = load(line)
        say(dump(_WORKS[request["work"]](request, rules, lambda: say(READ))))
        gc.collect()


def _read(request: Request, rules: Rules, done: Done) -> dict[str, Any]:
    """What the files say, and the ranks of those that are no longer what was listed."""
    readings, changed = [], []
    for rank, received in enumerate(_received(request, rules, done)):
        try:
            readings.append(read_file(request["folder"], received, rules.specs, rules.limits))
        except Changed:
            readings.append(Reading(received))
            changed.append(rank)
    return {"changed": changed, **lot_to_plain(lot_of(readings))}


def _inspect(request: Request, rules: Rules, done: Done) -> dict[str, Any]:
    """What is seen of each file."""
    return {"seen": [inspect_file(request["folder"], received, rules.limits) for received in _received(request, rules, done)]}


def _return(request: Request, rules: Rules, done: Done) -> dict[str, Any]:
    """What became of each return that is wanted."""
    # Loaded where a return is asked for: reading needs none of it.
    from workbooks.retour_fichier import give_back, return_from_plain

    folder, limits = request["folder"], rules.limits
    return {"made": [give_back(folder, return_from_plain(wanted), place, limits) for wanted, place in _items(request, rules, done)]}


def _received(request: Request, rules: Rules, done: Done) -> Iterator[Received]:
    for path, sha256, amended in _items(request, rules, done):
        yield Received(path, sha256, amended=tuple((sheet, cell, value) for sheet, cell, value in amended))


def _items(request: Request, rules: Rules, done: Done) -> Iterator[list[Any]]:
    """What each file is asked, one after the other, each with its time; `done` is told when the caller is through with it."""
    for item in request["items"]:
        _bound_time(rules.limits.processeur_s)
        yield item
        done()


_WORKS = {"read": _read, "inspect": _inspect, "return": _return}


def _die_with_parent() -> None:
    """Ask Linux to kill this process when its parent dies; elsewhere the closed pipe ends it after its file."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _bound_memory(size: int) -> None:
    """Address space and no core file. Windows has no such limits: there the wall clock alone bounds a file."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _bound_time(seconds: int) -> None:
    """Seconds of processor for the next file, on top of what the process has used."""
    if sys.platform != "win32":
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, hard))


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
