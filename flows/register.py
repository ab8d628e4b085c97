"""The register `outputs/registre/`: what arrived when, with which decision, and a copy of each file ever accepted.

A run with news adds one file to `journal/` (`000001.parquet`, `000002.parquet`…) and to `copies/` the contents that it does not have.
None is ever rewritten or deleted. All is staged before the outputs are replaced, and put in place by renaming after them: copies, then
the journal. A run killed in between adds the missing entries the next time, since news is what the journal does not say yet.
"""

import contextlib
import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from posixpath import splitext
from typing import Any, BinaryIO

import polars as pl
from polars.exceptions import PolarsError

from budget.decide import Standing
from flows.disk import flush_folder, flush_open, open_to_all
from flows.errors import RunError
from flows.tables import write_parquet
from schemas.reading import Received
from schemas.register import ARRIVED, DECIDED, JOURNAL_SCHEMA, REMOVED, Journal
from schemas.table import validated
from schemas.tables import ACCEPTED, ACCEPTED_WITH_RESERVES
from workbooks.discover import ignore_doubles, open_regular
from workbooks.refusal import Refusal

_ENTRY = re.compile(r"\d{6,}\.parquet")
_PIECE = 1 << 20
_TOGETHER = 100
"""Copies written before they are flushed: the disk is then already at work on all of them."""
JOURNAL, COPIES = "journal", "copies"


@dataclass(frozen=True)
class Register:
    """The register as a run finds it."""

    folder: Path
    journal: pl.DataFrame
    number: int
    """The rank that this run's entries will bear."""

    @property
    def entries(self) -> Path:
        """Where the journal's files are."""
        return self.folder / JOURNAL

    @property
    def copies(self) -> Path:
        """Where the accepted contents are."""
        return self.folder / COPIES


def read_register(folder: Path) -> Register:
    """The whole register. Raises RunError where a part of it is missing or cannot be read: the order of arrival would be another."""
    names = sorted((name for name in _names(folder / JOURNAL) if _ENTRY.fullmatch(name)), key=_rank)
    for rank, name in enumerate(names, 1):
        if _rank(name) != rank:
            raise _damaged(folder, f"{rank:06}.parquet", "manque")
    parts = [_read_entry(folder, name) for name in names]
    return Register(folder, pl.concat([pl.DataFrame(schema=JOURNAL_SCHEMA), *parts]), len(names) + 1)


def _names(folder: Path) -> list[str]:
    """The names in a folder. One that cannot be listed is not empty: OSError."""
    try:
        return os.listdir(folder)  # noqa: PTH208 - Path.iterdir does not fail before it is used
    except FileNotFoundError:
        return []


def _rank(name: str) -> int:
    return int(name.partition(".")[0])


def _read_entry(folder: Path, name: str) -> pl.DataFrame:
    try:
        part = pl.read_parquet((folder / JOURNAL / name).read_bytes(), columns=list(JOURNAL_SCHEMA))
    except (PolarsError, ValueError):
        part = pl.DataFrame()
    if dict(part.schema) != JOURNAL_SCHEMA or set(part["numero"]) != {_rank(name)}:
        raise _damaged(folder, name, "est abîmé")
    return part


def _damaged(folder: Path, name: str, what: str) -> RunError:
    return RunError(
        f"Le registre « {folder} » est incomplet : journal/{name} {what}. Restaurez-le d'une sauvegarde. "
        "Les sorties précédentes restent en place."
    )


def in_order_of_arrival(files: list[Received], register: Register) -> list[Received]:
    """Say when each content arrived; of identical files the first to arrive, then the first by path, is the one that is read."""
    contents = _first(register.journal, "empreinte")
    names = _first(register.journal, "empreinte", "fichier")
    for received in files:
        received.arrival = contents.get((received.sha256,), register.number)
        if received.same_as:
            received.same_as = received.ignored = ""
    ignore_doubles(sorted(files, key=lambda f: (names.get((f.sha256, f.path), register.number), f.path)))
    return files


def _first(journal: pl.DataFrame, *columns: str) -> dict[tuple[Any, ...], int]:
    """The rank of the first arrival of each distinct value."""
    arrivals = journal.filter(pl.col("evenement") == ARRIVED, pl.col("empreinte").is_not_null())
    return {tuple(row[:-1]): row[-1] for row in arrivals.group_by(columns).agg(pl.col("numero").min()).rows()}


