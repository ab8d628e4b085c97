"""Drop-downs and entry checks: what Excel itself says while a cell is filled, with the text behind each cap.

A cap warns and does not forbid: a waiver may lift it. The pipeline alone decides.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from schemas.accounts import accounts
from schemas.financers import OWN_RESOURCES, REGION, TYPES
from schemas.parameters import Config, DatedValue
from schemas.pays import all_pays
from schemas.plan import SECURED
from schemas.spec import PREFIGURATION, Column
from schemas.text import euros, number
from workbooks.cells import letters
from workbooks.template_layout import CAPACITY, FIRST, Layout

LISTS_SHEET = "Listes"
SECURED_NAME = "Statuts_acquis"
YEARS_NAME = "Exercices_du_budget"
_MESSAGE, _TITLE = 255, 32
_HINTS = {
    "montant": "Montant en euros, sans texte : 35000 ou 35000,50.",
    "nombre": "Nombre, par exemple 0,5.",
    "entier": "",
    "annee": "Sur quatre chiffres.",
    "date": "Forme : jj/mm/aaaa.",
    "siret": "Laissez vide si vous ne l'avez pas.",
    "choix": "Choisissez dans la liste.",
    "pays": "Choisissez dans la liste, ou écrivez le code.",
    "compte": "Numéro de compte, à choisir dans la liste.",
}

Validation = dict[str, Any]


@dataclass(frozen=True)
class Caps:
    """The dated values in force on one day; None where no text fixes one."""

    etude: DatedValue | None
    poste: DatedValue | None
    duree: DatedValue | None
    postes_max: DatedValue | None

    @classmethod
    def at(cls, config: Config, day: date) -> "Caps":
        """The caps in force that day."""
        p = config.parametres
        return cls(
            *(v if v and v.valeur is not None else None for v in (
                x.at(day) for x in (p.plafond_etude_eur, p.plafond_poste_eur, p.duree_poste_ans, p.postes_max)
            ))
        )  # fmt: skip


def fit(text: str, limit: int = _MESSAGE) -> str:
    """Excel cuts nothing: it refuses a longer text, so a long reference is shortened here."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def list_name(column: Column) -> str | None:
    """The defined name of a column's drop-down, if it has one."""
    if column.kind == "pays":
        return "Liste_pays"
    if column.kind == "compte":
        return "Liste_comptes"
    return f"Liste_{column.name}_{len(column.choices)}" if column.choices else None


def lists_of(layout: Layout) -> dict[str, list[str | int]]:
    """Every drop-down of a document, by defined name."""
    found: dict[str, list[str | int]] = {}
    tables = [c for kind in layout.sheets() if kind not in ("identification", "budget") for c in layout.columns(kind)]
    for column in (*layout.fields(), *tables):
        if name := list_name(column):
            found[name] = list(column.choices)
    if "Liste_pays" in found:
        found["Liste_pays"] = [p.name for p in all_pays().values()]
    if "Liste_comptes" in found:
        found["Liste_comptes"] = [int(code) if code.isdigit() else code for code in accounts()]
    if "budget" in layout.sheets():
        found[SECURED_NAME] = list(SECURED)
        found["Types_du_compte_74"] = [t for t in TYPES if t != OWN_RESOURCES]
    return found


def input_message(column: Column) -> str:
    """What Excel shows beside a selected cell."""
    return fit(f"{column.description} {_HINTS.get(column.kind, '')}".strip())


def plain_check(column: Column) -> Validation:
    """The check that a column's kind alone calls for."""
    if name := list_name(column):
        check: Validation = {"validate": "list", "source": f"={name}", "error_title": "Valeur hors liste"}
        if column.kind == "choix":
            return {**check, "error_type": "stop", "error_message": "Choisissez une valeur de la liste."}
        return {**check, "error_type": "warning", "error_message": f"Cette valeur n'est pas dans la liste. {_HINTS[column.kind]}"}
    if column.kind == "date":
        return {
            "validate": "date", "criteria": "between", "minimum": date(1990, 1, 1), "maximum": date(2100, 12, 31),
            "error_title": "Date attendue", "error_message": "Écrivez une date sous la forme jj/mm/aaaa, par exemple 15/06/2010.",
        }  # fmt: skip
    if column.kind == "annee":
        return _between("integer", 1990, 2100, "Année attendue", "Écrivez une année sur quatre chiffres, par exemple 2010.")
    if column.kind == "nombre":
        return _between("decimal", 0, 1, "Temps de travail", "Écrivez 1 pour un temps plein, 0,5 pour un mi-temps.")
    if column.kind == "entier":
        least = 0 if column.name == "postes_accordes" else 1
        return _between("integer", least, 99, "Nombre entier attendu", f"Écrivez un nombre entier, {least} ou plus.")
    if column.kind == "montant":
        return _amount_check(column)
    return {"validate": "any"}


