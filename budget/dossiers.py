"""What the dossiers of some Pays bring to the tables of euros: worked out while their part is open, and packed."""

from dataclasses import dataclass

import polars as pl

from budget.consolidate import budget_table, realises_table
from budget.decide import Decided
from budget.frames import Batch
from budget.parts import Territory
from budget.rendered import rendered_table
from budget.rows import coverage, spoken_of
from budget.sides import dossier_lines
from schemas.financers import FinancerDirectory
from schemas.packed import Packed, packed


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


def dossiers_of(batch: Batch, decided: Decided, directory: FinancerDirectory) -> Dossiers:
    """Those of one part."""
    covered = coverage(spoken_of(batch), batch, decided)
    budget, realises = budget_table(batch, decided, covered), realises_table(batch, decided)
    rendered, sources = rendered_table(realises, budget)
    asked = dossier_lines(batch, covered, directory)
    return Dossiers(batch.pays, packed(budget), packed(realises), packed(rendered), sources, covered, packed(asked))
