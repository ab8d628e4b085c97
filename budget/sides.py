"""The two sides of a financing, line by line: the plans of the accepted dossiers, and what the financers say (contract §4, `financements`).

Own resources are no financer. « Sous réserve » amounts are hoped for on both sides. The Région's side is its decisions, spread over
their years, and its payments.
"""

import polars as pl

from budget.financers import with_financer
from budget.frames import MONEY, ZERO, Batch
from budget.groups import plan_lines
from budget.lines import LINE, PROJECT
from budget.shares import shares, without_reserve
from schemas.decisions import CANCELLATION, REFUSAL
from schemas.financers import COMMUNE, OWN_RESOURCES, REGION, REGION_CODE, FinancerDirectory
from schemas.financing import DECISION_LINE, PAYMENT_LINE, STATEMENT_LINE
from schemas.plan import REFUSED
from schemas.tables import KEPT

_IDENTITY = {"financeur_id": REGION_CODE, "financeur_nom": "Région Bretagne", "type_connu": REGION}
SAID = (*LINE, "financeur_nom", "type_connu", "campagne", "origine", "fichier", "feuille", "ligne", "vote_eur", "ferme_eur", "verse_eur",
        "date_vote", "reference", "cellule_vote", "cellule_verse")  # fmt: skip
"""The columns of a line of the financer's side. `ferme_eur`: what the line confirms; the rest of its vote is hoped for."""


def dossier_lines(batch: Batch, covered: pl.DataFrame, directory: FinancerDirectory) -> pl.DataFrame:
    """A row per line of the plans that cover their exercice, with what it asks, secures, declares (`sollicite_eur, acquis_eur, …`).

    `acquis_eur` is without what is refused or « sous réserve », which `reserve_eur` holds; `demande_eur` without what is refused;
    `prouve_eur` is what a date and a reference declare, a commune's only for the year of its vote; `montant_eur` the line's amount.
    """
    plan = plan_lines(batch).filter(pl.col("type_financeur") != OWN_RESOURCES)
    plan = plan.join(covered, on=["fichier", "exercice"], maintain_order="left")
    plan = with_financer(plan, directory)
    live = (pl.col("statut") != REFUSED).fill_null(True)
    plan = plan.with_columns(
        acquis_eur=_where(live & ~pl.col("sous_reserve"), "acquis_eur"),
        reserve_eur=_where(live & pl.col("sous_reserve"), "acquis_eur"),
        demande_eur=_where(live, "sollicite_eur"),
    )
    proven = pl.col("date_decision").is_not_null() & pl.col("reference").is_not_null()
    late = (pl.col("type_connu") == COMMUNE) & (pl.col("exercice") > pl.col("date_decision").dt.year())
    return plan.with_columns(prouve_eur=_where(proven & ~late.fill_null(False), "acquis_eur"))


def _where(condition: pl.Expr, amount: str) -> pl.Expr:
    return pl.when(condition).then(pl.col(amount)).otherwise(ZERO)


def said_lines(stated: pl.DataFrame, decisions: pl.DataFrame, payments: pl.DataFrame, campaigns: pl.DataFrame) -> pl.DataFrame:
    """All lines of the financers' side, columns SAID. `stated`: the rows of the statements; `campaigns`: `fichier, campagne`."""
    return pl.concat([statement_lines(stated), region_lines(decisions, payments, campaigns)])


def statement_lines(rows: pl.DataFrame) -> pl.DataFrame:
    """The lines of the statements that count (`Statements.rows`), columns SAID. A vote is no later than the day its statement is dated."""
    voted = pl.coalesce(pl.col("date_deliberation"), pl.col("date_depot")).dt.year()
    late = (pl.col("type_connu") == COMMUNE) & (pl.col("exercice") > voted)
    return rows.filter(pl.col("etat") == KEPT).with_columns(
        origine=pl.lit(STATEMENT_LINE),
        ferme_eur=_where(~pl.col("sous_reserve") & ~late.fill_null(False), "vote_eur"),
        date_vote="date_deliberation",
        cellule_vote="cellule_vote_eur",
        cellule_verse="cellule_verse_eur",
    ).select(SAID)  # fmt: skip


def region_lines(decisions: pl.DataFrame, payments: pl.DataFrame, campaigns: pl.DataFrame) -> pl.DataFrame:
    """The Région's lines, columns SAID: a decision's share of each exercice, each payment. `campaigns`: `fichier, campagne`."""
    named = {name: pl.lit(value) for name, value in _IDENTITY.items()}
    nothing = pl.lit(None, MONEY)
    voted = shares(decisions).with_columns(
        **named,
        origine=pl.lit(DECISION_LINE),
        vote_eur=pl.col("part_eur"),
        ferme_eur=_where(without_reserve(), "part_eur"),
        verse_eur=nothing,
        date_vote=pl.col("date_decision"),
        cellule_vote=pl.col("cellule"),
        cellule_verse=pl.lit(None, pl.String),
    )
    paid = payments.with_columns(
        **named,
        origine=pl.lit(PAYMENT_LINE),
        vote_eur=nothing,
        ferme_eur=ZERO,
        verse_eur=pl.col("montant_eur"),
        date_vote=pl.col("date_emission"),
        reference=pl.col("numero_mandat"),
        cellule_vote=pl.lit(None, pl.String),
        cellule_verse=pl.col("cellule"),
    )
    both = [f.join(campaigns, on="fichier", how="left", maintain_order="left").select(SAID) for f in (voted, paid)]
    return pl.concat(both)


def refusals(decisions: pl.DataFrame, covered: pl.DataFrame) -> pl.DataFrame:
    """The Région's exercices (`PROJECT, exercice`) whose last decision, no older than the accepted dossier, refuses or cancels the aid."""
    said = shares(decisions).join(covered.select(*PROJECT, "exercice", "date_depot"), on=[*PROJECT, "exercice"])
    ends = pl.col("nature").is_in([REFUSAL, CANCELLATION])
    order = ["date_decision", pl.lit(1) - ends.cast(pl.Int64), "fichier", "feuille", "ligne"]
    last = said.filter(pl.col("date_decision") >= pl.col("date_depot")).sort(order).unique([*PROJECT, "exercice"], keep="last")
    return last.filter(ends).select(*PROJECT, "exercice")
