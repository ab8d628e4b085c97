"""One reading process as its parent sees it: asked in lines of JSON, heard in lines of JSON, ended where a file takes too long."""

import contextlib
import queue
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from workbooks.wire import READ, dump, load

_ROOT = Path(__file__).resolve().parent.parent
_START_S = 60
Started = subprocess.Popen[bytes]


class ReaderBroken(Exception):
    """The reading process does not even start: our bug, or a broken installation. No file is to blame, so the run stops."""


class Died(Exception):
    """The process ended without answering; `reason` says why, as a detail of FIC003."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Answer:
    """What a process said of some files: their ranks in the request, and plain data; or why it died at one of them."""

    ranks: list[int]
    plain: dict[str, Any] = field(default_factory=dict)
    death: Died | None = None


@dataclass
class Request:
    """Some work on some files of a folder, an item each, and what is known of it until all have an answer."""

    work: str
    folder: str
    items: list[Any]
    answers: list[Answer] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    """The ranks of the files that a process was asked for; it is through with `done` of them."""
    done: int = 0
    alone: bool = False
    outcome: "Future[list[Answer]]" = field(default_factory=Future)

    def line(self) -> bytes:
        """The request as it is sent, for the files that have no answer yet."""
        waiting = self._waiting()
        self.asked, self.done = waiting[:1] if self.alone else waiting, 0
        return dump({"work": self.work, "folder": self.folder, "items": [self.items[rank] for rank in self.asked]})

    def _waiting(self) -> list[int]:
        answered = {rank for answer in self.answers for rank in answer.ranks}
        return [rank for rank in range(len(self.items)) if rank not in answered]

    def take(self, plain: dict[str, Any]) -> None:
        """Keep what the process answered."""
        self.answers.append(Answer(self.asked, plain))

    def blame(self, death: Died) -> None:
        """The file at which the process died has its answer. Where it died with all of them done, each is asked again alone."""
        if self.done < len(self.asked) or len(self.asked) == 1:
            self.answers.append(Answer([self.asked[min(self.done, len(self.asked) - 1)]], death=death))
        else:
            self.alone = True

    def settle(self) -> bool:
        """Whether every file has its answer; whoever waits for them is told."""
        if self._waiting():
            return False
        self.outcome.set_result(self.answers)
        return True


_begun: list[Started] = []


def begin_process() -> None:
    """Start a reading process for the next pool: it loads what it needs while the caller loads the rest. It ends with its pipe."""
    _begun.append(start_process())


def begun_processes() -> list[Started]:
    """The processes that were begun, which are the caller's from now on."""
    taken = _begun.copy()
    _begun.clear()
    return taken


def start_process() -> Started:
    """Start a reading process, which gets ready and waits to be told the contract."""
    command = [sys.executable, "-m", "workbooks.worker"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=_ROOT)


class Process:
    """One reading process, and the thread that hears its answers."""

    def __init__(self, hello: bytes, started: Started) -> None:
        """`hello` tells it the contract and the limits. Raises ReaderBroken."""
        self._process = started
        self._pipe = cast("IO[bytes]", self._process.stdin)
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True).start()
        self._send(hello)
        with contextlib.suppress(queue.Empty):
            if self._lines.get(timeout=_START_S):
                return
        self.close()
        raise ReaderBroken("the reading process does not start: run `python -m workbooks.worker` to see why")

    def _listen(self, pipe: IO[bytes]) -> None:
        for line in pipe:
            self._lines.put(line)
        self._lines.put(b"")

    def _send(self, line: bytes) -> None:
        # Where the process died before the question, the missing answer says so.
        with contextlib.suppress(OSError):
            self._pipe.write(line)
            self._pipe.flush()

    def ask(self, request: Request) -> None:
        """Ask, without waiting for the answer."""
        self._send(request.line())

    def answer(self, request: Request, seconds: float) -> dict[str, Any]:
        """The answer to the oldest request. Raises Died where there is none: a file takes more than `seconds`, or ends the process."""
        while True:
            try:
                line = self._lines.get(timeout=seconds)
            except queue.Empty:
                raise Died(f"sa lecture dépasse {seconds:.0f} s") from None
            if not line:
                raise Died(_cause(self._process.wait()))
            if line != READ:
                break
            request.done += 1
        try:
            answer: dict[str, Any] = load(line)
        except ValueError:
            # Not what a reading process says: some file has made it say something else.
            raise Died(_cause(0)) from None
        return answer

    def close(self) -> None:
        """End the process at once."""
        end(self._process)


def end(process: Started) -> None:
    """End a process at once."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        # What was still to be sent to a dead process is lost, and that is known.
        with contextlib.suppress(OSError):
            if pipe:
                pipe.close()


def _cause(code: int) -> str:
    if sys.platform != "win32" and code == -signal.SIGXCPU:
        return "sa lecture demande trop de temps de calcul"
    return "sa lecture demande trop de mémoire ou fait échouer le lecteur"
