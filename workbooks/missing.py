"""Findings about what a workbook lacks (a document, a sheet, a label, a value), each with the nearest thing that it has."""

from collections.abc import Iterable, Mapping, Sequence

from schemas.finding import Finding
from schemas.spec import DOCUMENTS, Column
from schemas.text import listing, nearest, normalise, suggestions
from workbooks.cells import Cell, address, is_blank, shown
from workbooks.locate import label_column, missing_label, sheet_names
from workbooks.reader import RawSheet

_EXPECTED = {
    "montant": "un montant, 0 s'il n'y en a pas", "nombre": "un nombre", "entier": "un nombre entier",
    "annee": "une année, sur quatre chiffres", "date": "une date, jour, mois et année", "siret": "les 14 chiffres du SIRET",
    "pays": "le nom du Pays ou son code, de 01 à 21", "compte": "un numéro de compte",
}  # fmt: skip
_DOCUMENTS = listing(DOCUMENTS)


def expected(column: Column) -> str:
    """What a cell of that column holds, for someone who left it blank."""
    if column.kind == "choix":
        return f"une de ces valeurs : {listing(column.choices)}"
    if column.kind in _EXPECTED:
        return _EXPECTED[column.kind]
    what = column.description[:1].lower() + column.description[1:].rstrip(".")
    return f"{what}, par exemple « {column.example} »" if column.example else what


def missing_sheet(title: str, sheets: Sequence[RawSheet], titles: Iterable[str]) -> Finding:
    """TAB001, with the nearest of the sheets that are none of the document's own `titles`."""
    others = _others(sheets, titles)
    facts = {"trouve": sheet_names(sheets), **suggestions(nearest(title, others))}
    return Finding("TAB001", champ=title, facts=_is_it(facts))


def _others(sheets: Sequence[RawSheet], titles: Iterable[str]) -> list[str]:
    known = {normalise(title) for title in titles}
    return [shown(sheet.name) for sheet in sheets if normalise(sheet.name) not in known]


def _is_it(facts: dict[str, str]) -> dict[str, str]:
    return {**facts, "proches": f" Est-ce {facts['proche']} ?"} if "proche" in facts else facts


def no_identification(sheets: Sequence[RawSheet], titles: Iterable[str]) -> Finding:
    """FIC004 where no sheet says what the workbook is."""
    near = suggestions(nearest("Identification", _others(sheets, titles)))
    facts = {"detail": f"aucune feuille « Identification » parmi {sheet_names(sheets)}", "attendus": _DOCUMENTS, **_is_it(near)}
    return Finding("FIC004", facts={**facts, "cas": "feuille" if near else ""})


def no_type(sheet: RawSheet) -> Finding:
    """FIC004 where the Identification has no `Type de document`."""
    facts = {"cas": "libelle", "detail": "la feuille Identification n'a pas de « Type de document »", "attendus": _DOCUMENTS}
    return Finding("FIC004", sheet.name, facts=facts)


def unknown_type(sheet: RawSheet, place: tuple[int, int], cell: Cell) -> Finding:
    """FIC004 where `Type de document` is none of the five."""
    near = suggestions(nearest(shown(cell), DOCUMENTS))
    facts = {"cas": "type", "detail": f"« {shown(cell)} » n'en est pas un", "attendus": _DOCUMENTS, **near}
    return Finding("FIC004", sheet.name, address(*place), "Type de document", shown(cell), facts=facts)


def missing_field(sheet: RawSheet, column: Column, labels: Mapping[str, str]) -> Finding:
    """TAB002 for a label of an Identification sheet, with the nearest of the labels there that the contract does not know."""
    at = label_column(sheet.grid, dict(labels))
    rows = [] if at is None else [(index, row[at]) for index, row in enumerate(sheet.grid) if at < len(row)]
    others = {address(index, at or 0): cell for index, cell in rows if not is_blank(cell) and normalise(shown(cell)) not in labels}
    return missing_label(sheet.name, column, "le libellé", others)


def blank(sheet: RawSheet, column: Column, row: int, index: int) -> Finding:
    """CEL101 at a cell that must be filled."""
    return Finding("CEL101", sheet.name, address(row, index), column.label, facts={"attendu": expected(column)})
