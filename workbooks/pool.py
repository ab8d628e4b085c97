"""Reading processes: a batch of files to readings. A file that kills its process costs that process, not the run."""

import hashlib
import multiprocessing
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from schemas.finding import Finding
from schemas.parameters import Limits
from schemas.reading import Reading, Received
from workbooks.container import Refusal, check_size
from workbooks.discover import open_regular
from workbooks.extract import Specs, extract
from workbooks.reader import read_sheets

_CHUNK = 8
"""Files per message to a process: enough to make the message cheap, few enough to share the work evenly."""


@dataclass(frozen=True)
class ReadingRules:
    """What a process needs to read: plain data only."""

    specs: Specs
    limits: Limits


def read_file(folder: Path, received: Received, rules: ReadingRules) -> Reading:
    """Read one file; whatever is wrong with it is a finding."""
    try:
        return extract(received, read_sheets(_bytes(folder / received.path, received, rules.limits), rules.limits), rules.specs)
    except Refusal as refusal:
        return _refused(received, refusal.code, refusal.detail)
    except FileNotFoundError:
        return _refused(received, "FIC001", "il a disparu avant d'être lu")
    except PermissionError:
        return _refused(received, "FIC001", "l'accès en est refusé au service qui le lit")
    except OSError as error:
        return _refused(received, "FIC001", f"le disque ne l'a pas rendu (erreur {error.errno})")
    except MemoryError:
        return _refused(received, "FIC003", "il demande trop de mémoire")


def _bytes(path: Path, received: Received, limits: Limits) -> bytes:
    """The file that was listed: not a larger one, nor another one that took its place since."""
    with open_regular(path) as file:
        check_size(os.fstat(file.fileno()).st_size, limits)
        data = file.read()
    if received.sha256 and hashlib.sha256(data).hexdigest() != received.sha256:
        raise Refusal("FIC001", "il a été modifié pendant la lecture")
    return data


def _refused(received: Received, code: str, detail: str) -> Reading:
    return Reading(received, findings=[Finding(code, facts={"detail": detail})])


def _read_chunk(folder: Path, chunk: Sequence[Received], rules: ReadingRules) -> list[Reading]:
    return [read_file(folder, received, rules) for received in chunk]


class ReaderPool:
    """Reading processes, started at the first batch and kept until the end of the `with` block. Safe to share between threads."""

    def __init__(self, rules: ReadingRules, processes: int = 0) -> None:
        """`processes` 0 means one per core."""
        self._rules = rules
        self._processes = processes or os.cpu_count() or 1
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown()
            self._pool = None

    def read(self, folder: Path, files: Sequence[Received]) -> list[Reading]:
        """Read files, in their order."""
        chunks = [files[i : i + _CHUNK] for i in range(0, len(files), _CHUNK)]
        try:
            pool = self._started(len(chunks))
            done = [f.result() for f in [pool.submit(_read_chunk, folder, chunk, self._rules) for chunk in chunks]]
            return [reading for chunk in done for reading in chunk]
        except BrokenProcessPool:
            with self._lock:
                self._pool = None
            return [_read_alone(folder, received, self._rules) for received in files]

    def _started(self, chunks: int) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = _pool(max(1, min(self._processes, chunks)))
            return self._pool


def _read_alone(folder: Path, received: Received, rules: ReadingRules) -> Reading:
    """After a process died: one process per file finds the guilty one."""
    try:
        with _pool(1) as pool:
            return pool.submit(read_file, folder, received, rules).result()
    except BrokenProcessPool:
        return _refused(received, "FIC003", "sa lecture a fait échouer le lecteur")


def _pool(workers: int) -> ProcessPoolExecutor:
    # "spawn" everywhere: the parent has threads (polars, Prefect) that a fork would copy in an unknown state.
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
