"""What `poles run` prints at its end, for people or for programs."""

from datetime import date
from pathlib import Path

import polars as pl

from flows.steps import Outcome
from flows.terminal import show, show_json, wrapped
from schemas.tables import IGNORED, REJECTED, REPLACED
from schemas.text import count, euros, french_date

_STAGE_PLURALS = {
    "sans démarche": "sans démarche",
    "préfiguration déposée": "préfigurations déposées",
    "étude en cours": "études en cours",
    "étude rendue": "études rendues",
    "projet validé": "projets validés",
    "pôle déposé": "pôles déposés",
    "pôle en fonctionnement": "pôles en fonctionnement",
    "aide échue": "aides échues",
    "abandonné": "abandonnés",
}
_SHOWN = 20
"""Rejected files named on the terminal; `--json` and suivi.xlsx give them all."""
_EUROS = {"lu_eur": "lus", "compte_eur": "comptés", "ecarte_eur": "écartés"}
_PLURALS = {
    "accepté": "acceptés",
    "accepté avec réserves": "acceptés avec réserves",
    "rejeté": "rejetés",
    "remplacé": "remplacés",
    "ignoré": "ignorés",
}


def print_summary(outcome: Outcome, outputs: Path, day: date, *, scenario: str = "", as_json: bool) -> None:
    """The run in a few lines: files, euros, controls, stages, what the scenario adds, rejected files, where to look."""
    if as_json:
        show_json(_facts(outcome, outputs, day) | ({"scenario": _scenario(outcome, scenario)} if scenario else {}))
    else:
        show(*(part for line in _lines(outcome, outputs, day, scenario) for part in wrapped(line, rest="    ")))


def _scenario(outcome: Outcome, name: str) -> dict[str, object]:
    """What the scenario adds to votes and requests, and the requests that its values would treat otherwise."""
    added, gaps = outcome.tables["previsions"], outcome.tables["scenario_ecarts"]
    return {
        "nom": name, "prevision_eur": str(added["prevision_eur"].sum() or 0), "demandes_touchees": gaps.height,
        "ecart_eur": str(gaps["ecart_eur"].sum() or 0),
    }  # fmt: skip


def _scenario_line(outcome: Outcome, name: str) -> str:
    added, gaps = outcome.tables["previsions"], outcome.tables["scenario_ecarts"]
    parts = []
    if added.height:
        parts.append(f"{euros(added['prevision_eur'].sum())} de prévision (donnees/previsions.csv)")
    if gaps.height:
        touched = count(gaps.height, "demande touchée", "demandes touchées")
        parts.append(f"{touched}, {euros(gaps['ecart_eur'].sum())} d'écart (donnees/scenario_ecarts.csv)")
    return f"Scénario « {name} » : {' ; '.join(parts) or 'rien ne change'}."


def _stages(outcome: Outcome) -> dict[str, int]:
    counts = outcome.tables["suivi_pays"].group_by("etape", maintain_order=True).len()
    return {r["etape"]: r["len"] for r in counts.sort("len", descending=True, maintain_order=True).to_dicts()}


def _facts(outcome: Outcome, outputs: Path, day: date) -> dict[str, object]:
    depots, controls = outcome.tables["depots"], outcome.tables["controles"]
    return {
        "date_arrete": day.isoformat(),
        "fichiers": outcome.decisions,
        "etapes": _stages(outcome),
        "euros": {name: str(depots[name].sum() or 0) for name in ("lu_eur", "compte_eur", "ecarte_eur")},
        "controles": {"nombre": controls.height, "ecarts": controls.filter(pl.col("ecart") != 0).height},
        "rejetes": depots.filter(pl.col("decision") == REJECTED).select("fichier", "motif").to_dicts(),
        "sorties": [p.relative_to(outputs).as_posix() for p in outcome.written],
    }


def _lines(outcome: Outcome, outputs: Path, day: date, scenario: str) -> list[str]:
    depots, controls = outcome.tables["depots"], outcome.tables["controles"]
    decisions = ", ".join(f"{n} {d if n < 2 else _PLURALS[d]}" for d, n in outcome.decisions.items() if n)
    lines = [f"Terminé{' avec réserves' if outcome.has_reserves else ''}. Arrêté au {french_date(day)}."]
    if depots.filter(pl.col("decision") != IGNORED).is_empty():
        lines.append("Aucun classeur dans le dossier des dépôts.")
    lines += [
        f"Fichiers : {depots.height} ({decisions})." if decisions else "Fichiers : 0.",
        "Euros : " + ", ".join(f"{euros(depots[name].sum() or 0)} {word}" for name, word in _EUROS.items()) + ".",
        f"Contrôles : {controls.height}, tous à zéro.",
        "Pays : " + ", ".join(count(n, stage, _STAGE_PLURALS.get(stage)) for stage, n in _stages(outcome).items()) + ".",
    ]
    if scenario:
        lines.append(_scenario_line(outcome, scenario))
    rejected = depots.filter(pl.col("decision") == REJECTED).to_dicts()
    lines += [f"  Rejeté : {row['fichier']} : {row['motif']}" for row in rejected[:_SHOWN]]
    if len(rejected) > _SHOWN:
        lines.append(f"  … et {count(len(rejected) - _SHOWN, 'autre')} : voir la feuille Dépôts de suivi.xlsx.")
    errors = int(depots.filter(pl.col("decision") != REPLACED)["erreurs"].sum() or 0)
    if errors:
        lines.append(f"{count(errors, 'erreur')} à corriger : voir la feuille Constats de suivi.xlsx.")
    return [*lines, f"Sorties : {outputs}"]
