"""The co-financers' statements: which of their rows count, which lines a newer statement drops (contract §2.2, §2.3)."""

from dataclasses import dataclass

import polars as pl

from budget.decide import Decided
from budget.financers import statement_financers
from budget.frames import Batch, with_cells
from budget.lines import LINE
from budget.rows import rank_of_file
from schemas.financers import OWN_RESOURCES, REGION_CODE, FinancerDirectory
from schemas.spec import STATEMENT
from schemas.tables import ACCEPTED, ACCEPTED_WITH_RESERVES, KEPT, NOT_COMPARED, REPLACED, UPDATED


@dataclass(frozen=True)
class Statements:
    """The accepted statements, financer by financer.

    `rows`: the rows of those that count, with `etat`; `unread`: their rows that errors set aside, whose key may hold nulls.
    `covered`: the exercices (`financeur_id, exercice`) for which a financer has answered.
    `followed`: each line of a statement that a newer one follows, `fichier` being the newer, `avant` the file of the line, `reprise`
    whether the newer has it still.
    """

    rows: pl.DataFrame
    unread: pl.DataFrame
    covered: pl.DataFrame
    followed: pl.DataFrame


def statements(batch: Batch, decided: Decided, directory: FinancerDirectory) -> Statements:
    """Of several statements of one financer and campaign the latest counts; of several campaigns, the latest that covers an exercice.

    A statement covers the exercices that its rows name, and the year of its campaign. The Région is compared with its decisions alone.
    """
    files = _files(batch, decided, directory)
    rows = _rows(batch, files)
    aside = decided.rows_set_aside.filter(pl.col("kind") == "engagements").with_columns(ecartee=pl.lit(True))
    rows = rows.join(aside.drop("kind"), on=["fichier", "ligne"], how="left", maintain_order="left")
    read, unread = rows.filter(pl.col("ecartee").is_null()), rows.filter("ecartee")
    winners = files.filter("compte").filter(pl.col("rang") == pl.col("rang").max().over("financeur_id", "campagne"))
    spans = _spans(winners, rows)
    latest = spans.group_by("financeur_id", "exercice").agg(derniere=pl.col("campagne").max())
    won = winners.select("fichier", "financeur_id", gagne=pl.lit(True))
    marked = read.join(won, on=["fichier", "financeur_id"], how="left", maintain_order="left")
    marked = marked.join(latest, on=["financeur_id", "exercice"], how="left", maintain_order="left").with_columns(
        etat=pl.when((pl.col("financeur_id") == REGION_CODE) | (pl.col("type_connu") == OWN_RESOURCES))
        .then(pl.lit(NOT_COMPARED))
        .when(pl.col("gagne").is_null())
        .then(pl.lit(REPLACED))
        .when(pl.col("campagne") < pl.col("derniere"))
        .then(pl.lit(UPDATED))
        .otherwise(pl.lit(KEPT))
    )
    counting = decided.counting()
    return Statements(
        marked.join(counting, on="fichier", how="semi", maintain_order="left"),
        unread.join(counting, on="fichier", how="semi", maintain_order="left"),
        latest.select("financeur_id", "exercice"),
        _followed(files, winners, spans, read, unread),
    )


def _files(batch: Batch, decided: Decided, directory: FinancerDirectory) -> pl.DataFrame:
    """A row per financer and statement accepted by its own rules: `fichier, financeur_id, campagne, date_depot, rang, compte`."""
    sound = [s for s in decided.standings if s.alone in (ACCEPTED, ACCEPTED_WITH_RESERVES)]
    accepted = {s.path: s.counts for s in sound if s.counts or s.decision == REPLACED}
    identity = batch.sheets["identification"].filter(pl.col("type_document") == STATEMENT, pl.col("fichier").is_in(list(accepted)))
    files = statement_financers(batch, directory).join(identity.select("fichier", "campagne", "date_depot"), on="fichier")
    compte = pl.col("fichier").replace_strict(accepted, default=False, return_dtype=pl.Boolean)
    return files.with_columns(rang=rank_of_file(decided), compte=compte)


def _rows(batch: Batch, files: pl.DataFrame) -> pl.DataFrame:
    """The rows of these statements, with the addresses of their amounts, and the campaign of their file."""
    facts = files.select("fichier", "campagne", "date_depot").unique()
    rows = batch.sheets["engagements"].join(facts, on="fichier", maintain_order="left")
    return with_cells(rows, batch, "engagements", "vote_eur", "verse_eur")


def _spans(winners: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """A row per statement that counts for a financer and exercice that it covers: `fichier, financeur_id, campagne, exercice`."""
    columns = ["fichier", "financeur_id", "campagne", "exercice"]
    named = rows.select("fichier", "financeur_id", "exercice").drop_nulls().join(winners, on=["fichier", "financeur_id"])
    own = winners.with_columns(exercice=pl.col("campagne"))
    return pl.concat([named.select(columns), own.select(columns)]).unique()


def _followed(files: pl.DataFrame, winners: pl.DataFrame, spans: pl.DataFrame, read: pl.DataFrame, unread: pl.DataFrame) -> pl.DataFrame:
    before = pl.col("fichier").shift(1)
    same = files.sort("rang").with_columns(avant=before.over("financeur_id", "campagne", order_by="rang"))
    same = same.join(winners, on=["fichier", "financeur_id"], how="semi").drop_nulls("avant").select("fichier", "avant", "financeur_id")
    cross = spans.with_columns(avant=before.over("financeur_id", "exercice", order_by="campagne")).drop_nulls("avant")
    lines = read.filter(pl.col("vote_eur") > 0).select(*LINE, "feuille", "vote_eur", "cellule_vote_eur", avant="fichier")
    followed = pl.concat(
        [
            same.join(lines, on=["avant", "financeur_id"]).select("fichier", *lines.columns),
            cross.join(lines, on=["avant", "financeur_id", "exercice"]).select("fichier", *lines.columns),
        ]
    ).unique(["fichier", "avant", *LINE, "cellule_vote_eur"])
    # A row that could not be read may be the line: nothing is said of its statement.
    lost = unread.filter(pl.any_horizontal(pl.col(name).is_null() for name in LINE)).select("fichier").unique()
    still = pl.concat([f.select("fichier", *LINE) for f in (read, unread)]).unique().with_columns(reprise=pl.lit(True))
    known = followed.join(lost, on="fichier", how="anti")
    return known.join(still, on=["fichier", *LINE], how="left").with_columns(pl.col("reprise").fill_null(False))
