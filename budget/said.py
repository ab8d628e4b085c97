"""What files say, as frames in parts: a few hundred files at a time, since lists weigh ten times their frame."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import Any

import polars as pl

from schemas.columns import columns_of
from schemas.documents import SHEETS
from schemas.finding import Finding
from schemas.reading import Cells, Lot, Received
from schemas.tables import polars_schema

JOINED = ("annee_debut", "annee_fin", "dans_dossier_region")
"""Fields of sheet models that are joined to the rows rather than read."""
_POSITIONS = {
    "fichier": pl.String(), "kind": pl.String(), "sheet": pl.String(), "champ": pl.String(), "letters": pl.String(), "row": pl.Int64(),
}  # fmt: skip
_NAMES = {"sheet": "feuille", "letters": "lettre", "row": "ligne"}


@dataclass(frozen=True)
class Said:
    """What some files say: a frame per kind of sheet, amounts as whole cents; their positions; what reading them found."""

    files: list[Received]
    sheets: Mapping[str, pl.DataFrame]
    positions: pl.DataFrame
    found: list[tuple[str, Finding]]


def gather(lots: Sequence[Lot]) -> Said:
    """Columns to frames. A file that changed since it was listed says nothing."""
    return Said(
        [received for lot in lots for received in lot.files if not received.ignored],
        {kind: _frame([(lot, lot.sheets[kind]) for lot in lots if kind in lot.sheets], _travelling(kind)) for kind in SHEETS},
        _frame([(lot, lot.positions) for lot in lots], _POSITIONS).rename(_NAMES),
        [(lot.files[rank].path, finding) for lot in lots for rank, finding in lot.findings],
    )


def joined(parts: Sequence[Said]) -> Said:
    """Several parts as one."""
    return Said(
        [received for part in parts for received in part.files],
        {kind: pl.concat((part.sheets[kind] for part in parts), rechunk=True) for kind in SHEETS},
        pl.concat((part.positions for part in parts), rechunk=True),
        [located for part in parts for located in part.found],
    )


def in_order(said: Said, files: Sequence[Received]) -> Said:
    """The same, files in the order in which they are listed."""
    order = {received.path: rank for rank, received in enumerate(files)}

    def sorted_rows(rows: pl.DataFrame) -> pl.DataFrame:
        ranks = ranks_in(rows["fichier"], list(order))
        return rows if ranks.is_sorted() else rows.with_columns(rang=ranks).sort("rang", maintain_order=True).drop("rang")

    return Said(
        sorted(said.files, key=lambda received: order[received.path]),
        {kind: sorted_rows(rows) for kind, rows in said.sheets.items()},
        sorted_rows(said.positions),
        sorted(said.found, key=lambda located: order[located[0]]),
    )


def ranks_in(paths: pl.Series, files: Sequence[str]) -> pl.Series:
    """The rank of each path in a list of files, all different; null for another."""
    return paths.cast(pl.Enum(files), strict=False).to_physical()


def _frame(parts: Sequence[tuple[Lot, Cells]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    columns = {n: _series(n, list(chain.from_iterable(cells[n] for _, cells in parts)), t) for n, t in schema.items() if n != "fichier"}
    paths = [lot.files[rank].path for lot, cells in parts for rank in cells["fichier"]]
    return pl.DataFrame({"fichier": pl.Series(paths, dtype=pl.String), **columns})


def _series(name: str, values: list[Any], dtype: pl.DataType) -> pl.Series:
    """A column; dates and exact numbers come as text from a reading process."""
    if dtype == pl.Date:
        texts = pl.Series(name, [value and str(value) for value in values], dtype=pl.String)
        return texts.str.to_date("%Y-%m-%d")
    if dtype.is_decimal():
        values = [None if value is None else Decimal(value) for value in values]
    return pl.Series(name, values, dtype=dtype)


@cache
def _travelling(kind: str) -> dict[str, pl.DataType]:
    """The columns read from that kind of sheet, as they travel."""
    whole = {n: t for n, t in polars_schema(SHEETS[kind][1]).items() if n not in JOINED}
    return whole | dict.fromkeys(amounts(kind), pl.Int64())


@cache
def amounts(kind: str) -> tuple[str, ...]:
    """The columns of amounts of that kind of sheet."""
    return tuple(c.name for c in columns_of(SHEETS[kind][1]) if c.kind == "montant") + (("montant_eur",) if kind == "budget" else ())
