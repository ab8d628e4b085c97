"""What the views add up: which lines count, sums of known amounts, the totals of a budget, what is asked of the Région."""

from decimal import Decimal

import polars as pl

from schemas.accounts import IN_KIND, SUBSIDIES
from schemas.financers import OWN_RESOURCES, REGION
from schemas.packed import drawn
from schemas.tables import KEPT

EUROS = pl.Decimal(38, 2)
IN_KIND_LINE = pl.col("compte").str.head(2).is_in(list(IN_KIND))
COUNTED = (pl.col("etat") == KEPT) & ~IN_KIND_LINE
CHARGE = pl.col("sens") == "charge"
OTHERS = ~pl.col("type_financeur").is_in([REGION, OWN_RESOURCES])
SHARES = ("confirme_eur", "declare_eur", "espere_eur")
OWN = COUNTED & ~CHARGE & ~pl.col("compte").str.starts_with(SUBSIDIES)
OURS = pl.col("type_financeur") == REGION


def known_sum(name: str) -> pl.Expr:
    """The sum of the known amounts; null where none is known."""
    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).cast(EUROS).alias(name)


def sums(rows: pl.LazyFrame, by: list[str], names: tuple[str, ...]) -> pl.LazyFrame:
    """The known sums of these columns, a row per group."""
    return rows.group_by(by).agg(known_sum(name) for name in names)


def total(frame: pl.DataFrame, name: str) -> Decimal:
    """The sum of a column; 0 where nothing is known."""
    return Decimal(frame[name].sum() or 0)


def totals(rows: pl.LazyFrame, **amounts: pl.Expr) -> dict[str, Decimal]:
    """The sums of these amounts, by name; 0 where nothing is known."""
    found = drawn(rows.select(amount.sum().alias(name) for name, amount in amounts.items())).row(0, named=True)
    return {name: Decimal(found[name] or 0) for name in amounts}


def budget_totals(budget: pl.LazyFrame, by: list[str]) -> pl.LazyFrame:
    """Cost, contributions in kind, produits and own resources of the retained lines, a row per group."""
    amount = pl.col("montant_eur")
    in_kind = (pl.col("etat") == KEPT) & IN_KIND_LINE & CHARGE
    return budget.filter(pl.col("etat") == KEPT).group_by(by).agg(
        amount.filter(COUNTED & CHARGE).sum().alias("cout_eur"),
        amount.filter(in_kind).sum().alias("nature_eur"),
        amount.filter(COUNTED & ~CHARGE).sum().alias("_produits"),
        amount.filter(OWN).sum().alias("propres_eur"),
    )  # fmt: skip


def asked_of_region(funding: pl.LazyFrame, by: list[str]) -> pl.LazyFrame:
    """What the dossiers ask of the Région: the amount sollicité, or acquis where nothing is asked."""
    ours = funding.filter(OURS).with_columns(demande_eur=asked_amount())
    return sums(ours, by, ("demande_eur",))


def asked_amount() -> pl.Expr:
    """Of a financing by the Région: the amount sollicité, or acquis where nothing is asked."""
    return pl.when(pl.col("sollicite_eur") > 0).then(pl.col("sollicite_eur")).otherwise(pl.col("acquis_eur"))
