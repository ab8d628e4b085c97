"""What a run shows in Prefect, written for people: what needs action first. Sentences stand in lists: its tables cut them at the edge."""

import re
from decimal import Decimal
from typing import TypeGuard

import polars as pl

from flows.steps import Job, Outcome
from schemas.tables import IGNORED, REJECTED, STAGES
from schemas.text import count, euros, french_date, visible

_SHOWN = 200
"""Rejected files named; the others are counted."""
_ACTS = re.compile(r"([\\`*_\[\]<>|~#&!])")


def status_rows(outcome: Outcome) -> list[dict[str, str]]:
    """A row per Pays, the nearest deadlines first and those of which nothing is expected last; the widest columns at the end."""
    idle = pl.col("etape") == STAGES[0]
    return [
        {
            "Pays": f"{row['pays_code']} {row['pays']}",
            "Étape": row["etape"],
            "Échéance": french_date(row["echeance"]),
            "Prochaine action": row["prochaine_action"],
            "Pôle": row["pole"] or "",
        }
        for row in outcome.tables["suivi_pays"].sort(idle, "echeance", "pays_code", nulls_last=True).to_dicts()
    ]


def rejected_list(outcome: Outcome) -> str:
    """Each rejected file as Markdown, with its reason and the place of its return, from the outputs."""
    rows = outcome.tables["depots"].filter(pl.col("decision") == REJECTED).to_dicts()
    lines = []
    for row in rows[:_SHOWN]:
        back = f" Retour : {inert(row['retour'])}" if row["retour"] else ""
        lines.append(f"- **{inert(row['fichier'])}** : {inert(row['motif'])}{back}")
    if len(rows) > _SHOWN:
        lines.append(f"- et {count(len(rows) - _SHOWN, 'autre')} : feuille Dépôts de suivi.xlsx")
    return "\n".join(lines) or "Aucun fichier rejeté."


def inert(text: str) -> str:
    """Received text that Markdown takes for nothing but text."""
    return _ACTS.sub(r"\\\1", visible(text)).replace("://", r"\://").replace("www.", r"www\.")


def totals_line(outcome: Outcome) -> str:
    """The run in one sentence: files by decision, euros counted, controls."""
    files = ", ".join(f"{decision} : {number}" for decision, number in outcome.decisions.items() if number) or "aucun fichier"
    counted = euros(_euros(outcome.tables["depots"])[_EUROS["compte_eur"]])
    return f"{files.capitalize()}. Comptés : {counted}. {count(outcome.tables['controles'].height, 'contrôle')}, tous à zéro."


def totals_table(outcome: Outcome) -> str:
    """The same, beside what the consolidation before said, as Markdown."""
    now = _totals(outcome)
    before = _totals(Outcome({"depots": outcome.before}, ())) if _known(outcome.before) else None
    lines = ["| | Ce passage | Consolidation précédente | Écart |", "| --- | ---: | ---: | ---: |"]
    for label, value in now.items():
        earlier = before[label] if before else None
        change = "" if earlier is None else _signed(value - earlier) if value != earlier else "="
        lines.append(f"| {label} | {_written(value)} | {'' if earlier is None else _written(earlier)} | {change} |")
    controls = count(outcome.tables["controles"].height, "contrôle")
    told = [f"{controls}, tous à zéro."] if before else ["Première consolidation : rien à quoi comparer.", "", f"{controls}, tous à zéro."]
    return "\n".join([*lines, "", *told, "", "Ce qui explique chaque écart : feuille Changements de suivi.xlsx."])


def _known(before: pl.DataFrame | None) -> TypeGuard[pl.DataFrame]:
    """Whether there is a consolidation before, by a version that wrote the same columns."""
    return before is not None and {"decision", *_EUROS} <= set(before.columns)


def _totals(outcome: Outcome) -> dict[str, int | Decimal]:
    files = {f"Fichiers : {decision}": number for decision, number in outcome.decisions.items()}
    return {**files, **_euros(outcome.tables["depots"])}


def _euros(depots: pl.DataFrame) -> dict[str, Decimal]:
    counted = depots.filter(pl.col("decision") != IGNORED)
    return {label: Decimal(counted[name].sum() or 0) for name, label in _EUROS.items()}


def _written(value: int | Decimal) -> str:
    return euros(value) if isinstance(value, Decimal) else str(value)


def _signed(change: int | Decimal) -> str:
    return f"+ {_written(change)}" if change > 0 else f"− {_written(-change)}"


def outputs_list(job: Job) -> str:
    """Where the outputs are, as Markdown: links where they have an address, else paths, since a browser opens no file from a page."""
    base = job.config.service.adresse_sorties
    lines = []
    for name, what in _OUTPUTS.items():
        path = job.outputs / name
        if path.exists():
            place = f"[{base.rstrip('/')}/{name}]({base.rstrip('/')}/{name})" if base else f"`{path}`"
            lines.append(f"- **{what}** : {place}")
    return "\n".join(lines)


_EUROS = {"lu_eur": "Euros lus", "compte_eur": "Euros comptés", "ecarte_eur": "Euros écartés"}
_OUTPUTS = {
    "index.html": "La page d'état, pour tous",
    "budget-consolide.xlsx": "Le budget consolidé, pour les finances",
    "suivi.xlsx": "Le suivi des Pays et des dépôts, pour le service",
    "retours/": "Les retours, classeur par classeur",
    "relances/": "Les relances, Pays par Pays",
    "donnees/": "Les tables, pour les programmes",
    "open-data/subventions.csv": "Les données ouvertes",
}
