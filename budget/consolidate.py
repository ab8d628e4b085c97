"""From the files that count to the tables of their rows: budget lines, votes, decisions, payments, accounts rendered."""

import polars as pl

from budget.decide import Decided
from budget.frames import Batch, with_cells
from budget.lines import PROJECT
from budget.rows import identities, in_order, kept_rows, rank_of_file, shape, united_rows
from schemas.decisions import signed_payment, signed_vote
from schemas.tables import KEPT, UPDATED, BudgetLines, DecisionsRegion, MandatsRegion, Realises, Votes

_SOURCE = ["fichier", "feuille", "ligne"]


def budget_table(batch: Batch, decided: Decided, covered: pl.DataFrame) -> pl.DataFrame:
    """Table `budget`: the lines that count, each with its source cell; a line of 0 is no line.

    Of several campaigns that cover one exercice of a project, the latest counts (contract §2.3): `covered` is what `coverage` gives.
    """
    known = ["fichier", "feuille", "exercice", "compte", "libelle", "sens", "montant_eur", "cellule"]
    lines = batch.sheets["budget"].select(*known, "compte_seul").filter("compte_seul", pl.col("montant_eur") != 0)
    files = identities(batch).join(decided.counting(), on="fichier", how="semi")
    latest = covered.select("fichier", "exercice", retenu=pl.lit(True))
    joined = lines.join(files, on="fichier", maintain_order="left").join(
        latest, on=["fichier", "exercice"], how="left", maintain_order="left"
    )
    states = joined.with_columns(etat=pl.when(pl.col("retenu")).then(pl.lit(KEPT)).otherwise(pl.lit(UPDATED)))
    return in_order(shape(states, BudgetLines), [*PROJECT, "campagne", "exercice", "fichier", "feuille"])


def votes_table(rows: pl.DataFrame) -> pl.DataFrame:
    """Table `votes`: the rows of the statements that count (`Statements.rows`)."""
    named = rows.with_columns(financeur=pl.col("financeur_nom"), type_financeur=pl.col("type_connu"), cellule=pl.col("cellule_vote_eur"))
    return in_order(shape(named, Votes), _SOURCE)


def decisions_table(batch: Batch, decided: Decided) -> pl.DataFrame:
    """Table `decisions`: the Région's decisions that count, amounts signed."""
    rows = with_cells(united_rows("decisions", decided), batch, "decisions", "vote_eur")
    signed = rows.with_columns(vote_eur=signed_vote(), cellule=pl.col("cellule_vote_eur"))
    return in_order(shape(signed, DecisionsRegion), _SOURCE)


def mandats_table(batch: Batch, decided: Decided) -> pl.DataFrame:
    """Table `mandats`: the Région's payments that count, amounts signed."""
    rows = with_cells(united_rows("mandats", decided), batch, "mandats", "montant_eur")
    signed = rows.with_columns(montant_eur=signed_payment(), cellule=pl.col("cellule_montant_eur"))
    return in_order(shape(signed, MandatsRegion), _SOURCE)


def realises_table(batch: Batch, decided: Decided) -> pl.DataFrame:
    """Table `realises`: the lines of the comptes rendus that count.

    Of several that speak of one exercice of a project, that of the latest campaign counts, then the latest file.
    """
    rows = with_cells(kept_rows("realise", batch, decided), batch, "realise", "prevu_eur", "realise_eur")
    joined = rows.join(identities(batch), on="fichier", how="left", maintain_order="left")
    rank = pl.col("campagne") * (len(decided.standings) + 1) + rank_of_file(decided)
    latest = rank == rank.max().over(*PROJECT, "exercice")
    states = joined.with_columns(
        cellule=pl.col("cellule_realise_eur"),
        cellule_prevu=pl.col("cellule_prevu_eur"),
        etat=pl.when(latest).then(pl.lit(KEPT)).otherwise(pl.lit(UPDATED)),
    )
    return in_order(shape(states, Realises), [*PROJECT, *_SOURCE])
