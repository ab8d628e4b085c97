"""Every table of euros, from the files that count: budget, both sides of each financing, the Région's votes, engagements and payments."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from budget.cofinancing import cross_file_findings
from budget.consolidate import budget_table, decisions_table, mandats_table, realises_table, votes_table
from budget.decide import Decided
from budget.engagements import echeancier_table, engagements_table
from budget.frames import MONEY, Batch
from budget.reconcile import Reconciled, reconcile
from budget.rendered import rendered_table
from budget.rows import united_rows
from budget.settlements import settlements_table
from budget.statements import Statements, statements
from budget.validate import Located
from schemas.financers import FinancerDirectory
from schemas.parameters import Config


@dataclass(frozen=True)
class Money:
    """The tables by name, the source cells of their sums, and the findings on co-financers that need several files."""

    tables: dict[str, pl.DataFrame]
    provenances: pl.DataFrame
    found: list[Located]


def money_tables(batch: Batch, decided: Decided, config: Config, day: date) -> Money:
    """All tables of euros as of `day`."""
    directory = FinancerDirectory(config.extra_financers())
    stated = statements(batch, decided, directory)
    tables = {
        "budget": budget_table(batch, decided),
        "votes": votes_table(stated.rows),
        "decisions": decisions_table(batch, decided),
        "mandats": mandats_table(batch, decided),
        "realises": realises_table(batch, decided),
    }
    decisions, payments = tables["decisions"], tables["mandats"]
    made = reconcile(batch, decided, directory, stated, decisions, payments)
    tables |= {"financements": made.financements, "rapprochement": made.rapprochement}
    tables["engagements"], engaged_from = engagements_table(decisions, payments)
    tables["echeancier"], due_from = echeancier_table(decisions, payments, made.asked)
    tables["compte_rendu"], spent_from = rendered_table(tables["realises"], tables["budget"])
    steps = united_rows("etapes", batch, decided)
    tables["soldes"] = settlements_table(decisions, tables["engagements"], payments, steps, tables["compte_rendu"], day)
    return Money(tables, pl.concat([made.provenances, engaged_from, due_from, spent_from]), _found(made, stated, tables, config))


def _found(made: Reconciled, stated: Statements, tables: dict[str, pl.DataFrame], config: Config) -> list[Located]:
    return cross_file_findings(made, stated, tables["budget"], pl.lit(config.seuils.tolerance_eur, MONEY))
