"""The Région's own word: the rows of Décisions Région that are believed, united across files (contract §2.2)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from budget.errors import Errors
from budget.frames import Batch, with_cells
from schemas.documents import SHEETS
from schemas.spec import DECISIONS, DOCUMENTS
from schemas.text import normalise

KINDS = DOCUMENTS[DECISIONS].optional
_ASIDE = {
    "decisions": ("vote_eur", "date_decision", "date_convention"),
    "etapes": ("date_etape",),
    "derogations": ("valeur_autorisee", "du", "au"),
    "arbitrages": ("date_arbitrage",),
}
"""Amounts and dates: what may differ between two rows that are one."""
_SHOWN = {"decisions": "vote_eur", "etapes": "etape", "mandats": "montant_eur", "derogations": "valeur_autorisee", "arbitrages": "action"}
"""The column whose cell stands for the row."""
_COMPLETED = {"decisions": ("beneficiaire", "siret", "numero_engagement"), "mandats": ("numero_engagement",)}
"""What the service fills in later: blank in a file and known in another one, it does not make a second decision or payment."""
_PLACE = ("fichier", "feuille", "ligne")
_TOLD_TWICE = ("decisions", "mandats")
"""Kinds whose rows are each one decision or payment: two different ones of one key in one file are said, and both count."""
Order = Mapping[str, int]
"""The rank of each file, from the earliest to the latest."""


@dataclass(frozen=True)
class RegionWord:
    """By kind of sheet, the rows that count, with `adresse` and `rang`; those of one key that differ (model LignesRepetees)."""

    rows: Mapping[str, pl.DataFrame]
    repeated: pl.DataFrame


def key_of_rows(kind: str) -> list[str]:
    """What makes two rows one decision, payment, stage, waiver or ruling: all but amounts and dates, and for payments their numbers."""
    if kind == "mandats":
        return ["numero_engagement", "numero_mandat", "nature"]
    return [name for name in _content(kind) if name not in (*_ASIDE[kind], "sous_reserve")]


def _content(kind: str) -> list[str]:
    return [name for name in SHEETS[kind][1].to_schema().columns if name not in _PLACE]


def region_word(batch: Batch, errors: Errors, order: Order, excluded: Collection[str] = ()) -> RegionWord:
    """Unite the rows that are believed: of files in their folder that no error rejects and no ruling excludes."""
    files = batch.sheets["identification"].filter((pl.col("type_document") == DECISIONS) & pl.col("dans_dossier_region"))
    believed = files.filter(~pl.col("fichier").is_in([*errors.by_file, *excluded])).select("fichier")
    united = {kind: _unite(kind, _believed_rows(kind, batch, believed, errors), order) for kind in KINDS}
    return RegionWord({kind: rows for kind, (rows, _) in united.items()}, pl.concat([repeated for _, repeated in united.values()]))


def _believed_rows(kind: str, batch: Batch, believed: pl.DataFrame, errors: Errors) -> pl.DataFrame:
    if believed.is_empty():
        # A dossier checked alone: nothing of this is worth the time of working it out.
        return batch.sheets[kind].clear().with_columns(adresse=pl.lit(None, pl.String))
    rows = batch.sheets[kind].join(believed, on="fichier", how="semi", maintain_order="left")
    aside = errors.rows.filter(pl.col("kind") == kind)
    kept = rows.join(aside, on=["fichier", "ligne"], how="anti", maintain_order="left")
    if kind == "mandats":
        # A payment made bears no reserve: one that does is hoped for (CEL110).
        kept = kept.filter(~pl.col("sous_reserve"))
    return with_cells(kept, batch, kind, _SHOWN[kind]).rename({f"cellule_{_SHOWN[kind]}": "adresse"})


def _unite(kind: str, rows: pl.DataFrame, order: Order) -> tuple[pl.DataFrame, pl.DataFrame]:
    """For one key, the rows of the latest file, each content once; and the rows whose content another of that key contradicts.

    Texts are compared without case, accents or punctuation.
    """
    if rows.is_empty():
        return rows.with_columns(rang=pl.lit(0, pl.Int64)), pl.DataFrame(schema=_REPEATED)
    key, content = [f"_{name}" for name in key_of_rows(kind)], [f"_{name}" for name in _content(kind)]
    rank = pl.col("fichier").replace_strict(order, default=0, return_dtype=pl.Int64)
    compared = rows.with_columns(rang=rank).with_columns(_compared(rows, name) for name in _content(kind))
    compared = _completed(kind, compared, key)
    distinct = compared.sort("rang", "ligne").unique(["fichier", *content], keep="first", maintain_order=True)
    latest = pl.col("rang") == pl.col("rang").max().over(key)
    kept, others = distinct.filter(latest), distinct.filter(~latest)
    answers = kept.unique(key, keep="first", maintain_order=True).select(
        *key, autre="fichier", autre_feuille="feuille", autre_ligne="ligne", autre_adresse="adresse"
    )
    told = [_contradicted(others, kept, key, content)]
    if kind in _TOLD_TWICE:
        told.append(kept.filter(pl.int_range(pl.len()).over(key) > 0))
    repeated = pl.concat(told).join(answers, on=key, how="left", nulls_equal=True, maintain_order="left")
    return kept.sort("fichier", "ligne").drop(content), _as_group(repeated)


def _completed(kind: str, compared: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Fill what a row leaves blank, in the columns compared, where other files give one value alone for the same row."""
    names = [f"_{name}" for name in _COMPLETED.get(kind, ())]
    if not names:
        return compared
    same = [name for name in key if name not in names]
    if kind == "mandats":
        # A payment's number is not enough alone: it may be given again for another Pays or exercice.
        same += ["_pays_code", "_projet", "_volet", "_exercice"]
    filled = []
    for name in names:
        known = pl.col(name).drop_nulls()
        alone = (known.n_unique().over(same) == 1) & ~pl.col(name).is_not_null().any().over([*same, "fichier"])
        filled.append(pl.when(pl.col(name).is_null() & alone).then(known.first().over(same)).otherwise(pl.col(name)).alias(name))
    return compared.with_columns(filled)


