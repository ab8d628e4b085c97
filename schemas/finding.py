"""A finding (constat): what is wrong, where, and how to mend it. Errors are values: every step returns its findings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from schemas.rules import STATES

Facts = Mapping[str, str]
OPEN, LIFTED, CORRECTED, EXCLUDED = STATES
"""What staff's rulings have made of a finding; the first where there is none."""


@dataclass(frozen=True)
class Ruling:
    """Staff's word on a finding of one file: a row of Arbitrages (contract §1).

    `file, sheet, row, cell` say where it is written; the others what it aims at, `digest` being the first signs of the file's hash.
    """

    file: str
    sheet: str
    row: int
    cell: str
    digest: str
    code: str
    at_sheet: str
    at_cell: str
    action: str
    value: str
    reason: str
    reference: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as raised. `facts` fills the rule's sentences; `cell` is A1 style, empty where the finding has none.

    `sources` lists the (sheet, cell) pairs that a group rule used in the file, `elsewhere` the (file, sheet, cell) of other files.
    `state` is one of STATES; where it is not the first, `ruling` says by whose word.
    """

    code: str
    sheet: str = ""
    cell: str = ""
    champ: str = ""
    value: str = ""
    limit: str = ""
    reference: str = ""
    facts: Facts = field(default_factory=dict)
    sources: tuple[tuple[str, str], ...] = ()
    elsewhere: tuple[tuple[str, str, str], ...] = ()
    state: str = OPEN
    ruling: Ruling | None = None
