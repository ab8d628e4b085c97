"""Where the Budget's tables stand: one block, or the cerfa's two side by side; which columns hold which exercice, in which unit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

from schemas.accounts import AMOUNT_COLUMN, CHARGES_COLUMN, PRODUITS_COLUMN
from schemas.finding import Finding
from schemas.reading import Reading
from schemas.spec import IN_HEADER, SheetSpec
from schemas.text import normalise
from workbooks.cells import COLUMNS, Cell, address, is_blank, shown
from workbooks.heads import before_tax, column_unit, sheet_unit
from workbooks.locate import is_memo, label_of
from workbooks.missing import twice, unknown_column, unnamed_column
from workbooks.numbers import Setting, read_year
from workbooks.parse import account_code
from workbooks.questions import question
from workbooks.reader import RawSheet
from workbooks.words import Words, field_named, plain_line, words_of

_HEADER_ROWS = 200
_SIDES = {normalise(label): side for side, labels in (("charge", CHARGES_COLUMN), ("produit", PRODUITS_COLUMN)) for label in labels}
_AMOUNTS = {normalise(label) for label in AMOUNT_COLUMN}


@dataclass
class Block:
    """One table of the sheet: its columns by field, its exercices by column, and where it ends."""

    columns: dict[str, int] = field(default_factory=dict)
    years: dict[int, int] = field(default_factory=dict)
    settings: dict[int, Setting] = field(default_factory=dict)
    """What surrounds the amounts of each exercice, by column."""
    heads: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Column of an exercice → the cell that says which."""
    start: int = 0
    """Its first column."""
    end: int = 0
    """The column after its last one."""
    side: str = ""
    """`charge` or `produit`, where the header says so."""
    labels: dict[str, str] = field(default_factory=dict)
    """Field → its header, normalised."""

    @property
    def account(self) -> int:
        """The column of the accounts."""
        return self.columns["compte"]


@dataclass(frozen=True)
class _Heads:
    """The header of the sheet, of one row or two (`top` to `row`): the name of each column, and what the reading of an exercice needs."""

    sheet: RawSheet
    spec: SheetSpec
    setting: Setting
    identity: Mapping[str, Any]
    top: int
    row: int
    names: list[str | None]

    def cell(self, column: int) -> tuple[int, int]:
        """The cell that heads a column: the lower one of two, where it is not blank."""
        line = self.sheet.grid[self.row]
        return (self.row if column < len(line) and not is_blank(line[column]) else self.top), column

    def text(self, column: int) -> Cell:
        """What heads a column."""
        row, _ = self.cell(column)
        line = self.sheet.grid[row]
        return line[column] if column < len(line) else ""


def find_blocks(
    sheet: RawSheet, spec: SheetSpec, reading: Reading, setting: Setting, identity: Mapping[str, Any]
) -> tuple[int, list[Block]]:
    """The last row of the header, and its blocks; none where no header is found. Findings go to `reading`."""
    row = _header_row(sheet, spec, setting)
    if row is None:
        return 0, []
    names = [name_of(cell, spec) for cell in sheet.grid[row]]
    last = row + 1 if _has_lower_row(sheet, row, names, setting) else row
    names += [None] * (max(map(len, sheet.grid[row:])) - len(names))
    heads = _Heads(sheet, spec, setting, identity, row, last, names)
    return last, _blocks(heads, reading)


def name_of(cell: Cell, spec: SheetSpec) -> str | None:
    """`compte`, `libelle`, the side that the cerfa's own headers name (`charge`, `produit`), `montant`, or nothing."""
    if not isinstance(cell, str) or not cell:
        return None
    return field_named(cell, spec) or _other_name(cell)


@lru_cache(maxsize=1024)
def _other_name(cell: str) -> str | None:
    label = words_of(cell).label
    return _SIDES.get(label) or ("montant" if label in _AMOUNTS else None)


def _header_row(sheet: RawSheet, spec: SheetSpec, setting: Setting) -> int | None:
    """The first row with a column of accounts and one of amounts; else the first with a column of accounts."""
    bare = None
    for index, row in enumerate(sheet.grid[:_HEADER_ROWS]):
        names = [name_of(cell, spec) for cell in row]
        if not {"compte", "charge", "produit"}.intersection(names):
            continue
        if "montant" in names or any(cell != "" and read_year(cell, setting)[0] for cell in row):
            return index
        bare = index if bare is None and ("compte" in names or _has_lower_row(sheet, index, names, setting)) else bare
    return bare