def _amount_check(column: Column) -> Validation:
    if column.name == "vote_eur" and "avenant" in column.description:
        low, message = -100_000_000, "Écrivez un montant en euros, sans texte ; seul un avenant peut être négatif."
    else:
        low, message = 0, "Écrivez un montant en euros, positif ou nul, sans texte ni calcul entre guillemets."
    return _between("decimal", low, 100_000_000, "Montant attendu", message)


def _between(kind: str, low: int, high: int, title: str, message: str) -> Validation:
    return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high, "error_title": title, "error_message": message}


def check_for(layout: Layout, kind: str, column: Column, caps: Caps) -> Validation:
    """The whole check of one column of a table: its cap where one is in force, else what its kind calls for."""
    check = _cap_check(layout, kind, column, caps) or _year_check(layout, kind, column) or plain_check(column)
    return {**check, "input_title": fit(column.label, _TITLE), "input_message": input_message(column), "ignore_blank": True}


def _year_check(layout: Layout, kind: str, column: Column) -> Validation | None:
    """In a dossier, an exercice is one of the Budget's."""
    if column.kind != "annee" or "budget" not in layout.sheets():
        return None
    return {
        "validate": "list", "source": f"={YEARS_NAME}", "error_type": "warning", "error_title": "Exercice absent du budget",
        "error_message": "Choisissez une année de la feuille Budget, ou ajoutez-y d'abord la colonne de cette année.",
    }  # fmt: skip


def _cap_check(layout: Layout, kind: str, column: Column, caps: Caps) -> Validation | None:
    if kind == "postes" and column.name == "aide_eur" and caps.poste and caps.poste.valeur is not None:
        formula = _sum_at_most(layout, kind, column.name, ("poste", "annuite"), caps.poste)
        rule = f"L'aide à un poste ne dépasse pas {euros(caps.poste.valeur)} par annuité, sauf dérogation."
        return _warning(formula, "Plafond de l'aide à un poste", rule, caps.poste)
    if kind == "postes" and column.name == "annuite" and caps.duree and caps.duree.valeur is not None:
        limit = number(caps.duree.valeur)
        check = _between("integer", 1, int(caps.duree.valeur), "Nombre d'annuités", "")
        message = fit(f"Un poste est aidé {limit} ans au plus, sauf dérogation. {caps.duree.reference}")
        return {**check, "error_type": "warning", "error_message": message}
    study = kind == "plan" and layout.document == PREFIGURATION and column.name in ("sollicite_eur", "acquis_eur")
    if study and caps.etude and caps.etude.valeur is not None:
        own = f"${letters(_index(layout, kind, 'type_financeur'))}{FIRST + 1}"
        formula = _sum_at_most(layout, kind, column.name, ("type_financeur",), caps.etude, f'{own}<>"{REGION}"')
        rule = f"L'aide de la Région à l'étude ne dépasse pas {euros(caps.etude.valeur)}, sauf dérogation."
        return _warning(formula, "Plafond de l'aide à l'étude", rule, caps.etude)
    return None


def _index(layout: Layout, kind: str, name: str) -> int:
    return [c.name for c in layout.columns(kind)].index(name)


def _span(layout: Layout, kind: str, name: str) -> str:
    column = letters(_index(layout, kind, name))
    return f"${column}${FIRST + 1}:${column}${FIRST + CAPACITY}"


def _sum_at_most(layout: Layout, kind: str, name: str, keys: tuple[str, ...], cap: DatedValue, otherwise: str = "") -> str:
    """A positive number, and the sum over the rows of the same keys within the cap (written for the first row)."""
    own = f"{letters(_index(layout, kind, name))}{FIRST + 1}"
    pairs = ",".join(f"{_span(layout, kind, key)},${letters(_index(layout, kind, key))}{FIRST + 1}" for key in keys)
    within = f"SUMIFS({_span(layout, kind, name)},{pairs})<={cap.valeur}"
    return f"=AND(ISNUMBER({own}),{own}>=0,{f'OR({otherwise},{within})' if otherwise else within})"


def _warning(formula: str, title: str, rule: str, cap: DatedValue) -> Validation:
    message = fit(f"{rule} {cap.reference}")
    return {"validate": "custom", "value": formula, "error_type": "warning", "error_title": title, "error_message": message}
