"""Which cells a figure comes from: rows of the table `provenances`."""

from collections.abc import Iterator, Sequence

import polars as pl

from budget.parts import Territory
from budget.rows import shape
from schemas.packed import Packed
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


def in_table_order(parts: Sequence[tuple[Territory, Packed]], others: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Table `provenances`, in its order, a frame at a time: table by table, and Pays by Pays where it is worked out so.

    `parts`: sources whose key starts with the Pays, by the Pays that they are about; `others`: all others, which may add to these.
    """
    by_pays = {name for _, cited in parts for name in cited.lazy().select("table").unique().collect()["table"]}
    for name in sorted(by_pays | set(others["table"])):
        mine = others.filter(pl.col("table") == name)
        if name not in by_pays:
            yield _each_once(mine)
            continue
        pays = pl.col("cle").str.head(2)
        for codes, cited in parts:
            here = cited.lazy().filter(pl.col("table") == name).collect()
            yield _each_once(pl.concat([here, mine.filter(pays.is_in([code for code in codes if code]))]))


def _each_once(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows in order, each once: looking at the one above takes a third of the memory of `unique`."""
    return rows.sort(pl.all()).filter(pl.struct(pl.all()).rle_id().diff().fill_null(1) != 0)
