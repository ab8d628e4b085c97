"""Every table of euros, from the files that count: budget, both sides of each financing, the Région's votes, engagements and payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from budget.check import Examined
from budget.cofinancing import cross_file_findings, statement_findings, tolerances
from budget.consolidate import decisions_table, mandats_table, votes_table
from budget.decide import Decided
from budget.dossiers import Dossiers
from budget.engagements import echeancier_table, engagements_table
from budget.financers import SPELLED, names
from budget.forecast import previsions_table, with_forecast
from budget.found import Found
from budget.reconcile import reconcile
from budget.rows import united_rows
from budget.settlements import settlements_table
from budget.sides import said_lines
from budget.statements import statements
from schemas.financers import REGION_CODE, FinancerDirectory
from schemas.packed import Packed, holding, packed
from schemas.parameters import Config


@dataclass(frozen=True)
class Money:
    """The tables by name, and the findings on co-financers that need several files.

    `cited`: the sources of their sums, in no order.
    """

    tables: dict[str, pl.DataFrame | Packed]
    cited: Packed
    found: Found


def money_tables(parts: Sequence[Dossiers], decided: Decided, examined: Examined, config: Config, day: date, scenario: str = "") -> Money:
    """All tables of euros as of `day`, with what the scenario of that name adds, if there is one."""
    stated = statements(examined.batch, decided, FinancerDirectory(config.extra_financers()))
    decisions, payments = decisions_table(examined.batch, decided), mandats_table(examined.batch, decided)
    said = said_lines(stated.rows, decisions, payments, examined.batch.sheets["identification"].select("fichier", "campagne"))
    asked = Packed.joined(part.asked for part in parts).lazy()
    named = names(asked.select(SPELLED).collect(), said)
    admitted = tolerances(examined.dossiers, examined.waivers)
    financements, rapprochement, cited, found = list[Packed](), list[Packed](), list[Packed](), examined.found.others()
    found.add(statement_findings(stated))
    hold = holding(len(parts))
    for part in parts:
        mine = part.mine()
        made = reconcile(part.asked.frame(), said.filter(mine), part.covered, stated, decisions.filter(mine), named)
        financements.append(hold(made.financements))
        rapprochement.append(hold(made.rapprochement))
        cited.append(hold(pl.concat([made.provenances, part.provenances])))
        found.add(cross_file_findings(made, part.budget.lazy(), admitted))
    engagements, engaged_from = engagements_table(decisions, payments)
    due, due_from = echeancier_table(decisions, payments, asked.filter(pl.col("financeur_id") == REGION_CODE).collect())
    rendered = Packed.joined(part.rendered for part in parts)
    steps = united_rows("etapes", decided)
    tables: dict[str, pl.DataFrame | Packed] = {
        "budget": Packed.joined(part.budget for part in parts),
        "votes": votes_table(stated.rows),
        "decisions": decisions,
        "mandats": payments,
        "realises": Packed.joined(part.realises for part in parts),
        "financements": Packed.joined(financements),
        "rapprochement": Packed.joined(rapprochement),
        "engagements": engagements,
        "echeancier": due,
        "compte_rendu": rendered,
        "soldes": settlements_table(decisions, engagements, payments, steps, rendered.lazy(), day),
    }
    if scenario:
        added = previsions_table(scenario, config, due, day.year)
        tables |= {"previsions": added, "echeancier": with_forecast(due, added)}
    return Money(tables, Packed.joined([*cited, packed(engaged_from), packed(due_from)]), found)
