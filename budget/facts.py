"""What each pandera rule says of a failing row: the facts that fill its sentences. Rows come as plain dictionaries."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from budget.facts_cofinancing import COFINANCING
from budget.facts_cross import CROSS, names
from schemas.text import euros, french_date, listing, number

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
    if year := row.get("exercice"):
        first, last = row["annee_debut"], row["annee_fin"]
        detail = f"L'exercice {year} est hors de la période du dossier ({f'{first} à {last}' if first != last else first})"
        return {"detail": detail} | (
            {"borne": "Date de début", "jour": f"01/01/{year}"} if year < first else {"borne": "Date de fin", "jour": f"31/12/{year}"}
        )
    start, end = (row["date_debut"], row["date_fin"]) if "date_fin" in row else (row["du"], row["au"])
    detail = f"La date de fin ({french_date(end)}) précède la date de début ({french_date(start)})"
    return {"cas": "dates", "detail": detail, "jour": french_date(start)}


def _whole(column: str) -> str:
    return "un nombre entier de 1 à 99" if column == "duree_ans" else "un nombre entier à partir de 1"


def _negative(row: Row, column: str) -> Facts:
    # A budget's line is known by its label, not by a column's.
    line = {"champ": f"{row['libelle']}, {row['exercice']}"} if "niveau" in row else {}
    return {"valeur": euros(row[column]), "positif": euros(abs(row[column])), **line}


def _status(row: Row) -> Facts:
    return {"acquis": euros(row["acquis_eur"]), "cas": "" if row["acquis_eur"] else "sans_montant"}


def _cells(sources: Iterable[str] | None) -> str:
    """« cellule E5 », « cellules E5 et E6, en tout »: the addresses of `feuille!cellule`, without the sheet."""
    cells = [source.rpartition("!")[2] for source in sources or ()]
    return f"cellules {listing(cells, 'et')}, en tout" if len(cells) > 1 else f"cellule {''.join(cells)}"


def _less(row: Row, cap: str) -> Facts:
    """What to write at the finding's cell for its group to come down to the cap; where that cell alone cannot, the case « lignes »."""
    total, limit = row["total_eur"], row[cap]
    new = row["valeur_eur"] - (total - limit)
    return {
        "total": euros(total), "limite": euros(limit), "reference": row[f"{cap}_reference"], "ecart": euros(total - limit),
        "nouveau": euros(new), "cellules": _cells(row["sources"]), "cas": "" if new >= 0 else "lignes",
    }  # fmt: skip


def _balance(row: Row) -> Facts:
    gap = row["produits_eur"] - row["charges_eur"]
    lacking, surplus = ("produits", "charges") if gap < 0 else ("charges", "produits")
    return {
        "charges": euros(row["charges_eur"]), "produits": euros(row["produits_eur"]), "ecart": euros(abs(gap)),
        "manque": lacking, "trop": surplus,
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
    kind, plan, budget = row["type_financeur"], row["plan_eur"], row["budget_eur"]
    return {
        "quoi": f"des subventions « {kind} »" if kind else "de toutes les subventions",
        "plan": euros(plan), "budget": euros(budget), "ecart": euros(abs(plan - budget)),
        "cellules": _cells(row["sources_plan"]), "autres": _cells(row["sources_budget"]),
        "cas": "sans_plan" if not row["sources_plan"] else "" if row["sources_budget"] else "sans_budget",
    }  # fmt: skip


def _plan_and_posts(row: Row) -> Facts:
    return {
        "plan": euros(row["plan_eur"]), "postes": euros(row["postes_eur"]),
        "cellules": _cells(row["sources_plan"]), "autres": _cells(row["sources_postes"]),
        "cas": "sans_plan" if not row["sources_plan"] else "" if row["sources_postes"] else "sans_postes",
    }  # fmt: skip


def _post(row: Row) -> Facts:
    return {"poste": row["poste"], "annuite": str(row.get("annuite", "")), "etp": number(row.get("etp"))}


def _annuity(row: Row) -> Facts:
    # Where other campaigns funded the post, `noms` says which.
    detail = f", qui est la {row['rang']}e avec celles de {names(row['noms'])}" if "noms" in row else ""
    return _post(row) | {
        "limite": str(row["duree_poste_ans"]), "reference": row["duree_poste_ans_reference"], "detail": detail,
        "ecart": euros(row["total_eur"]), "cellules": _cells(row["sources"]), "cas": "suite" if detail else "",
    }  # fmt: skip


_BY_RULE: dict[str, Callable[[Row, str], Facts]] = {
    "FIC006": lambda row, _: {"dossier": row["dossier_region"]},
    "CEL102": lambda _, column: {"attendu": _whole(column), "exemple": "un nombre entier comme 1"},
    "CEL107": _negative,
    "CEL111": lambda row, _: _status(row),
    "IDE203": lambda row, _: _dates(row),
    "PRE201": lambda row, _: _less(row, "plafond_etude_eur"),
    "FON201": lambda row, _: _post(row) | _less(row, "plafond_poste_eur"),
    "FON202": lambda row, _: _post(row) | {
        "total": euros(row["total_eur"]), "limite": euros(row["prorata_eur"]), "reference": row["plafond_poste_eur_reference"],
    },
    "FON301": lambda row, _: _post(row) | {
        "total": str(row["rang"]), "limite": str(row["postes_max"]), "reference": row["postes_max_reference"],
        "ecart": euros(row["aide_eur"]), "cellules": _cells(row["sources"]),
    },
    "FON302": lambda row, _: _annuity(row),
    "FON306": lambda row, _: {"valeur": euros(row["aide_eur"]), "limite": euros(row["cout_charge_eur"])},
    "BUD301": lambda row, _: _balance(row),
    "BUD302": lambda row, _: _in_kind(row),
    "BUD303": _stated,
    "BUD304": lambda row, _: _heading(row),
    "BUD305": lambda row, _: _plan_and_budget(row),
    "BUD306": lambda row, _: _plan_and_posts(row),
    "PAR301": lambda row, _: {"reference": row["partenariat_reference"]},
    "REG401": lambda row, _: {"champ": row["libelle"], "valeur": french_date(row["date_regle"]), "regles": row["regles"]},
    **CROSS,
    **COFINANCING,
}  # fmt: skip


def facts_of(code: str, row: Row, column: str) -> Facts:
    """The facts of a rule for one failing row; `column` is the field that the check was on."""
    facts = {"exercice": str(row["exercice"])} if row.get("exercice") else {}
    make = _BY_RULE.get(code)
    return facts | (make(row, column) if make else {})


def written_value(row: Row, shows: str, column: str) -> str:
    """The value of the cell at which the finding stands, as written there."""
    return _written(row.get(shows or column))
