"""What the service does next about a Pays, and by when."""

from dataclasses import dataclass
from datetime import date, timedelta

from budget.life import Life
from schemas.parameters import FollowUp
from schemas.spec import VOLETS
from schemas.tables import STAGES
from schemas.text import count

_NOTHING, _STUDY_ASKED, _STUDY_RUNNING, _STUDY_DONE, _VALIDATED, _POLE_ASKED, _POLE_RUNNING, _AID_ENDED, _ABANDONED = STAGES
_STUDY, _POSTS = VOLETS
Action = tuple[str, date | None]
"""A sentence, and a day."""


@dataclass(frozen=True)
class Known:
    """The stage reached, the project that reached it, and the rejected files that wait for a corrected version."""

    stage: str
    life: Life | None
    to_mend: tuple[str, ...]


def next_action(known: Known, delays: FollowUp, day: date) -> Action:
    """A rejected file comes first: its sender waits. A day that has passed is one by which someone else than the service was to act."""
    if known.to_mend:
        more = f" et {count(len(known.to_mend) - 1, 'autre')}" if len(known.to_mend) > 1 else ""
        return f"Faire corriger le fichier rejeté « {known.to_mend[0]} »{more}.", None
    life = known.life
    if life is None or known.stage == _NOTHING:
        return "Aucune démarche connue : rien à faire.", None
    if known.stage in (_STUDY_ASKED, _POLE_ASKED):
        volet, what = (_STUDY, "d'étude") if known.stage == _STUDY_ASKED else (_POSTS, "de fonctionnement")
        return f"Instruire le dossier {what} et le présenter en commission permanente.", _to_present(life, volet, day)
    if known.stage == _STUDY_RUNNING:
        due = _end_of_study(life)
        return ("Relancer : l'étude devait être rendue." if due and due < day else "Suivre l'étude jusqu'à sa remise."), due
    if known.stage == _STUDY_DONE:
        due = _after(life.last_step("étude rendue"), delays.validation_jours)
        return "Faire valider le projet par ses parties prenantes et enregistrer l'étape.", due
    if known.stage == _VALIDATED:
        due = _after(life.last_step("projet validé", "pôle créé"), delays.dossier_jours)
        return ("Demander le dossier de fonctionnement." if due and due < day else "Attendre le dossier de fonctionnement."), due
    if known.stage == _ABANDONED:
        left = any(life.voted(volet) for volet in VOLETS)
        return ("Vérifier s'il reste une aide à annuler ou une avance à reverser." if left else "Rien à faire."), None
    return _of_a_pole(life, delays, day)


def _of_a_pole(life: Life, delays: FollowUp, day: date) -> Action:
    """A pôle that is or was aided: its accounts first."""
    awaited, last = life.awaited_reports(day), life.last_year() or day.year
    if awaited:
        final = " final" if awaited[0] == last else ""
        return f"Demander le compte rendu financier{final} de l'exercice {awaited[0]}.", _report_due(awaited[0], delays)
    if last < day.year:
        return "Tous les comptes rendus sont reçus : vérifier le solde.", None
    if last == day.year:
        return "Dernière année d'aide : préparer le bilan et la suite avec le pôle.", date(last, 12, 31)
    return f"Suivre le pôle ; le compte rendu de l'exercice {day.year} est attendu après sa clôture.", _report_due(day.year, delays)


def _report_due(exercice: int, delays: FollowUp) -> date:
    """The last day of the month that ends the delay after an exercice."""
    months = exercice * 12 + 12 + delays.compte_rendu_mois
    return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)


def _after(start: date | None, days: int) -> date | None:
    return start + timedelta(days=days) if start else None


def _end_of_study(life: Life) -> date | None:
    """The end of the dossier's period, else of the last exercice voted."""
    if dossier := life.dossier(_STUDY):
        return dossier["date_fin"]  # type: ignore[no-any-return]
    last = max((vote.first + vote.years - 1 for vote in life.votes.get(_STUDY, ())), default=None)
    return date(last, 12, 31) if last else None


def _to_present(life: Life, volet: str, day: date) -> date | None:
    """Before the period starts, else before its first exercice ends, else before it ends; nothing once it has ended."""
    dossier = life.dossier(volet)
    if dossier is None or not dossier["date_debut"] or not dossier["date_fin"]:
        return None
    steps = (dossier["date_debut"], min(date(dossier["date_debut"].year, 12, 31), dossier["date_fin"]), dossier["date_fin"])
    return next((step for step in steps if step >= day), None)
