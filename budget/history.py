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
    """The dossiers accepted so far, and the Région's decisions."""

    def __init__(self, asked: Mapping[str, Asked], votes: Mapping[Project, Sequence[Vote]]) -> None:
        self._asked = asked
        self._votes: dict[tuple[str, str], dict[Project, Sequence[Vote]]] = defaultdict(dict)
        for project, mine in votes.items():
            self._votes[project[0], project[2]][project] = mine
        self._accepted: dict[tuple[str, str], dict[Project, dict[int, Deposit]]] = defaultdict(lambda: defaultdict(dict))

    def add(self, deposit: Deposit) -> None:
        """A dossier that is accepted; it replaces the version before it."""
        self._accepted[_territory(deposit.project)][deposit.project][deposit.campagne] = deposit

    def study(self, deposit: Deposit) -> Row | None:
        """Model EtudesCumulees, for one dossier de préfiguration; None where it asks for nothing."""
        lines = self._counted_lines(deposit)
        asked = sum((line.amount for line in lines), Decimal(0))
        if asked <= 0:
            return None
        before = list(self._studies_before(deposit))
        used, cap = sum((had.amount for had in before), Decimal(0)), deposit.caps["plafond_etude_eur"]
        passing = _first_beyond(lines, used, cap) or lines[0]
        return {
            "fichier": deposit.path, "feuille": passing.sheet, "total_eur": used + asked, "historique_eur": used,
            "plafond_etude_eur": cap, "plafond_etude_eur_reference": deposit.caps["plafond_etude_eur_reference"],
            "cellule": passing.cell, "valeur_eur": passing.amount, **_cited(before), "sources": _sources(lines),
        }  # fmt: skip

    def annuities(self, deposit: Deposit) -> list[Row]:
        """Model AnnuitesCumulees, for one dossier de fonctionnement: its posts that were funded by another campaign."""
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
        mine = [*self._accepted[_territory(deposit.project)][deposit.project].values()]
        if newcomer and newcomer.project == deposit.project:
            mine.append(newcomer)
        return any(other.campagne > deposit.campagne and exercice in self._asked[other.path].exercices for other in mine)

    def _earlier(self, deposit: Deposit) -> dict[Project, list[Vote]]:
        """The decisions of the Pays and volet taken by the day of deposit."""
        mine = self._votes[_territory(deposit.project)]
        return {project: [v for v in votes if v.day <= deposit.day] for project, votes in mine.items()}

    def _studies_before(self, deposit: Deposit) -> Iterator[_Had]:
        """What the other studies of the Pays have had."""
        votes = self._earlier(deposit)
        covered = self._asked[deposit.path].exercices
        for vote in (v for mine in votes.values() for v in mine if not deposit.settled_by(v)):
            own = vote.project == deposit.project
            cents = sum(part for exercice, part in vote.shares() if not (own and exercice in covered))
            if cents:
                yield _Had(f"décision {vote.name}", Decimal(cents) / 100, (vote.place,))
        for project, campaigns in self._accepted[_territory(deposit.project)].items():
            for other in campaigns.values():
                same = (project, other.campagne) == (deposit.project, deposit.campagne)
                if same or any(map(other.settled_by, votes.get(project, ()))):
                    continue
                lines = self._counted_lines(other, deposit)
                if amount := sum((line.amount for line in lines), Decimal(0)):
                    yield _Had(f"« {other.path} »", amount, tuple((other.path, line.sheet, line.cell) for line in lines))

    def _posts_before(self, deposit: Deposit, posts: Sequence[str]) -> dict[str, list[_Had]]:
        """By post, what funded it before; posts that nothing funded are left out."""
        votes = self._earlier(deposit).get(deposit.project, [])
        campaigns = self._accepted[_territory(deposit.project)][deposit.project]
        others = [other for campagne, other in campaigns.items() if campagne != deposit.campagne]
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


def _territory(project: Project) -> tuple[str, str]:
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