def news(journal: pl.DataFrame, standings: Iterable[Standing], instant: datetime, day: date, number: int) -> pl.DataFrame:
    """What the journal does not say yet, as entries of one run: arrivals, other decisions, removals.

    Lock files and the like are no deposits, and a file still being copied is none yet: they have no entry.
    """
    known, present = _present(journal), {s.path: s for s in standings}
    rows = [_entry(s, known.get(path)) for path, s in present.items() if not s.received.ignored or s.received.same_as]
    rows += [
        {"fichier": path, "evenement": REMOVED, "empreinte": was["empreinte"], "taille": was["taille"]}
        for path, was in known.items()
        if path not in present
    ]
    stamps = {"numero": number, "instant": instant, "date_arrete": day}
    entries = pl.DataFrame([{**stamps, **row} for row in rows if row], schema=JOURNAL_SCHEMA)
    return validated(Journal, entries.sort("fichier"))


def _present(journal: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """The last entry of each file that is not removed."""
    last = journal.sort("numero", maintain_order=True).unique("fichier", keep="last", maintain_order=True)
    return {row["fichier"]: row for row in last.filter(pl.col("evenement") != REMOVED).to_dicts()}


def _entry(standing: Standing, before: dict[str, Any] | None) -> dict[str, Any] | None:
    """What there is to say of a file; None where the journal says it already."""
    content = standing.received.sha256 or None
    same = before is not None and before["empreinte"] == content
    if before is not None and same and before["decision"] == standing.decision:
        return None
    return {
        "fichier": standing.path, "evenement": DECIDED if same else ARRIVED, "empreinte": content, "taille": standing.received.size,
        "decision": standing.decision, "motif": standing.reason, "copie": copy_name(standing),
    }  # fmt: skip


def copy_name(standing: Standing) -> str | None:
    """The name of a file's copy: its content and its format. None for a file that its own rules reject, or that is ignored."""
    if standing.alone not in (ACCEPTED, ACCEPTED_WITH_RESERVES) or not standing.received.sha256:
        return None
    return standing.received.sha256 + splitext(standing.path)[1].lower()


def stage_copies(register: Register, inputs: Path, standings: Sequence[Standing], staged: Path) -> None:
    """Copy what the register does not have in a folder beside it. Raises RunError where a file is no longer what was read."""
    folder = staged / COPIES
    folder.mkdir(parents=True, exist_ok=True)
    kept = {name.partition(".")[0] for name in _names(register.copies)}
    wanted: dict[str, tuple[Received, Path]] = {}
    for standing in standings:
        name = copy_name(standing)
        if name and standing.received.sha256 not in kept:
            wanted.setdefault(standing.received.sha256, (standing.received, folder / name))
    pairs = list(wanted.values())
    for start in range(0, len(pairs), _TOGETHER):
        with contextlib.ExitStack() as opened:
            copies = [(received, opened.enter_context(target.open("wb"))) for received, target in pairs[start : start + _TOGETHER]]
            for received, file in copies:
                _copy(inputs, received, file)
            flush_open([file for _, file in copies])


def stage_journal(register: Register, entries: pl.DataFrame, staged: Path) -> None:
    """Write what the journal is to gain in a folder beside the register."""
    folder = staged / JOURNAL
    folder.mkdir(parents=True, exist_ok=True)
    if not entries.is_empty():
        write_parquet(folder / f"{register.number:06}.parquet", entries)


def _copy(inputs: Path, received: Received, file: BinaryIO) -> None:
    """Copy the very bytes that were read."""
    digest = hashlib.sha256()
    try:
        source = open_regular(inputs / received.path)
    except (OSError, Refusal):
        raise _changed(received) from None
    with source:
        while piece := source.read(_PIECE):
            digest.update(piece)
            file.write(piece)
    if digest.hexdigest() != received.sha256:
        raise _changed(received)


def _changed(received: Received) -> RunError:
    return RunError(
        f"« {received.path} » a été modifié ou retiré pendant la consolidation. Relancez-la. Les sorties précédentes restent en place."
    )


def file_register(register: Register, staged: Path) -> None:
    """Put in place what was staged: the copies, then the journal, so that no entry is without its copy."""
    for part, place in ((COPIES, register.copies), (JOURNAL, register.entries)):
        sources = sorted((staged / part).iterdir())
        if not sources:
            continue
        place.mkdir(parents=True, exist_ok=True)
        for source in sources:
            if (place / source.name).exists():
                raise RunError(f"« {source.name} » est déjà dans le registre, qui n'est jamais réécrit. Relancez.")
            open_to_all(source)
            source.rename(place / source.name)
        flush_folder(place)
        flush_folder(register.folder)
