"""What the dossiers of some Pays bring to the tables of euros: worked out while their part is open, and packed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from budget.consolidate import budget_table, realises_table
from budget.decide import Decided
from budget.frames import Batch, Batches
from budget.parts import Territory
from budget.rendered import rendered_table
from budget.rows import coverage, spoken_of
from budget.sides import dossier_lines
from schemas.financers import FinancerDirectory
from schemas.packed import Packed, holding


@dataclass(frozen=True)
class Dossiers:
    """Of the dossiers and comptes rendus that count, the tables `budget`, `realises` and `compte_rendu`, with the sources of the last.

    `covered`: the accepted dossier of each project and exercice (`rows.coverage`); `asked`: the lines of their plans (`sides`).
    """

    pays: Territory
    budget: Packed
    realises: Packed
    rendered: Packed
    provenances: pl.DataFrame
    covered: pl.DataFrame
    asked: Packed

    def mine(self) -> pl.Expr:
        """Whether a row is about these Pays."""
        return pl.col("pays_code").is_in(list(self.pays), nulls_equal=True)


def dossiers_of_all(batches: Batches, decided: Decided, directory: FinancerDirectory) -> Iterator[Dossiers]:
    """Those of each part that has dossiers."""
    return (dossiers_of(batch, decided, directory, holding(len(batches))) for batch in batches if batch.pays)


def dossiers_of(batch: Batch, decided: Decided, directory: FinancerDirectory, hold: Callable[[pl.DataFrame], Packed]) -> Dossiers:
    """Those of one part, each frame held by `hold`."""
    covered = coverage(spoken_of(batch), batch, decided)
    budget, realises = budget_table(batch, decided, covered), realises_table(batch, decided)
    rendered, sources = rendered_table(realises, budget)
    asked = dossier_lines(batch, covered, directory)
    return Dossiers(batch.pays, hold(budget), hold(realises), hold(rendered), sources, covered, hold(asked))
