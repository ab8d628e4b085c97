"""Which cells a figure comes from: rows of the table `provenances`."""

from collections.abc import Iterator

import polars as pl

from budget.rows import shape
from schemas.packed import ROWS, Packed, in_order
from schemas.tables import Provenances


def cited(table: str, lines: pl.DataFrame, key: list[str], champ: str, cell: str) -> pl.DataFrame:
    """A row per line whose column `cell` holds an address: a source of `champ`, in the row of `table` that bears the line's key."""
    placed = lines.filter(pl.col(cell).is_not_null())
    return shape(
        placed.select(
            "fichier", "feuille", table=pl.lit(table), cle=pl.concat_str(*key, separator="|"), champ=pl.lit(champ), cellule=pl.col(cell)
        ),
        Provenances,
    )


def in_table_order(cited: Packed) -> Iterator[pl.DataFrame]:
    """Table `provenances`, in its order, a frame at a time: table by table, then by the first signs of the key, which are the Pays's code
    or those of a hash. `cited`: its rows, in any order, some of them twice.
    """
    if cited.height <= ROWS:
        yield _each_once(cited.frame())
        return
    for name in sorted(cited.lazy().select("table").unique().collect()["table"]):
        mine = Packed.of(frame.filter(pl.col("table") == name) for frame in cited.frames())
        yield from map(_each_once, in_order(mine, "cle", 2))


def _each_once(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows in order, each once: looking at the one above takes a third of the memory of `unique`."""
    return rows.sort(pl.all()).filter(pl.struct(pl.all()).rle_id().diff().fill_null(1) != 0)
