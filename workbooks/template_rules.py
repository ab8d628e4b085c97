"""Entry checks: what Excel itself says while a cell is filled, with the text behind each cap.

A cap warns and does not forbid: a waiver may lift it. The pipeline alone decides.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from schemas.decisions import AWARD
from schemas.financers import REGION
from schemas.parameters import Config, DatedValue
from schemas.spec import PREFIGURATION, Column
from schemas.text import euros, number
from workbooks.cells import letters
from workbooks.template_layout import CAPACITY, FIRST, Layout
from workbooks.template_lists import SUGGESTED, YEARS_NAME, list_name

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
_SUGGESTION = "Choisissez dans la liste, ou écrivez autre chose."

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


def input_message(column: Column) -> str:
    """What Excel shows beside a selected cell."""
    hint = _SUGGESTION if list_name(column) in SUGGESTED else _HINTS.get(column.kind, "")
    return fit(f"{column.description} {hint}".strip())


def with_message(check: Validation, column: Column) -> Validation:
    """The check of a cell, with what is shown when it is selected."""
    return {**check, "input_title": fit(column.label, _TITLE), "input_message": input_message(column), "ignore_blank": True}


def plain_check(column: Column, own: str) -> Validation:
    """The check that a column's kind alone calls for; `own` is the address of its first cell."""
    if name := list_name(column):
        return _list_check(column, name)
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
    if column.kind == "siret":
        digits = f'LEN(SUBSTITUTE({own}," ",""))'
        message = "Un SIRET a 14 chiffres. Relisez-le, ou laissez la case vide."
        return {
            "validate": "custom", "value": f"=OR({digits}=14,{digits}=9)", "error_type": "warning", "error_title": "SIRET",
            "error_message": message,
        }  # fmt: skip
    return {"validate": "any"}


def _list_check(column: Column, name: str) -> Validation:
    check: Validation = {"validate": "list", "source": f"={name}"}
    if name in SUGGESTED:
        return {**check, "show_error": False}
    check["error_title"] = "Valeur hors liste"
    if column.kind == "choix":
        return {**check, "error_type": "stop", "error_message": "Choisissez une valeur de la liste."}
    return {**check, "error_type": "warning", "error_message": f"Cette valeur n'est pas dans la liste. {_HINTS[column.kind]}"}


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
    own = f"{letters(_index(layout, kind, column.name))}{FIRST + 1}"
    check = _cap_check(layout, kind, column, caps) or _year_check(layout, kind, column) or plain_check(column, own)
    return with_message(check, column)


def _year_check(layout: Layout, kind: str, column: Column) -> Validation | None:
    """In a dossier, an exercice is one of the Budget's."""
    if column.kind != "annee" or "budget" not in layout.sheets():
        return None
    return {
        "validate": "list", "source": f"={YEARS_NAME}", "error_type": "warning", "error_title": "Exercice absent du budget",
        "error_message": "Choisissez une année de la feuille Budget, ou écrivez-la d'abord en tête d'une de ses colonnes.",
    }  # fmt: skip


def _cap_check(layout: Layout, kind: str, column: Column, caps: Caps) -> Validation | None:
    """The check of a cell that a cap bounds, where that cap is in force."""
    names = {c.name for c in layout.columns(kind)}
    if kind == "plan" and layout.document == PREFIGURATION and column.name in ("sollicite_eur", "acquis_eur"):
        return _study_check(layout, kind, column, caps.etude)
    if kind == "postes" and names >= {"poste", "annuite", "exercice"}:
        return _post_check(layout, column, caps)
    if kind == "decisions" and names >= {"volet", "postes_accordes", "duree_ans", "nature"}:
        return _decision_check(layout, column, caps)
    return None


def _study_check(layout: Layout, kind: str, column: Column, cap: DatedValue | None) -> Validation | None:
    if cap is None or cap.valeur is None:
        return None
    other = f'{_own(layout, kind, "type_financeur")}<>"{REGION}"'
    formula = _sum_at_most(layout, kind, column.name, ("type_financeur",), cap, other)
    rule = f"L'aide de la Région à l'étude ne dépasse pas {euros(cap.valeur)}, sauf dérogation."
    return _warning(formula, "Plafond de l'aide à l'étude", rule, cap)