def _has_lower_row(sheet: RawSheet, row: int, names: list[str | None], setting: Setting) -> bool:
    """Whether the exercices stand in the row below, under « Exercice » or nothing."""
    if row + 1 >= len(sheet.grid) or any(cell != "" and read_year(cell, setting)[0] for cell in sheet.grid[row]):
        return False
    below = [cell for cell in sheet.grid[row + 1] if not is_blank(cell)]
    return bool(below) and all(read_year(cell, setting)[0] for cell in below)


def _blocks(heads: _Heads, reading: Reading) -> list[Block]:
    """A block starts at each column of accounts, or at the Libellé before it: one, or the cerfa's two. A third is TAB004."""
    names = heads.names
    starts = [i for i, name in enumerate(names) if _starts(names, i, name)]
    for index in starts[2:]:
        place, first = heads.cell(index), heads.cell(starts[1])
        reading.findings.append(twice(heads.sheet.name, address(*place), "Compte", shown(heads.text(index)), address(*first)))
    starts = starts[:2]
    if len(starts) == 2 and "libelle" not in names[starts[1] :] and names[starts[1] - 1] == "libelle":
        starts[1] -= 1
    starts[0] = 0
    unit, said = sheet_unit(heads.sheet, heads.top)
    reading.findings += said
    blocks = [_block(heads, start, end, unit, reading) for start, end in pairwise([*starts, len(names)])]
    blocks[-1].end = COLUMNS
    return blocks


def _starts(names: list[str | None], index: int, name: str | None) -> bool:
    """« Compte », or the cerfa's « Charges » and « Produits » where no « Compte » stands just before them."""
    return name == "compte" or (name in ("charge", "produit") and (index == 0 or names[index - 1] != "compte"))


def _block(heads: _Heads, start: int, end: int, unit: int, reading: Reading) -> Block:
    """The columns of one block."""
    block = Block(start=start, end=end)
    amounts: list[int] = []
    blank: list[int] = []
    for column in range(start, end):
        name, cell = heads.names[column], heads.text(column)
        if is_memo(cell):
            continue
        if name in ("compte", "libelle", "charge", "produit"):
            unit = (words_of(cell).unit if isinstance(cell, str) else 0) or unit
            _name_column(block, heads, column, name, reading)
        elif name == "montant" or read_year(cell, heads.setting)[0]:
            amounts.append(column)
        elif not is_blank(cell):
            reading.findings.append(_unknown(heads, column))
        else:
            blank.append(column)
    _place_accounts(block, heads)
    reading.findings += (said for column in blank if (said := _unnamed(block, heads, column)))
    for column in amounts:
        _add_exercice(block, heads, column, unit, len(amounts), reading)
    return block


def _unnamed(block: Block, heads: _Heads, column: int) -> Finding | None:
    """A column of numbers without a header; None where it is that of the accounts, or where the header that is repeated below names it."""
    if column in block.columns.values():
        return None
    for row in heads.sheet.grid[heads.row + 1 :]:
        if block.account < len(row) and column < len(row) and row[column] != "" and name_of(row[block.account], heads.spec) == "compte":
            return None
    return unnamed_column(heads.sheet, heads.row, column)


def _name_column(block: Block, heads: _Heads, column: int, name: str, reading: Reading) -> None:
    if name in ("charge", "produit"):
        block.side = block.side or name
        name = "libelle"
    if name not in block.columns:
        block.columns[name] = column
        block.labels[name] = label_of(heads.text(column))
    elif name == "libelle":
        reading.findings.append(
            unknown_column(heads.sheet, heads.cell(column), heads.row + 1, first=address(*heads.cell(block.columns[name])))
        )


def _place_accounts(block: Block, heads: _Heads) -> None:
    """Under « Charges » or « Produits », the accounts stand with the labels, or in a column without a header just before them."""
    if "compte" in block.columns or "libelle" not in block.columns:
        return
    place = block.columns["libelle"]
    before = place - 1
    rows = heads.sheet.grid[heads.row + 1 :]
    if (
        before >= block.start
        and heads.names[before] is None
        and any(before < len(r) and r[before] != "" and account_code(r[before]) for r in rows)
    ):
        block.columns["compte"] = before
    else:
        block.columns["compte"] = place
        block.labels["compte"] = block.labels["libelle"]
        del block.columns["libelle"]


