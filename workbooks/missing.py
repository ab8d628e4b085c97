"""Findings about what a workbook lacks or has too many of (a document, a sheet, a column, a value), with the nearest thing that it has."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from schemas.finding import Finding
from schemas.spec import DOCUMENTS, IN_HEADER, IN_UNIT, Column, SheetSpec
from schemas.text import count, grouped, listing, nearest, normalise, suggestions
from workbooks.cells import Cell, CellError, Grid, Unvalued, address, is_blank, letters, shown
from workbooks.locate import label_column, label_of
from workbooks.reader import RawSheet
from workbooks.words import field_named

_EXPECTED = {
    "montant": "un montant, 0 s'il n'y en a pas", "nombre": "un nombre", "entier": "un nombre entier",
    "annee": "une année, sur quatre chiffres", "date": "une date, jour, mois et année", "siret": "les 14 chiffres du SIRET",
    "pays": "le nom du Pays ou son code, de 01 à 21", "compte": "un numéro de compte",
}  # fmt: skip
_DOCUMENTS = listing(DOCUMENTS)
_NAMES = 6


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


def several_sheets(title: str, found: Sequence[RawSheet]) -> Finding:
    """TAB005 where more than one sheet may be the one that is looked for."""
    return Finding("TAB005", champ=title, facts={"trouve": sheet_names(found), "autre": shown(found[0].name)})


def sheet_names(sheets: Iterable[RawSheet]) -> str:
    """The names of a workbook's sheets, for a message: the first ones where there are many."""
    names = [f"« {shown(sheet.name)} »" for sheet in sheets]
    return listing(names if len(names) <= _NAMES else [*names[:_NAMES], f"{len(names) - _NAMES} autres"], "et")


def missing_field(sheet: RawSheet, column: Column, spec: SheetSpec) -> Finding:
    """TAB002 for a label of an Identification sheet, with the nearest of the labels there that the contract does not know."""
    at = label_column(sheet.grid, spec)
    rows = [] if at is None else [(index, row[at]) for index, row in enumerate(sheet.grid) if at < len(row)]
    others = {address(index, at or 0): cell for index, cell in rows if not is_blank(cell) and not field_named(cell, spec)}
    return missing_label(sheet.name, column, "le libellé", others)


def missing_label(sheet: str, column: Column, noun: str, others: Mapping[str, Cell]) -> Finding:
    """TAB002 for a column or a label (`noun`), with the nearest of the `others` that stand there, by address."""
    facts = {"champ": f"{noun} « {column.label} »", "attendu": column.label}
    texts = {shown(cell): place for place, cell in others.items() if label_of(cell)}
    near = next((found for label in (column.label, *column.aliases) for found in nearest(label, texts)), None)
    if near:
        facts |= {"cas": "proche", "proche": f"« {near} »", "autre": texts[near], "proches": f" Est-ce « {near} » ?"}
    elif noun == "le libellé":
        facts["cas"] = "libelle"
    return Finding("TAB002", sheet, "", column.label, facts=facts)


def missing_columns(sheet: str, labels: Sequence[str]) -> Finding:
    """TAB002 for one column, or for a whole header row that cannot be found."""
    quoted = listing((f"« {label} »" for label in labels), "et")
    if len(labels) == 1:
        return Finding("TAB002", sheet, "", labels[0], facts={"champ": f"la colonne {quoted}"})
    facts = {"champ": f"la ligne d'en-têtes avec les colonnes {quoted}", "cas": "entetes"}
    return Finding("TAB002", sheet, "", listing(labels, "et"), facts=facts)


def no_table(sheet: RawSheet) -> Finding:
    """TAB002 where a Budget has no header."""
    facts = {"champ": "la ligne d'en-têtes, avec « Compte » et l'année de chaque exercice", "cas": "entetes"}
    return Finding("TAB002", sheet.name, "", "Compte et l'année de chaque exercice", facts=facts)


def no_exercice(sheet: RawSheet) -> Finding:
    """TAB002 where nothing says which exercices a Budget's amounts belong to."""
    champ = "une colonne par exercice, avec l'année pour intitulé"
    return Finding("TAB002", sheet.name, "", "l'année de chaque exercice", facts={"champ": champ})


