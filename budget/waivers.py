"""Dérogations: for one project between two dates, another value for the parameter behind a rule (contract §1).

They are dated values like the others: `budget.caps` joins them, so no rule knows of them.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from schemas.rules import RULES
from schemas.text import french_date

TOLERANCE = "tolerance_eur"
WHOLE = ("duree_poste_ans", "postes_max")
"""Parameters that count: whole numbers."""
PARAMETER_OF = {code: rule.parameter for code, rule in RULES.items() if rule.parameter} | dict.fromkeys(
    ("BUD301", "BUD302", "BUD303", "BUD304", "BUD305", "BUD306", "COF401"), TOLERANCE
)
"""The parameter behind each rule that has one."""
SCHEMA: dict[str, pl.DataType] = {
    "fichier": pl.String(), "feuille": pl.String(), "ligne": pl.Int64(), "adresse": pl.String(),
    "pays_code": pl.String(), "projet": pl.Int64(),
    "regle": pl.String(), "parametre": pl.String(), "valeur": pl.Decimal(38, 2), "du": pl.Date(), "au": pl.Date(), "reference": pl.String(),
    "rang": pl.Int64(), "obstacle": pl.String(), "numero": pl.Int64(),
}  # fmt: skip


def read_waivers(rows: pl.DataFrame) -> pl.DataFrame:
    """The believed rows of Dérogations with the `parametre` they replace, or the `obstacle` that leaves them without effect."""
    made = [_waiver(row) for row in rows.sort("rang", "ligne").iter_rows(named=True)]
    return pl.DataFrame([{**row, "numero": number} for number, row in enumerate(made)], schema=SCHEMA)


def _waiver(row: Mapping[str, Any]) -> dict[str, Any]:
    code = row["regle"].strip().upper()
    parameter = PARAMETER_OF.get(code)
    return {
        **{name: row.get(name) for name in SCHEMA},
        "regle": code,
        "parametre": parameter,
        "valeur": row["valeur_autorisee"],
        "reference": _cited(row["reference"], row["du"], row["au"]),
        "obstacle": _obstacle(code, parameter, row),
    }


def _cited(reference: str, first: date, last: date | None) -> str:
    """How a waiver is cited wherever it serves."""
    return f"Dérogation {reference}, du {french_date(first)} au {french_date(last)}" if last else (
        f"Dérogation {reference}, depuis le {french_date(first)}"
    )  # fmt: skip


def _obstacle(code: str, parameter: str | None, row: Mapping[str, Any]) -> str | None:
    if code not in RULES:
        return f"« {row['regle']} » n'est le code d'aucune règle."
    if parameter is None:
        return f"La règle {code} n'applique aucune valeur : il n'y a rien à remplacer. Un arbitrage peut lever son constat."
    if row["sous_reserve"]:
        return "La valeur autorisée est sous réserve : elle ne vaut qu'une fois la réserve levée."
    if parameter in WHOLE and row["valeur_autorisee"] % 1:
        return "La valeur autorisée doit être un nombre entier."
    return None


def in_force(keys: pl.DataFrame, waivers: pl.DataFrame) -> pl.DataFrame:
    """For each (`pays_code, projet, date_regle`) the waivers of that day, one per parameter: the latest to start, then the latest given."""
    usable = waivers.filter(pl.col("obstacle").is_null()).select(
        "pays_code", "projet", "parametre", "valeur", "du", "au", "numero", derogation="reference"
    )
    found = keys.join(usable, on=["pays_code", "projet"], maintain_order="left")
    today = (pl.col("date_regle") >= pl.col("du")) & ((pl.col("date_regle") <= pl.col("au")) | pl.col("au").is_null())
    latest = found.filter(today).sort("du", "numero")
    return latest.unique(["pays_code", "projet", "date_regle", "parametre"], keep="last", maintain_order=True)
