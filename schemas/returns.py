"""What goes back to a sender: the findings of one file in words, and what its version changed. Plain data, for another process."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

FOLDER = "retours"
"""Where returns are, below the outputs."""
SUFFIX = "-corrections.xlsx"
"""What follows a file's name in that of its return."""
SHEET_NAME = "Corrections"
"""The first sheet of a return."""
SHEET_TITLE = "Corrections à apporter"
"""How the text of its cell A1 starts: a return that is dropped again is known by it, and this sheet of it is not read."""
AUTHOR = "Pôles ESS"
"""The author of the comments that a return bears."""


@dataclass(frozen=True)
class ReturnLine:
    """One open finding as its sender reads it. `title` names the rule; `reference` is the text behind its limit, empty where there is none.

    `sheet` and `cell` (A1 style) are empty where the finding has none.
    """

    gravity: str
    code: str
    sheet: str
    cell: str
    title: str
    message: str
    correction: str
    reference: str = ""


@dataclass(frozen=True)
class HeadingChange:
    """The amount of one heading before and after, in euros. `label` is written for people: « 2010, 60 Achats »."""

    label: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class VersionChange:
    """What a file changed of the version before it (`replaced`, relative to the inputs): its errors and warnings, its headings that moved.

    `unverified`: findings that are no longer made, because what they rest on can no longer be read.
    """

    replaced: str
    mended: tuple[ReturnLine, ...] = ()
    remaining: tuple[ReturnLine, ...] = ()
    new: tuple[ReturnLine, ...] = ()
    unverified: tuple[ReturnLine, ...] = ()
    headings: tuple[HeadingChange, ...] = ()


@dataclass(frozen=True)
class FileReturn:
    """All that the return of one file says. `path` is relative to the inputs, `target` to the outputs, both with `/`.

    `readable` is false where the file could not be opened: its return is the sheet of corrections alone. `left_out` counts the findings
    that are beyond the number of lines wanted. `change` is None where the file replaces none.
    """

    path: str
    sha256: str
    target: str
    decision: str
    reason: str
    next_step: str
    day: date
    readable: bool
    lines: tuple[ReturnLine, ...]
    left_out: int = 0
    change: VersionChange | None = None
