"""Reading processes kept warm, under limits: a file that kills its process costs that process, not the run.

A process is asked for a few files at a time and always has its next ones waiting, so that it never waits for its parent. It says when it is
through with each: the one at which it died is known, and only that one is refused; the others are asked again of a new process.
"""

import contextlib
import errno
import hashlib
import os
import queue
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from schemas.parameters import Limits
from schemas.reading import Lot, Received, lot_of
from schemas.returns import FileReturn
from schemas.spec import SheetSpec
from workbooks.process import Answer, Died, Process, Request, Started, begun_processes, end, start_process
from workbooks.process import ReaderBroken as ReaderBroken
from workbooks.refusal import refused
from workbooks.wire import dump, lot_from_plain, specs_to_plain

_FILES, _BYTES = 16, 1_000_000
"""Files asked at a time, and their size: what reading them keeps in memory stays far below the limit of one."""
_SHARE = 500_000
"""Bytes that one process reads in the time that another one takes to start."""
_AHEAD = 2
"""Requests that a process has before it: the one it works on, and the next."""
CHANGED = "copie inachevée ou fichier modifié pendant la lecture : il sera lu au prochain passage"


@dataclass(frozen=True)
class ReadingRules:
    """What a process needs to read: the contract's sheets and the limits."""

    specs: dict[str, SheetSpec]
    limits: Limits

    def hello(self) -> bytes:
        """All that a process is told before its first file."""
        return dump({"specs": specs_to_plain(self.specs), "limits": self.limits.model_dump()})


class ReaderPool:
    """Reading processes, started when needed and kept until the end of the `with` block. Safe to share between threads."""

    def __init__(self, rules: ReadingRules, processes: int = 0) -> None:
        """`processes` 0 means one per core. Those that were begun ahead serve first."""
        self._limits = rules.limits
        self._processes = processes or os.cpu_count() or 1
        self._hello = rules.hello()
        self._begun = begun_processes()
        self._requests: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        """None wakes a thread that waits, once the pool is closed."""
        # One thread per process. It starts it, and Linux ends a process with the thread that started it: they last as long as the pool.
        self._threads: list[threading.Thread] = []
        self._starting = threading.Lock()
        self._closed = False
        self._broken: ReaderBroken | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        for _thread in self._threads:
            self._requests.put(None)
        for thread in self._threads:
            thread.join()
        for request in self._left():
            request.outcome.cancel()
        for process in self._begun:
            end(process)

    def read(self, folder: Path, files: Sequence[Received]) -> list[Lot]:
        """What files say, in their order. One that changed since it was listed is marked as ignored, and says nothing."""
        few = list(_few_at_a_time(files))
        useful = 1 + sum(received.size for received in files) // _SHARE
        requests = self._ask("read", folder, [[_about(received) for received in lot] for lot in few], useful)
        return [lot for files, answers in zip(few, requests, strict=True) for lot in _lots(files, answers)]

    def inspect(self, folder: Path, files: Sequence[Received]) -> list[dict[str, Any]]:
        """What the reader saw of each file, as `inspect_file` says it."""
        requests = self._ask("inspect", folder, [[_about(received) for received in lot] for lot in _few_at_a_time(files)])
        return [seen for answers in requests for seen in _seen(answers)]

    def give_back(self, folder: Path, outputs: Path, returns: Sequence[FileReturn]) -> dict[str, str]:
        """Write the return of each file, whose place counts from `outputs`, and give the sha256 of those that are whole. Raises OSError.

        One whose file cannot be annotated under the limits is its sheet of corrections alone, made here: it holds no byte of the file.
        """
        # Loaded where a return is written: checking a file needs none of it.
        from workbooks.retour import NOT_COPIED, page_alone
        from workbooks.retour_fichier import return_to_plain

        readable = [wanted for wanted in returns if wanted.readable]
        for wanted in returns:
            (outputs / wanted.target).parent.mkdir(parents=True, exist_ok=True)
        requests = self._ask("return", folder, [[(return_to_plain(wanted), str(outputs / wanted.target))] for wanted in readable])
        made = {wanted.target: _written(answers, wanted) for wanted, answers in zip(readable, requests, strict=True)}
        whole: dict[str, str] = {}
        for wanted in returns:
            target, digest = outputs / wanted.target, made.get(wanted.target)
            if digest is None:
                page = page_alone(wanted, [NOT_COPIED] if wanted.readable else ())
                target.write_bytes(page)
                digest = hashlib.sha256(page).hexdigest()
            if made.get(wanted.target) or not wanted.readable:
                whole[wanted.target] = digest
            if hashlib.sha256(target.read_bytes()).hexdigest() != digest:
                raise OSError(errno.EIO, "read back otherwise than written", str(target))
        return whole

    def _ask(self, work: str, folder: Path, items: Sequence[list[Any]], useful: int | None = None) -> Iterator[list[Answer]]:
        """The answers to each request, in their order, by at most `useful` processes if it is given. Raises ReaderBroken."""
        requests = [Request(work, str(folder.resolve()), few) for few in items]
        for request in requests:
            self._requests.put(request)
        with self._starting:
            while len(self._threads) < min(len(requests), self._processes, useful or self._processes):
                self._threads.append(threading.Thread(target=self._serve, daemon=True))
                self._threads[-1].start()
        for request in requests:
            if self._broken:
                raise self._broken
            yield request.outcome.result()

    def _serve(self) -> None:
        """Keep one process at work, with a request ahead, until the pool is closed."""
        process: Process | None = None
        mine: deque[Request] = deque()
        sent = 0
        try:
            while self._take(mine):
                if process is None:
                    process, sent = Process(self._hello, self._next_process()), 0
                while sent < len(mine):
                    process.ask(mine[sent])
                    sent += 1
                oldest, sent = mine.popleft(), sent - 1
                try:
                    oldest.take(process.answer(oldest, self._limits.duree_s))
                except Died as death:
                    process.close()
                    process = None
                    oldest.blame(death)
                if not oldest.settle():
                    mine.append(oldest)
        except ReaderBroken as error:
            self._broken = error
            for request in (*mine, *self._left()):
                request.outcome.set_exception(error)
        finally:
            if process:
                process.close()
            for request in mine:
                request.outcome.cancel()

    def _next_process(self) -> Started:
        with self._starting:
            return self._begun.pop() if self._begun else start_process()

    def _take(self, mine: deque[Request]) -> bool:
        """Complete the requests that a process has before it, waiting where it has none; False once the pool is closed."""
        while len(mine) < _AHEAD:
            try:
                request = self._requests.get(block=not mine)
            except queue.Empty:
                break
            if request:
                mine.append(request)
            if self._closed:
                return False
        return True

    def _left(self) -> Iterator[Request]:
        """The requests that nobody has taken."""
        with contextlib.suppress(queue.Empty):
            while True:
                if request := self._requests.get_nowait():
                    yield request


