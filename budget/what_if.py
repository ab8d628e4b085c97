"""What if a dated parameter were another: who is affected, by how much. Table `scenario_ecarts`.

The amounts come from the frames of the rules themselves, made twice: with the values in force, and with the scenario's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from budget import groups
from budget.asked import Asked
from budget.capped import CAPS, deposit_of
from budget.caps import NAMES, with_caps
from budget.check import Examined
from budget.decide import Decided, Standing
from budget.frames import MONEY, ZERO, Batch
from budget.grants import votes_by_project
from budget.history import Deposits
from budget.rows import in_order, shape
from schemas.parameters import Config
from schemas.programme import ScenarioEcarts
from schemas.spec import VOLETS
from schemas.table import empty, key_of
from schemas.tables import IGNORED, REJECTED, REPLACED

_KEY = ["fichier", "code", "poste", "annuite", "exercice"]


def scenario_gaps(name: str, examined: Examined, then: pl.DataFrame, batch: Batch, decided: Decided) -> pl.DataFrame:
    """Table `scenario_ecarts` for one part: requests of the dossiers that count or are rejected, of which the scenario would admit more
    or less. `then`: all dossiers with the scenario's caps.
    """
    mine = pl.col("fichier").is_in([received.path for received in batch.files])
    now, then = examined.dossiers.filter(mine), then.filter(mine)
    if now.is_empty():
        return empty(ScenarioEcarts)
    before = _history(now, examined.overview.asked, decided)
    today, scenario = _admitted(now, batch, before), _admitted(then, batch, before)
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


def gaps_of_all(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Table `scenario_ecarts`, of that of each part."""
    return in_order(pl.concat(parts), key_of(ScenarioEcarts))


def under(dossiers: pl.DataFrame, config: Config, waivers: pl.DataFrame) -> pl.DataFrame:
    """The same dossiers, with the caps of another configuration; waivers stand."""
    bare = dossiers.drop([f"{name}{suffix}" for name in NAMES for suffix in ("", "_reference", "_derogation")])
    return with_caps(bare, config, waivers)


@dataclass(frozen=True)
class _History:
    """What counts before each dossier, whatever the caps: euros of studies by `fichier`, rank of each (`fichier, poste, annuite`)."""

    studies: pl.DataFrame
    annuities: pl.DataFrame


def _history(dossiers: pl.DataFrame, asked: Mapping[str, Asked], decided: Decided) -> _History:
    """As PRE301 and FON302 see it over campaigns: the Région's earlier decisions, else the earlier accepted dossiers."""
    caps = {r["fichier"]: r for r in dossiers.select("fichier", "volet", *CAPS).to_dicts()}
    accepted = Deposits(asked, votes_by_project(decided.word.rows["decisions"]))
    studies: list[tuple[str, Decimal]] = []
    annuities: list[tuple[str, str, int, int]] = []
    for standing in sorted((s for s in decided.standings if s.path in caps and _is_dated(s)), key=lambda s: s.order):
        deposit = deposit_of(standing, caps[standing.path])
        if deposit.project[2] == VOLETS[0]:
            studies += [(standing.path, row["historique_eur"]) for row in [accepted.study(deposit)] if row]
        else:
            annuities += [(standing.path, row["poste"], row["annuite"], row["rang"]) for row in accepted.annuities(deposit)]
        if standing.alone != REJECTED and standing.decision != REJECTED:
            accepted.add(deposit)
    ranks = {"fichier": pl.String(), "poste": pl.String(), "annuite": pl.Int64(), "rang_cumule": pl.Int64()}
    return _History(
        pl.DataFrame(studies, schema={"fichier": pl.String(), "historique_eur": MONEY}, orient="row"),
        pl.DataFrame(annuities, schema=ranks, orient="row"),
    )


def _is_dated(standing: Standing) -> bool:
    """Whether the history can place it: whose it is, and when."""
    needed = ("pays_code", "projet", "campagne", "date_depot", "date_debut", "date_fin")
    return standing.decision != IGNORED and all(standing.identity.get(name) is not None for name in needed)


def _admitted(dossiers: pl.DataFrame, batch: Batch, before: _History) -> pl.DataFrame:
    """A row per request and rule: what is asked, the limit, what it admits. A limit that is not known admits all, as the rules do."""
    asked, used = pl.col("demande_eur"), pl.col("historique_eur").fill_null(ZERO)
    studies = groups.studies(groups.plan_lines(batch), dossiers, batch).join(before.studies, on="fichier", how="left")
    annuities = groups.annuities(dossiers, batch).join(before.annuities, on=["fichier", "poste", "annuite"], how="left")
    posts = groups.posts_by_exercice(dossiers, batch)
    rank = pl.max_horizontal("annuite", "rang", "rang_cumule")
    left = pl.max_horizontal(pl.col("plafond_etude_eur") - used, pl.when(pl.col("plafond_etude_eur").is_not_null()).then(ZERO))
    within_cap, within_years = pl.min_horizontal(asked, "plafond_poste_eur"), (rank <= pl.col("duree_poste_ans")).fill_null(True)
    within_posts = (pl.col("rang") <= pl.col("postes_max")).fill_null(True)
    alone = (used <= 0).fill_null(True)
    parts = [
        _request(studies.filter(alone), "PRE201", "total_eur", "plafond_etude_eur", pl.min_horizontal(asked, "plafond_etude_eur")),
        _request(studies.filter(~alone), "PRE301", "total_eur", "plafond_etude_eur", pl.min_horizontal(asked, left)),
        _request(annuities, "FON201", "total_eur", "plafond_poste_eur", within_cap),
        _request(annuities, "FON302", "total_eur", "duree_poste_ans", pl.when(within_years).then(asked).otherwise(ZERO)),
        _request(posts, "FON301", "aide_eur", "postes_max", pl.when(within_posts).then(asked).otherwise(ZERO)),
    ]
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