_ODD = re.compile(r"(?:annee|an|exercice|budget) ?[0-9]\b|^n ?[+–-]|\bsaison\b|(?:19|20)[0-9]{2} ?[/–-] ?(?:19|20)?[0-9]{2}\b")
_OTHER = re.compile(r"(?:total|totaux|ecart|evolution|variation|cumul|rappel|realise|execute|%)")


def _unknown(heads: _Heads, column: int) -> Finding:
    """A header that is no exercice: a question where it looks like one, else TAB003."""
    cell = heads.text(column)
    line = plain_line(cell) if isinstance(cell, str) else ""
    if _ODD.search(line) and not _OTHER.match(line):
        facts = {"valeur": shown(cell), "attendu": "une année", "exemple": "une année comme 2010", **question("annee", cell)}
        return Finding("CEL102", heads.sheet.name, address(*heads.cell(column)), IN_HEADER, shown(cell), facts=facts)
    return unknown_column(heads.sheet, heads.cell(column), heads.row + 1)


def _add_exercice(block: Block, heads: _Heads, column: int, unit: int, amounts: int, reading: Reading) -> None:
    """A column of amounts: the exercice that its header says, or that is said around it; TAB004 where it comes twice."""
    cell, place = heads.text(column), heads.cell(column)
    exercice, said = read_year(cell, heads.setting)
    if exercice is None:
        exercice = _year_above(heads, column)
        if exercice is None and amounts == 1:
            exercice = _only_exercice(heads)
            said = f"l'exercice {exercice}" if exercice else ""
    if exercice is None:
        reading.findings.append(unknown_column(heads.sheet, place, heads.row + 1))
        return
    if exercice in block.years.values():
        first = next(c for c, year in block.years.items() if year == exercice)
        reading.findings.append(twice(heads.sheet.name, address(*place), str(exercice), shown(cell), address(*block.heads[first])))
        return
    if said:
        facts = {"valeur": shown(cell), "lu": said, "cas": "exercice"}
        reading.findings.append(Finding("CEL109", heads.sheet.name, address(*place), "Exercice", shown(cell), facts=facts))
    words = words_of(cell) if isinstance(cell, str) else Words("")
    block.years[column], block.heads[column] = exercice, place
    factor, doubt = column_unit(heads.sheet, place, words, unit)
    reading.findings += doubt
    block.settings[column] = Setting(heads.setting.campagne, heads.setting.from_1904, factor, words.conditional)
    if words.before_tax:
        reading.findings.append(before_tax(heads.sheet, place))


def _year_above(heads: _Heads, column: int) -> int | None:
    """The exercice that stands just above a column, or in cells merged over it."""
    row = heads.top - 1
    if row < 0:
        return None
    merged = (left for top, left, bottom, right in heads.sheet.layout.merges if top <= row <= bottom and left <= column <= right)
    place, line = next(merged, column), heads.sheet.grid[row]
    return read_year(line[place], heads.setting)[0] if place < len(line) and line[place] != "" else None


_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def _only_exercice(heads: _Heads) -> int | None:
    """The exercice of a lone column of amounts: the only year said above the table or in the sheet's name, else the dossier's only year."""
    texts = [cell for row in heads.sheet.grid[: heads.top] for cell in row if cell != ""]
    years = {int(year) for text in (*texts, heads.sheet.name) if isinstance(text, str) for year in _YEAR.findall(text)}
    years |= {int(cell) for cell in texts if isinstance(cell, int | float) and read_year(cell, heads.setting)[0]}
    start, end = heads.identity.get("date_debut"), heads.identity.get("date_fin")
    if len(years) == 1:
        return years.pop()
    return start.year if start and end and start.year == end.year and (not years or start.year in years) else None


def follow_header(sheet: RawSheet, index: int, block: Block, spec: SheetSpec, reading: Reading, setting: Setting) -> None:
    """A repeated header may give other exercices, or the same ones elsewhere: they hold from there on."""
    row = sheet.grid[index]
    last = min(block.end, len(row))
    found = {column: year for column in range(block.start, last) if row[column] != "" and (year := read_year(row[column], setting)[0])}
    if not found or found == block.years:
        return
    names = [name_of(cell, spec) for cell in row]
    unit = min((s.factor for s in block.settings.values()), default=1)
    unit = unit if unit > 1 else 0
    again = _block(_Heads(sheet, spec, setting, {}, index, index, names), block.start, last, unit, reading)
    if again.years:
        block.years, block.settings, block.heads = again.years, again.settings, again.heads
