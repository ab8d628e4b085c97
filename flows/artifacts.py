"""What a run shows in Prefect: rows already written for people, those that need action first."""

from typing import Any

import polars as pl

from flows.steps import Outcome
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
    """A row per rejected file, with its reason."""
    rejected = outcome.tables["depots"].filter(pl.col("decision") == REJECTED)
    return [{"Fichier": row["fichier"], "Erreurs": row["erreurs"], "Motif": row["motif"]} for row in rejected.to_dicts()]


def totals_text(outcome: Outcome) -> str:
    """Files by decision and euros read, counted, set aside, as Markdown."""
    depots = outcome.tables["depots"].filter(pl.col("decision") != IGNORED)
    files = [f"- {decision} : {count(number, 'fichier')}" for decision, number in outcome.decisions.items()]
    labels = {"lu_eur": "Euros lus", "compte_eur": "Euros comptés", "ecarte_eur": "Euros écartés"}
    money = [f"- {label} : {euros(depots[name].sum() or 0)}" for name, label in labels.items()]
    controls = outcome.tables["controles"]
    return "\n".join(["## Fichiers", *files, "", "## Euros", *money, "", f"{count(controls.height, 'contrôle')}, tous à zéro."])
