"""Random campaigns, each document with the cents that it says, worked out here from what was written and from nothing of the project's."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.grids import at, decisions, edit, posts, report, statement, study
from workbooks.reader import RawSheet

PAYS = ("Pays de Dinan", "Pays de Vannes", "COB", "St-Brieuc", "15")
WRONG: dict[Any, int | None] = {
    "2x35000": None, "NC": None, "": 0, -12.5: -1250, "(1 000)": -100_000, "35 000,50 €": 3_500_050, "12 k€": 1_200_000,
}  # fmt: skip
"""What is written in place of an amount, and the cents that it says."""


@dataclass(frozen=True)
class Made:
    """A document, and the cents that its file says (contract §4, `lu_eur`)."""

    sheets: list[RawSheet]
    cents: int


def campaign(chance: random.Random, rank: int = 0) -> dict[str, Made]:
    """Up to six documents by path. Campaigns of other ranks have other projects, financers and references: they never meet."""
    made = {}
    for n in range(chance.randint(0, 6)):
        kind = chance.choice(_KINDS)
        folder = "region/" if kind is _decisions else ""
        made[f"{folder}c{rank}/f{n}.xlsx"] = kind(chance, rank)
    return made


def _amount(chance: random.Random) -> float:
    """An amount with cents, now and then round or nothing."""
    return chance.choice([0, 25_000, *(chance.randint(0, 4_000_000) / 100 for _ in range(4))])


def _cents(amount: float) -> int:
    return round(amount * 100)


def _day(chance: random.Random) -> date:
    return date(2010, 1, 1) + timedelta(days=chance.randint(0, 200))


def _wrong(chance: random.Random) -> Iterator[Any]:
    """Now and then what stands in place of an amount."""
    if chance.random() < 0.4:
        yield chance.choice(list(WRONG))


def _study(chance: random.Random, rank: int) -> Made:
    asked, own = _amount(chance), _amount(chance)
    heading = _amount(chance) if chance.random() < 0.3 else None
    sheets = study(
        chance.choice(PAYS), asked, own=own, depot=_day(chance), heading=heading, project=2 * rank + chance.randint(1, 2),
        version=chance.randint(1, 2),
    )  # fmt: skip
    head, detail = None if heading is None else _cents(heading), _cents(asked + own)
    for value in _wrong(chance):
        sheets = edit(sheets, "Budget", "C2", value)
        head, detail = (WRONG[value], detail) if heading is not None else (None, WRONG[value] or 0)
    # Where the sub-line has an amount, the heading counts for no more than what it says beyond it.
    charges = max(head, detail) if head is not None and detail else detail or head or 0
    return Made(sheets, charges + _cents(asked) + _cents(own))


def _posts(chance: random.Random, rank: int) -> Made:
    asked, years, count = _amount(chance), chance.randint(1, 3), chance.randint(1, 3)
    sheets = posts(
        chance.choice(PAYS), asked, depot=_day(chance), years=years, count=count, campaign=chance.randint(2010, 2012),
        project=2 * rank + chance.randint(1, 2),
    )  # fmt: skip
    region, total = asked * count, (asked + 7000) * count
    cents = years * (_cents(total) + _cents(region) + _cents(7000 * count))
    for value in _wrong(chance):
        sheets, cents = edit(sheets, "Budget", "C3", value), cents - _cents(region) + (WRONG[value] or 0)
    return Made(sheets, cents)


def _statement(chance: random.Random, rank: int) -> Made:
    votes = [_amount(chance) for _ in range(chance.randint(0, 3))]
    rows: list[list[Any]] = [[chance.choice(PAYS), "fonctionnement", 2010 + n, vote, 0] for n, vote in enumerate(votes)]
    sheets, cents = statement(rows, name=f"Communauté {rank}", kind="EPCI", depot=_day(chance)), sum(map(_cents, votes))
    for value in _wrong(chance) if rows else ():
        sheets, cents = edit(sheets, "Engagements", "D2", value), cents - _cents(votes[0]) + (WRONG[value] or 0)
    return Made(sheets, cents)


def _decisions(chance: random.Random, rank: int) -> Made:
    award, cancelled = _amount(chance), _amount(chance)
    pays, day = chance.choice(PAYS), at(_day(chance))
    rows = [
        [pays, "fonctionnement", nature, amount, 1, 2010, 3, day, f"CP{rank}-{chance.randint(1, 2)}"]
        for nature, amount in (("attribution", award), ("annulation", cancelled))
    ]
    sheets, taken = decisions(rows, depot=_day(chance)), _cents(cancelled)
    for value in _wrong(chance):
        sheets, taken = edit(sheets, "Décisions", "D3", value), WRONG[value] or 0
    return Made(sheets, _cents(award) - taken)


def _report(chance: random.Random, rank: int) -> Made:
    spent = _amount(chance)
    sheets = report([[641, 2010, 1, spent]], pays=chance.choice(PAYS), depot=_day(chance))
    sheets[0].grid.append(["Projet", 2 * rank + chance.randint(1, 2)])
    cents = _cents(spent)
    for value in _wrong(chance):
        sheets, cents = edit(sheets, "Réalisé", "D2", value), WRONG[value] or 0
    return Made(sheets, cents)


_KINDS = (_study, _posts, _statement, _decisions, _report)
