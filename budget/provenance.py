"""Which cells a figure comes from: rows of the table `provenances`."""

import polars as pl

from budget.rows import shape
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
