"""The Budget sheet: accounts in rows, exercices in columns, in one block or in the cerfa's two blocks side by side.

Gives one row per line and exercice where an amount is written.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from schemas.accounts import SUBSIDIES, account_of
from schemas.financers import OWN_RESOURCES, TYPES, type_of
from schemas.finding import Finding
from schemas.reading import Cells, Position, Reading
from schemas.spec import Column, SheetSpec
from schemas.text import listing, nearest, normalise
from workbooks.cells import Cell, address, is_blank, letters, shown
from workbooks.locate import first_text, is_repeated_header, is_total, label_of, labels_of, missing_columns, unknown_column
from workbooks.parse import parse, year_in
from workbooks.reader import RawSheet

TOTALS = {"total des charges": ("charge", "TOTAL DES CHARGES"), "total des produits": ("produit", "TOTAL DES PRODUITS")}
_AMOUNT = Column("montant_eur", "Montant", "montant", "")
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


def read_budget(sheet: RawSheet, spec: SheetSpec, reading: Reading) -> Cells:
    """Read all amounts; findings and positions go to `reading`."""
    cells: Cells = {name: [] for name in _FIELDS}
    row = _header_row(sheet, spec)
    if row is None:
        reading.findings.append(missing_columns(sheet.name, ["Compte", "l'année de chaque exercice"]))
        return cells
    labels = labels_of(spec.columns)
    blocks = _blocks(sheet, row, labels, reading)
    if not all(block.years for block in blocks):
        reading.findings.append(missing_columns(sheet.name, ["l'année de chaque exercice"]))
    if blocks and "compte" in blocks[0].columns:
        reading.positions.append(Position("budget", sheet.name, "compte", letters(blocks[0].columns["compte"])))
    for index in range(row + 1, len(sheet.grid)):
        for block in blocks:
            for line in _read_line(sheet, index, row, block, labels, reading):
                for name in _FIELDS:
                    cells[name].append(line[name])
    return cells


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
    """A block starts at each Compte: one, or the cerfa's two. A third Compte, or an exercice twice in a block, is TAB004."""
    blocks: list[_Block] = []
    early = _Block()
    for index, cell in enumerate(sheet.grid[row]):
        name = labels.get(label_of(cell))
        block = blocks[-1] if blocks else early
        if name == "compte":
            if len(blocks) == 2:
                reading.findings.append(Finding("TAB004", sheet.name, address(row, index), "Compte", shown(cell)))
                continue
            blocks.append(_Block({"compte": index}))
            if len(blocks) == 1:
                blocks[0].columns.update(early.columns)
                blocks[0].years.update(early.years)
        elif name:
            block.columns.setdefault(name, index)
        elif exercice := year_in(cell):
            if exercice in block.years.values():
                reading.findings.append(Finding("TAB004", sheet.name, address(row, index), str(exercice), shown(cell)))
            else:
                block.years[index] = exercice
        elif not is_blank(cell):
            reading.findings.append(unknown_column(sheet, row, index))
    return blocks


Line = dict[str, object]


def _read_line(sheet: RawSheet, index: int, header: int, block: _Block, labels: dict[str, str], reading: Reading) -> Iterator[Line]:
    """The amounts of one line of one block."""
    row = sheet.grid[index]
    start, end = min(block.columns.values()), max([*block.columns.values(), *block.years])
    part = row[start : end + 1]
    amounts = {c: row[c] for c in block.years if c < len(row) and not is_blank(row[c])}
    if not amounts or is_repeated_header(row, labels, block.columns):
        return
    line = _total(part) if is_total(part) else _account_line(sheet, index, row, block, amounts, reading)
    if line is None:
        return
    for column, cell in amounts.items():
        place = address(index, column)
        parsed = parse(cell, _AMOUNT)
        champ = f"{line['libelle'] or line['compte']}, {block.years[column]}"
        reading.findings += [Finding(c, sheet.name, place, champ, f.get("valeur", ""), facts=f) for c, f in parsed.findings]
        yield {
            **line, "feuille": sheet.name, "ligne": index + 1, "exercice": block.years[column], "montant_eur": parsed.value,
            "cellule": place, "cellule_exercice": address(header, column),
        }  # fmt: skip


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
    label = shown(row[label_place]) if label_place is not None and label_place < len(row) else ""
    line: Line = {"compte": None, "compte_lu": None, "libelle": label, "niveau": "detail", "rubrique": None, "sens": None}
    line["type_financeur"] = None
    if is_blank(cell):
        if all(shown(c) in ("0", "0,00") for c in amounts.values()):
            return None
        facts = {"attendu": "un numéro de compte"}
        reading.findings.append(Finding("CEL101", sheet.name, address(index, place), "Compte", facts=facts))
        return line
    parsed = parse(cell, Column("compte", "Compte", "compte", ""))
    reading.findings += [Finding(c, sheet.name, address(index, place), "Compte", f.get("valeur", ""), facts=f) for c, f in parsed.findings]
    account = account_of(parsed.value) if parsed.value else None
    if account is None:
        return line
    written = str(parsed.value)
    heading = account.is_heading and written == account.code
    line |= {"compte": account.code, "compte_lu": written, "rubrique": account.heading, "sens": account.side}
    line["libelle"] = label or account.label
    if account.code == SUBSIDIES and normalise(label) not in _heading_labels(account.label, account.aliases):
        heading = False
        line["type_financeur"] = _subsidy_type(sheet, index, label, label_place, reading)
        line["libelle"] = line["type_financeur"] or label
    line["niveau"] = "rubrique" if heading else "detail"
    return line


def _heading_labels(label: str, aliases: tuple[str, ...]) -> set[str]:
    return {normalise(text) for text in ("", label, *aliases)}


def _subsidy_type(sheet: RawSheet, index: int, label: str, place: int | None, reading: Reading) -> str | None:
    """The type of financer that a sub-line of account 74 names; CEL104 where it names none."""
    found = type_of(label)
    allowed = [t for t in TYPES if t != OWN_RESOURCES]
    if found in allowed:
        return found
    near = nearest(label, allowed)
    facts = {
        "valeur": label,
        "proches": f" Voulez-vous dire « {near[0]} » ?" if near else "",
        "attendus": listing(allowed),
    }
    cell = address(index, place) if place is not None else ""
    reading.findings.append(Finding("CEL104", sheet.name, cell, "Libellé", label, facts=facts))
    return None
