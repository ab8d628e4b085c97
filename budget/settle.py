"""Staff's rulings carried out: which findings stand once they are applied, and the two tables of what staff decided."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from budget.errors import Places
from budget.rulings import DIGEST, Effects, Rulings, aims_at, can_be_lifted, places_of
from budget.validate import Located
from schemas.decisions import CORRECT, LIFT
from schemas.finding import CORRECTED, EXCLUDED, Finding, Ruling
from schemas.reading import Received
from schemas.region_tables import APPLIED, LAPSED, TO_COME, VOID, Arbitrages, Derogations
from schemas.rules import RULES
from schemas.tables import polars_schema
from schemas.text import french_date


@dataclass(frozen=True)
class Settled:
    """What became of the rulings: what they change, the findings on the files as they were deposited, the corrections not applied."""

    rulings: Rulings
    effects: Effects
    before: Sequence[Located]
    illegible: frozenset[Ruling] = frozenset()

    def findings(self, found: Iterable[Located], places: Places, files: Iterable[Received]) -> list[Located]:
        """All findings on these files with the rulings applied; those that the rulings made vanish stay, marked `corrigé` or `exclu`."""
        live = self.rulings.without(self.effects.void)
        now = self.effects.excluded(live.judge(found), places)
        if not self.before:
            return now
        standing, here = {_identity(path, finding) for path, finding in now}, {received.path for received in files}
        before = [(path, f) for path, f in self.before if path in here and self.effects.concerns(path)]
        gone = [(path, f) for path, f in before if _identity(path, f) not in standing]
        return now + [(path, self._gone(path, finding, places)) for path, finding in gone]

    def _gone(self, path: str, finding: Finding, places: Places) -> Finding:
        if ruling := self.effects.excluding(path, finding, places):
            return replace(finding, state=EXCLUDED, ruling=ruling)
        cells = self.effects.cells.get(path, {})
        aimed = (ruling for ruling in cells.values() if aims_at(ruling, finding))
        near = (cells[place] for place in places_of(finding, CORRECT) if place in cells)
        return replace(finding, state=CORRECTED, ruling=next(aimed, None) or next(near, None) or next(iter(cells.values()), None))


def _identity(path: str, finding: Finding) -> tuple[str, ...]:
    return path, finding.code, finding.sheet, finding.cell, finding.champ, finding.value, str(sorted(finding.facts.items()))


def rulings_table(settled: Settled, found: Iterable[Located], files: Mapping[str, str]) -> pl.DataFrame:
    """Table `arbitrages`: each ruling, whether it is applied and why not. `files`: the paths by hash."""
    used: dict[Ruling, list[Finding]] = defaultdict(list)
    for _, finding in found:
        if finding.ruling:
            used[finding.ruling].append(finding)
    paths: dict[str, list[str]] = defaultdict(list)
    for path, sha256 in sorted(files.items()):
        paths[sha256[:DIGEST]].append(path)
    rows = []
    for r in settled.rulings.known:
        aimed = paths.get(r.digest, [])
        state, why = _outcome(r, aimed, used.get(r, []), settled)
        written = next((f.value for f in used.get(r, []) if f.cell), "")
        rows.append(
            (r.file, r.sheet, r.row, r.digest, aimed[0] if aimed else None, r.code, r.at_sheet, r.at_cell, r.action, written, r.value,
             r.reason, r.reference or None, r.day, len(used.get(r, [])), state, why)
        )  # fmt: skip
    return pl.DataFrame(rows, schema=polars_schema(Arbitrages), orient="row").sort("fichier", "feuille", "ligne")


def _outcome(ruling: Ruling, aimed: Sequence[str], used: Sequence[Finding], settled: Settled) -> tuple[str, str | None]:
    """Whether a ruling is applied, and if not, why."""
    if used or any(ruling in cells.values() for cells in settled.effects.cells.values()):
        return APPLIED, None
    if len(ruling.digest) != DIGEST or not set(ruling.digest) <= set("0123456789abcdef"):
        return VOID, f"L'empreinte compte {DIGEST} signes, de 0 à 9 et de a à f, comme dans suivi.xlsx."
    if not aimed:
        return LAPSED, "Aucun fichier déposé n'a cette empreinte : il a changé ou a été retiré depuis."
    if ruling.code not in RULES:
        return VOID, f"« {ruling.code} » n'est le code d'aucune règle."
    if ruling.file in settled.effects.void:
        return VOID, "Le fichier qui porte cet arbitrage est lui-même exclu."
    if ruling in settled.illegible:
        return VOID, f"La valeur retenue, « {ruling.value} », ne peut pas être lue dans la cellule {ruling.at_cell}."
    return VOID, _unmatched(ruling, aimed, settled)


def _unmatched(ruling: Ruling, aimed: Sequence[str], settled: Settled) -> str:
    place = f" en {ruling.at_sheet} {ruling.at_cell}".rstrip() if ruling.at_sheet or ruling.at_cell else ""
    mine = [f for path, f in settled.before if path in aimed and f.code == ruling.code]
    if not mine:
        return f"Le fichier n'a pas de constat {ruling.code}."
    mine = [f for f in mine if aims_at(ruling, f)]
    if not mine:
        return f"Le fichier n'a pas de constat {ruling.code}{place}."
    if ruling not in {settled.rulings.on(path, f) for path in aimed for f in mine}:
        return "Un arbitrage plus récent vise le même constat."
    if ruling.action == LIFT and not any(map(can_be_lifted, mine)):
        return "Ce qui n'a pas pu être lu ne peut pas être levé : corrigez la valeur, ou excluez le fichier ou la ligne."
    return "« corriger » demande une cellule et une valeur retenue."


def waivers_table(waivers: pl.DataFrame, used: Mapping[int, Sequence[str]], day: date) -> pl.DataFrame:
    """Table `derogations`: each waiver as of `day`, and where it serves. `used`: the files by a waiver's number."""
    rows = []
    for r in waivers.iter_rows(named=True):
        state, why = _in_force(r["obstacle"], r["du"], r["au"], day)
        where = sorted(set(used.get(r["numero"], ())))
        rows.append(
            (r["fichier"], r["feuille"], r["ligne"], r["pays_code"], r["projet"], r["regle"], r["parametre"], r["valeur"], r["du"],
             r["au"], r["reference"], " ; ".join(where) or None, state, why)
        )  # fmt: skip
    return pl.DataFrame(rows, schema=polars_schema(Derogations), orient="row").sort("fichier", "feuille", "ligne")


def _in_force(obstacle: str | None, first: date, last: date | None, day: date) -> tuple[str, str | None]:
    if obstacle:
        return VOID, obstacle
    if first > day:
        return TO_COME, f"Elle commence le {french_date(first)}."
    if last and last < day:
        return LAPSED, f"Elle a pris fin le {french_date(last)} ; elle vaut pour ce qui date d'avant."
    return APPLIED, None
