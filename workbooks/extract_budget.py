"""The Budget sheet: accounts in rows, exercices in columns, in one block or in the cerfa's two blocks side by side.

Gives one row per line and exercice where an amount is written.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from schemas.accounts import SUBSIDIES, Account, account_of
from schemas.financers import OWN_RESOURCES, TYPES, type_of
from schemas.finding import Finding
from schemas.hints import nearest_accounts, nearest_choices
from schemas.reading import Cells, Position, Reading
from schemas.spec import Column, SheetSpec
from schemas.text import listing, normalise, suggestions
from workbooks.cells import COLUMNS, Cell, address, is_blank, letters, shown
from workbooks.locate import (
    first_text,
    is_memo,
    is_repeated_header,
    is_total,
    label_of,
    labels_of,
    twice,
    unknown_column,
)
from workbooks.numbers import year_in
from workbooks.parse import account_code, parse
from workbooks.reader import RawSheet

TOTALS = {"total des charges": ("charge", "TOTAL DES CHARGES"), "total des produits": ("produit", "TOTAL DES PRODUITS")}
_AMOUNT = Column("montant_eur", "Montant", "montant", "")
_COMPTE = Column("compte", "Compte", "compte", "")
_LIBELLE = Column("libelle", "Libellé", "texte", "")
_HEADER_ROWS = 200
_FIELDS = (
    "feuille", "ligne", "compte", "compte_lu", "libelle", "niveau", "rubrique", "sens", "type_financeur", "exercice", "montant_eur",
    "cellule", "cellule_exercice",
)  # fmt: skip


@dataclass
class _Block:
    """One table of the sheet: its columns by field, its exercices by column, and where it ends."""

    columns: dict[str, int] = field(default_factory=dict)
    years: dict[int, int] = field(default_factory=dict)
    start: int = 0
    """Its first column."""
    header: int = 0
    """The row of its header, or of the last one repeated inside the table."""
    end: int = 0
    """The column after its last one."""


def read_budget(sheet: RawSheet, spec: SheetSpec, reading: Reading) -> Cells:
    """Read all amounts; findings and positions go to `reading`."""
    cells: Cells = {name: [] for name in _FIELDS}
    row = _header_row(sheet, spec)
    if row is None:
        reading.findings.append(_no_table(sheet))
        return cells
    labels = labels_of(spec.columns)
    blocks = _blocks(sheet, row, labels, reading)
    if not all(block.years for block in blocks):
        reading.findings.append(_no_exercice(sheet))
    if blocks and "compte" in blocks[0].columns:
        reading.positions.append(Position("budget", sheet.name, "compte", letters(blocks[0].columns["compte"])))
    for index in range(row + 1, len(sheet.grid)):
        for block in blocks:
            for line in _read_line(sheet, index, block, labels, reading):
                for name in _FIELDS:
                    cells[name].append(line[name])
    return cells


def _no_table(sheet: RawSheet) -> Finding:
    facts = {"champ": "la ligne d'en-têtes, avec « Compte » et l'année de chaque exercice", "cas": "entetes"}
    return Finding("TAB002", sheet.name, "", "Compte et l'année de chaque exercice", facts=facts)


def _no_exercice(sheet: RawSheet) -> Finding:
    return Finding(
        "TAB002", sheet.name, "", "l'année de chaque exercice", facts={"champ": "une colonne par exercice, avec l'année pour intitulé"}
    )


def _header_row(sheet: RawSheet, spec: SheetSpec) -> int | None:
    """The first row with a Compte and an exercice; else the first with a Compte."""
    accounts = {normalise(label) for label in (spec.column("compte").label, *spec.column("compte").aliases)}
    bare = None
    for index, row in enumerate(sheet.grid[:_HEADER_ROWS]):
        if any(label_of(cell) in accounts for cell in row):
            if any(year_in(cell) for cell in row):
                return index
            bare = index if bare is None else bare
    return bare


def _blocks(sheet: RawSheet, row: int, labels: dict[str, str], reading: Reading) -> list[_Block]:
    """A block starts at each Compte, or at the Libellé before it: one, or the cerfa's two. A third, or an exercice twice, is TAB004."""
    cells = sheet.grid[row]
    names = [labels.get(label_of(cell)) for cell in cells]
    starts = [i for i, name in enumerate(names) if name == "compte"]
    for index in starts[2:]:
        reading.findings.append(twice(sheet.name, address(row, index), "Compte", shown(cells[index]), address(row, starts[1])))
    starts = starts[:2]
    if len(starts) == 2 and "libelle" not in names[starts[1] :] and names[starts[1] - 1] == "libelle":
        starts[1] -= 1
    starts[0] = 0
    blocks = [_block(sheet, row, names, start, end, reading) for start, end in pairwise([*starts, len(cells)])]
    blocks[-1].end = COLUMNS
    return blocks


def _block(sheet: RawSheet, row: int, names: list[str | None], start: int, end: int, reading: Reading) -> _Block:
    """The columns of one block, between two columns of the header row."""
    block = _Block(start=start, header=row, end=end)
    for index in range(start, end):
        cell, name = sheet.grid[row][index], names[index]
        if is_memo(cell):
            continue
        if name and name not in block.columns:
            block.columns[name] = index
        elif exercice := year_in(cell):
            if exercice in block.years.values():
                first = next(column for column, year in block.years.items() if year == exercice)
                reading.findings.append(twice(sheet.name, address(row, index), str(exercice), shown(cell), address(row, first)))
            else:
                block.years[index] = exercice
        elif not is_blank(cell) and name != "compte":
            reading.findings.append(unknown_column(sheet, row, index))
    return block


Line = dict[str, object]


