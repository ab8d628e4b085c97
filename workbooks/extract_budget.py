"""The Budget sheet: accounts in rows, exercices in columns, in one block or in the cerfa's two blocks side by side.

Gives one row per line and exercice where an amount is written.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from schemas.accounts import CHARGES_TOTAL, PRODUITS_TOTAL, SUBSIDIES, Account, account_of, accounts
from schemas.hints import nearest_accounts
from schemas.reading import Cells, Position, Reading
from schemas.spec import SheetSpec
from schemas.text import normalise, suggestions
from workbooks.budget_header import Block, find_blocks, follow_header
from workbooks.budget_lines import COMPTE, BlockWriter
from workbooks.cells import Cell, is_blank, letters, shown
from workbooks.cerfa import Waiting, account_named, is_share, is_subsidies, is_subtotal, part_of, subsidy_type
from workbooks.layout import hidden_content
from workbooks.locate import first_text, is_total, label_of
from workbooks.missing import no_exercice, no_table, which_unit
from workbooks.numbers import Setting
from workbooks.parse import account_and_words, parse
from workbooks.reader import RawSheet
from workbooks.words import announced_units, field_named

_TOTALS = {normalise(CHARGES_TOTAL): ("charge", CHARGES_TOTAL), normalise(PRODUITS_TOTAL): ("produit", PRODUITS_TOTAL)}
_FIELDS = (
    "feuille", "ligne", "compte", "compte_lu", "libelle", "niveau", "rubrique", "sens", "type_financeur", "exercice", "montant_eur",
    "cellule", "cellule_exercice",
)  # fmt: skip
_NOTHING = ("0", "0,00", "-")


def read_budget(sheet: RawSheet, spec: SheetSpec, reading: Reading, setting: Setting, identity: Mapping[str, Any]) -> Cells:
    """Read all amounts; findings and positions go to `reading`. `identity` gives the dossier's period."""
    header, blocks = find_blocks(sheet, spec, reading, setting, identity)
    if not blocks:
        reading.findings.append(no_table(sheet))
        return {name: [] for name in _FIELDS}
    if not all(block.years for block in blocks):
        reading.findings.append(no_exercice(sheet))
    reading.positions.append(Position("budget", sheet.name, "compte", letters(blocks[0].account)))
    readers = [BlockReader(sheet, block, spec, reading, setting) for block in blocks]
    for reader in readers:
        reader.ask_about_merges(header + 1)
    for index in range(header + 1, len(sheet.grid)):
        if sheet.grid[index]:
            for reader in readers:
                reader.read(index)
    for reader in readers:
        reader.leave_section()
    # A line that waited for its heading takes its place again; the two blocks of a row follow each other.
    rows = sorted((line for reader in readers for line in reader.rows), key=lambda line: int(line[1]))
    columns = [column for block in blocks for column in (*block.columns.values(), *block.years)]
    reading.findings += hidden_content(sheet, (line[1] - 1 for line in rows), columns)
    return dict(zip(_FIELDS, map(list, zip(*rows, strict=True)), strict=True)) if rows else {name: [] for name in _FIELDS}