def _post_check(layout: Layout, column: Column, caps: Caps) -> Validation | None:
    if column.name == "aide_eur" and caps.poste and caps.poste.valeur is not None:
        formula = _sum_at_most(layout, "postes", column.name, ("poste", "annuite"), caps.poste)
        rule = f"L'aide à un poste ne dépasse pas {euros(caps.poste.valeur)} par annuité, sauf dérogation."
        return _warning(formula, "Plafond de l'aide à un poste", rule, caps.poste)
    if column.name == "annuite" and caps.duree and caps.duree.valeur is not None:
        rule = f"Un poste est aidé {number(caps.duree.valeur)} ans au plus, sauf dérogation."
        return _integer_at_most(caps.duree, 1, "Nombre d'annuités", rule)
    if column.name == "poste" and caps.postes_max and caps.postes_max.valeur is not None:
        limit = number(caps.postes_max.valeur)
        rule = f"Le nombre de postes aidés la même année ne dépasse pas {limit}, sauf dérogation."
        formula = f"={_distinct_posts(layout)}<={caps.postes_max.valeur}"
        return _warning(formula, "Nombre de postes", rule, caps.postes_max)
    return None


def _distinct_posts(layout: Layout) -> str:
    """How many posts share the exercice of the row; while that is blank, how many posts there are in all."""
    posts, years, year = _span(layout, "postes", "poste"), _span(layout, "postes", "exercice"), _own(layout, "postes", "exercice")
    same = f'(({year}="")+({years}={year})>0)'
    # Each post counts on its first row among those. Excel takes 255 signs at most here.
    keys = f"{posts}&{same}"
    return f'SUMPRODUCT({same}*({posts}<>"")*(MATCH({keys},{keys},0)=ROW({posts})-{FIRST}))'


def _decision_check(layout: Layout, column: Column, caps: Caps) -> Validation | None:
    """The Région's own votes: a higher one is entered all the same, and reported (DEC401)."""
    if column.name == "duree_ans" and caps.duree:
        return _integer_at_most(caps.duree, 1, "Durée de l'aide", f"Un poste est aidé {number(caps.duree.valeur)} ans au plus.")
    if column.name == "postes_accordes" and caps.postes_max:
        rule = f"Au plus {number(caps.postes_max.valeur)} postes aidés la même année."
        return _integer_at_most(caps.postes_max, 0, "Nombre de postes", rule)
    if column.name == "vote_eur" and caps.etude and caps.poste:
        own, volet, nature = (_own(layout, "decisions", name) for name in ("vote_eur", "volet", "nature"))
        posts, years = (_own(layout, "decisions", name) for name in ("postes_accordes", "duree_ans"))
        study = f'({volet}<>"préfiguration")+({own}<={caps.etude.valeur})>0'
        post = f'({volet}<>"fonctionnement")+({posts}="")+({years}="")+({own}<={caps.poste.valeur}*{posts}*{years})>0'
        formula = f'=AND(ISNUMBER({own}),OR({nature}<>"{AWARD}",AND({study},{post})))'
        texts = dict.fromkeys((caps.etude.reference, caps.poste.reference))
        rule = f"Étude : {euros(caps.etude.valeur)} au plus. Poste : {euros(caps.poste.valeur)} par an au plus."
        return {**_warning(formula, "Vote au-dessus du plafond", rule, caps.poste), "error_message": fit(f"{rule} {'. '.join(texts)}")}
    return None


def _integer_at_most(cap: DatedValue, least: int, title: str, rule: str) -> Validation:
    check = _between("integer", least, int(cap.valeur or 0), title, fit(f"{rule} {cap.reference}"))
    return {**check, "error_type": "warning"}


def _index(layout: Layout, kind: str, name: str) -> int:
    return [c.name for c in layout.columns(kind)].index(name)


def _own(layout: Layout, kind: str, name: str) -> str:
    """The cell of a column on the first row, whose column stays where the check is copied."""
    return f"${letters(_index(layout, kind, name))}{FIRST + 1}"


def _span(layout: Layout, kind: str, name: str) -> str:
    column = letters(_index(layout, kind, name))
    return f"${column}${FIRST + 1}:${column}${FIRST + CAPACITY}"


def _sum_at_most(layout: Layout, kind: str, name: str, keys: tuple[str, ...], cap: DatedValue, otherwise: str = "") -> str:
    """A positive number, and the sum over the rows of the same keys within the cap (written for the first row)."""
    own = f"{letters(_index(layout, kind, name))}{FIRST + 1}"
    pairs = ",".join(f"{_span(layout, kind, key)},{_own(layout, kind, key)}" for key in keys)
    within = f"SUMIFS({_span(layout, kind, name)},{pairs})<={cap.valeur}"
    return f"=AND(ISNUMBER({own}),{own}>=0,{f'OR({otherwise},{within})' if otherwise else within})"


def _warning(formula: str, title: str, rule: str, cap: DatedValue) -> Validation:
    message = fit(f"{rule} {cap.reference}")
    return {"validate": "custom", "value": formula, "error_type": "warning", "error_title": title, "error_message": message}
