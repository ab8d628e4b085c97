"""Where each Pays stands: the furthest live stage of its projects, what to do next and by when (contract §4, `suivi_pays`)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from schemas.pays import Pays, all_pays
from schemas.tables import STAGES, SuiviPays, polars_schema
from schemas.text import count

NOTHING, STUDY_ASKED, STUDY_RUNNING, STUDY_DONE, VALIDATED, POLE_ASKED, POLE_RUNNING, AID_ENDED, ABANDONED = STAGES
_LIVE = STAGES[1:7]
_STUDY, _POSTS = "préfiguration", "fonctionnement"


@dataclass
class Project:
    """What the files that count say of one project up to a day."""

    dossiers: list[Mapping[str, Any]] = field(default_factory=list)
    decisions: list[Mapping[str, Any]] = field(default_factory=list)
    steps: list[Mapping[str, Any]] = field(default_factory=list)

    def voted(self, volet: str) -> list[Mapping[str, Any]]:
        """The decisions of a volet, if together they leave an aid."""
        mine = [d for d in self.decisions if d["volet"] == volet]
        return mine if sum(d["vote_eur"] or 0 for d in mine) > 0 else []

    def dossier(self, volet: str) -> Mapping[str, Any] | None:
        """The dossier of the latest campaign of a volet."""
        return max((d for d in self.dossiers if d["volet"] == volet), key=lambda d: (d["campagne"], d["date_depot"]), default=None)

    def last_step(self, *names: str) -> date | None:
        """The latest day of one of these steps."""
        return max((s["date_etape"] for s in self.steps if s["etape"] in names), default=None)

    def last_year(self) -> int | None:
        """The last exercice for which posts are funded."""
        return max((d["premier_exercice"] + d["duree_ans"] - 1 for d in self.voted(_POSTS)), default=None)


@dataclass(frozen=True)
class _Reached:
    stage: str
    project: Project | None = None


def status_table(dossiers: pl.DataFrame, decisions: pl.DataFrame, steps: pl.DataFrame, depots: pl.DataFrame, day: date) -> pl.DataFrame:
    """A row for each of the 21 Pays as of `day`; what is dated later makes no stage.

    `dossiers`: those that count (`pays_code, projet, volet, campagne, date_depot, date_fin, pole, postes`).
    """
    projects = _projects(dossiers, decisions, steps, day)
    to_mend = _files_to_mend(depots)
    rows = [_row(pays, projects.get(pays.code, []), to_mend.get(pays.code, []), day) for pays in all_pays().values()]
    return pl.DataFrame(rows, schema=polars_schema(SuiviPays), orient="row")


def _projects(dossiers: pl.DataFrame, decisions: pl.DataFrame, steps: pl.DataFrame, day: date) -> dict[str, list[Project]]:
    found: dict[tuple[str, int], Project] = defaultdict(Project)
    for row in dossiers.filter(pl.col("date_depot") <= day).to_dicts():
        found[row["pays_code"], row["projet"]].dossiers.append(row)
    for row in decisions.filter(pl.col("date_decision") <= day).to_dicts():
        found[row["pays_code"], row["projet"]].decisions.append(row)
    for row in steps.filter(pl.col("date_etape") <= day).to_dicts():
        found[row["pays_code"], row["projet"]].steps.append(row)
    by_pays: dict[str, list[Project]] = defaultdict(list)
    for (code, _), project in sorted(found.items()):
        by_pays[code].append(project)
    return by_pays


def _files_to_mend(depots: pl.DataFrame) -> dict[str, list[str]]:
    rejected = depots.filter((pl.col("decision") == "rejeté") & pl.col("pays_code").is_not_null() & (pl.col("erreurs") > 0))
    return {r["pays_code"]: r["fichier"] for r in rejected.group_by("pays_code").agg(pl.col("fichier").sort()).to_dicts()}


def stage_of(project: Project, day: date) -> str:
    """The stage of one project on a day: the furthest that its files, votes and steps make."""
    if _is_abandoned(project):
        return ABANDONED
    last_year = project.last_year()
    if last_year is not None:
        return POLE_RUNNING if last_year >= day.year else AID_ENDED
    if project.dossier(_POSTS):
        return POLE_ASKED
    if project.last_step("projet validé", "pôle créé"):
        return VALIDATED
    if project.last_step("étude rendue"):
        return STUDY_DONE
    if project.voted(_STUDY):
        return STUDY_RUNNING
    return STUDY_ASKED if project.dossier(_STUDY) else NOTHING


def _is_abandoned(project: Project) -> bool:
    """Abandoned, and nothing came after."""
    ended = project.last_step("abandonné", "pôle dissous")
    if ended is None:
        return False
    later = [d["date_depot"] for d in project.dossiers] + [d["date_decision"] for d in project.decisions]
    return all(other <= ended for other in later)


def _reached(projects: Sequence[Project], day: date) -> _Reached:
    stages = [_Reached(stage_of(p, day), p) for p in projects]
    live = [s for s in stages if s.stage in _LIVE]
    if live:
        return max(live, key=lambda s: STAGES.index(s.stage))
    ended = [s for s in stages if s.stage in (AID_ENDED, ABANDONED)]
    return min(ended, key=lambda s: STAGES.index(s.stage)) if ended else _Reached(NOTHING)


def _study_beside(projects: Sequence[Project], reached: _Reached) -> str | None:
    """A study voted and not handed in, beside a further stage."""
    if reached.stage in (NOTHING, STUDY_ASKED, STUDY_RUNNING):
        return None
    running = any(p.voted(_STUDY) and not p.last_step("étude rendue") and not _past_study(p) and not _is_abandoned(p) for p in projects)
    return STUDY_RUNNING if running else None


def _past_study(project: Project) -> bool:
    """A project that was validated or asks for posts has done with its study, whether or not the step was recorded."""
    return bool(project.dossier(_POSTS) or project.voted(_POSTS) or project.last_step("projet validé", "pôle créé"))


def _row(pays: Pays, projects: Sequence[Project], to_mend: Sequence[str], day: date) -> tuple[Any, ...]:
    reached = _reached(projects, day)
    project = reached.project
    annuity = _annuity(project, day) if reached.stage == POLE_RUNNING else None
    action, due = _next_action(reached, annuity, to_mend, day)
    return (
        pays.code, pays.name, ", ".join(pays.departements), reached.stage, _study_beside(projects, reached),
        _pole(project, pays, reached.stage),
        annuity, _posts(project), action, due,
    )  # fmt: skip


def _pole(project: Project | None, pays: Pays, stage: str) -> str | None:
    named = [d["pole"] for d in project.dossiers if d["pole"]] if project else []
    return named[-1] if named else (pays.pole or None) if stage in (POLE_ASKED, POLE_RUNNING) else None


def _annuity(project: Project | None, day: date) -> int | None:
    first = min((d["premier_exercice"] for d in project.voted(_POSTS)), default=None) if project else None
    return max(day.year - first + 1, 1) if first else None


def _posts(project: Project | None) -> int | None:
    """Posts granted by the latest decision that says how many; before any vote, those that the dossier asks for."""
    if project is None:
        return None
    granted = [d for d in project.voted(_POSTS) if d["postes_accordes"]]
    if granted:
        return int(max(granted, key=lambda d: d["date_decision"])["postes_accordes"])
    dossier = project.dossier(_POSTS)
    return dossier["postes"] if dossier else None


_ACTIONS = {
    NOTHING: "Aucune démarche connue : rien à faire.",
    STUDY_ASKED: "Instruire le dossier d'étude et le présenter en commission permanente.",
    STUDY_DONE: "Faire valider le projet par ses parties prenantes et enregistrer l'étape.",
    VALIDATED: "Attendre le dossier de fonctionnement ; le demander s'il tarde.",
    POLE_ASKED: "Instruire le dossier de fonctionnement et le présenter en commission permanente.",
    AID_ENDED: "Demander le compte rendu financier final.",
    ABANDONED: "Rien à faire.",
}


def _next_action(reached: _Reached, annuity: int | None, to_mend: Sequence[str], day: date) -> tuple[str, date | None]:
    """What the service does next, and by when. A rejected file comes first: its sender waits."""
    if to_mend:
        more = f" et {count(len(to_mend) - 1, 'autre')}" if len(to_mend) > 1 else ""
        return f"Faire corriger le fichier rejeté « {to_mend[0]} »{more}.", None
    project = reached.project
    if reached.stage == STUDY_RUNNING and project:
        dossier = project.dossier(_STUDY)
        due = dossier["date_fin"] if dossier else None
        late = due is not None and due < day
        return ("Relancer : l'étude devait être rendue." if late else "Suivre l'étude jusqu'à sa remise."), due
    if reached.stage == POLE_RUNNING and project:
        last_year = project.last_year() or day.year
        if last_year == day.year:
            return "Dernière année d'aide : préparer le bilan et la suite avec le pôle.", date(last_year, 12, 31)
        return f"Demander le compte rendu de l'exercice {day.year} pour l'annuité suivante.", date(day.year, 12, 31)
    return _ACTIONS[reached.stage], None