class BlockReader(BlockWriter):
    """Reads the lines of one block."""

    def __init__(self, sheet: RawSheet, block: Block, spec: SheetSpec, reading: Reading, setting: Setting) -> None:
        super().__init__(sheet, block, reading)
        self.spec, self.setting = spec, setting

    def read(self, index: int) -> None:
        """Read one row."""
        row, block = self.sheet.grid[index], self.block
        width = len(row)
        cell = row[block.account] if block.account < width else ""
        code, words = account_and_words(cell) if cell != "" else ("", "")
        if not code and isinstance(cell, str) and cell and self._repeats_header(row):
            follow_header(self.sheet, index, block, self.spec, self.reading, self.setting)
            self.know_columns()
            return
        amounts = {c: found for c in block.years if c < width and (type(found := row[c]) is float or not is_blank(found))}
        if self.unread:
            amounts |= {c: self.cell(index, c) for c in block.years if (index, c) in self.unread}
        account = account_of(code) if code else None
        if not amounts:
            self._pass_by(index, cell, account)
        elif account:
            self._read_account(index, account, code, words, amounts)
        else:
            self._read_words(index, row, cell, amounts)

    def _repeats_header(self, row: list[Cell]) -> bool:
        labels = self.block.labels
        return all(
            column < len(row) and (label_of(row[column]) == labels[name] or field_named(row[column], self.spec) == name)
            for name, column in self.block.columns.items()
        )

    def _pass_by(self, index: int, cell: Cell, account: Account | None) -> None:
        """A row without amounts may open a heading, or name a type of financer for the lines below; a note may say the unit."""
        if account:
            if self._is_elsewhere(account):
                self.open_section(accounts()[account.heading])
            if account.code != SUBSIDIES:
                return
        label = self.cell(index, self.label_column) if account or is_blank(cell) else cell
        if not isinstance(label, str) or is_blank(label):
            return
        if is_subsidies(self.section.heading) and (kind := subsidy_type(label)[0]):
            self.leave_kind()
            self.section.kind = kind
        elif not account:
            named = account_named(label, self.section.heading, self._side())
            if named and named.is_heading and self._is_elsewhere(named):
                self.open_section(named)
            elif announced_units(label) - {s.factor for s in self.block.settings.values()} - {1}:
                place = self.label_column if label is not cell else self.block.account
                self.reading.findings.append(which_unit(self.sheet, index, place))

    def _side(self) -> str:
        return self.block.side or (self.section.heading.side if self.section.heading else "")

    def _is_elsewhere(self, account: Account) -> bool:
        return self.section.heading is None or self.section.heading.code != account.heading

    def _read_account(self, index: int, account: Account, code: str, words: str, amounts: dict[int, Cell]) -> None:
        """A line that bears its account, with its label beside it or behind it."""
        label = self.label(index) if self.label_column >= 0 else ""
        label = words if label == "" else label
        heading = account.is_heading and code == account.code
        name, kind = label or account.label, None
        if account.code == SUBSIDIES and not (heading and label is not None and normalise(label) in _heading_labels(account)):
            heading = False
            kind = self.subsidy(index, label) if label is not None else None
            name = kind or name
        if self._is_elsewhere(account):
            self.open_section(accounts()[account.heading])
        else:
            self.leave_kind()
        read = self.amounts(index, amounts, name)
        self._stand(read, heading)
        self.emit(index, account, code, name, "rubrique" if heading else "detail", read, kind=kind)
        if kind:
            self.section.kind, self.section.of_kind.amounts = kind, read

    def _stand(self, read: dict[int, int | None], heading: bool) -> None:
        """Remember a line's amounts: those of the heading, or of one more of its lines."""
        if heading:
            self.section.lines.amounts = read
        else:
            self.section.lines.details.append(read)

    def _read_words(self, index: int, row: list[Cell], cell: Cell, amounts: dict[int, Cell]) -> None:
        """A line that bears no account: a total, or what its label says under the heading above."""
        block = self.block
        part = row[min(block.columns.values()) : max([*block.columns.values(), *block.years]) + 1]
        if is_total(part):
            self._read_total(index, part, amounts)
            return
        label = self.label(index) if self.label_column >= 0 else ""
        if is_blank(cell) and all(shown(c) in _NOTHING for c in amounts.values()):
            return
        if not is_blank(cell) and (label != "" or not isinstance(cell, str)):
            self._read_unknown(index, cell, label, amounts)
            return
        name = label or (cell if isinstance(cell, str) else "")
        if self._is_set_aside(index, name, amounts):
            return
        account = account_named(name, self.section.heading, self._side()) if name else None
        if account:
            if self._is_elsewhere(account):
                self.open_section(accounts()[account.heading])
            read = self.amounts(index, amounts, name)
            self._stand(read, account.is_heading)
            self.emit(index, account, account.code, name, "rubrique" if account.is_heading else "detail", read)
        elif not self._may_be_subsidy(label, name) or not self._read_subsidy(index, name, amounts):
            self.section.lines.waiting.append(Waiting(index, name, self.amounts(index, amounts, name)))

    def _may_be_subsidy(self, label: str | None, name: str) -> bool:
        """Under account 74. A text that stands where the account should is one only if it names a type of financer."""
        fused = self.label_column < 0
        return is_subsidies(self.section.heading) and (fused or bool(label) or not name or subsidy_type(name)[0] is not None)

    def _is_set_aside(self, index: int, name: str, amounts: dict[int, Cell]) -> bool:
        """A subtotal, a share, a part of the line above (« dont… »): not counted, and said."""
        if part_of(name) and any(self.section.lines.amounts.get(column) for column in amounts):
            detail = "une partie de la ligne au-dessus, déjà comptée avec elle"
        elif is_subtotal(name):
            detail = "un sous-total"
        elif is_share(name):
            detail = "la part de la subvention dans le total"
        else:
            return False
        self.say("TAB009", index, self.name_column, "Libellé", {"valeur": shown(name), "detail": detail})
        return True

    def _read_subsidy(self, index: int, name: str, amounts: dict[int, Cell]) -> bool:
        """A subsidy by the type that it names, or that the line above names; False where nothing says which."""
        section, subsidies = self.section, accounts()[SUBSIDIES]
        kind, said = subsidy_type(name) if normalise(name) else (None, False)
        own = kind is not None
        if own:
            self.leave_kind()
        elif section.kind and any(section.of_kind.amounts.values()):
            section.of_kind.waiting.append(Waiting(index, name, self.amounts(index, amounts, name)))
            return True
        else:
            kind, said = section.kind, bool(normalise(name))
        if kind is None:
            return False
        read = self.amounts(index, amounts, kind)
        self._stand(read, False)
        self.emit(index, subsidies, SUBSIDIES, kind, "detail", read, kind=kind)
        if said:
            self.say("CEL109", index, self.name_column, "Libellé", {"valeur": shown(name), "lu": kind, "cas": "financeur"})
        if own:
            section.kind, section.of_kind.amounts = kind, read
        return True

    def _read_unknown(self, index: int, cell: Cell, label: str | None, amounts: dict[int, Cell]) -> None:
        """An account that cannot be read: its amounts stay outside any account."""
        for code, facts in parse(cell, COMPTE).findings:
            # A number that means nothing is explained by the line's label.
            near = suggestions(nearest_accounts(label)) if code == "CEL112" and "proche" not in facts and label else {}
            self.say(code, index, self.block.account, "Compte", facts | near)
        self.emit(index, None, None, label, "detail", self.amounts(index, amounts, label or ""))

    def _read_total(self, index: int, part: list[Cell], amounts: dict[int, Cell]) -> None:
        """One of the two totals that are checked; any other total row is passed over."""
        known = _TOTALS.get(first_text(part))
        if known:
            side, label = known
            self.leave_section()
            self.emit(index, None, None, label, "total", self.amounts(index, amounts, label), side=side)


@lru_cache(maxsize=64)
def _heading_labels(account: Account) -> set[str]:
    return {normalise(text) for text in ("", account.label, *account.aliases)}
