"""Where each Pays stands: the furthest live stage of its projects, what to do next and by when (contract §4, `suivi_pays`)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from budget.grants import Project as ProjectKey
from budget.grants import Vote
from budget.life import Life
from budget.next_action import Known, next_action
from schemas.parameters import FollowUp
from schemas.pays import Pays, all_pays
from schemas.spec import VOLETS
from schemas.tables import STAGES, SuiviPays, polars_schema

NOTHING, STUDY_ASKED, STUDY_RUNNING, STUDY_DONE, VALIDATED, POLE_ASKED, POLE_RUNNING, AID_ENDED, ABANDONED = STAGES
_LIVE = STAGES[1:7]
STUDY, POSTS = VOLETS


@dataclass(frozen=True)
class Sources:
    """What the status is made of: files that count, decisions and steps that are believed.

    `dossiers`: `pays_code, projet, volet, campagne, date_depot, date_debut, date_fin, pole, postes`. `reports`: the exercices of which an
    account was rendered, `pays_code, projet, exercice, date_depot`. `depots`: the table of that name.
    """

    dossiers: pl.DataFrame
    votes: Mapping[ProjectKey, Sequence[Vote]]
    steps: pl.DataFrame
    reports: pl.DataFrame
    depots: pl.DataFrame


@dataclass(frozen=True)
class _Reached:
    stage: str
    life: Life | None = None


def status_table(sources: Sources, delays: FollowUp, day: date) -> pl.DataFrame:
    """A row for each of the 21 Pays as of `day`; what is dated later makes no stage."""
    lives = _lives(sources, day)
    to_mend = _files_to_mend(sources.depots, day)
    rows = [_row(pays, lives.get(pays.code, []), to_mend.get(pays.code, []), delays, day) for pays in all_pays().values()]
    return pl.DataFrame(rows, schema=polars_schema(SuiviPays), orient="row")


def _lives(sources: Sources, day: date) -> dict[str, list[Life]]:
    """The projects of each Pays, up to a day."""
    found: dict[tuple[str, int], Life] = defaultdict(Life)
    for row in sources.dossiers.filter(pl.col("date_depot") <= day).to_dicts():
        found[row["pays_code"], row["projet"]].dossiers.append(row)
    for (pays, projet, volet), votes in sources.votes.items():
        if known := [vote for vote in votes if vote.day <= day]:
            found[pays, projet].votes[volet] = known
    for row in sources.steps.filter(pl.col("date_etape") <= day).to_dicts():
        found[row["pays_code"], row["projet"]].steps.append(row)
    for row in sources.reports.filter(pl.col("date_depot") <= day).to_dicts():
        found[row["pays_code"], row["projet"]].rendered.add(row["exercice"])
    by_pays: dict[str, list[Life]] = defaultdict(list)
    for (code, _), life in sorted(found.items()):
        by_pays[code].append(life)
    return by_pays


def _files_to_mend(depots: pl.DataFrame, day: date) -> dict[str, list[str]]:
    """The files of each Pays that wait for a corrected version."""
    deposited = pl.col("date_depot").is_null() | (pl.col("date_depot") <= day)
    rejected = depots.filter((pl.col("decision") == "rejeté") & pl.col("pays_code").is_not_null() & (pl.col("erreurs") > 0) & deposited)
    return {r["pays_code"]: r["fichier"] for r in rejected.group_by("pays_code").agg(pl.col("fichier").sort()).to_dicts()}


def stage_of(life: Life, day: date) -> str:
    """The stage of one project on a day: the furthest that its files, votes and steps make."""
    if life.is_abandoned():
        return ABANDONED
    last = life.last_year()
    if last is not None:
        return POLE_RUNNING if last >= day.year else AID_ENDED
    if life.dossier(POSTS):
        return POLE_ASKED
    if life.last_step("projet validé", "pôle créé"):
        return VALIDATED
    if life.last_step("étude rendue"):
        return STUDY_DONE
    if life.voted(STUDY):
        return STUDY_RUNNING
    return STUDY_ASKED if life.dossier(STUDY) else NOTHING


def _reached(lives: Sequence[Life], day: date) -> _Reached:
    stages = [_Reached(stage_of(life, day), life) for life in lives]
    live = [s for s in stages if s.stage in _LIVE]
    if live:
        return max(live, key=lambda s: STAGES.index(s.stage))
    ended = [s for s in stages if s.stage in (AID_ENDED, ABANDONED)]
    return min(ended, key=lambda s: STAGES.index(s.stage)) if ended else _Reached(NOTHING)


def _study_beside(lives: Sequence[Life], reached: _Reached, day: date) -> str | None:
    """A study voted and not handed in, beside a further stage."""
    if reached.stage in (NOTHING, STUDY_ASKED, STUDY_RUNNING):
        return None
    return STUDY_RUNNING if any(stage_of(life, day) == STUDY_RUNNING for life in lives if life is not reached.life) else None


def _row(pays: Pays, lives: Sequence[Life], to_mend: Sequence[str], delays: FollowUp, day: date) -> tuple[Any, ...]:
    reached = _reached(lives, day)
    life = reached.life
    running = life is not None and reached.stage == POLE_RUNNING
    action, due = next_action(Known(reached.stage, life, tuple(to_mend)), delays, day)
    return (
        pays.code, pays.name, ", ".join(pays.departements), reached.stage, _study_beside(lives, reached, day),
        _pole(life, lives, pays, reached.stage), life.annuity(day) if life and running else None, life.posts(day) if life else None,
        action, due,
    )  # fmt: skip


def _pole(life: Life | None, lives: Sequence[Life], pays: Pays, stage: str) -> str | None:
    """The pôle's name: that of the latest dossier of the project, else of the Pays, else the one known in October 2010."""
    for one in ([life] if life else []) + list(lives):
        if named := [d["pole"] for d in one.dossiers if d["pole"]]:
            return str(named[-1])
    return (pays.pole or None) if stage in (POLE_ASKED, POLE_RUNNING, AID_ENDED) else None
