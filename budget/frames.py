"""Readings to frames: all rows of one kind of sheet, from all files, are one frame; so are all positions."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from schemas.columns import columns_of
from schemas.documents import SHEETS
from schemas.reading import Reading
from schemas.tables import polars_schema

MONEY = pl.Decimal(38, 2)
ZERO = pl.lit(0, MONEY)
_BROKEN_SHEET = ("TAB002", "TAB004")


@dataclass
class Batch:
    """Frames by kind of sheet, with `fichier`, `feuille` and `ligne`.

    `positions`: a row per file, kind and field: `lettre`, and `ligne` for Identification. `readable`: a row per file and kind whose
    sheet was found with all its columns.
    """

    sheets: dict[str, pl.DataFrame] = field(default_factory=dict)
    positions: pl.DataFrame = field(default_factory=pl.DataFrame)
    readable: pl.DataFrame = field(default_factory=pl.DataFrame)

    def readable_files(self, *kinds: str) -> pl.DataFrame:
        """The files (column `fichier`) whose sheets of these kinds could all be read."""
        wanted = self.readable.filter(pl.col("kind").is_in(kinds))
        return wanted.group_by("fichier", maintain_order=True).len().filter(pl.col("len") == len(kinds)).select("fichier")


def money(cents: Sequence[int | None]) -> pl.Series:
    """Whole cents to exact euros."""
    return pl.Series(cents, dtype=pl.Int64).cast(MONEY) / pl.Series([100], dtype=MONEY)


def assemble(readings: Sequence[Reading], region_folder: str) -> Batch:
    """Build one frame per kind of sheet from column lists. `region_folder` is the subfolder whose decisions are believed."""
    batch = Batch()
    for kind in SHEETS:
        batch.sheets[kind] = _sheet_frame(kind, [r for r in readings if kind in r.sheets])
    identity = batch.sheets["identification"]
    first_folder = pl.col("fichier").str.split("/").list.first().str.to_lowercase()
    batch.sheets["identification"] = identity.with_columns(
        dans_dossier_region=(first_folder == region_folder.lower()) & pl.col("fichier").str.contains("/", literal=True)
    )
    _join_periods(batch)
    batch.positions = pl.DataFrame(
        [(r.received.path, p.kind, p.sheet, p.champ, p.letters, p.row) for r in readings for p in r.positions],
        schema={"fichier": pl.String, "kind": pl.String, "feuille": pl.String, "champ": pl.String, "lettre": pl.String, "ligne": pl.Int64},
        orient="row",
    )
    batch.readable = _readable(readings)
    return batch


def _sheet_frame(kind: str, readings: Sequence[Reading]) -> pl.DataFrame:
    model = SHEETS[kind][1]
    schema = {n: t for n, t in polars_schema(model).items() if n not in _JOINED}
    kinds = {c.name: c.kind for c in columns_of(model)} | ({"montant_eur": "montant"} if kind == "budget" else {})
    columns: dict[str, list[Any]] = defaultdict(list)
    for reading in readings:
        cells = reading.sheets[kind]
        columns["fichier"] += [reading.received.path] * len(cells["ligne"])
        for name in schema:
            if name != "fichier":
                columns[name] += cells[name]
    series = [
        money(columns[name]).alias(name) if kinds.get(name) == "montant" else pl.Series(name, columns[name], dtype=dtype)
        for name, dtype in schema.items()
    ]
    return pl.DataFrame(series)


_JOINED = ("annee_debut", "annee_fin", "dans_dossier_region")
"""Fields of sheet models that are joined here rather than read."""


def _join_periods(batch: Batch) -> None:
    # A period that ends before it starts is said once (IDE203); it bounds nothing.
    sound = pl.col("date_fin") >= pl.col("date_debut")
    periods = batch.sheets["identification"].select(
        "fichier",
        annee_debut=pl.when(sound).then(pl.col("date_debut").dt.year().cast(pl.Int64)),
        annee_fin=pl.when(sound).then(pl.col("date_fin").dt.year().cast(pl.Int64)),
    )
    for kind in ("budget", "plan", "postes"):
        batch.sheets[kind] = batch.sheets[kind].join(periods, on="fichier", how="left", maintain_order="left")


def _readable(readings: Sequence[Reading]) -> pl.DataFrame:
    rows = []
    for reading in readings:
        broken = {f.sheet for f in reading.findings if f.code in _BROKEN_SHEET}
        for kind, cells in reading.sheets.items():
            names = {p.sheet for p in reading.positions if p.kind == kind} | set(cells["feuille"])
            if names and not names & broken:
                rows.append((reading.received.path, kind))
    return pl.DataFrame(rows, schema={"fichier": pl.String, "kind": pl.String}, orient="row")


def with_cells(frame: pl.DataFrame, batch: Batch, kind: str, *champs: str) -> pl.DataFrame:
    """Add `cellule_<champ>`, the address of each row's cell in that column; null where the sheet does not have the column."""
    for champ in champs:
        places = batch.positions.filter((pl.col("kind") == kind) & (pl.col("champ") == champ)).select("fichier", "lettre")
        frame = frame.join(places, on="fichier", how="left", maintain_order="left").with_columns(
            (pl.col("lettre") + pl.col("ligne").cast(pl.String)).alias(f"cellule_{champ}")
        )
        frame = frame.drop("lettre")
    return frame
