"""The facts of the rules across files, for their sentences."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from schemas.text import count, euros, listing

Row = Mapping[str, Any]
Facts = dict[str, str]
_SHOWN = 3


def names(found: Sequence[str]) -> str:
    """The first names, and how many others."""
    more = [count(len(found) - _SHOWN, "autre")] if len(found) > _SHOWN else []
    return listing([*found[:_SHOWN], *more], "et")


def _studies(row: Row) -> Facts:
    cap, history = row["plafond_etude_eur"], row["historique_eur"]
    left = max(cap - history, Decimal(0))
    return {
        "autres": names(row["noms"]), "total": euros(row["total_eur"]), "limite": euros(cap),
        "reference": row["plafond_etude_eur_reference"], "reste": euros(left), "ecart": euros(row["total_eur"] - history - left),
    }  # fmt: skip


def _votes(row: Row) -> Facts:
    years, posts, total = row["exercice"], row["postes"], row["total"]
    said = {
        "plafond_etude_eur": f"{euros(total)} votés aux études du Pays",
        "plafond_poste_eur": f"{euros(total)} votés pour {count(posts, 'poste')} en {years}",
        "postes_max": f"{count(int(total), 'poste accordé', 'postes accordés')} pour {years}",
        "duree_poste_ans": f"{count(int(total), 'année')} d'aide au même poste",
    }
    counted = {"postes_max": ("poste", "postes"), "duree_poste_ans": ("an", "ans")}.get(row["parametre"])
    waived = row["derogation"] is not None
    return {
        "detail": said[row["parametre"]], "limite": count(int(row["permis"]), *counted) if counted else euros(row["permis"]),
        "reference": row["reference"], "suite": "" if waived else ", sans dérogation enregistrée",
    }  # fmt: skip


def _repeated(row: Row) -> Facts:
    same = row["autre"] == row["fichier"]
    other = f"la ligne {row['autre_ligne']}"
    return {
        "ligne": str(row["ligne"]), "autre": other if same else f"{other} de « {row['autre']} »",
        "suite": "les deux sont comptées" if same else "la plus récente est comptée", "cas": "deux" if same else "",
    }  # fmt: skip


CROSS: dict[str, Callable[[Row, str], Facts]] = {
    "PRE301": lambda row, _: _studies(row),
    "FON304": lambda row, _: {"poste": row["poste"], "limite": str(row["accordes"]), "reference": row["decision"]},
    "IDE205": lambda row, _: {"valeur": row["porteur"], "autre": row["precedent"]},
    "DEC401": lambda row, _: _votes(row),
    "DEC402": lambda row, _: {"total": euros(row["total_eur"]), "limite": euros(row["vote_eur"])},
    "DEC403": lambda row, _: {"valeur": euros(row["vote_eur"])},
    "DEC404": lambda row, _: _repeated(row),
}
