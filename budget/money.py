"""Every table of euros, from the files that count: budget, both sides of each financing, the Région's votes, engagements and payments."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from budget.check import Examined
from budget.cofinancing import cross_file_findings, tolerances
from budget.consolidate import budget_table, decisions_table, mandats_table, realises_table, votes_table
from budget.decide import Decided
from budget.engagements import echeancier_table, engagements_table
from budget.forecast import previsions_table, with_forecast
from budget.frames import Batch
from budget.reconcile import reconcile
from budget.rendered import rendered_table
from budget.rows import coverage, united_rows
from budget.settlements import settlements_table
from budget.statements import statements
from budget.validate import Located
from budget.what_if import scenario_gaps, under
from schemas.financers import FinancerDirectory
from schemas.parameters import Config
from schemas.programme import ScenarioEcarts
from schemas.table import empty


@dataclass(frozen=True)
class Money:
    """The tables by name, the source cells of their sums, and the findings on co-financers that need several files."""

    tables: dict[str, pl.DataFrame]
    provenances: pl.DataFrame
    found: list[Located]


def money_tables(batch: Batch, decided: Decided, examined: Examined, config: Config, day: date, scenario: str = "") -> Money:
    """All tables of euros as of `day`, with what the scenario of that name adds, if there is one."""
    directory = FinancerDirectory(config.extra_financers())
    stated, covered = statements(batch, decided, directory), coverage(batch, decided)
    tables = {
        "budget": budget_table(batch, decided, covered),
        "votes": votes_table(stated.rows),
        "decisions": decisions_table(batch, decided),
        "mandats": mandats_table(batch, decided),
        "realises": realises_table(batch, decided),
    }
    decisions, payments = tables["decisions"], tables["mandats"]
    made = reconcile(batch, covered, directory, stated, decisions, payments)
    tables |= {"financements": made.financements, "rapprochement": made.rapprochement}
    tables["engagements"], engaged_from = engagements_table(decisions, payments)
    tables["echeancier"], due_from = echeancier_table(decisions, payments, made.asked)
    tables["compte_rendu"], spent_from = rendered_table(tables["realises"], tables["budget"])
    steps = united_rows("etapes", batch, decided)
    if scenario:
        tables |= _forecast(scenario, tables["echeancier"], batch, decided, examined, config, day)
    tables["soldes"] = settlements_table(decisions, tables["engagements"], payments, steps, tables["compte_rendu"], day)
    found = cross_file_findings(made, stated, tables["budget"], tolerances(examined.dossiers, examined.waivers))
    return Money(tables, pl.concat([made.provenances, engaged_from, due_from, spent_from]), found)


def _forecast(
    name: str, due: pl.DataFrame, batch: Batch, decided: Decided, examined: Examined, config: Config, day: date
) -> dict[str, pl.DataFrame]:
    scenario = config.scenarios[name]
    added = previsions_table(name, config, due, day.year)
    changed = config.model_copy(update={"parametres": scenario.applied_to(config.parametres)})
    then = under(examined.dossiers, changed, examined.waivers)
    gaps = scenario_gaps(name, examined.dossiers, then, batch, decided) if scenario.parametres else empty(ScenarioEcarts)
    return {"previsions": added, "echeancier": with_forecast(due, added), "scenario_ecarts": gaps}
