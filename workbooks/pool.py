"""Reading processes kept warm, one file at a time each, under limits: a file that kills its process costs that process, not the run."""

import contextlib
import errno
import hashlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self, cast

from schemas.parameters import Limits
from schemas.reading import Reading, Received
from schemas.returns import FileReturn
from schemas.spec import SheetSpec
from workbooks.file_reading import refused
from workbooks.retour import NOT_COPIED, page_alone
from workbooks.retour_fichier import return_to_plain
from workbooks.wire import dump, load, reading_from_plain, specs_to_plain

_ROOT = Path(__file__).resolve().parent.parent
_START_S = 60
CHANGED = "copie inachevée ou fichier modifié pendant la lecture : il sera lu au prochain passage"


@dataclass(frozen=True)
class ReadingRules:
    """What a process needs to read: the contract's sheets and the limits."""

    specs: dict[str, SheetSpec]
    limits: Limits


class ReaderBroken(Exception):
    """The reading process does not even start: our bug, or a broken installation. No file is to blame, so the run stops."""


class _Died(Exception):
    """The process ended without answering; `reason` says why, as a detail of FIC003."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Worker:
    """One reading process, and the thread that hears its answers."""

    def __init__(self, hello: bytes) -> None:
        command = [sys.executable, "-m", "workbooks.worker"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=_ROOT)
        self._pipe = cast("IO[bytes]", self._process.stdin)
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True).start()
        self._send(hello)
        if not self._answers.get(timeout=_START_S):
            self.close()
            raise ReaderBroken("the reading process does not start: run `python -m workbooks.worker` to see why")

    def _listen(self, pipe: IO[bytes]) -> None:
        for line in pipe:
            self._answers.put(line)
        self._answers.put(b"")

    def _send(self, line: bytes) -> None:
        # Where the process died before the question, the missing answer says so.
        with contextlib.suppress(OSError):
            self._pipe.write(line)
            self._pipe.flush()

    def ask(self, request: dict[str, Any], seconds: float) -> bytes:
        """The answer to one request, still as a line. Raises _Died where there is none in time; the process is gone then."""
        self._send(dump(request))
        try:
            line = self._answers.get(timeout=seconds)
        except queue.Empty:
            self.close()
            raise _Died(f"sa lecture dépasse {seconds:.0f} s") from None
        if not line:
            raise _Died(_cause(self._process.wait()))
        return line

    def close(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            # What was still to be sent to a dead process is lost, and that is known.
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()


def _cause(code: int) -> str:
    if sys.platform != "win32" and code == -signal.SIGXCPU:
        return "sa lecture demande trop de temps de calcul"
    return "sa lecture demande trop de mémoire ou fait échouer le lecteur"


class ReaderPool:
    """Reading processes, started when needed and kept until the end of the `with` block. Safe to share between threads."""

    def __init__(self, rules: ReadingRules, processes: int = 0) -> None:
        """`processes` 0 means one per core."""
        self._rules = rules
        self._processes = processes or os.cpu_count() or 1
        self._hello = dump({"specs": specs_to_plain(rules.specs), "limits": rules.limits.model_dump()})
        # A slot is a worker, or None where it is still to be started; the last one given back is the warmest.
        self._slots: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(self._processes):
            self._slots.put(None)
        # These threads start the processes, and Linux ends a process with the thread that started it: they last as long as the pool.
        # Two for each process: one takes an answer apart while the other has the process at work.
        self._threads = ThreadPoolExecutor(2 * self._processes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(cancel_futures=True)
        for _slot in range(self._processes):
            worker = self._slots.get()
            if worker:
                worker.close()
            self._slots.put(None)

    def read(self, folder: Path, files: Sequence[Received]) -> list[Reading]:
        """Read files, in their order. One that changed since it was listed is marked as ignored, and has no reading."""
        root = str(folder.resolve())
        readings = self._map(lambda received: self._read_one(root, received), files)
        return [reading for reading in readings if reading is not None]

    def inspect(self, folder: Path, files: Sequence[Received]) -> list[dict[str, Any]]:
        """What the reader saw of each file, as `inspect_file` says it."""
        root = str(folder.resolve())
        return self._map(lambda received: self._inspect_one(root, received), files)

    def give_back(self, folder: Path, outputs: Path, returns: Sequence[FileReturn]) -> None:
        """Write the return of each file, whose place counts from `outputs`. Raises OSError.

        One whose file cannot be annotated under the limits is its sheet of corrections alone, made here: it holds no byte of the file.
        """
        root = str(folder.resolve())
        self._map(lambda wanted: self._give_one_back(root, outputs / wanted.target, wanted), returns)

    def _map(self, work: Any, files: Sequence[Any]) -> list[Any]:
        return list(self._threads.map(work, files))

    def _give_one_back(self, folder: str, target: Path, wanted: FileReturn) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        made = self._annotated(folder, target, wanted) if wanted.readable else None
        if made is None:
            page = page_alone(wanted, [NOT_COPIED] if wanted.readable else ())
            target.write_bytes(page)
            made = hashlib.sha256(page).hexdigest()
        if hashlib.sha256(target.read_bytes()).hexdigest() != made:
            raise OSError(errno.EIO, "read back otherwise than written", str(target))

    def _annotated(self, folder: str, target: Path, wanted: FileReturn) -> str | None:
        """Have a process write an annotated copy; its sha256, or None where the file cannot be annotated. Raises OSError."""
        request = {"work": "return", "folder": folder, "target": str(target), "wanted": return_to_plain(wanted)}
        try:
            made = self._ask(request)
        except _Died:
            return None
        if "erreur" in made:
            raise OSError(made["erreur"], "a return could not be written", str(target))
        digest: str | None = made.get("empreinte")
        return digest

    def _read_one(self, folder: str, received: Received) -> Reading | None:
        try:
            plain = self._ask(_about("read", folder, received))
        except _Died as death:
            return refused(received, "FIC003", death.reason)
        if "changed" in plain:
            received.ignored = CHANGED
            return None
        return reading_from_plain(received, plain)

    def _inspect_one(self, folder: str, received: Received) -> dict[str, Any]:
        try:
            seen: dict[str, Any] = self._ask(_about("inspect", folder, received))
        except _Died as death:
            return {"refus": "FIC003", "detail": death.reason}
        return seen

    def _ask(self, request: dict[str, Any]) -> Any:
        worker = self._slots.get()
        try:
            worker = worker or _Worker(self._hello)
            line = worker.ask(request, self._rules.limits.duree_s)
        except _Died:
            if worker:
                worker.close()
            worker = None
            raise
        finally:
            self._slots.put(worker)
        return load(line)


def _about(work: str, folder: str, received: Received) -> dict[str, Any]:
    return {"work": work, "folder": folder, "path": received.path, "sha256": received.sha256, "amended": received.amended}