def _about(received: Received) -> tuple[Any, ...]:
    return received.path, received.sha256, received.amended


def _few_at_a_time(files: Sequence[Received]) -> Iterator[list[Received]]:
    few: list[Received] = []
    for received in files:
        if few and (len(few) == _FILES or sum(f.size for f in few) + received.size > _BYTES):
            yield few
            few = []
        few.append(received)
    if few:
        yield few


def _lots(files: Sequence[Received], answers: Sequence[Answer]) -> Iterator[Lot]:
    for answer in answers:
        mine = [files[rank] for rank in answer.ranks]
        if answer.death:
            yield lot_of([refused(received, "FIC003", answer.death.reason) for received in mine])
        else:
            for rank in answer.plain["changed"]:
                mine[rank].ignored = CHANGED
            yield lot_from_plain(mine, answer.plain)


def _seen(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    seen: dict[int, dict[str, Any]] = {}
    for answer in answers:
        facts = [{"refus": "FIC003", "detail": answer.death.reason}] if answer.death else answer.plain["seen"]
        seen |= zip(answer.ranks, facts, strict=True)
    return [seen[rank] for rank in sorted(seen)]


def _written(answers: Sequence[Answer], wanted: FileReturn) -> str | None:
    """The sha256 of a return as written; None where its file cannot be annotated. Raises OSError."""
    (answer,) = answers
    if answer.death:
        return None
    (made,) = answer.plain["made"]
    if "erreur" in made:
        raise OSError(made["erreur"], "a return could not be written", wanted.target)
    digest: str | None = made.get("empreinte")
    return digest
