"""The drop-downs of a template, as defined names over its hidden sheet: values to choose from, and names that are only suggested."""

from schemas.accounts import accounts
from schemas.documents import SHEETS
from schemas.pays import all_pays
from schemas.plan import SECURED
from schemas.rules import RULES
from schemas.spec import Column
from schemas.text import normalise
from workbooks.template_layout import Layout

LISTS_SHEET = "Listes"
SECURED_NAME = "Statuts_acquis"
YEARS_NAME = "Exercices_du_budget"
_FINANCERS, _POLES, _PAYS, _ACCOUNTS = "Liste_financeurs", "Liste_poles", "Liste_pays", "Liste_comptes"
_WAIVABLE, _RULES, _SHEETS = "Liste_regles", "Liste_constats", "Liste_feuilles"
_BY_FIELD = {"financeur": _FINANCERS, "regle": _WAIVABLE, "code": _RULES, "feuille_visee": _SHEETS}
_BY_KIND = {"pays": _PAYS, "compte": _ACCOUNTS, "pole": _POLES}
SUGGESTED = (_FINANCERS, _POLES, _WAIVABLE, _RULES, _SHEETS)
"""Lists that only help: any other text may be typed."""


def list_name(column: Column) -> str | None:
    """The defined name of a column's drop-down, if it has one."""
    if column.choices:
        # Two sheets may have a column of that name with other values: the first one tells them apart.
        return f"Liste_{column.name}_{normalise(column.choices[0]).replace(' ', '_')}"
    return _BY_FIELD.get(column.name) or _BY_KIND.get(column.kind)


def lists_of(layout: Layout) -> dict[str, list[str | int]]:
    """Every drop-down of a document, by defined name."""
    tables = [c for kind in layout.sheets() if kind not in ("identification", "budget") for c in layout.columns(kind)]
    found: dict[str, list[str | int]] = {}
    for column in (*layout.fields(), *tables):
        if name := list_name(column):
            found[name] = list(column.choices) or _known(name, layout)
    if "budget" in layout.sheets():
        found[SECURED_NAME] = list(SECURED)
    return found


def _known(name: str, layout: Layout) -> list[str | int]:
    """The values of a list that is not a column's own choices."""
    known: dict[str, list[str | int]] = {
        _PAYS: [p.name for p in all_pays().values()],
        _ACCOUNTS: [int(code) if code.isdigit() else code for code in accounts()],
        _FINANCERS: list(layout.values.financers),
        _POLES: [p.pole for p in all_pays().values() if p.pole],
        _WAIVABLE: [code for code, rule in RULES.items() if rule.parameter],
        _RULES: list(RULES),
        _SHEETS: [title for title, _ in SHEETS.values()],
    }
    return known[name]
