"""The cells of a table that turn orange while it is filled: what lacks on a row, what is above a cap, what contradicts its neighbour."""

from collections.abc import Iterator

from schemas.financers import REGION
from schemas.spec import DOCUMENTS, PREFIGURATION, Column
from workbooks.cells import letters
from workbooks.template_layout import CAPACITY, FIRST, Layout
from workbooks.template_lists import SECURED_NAME, YEARS_NAME
from workbooks.template_rules import Caps

Mark = tuple[int, str]
"""A column and the formula of its first row."""


def marks(layout: Layout, kind: str, caps: Caps) -> Iterator[Mark]:
    """Every mark of a table."""
    names = [c.name for c in layout.columns(kind)]
    own = {name: f"${letters(i)}{FIRST + 1}" for i, name in enumerate(names)}
    span = {name: f"${letters(i)}${FIRST + 1}:${letters(i)}${FIRST + CAPACITY}" for i, name in enumerate(names)}
    row = f"$A{FIRST + 1}:${letters(len(names) - 1)}{FIRST + 1}"
    for index, column in enumerate(layout.columns(kind)):
        if kind != "realise" and (lacking := _lacking(layout, column, own)):
            yield index, f"=AND(COUNTA({row})>0,{lacking})"
        if column.kind in ("montant", "nombre", "entier", "annee", "date"):
            yield index, f"=ISTEXT({own[column.name]})"
        if column.kind == "annee" and "budget" in layout.sheets():
            yield index, f'=AND({own[column.name]}<>"",ISNA(MATCH({own[column.name]},{YEARS_NAME},0)))'
    if kind == "plan" and {"statut", "acquis_eur"} <= set(names) and "budget" in layout.sheets():
        secured = f"ISNUMBER(MATCH({own['statut']},{SECURED_NAME},0))"
        yield names.index("statut"), f"={secured}<>({own['acquis_eur']}>0)"
    if kind == "plan" and layout.document == PREFIGURATION and caps.etude and {"type_financeur", "sollicite_eur"} <= set(names):
        asked = f"SUMIFS({span['sollicite_eur']},{span['type_financeur']},{own['type_financeur']})"
        yield names.index("sollicite_eur"), f'=AND({own["type_financeur"]}="{REGION}",{asked}>{caps.etude.valeur})'
    if kind == "postes" and {"poste", "annuite", "cout_charge_eur", "aide_eur"} <= set(names):
        yield from _post_marks(names, own, span, caps)
    if kind == "engagements" and {"vote_eur", "verse_eur"} <= set(names):
        yield names.index("verse_eur"), f"=AND(ISNUMBER({own['verse_eur']}),{own['verse_eur']}>{own['vote_eur']})"


def _lacking(layout: Layout, column: Column, own: dict[str, str]) -> str:
    """Whether a compulsory cell is blank, with nothing that stands for it; empty for a column that is never compulsory."""
    blank = f'{own[column.name]}=""'
    if column.required_in(layout.document):
        return f'{blank},{own[column.alternative]}=""' if column.alternative in own else blank
    volets = [r for r in column.required if r not in DOCUMENTS]
    return f'{blank},{own["volet"]}="{volets[0]}"' if volets and "volet" in own else ""


def _post_marks(names: list[str], own: dict[str, str], span: dict[str, str], caps: Caps) -> Iterator[Mark]:
    aid = own["aide_eur"]
    wrong = [f"AND(ISNUMBER({aid}),{aid}>{own['cout_charge_eur']})"]
    if caps.poste:
        pairs = ",".join(f"{span[key]},{own[key]}" for key in ("poste", "annuite"))
        wrong.append(f"SUMIFS({span['aide_eur']},{pairs})>{caps.poste.valeur}")
    yield names.index("aide_eur"), f"=AND({aid}>0,OR({','.join(wrong)}))"
    if caps.duree:
        yield names.index("annuite"), f"=AND({aid}>0,{own['annuite']}>{caps.duree.valeur})"
