"""Statements that name a pôle and no Pays: pôles are known from the dossiers too, not only from the list of October 2010."""

from collections import defaultdict
from collections.abc import Collection, Sequence

import polars as pl

from budget.frames import Batch, with_cells
from budget.validate import Located
from schemas.finding import Finding
from schemas.pays import all_pays
from schemas.spec import DOSSIERS
from schemas.text import listing, normalise

_UNKNOWN = "IDE201"


def resolve_poles(
    batch: Batch, identification: pl.DataFrame, found: Sequence[Located], rejected: Collection[str]
) -> tuple[pl.DataFrame, list[Located]]:
    """The rows of Engagements with the Pays that their pôle names, and the findings without those that are answered.

    `identification`: that of all files.

    The pôles of the dossiers that nothing rejects count; one that several Pays use is IDE202.
    """
    rows = batch.sheets["engagements"]
    asked = with_cells(rows.filter(pl.col("pays_code").is_null() & pl.col("pole").is_not_null()), batch, "engagements", "pole")
    if asked.is_empty():
        return rows, list(found)
    known = _known_poles(identification, rejected)
    found_in: dict[tuple[str, str, str], list[str]] = {}
    for row in asked.iter_rows(named=True):
        if codes := known.get(normalise(row["pole"])):
            found_in[row["fichier"], row["feuille"], row["cellule_pole"]] = codes
    answers = [(r["fichier"], r["ligne"], found_in.get((r["fichier"], r["feuille"], r["cellule_pole"]), [])) for r in asked.to_dicts()]
    schema = {"fichier": pl.String, "ligne": pl.Int64, "trouve": pl.String}
    one = pl.DataFrame([(file, row, codes[0]) for file, row, codes in answers if len(codes) == 1], schema=schema, orient="row")
    joined = rows.join(one, on=["fichier", "ligne"], how="left", maintain_order="left")
    filled = joined.with_columns(pays_code=pl.coalesce("pays_code", "trouve")).drop("trouve")
    return filled, [located for pair in found for located in _answered(*pair, found_in.get((pair[0], pair[1].sheet, pair[1].cell)))]


def _known_poles(identification: pl.DataFrame, rejected: Collection[str]) -> dict[str, list[str]]:
    """The codes of the Pays by normalised name of their pôle."""
    identity = identification.filter(
        pl.col("type_document").is_in(DOSSIERS) & ~pl.col("fichier").is_in(list(rejected)) & pl.col("pays_code").is_not_null()
    )
    found: dict[str, set[str]] = defaultdict(set)
    for name, code in identity.select("pole", "pays_code").drop_nulls().iter_rows():
        found[normalise(name)].add(code)
    return {name: sorted(codes) for name, codes in found.items()}


def _answered(path: str, finding: Finding, codes: Sequence[str] | None) -> list[Located]:
    """An unknown pôle that the dossiers know is no finding, or another one."""
    if finding.code != _UNKNOWN or not codes:
        return [(path, finding)]
    if len(codes) == 1:
        return []
    names = listing((all_pays()[code].name for code in codes), "et")
    facts = {"valeur": finding.value, "proches": names}
    return [(path, Finding("IDE202", finding.sheet, finding.cell, finding.champ, finding.value, facts=facts))]
