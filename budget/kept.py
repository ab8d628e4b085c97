"""What contents say, whatever the names of the files that hold them: tables to keep from one run to the next.

A row names its content by its rank (`rang`) in the table `contenus`, so that a file that is renamed or moved says at once what it said.
What depends on more than the content is not kept: a file that the disk, the memory or the time refused is read again.
"""

import json
from collections.abc import Mapping, Sequence

import polars as pl

from budget.said import Said, gather, ranks_in
from schemas.documents import SHEETS
from schemas.finding import Finding
from schemas.reading import Received
from schemas.rule import UNREADABLE

Kept = dict[str, pl.DataFrame]
"""`contenus` (their sha256, each once), a table per kind of sheet, `positions` and `constats`."""
_RANK = pl.UInt32()
_FINDING = {name: pl.String() for name in ("code", "feuille", "cellule", "champ", "valeur", "limite", "reference", "faits")}


def nothing_kept() -> Kept:
    """The tables, empty."""
    return by_content(gather([]))


def contents_to_keep(said: Said) -> list[Received]:
    """The files whose content is known and could be read, in their order."""
    refused = {path for path, finding in said.found if finding.code in UNREADABLE}
    return [received for received in said.files if received.sha256 and not received.amended and received.path not in refused]


def by_content(said: Said) -> Kept:
    """What files say, by content."""
    files = contents_to_keep(said)
    paths = [received.path for received in files]
    found = [(path, *_finding_to_row(finding)) for path, finding in said.found]
    tables = {
        **said.sheets,
        "positions": said.positions,
        "constats": pl.DataFrame(found, {"fichier": pl.String(), **_FINDING}, orient="row"),
    }
    kept = {name: _ranked(rows, paths) for name, rows in tables.items()}
    return {"contenus": pl.DataFrame({"empreinte": [received.sha256 for received in files]}, {"empreinte": pl.String()}), **kept}


def known(kept: Kept, files: Sequence[Received]) -> list[Received]:
    """The files whose content is kept."""
    contents = set(kept["contenus"]["empreinte"])
    return [received for received in files if received.sha256 in contents]


def by_name(kept: Kept, files: Sequence[Received]) -> Said:
    """What these files say, whose contents are all kept and all different; what other contents say is left out."""
    names = {received.sha256: received.path for received in files}
    paths = pl.Series("fichier", [names.get(sha256) for sha256 in kept["contenus"]["empreinte"]], pl.String)
    tables = {name: _named(rows, paths) for name, rows in kept.items() if name != "contenus"}
    found = [(row["fichier"], _finding_of_row(row)) for row in tables["constats"].iter_rows(named=True)]
    return Said(list(files), {kind: tables[kind] for kind in SHEETS}, tables["positions"], found)


def is_sound(kept: Mapping[str, pl.DataFrame]) -> bool:
    """Whether tables are such as `by_content` makes."""
    usual = nothing_kept()
    if {name: rows.schema for name, rows in kept.items()} != {name: rows.schema for name, rows in usual.items()}:
        return False
    height = kept["contenus"].height
    ranks = [rows["rang"] for name, rows in kept.items() if name != "contenus"]
    return kept["contenus"]["empreinte"].n_unique() == height and all(r.null_count() == 0 and (r < height).all() for r in ranks)


def _ranked(rows: pl.DataFrame, paths: Sequence[str]) -> pl.DataFrame:
    ranks = ranks_in(rows["fichier"], paths).cast(_RANK).alias("rang")
    ranked = rows.drop("fichier").insert_column(0, ranks)
    return ranked.drop_nulls("rang") if ranks.null_count() else ranked


def _named(rows: pl.DataFrame, paths: pl.Series) -> pl.DataFrame:
    names = paths.gather(rows["rang"])
    named = rows.drop("rang").insert_column(0, names)
    return named.drop_nulls("fichier") if names.null_count() else named


def _finding_to_row(finding: Finding) -> tuple[str, ...]:
    """A finding as reading raises it: it bears on its own file, and no ruling has been passed on it."""
    f = finding
    return f.code, f.sheet, f.cell, f.champ, f.value, f.limit, f.reference, json.dumps(dict(f.facts))


def _finding_of_row(row: Mapping[str, str]) -> Finding:
    code, sheet, cell, champ, value, limit, reference, facts = (row[name] for name in _FINDING)
    return Finding(code, sheet, cell, champ, value, limit, reference, json.loads(facts))
