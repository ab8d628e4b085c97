"""A vote spread over its years: equal cents truncated towards zero, the last year takes the remainder (contract §4, `echeancier`)."""

import polars as pl

from budget.frames import MONEY
from schemas.decisions import AMENDMENT, AWARD, CANCELLATION, REFUSAL

SETTLES = (AWARD, AMENDMENT, CANCELLATION, REFUSAL)
"""Natures of decisions that say something of the exercices they name; an ajournement puts it off."""


def without_reserve() -> pl.Expr:
    """Whether a decision is firm: one « sous réserve » is hoped for, never secured (contract §3, CEL110)."""
    return ~pl.col("sous_reserve").fill_null(False)


def shares(decisions: pl.DataFrame) -> pl.DataFrame:
    """A row per decision that settles something and exercice, with `part_eur`: the sum is the vote, to the cent."""
    cents = (pl.col("vote_eur") * 100).cast(pl.Int64)
    years, first = pl.col("duree_ans"), pl.col("premier_exercice")
    each = cents.sign() * (cents.abs() // years)
    spread = decisions.filter(pl.col("nature").is_in(SETTLES)).with_columns(
        _chaque=each, _dernier=cents - each * (years - 1), exercice=pl.int_ranges(first, first + years)
    )
    last = pl.col("exercice") == first + years - 1
    part = pl.when(last).then(pl.col("_dernier")).otherwise(pl.col("_chaque")).cast(MONEY) / pl.lit(100, MONEY)
    return spread.explode("exercice").with_columns(part_eur=part).drop("_chaque", "_dernier")
