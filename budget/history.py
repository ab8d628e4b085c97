"""What a Pays or a post has had before a dossier: the Région's earlier decisions, else the earlier accepted dossiers (contract §2.4).

`Deposits` is filled in the order of deposit: a dossier is compared with those accepted before it, then added where it is accepted.
A decision settles the dossier in whose period its first exercice lies: what was voted then stands for what was asked.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from budget.asked import Asked, Line
from budget.grants import Place, Project, Vote, granted_posts

Row = dict[str, Any]
Territory = tuple[str, str]
"""A Pays and a volet."""


@dataclass(frozen=True)
class Deposit:
    """A dossier that its own rules accept. `first` and `last` are the exercices that bound its period."""

    path: str
    project: Project
    campagne: int
    day: date
    first: int
    last: int
    caps: Mapping[str, Any]

    def settled_by(self, vote: Vote) -> bool:
        """Whether a decision is about this dossier."""
        return vote.project == self.project and self.first <= vote.first <= self.last


@dataclass(frozen=True)
class _Had:
    """What a study or a post has had: under which name, how many euros, in which cells; for a post, which annuité of which exercice."""

    name: str
    amount: Decimal
    places: tuple[Place, ...]
    exercice: int = 0
    annuity: tuple[str, int] = ("", 0)


class Deposits:
    """The dossiers accepted so far, and the Région's decisions known by the day of the one that is looked at."""

    def __init__(self, asked: Mapping[str, Asked], votes: Mapping[Project, Sequence[Vote]]) -> None:
        self._asked = asked
        self._to_come: dict[Territory, list[Vote]] = defaultdict(list)
        for project, mine in votes.items():
            self._to_come[_territory(project)] += mine
        for coming in self._to_come.values():
            coming.sort(key=lambda vote: vote.day, reverse=True)
        self._votes: dict[Project, list[Vote]] = defaultdict(list)
        self._accepted: dict[Project, dict[int, Deposit]] = defaultdict(dict)
        self._studies: dict[Territory, dict[Project, Decimal]] = defaultdict(dict)
        self._used: dict[Territory, Decimal] = defaultdict(Decimal)

    def add(self, deposit: Deposit) -> None:
        """A dossier that is accepted; it replaces the version before it."""
        self._accepted[deposit.project][deposit.campagne] = deposit
        self._sum(deposit.project)

    def _until(self, deposit: Deposit) -> None:
        """Take note of the decisions taken by the day of deposit. Days never go back: so do the deposits."""
        coming = self._to_come[_territory(deposit.project)]
        while coming and coming[-1].day <= deposit.day:
            vote = coming.pop()
            self._votes[vote.project].append(vote)
            self._sum(vote.project)

    def _sum(self, project: Project) -> None:
        """What one project has had for its studies, in the sum of its Pays: no dossier looks through all the others."""
        territory = _territory(project)
        amount = sum((had.amount for had in self._had(project, None)), Decimal(0))
        self._used[territory] += amount - self._studies[territory].get(project, Decimal(0))
        self._studies[territory][project] = amount

    def study(self, deposit: Deposit) -> Row | None:
        """Model EtudesCumulees, for one dossier de préfiguration; None where it asks for nothing."""
        self._until(deposit)
        lines = self._counted_lines(deposit)
        asked = sum((line.amount for line in lines), Decimal(0))
        if asked <= 0:
            return None
        territory, own = _territory(deposit.project), list(self._had(deposit.project, deposit))
        elsewhere = self._used[territory] - self._studies[territory].get(deposit.project, Decimal(0))
        used, cap = elsewhere + sum((had.amount for had in own), Decimal(0)), deposit.caps["plafond_etude_eur"]
        passing = _first_beyond(lines, used, cap)
        others = [p for p, amount in self._studies[territory].items() if amount and p != deposit.project] if passing else []
        before = own + [had for project in sorted(others) for had in self._had(project, deposit)]
        at = passing or lines[0]
        return {
            "fichier": deposit.path, "feuille": at.sheet, "total_eur": used + asked, "historique_eur": used,
            "plafond_etude_eur": cap, "plafond_etude_eur_reference": deposit.caps["plafond_etude_eur_reference"],
            "cellule": at.cell, "valeur_eur": at.amount, **_cited(before), "sources": _sources(lines),
        }  # fmt: skip

    def annuities(self, deposit: Deposit) -> list[Row]:
        """Model AnnuitesCumulees, for one dossier de fonctionnement: its posts that were funded by another campaign."""
        self._until(deposit)
        lines = [line for line in self._asked[deposit.path].posts if not self._updated(deposit, line.exercice)]
        found = []
        for post, before in self._posts_before(deposit, list(dict.fromkeys(line.post for line in lines))).items():
            mine = [line for line in lines if line.post == post]
            years = sorted({had.exercice for had in before} | {line.exercice for line in mine})
            for rank, annuity in enumerate(sorted({line.annuity for line in mine}), 1):
                one = [line for line in mine if line.annuity == annuity]
                # An annuité can straddle two exercices, and a campaign take one over halfway: the lower of both counts is sure.
                by_year = years.index(min(line.exercice for line in one)) + 1
                by_number = len({had.annuity for had in before}) + rank
                found.append(_annuity(deposit, one, min(by_year, by_number), before))
        return found

    def _counted_lines(self, deposit: Deposit, newcomer: Deposit | None = None) -> list[Line]:
        """The Région's lines of its plan, but for the exercices that a later campaign covers."""
        return [line for line in self._asked[deposit.path].lines if not self._updated(deposit, line.exercice, newcomer)]

    def _updated(self, deposit: Deposit, exercice: int, newcomer: Deposit | None = None) -> bool:
        """Whether a later campaign covers this exercice of the project: that of an accepted dossier, or of the newcomer."""
        mine = [*self._accepted[deposit.project].values()]
        if newcomer and newcomer.project == deposit.project:
            mine.append(newcomer)
        return any(other.campagne > deposit.campagne and exercice in self._asked[other.path].exercices for other in mine)

    def _had(self, project: Project, newcomer: Deposit | None) -> Iterator[_Had]:
        """What the studies of a project have had, without what is the newcomer's own: its decisions, its exercices, its version before."""
        mine = newcomer if newcomer and newcomer.project == project else None
        covered = self._asked[mine.path].exercices if mine else set()
        votes = self._votes[project]
        for vote in votes:
            cents = 0 if mine and mine.settled_by(vote) else sum(part for exercice, part in vote.shares() if exercice not in covered)
            if cents:
                yield _Had(f"décision {vote.name}", Decimal(cents) / 100, (vote.place,))
        for other in self._accepted[project].values():
            if (mine and other.campagne == mine.campagne) or any(map(other.settled_by, votes)):
                continue
            lines = self._counted_lines(other, newcomer)
            if amount := sum((line.amount for line in lines), Decimal(0)):
                yield _Had(f"« {other.path} »", amount, tuple((other.path, line.sheet, line.cell) for line in lines))

    def _posts_before(self, deposit: Deposit, posts: Sequence[str]) -> dict[str, list[_Had]]:
        """By post, what funded it before; posts that nothing funded are left out."""
        votes = self._votes[deposit.project]
        others = [other for campagne, other in self._accepted[deposit.project].items() if campagne != deposit.campagne]
        had = [pair for other in others for pair in self._posts_of(other, [v for v in votes if other.settled_by(v)], deposit)]
        # A decision says how many posts, not which: without a dossier that names them, they are the first of this one.
        settling = [v for v in votes if not deposit.settled_by(v) and not any(other.settled_by(v) for other in others)]
        for exercice, count in granted_posts(settling).items():
            vote = next(v for v in settling if v.covers(exercice))
            if exercice not in self._asked[deposit.path].exercices:
                one = _Had(f"décision {vote.name}", Decimal(0), (vote.place,), exercice, ("", exercice))
                had += [(post, one) for post in posts[:count]]
        found = {post: sorted((h for name, h in had if name == post), key=lambda h: (h.exercice, h.annuity)) for post in posts}
        return {post: mine for post, mine in found.items() if mine}

    def _posts_of(self, other: Deposit, settling: Sequence[Vote], deposit: Deposit) -> Iterator[tuple[str, _Had]]:
        """The posts of another campaign's dossier; once decisions settle it, the first ones that they grant."""
        granted = granted_posts(settling)
        for line in self._asked[other.path].posts:
            refused = settling and line.rank > granted.get(line.exercice, 0)
            if not refused and not self._updated(other, line.exercice, deposit):
                place = (other.path, line.sheet, line.annuity_cell)
                yield line.post, _Had(f"« {other.path} »", line.amount, (place,), line.exercice, (other.path, line.annuity))


