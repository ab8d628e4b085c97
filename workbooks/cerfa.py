"""Lines of a budget that say no account: the cerfa's own labels under their heading, and details that add up to the line above them."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from schemas.accounts import SUBSIDIES, SUBTOTALS, Account, account_of, accounts, heading_named, sub_line
from schemas.financers import OWN_RESOURCES, TYPES, known_financers, type_of
from schemas.text import bare, normalise
from workbooks.cells import Cell, Grid
from workbooks.parse import account_and_words
from workbooks.words import one_line

Cents = dict[int, int | None]
"""Column of an exercice → whole cents; None where they could not be read."""
SUBSIDY_TYPES = tuple(t for t in TYPES if t != OWN_RESOURCES)
_SUBTOTALS = {bare(normalise(label)) for label in SUBTOTALS}
_SHARE = re.compile(r"la subvention (?:de|sollicitee|demandee)\b.*\brepresente\b")
_PART_OF = re.compile(r"dont\b *")
_DETAIL = re.compile(r"(.+?) ?(?::|\(| [–—-] )(.*)")


@dataclass
class Waiting:
    """A line whose account is not known until its heading has all its lines."""

    row: int
    label: str
    cents: Cents


@dataclass
class Parent:
    """A line that others may detail: its own amounts, those of the details that are known, and the lines that wait."""

    amounts: Cents = field(default_factory=dict)
    details: list[Cents] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)

    def is_sum(self) -> bool:
        """Whether the line's amounts are exactly those of its details, the waiting ones included, in each exercice that they fill."""
        total: dict[int, int] = {}
        for cents in (*self.details, *(w.cents for w in self.waiting)):
            for column, value in cents.items():
                if value is None:
                    return True  # what could not be read has its own finding; nothing more is asked
                total[column] = total.get(column, 0) + value
        filled = {column: value for column, value in self.amounts.items() if value}
        return bool(filled) and filled == {column: value for column, value in total.items() if value}


@dataclass
class Section:
    """Where a reading of lines stands: the heading above, and under account 74 the type of financer named last."""

    heading: Account | None = None
    lines: Parent = field(default_factory=Parent)
    kind: str | None = None
    of_kind: Parent = field(default_factory=Parent)


def is_subtotal(label: str) -> bool:
    """Whether the cerfa uses that label to group headings."""
    return bare(normalise(label)) in _SUBTOTALS


def is_share(label: str) -> bool:
    """Whether a label is the form's last sentence: « La subvention de … représente … % du total des produits »."""
    return bool(_SHARE.match(normalise(label)))


def part_of(label: str) -> str:
    """What follows « dont »: a part of the line above, not an addition to it; empty where the label is no such part."""
    found = _PART_OF.match(one_line(label).lower().lstrip("-–— "))
    return label[found.end() :] if found else ""


def account_named(label: str, section: Account | None, side: str) -> Account | None:
    """The account that a label names: a sub-line of the heading above, else a heading, else where nothing stands above the only one."""
    if section and (found := sub_line(section.code, label)):
        return found
    heading = heading_named(label)
    if heading and heading.code == "87" and side == "charge":
        return accounts()["86"]  # the cerfa heads both sides with « Contributions volontaires en nature »
    if heading:
        return heading if side in ("", heading.side) else None
    if section is None:
        found_anywhere = {a.code: a for code in _heading_codes(side) if (a := sub_line(code, label))}
        if len(found_anywhere) == 1:
            return next(iter(found_anywhere.values()))
    return None


@lru_cache(maxsize=4)
def _heading_codes(side: str) -> tuple[str, ...]:
    return tuple(a.code for a in accounts().values() if a.is_heading and side in ("", a.side))


def subsidy_type(label: str) -> tuple[str | None, bool]:
    """The type of financer that a sub-line of account 74 names, and whether that has to be said: a known financer's own name was given."""
    found = type_of(label)
    if found is None and (detail := _DETAIL.fullmatch(one_line(label))):
        found = type_of(detail[1])
        if found and type_of(detail[2]) not in (None, found):
            return None, False
    if found is None:
        return _types_by_financer().get(normalise(label)), True
    return (found, False) if found in SUBSIDY_TYPES else (None, False)


@lru_cache(maxsize=1)
def _types_by_financer() -> dict[str, str]:
    """Names and aliases of the known financers that point to one type only."""
    types: dict[str, set[str]] = {}
    for financer in known_financers():
        for name in (financer.name, *financer.aliases):
            types.setdefault(normalise(name), set()).add(financer.type)
    return {name: found.pop() for name, found in types.items() if len(found) == 1}


def name_accounts(grid: Grid, first_row: int, compte: int, libelle: int, rows: dict[int, list[Cell]]) -> None:
    """Put in `rows` the lines of a table that say their account by the form's label alone, their account being named."""
    section: Account | None = None
    for index in range(first_row, len(grid)):
        row = grid[index]
        if len(row) <= max(compte, libelle):
            continue
        if row[compte] != "":
            account = account_of(account_and_words(row[compte])[0])
            section = accounts()[account.heading] if account else section
        elif isinstance(label := row[libelle], str) and label and (named := account_named(label, section, "")):
            section = accounts()[named.heading]
            if len(row) - row.count("") > 1:
                line = rows.setdefault(index, list(row))
                line[compte] = named.code


def is_subsidies(heading: Account | None) -> bool:
    """Whether lines stand under account 74."""
    return heading is not None and heading.code == SUBSIDIES
