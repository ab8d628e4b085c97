"""All rules on all files, and which count; then once more where staff's rulings correct or exclude (contract §1, Arbitrages)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from budget.check import Examined, examine
from budget.cross_projects import project_findings
from budget.cross_votes import vote_findings
from budget.decide import Decided, decide
from budget.dossiers import dossiers_of_all
from budget.found import Found
from budget.frames import Batches
from budget.money import money_tables
from budget.parts import Part, all_of, read_again
from budget.rulings import NO_EFFECT, Effects, Rulings, effects_of
from budget.said import Said, gather
from budget.settle import Settled
from budget.validate import Located
from schemas.decisions import LIFT
from schemas.financers import FinancerDirectory
from schemas.finding import Ruling
from schemas.parameters import Config
from schemas.reading import Reading, Received, lot_of
from schemas.rules import RULES

Reread = Callable[[Sequence[Received]], Said]
"""Reads files again, with other values in the cells that `Received.amended` names."""


@dataclass
class Checked:
    """What all files say, with every finding and the decision on each file; and what staff's rulings changed."""

    batches: Batches
    found: Found
    decided: Decided
    examined: Examined
    settled: Settled

    def settle(self, place: int, later: Iterable[Located]) -> list[Located]:
        """The findings on the files of one part with the rulings applied: those of `found`, and those raised since."""
        part = self.batches.parts[place]
        return self.settled.findings([*self.found.of(place), *later], self.examined.places, part.files)


def check_readings(
    files: Sequence[Received],
    readings: Sequence[Reading],
    config: Config,
    reread: Callable[[Sequence[Received]], Sequence[Reading]] | None = None,
) -> Checked:
    """`check_said` of what has just been read in this process."""
    again: Reread | None = (lambda wanted: gather([lot_of(reread(wanted))])) if reread else None
    return check_said(files, all_of(gather([lot_of(readings)])), config, again)


def check_said(files: Sequence[Received], parts: Sequence[Part], config: Config, reread: Reread | None = None, rules: str = "") -> Checked:
    """Check all files together and decide which count, from what those that are not ignored say.

    Rulings that correct or exclude are applied and all is checked again, until no ruling aims at what is found then: a value put right
    may call for another. Without `reread` no correction is applied; what staff lift or exclude is. `rules`: as `examine` takes it.
    """
    checked = _check(files, parts, config, rules)
    rulings = checked.examined.rulings
    if not rulings.known:
        return checked
    before = _aimed(checked, rulings, config)
    settled = Settled(rulings, NO_EFFECT, before)
    while True:
        found = _aimed(checked, rulings, config)
        wanted = settled.effects.with_more(effects_of(rulings, found, checked.examined.places)).without(settled.illegible)
        if reread is None:
            wanted = replace(wanted, cells={})
        if wanted == settled.effects:
            return replace(checked, settled=settled)
        amended, effects, illegible = _amend(files, parts, wanted, reread)
        # What a correction brought about, and another ruling puts right, stays too.
        before += [(path, f) for path, f in found if settled.effects and rulings.changes(path, f)]
        settled = Settled(rulings, effects, before, settled.illegible | illegible)
        checked = _check(files, amended, config, rules, rulings.without(effects.void), effects)


def _aimed(checked: Checked, rulings: Rulings, config: Config) -> list[Located]:
    """All findings on the files at which a ruling aims."""
    return [(path, f) for path, f in chain(checked.found, _on_money(checked, rulings, config)) if rulings.aimed(path)]


def _check(
    files: Sequence[Received],
    parts: Sequence[Part],
    config: Config,
    rules: str,
    rulings: Rulings | None = None,
    effects: Effects = NO_EFFECT,
) -> Checked:
    batches = Batches(parts, config.dossiers.region)
    examined = examine(batches, config, rulings, effects, rules)
    decided = decide(files, examined, FinancerDirectory(config.extra_financers()), effects)
    found = examined.found
    found.add(decided.findings + project_findings(examined, decided) + vote_findings(decided, config, examined.waivers))
    return Checked(batches, found, decided, examined, Settled(examined.rulings, effects, ()))


def _on_money(checked: Checked, rulings: Rulings, config: Config) -> Iterable[Located]:
    """The findings on co-financers, where a ruling that is not a mere lifting aims at one: they take both sides of every financing."""
    wanted = {r.code for r in rulings.known if r.action != LIFT}
    if not any(code.startswith("COF") and RULES[code].stage == "croisement" for code in wanted & set(RULES)):
        return []
    # The day bears on what is due, never on a finding.
    directory = FinancerDirectory(config.extra_financers())
    dossiers = list(dossiers_of_all(checked.batches, checked.decided, directory))
    return money_tables(dossiers, checked.decided, checked.examined, config, date.max).found


def _amend(
    files: Sequence[Received], parts: Sequence[Part], effects: Effects, reread: Reread | None
) -> tuple[Sequence[Part], Effects, frozenset[Ruling]]:
    """What files say, those corrected read again; the effects left, and the corrections whose value cannot be read."""
    if reread is None or not effects.cells:
        return parts, replace(effects, cells={}), frozenset()
    again = reread(_amended(parts, effects))
    illegible = _illegible(again, effects)
    if illegible:
        effects = effects.without(illegible)
        again = reread(_amended(parts, effects))
    return read_again(parts, again, files), effects, illegible


def _amended(parts: Sequence[Part], effects: Effects) -> list[Received]:
    known = {received.path: received for part in parts for received in part.files}
    wanted = []
    for path, cells in sorted(effects.cells.items()):
        values = tuple((sheet, cell, ruling.value) for (sheet, cell), ruling in sorted(cells.items(), key=lambda pair: pair[0]))
        wanted.append(replace(known[path], amended=values))
    return wanted


def _illegible(again: Said, effects: Effects) -> frozenset[Ruling]:
    unread = {(path, f.sheet, f.cell) for path, f in again.found if RULES[f.code].gravity == "erreur"}
    return frozenset(ruling for path, cells in effects.cells.items() for place, ruling in cells.items() if (path, *place) in unread)