def _territory(project: Project) -> Territory:
    return project[0], project[2]


def _annuity(deposit: Deposit, lines: Sequence[Line], rank: int, before: Sequence[_Had]) -> Row:
    first = lines[0]
    return {
        "fichier": deposit.path, "feuille": first.sheet, "poste": first.post, "annuite": first.annuity, "rang": rank,
        "duree_poste_ans": deposit.caps["duree_poste_ans"], "duree_poste_ans_reference": deposit.caps["duree_poste_ans_reference"],
        "total_eur": sum((line.amount for line in lines), Decimal(0)), "cellule_annuite": first.annuity_cell,
        **_cited(before), "sources": _sources(lines),
    }  # fmt: skip


def _first_beyond(lines: Iterable[Line], used: Decimal, cap: Decimal | None) -> Line | None:
    """The line with which the running total passes the cap."""
    for line in lines:
        used += line.amount
        if cap is not None and used > cap:
            return line
    return None


def _sources(lines: Iterable[Line]) -> list[str]:
    return [f"{line.sheet}!{line.cell}" for line in lines]


def _cited(before: Sequence[_Had]) -> Row:
    """The names and the cells of what came before."""
    places = dict.fromkeys(place for had in before for place in had.places)
    return {
        "noms": list(dict.fromkeys(had.name for had in before)),
        "ailleurs": [{"fichier": file, "feuille": sheet, "cellule": cell} for file, sheet, cell in places],
    }
