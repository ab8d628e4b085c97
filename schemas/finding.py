"""A finding (constat): what is wrong, where, and how to mend it. Errors are values: every step returns its findings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Facts = Mapping[str, str]


@dataclass(frozen=True)
class Finding:
    """A finding as raised. `facts` fills the rule's sentences; `cell` is A1 style, empty where the finding has none.

    `sources` lists the (sheet, cell) pairs that a group rule used in the file, `elsewhere` the (file, sheet, cell) of other files.
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