def _contradicted(others: pl.DataFrame, kept: pl.DataFrame, key: list[str], content: list[str]) -> pl.DataFrame:
    """The rows of which no kept row of the same key says all that they say; one that leaves a blank contradicts nothing."""
    free = [name for name in content if name not in key]
    pairs = others.with_row_index("_rang").join(kept.select(content), on=key, how="inner", nulls_equal=True, suffix="_retenu")
    agree = [pl.col(name).is_null() | pl.col(name).eq_missing(pl.col(f"{name}_retenu")) for name in free]
    agreed = pairs.filter(agree)["_rang"].unique() if free else pairs["_rang"].unique()
    return others.with_row_index("_rang").filter(~pl.col("_rang").is_in(agreed.implode())).drop("_rang")


def _compared(rows: pl.DataFrame, name: str) -> pl.Expr:
    if rows.schema[name] != pl.String:
        return pl.col(name).alias(f"_{name}")
    words = rows[name].drop_nulls().unique().to_list()
    return pl.col(name).replace_strict({word: normalise(word) for word in words}, default=None, return_dtype=pl.String).alias(f"_{name}")


_REPEATED: dict[str, pl.DataType] = {
    "fichier": pl.String(), "feuille": pl.String(), "ligne": pl.Int64(), "autre": pl.String(), "autre_ligne": pl.Int64(),
    "seule": pl.Boolean(), "sources": pl.List(pl.String()),
    "ailleurs": pl.List(pl.Struct({"fichier": pl.String(), "feuille": pl.String(), "cellule": pl.String()})),
}  # fmt: skip


def _as_group(repeated: pl.DataFrame) -> pl.DataFrame:
    return repeated.select(
        "fichier",
        "feuille",
        "ligne",
        "autre",
        "autre_ligne",
        seule=pl.lit(value=False),
        sources=pl.concat_list(pl.concat_str("feuille", "adresse", separator="!")),
        ailleurs=pl.concat_list(pl.struct(fichier="autre", feuille="autre_feuille", cellule="autre_adresse")),
    )
