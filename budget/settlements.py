"""What is missing before the Région can pay a solde, and its share of what was really spent: table `soldes`."""

from datetime import date

import polars as pl

from budget.frames import MONEY, ZERO
from budget.lines import PROJECT
from budget.rendered import YEAR
from budget.rows import in_order, shape
from budget.shares import shares, without_reserve
from schemas.accounts import IN_KIND
from schemas.accounts_rendered import INCOMPLETE, PAYABLE, SETTLED, TO_COME, Soldes
from schemas.spec import VOLETS

_STUDY = VOLETS[0]
_RATE = pl.Decimal(38, 4)


def settlements_table(
    decisions: pl.DataFrame, engaged: pl.DataFrame, payments: pl.DataFrame, steps: pl.DataFrame, rendered: pl.LazyFrame, day: date
) -> pl.DataFrame:
    """Table `soldes` as of `day`, for each exercice with a vote. `engaged` and `rendered`: tables `engagements` and `compte_rendu`."""
    rows = _voted(decisions, engaged)
    rows = _with_paid(rows, payments)
    spent = rendered.filter(pl.col("sens") == "charge", ~pl.col("compte").str.starts_with(IN_KIND[0])).group_by(YEAR).agg(
        charges_prevues_eur=pl.col("prevu_eur").sum(), charges_realisees_eur=pl.col("realise_eur").sum()
    ).collect()  # fmt: skip
    rows = rows.join(spent, on=YEAR, how="left").join(_steps(steps, day), on=["pays_code", "projet"], how="left")
    rows = rows.with_columns(taux_region=_rate("vote_eur", "charges_realisees_eur"), manque=_missing())
    settled = (pl.col("mandate_eur") >= pl.col("vote_eur")) | pl.col("solde_mandate")
    state = (
        pl.when(settled).then(pl.lit(SETTLED))
        .when((pl.col("volet") != _STUDY) & (pl.col("exercice") >= day.year) | (pl.col("exercice") > day.year)).then(pl.lit(TO_COME))
        .when(pl.col("manque") == "").then(pl.lit(PAYABLE))
        .otherwise(pl.lit(INCOMPLETE))
    )  # fmt: skip
    done = pl.col("etat").is_in([SETTLED, TO_COME]) | (pl.col("manque") == "")
    rows = rows.with_columns(etat=state).with_columns(manque=pl.when(~done).then("manque"))
    return in_order(shape(rows.with_columns(reste_eur=pl.col("engage_eur") - pl.col("mandate_eur")), Soldes), YEAR)


def _voted(decisions: pl.DataFrame, engaged: pl.DataFrame) -> pl.DataFrame:
    """A row per exercice with a vote: its share of the votes, of what is engaged, the references without a convention, the first vote."""
    signed = engaged.filter((pl.col("engage_eur") != 0) | (pl.col("vote_eur") == 0)).select(
        "fichier", "feuille", "cellule", signe=pl.lit(True)
    )
    parts = shares(decisions.filter(without_reserve())).join(
        signed, on=["fichier", "feuille", "cellule"], how="left", maintain_order="left"
    )
    part, open_still = pl.col("part_eur"), pl.col("signe").is_null() & (pl.col("part_eur") > 0)
    name = pl.coalesce(pl.col("reference"), pl.lit("sans référence"))
    return parts.group_by(YEAR).agg(
        vote_eur=part.sum(),
        engage_eur=part.filter(pl.col("signe").is_not_null()).sum(),
        sans_convention=name.filter(open_still).unique().sort().str.join(", "),
        premier_vote=pl.col("date_decision").filter(part > 0).min(),
    ).filter(pl.col("vote_eur") > 0)  # fmt: skip


def _with_paid(rows: pl.DataFrame, payments: pl.DataFrame) -> pl.DataFrame:
    """Add `mandate_eur`, the project's payments from its oldest exercice on, and whether a solde of the exercice is paid."""
    totals = payments.group_by(PROJECT).agg(paye=pl.col("montant_eur").sum())
    last_ones = payments.filter(pl.col("nature") == "solde").select(YEAR).unique().with_columns(solde_mandate=pl.lit(True))
    joined = rows.sort(YEAR).join(totals, on=PROJECT, how="left", maintain_order="left").with_columns(pl.col("paye").fill_null(ZERO))
    before = pl.col("vote_eur").cum_sum().over(PROJECT) - pl.col("vote_eur")
    left = pl.max_horizontal(pl.col("paye") - before, ZERO)
    last = pl.col("exercice") == pl.col("exercice").max().over(PROJECT)
    filled = joined.with_columns(mandate_eur=pl.when(last).then(pl.col("paye") - pl.min_horizontal(before, "paye")).otherwise(
        pl.min_horizontal(left, "vote_eur")
    ).cast(MONEY))  # fmt: skip
    return filled.join(last_ones, on=YEAR, how="left", maintain_order="left").with_columns(pl.col("solde_mandate").fill_null(False))


def _steps(steps: pl.DataFrame, day: date) -> pl.DataFrame:
    """Per project, the last day of each step that a solde waits for."""
    known = steps.filter(pl.col("date_etape") <= day)
    wanted = {"rendue": "étude rendue", "recu": "compte rendu reçu"}
    return known.group_by("pays_code", "projet").agg(
        pl.col("date_etape").filter(pl.col("etape") == step).max().alias(name) for name, step in wanted.items()
    )


def _missing() -> pl.Expr:
    """What is missing, in words; an empty text where nothing is."""
    study = pl.col("volet") == _STUDY
    # A step names no exercice: it stands for those that were over on its day, and for a study whatever its year.
    told = pl.when(study).then(pl.col("recu") >= pl.col("premier_vote")).otherwise(pl.col("recu").dt.year() > pl.col("exercice"))
    needs = (
        (pl.col("sans_convention") != "", pl.format("la convention signée ({})", "sans_convention")),
        (study & pl.col("rendue").is_null(), pl.lit("l'étude rendue (étape à enregistrer)")),
        (
            pl.col("charges_realisees_eur").is_null() & ~told.fill_null(False),
            pl.format("le compte rendu financier de {}", "exercice"),
        ),
    )
    return pl.concat_str([pl.when(lacks).then(words) for lacks, words in needs], separator=" ; ", ignore_nulls=True)


def _rate(part: str, whole: str) -> pl.Expr:
    """A share with four decimals; null where the whole is unknown or 0."""
    ratio = pl.col(part).cast(pl.Decimal(38, 8)) / pl.col(whole).cast(pl.Decimal(38, 8))
    return pl.when(pl.col(whole) > 0).then(ratio.round(4, mode="half_away_from_zero").cast(_RATE))
