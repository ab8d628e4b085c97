"""The process that reads: one file at a time, under limits of memory and time, answering in plain data.

`python -m workbooks.worker` takes one line of JSON per request on its input and gives one per answer on its output. The first line
holds the contract and the limits. It ends with its parent.
"""

import contextlib
import signal
import sys
from types import SimpleNamespace
from typing import Any, BinaryIO

from schemas.reading import Received
from workbooks.file_reading import Changed, inspect_file, read_file
from workbooks.wire import dump, load, reading_to_plain, specs_from_plain

_PR_SET_PDEATHSIG = 1
_MB = 1_000_000


def main(requests: BinaryIO, answers: BinaryIO) -> None:
    """Serve until the parent closes the pipe."""
    _die_with_parent()
    rules = load(requests.readline())
    specs, limits = specs_from_plain(rules["specs"]), SimpleNamespace(**rules["limits"])
    _bound_memory(limits.memoire_mo * _MB)
    _say(answers, {"ready": True})
    for line in requests:
        _bound_time(limits.processeur_s)
        _say(answers, _answer(load(line), specs, limits))


def _say(answers: BinaryIO, answer: dict[str, Any]) -> None:
    answers.write(dump(answer))
    answers.flush()


def _answer(request: dict[str, Any], specs: Any, limits: Any) -> dict[str, Any]:
    if request["work"] == "return":
        # Loaded where a return is asked for: reading needs none of it.
        from workbooks.retour_fichier import give_back, return_from_plain

        return give_back(request["folder"], return_from_plain(request["wanted"]), request["target"], limits)
    received = Received(request["path"], request["sha256"], amended=tuple((s, c, v) for s, c, v in request["amended"]))
    if request["work"] == "inspect":
        return inspect_file(request["folder"], received, limits)
    try:
        return reading_to_plain(read_file(request["folder"], received, specs, limits))
    except Changed:
        return {"changed": True}


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
