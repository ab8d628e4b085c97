"""What the status page says: plain data between the arithmetic and the page. No name of a person, no address, no pay."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

PAGE = "index.html"
"""The page's name, below the outputs."""
PAID = "mandaté"
"""The series drawn over the others: it is a part of them, not more of them."""
SHARES = ("confirmé", "déclaré", "espéré")
"""How sure a funding is, surest first: the series of the funding by type of financer."""


@dataclass(frozen=True)
class PaysGlance:
    """Where a Pays stands. `reminder` is its page and `reasons` why, both empty where nothing is asked of it."""

    code: str
    name: str
    short_name: str
    stage: str
    study: str
    pole: str
    year: int | None
    posts: int | None
    next_action: str
    due: date | None
    overdue: bool
    reminder: str
    reasons: str


@dataclass(frozen=True)
class Bar:
    """An amount of a series, and the stretch that stands for it, in percent of the chart's width."""

    series: str
    amount: Decimal
    start: Decimal
    length: Decimal


@dataclass(frozen=True)
class Row:
    """A row of a chart: a year or a type of financer, its bars in the order of the series, and what they add up to."""

    label: str
    bars: tuple[Bar, ...]
    total: Decimal


@dataclass(frozen=True)
class Chart:
    """Series, a row of amounts for each label, and the last row, which adds them up."""

    series: tuple[str, ...]
    rows: tuple[Row, ...]
    totals: Row

    @property
    def adds_up(self) -> bool:
        """Whether rows have several amounts to add: what is paid is none."""
        return len(set(self.series) - {PAID}) > 1


@dataclass(frozen=True)
class FileGlance:
    """A file received: what it is, whose it is, what is made of it and why. `returned` is the workbook to send back, empty without one."""

    path: str
    document: str
    sender: str
    day: date | None
    decision: str
    reason: str
    errors: int
    warnings: int
    returned: str


@dataclass(frozen=True)
class Output:
    """A file or folder to open, relative to the outputs; `made` is false where no whole run has made it yet."""

    path: str
    title: str
    said: str
    made: bool


@dataclass(frozen=True)
class Glance:
    """All that the status page says."""

    programme: str
    campagne: int
    day: date
    pays: tuple[PaysGlance, ...]
    stages: dict[str, int]
    due: Chart
    funding: Chart
    files: tuple[FileGlance, ...]
    decisions: dict[str, int]
    to_mend: int
    other_files: int
    controls: int
    gaps: int
    outputs: tuple[Output, ...]
