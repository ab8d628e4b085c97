"""What a run shows in Prefect: rows already written for people, those that need action first."""

from decimal import Decimal
from typing import Any, TypeGuard

import polars as pl

from flows.steps import Job, Outcome
from schemas.tables import IGNORED, REJECTED
from schemas.text import count, euros, french_date

Rows = list[dict[str, Any]]


def status_rows(outcome: Outcome) -> Rows:
    """A row per Pays."""
    return [
        {
            "Code": row["pays_code"],
            "Pays": row["pays"],
            "Étape": row["etape"],
            "Pôle": row["pole"] or "",
            "Prochaine action": row["prochaine_action"],
            "Échéance": french_date(row["echeance"]),
        }
        for row in outcome.tables["suivi_pays"].to_dicts()
    ]


def rejected_rows(outcome: Outcome) -> Rows:
    """A row per rejected file, with its reason and the place of its return, from the outputs."""
    rejected = outcome.tables["depots"].filter(pl.col("decision") == REJECTED)
    shown = {"fichier": "Fichier", "erreurs": "Erreurs", "motif": "Motif", "retour": "Retour"}
    return [{title: row[name] or "" for name, title in shown.items()} for row in rejected.to_dicts()]


def totals_text(outcome: Outcome) -> str:
    """Files by decision and euros read, counted, set aside, as Markdown."""
    files = [f"- {decision} : {count(number, 'fichier')}" for decision, number in outcome.decisions.items()]
    money = [f"- {label} : {euros(amount)}" for label, amount in _euros(outcome.tables["depots"]).items()]
    controls = outcome.tables["controles"]
    return "\n".join(["## Fichiers", *files, "", "## Euros", *money, "", f"{count(controls.height, 'contrôle')}, tous à zéro."])


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
