"""Which rows of the sheets count, and what every table says of its files: kept, united across files, shaped as the table's model."""

import polars as pl

from budget.frames import Batch
from budget.lines import PROJECT, account_lines
from budget.standing import Decided
from schemas.pays import all_pays
from schemas.spec import DOSSIERS
from schemas.tables import Table, polars_schema


def shape(frame: pl.DataFrame, model: type[Table]) -> pl.DataFrame:
    """The model's columns, in its order and types, sorted by its key."""
    schema = polars_schema(model)
    return frame.select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def identities(batch: Batch) -> pl.DataFrame:
    """A row per dossier or compte rendu: `fichier, pays_code, projet, volet, campagne, pays, pole, porteur`."""
    volet = (
        pl.when(pl.col("type_document") == DOSSIERS[0])
        .then(pl.lit("préfiguration"))
        .when(pl.col("type_document") == DOSSIERS[1])
        .then(pl.lit("fonctionnement"))
        .otherwise(pl.col("volet"))
    )
    return batch.sheets["identification"].select(
        "fichier",
        "type_document",
        "pays_code",
        "projet",
        volet.alias("volet"),
        "campagne",
        "pole",
        "date_depot",
        "date_fin",
        pays=pl.col("pays_code").replace_strict({p.code: p.name for p in all_pays().values()}, default=None),
        porteur="structure_porteuse",
    )


def in_order(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Sort by keys, keeping the order of lines within them: the sheet's own."""
    return frame.sort(keys, maintain_order=True)


def kept_rows(kind: str, batch: Batch, decided: Decided) -> pl.DataFrame:
    """The rows of a sheet whose file counts and which no error sets aside."""
    rows = batch.sheets[kind].join(decided.counting(), on="fichier", how="semi", maintain_order="left")
    aside = decided.rows_set_aside.filter(pl.col("kind") == kind)
    return rows.join(aside, on=["fichier", "ligne"], how="anti", maintain_order="left")


def rank_of_file(decided: Decided) -> pl.Expr:
    """The rank of each row's file among all: by date of deposit, version, arrival, path."""
    return pl.col("fichier").replace_strict(decided.ranks, default=0, return_dtype=pl.Int64)


def spoken_of(batch: Batch) -> pl.DataFrame:
    """The exercices for which a file has a budget or a plan: `fichier, exercice`."""
    lines = account_lines(batch.sheets["budget"].select("fichier", "exercice", "compte_seul"))
    return pl.concat([f.select("fichier", "exercice").unique() for f in (lines, batch.sheets["plan"])]).drop_nulls().unique()


def coverage(spoken: pl.DataFrame, batch: Batch, decided: Decided) -> pl.DataFrame:
    """The accepted dossier of each project and exercice: the latest campaign's of those with a budget or a plan for it (contract §2.3).

    `spoken`: what `spoken_of` gives; `batch` has the Identification of these files. A row per project and exercice: `campagne, fichier,
    date_depot`.
    """
    counted = spoken.join(decided.counting(), on="fichier", how="semi")
    mine = counted.join(identities(batch).select("fichier", *PROJECT, "campagne", "date_depot"), on="fichier")
    return mine.filter(pl.col("campagne") == pl.col("campagne").max().over(*PROJECT, "exercice"))


def united_rows(kind: str, decided: Decided) -> pl.DataFrame:
    """The rows of Décisions Région that count, united across files (contract §2.2)."""
    return decided.word.rows[kind]
