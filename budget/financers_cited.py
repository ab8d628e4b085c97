"""The rules on what one file says of financers (`schemas.cofinancing`): their frames, and their findings."""

import polars as pl

from budget.financers import NAMED, with_financer
from budget.frames import Batch, with_cells
from budget.lines import LINE, pays_name
from budget.validate import Located, check_group
from schemas import cofinancing as models
from schemas.financers import OWN_RESOURCES, FinancerDirectory


def single_file_findings(batch: Batch, directory: FinancerDirectory) -> list[Located]:
    """COF406, COF407 and COF409: what one file says of financers, whatever the others say."""
    named = _named_financers(batch, directory)
    unknown = named.filter(~pl.col("connu"))["financeur"].unique().to_list()
    near = pl.DataFrame({"financeur": unknown, "proches": [directory.like(name) for name in unknown]}, schema=_NEAR)
    named = named.join(near, on="financeur", how="left", maintain_order="left")
    paid = _paid_and_voted(batch)
    return check_group(models.FinanceursCites, named) + check_group(models.VersesEtVotes, paid)


_NEAR = {"financeur": pl.String(), "proches": pl.List(pl.String())}


def _paid_and_voted(batch: Batch) -> pl.DataFrame:
    """Model VersesEtVotes."""
    rows = with_cells(batch.sheets["engagements"], batch, "engagements", "vote_eur", "verse_eur")
    # A row that could be about any line leaves its file unjudged.
    lost = rows.filter(pl.any_horizontal(pl.col(name).is_null() for name in LINE)).select("fichier").unique()
    rows = rows.join(lost, on="fichier", how="anti", maintain_order="left")
    cells = [pl.concat_str("feuille", f"cellule_{name}", separator="!") for name in ("vote_eur", "verse_eur")]
    sums = rows.group_by("fichier", *LINE, maintain_order=True).agg(
        pl.col("feuille").first(),
        *(pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()) for name in ("vote_eur", "verse_eur")),
        sources=pl.concat([c.drop_nulls() for c in cells]),
    )
    return sums.with_columns(pays_name())


def _named_financers(batch: Batch, directory: FinancerDirectory) -> pl.DataFrame:
    """Model FinanceursCites: each financer once per file and sheet, at the first cell that names it.

    Own resources are no financer. A row whose type could not be read says so itself. A row that leaves its financer to the
    Identification is found there.
    """
    identity = with_cells(batch.sheets["identification"].with_columns(ligne=_line(batch)), batch, "identification", "financeur")
    rows = with_cells(batch.sheets["engagements"], batch, "engagements", "financeur")
    plan = with_cells(batch.sheets["plan"].filter(pl.col("type_financeur") != OWN_RESOURCES), batch, "plan", "financeur")
    columns = ["fichier", "feuille", "ligne", *NAMED, pl.col("cellule_financeur").alias("cellule")]
    head = identity.select("fichier", "financeur", "type_financeur", "siret")
    own = rows.join(head, on=["fichier", *NAMED], how="anti", nulls_equal=True, maintain_order="left")
    cited = pl.concat([f.select(columns) for f in (identity, own, plan)])
    cited = cited.filter(pl.col("financeur").is_not_null() & pl.col("type_financeur").is_not_null())
    first = cited.sort("fichier", "feuille", "ligne").group_by("fichier", "feuille", *NAMED, maintain_order=True).agg(
        pl.col("cellule").first(), sources=pl.concat_str("feuille", "cellule", separator="!")
    )  # fmt: skip
    found = with_financer(first, directory)
    return found.with_columns(connu=pl.col("par_siren").is_not_null() | pl.col("par_nom").is_not_null())


def _line(batch: Batch) -> pl.Expr:
    """The row of « Financeur » in each Identification."""
    places = batch.positions.filter((pl.col("kind") == "identification") & (pl.col("champ") == "financeur"))
    return pl.col("fichier").replace_strict(dict(places.select("fichier", "ligne").iter_rows()), default=None, return_dtype=pl.Int64)
