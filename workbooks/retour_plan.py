"""Which files get a return, under which name, and what it says: from the tables, before any workbook is touched."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from schemas.packed import drawn, lazy
from schemas.returns import FOLDER, SUFFIX, FileReturn, ReturnLine, VersionChange
from schemas.rule import UNREADABLE
from schemas.rules import GRAVITIES, RULES, STATES
from schemas.tables import IGNORED, REJECTED, REPLACED

_ASKED = GRAVITIES[:2]
"""The gravities that call for a return."""
_LONGEST = 200
"""Bytes of a file's name that are kept: with the rest, disks admit 255."""


def with_returns(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Table `depots` with the column `retour` filled: the path below the outputs of each return to be made."""
    depots, constats = tables["depots"], lazy(tables, "constats")
    asking = drawn(constats.filter(pl.col("etat") == STATES[0], pl.col("gravite").is_in(_ASKED)).select("fichier").unique())
    files = depots.filter(~pl.col("decision").is_in([IGNORED, REPLACED])).join(asking, on="fichier", how="semi")
    targets = return_paths(sorted(files["fichier"].to_list()))
    return depots.with_columns(pl.col("fichier").replace_strict(targets, default=None, return_dtype=pl.String).alias("retour"))


def return_paths(files: Sequence[str]) -> dict[str, str]:
    """File → path of its return: its own folders and whole name; with a mark of its own where two would be one on a disk without case."""
    plain = {path: f"{FOLDER}/{path}" for path in files}
    marked = {path: _marked(target) for path, target in plain.items()}
    folders = {"/".join(parts[:n]).casefold() for t in plain.values() for parts in [t.split("/")] for n in range(1, len(parts))}
    taken = Counter(target.casefold() + SUFFIX for target in plain.values())
    fits = {
        path
        for path, target in plain.items()
        if taken[name := target.casefold() + SUFFIX] == 1 and name not in folders and len(target.rpartition("/")[2].encode()) <= _LONGEST
    }
    return {path: (plain[path] if path in fits else marked[path]) + SUFFIX for path in files}


def _marked(target: str) -> str:
    folder, _, name = target.rpartition("/")
    kept = name.encode()[:_LONGEST].decode("utf-8", "ignore")
    return f"{folder}/{kept}-{hashlib.sha256(target.encode()).hexdigest()[:12]}"


def file_returns(tables: Mapping[str, pl.DataFrame], changes: Mapping[str, VersionChange], day: date, most: int) -> list[FileReturn]:
    """What each return says, in the order of `depots`. At most so many findings, the gravest first; `changes` are known by file."""
    files = tables["depots"].filter(pl.col("retour").is_not_null())
    mine = pl.col("fichier").is_in(files["fichier"].implode())
    found = drawn(lazy(tables, "constats").filter(mine, pl.col("etat") == STATES[0]))
    lines: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in found.iter_rows(named=True):
        lines[row["fichier"]].append(row)
    return [_file_return(row, lines[row["fichier"]], changes.get(row["fichier"]), day, most) for row in files.iter_rows(named=True)]


def _file_return(
    depot: dict[str, Any], constats: Sequence[dict[str, Any]], change: VersionChange | None, day: date, most: int
) -> FileReturn:
    ranked = sorted(constats, key=lambda row: GRAVITIES.index(row["gravite"]))
    readable = bool(depot["empreinte"]) and not any(row["code"] in UNREADABLE for row in constats)
    return FileReturn(
        path=depot["fichier"],
        sha256=depot["empreinte"] or "",
        target=depot["retour"],
        decision=depot["decision"],
        reason=depot["motif"],
        next_step=next_step(depot["decision"], depot["version"], readable),
        day=day,
        readable=readable,
        lines=tuple(_line(row) for row in ranked[:most]),
        left_out=max(0, len(ranked) - most),
        change=change,
    )


def _line(row: Mapping[str, Any]) -> ReturnLine:
    title = RULES[row["code"]].title
    return ReturnLine(
        row["gravite"], row["code"], row["feuille"], row["cellule"], title, row["message"], row["correction"], row["reference"]
    )  # fmt: skip


def next_step(decision: str, version: int | None, readable: bool) -> str:
    """What the sender does now, in one sentence."""
    if not readable:
        return "À faire : suivez la dernière colonne de la liste, puis renvoyez le fichier."
    counted = f"écrivez {version + 1} dans « Version »" if version else "augmentez « Version » de 1"
    how = f"corrigez votre classeur, {counted}, mettez la nouvelle « Date de dépôt » et renvoyez-le"
    return f"À faire : {how}." if decision == REJECTED else f"Votre fichier compte. Si vous le corrigez : {how}."
