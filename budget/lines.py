"""What a line of money is about, and which lines of a budget count: the sub-lines where they have amounts, else their heading."""

import polars as pl

from schemas.pays import all_pays

PROJECT = ["pays_code", "projet", "volet"]
LINE = [*PROJECT, "exercice", "financeur_id"]
"""A financing: both sides are summed by it before they are compared (contract §4)."""
GROUP = ["fichier", "exercice", "rubrique"]
_NOTHING = pl.lit(0, pl.Decimal(38, 2))


def pays_name() -> pl.Expr:
    """The name of the Pays of each row, its code where it is none, as `pays`."""
    names = {p.code: p.name for p in all_pays().values()}
    return pl.col("pays_code").replace_strict(names, default=pl.col("pays_code"), return_dtype=pl.String).alias("pays")


def with_counted(budget: pl.DataFrame) -> pl.DataFrame:
    """Add `compte_seul`: whether the line itself counts, null for a stated total.

    A heading with sub-lines that bear amounts does not count; every other line does, one whose account is unknown included.
    """
    is_detail = pl.col("niveau") == "detail"
    detailed = (is_detail & (pl.col("montant_eur") != 0)).fill_null(False).any().over(GROUP)
    counts = is_detail | ~detailed | pl.col("rubrique").is_null()
    return budget.with_columns(compte_seul=pl.when(pl.col("niveau") != "total").then(counts))


def account_lines(budget: pl.DataFrame) -> pl.DataFrame:
    """The lines that are no stated total, of what `with_counted` gives."""
    return budget.filter(pl.col("compte_seul").is_not_null())


def heading_remainders(lines: pl.DataFrame) -> pl.DataFrame:
    """A row per file, exercice and heading that has both its own amount and sub-lines with amounts.

    `reste_eur` is what the heading says beyond them: set aside and shown (BUD304), 0 where it says less.
    """
    is_heading = pl.col("niveau") == "rubrique"
    unknown = pl.col("montant_eur").is_null() | (pl.col("montant_eur") < 0)
    grouped = lines.filter(pl.col("rubrique").is_not_null()).group_by(GROUP, maintain_order=True)
    rows = grouped.agg(
        pl.col("feuille").first(),
        pl.concat_str("feuille", "cellule", separator="!").alias("sources"),
        muet=unknown.any(),
        titre=(is_heading & (pl.col("montant_eur") != 0)).any() & (~pl.col("compte_seul")).any(),
        rubrique_eur=pl.col("montant_eur").filter(is_heading).sum(),
        detail_eur=pl.col("montant_eur").filter(~is_heading).sum(),
        cellule_rubrique=pl.col("cellule").filter(is_heading).first(),
    ).filter("titre")
    return rows.with_columns(reste_eur=pl.max_horizontal(pl.col("rubrique_eur") - pl.col("detail_eur"), _NOTHING)).drop("titre")


def read_by_file(budget: pl.DataFrame, remainders: pl.DataFrame) -> pl.DataFrame:
    """Euros read in each budget: `fichier, lu_eur`: the lines that count, and the headings' remainders."""
    counted = budget.lazy().filter("compte_seul").group_by("fichier").agg(lignes_eur=pl.col("montant_eur").sum()).collect()
    rest = remainders.group_by("fichier").agg(pl.col("reste_eur").sum())
    joined = counted.join(rest, on="fichier", how="left")
    return joined.select("fichier", lu_eur=pl.col("lignes_eur") + pl.col("reste_eur").fill_null(_NOTHING))
