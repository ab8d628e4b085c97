"""A sender who does what a correction says, and no more: it reads the sentence, edits the sheets, and lets formulas recalculate.

A sentence that it cannot follow fails the test: a correction must be something that one can do as written.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl

from schemas.financers import REGION
from schemas.plan import REFUSED, SECURED
from schemas.text import NBSP, normalise
from tests.builders import LIMITS
from workbooks.cells import Unvalued, address, indices
from workbooks.numbers import amount
from workbooks.reader import RawSheet, read_sheets

CELL = r"(?:dans la )?cellule ([A-Z]+[0-9]+)"
EUROS = r"(-?[0-9 ]+(?:,[0-9]+)? €)"
VALUE = rf"(?:« [^»]+ »|{EUROS[1:-1]}|[0-9/,]+)"


class Sender:
    """The sheets of a workbook in the hands of its sender."""

    def __init__(self, sheets: list[RawSheet], formulas: Mapping[tuple[str, str], str] | None = None) -> None:
        self.sheets = {s.name: [list(row) for row in s.grid] for s in sheets}
        self.formulas = dict(formulas or {})

    @classmethod
    def opening(cls, data: bytes) -> "Sender":
        """A workbook's values as stored, and its formulas."""
        book = openpyxl.load_workbook(io.BytesIO(data))
        cells = ((w.title, c.coordinate, c.value) for w in book.worksheets for row in w.iter_rows() for c in row)
        formulas = {(sheet, cell): value for sheet, cell, value in cells if isinstance(value, str) and value.startswith("=")}
        return cls(read_sheets(data, LIMITS), formulas)

    def saved(self) -> list[RawSheet]:
        """The workbook, once its formulas are recalculated."""
        self._recalculate()
        return [RawSheet(name, grid) for name, grid in self.sheets.items()]

    # What one does in a spreadsheet.

    def at(self, sheet: str, cell: str) -> Any:
        row, column = indices(cell)
        grid = self.sheets[sheet]
        return grid[row][column] if row < len(grid) and column < len(grid[row]) else ""

    def write(self, sheet: str, cell: str, typed: Any) -> None:
        """Type something in a cell: a formula that stood there is gone."""
        row, column = indices(cell)
        grid = self.sheets[sheet]
        grid += [[] for _ in range(row + 1 - len(grid))]
        grid[row] += [""] * (column + 1 - len(grid[row]))
        grid[row][column] = understood(typed)
        self.formulas.pop((sheet, cell), None)

    def rows(self, sheet: str, header: str) -> tuple[int, dict[str, int]]:
        """The header row that holds this label, and its columns by normalised label."""
        for index, row in enumerate(self.sheets[sheet]):
            labels = {normalise(str(cell)): column for column, cell in enumerate(row) if cell != ""}
            if normalise(header) in labels:
                return index, labels
        raise AssertionError(f"{sheet} has no {header}")

    def lines(self, sheet: str, header: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """The rows below a header, by normalised label."""
        top, labels = self.rows(sheet, header)
        for index in range(top + 1, len(self.sheets[sheet])):
            row = self.sheets[sheet][index]
            yield index, {label: row[column] if column < len(row) else "" for label, column in labels.items()}

    def put(self, sheet: str, header: str, index: int, label: str, typed: Any) -> None:
        """Type something in the column of that label."""
        self.write(sheet, address(index, self.rows(sheet, header)[1][normalise(label)]), typed)

    def answer(self, label: str, typed: Any) -> None:
        """Fill the Identification's cell beside a label."""
        for index, row in enumerate(self.sheets["Identification"]):
            for column, cell in enumerate(row):
                if normalise(str(cell)) == normalise(label):
                    return self.write("Identification", address(index, column + 1), typed)
        raise AssertionError(label)

    def add_to_account(self, account: str, more: Decimal, label: str = "") -> None:
        """Add an amount to a line of the budget, in its first exercice."""
        top, labels = self.rows("Budget", "Compte")
        year = next(column for column, cell in enumerate(self.sheets["Budget"][top]) if str(cell).removesuffix(".0").isdigit())
        for index, line in self.lines("Budget", "Compte"):
            if str(line["compte"]).removesuffix(".0") == account and (not label or line["libelle"] == label):
                cell = address(index, year)
                if ("Budget", cell) not in self.formulas:
                    self.write("Budget", cell, Decimal(str(self.at("Budget", cell) or 0)) + more)
                return
        width = max(labels.values()) + 1
        self.sheets["Budget"].append([""] * width)
        index = len(self.sheets["Budget"]) - 1
        self.put("Budget", "Compte", index, "Compte", account)
        self.put("Budget", "Compte", index, "Libellé", label)
        self.write("Budget", address(index, year), more)

    def lower_the_plan(self, less: Decimal) -> None:
        """Take an amount from the Région's line of the plan."""
        for index, line in self.lines("Plan de financement", "Type de financeur"):
            if line["type de financeur"] == REGION:
                self.put(
                    "Plan de financement", "Type de financeur", index, "Montant sollicité", Decimal(str(line["montant sollicite"])) - less
                )
                return

    # What a spreadsheet does by itself.

    def _recalculate(self) -> None:
        done: set[tuple[str, str]] = set()
        for place in self.formulas:
            self._value(place, done)

    def _value(self, place: tuple[str, str], done: set[tuple[str, str]]) -> Any:
        formula = self.formulas.get(place)
        if formula is not None and place not in done:
            done.add(place)
            value = self._plan_total(place) if "Plan_type" in formula else self._computed(formula, place[0], done)
            if value is not None:
                row, column = indices(place[1])
                self.sheets[place[0]][row][column] = value
        value = self.at(*place)
        return 0 if value == "" or isinstance(value, str | Unvalued) else value

    def _computed(self, formula: str, sheet: str, done: set[tuple[str, str]]) -> Any:
        """Sums and sums of sums; any other formula keeps its stored value."""
        body = formula[1:]
        if not re.fullmatch(r"(?:SUM|[A-Z]+[0-9]+|[0-9.]+|[-+*/(),:;$ ])+", body):
            return None

        def ranged(found: re.Match[str]) -> str:
            (top, left), (bottom, right) = indices(found.group(1)), indices(found.group(2))
            cells = (address(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1))
            return ",".join(str(self._value((sheet, cell), done)) for cell in cells)

        body = re.sub(r"([A-Z]+[0-9]+):([A-Z]+[0-9]+)", ranged, body.replace("$", ""))
        body = re.sub(r"\b[A-Z]+[0-9]+\b", lambda found: str(self._value((sheet, found.group()), done)), body)
        return eval(body, {"SUM": lambda *numbers: sum(numbers)})  # our own template's formulas, in a test

    def _plan_total(self, place: tuple[str, str]) -> float:
        """Account 74 of the template: what the plan says for this type and exercice."""
        row, column = indices(place[1])
        top, labels = self.rows("Budget", "Compte")
        kind, year = self.sheets["Budget"][row][labels["libelle"]], self.sheets["Budget"][top][column]
        total = 0.0
        for _, line in self.lines("Plan de financement", "Type de financeur"):
            if line["type de financeur"] == kind and line["exercice"] == year:
                asked, secured = (float(line[n] or 0) for n in ("montant sollicite", "montant acquis"))
                total += secured if line["statut"] in SECURED else 0 if line["statut"] == REFUSED else max(asked, secured)
        return total

    # What a sentence asks.

    def follow(self, finding: Mapping[str, str]) -> None:
        """Do what the correction says. AssertionError where it cannot be done as written."""
        sentence, sheet, cell = plain(finding["correction"]), finding["feuille"], finding["cellule"]
        for pattern, do in DEEDS:
            if found := re.match(pattern, sentence):
                do(self, sheet, cell, *found.groups())
                break
        else:
            raise AssertionError(f"nothing that one can do: {sentence}")
        less = re.search(rf"reportez cette baisse de {EUROS} (au plan de financement et )?au compte 74", sentence)
        if less and "s'il est juste" not in sentence:
            if less.group(2):
                self.lower_the_plan(euros_of(less.group(1)))
            self.add_to_account("74", -euros_of(less.group(1)), REGION)
            if "remplacez-la par un autre produit" in sentence:
                self.add_to_account("RP", euros_of(less.group(1)))


def plain(sentence: str) -> str:
    """With ordinary spaces."""
    return sentence.replace(NBSP, " ")


def euros_of(text: str) -> Decimal:
    """« 3 000 € » as a number."""
    return Decimal(amount(text).value) / 100


def understood(typed: Any) -> Any:
    """What a spreadsheet makes of what is typed: an amount and a date are no texts."""
    if isinstance(typed, Decimal):
        return float(typed)
    if not isinstance(typed, str):
        return typed
    if re.fullmatch(r"\d\d/\d\d/\d{4}", typed):
        return datetime.combine(date(int(typed[6:]), int(typed[3:5]), int(typed[:2])), datetime.min.time())
    return float(euros_of(typed)) if re.fullmatch(EUROS, typed) or typed.isdecimal() else typed


def _unquoted(text: str) -> str:
    return text.removeprefix("« ").removesuffix(" »")


def _write(sender: Sender, sheet: str, cell: str, typed: str, where: str) -> None:
    sender.write(sheet, where, _unquoted(typed))


def _write_after(sender: Sender, sheet: str, cell: str, where: str, typed: str) -> None:
    sender.write(sheet, where, _unquoted(typed))


def _fill(sender: Sender, sheet: str, cell: str, where: str, example: str) -> None:
    sender.write(sheet, where, example)


def _own_answer(value: str) -> Callable[..., None]:
    """The sentence asks for what only the sender knows."""
    return lambda sender, sheet, cell, where: sender.write(sheet, where, value)


def _elsewhere(target: str) -> Callable[..., None]:
    return lambda sender, sheet, cell, typed, where: sender.write(target, where, typed)


def _add(sender: Sender, sheet: str, cell: str, gap: str, what: str) -> None:
    sender.add_to_account("606" if what == "charges" else "RP", euros_of(gap))


def _longer(sender: Sender, sheet: str, cell: str, day: str, label: str) -> None:
    sender.answer(label, day)


def _rename_sheet(sender: Sender, sheet: str, cell: str, old: str, new: str) -> None:
    sender.sheets = {new if name == old else name: grid for name, grid in sender.sheets.items()}


def _add_sheet(sender: Sender, sheet: str, cell: str, name: str) -> None:
    assert name == "Partenaires"
    sender.sheets[name] = [["Partenaire", "Famille"], ["Coopérative exemple", "coopérative"]]


def _add_column(sender: Sender, sheet: str, cell: str) -> None:
    assert sheet == "Partenaires"
    top, labels = sender.rows(sheet, "Partenaire")
    place = max(labels.values()) + 1
    sender.write(sheet, address(top, place), "Famille")
    for index, line in list(sender.lines(sheet, "Partenaire")):
        if line["partenaire"]:
            sender.write(sheet, address(index, place), "coopérative")


def _erase(sender: Sender, sheet: str, cell: str, one: str, other: str) -> None:
    assert normalise(str(sender.at(sheet, one))) == normalise(str(sender.at(sheet, other)))
    sender.write(sheet, one, "")


def _in_row(sender: Sender, sheet: str, cell: str, label: str) -> None:
    sender.put(sheet, label, indices(cell)[0], label, "Pays de Brest")


def _open_and_save(sender: Sender, sheet: str, cell: str) -> None:
    """Nothing but what `saved` does."""


DEEDS: tuple[tuple[str, Callable[..., None]], ...] = (
    (rf"Écrivez ({VALUE})(?:, {VALUE})*(?: ou {VALUE})?(?: au plus)? {CELL}", _write),
    (rf"Écrivez {CELL} (?:un|une) [^:]* comme ([0-9]+)", _write_after),
    (rf"Écrivez {CELL} une date complète, .* par exemple ([0-9/]+)", _write_after),
    (rf"Écrivez {CELL} une date de fin qui ne précède pas le ([0-9/]+)", _write_after),
    (rf"Écrivez {CELL} une de ces valeurs : ([^,]+),", _write_after),
    (rf"Écrivez {CELL} un des cinq documents : ([^,]+),", _write_after),
    (rf"Écrivez {CELL} le nom d'un des 21 Pays", _own_answer("Pays de Vannes")),
    (rf"Écrivez {CELL} un compte du modèle : 60", _own_answer("60")),
    (rf"Écrivez le nom de cette structure {CELL}", _own_answer("Structure exemple")),
    (rf"Remplissez la {CELL} : .* par exemple « ([^»]+) »", _fill),
    (rf"Remplissez la {CELL} : une de ces valeurs : ([^,]+),", _fill),
    (rf"Corrigez la formule de la {CELL}, ou écrivez la valeur à sa place", _own_answer("42000")),
    (r"Ouvrez le classeur dans Excel ou LibreOffice et enregistrez-le", _open_and_save),
    (r"Corrigez l'exercice dans la cellule [A-Z0-9]+ ; s'il est juste, écrivez ([0-9/]+) comme « ([^»]+) »", _longer),
    (rf"Corrigez le rang de l'annuité {CELL}", _own_answer("1")),
    (rf"Écrivez (0) comme aide demandée pour (?:ce poste|cette annuité) \({CELL}\)", _write),
    (rf"Ramenez l'aide demandée à {EUROS} au plus {CELL}", _write),
    (rf"Ajoutez {EUROS} de (charges|produits)", _add),
    (rf"Si le budget est juste, écrivez {EUROS} dans le plan de financement \({CELL}\)", _elsewhere("Plan de financement")),
    (rf"Si le plan est juste, écrivez {EUROS} dans la feuille Postes \({CELL}\)", _elsewhere("Postes")),
    (r"Renommez la feuille « ([^»]+) » en « ([^»]+) »", _rename_sheet),
    (r"Ajoutez la feuille « ([^»]+) » du modèle et remplissez-la", _add_sheet),
    (r"Ajoutez cette colonne au tableau et remplissez-la", _add_column),
    (r"Effacez l'intitulé de trop, dans la cellule ([A-Z0-9]+) ou ([A-Z0-9]+)", _erase),
    (r"Écrivez celui qui convient dans la colonne « (Pays) » de cette ligne", _in_row),
)
"""The ways of writing a correction, and what one does on reading each."""
