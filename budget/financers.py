"""Who each line names: the financer behind it, whether it is known, and whether SIREN and name agree (contract §1)."""

import polars as pl

from budget.frames import Batch
from schemas.financers import FinancerDirectory
from schemas.text import normalise

NAMED = ["financeur", "type_financeur", "siret"]
SPELLED = ["financeur_id", "financeur_nom", "type_connu"]
"""A financer, with its name and its type as one line has them."""
_FOUND = dict.fromkeys(("financeur_id", "financeur_nom", "type_connu", "par_siren", "par_nom"), pl.String())


def with_financer(frame: pl.DataFrame, directory: FinancerDirectory) -> pl.DataFrame:
    """Add `financeur_id, financeur_nom, type_connu` (an unknown one as written), and whom SIREN and name point to, `par_siren, par_nom`."""
    given = frame.select(NAMED).unique().sort(NAMED)
    rows = []
    for name, kind, siret in given.iter_rows():
        by_siren, by_name = directory.match(name, kind, siret)
        found = directory.find(name, kind, siret)
        rows.append((found.code, found.name, found.type, by_siren and by_siren.name, by_name and by_name.name))
    named = pl.concat([given, pl.DataFrame(rows, schema=_FOUND, orient="row")], how="horizontal")
    return frame.join(named, on=NAMED, how="left", nulls_equal=True, maintain_order="left")


def names(*frames: pl.DataFrame) -> pl.DataFrame:
    """One name and type per financer, `financeur_id, financeur, type_financeur`: the spelling most used, then the first of the alphabet."""
    said = pl.concat([f.select(SPELLED) for f in frames])
    counted = said.group_by(pl.all()).len().sort(pl.col("len"), "financeur_nom", descending=[True, False])
    one = counted.unique("financeur_id", keep="first", maintain_order=True)
    return one.select("financeur_id", financeur="financeur_nom", type_financeur="type_connu")


def statement_rows(engagements: pl.DataFrame, batch: Batch, directory: FinancerDirectory) -> pl.DataFrame:
    """The rows of Engagements, each with its financer (`with_financer`).

    Their `siret` is the Identification's, on the rows that bear the name which the Identification gives.
    """
    identity = batch.sheets["identification"].select("fichier", nom="financeur", genre="type_financeur", numero="siret")
    rows = engagements.join(identity, on="fichier", how="left", maintain_order="left")
    same = (_normal("financeur", rows) == _normal("nom", rows)) & (pl.col("type_financeur") == pl.col("genre"))
    return with_financer(rows.with_columns(siret=pl.when(same).then(pl.col("numero"))).drop("nom", "genre", "numero"), directory)


def _normal(column: str, frame: pl.DataFrame) -> pl.Expr:
    words = frame[column].drop_nulls().unique().to_list()
    return pl.col(column).replace_strict({word: normalise(word) for word in words}, default=None, return_dtype=pl.String)


def statement_financers(batch: Batch, directory: FinancerDirectory) -> pl.DataFrame:
    """The financers for whom each statement speaks, `fichier, financeur_id, financeur_nom`: its rows', else its Identification's."""
    rows = batch.sheets["engagements"].filter(pl.col("financeur").is_not_null())
    heads = batch.sheets["identification"].filter(pl.col("financeur").is_not_null()).join(rows, on="fichier", how="anti")
    wanted = ["fichier", "financeur_id", "financeur_nom"]
    both = pl.concat([rows.select(wanted), with_financer(heads.select("fichier", *NAMED), directory).select(wanted)])
    return both.unique().sort(pl.all())


def statement_names(batch: Batch, directory: FinancerDirectory) -> dict[str, str]:
    """The financer of each statement, in words; `plusieurs` where its rows name several."""
    found = statement_financers(batch, directory).group_by("fichier").agg(pl.col("financeur_id").n_unique(), pl.col("financeur_nom").min())
    return {path: name if count == 1 else "plusieurs" for path, count, name in found.iter_rows()}