def which_unit(sheet: RawSheet, row: int, column: int) -> Finding:
    """CEL102 where what is said of the unit leaves a doubt."""
    value = shown(sheet.grid[row][column])
    question = " Les montants sont-ils en euros, ou en milliers d'euros ?"
    facts = {"valeur": value, "attendu": "l'unité de tout le tableau", "cas": "unite", "question": question}
    return Finding("CEL102", sheet.name, address(row, column), IN_UNIT, value, facts=facts)


def exercices_across(sheet: str, column: Column, years: Sequence[str]) -> Finding:
    """TAB002 for an exercice that is given by columns where the table wants a row for each."""
    question = f" Les montants de {listing(years, 'et')} y sont en colonnes : faut-il les lire comme une ligne par exercice ?"
    facts = {"champ": f"la colonne « {column.label} »", "attendu": column.label, "cas": "exercices", "proches": question}
    return Finding("TAB002", sheet, "", column.label, facts=facts)


def twice(sheet: str, cell: str, label: str, value: str, first: str) -> Finding:
    """TAB004 at a label that comes again; `first` is the cell of the first one."""
    return Finding("TAB004", sheet, cell, label, value, facts={"autre": first})


def unknown_column(sheet: RawSheet, place: tuple[int, int], first_row: int, wanted: Iterable[Column] = (), first: str = "") -> Finding:
    """TAB003 at a header that the contract does not know, with the nearest of the columns that the table has not; CEL105 or CEL106 where
    nobody can know it. `first` is the cell of an optional column that comes again; `first_row` the row below the header.
    """
    row, column = place
    cell, value = sheet.grid[row][column], shown(sheet.grid[row][column])
    if isinstance(cell, CellError):
        return Finding("CEL105", sheet.name, address(*place), IN_HEADER, value, facts={"valeur": value})
    if isinstance(cell, Unvalued):
        return Finding("CEL106", sheet.name, address(*place), IN_HEADER)
    facts = {"quoi": "La colonne", "pourquoi": "n'est pas prévue", "contenu": _content(sheet.grid, first_row, column)}
    if first:
        return Finding(
            "TAB003", sheet.name, address(*place), value, value, facts={**facts, "cas": "double", "pourquoi": f"figure déjà en {first}"}
        )
    labels = {label: c.label for c in wanted for label in (c.label, *c.aliases)}
    near = dict.fromkeys(labels[label] for label in nearest(value, labels))
    return Finding("TAB003", sheet.name, address(*place), value, value, facts={**facts, **suggestions(near)})


def unknown_label(sheet: RawSheet, place: tuple[int, int], wanted: Iterable[Column]) -> Finding:
    """TAB003 at a label of an Identification that the contract does not know, with the nearest of those that the sheet has not."""
    value = shown(sheet.grid[place[0]][place[1]])
    labels = {label: c.label for c in wanted for label in (c.label, *c.aliases)}
    near = dict.fromkeys(labels[label] for label in nearest(value, labels))
    facts = {"quoi": "Le libellé", "pourquoi": "n'est pas prévu", **suggestions(near)}
    return Finding("TAB003", sheet.name, address(*place), value, value, facts=facts)


def unnamed_column(sheet: RawSheet, row: int, column: int) -> Finding | None:
    """TAB003 at the header of a column that holds numbers and bears no label; None where it holds none."""
    content = _content(sheet.grid, row + 1, column)
    if not content:
        return None
    facts = {"valeur": f"{letters(column)}, sans intitulé", "quoi": "La colonne", "pourquoi": "n'est pas prévue", "contenu": content}
    return Finding("TAB003", sheet.name, address(row, column), f"colonne {letters(column)}", facts=facts)


def _content(grid: Grid, first_row: int, column: int) -> str:
    """What is left unread: how many numbers and their sum; nothing where there is none."""
    cells = (row[column] for row in grid[first_row:] if column < len(row))
    numbers = [Decimal(str(cell)) for cell in cells if isinstance(cell, int | float) and not isinstance(cell, bool) and cell == cell]
    if not any(numbers):
        return ""
    return f" ({count(len(numbers), 'nombre')}, de somme {grouped(sum(numbers, Decimal(0)))})"


def blank(sheet: RawSheet, column: Column, row: int, index: int) -> Finding:
    """CEL101 at a cell that must be filled."""
    return Finding("CEL101", sheet.name, address(row, index), column.label, facts={"attendu": expected(column)})
