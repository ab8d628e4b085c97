"""The sheet `Vérification` of a template, as data: what is checked while the sender writes, in which order, with which words.

A line is wrong, right, or still to fill; the sentence beside it says which, from formulas that the sender's own program works out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from schemas.parameters import DatedValue
from workbooks.cells import address, letters
from workbooks.template_cells import Cells
from workbooks.template_layout import FIRST, HEADER
from workbooks.template_live import YES, Live, Term, after, count_where, first_beside, joined, live, or_else, plural, trimmed, when

BOARD = "Vérification"
MUST, LOOK, RIGHT, TODO, UNUSED, UNCHECKED = "À corriger", "À regarder", "Juste", "À remplir", "–", "Non contrôlé"
STATES = (MUST, LOOK, RIGHT, TODO, UNUSED, UNCHECKED)
WHOLE = "classeur"
"""The section of what concerns all sheets."""
STATE, FIGURES = 1, 2
"""Columns of the state and of the first figure; the sentence comes after the last figure."""
NO_ROW = "Aucune ligne n'est encore écrite."
_NO_TEXT = "Aucun texte connu ne fixe cette valeur à cette date : ce n'est pas contrôlé."
_REFERENCE = 250
_BROKEN = "Une cellule est en erreur, ou un nombre est écrit comme un texte : corrigez cela d'abord."


@dataclass(frozen=True)
class Check:
    """One line. `figures` stand beside its label, one per exercice; `wrong` says whether `told` is shown, else `started` chooses."""

    label: str
    wrong: Live
    told: Live
    started: Live = YES
    right: str = ""
    todo: str = ""
    gravity: str = MUST
    idle: str = TODO
    """The state of a line that is not started."""
    figures: tuple[Live, ...] = ()
    counts: bool = False
    """Whether its figures are numbers of things, not euros."""
    tall: bool = False
    """Whether its sentence may take two lines."""

    def state(self) -> Live:
        """The formula of its state."""
        return or_else(when(self.wrong, self.gravity, when(self.started, RIGHT, self.idle)), MUST)

    def sentence(self, state: Live) -> Live:
        """The formula of its sentence, from the cell that holds its state."""
        told = or_else(trimmed(self.told), _BROKEN)
        if self.gravity == self.idle:
            return when(state.is_(RIGHT), self.right, when(self.wrong, told, self.todo))
        return when(state.is_(RIGHT), self.right, when(state.is_(self.idle), self.todo, told))


def unchecked(label: str, figures: tuple[Live, ...] = ()) -> Check:
    """The line of a rule that has no value at that date."""
    return Check(label, YES, live(_NO_TEXT), gravity=UNCHECKED, figures=figures)


def source(cap: DatedValue) -> str:
    """The text behind a cap, as long as a formula takes it."""
    return cap.reference if len(cap.reference) <= _REFERENCE else cap.reference[: _REFERENCE - 1] + "…"


class Board:
    """The lines in order, by kind of sheet; each knows its row, so that a sentence can name the figures beside it."""

    def __init__(self, cells: Cells, tolerance: Decimal) -> None:
        self.cells = cells
        self.tolerance = tolerance
        """What two sums may differ by (config `seuils.tolerance_eur`)."""
        self.exercices = cells.layout.values.exercices if "budget" in cells.layout.sheets() else ()
        self.lines: list[str | Check] = []
        """A kind of sheet starts its section; its lines follow."""

    @property
    def told_at(self) -> int:
        """The column of the sentences."""
        return FIGURES + len(self.exercices)

    def section(self, kind: str) -> None:
        """Start the lines of a sheet."""
        self.lines.append(kind)

    def add(self, check: Check) -> None:
        """One more line."""
        self.lines.append(check)

    def years(self) -> tuple[Live, ...]:
        """The years above the figures."""
        return tuple(Live(f"{letters(FIGURES + i)}${HEADER + 1}", year) for i, year in enumerate(self.exercices))

    def beside(self, figures: Sequence[Live]) -> tuple[Live, ...]:
        """The places where the figures of the next line will stand, to be named in its sentence."""
        row = FIRST + len(self.lines)
        return tuple(replace(f, text=address(row, FIGURES + i)) for i, f in enumerate(figures))

    def figure(self, label: str, rank: int) -> Live:
        """A figure of a line, as another sheet names it."""
        place, found = next((i, line) for i, line in enumerate(self.lines) if isinstance(line, Check) and line.label == label)
        return replace(found.figures[rank], text=f"'{BOARD}'!{address(FIRST + place, FIGURES + rank)}")

    def headline(self) -> Live:
        """How far the sender is, in one sentence."""
        states = self._states(0, len(self.lines), "")
        wrong, todo, doubtful = (count_where(states, state) for state in (MUST, TODO, LOOK))
        done = when(
            doubtful > 0,
            joined("Rien à corriger ; ", plural(doubtful, "point à regarder", "points à regarder"), "."),
            "Tout est juste : vous pouvez envoyer ce classeur.",
        )
        rest = when(todo > 0, joined("Rien à corriger ; ", plural(todo, "point à remplir", "points à remplir"), "."), done)
        return when(wrong > 0, joined(plural(wrong, "point à corriger", "points à corriger"), "."), rest)

    def hint(self, kind: str, otherwise: str) -> Live | None:
        """What is wrong on a sheet, first things first, else the hint given; None where nothing of that sheet is checked."""
        if kind not in self.lines:
            return None
        first = self.lines.index(kind) + 1
        last = next((i for i in range(first, len(self.lines)) if isinstance(self.lines[i], str)), len(self.lines))
        states, told = self._states(first, last, f"'{BOARD}'!"), self._told(first, last)
        hint: Live | str = otherwise
        for state in (LOOK, MUST):
            hint = when(count_where(states, state) > 0, joined(f"{state} : ", first_beside(told, states, state)), hint)
        return hint if isinstance(hint, Live) else None

    def _checks(self, first: int, last: int) -> list[Check | None]:
        return [line if isinstance(line, Check) else None for line in self.lines[first:last]]

    def _states(self, first: int, last: int, sheet: str) -> Live:
        values = tuple(c.state().one if c else None for c in self._checks(first, last))
        return Live(f"{sheet}{_span(first, last, STATE)}", values)

    def _told(self, first: int, last: int) -> Live:
        values = tuple(c.sentence(c.state()).one if c else None for c in self._checks(first, last))
        return Live(f"'{BOARD}'!{_span(first, last, self.told_at)}", values)


def _span(first: int, last: int, column: int) -> str:
    return f"${letters(column)}${FIRST + first + 1}:${letters(column)}${FIRST + last}"


def listed(pairs: Iterable[tuple[Live, Term]]) -> Live:
    """The terms whose condition holds, between commas."""
    return after(joined(*(when(condition, joined(", ", term), "") for condition, term in pairs)), 2)


def per_year(years: Sequence[Live], *told: tuple[Sequence[Live], Sequence[Live]]) -> Live:
    """For each year, the sentence of the first condition that holds in it: « 2011 : il manque 500 €. »; nothing elsewhere."""
    parts = []
    for i, year in enumerate(years):
        part: Live | str = ""
        for conditions, sentences in reversed(told):
            part = when(conditions[i], joined(year, " : ", sentences[i], ". "), part)
        parts.append(part)
    return joined(*parts)
