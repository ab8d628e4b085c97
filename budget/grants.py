"""What the Région's decisions grant, exercice by exercice: amounts and posts."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from budget.shares import SETTLES
from schemas.decisions import AMENDMENT, AWARD, signed_vote

Place = tuple[str, str, str]
"""A file, a sheet, a cell."""
Project = tuple[str, int, str]
"""A Pays, a project's number, a volet."""


@dataclass(frozen=True)
class Vote:
    """A decision that settles something, its amount signed, in whole cents. `name` is how it is cited."""

    project: Project
    nature: str
    cents: int
    posts: int
    first: int
    years: int
    day: date
    name: str
    place: Place

    def covers(self, exercice: int) -> bool:
        """Whether the decision speaks of an exercice."""
        return self.first <= exercice < self.first + self.years

    def shares(self) -> Iterator[tuple[int, int]]:
        """(exercice, cents): equal cents truncated towards zero, the last takes the remainder (contract §4, `echeancier`)."""
        each = abs(self.cents) // self.years * (1 if self.cents >= 0 else -1)
        for rank in range(self.years):
            yield self.first + rank, each if rank < self.years - 1 else self.cents - each * rank


def votes_by_project(decisions: pl.DataFrame) -> dict[Project, list[Vote]]:
    """The decisions that count and bear no reserve (`RegionWord.rows`), by project and volet, in the order of their days."""
    settled = decisions.filter(pl.col("nature").is_in(SETTLES) & ~pl.col("sous_reserve"))
    rows = settled.with_columns(cents=(signed_vote() * 100).cast(pl.Int64)).sort("date_decision", "rang", "ligne")
    found: dict[Project, list[Vote]] = defaultdict(list)
    for r in rows.iter_rows(named=True):
        project = (r["pays_code"], r["projet"], r["volet"])
        name = r["reference"] or f"du {r['date_decision']:%d/%m/%Y}"
        place = (r["fichier"], r["feuille"], r["adresse"])
        posts, first, years = r["postes_accordes"] or 0, r["premier_exercice"], r["duree_ans"]
        found[project].append(Vote(project, r["nature"], r["cents"], posts, first, years, r["date_decision"], name, place))
    return dict(found)


def granted_cents(votes: Sequence[Vote]) -> dict[int, int]:
    """By exercice, the cents that are voted, all decisions together."""
    cents: dict[int, int] = defaultdict(int)
    for vote in votes:
        for exercice, part in vote.shares():
            cents[exercice] += part
    return dict(sorted(cents.items()))


def granted_posts(votes: Sequence[Vote]) -> dict[int, int]:
    """By exercice that is still voted, how many posts: the awards' together, or the number that an avenant states, if it is greater."""
    awarded, stated = defaultdict[int, int](int), defaultdict[int, int](int)
    for vote in votes:
        for exercice in range(vote.first, vote.first + vote.years):
            if vote.nature == AWARD:
                awarded[exercice] += vote.posts
            elif vote.nature == AMENDMENT:
                stated[exercice] = max(stated[exercice], vote.posts)
    return {e: max(awarded[e], stated[e]) for e, cents in granted_cents(votes).items() if cents > 0}
