"""Returns made in the test's own process, and what they show: parts, sheets, comments, marks."""

import hashlib
import io
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import openpyxl

from budget.constats import FileFacts, told
from budget.pipeline import check_readings
from schemas.reading import Received
from schemas.returns import FileReturn, ReturnLine
from schemas.rules import RULES
from schemas.tables import REJECTED
from tests.grids import CONFIG, DAY, SPECS
from workbooks.extract import extract
from workbooks.reader import read_sheets
from workbooks.retour import make_return
from workbooks.retour_connu import own_sheets

LIMITS = CONFIG.limites
Told = list[tuple[str, str, str, str]]


def line(cell: str, sheet: str = "Plan de financement", gravity: str = "erreur", **others: str) -> ReturnLine:
    """A finding; what is not said is made up."""
    base = ReturnLine(gravity, "CEL102", sheet, cell, "Montant illisible", "« 2x35000 » ne peut pas être lu.", "Écrivez 70 000.")
    return replace(base, **others)  # type: ignore[arg-type]


def wanted(lines: Sequence[ReturnLine], **others: Any) -> FileReturn:
    """A return of these findings."""
    base = FileReturn(
        path="2010/dossier.xlsx", sha256="0" * 64, target="retours/2010/dossier.xlsx-corrections.xlsx", decision=REJECTED,
        reason="2 erreurs à corriger.", next_step="À faire : corrigez.", day=DAY, readable=True, lines=tuple(lines),
    )  # fmt: skip
    return replace(base, **others)


def findings(data: bytes) -> list[ReturnLine]:
    """What the product itself finds in a workbook, by the rules of a single file."""
    received = Received("essai.xlsx", hashlib.sha256(b"").hexdigest())
    reading = extract(received, own_sheets(read_sheets(data, LIMITS)), SPECS)
    found = check_readings([received], [reading], CONFIG).found
    return [
        ReturnLine(
            RULES[t.finding.code].gravity, t.finding.code, t.finding.sheet, t.finding.cell, RULES[t.finding.code].title, t.message,
            t.correction, t.finding.reference,
        )
        for t in told(found, {"essai.xlsx": FileFacts("", None)})
    ]  # fmt: skip


def given_back(data: bytes, lines: Sequence[ReturnLine], **others: Any) -> bytes:
    """The return of a workbook."""
    return make_return(data, wanted(lines, **others), LIMITS)


def book(data: bytes) -> Any:
    """A workbook, by another reader than ours, which says what it does not know."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(io.BytesIO(data))


def comments(data: bytes) -> dict[tuple[str, str], str]:
    """Sheet and cell → comment."""
    return {
        (sheet.title, cell.coordinate): cell.comment.text
        for sheet in book(data).worksheets
        for cell in sheet._cells.values()
        if cell.comment
    }


def pattern(data: bytes, sheet: str, cell: str) -> tuple[str, str, str]:
    """A cell's pattern, its colour and its background."""
    fill = book(data)[sheet][cell].fill
    return fill.patternType, fill.fgColor.rgb, fill.bgColor.rgb


def texts(data: bytes, sheet: str = "Corrections") -> list[list[str]]:
    """The rows of a sheet that hold something, as texts."""
    rows = [[str(value) for value in row if value is not None] for row in book(data)[sheet].iter_rows(values_only=True)]
    return [row for row in rows if row]
