"""What each pandera rule says of a failing row: the facts that fill its sentences. Rows come as plain dictionaries."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from schemas.text import euros, french_date, number

Row = Mapping[str, Any]
Facts = dict[str, str]


def _written(value: Any) -> str:
    """A value as its cell would show it, without a unit."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return number(value)
    return french_date(value) if hasattr(value, "strftime") else str(value)


def _dates(row: Row) -> Facts:
    if "exercice" in row:
        span = f"{row['annee_debut']} à {row['annee_fin']}"
        return {"detail": f"L'exercice {row['exercice']} est hors de la période du dossier ({span})"}
    start, end = (row["date_debut"], row["date_fin"]) if "date_fin" in row else (row["du"], row["au"])
    return {"detail": f"La date de fin ({french_date(end)}) précède la date de début ({french_date(start)})"}


def _balance(row: Row) -> Facts:
    gap = row["produits_eur"] - row["charges_eur"]
    lacking = "de produits" if gap < 0 else "de charges"
    return {
        "charges": euros(row["charges_eur"]), "produits": euros(row["produits_eur"]), "ecart": euros(abs(gap)),
        "manque": f"il manque {euros(abs(gap))} {lacking}",
    }  # fmt: skip


def _in_kind(row: Row) -> Facts:
    gap = abs(row["emplois_eur"] - row["ressources_eur"])
    return {"charges": euros(row["emplois_eur"]), "produits": euros(row["ressources_eur"]), "ecart": euros(gap)}


def _stated(row: Row, column: str) -> Facts:
    found = row[column]
    expected = row["charges_eur"] if column == "total_charges_eur" else row["produits_eur"]
    return {"valeur": euros(found), "attendu": euros(expected), "ecart": euros(abs(found - expected))}


def _heading(row: Row) -> Facts:
    gap = abs(row["rubrique_eur"] - row["detail_eur"])
    return {
        "compte": row["rubrique"], "valeur": euros(row["rubrique_eur"]), "autre": row["cellule_rubrique"],
        "attendu": euros(row["detail_eur"]), "ecart": euros(gap),
    }  # fmt: skip


def _plan_and_budget(row: Row) -> Facts:
    kind = row["type_financeur"] or "toutes subventions"
    plan, budget = row["plan_eur"], row["budget_eur"]
    return {"type": kind, "plan": euros(plan), "budget": euros(budget), "ecart": euros(abs(plan - budget))}


def _post(row: Row) -> Facts:
    return {"poste": row["poste"], "annuite": str(row.get("annuite", "")), "etp": number(row.get("etp"))}


_BY_RULE: dict[str, Callable[[Row, str], Facts]] = {
    "FIC006": lambda row, _: {"dossier": row["dossier_region"]},
    "CEL102": lambda row, column: {"attendu": "un nombre entier à partir de 1", "exemple": "un nombre entier comme 1"},
    "CEL107": lambda row, column: {"valeur": euros(row[column])},
    "CEL111": lambda row, _: {"acquis": euros(row["acquis_eur"])},
    "IDE203": lambda row, _: _dates(row),
    "PRE201": lambda row, _: {
        "total": euros(row["total_eur"]), "limite": euros(row["plafond_etude_eur"]), "reference": row["plafond_etude_eur_reference"],
    },
    "FON201": lambda row, _: _post(row) | {
        "total": euros(row["total_eur"]), "limite": euros(row["plafond_poste_eur"]), "reference": row["plafond_poste_eur_reference"],
    },
    "FON202": lambda row, _: _post(row) | {
        "total": euros(row["total_eur"]), "limite": euros(row["prorata_eur"]), "reference": row["plafond_poste_eur_reference"],
    },
    "FON301": lambda row, _: _post(row) | {
        "total": str(row["rang"]), "limite": str(row["postes_max"]), "reference": row["postes_max_reference"],
    },
    "FON302": lambda row, _: _post(row) | {"limite": str(row["duree_poste_ans"]), "reference": row["duree_poste_ans_reference"]},
    "FON306": lambda row, _: {"valeur": euros(row["aide_eur"]), "limite": euros(row["cout_charge_eur"])},
    "BUD301": lambda row, _: _balance(row),
    "BUD302": lambda row, _: _in_kind(row),
    "BUD303": _stated,
    "BUD304": lambda row, _: _heading(row),
    "BUD305": lambda row, _: _plan_and_budget(row),
    "BUD306": lambda row, _: {"plan": euros(row["plan_eur"]), "postes": euros(row["postes_eur"])},
    "PAR301": lambda row, _: {"reference": row["partenariat_reference"]},
    "REG401": lambda row, _: {"champ": row["libelle"], "valeur": french_date(row["date_regle"]), "regles": row["regles"]},
}  # fmt: skip


def facts_of(code: str, row: Row, column: str) -> Facts:
    """The facts of a rule for one failing row; `column` is the field that the check was on."""
    facts = {"exercice": str(row["exercice"])} if row.get("exercice") else {}
    make = _BY_RULE.get(code)
    return facts | (make(row, column) if make else {})


def written_value(row: Row, shows: str, column: str) -> str:
    """The value of the cell at which the finding stands, as written there."""
    return _written(row.get(shows or column))