def _read_line(sheet: RawSheet, index: int, block: _Block, labels: dict[str, str], reading: Reading) -> Iterator[Line]:
    """The amounts of one line of one block."""
    row = sheet.grid[index]
    if is_repeated_header(row, labels, block.columns):
        _follow_header(sheet, index, block, labels, reading)
        return
    start, end = min(block.columns.values()), max([*block.columns.values(), *block.years])
    part = row[start : end + 1]
    amounts = {c: row[c] for c in block.years if c < len(row) and not is_blank(row[c])}
    if not amounts:
        return
    total = is_total(part) and not _bears_account(row, block)
    line = _total(part) if total else _account_line(sheet, index, row, block, amounts, reading)
    if line is None:
        return
    for column, cell in amounts.items():
        place = address(index, column)
        parsed = parse(cell, _AMOUNT)
        champ = f"{line['libelle'] or line['compte']}, {block.years[column]}"
        reading.findings += [Finding(c, sheet.name, place, champ, f.get("valeur", ""), facts=f) for c, f in parsed.findings]
        yield {
            **line, "feuille": sheet.name, "ligne": index + 1, "exercice": block.years[column], "montant_eur": parsed.value,
            "cellule": place, "cellule_exercice": address(block.header, column),
        }  # fmt: skip


def _follow_header(sheet: RawSheet, index: int, block: _Block, labels: dict[str, str], reading: Reading) -> None:
    """A repeated header may give other years, or the same ones elsewhere: they hold from there on."""
    row = sheet.grid[index]
    found = {column: exercice for column in range(block.start, min(block.end, len(row))) if (exercice := year_in(row[column]))}
    if not found or found == block.years:
        return
    again = _block(sheet, index, [labels.get(label_of(cell)) for cell in row], block.start, min(block.end, len(row)), reading)
    if again.years:
        block.years, block.header = again.years, index


def _bears_account(row: list[Cell], block: _Block) -> bool:
    """Whether the line's account can be read: it is a line then, even if its label starts with « total »."""
    place = block.columns["compte"]
    return place < len(row) and bool(account_code(row[place]))


def _total(part: list[Cell]) -> Line | None:
    """One of the two totals that are checked; any other total row is skipped."""
    known = TOTALS.get(first_text(part))
    if known is None:
        return None
    side, label = known
    return {
        "compte": None, "compte_lu": None, "libelle": label, "niveau": "total", "rubrique": None, "sens": side, "type_financeur": None
    }  # fmt: skip


def _account_line(sheet: RawSheet, index: int, row: list[Cell], block: _Block, amounts: dict[int, Cell], reading: Reading) -> Line | None:
    """Account, label and level of a line that bears amounts; where its account cannot be read, it keeps them outside any account."""
    place = block.columns["compte"]
    cell = row[place] if place < len(row) else ""
    label_place = block.columns.get("libelle")
    label = _label(sheet, index, row, label_place, reading)
    line: Line = {"compte": None, "compte_lu": None, "libelle": label, "niveau": "detail", "rubrique": None, "sens": None}
    line["type_financeur"] = None
    if is_blank(cell):
        if all(shown(c) in ("0", "0,00") for c in amounts.values()):
            return None
        facts = {"attendu": "un numéro de compte"}
        reading.findings.append(Finding("CEL101", sheet.name, address(index, place), "Compte", facts=facts))
        return line
    parsed = parse(cell, _COMPTE)
    for code, facts in parsed.findings:
        # A number that means nothing is explained by the line's label.
        near = suggestions(nearest_accounts(label)) if code == "CEL112" and "proche" not in facts and label else {}
        reading.findings.append(Finding(code, sheet.name, address(index, place), "Compte", facts.get("valeur", ""), facts=facts | near))
    account = account_of(parsed.value) if parsed.value else None
    if account is None:
        return line
    written = str(parsed.value)
    heading = account.is_heading and written == account.code
    line |= {"compte": account.code, "compte_lu": written, "rubrique": account.heading, "sens": account.side}
    line["libelle"] = label or account.label
    if account.code == SUBSIDIES and not (heading and label is not None and normalise(label) in _heading_labels(account)):
        heading = False
        if label is not None:
            line["type_financeur"] = _subsidy_type(sheet, address(index, place if label_place is None else label_place), label, reading)
            line["libelle"] = line["type_financeur"] or label or account.label
    line["niveau"] = "rubrique" if heading else "detail"
    return line


def _label(sheet: RawSheet, index: int, row: list[Cell], place: int | None, reading: Reading) -> str | None:
    """The line's label; None after saying why, where its cell is in error."""
    cell = row[place] if place is not None and place < len(row) else ""
    if place is None or is_blank(cell):
        return ""
    parsed = parse(cell, _LIBELLE)
    where = address(index, place)
    reading.findings += [Finding(c, sheet.name, where, "Libellé", f.get("valeur", ""), facts=f) for c, f in parsed.findings]
    return None if parsed.value is None else str(parsed.value)


def _heading_labels(account: Account) -> set[str]:
    return {normalise(text) for text in ("", account.label, *account.aliases)}


def _subsidy_type(sheet: RawSheet, cell: str, label: str, reading: Reading) -> str | None:
    """The type of financer that a sub-line of account 74 names; CEL101 or CEL104 where it names none."""
    if not label:
        facts = {"attendu": "le type de financeur de cette subvention"}
        reading.findings.append(Finding("CEL101", sheet.name, cell, "Libellé", facts=facts))
        return None
    found = type_of(label)
    allowed = [t for t in TYPES if t != OWN_RESOURCES]
    if found in allowed:
        return found
    facts = {"valeur": label, "attendus": listing(allowed), **suggestions(nearest_choices(label, tuple(allowed)))}
    reading.findings.append(Finding("CEL104", sheet.name, cell, "Libellé", label, facts=facts))
    return None
