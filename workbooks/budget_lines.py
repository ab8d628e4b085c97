"""The lines of one block of the Budget as they are written down: amounts, rows, findings, and what waits for its heading."""

from collections.abc import Mapping
from typing import Any

from schemas.accounts import SUBSIDIES, Account, accounts
from schemas.finding import Finding
from schemas.hints import nearest_choices
from schemas.reading import Reading
from schemas.spec import Column, Kind
from schemas.text import listing, suggestions
from workbooks.budget_header import Block
from workbooks.cells import Cell, address, is_blank, letters, shown
from workbooks.cerfa import SUBSIDY_TYPES, Cents, Parent, Section, Waiting, is_subsidies, subsidy_type
from workbooks.layout import unmerged
from workbooks.parse import parse
from workbooks.quick import cents
from workbooks.reader import RawSheet
from workbooks.words import one_line

AMOUNT = Column("montant_eur", "Montant", "montant", "")
COMPTE = Column("compte", "Compte", "compte", "")
LIBELLE = Column("libelle", "Libellé", "texte", "")


class BlockWriter:
    """Writes the lines of one block; `rows` are those of the Budget's frame, `section` is where the reading stands."""

    def __init__(self, sheet: RawSheet, block: Block, reading: Reading) -> None:
        self.sheet, self.block, self.reading = sheet, block, reading
        self.rows: list[tuple[Any, ...]] = []
        self.unread: set[tuple[int, int]] = set()
        self.section = Section()
        self.label_column = block.columns.get("libelle", -1)
        self.name_column = self.label_column if self.label_column >= 0 else block.account
        self.know_columns()

    def know_columns(self) -> None:
        """What is the same for all amounts of a column; to be said again where a header further down gives other columns."""
        block = self.block
        self.heads = {column: (year, letters(column), address(*block.heads[column])) for column, year in block.years.items()}
        self.plain = all(setting.factor == 1 and not setting.conditional for setting in block.settings.values())

    def ask_about_merges(self, first_row: int) -> None:
        """An amount merged over several lines or exercices is asked about; what merges hide is read, and said."""
        if self.sheet.layout.merges:
            texts = self.block.columns.values()
            kinds: dict[int, Kind] = {**dict.fromkeys(texts, "texte"), **dict.fromkeys(self.block.years, "montant")}
            labels = dict.fromkeys(texts, "") | {column: str(exercice) for column, exercice in self.block.years.items()}
            overlay = unmerged(self.sheet, first_row, kinds, labels, spreads=False)
            self.unread = overlay.unread
            self.reading.findings += overlay.findings

    def cell(self, index: int, column: int) -> Cell:
        """A cell of the sheet; blank beyond its row."""
        row = self.sheet.grid[index]
        return row[column] if 0 <= column < len(row) else ""

    def say(self, code: str, index: int, column: int, champ: str, facts: Mapping[str, str]) -> None:
        """Add a finding at a cell."""
        self.reading.findings.append(Finding(code, self.sheet.name, address(index, column), champ, facts.get("valeur", ""), facts=facts))

    def amounts(self, index: int, cells: Mapping[int, Cell], name: str) -> Cents:
        """Read the amounts of a line, named so in their findings."""
        read: Cents = {}
        if self.plain and not self.unread:
            read = {column: cents(cell) if type(cell) is float else None for column, cell in cells.items()}
            if None not in read.values():
                return read
        for column, cell in cells.items():
            value = read.get(column)
            if value is None and (index, column) not in self.unread:
                parsed = parse(cell, AMOUNT, self.block.settings[column])
                value = parsed.value
                for code, facts in parsed.findings:
                    self.say(code, index, column, f"{name}, {self.block.years[column]}", facts)
            read[column] = value
        return read

    def emit(
        self, index: int, account: Account | None, code: str | None, label: str | None, level: str, read: Cents, *,
        kind: str | None = None, side: str | None = None,
    ) -> None:  # fmt: skip
        """Write a line: a row per amount. `code` is the account as written; `kind` the type of financer; `side` that of a total."""
        row = index + 1
        known = (account.code, account.heading, account.side) if account else (None, None, side)
        line = (self.sheet.name, row, known[0], code, label, level, known[1], known[2], kind)
        for column, value in read.items():
            exercice, letter, head = self.heads[column]
            self.rows.append((*line, exercice, value, f"{letter}{row}", head))

    def label(self, index: int) -> str | None:
        """A line's label; empty where it has none, None after saying why where its cell is in error."""
        cell = self.cell(index, self.label_column)
        if isinstance(cell, str):
            return one_line(cell)
        parsed = parse(cell, LIBELLE)
        for code, facts in parsed.findings:
            self.say(code, index, self.label_column, "Libellé", facts)
        return None if parsed.value is None else str(parsed.value)

    def subsidy(self, index: int, label: str) -> str | None:
        """The type of financer that a sub-line of account 74 names; CEL101 or CEL104 where it names none."""
        if not label:
            self.say("CEL101", index, self.name_column, "Libellé", {"attendu": "le type de financeur de cette subvention"})
            return None
        found, said = subsidy_type(label)
        if found is None:
            near = suggestions(nearest_choices(label, SUBSIDY_TYPES))
            self.say("CEL104", index, self.name_column, "Libellé", {"valeur": label, "attendus": listing(SUBSIDY_TYPES), **near})
        elif said:
            self.say("CEL109", index, self.name_column, "Libellé", {"valeur": shown(label), "lu": found, "cas": "financeur"})
        return found

    def open_section(self, heading: Account) -> None:
        """Lines now stand under another heading."""
        self.leave_section()
        self.section = Section(heading)

    def leave_section(self) -> None:
        """Settle the lines that wait for their account: details where the heading is their sum, else each is asked about."""
        self.leave_kind()
        heading, lines = self.section.heading, self.section.lines
        if heading and lines.waiting and not is_subsidies(heading) and lines.is_sum():
            for line in lines.waiting:
                read_as = f"un détail du compte {heading.code}"
                self.say("CEL109", line.row, self.name_column, "Libellé", {"valeur": shown(line.label), "lu": read_as, "cas": "compte"})
                self.emit(line.row, heading, heading.code, line.label, "detail", line.cents)
        else:
            for line in lines.waiting:
                self._ask(line, heading)
        self.section = Section()

    def _ask(self, line: Waiting, heading: Account | None) -> None:
        """Ask for the account of a line, or for its type of financer; its amounts stay outside any account meanwhile."""
        cell = self.cell(line.row, self.block.account)
        if heading and is_subsidies(heading) and (is_blank(cell) or self.label_column < 0):
            self.subsidy(line.row, line.label)
            self.emit(line.row, heading, heading.code, line.label, "detail", line.cents)
            return
        if not is_blank(cell):
            for code, facts in parse(cell, COMPTE).findings:
                self.say(code, line.row, self.block.account, "Compte", facts)
        else:
            named = f"le numéro de compte de « {shown(line.label)} »" if line.label else "un numéro de compte"
            example = f" (par exemple {heading.code}, si c'est un détail de « {heading.label} »)" if heading and line.label else ""
            self.say("CEL101", line.row, self.block.account, "Compte", {"attendu": named + example})
        self.emit(line.row, None, None, line.label, "detail", line.cents)

    def leave_kind(self) -> None:
        """Settle the lines that detail a subsidy: already counted where it is their sum, else each is asked for its own type."""
        kind, parent = self.section.kind, self.section.of_kind
        if kind is None:
            return
        if parent.waiting and parent.is_sum():
            for line in parent.waiting:
                facts = {"valeur": shown(line.label or "-"), "detail": f"un détail de la ligne « {kind} », déjà compté avec elle"}
                self.say("TAB009", line.row, self.name_column, "Libellé", facts)
        else:
            for line in parent.waiting:
                self._ask(line, accounts()[SUBSIDIES])
        self.section.kind, self.section.of_kind = None, Parent()
