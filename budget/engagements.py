"""What the Région voted, engaged and paid: tables `engagements` and `echeancier` (contract §4)."""

import polars as pl

from budget.frames import MONEY, ZERO
from budget.lines import PROJECT
from budget.provenance import cited
from budget.rows import in_order, shape
from budget.shares import shares, without_reserve
from schemas.decisions import CANCELLATION
from schemas.financers import REGION_CODE
from schemas.programme import ASKED, FIRM, Echeancier, Engagements

_ROW = pl.concat_str("fichier", "feuille", "ligne", separator="|").alias("decision")
_NUMBERED = [*PROJECT, "numero_engagement"]


def engagements_table(decisions: pl.DataFrame, payments: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Table `engagements`, a row per decision row, and its provenances.

    Payments go to the decisions that bear their number, else to the project's, oldest first, each up to what it engages; what is beyond
    goes to the last one. A payment of a project without any decision is in no row (DEC402 says so).
    """
    order = ["date_decision", "fichier", "feuille", "ligne"]
    rows = _with_engaged(decisions.sort(order)).with_columns(_ROW, place=pl.col("engage_eur").clip(0))
    numbers = rows.select(_NUMBERED).drop_nulls().unique().with_columns(vu=pl.lit(True))
    marked = payments.join(numbers, on=_NUMBERED, how="left", maintain_order="left")
    numbered, others = marked.filter("vu"), marked.filter(pl.col("vu").is_null()).drop("numero_engagement")
    rows = _allot(_allot(rows, numbered, _NUMBERED, "par_numero"), others, PROJECT, "par_projet")
    rows = rows.with_columns(mandate_eur=pl.col("par_numero") + pl.col("par_projet"))
    rows = rows.with_columns(reste_a_mandater_eur=pl.col("engage_eur") - pl.col("mandate_eur"))
    by_number = numbered.join(rows.filter(pl.col("par_numero") != 0).select("decision", *_NUMBERED), on=_NUMBERED)
    by_project = others.join(rows.filter(pl.col("par_projet") != 0).select("decision", *PROJECT), on=PROJECT)
    sources = [
        cited("engagements", rows.filter(pl.col("vote_eur") != 0), ["decision"], "vote_eur", "cellule"),
        cited("engagements", rows.filter(pl.col("engage_eur") != 0), ["decision"], "engage_eur", "cellule"),
        *(cited("engagements", paid, ["decision"], "mandate_eur", "cellule") for paid in (by_number, by_project)),
    ]
    return in_order(shape(rows, Engagements), ["decision"]), pl.concat(sources)


def _with_engaged(decisions: pl.DataFrame) -> pl.DataFrame:
    """Add `engage_eur`: the vote once its convention is signed; a cancellation takes back what the decisions it cancels engaged."""
    signed = pl.col("date_convention").is_not_null() & without_reserve()
    number = pl.col("numero_engagement").fill_null("")
    cancels = pl.col("nature") == CANCELLATION
    engaged = (signed & ~cancels).any()
    mine = pl.when(number == "").then(engaged.over(PROJECT)).otherwise(engaged.over(*PROJECT, number))
    return decisions.with_columns(engage_eur=pl.when(signed | (cancels & mine)).then(pl.col("vote_eur")).otherwise(ZERO))


def _allot(rows: pl.DataFrame, payments: pl.DataFrame, by: list[str], name: str) -> pl.DataFrame:
    """Add the payments of each group as column `name`, filling each row's free `place` in turn; the last row that votes takes the rest."""
    totals = payments.group_by(by).agg(a_imputer=pl.col("montant_eur").sum())
    joined = rows.join(totals, on=by, how="left", maintain_order="left").with_columns(pl.col("a_imputer").fill_null(ZERO))
    joined = joined.with_row_index("rang")
    free, rank = pl.col("place"), pl.col("rang")
    before = free.cum_sum().over(by) - free
    last = pl.coalesce(rank.filter(pl.col("vote_eur") > 0).max().over(by), rank.max().over(by))
    part = pl.min_horizontal(pl.max_horizontal(pl.col("a_imputer") - before, ZERO), free)
    joined = joined.with_columns(part=part.cast(MONEY), dernier=rank == last)
    beyond = pl.col("a_imputer") - pl.col("part").sum().over(by)
    joined = joined.with_columns((pl.col("part") + pl.when("dernier").then(beyond).otherwise(ZERO)).alias(name))
    return joined.with_columns(place=pl.max_horizontal(free - pl.col(name), ZERO)).drop("rang", "a_imputer", "part", "dernier")


def echeancier_table(decisions: pl.DataFrame, payments: pl.DataFrame, asked: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Table `echeancier` without scenario, and its provenances. `asked`: the lines of the plans that count (`Reconciled.asked`)."""
    key = [*PROJECT, "exercice"]
    spread = shares(decisions.filter(without_reserve()))
    due = spread.group_by(key).agg(prevu_eur=pl.col("part_eur").sum())
    paid = payments.group_by(key).agg(mandate_eur=pl.col("montant_eur").sum())
    firm = due.join(paid, on=key, how="full", coalesce=True).with_columns(nature=pl.lit(FIRM))
    wanted, lines = _requests(asked, spread)
    rows = pl.concat([firm, wanted.with_columns(mandate_eur=ZERO)], how="diagonal").with_columns(
        pl.col("prevu_eur", "mandate_eur").fill_null(ZERO)
    )
    rows = rows.filter((pl.col("prevu_eur") != 0) | (pl.col("mandate_eur") != 0))
    named = [*key, "nature"]
    sources = [
        cited("echeancier", spread.filter(pl.col("part_eur") != 0).with_columns(nature=pl.lit(FIRM)), named, "prevu_eur", "cellule"),
        cited("echeancier", payments.with_columns(nature=pl.lit(FIRM)), named, "mandate_eur", "cellule"),
        cited("echeancier", lines.with_columns(nature=pl.lit(ASKED)), named, "prevu_eur", "cellule"),
    ]
    return in_order(shape(rows, Echeancier), named), pl.concat(sources)


def _requests(asked: pl.DataFrame, spread: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What accepted dossiers ask of the Région beyond the votes, where no decision since their deposit has settled it; and its lines."""
    key = [*PROJECT, "exercice"]
    mine = asked.filter(pl.col("financeur_id") == REGION_CODE)
    sums = mine.group_by(key).agg(montant_eur=pl.col("montant_eur").sum(), date_depot=pl.col("date_depot").max())
    voted = spread.group_by(key).agg(part_eur=pl.col("part_eur").sum(), derniere=pl.col("date_decision").max())
    both = sums.join(voted, on=key, how="left")
    open_still = (pl.col("derniere") < pl.col("date_depot")).fill_null(True)
    rest = pl.col("montant_eur") - pl.max_horizontal(pl.col("part_eur").fill_null(ZERO), ZERO)
    wanted = both.filter(open_still, rest > 0).select(*key, prevu_eur=rest.cast(MONEY), nature=pl.lit(ASKED))
    return wanted, mine.filter(pl.col("montant_eur") != 0).join(wanted.select(key), on=key, how="semi")
