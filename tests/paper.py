"""A case worked out on paper: a Markdown page whose tables are the documents deposited and the tables that must come out."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.grids import at, sheet
from workbooks.reader import RawSheet

_AMOUNT = re.compile(r"-?\d{1,3}(?: \d{3})*(?:,\d+)?|-?\d+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_EXPECTED = "# Ce qui doit sortir"
Rows = list[list[str]]


@dataclass
class Case:
    """The day it speaks for, the documents by path, and the rows expected of each table, header first, as written."""

    day: date
    files: dict[str, list[RawSheet]] = field(default_factory=dict)
    expected: dict[str, Rows] = field(default_factory=dict)


def read_case(page: Path) -> Case:
    """Read a page."""
    text = page.read_text(encoding="utf-8")
    given, _, wanted = text.partition(_EXPECTED)
    found = re.search(r"Date d'arrêté : (\S+)", given)
    assert found, "the page says no date"
    case = Case(date.fromisoformat(found[1]))
    for path, body in _sections(given, "## "):
        case.files[path] = [sheet(name, [[_cell(c) for c in row] for row in _table(part)]) for name, part in _sections(body, "### ")]
    case.expected = {name: _table(body) for name, body in _sections(wanted, "## ")}
    return case


def _sections(text: str, mark: str) -> list[tuple[str, str]]:
    parts = re.split(rf"^{mark}(?!#)(.+)$", text, flags=re.MULTILINE)
    return list(zip((p.strip() for p in parts[1::2]), parts[2::2], strict=True))


def _table(text: str) -> Rows:
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines if not line.startswith("| ---")]


def _cell(written: str) -> Any:
    """What stands in a workbook's cell."""
    if not written:
        return None
    if _DAY.fullmatch(written):
        return at(date.fromisoformat(written))
    return float(amount(written)) if _AMOUNT.fullmatch(written) and written != "01" else written


def amount(written: str) -> Decimal:
    """« 35 000,01 » as a number; 0 where nothing is written."""
    return Decimal(written.replace(" ", "").replace(",", ".") or 0)
