"""What if a dated parameter were another: who is affected, by how much. Table `scenario_ecarts`.

The amounts come from the frames of the rules themselves, made twice: with the values in force, and with the scenario's.
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from budget import groups
from budget.caps import NAMES, with_caps
from budget.decide import Decided
from budget.frames import MONEY, ZERO, Batch
from budget.rows import in_order, shape
from schemas.parameters import Config
from schemas.programme import ScenarioEcarts
from schemas.table import empty, key_of
from schemas.tables import IGNORED, REPLACED

_KEY = ["fichier", "code", "poste", "annuite", "exercice"]
Frames = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class _Rule:
    """A rule, the parameter it applies, and what it lets through of what is asked."""

    code: str
    limit: str
    admitted: pl.Expr


def scenario_gaps(name: str, now: pl.DataFrame, then: pl.DataFrame, batch: Batch, decided: Decided) -> pl.DataFrame:
    """Table `scenario_ecarts`: requests of the dossiers that count or are rejected, of which the scenario would admit more or less.

    `now` and `then`: the dossiers with the caps in force for each, and with the scenario's.
    """
    if now.is_empty():
        return empty(ScenarioEcarts)
    today, scenario = _admitted(now, batch), _admitted(then, batch)
    limits = {"limite": "limite_scenario", "admis_eur": "admis_scenario_eur"}
    both = today.rename({"limite": "limite_actuelle", "admis_eur": "admis_actuel_eur"}).join(
        scenario.select(*_KEY, *limits).rename(limits), on=_KEY, how="left"
    )
    files = {s.path: s.decision for s in decided.standings if s.decision not in (REPLACED, IGNORED)}
    facts = now.select("fichier", "pays_code", "projet", "volet", "date_regle")
    both = both.filter(pl.col("fichier").is_in(list(files))).join(facts, on="fichier", how="left")
    both = both.with_columns(
        scenario=pl.lit(name),
        decision=pl.col("fichier").replace_strict(files, default=None, return_dtype=pl.String),
        ecart_eur=pl.col("admis_scenario_eur") - pl.col("admis_actuel_eur"),
    )
    affected = both.filter(pl.col("ecart_eur") != 0, pl.col("pays_code").is_not_null(), pl.col("projet").is_not_null())
    return in_order(shape(affected, ScenarioEcarts), key_of(ScenarioEcarts))


def under(dossiers: pl.DataFrame, config: Config, waivers: pl.DataFrame) -> pl.DataFrame:
    """The same dossiers, with the caps of another configuration; waivers stand."""
    bare = dossiers.drop([f"{name}{suffix}" for name in NAMES for suffix in ("", "_reference", "_derogation")])
    return with_caps(bare, config, waivers)


def _admitted(dossiers: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """A row per request and rule: what is asked, the limit, what it admits. A limit that is not known admits all, as the rules do."""
    asked = pl.col("demande_eur")
    studies = groups.studies(groups.plan_lines(batch), dossiers, batch)
    annuities, posts = groups.annuities(dossiers, batch), groups.posts_by_exercice(dossiers, batch)
    within = ((pl.col("annuite") <= pl.col("duree_poste_ans")) & (pl.col("rang") <= pl.col("duree_poste_ans"))).fill_null(True)
    parts = [
        _request(studies, "PRE201", "total_eur", "plafond_etude_eur", pl.min_horizontal(asked, "plafond_etude_eur")),
        _request(annuities, "FON201", "total_eur", "plafond_poste_eur", pl.min_horizontal(asked, "plafond_poste_eur")),
        _request(annuities, "FON302", "total_eur", "duree_poste_ans", pl.when(within).then(asked).otherwise(ZERO)),
        _request(
            posts, "FON301", "aide_eur", "postes_max",
            pl.when((pl.col("rang") <= pl.col("postes_max")).fill_null(True)).then(asked).otherwise(ZERO),
        ),
    ]  # fmt: skip
    return pl.concat(parts)


def _request(frame: pl.DataFrame, code: str, amount: str, limit: str, admitted: pl.Expr) -> pl.DataFrame:
    blank = {"poste": pl.lit(""), "annuite": pl.lit(0, pl.Int64), "exercice": pl.lit(0, pl.Int64)}
    named = frame.with_columns(demande_eur=pl.col(amount), **{n: e for n, e in blank.items() if n not in frame.columns})
    annuity = pl.col("annuite") if code in ("FON201", "FON302") else pl.lit(0, pl.Int64)
    known = named.with_columns(code=pl.lit(code), limite=_written(limit), admis_eur=admitted.cast(MONEY), annuite=annuity)
    return known.filter(pl.col("demande_eur").is_not_null()).select(*_KEY, "demande_eur", "limite", "admis_eur").unique(_KEY)


def _written(limit: str) -> pl.Expr:
    """« 35000 », « 2 »: a limit as a number without trailing zeros."""
    return pl.col(limit).cast(pl.String).str.replace(r"\.0+$", "").str.replace(".", ",", literal=True)
