"""What a scenario adds to votes and requests: table `previsions`, and the rows `prévision` of `echeancier`."""

from decimal import Decimal
from typing import Any

import polars as pl

from budget.frames import MONEY, ZERO
from budget.rows import in_order, shape
from schemas.parameters import Config, Parameters
from schemas.programme import FORECAST, Echeancier, Previsions
from schemas.scenarios import ScenarioPole
from schemas.spec import VOLETS
from schemas.table import key_of, polars_schema

_POSTS = VOLETS[1]
_YEAR = ["pays_code", "projet", "volet", "exercice"]


def previsions_table(name: str, config: Config, due: pl.DataFrame, year: int) -> pl.DataFrame:
    """Table `previsions` of the scenario of that name, from `year` to the horizon. `due`: table `echeancier` without scenario.

    What is voted or asked already for a project and exercice is taken off, so that no euro is counted twice.
    """
    scenario, last = config.scenarios[name], year + config.prevision.horizon_ans
    parameters = scenario.applied_to(config.parametres)
    rows = [row for pole in scenario.poles for row in _years(pole, parameters) if year <= row["exercice"] <= last]
    schema = polars_schema(Previsions)
    frame = pl.DataFrame(
        [{"scenario": name, **row} for row in rows], schema={n: t for n, t in schema.items() if n not in ("deja_eur", "prevision_eur")}
    )
    known = due.group_by(_YEAR).agg(deja_eur=pl.col("prevu_eur").sum())
    joined = frame.join(known, on=_YEAR, how="left").with_columns(pl.col("deja_eur").fill_null(ZERO))
    added = pl.max_horizontal(pl.col("scenario_eur") - pl.max_horizontal("deja_eur", ZERO), ZERO)
    return in_order(shape(joined.with_columns(prevision_eur=added.cast(MONEY)), Previsions), key_of(Previsions))


def _years(pole: ScenarioPole, parameters: Parameters) -> list[dict[str, Any]]:
    """A row per year of aid. The configuration is refused where a value is neither given nor known that day."""
    cap, duration = parameters.plafond_poste_eur.at(pole.start), parameters.duree_poste_ans.at(pole.start)
    given = pole.plafond_eur is not None
    amount = pole.plafond_eur if pole.plafond_eur is not None else (cap.valeur if cap else None) or Decimal(0)
    years = pole.duree_ans or int((duration.valeur if duration else None) or 0)
    return [
        {
            "pays_code": pole.pays, "projet": pole.projet, "exercice": pole.annee + n, "volet": _POSTS, "annuite": n + 1,
            "postes": pole.postes, "plafond_eur": amount, "reference": "Scénario" if given or not cap else cap.reference,
            "scenario_eur": amount * pole.postes,
        }
        for n in range(years)
    ]  # fmt: skip


def with_forecast(due: pl.DataFrame, previsions: pl.DataFrame) -> pl.DataFrame:
    """Table `echeancier` with what the scenario adds."""
    added = previsions.filter(pl.col("prevision_eur") > 0).with_columns(
        nature=pl.lit(FORECAST), prevu_eur=pl.col("prevision_eur"), mandate_eur=ZERO
    )
    return in_order(pl.concat([due, shape(added, Echeancier)]), key_of(Echeancier))
