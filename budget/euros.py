"""Euros read in each file, and those that a counting file sets aside: what the controls compare with the tables."""

import polars as pl

from budget.decide import Decided
from budget.frames import MONEY, Batch
from budget.lines import read_by_file
from budget.region import KINDS
from budget.rows import kept_rows, united_rows
from schemas.decisions import signed_payment, signed_vote


def euros_by_file(batch: Batch, decided: Decided) -> pl.DataFrame:
    """A row per file of a part that has amounts: `fichier, lu_eur, ecarte_eur`."""
    return _read(batch).join(_set_aside(batch, decided), on="fichier", how="full", coalesce=True)


def _read(batch: Batch) -> pl.DataFrame:
    """Euros read in each file, whatever is decided of it: `fichier, lu_eur` (contract §4, depots)."""
    parts = [
        read_by_file(batch.sheets["budget"], batch.remainders),
        *(_sum(batch.sheets[kind], amount, "lu_eur") for kind, amount in _ROW_AMOUNTS.items()),
        _sum(batch.sheets["realise"], pl.col("realise_eur"), "lu_eur"),
    ]
    return pl.concat(parts).group_by("fichier").agg(pl.col("lu_eur").sum())


def _set_aside(batch: Batch, decided: Decided) -> pl.DataFrame:
    """Euros that a counting file sets aside: `fichier, ecarte_eur`: remainders of headings, rows in error or restated."""
    parts = [batch.remainders.select("fichier", ecarte_eur="reste_eur")]
    for kind, amount in _ROW_AMOUNTS.items():
        kept = united_rows(kind, decided) if kind in KINDS else kept_rows(kind, batch, decided)
        left = batch.sheets[kind].join(kept, on=["fichier", "ligne"], how="anti")
        parts.append(_sum(left, amount, "ecarte_eur"))
    return pl.concat(parts).group_by("fichier").agg(pl.col("ecarte_eur").sum())


_ROW_AMOUNTS = {"engagements": pl.col("vote_eur"), "decisions": signed_vote(), "mandats": signed_payment()}
"""The amount that each row of these sheets brings."""


def _sum(frame: pl.DataFrame, amount: pl.Expr, name: str) -> pl.DataFrame:
    return frame.group_by("fichier").agg(amount.sum().cast(MONEY).alias(name))
