"""The facts of the rules on co-financers, for their sentences."""

from collections.abc import Callable, Mapping
from typing import Any

from schemas.text import euros, suggestions

Row = Mapping[str, Any]
Facts = dict[str, str]


def _line(row: Row) -> str:
    """« Pays de Vannes, fonctionnement »."""
    return f"{row['pays']}, {row['volet']}"


def _both_sides(row: Row) -> Facts:
    return {"financeur": row["financeur"], "vote": euros(row["vote_eur"]), "valeur": euros(row["dossier_eur"])}


def _secured(row: Row) -> Facts:
    return {"financeur": row["financeur"], "valeur": euros(row["acquis_eur"])}


COFINANCING: dict[str, Callable[[Row, str], Facts]] = {
    "COF401": lambda row, _: _both_sides(row),
    "COF402": lambda row, _: _secured(row),
    "COF403": lambda row, _: {"financeur": row["financeur"], "valeur": euros(row["vote_eur"]), "ligne": _line(row)},
    "COF404": lambda row, _: _secured(row),
    "COF405": lambda row, _: {"detail": f"{_line(row)}, {row['exercice']}, {euros(row['vote_eur'])}"},
    "COF406": lambda row, _: suggestions(row["proches"] or ()),
    "COF407": lambda row, _: {"valeur": row["par_nom"], "autre": row["par_siren"]},
    "COF408": lambda row, _: {"total": euros(row["total_eur"]), "limite": euros(row["charges_eur"])},
    "COF409": lambda row, _: {"ligne": _line(row), "valeur": euros(row["verse_eur"]), "limite": euros(row["vote_eur"])},
}
