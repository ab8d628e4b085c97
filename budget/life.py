"""The life of one project, up to a day: what its files, the Région's decisions and the recorded steps say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from budget.grants import Vote, granted_cents, granted_posts
from schemas.spec import VOLETS

_POSTS = VOLETS[1]


@dataclass
class Life:
    """Dossiers that count, in the order of their campaigns; decisions by volet; steps; exercices of which an account was rendered."""

    dossiers: list[Mapping[str, Any]] = field(default_factory=list)
    votes: dict[str, Sequence[Vote]] = field(default_factory=dict)
    steps: list[Mapping[str, Any]] = field(default_factory=list)
    rendered: set[int] = field(default_factory=set)

    def voted(self, volet: str) -> bool:
        """Whether the decisions of a volet together leave an aid."""
        return sum(vote.cents for vote in self.votes.get(volet, ())) > 0

    def dossier(self, volet: str) -> Mapping[str, Any] | None:
        """The dossier of the latest campaign of a volet."""
        return max((d for d in self.dossiers if d["volet"] == volet), key=lambda d: (d["campagne"], d["date_depot"]), default=None)

    def last_step(self, *names: str) -> date | None:
        """The latest day of one of these steps."""
        return max((s["date_etape"] for s in self.steps if s["etape"] in names), default=None)

    def funded_years(self) -> list[int]:
        """The exercices for which posts are funded, cancelled ones left out."""
        if not self.voted(_POSTS):
            return []
        return [year for year, cents in granted_cents(self.votes[_POSTS]).items() if cents > 0]

    def last_year(self) -> int | None:
        """The last exercice for which posts are funded."""
        return max(self.funded_years(), default=None)

    def annuity(self, day: date) -> int:
        """The rank of the year of aid, from the first funded one."""
        return max(sum(year <= day.year for year in self.funded_years()), 1)

    def posts(self, day: date) -> int | None:
        """Posts granted for the day's exercice, else for the nearest funded one; before any vote, those that the dossier asks for."""
        granted = granted_posts(self.votes[_POSTS]) if self.voted(_POSTS) else {}
        if granted:
            nearest = min(granted, key=lambda year: (abs(year - day.year), year))
            return granted[nearest] or None
        dossier = self.dossier(_POSTS)
        return dossier["postes"] if dossier else None

    def is_abandoned(self) -> bool:
        """Abandoned, and nothing came after."""
        ended = self.last_step("abandonné", "pôle dissous")
        if ended is None:
            return False
        later = [d["date_depot"] for d in self.dossiers] + [vote.day for votes in self.votes.values() for vote in votes]
        return all(other <= ended for other in later)

    def awaited_reports(self, day: date) -> list[int]:
        """The funded exercices that are over and of which no account was rendered."""
        recorded = {s["date_etape"].year - 1 for s in self.steps if s["etape"] == "compte rendu reçu"}
        return [year for year in self.funded_years() if year < day.year and year not in self.rendered | recorded]
