"""Reading processes: a batch of files to readings. A file that kills its process costs that process, not the run."""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from schemas.finding import Finding
from schemas.parameters import Limits
from schemas.reading import Reading, Received
from workbooks.container import Refusal
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
        sheets = read_sheets((folder / received.path).read_bytes(), rules.limits)
        return extract(received, sheets, rules.specs)
    except Refusal as refusal:
        return _refused(received, refusal.code, refusal.detail)
    except OSError as error:
        return _refused(received, "FIC001", f"le disque répond « {error.strerror or 'erreur'} »")
    except MemoryError:
        return _refused(received, "FIC003", "il demande trop de mémoire")


def _refused(received: Received, code: str, detail: str) -> Reading:
    return Reading(received, findings=[Finding(code, facts={"detail": detail})])


def _read_chunk(folder: Path, chunk: Sequence[Received], rules: ReadingRules) -> list[Reading]:
    return [read_file(folder, received, rules) for received in chunk]


def read_batch(folder: Path, files: Sequence[Received], rules: ReadingRules, processes: int = 0) -> list[Reading]:
    """Read files, in their order. `processes` 0 means one per core; a small batch is read by one process."""
    workers = min(processes or os.cpu_count() or 1, -(-len(files) // _CHUNK))
    chunks = [files[i : i + _CHUNK] for i in range(0, len(files), _CHUNK)]
    if not chunks:
        return []
    try:
        with _pool(workers) as pool:
            done = [f.result() for f in [pool.submit(_read_chunk, folder, chunk, rules) for chunk in chunks]]
        return [reading for chunk in done for reading in chunk]
    except BrokenProcessPool:
        return [_read_alone(folder, received, rules) for received in files]


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
