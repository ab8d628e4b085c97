"""Arbitrages: staff's word on the findings of one file, known by the first signs of its hash (contract §1).

`lever` leaves the finding without effect. `exclure` rejects the file, or sets aside the row in the sheets whose rows are decided one by
one. `corriger` has the file read again with another value in the cell. A ruling that aims at nothing does nothing, and is said.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import polars as pl

from budget.errors import Places, Row
from budget.frames import Batch, with_cells
from budget.validate import Located
from schemas.decisions import CORRECT, EXCLUDE, LIFT
from schemas.finding import EXCLUDED, LIFTED, Finding, Ruling
from schemas.rules import RULES
from schemas.text import normalise

DIGEST = 12
"""Signs of a file's hash that name it."""
NEVER_LIFTED = ("FIC006",)
"""Besides what could not be read, whose value nobody knows: Décisions Région are believed nowhere but in their folder."""


class Rulings:
    """The rulings that aim at present files, the latest first."""

    def __init__(self, known: Sequence[Ruling], files: Mapping[str, Sequence[str]]) -> None:
        """`known` in the order in which they were given; `files`: paths by the first signs of their hash."""
        self.known = known
        self._by_file: dict[str, list[Ruling]] = defaultdict(list)
        for ruling in reversed(known):
            for path in files.get(ruling.digest, ()):
                self._by_file[path].append(ruling)

    def on(self, path: str, finding: Finding) -> Ruling | None:
        """The latest ruling that aims at this finding."""
        return next((ruling for ruling in self._by_file.get(path, ()) if aims_at(ruling, finding)), None)

    def aimed(self, path: str) -> Sequence[Ruling]:
        """Those that aim at a file."""
        return self._by_file.get(path, ())

    def without(self, files: Iterable[str]) -> "Rulings":
        """The same, but for what is written in these files."""
        gone = set(files)
        kept = Rulings([r for r in self.known if r.file not in gone], {})
        kept._by_file = defaultdict(list, {p: [r for r in rulings if r.file not in gone] for p, rulings in self._by_file.items()})
        return kept

    def changes(self, path: str, finding: Finding) -> bool:
        """Whether a ruling on this finding corrects or excludes."""
        ruling = self.on(path, finding)
        return ruling is not None and ruling.action != LIFT

    def judge(self, found: Iterable[Located]) -> list[Located]:
        """The findings, those that are lifted marked so."""
        return [(path, self._judged(path, finding)) for path, finding in found]

    def _judged(self, path: str, finding: Finding) -> Finding:
        ruling = self.on(path, finding) if path in self._by_file else None
        lifts = ruling is not None and ruling.action == LIFT and can_be_lifted(finding)
        return replace(finding, state=LIFTED, ruling=ruling) if lifts else finding


def read_rulings(rows: pl.DataFrame, batch: Batch, hashes: Mapping[str, str]) -> Rulings:
    """The believed rows of Arbitrages. `hashes`: each file's, by path."""
    files: dict[str, list[str]] = defaultdict(list)
    for path, sha256 in hashes.items():
        files[sha256[:DIGEST]].append(path)
    placed = with_cells(rows, batch, "arbitrages", "valeur_retenue").sort("rang", pl.col("date_arbitrage").fill_null(date.min), "ligne")
    return Rulings([_ruling(row) for row in placed.iter_rows(named=True)], files)


def _ruling(row: Mapping[str, Any]) -> Ruling:
    corrects = row["action"] == CORRECT and row["cellule_valeur_retenue"]
    return Ruling(
        row["fichier"], row["feuille"], row["ligne"], row["cellule_valeur_retenue"] if corrects else row["adresse"],
        _digest(row["empreinte"]), row["code"].strip().upper(), row["feuille_visee"] or "", _cell(row["cellule"] or ""), row["action"],
        row["valeur_retenue"] or "", row["motif"], row["reference"] or "", row["date_arbitrage"],
    )  # fmt: skip


def _digest(written: str) -> str:
    """The first signs of a hash; those made of digits alone lose their zeros in a cell that holds a number."""
    text = written.strip().lower()[:DIGEST]
    return text.zfill(DIGEST) if text.isdecimal() else text


def _cell(written: str) -> str:
    return written.replace("$", "").replace(" ", "").upper()


def places_of(finding: Finding, action: str) -> list[tuple[str, str]]:
    """The (sheet, cell) pairs by which a ruling may name a finding: its own; its sources too where it has none, or to correct one."""
    own = [(finding.sheet, finding.cell)]
    return own + list(finding.sources) if action == CORRECT or not finding.cell else own


def aims_at(ruling: Ruling, finding: Finding) -> bool:
    """Same rule, and the sheet and the cell that the ruling names, where it names them."""
    return ruling.code == finding.code and place_aimed(ruling, finding) is not None


def place_aimed(ruling: Ruling, finding: Finding) -> tuple[str, str] | None:
    """Which of a finding's places the ruling names; None where it names another."""
    for sheet, cell in places_of(finding, ruling.action):
        if ruling.at_cell in ("", cell) and (not ruling.at_sheet or normalise(ruling.at_sheet) == normalise(sheet)):
            return sheet, cell
    return None


def can_be_lifted(finding: Finding) -> bool:
    """A rule broken may be forgiven; a value that was not read cannot be counted, whatever staff say."""
    rule = RULES[finding.code]
    return rule.gravity != "erreur" or (rule.stage != "lecture" and rule.code not in NEVER_LIFTED)


@dataclass(frozen=True)
class Effects:
    """What rulings change before the rules are applied again.

    `cells`: by file, the ruling whose value replaces that of a (sheet, cell). `files` and `rows`: those excluded. `void`: files of the
    Région that are excluded, whose own rulings have no effect.
    """

    cells: Mapping[str, Mapping[tuple[str, str], Ruling]] = field(default_factory=dict)
    files: Mapping[str, Ruling] = field(default_factory=dict)
    rows: Mapping[Row, Ruling] = field(default_factory=dict)
    void: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.cells or self.files or self.rows)

    def excluded(self, found: Iterable[Located], places: Places) -> list[Located]:
        """The findings, those of excluded files and rows marked so."""
        return [(path, self._judged(path, finding, places)) for path, finding in found]

    def _judged(self, path: str, finding: Finding, places: Places) -> Finding:
        if not self.files and not self.rows:
            return finding
        ruling = self.excluding(path, finding, places)
        return replace(finding, state=EXCLUDED, ruling=ruling) if ruling else finding

    def excluding(self, path: str, finding: Finding, places: Places) -> Ruling | None:
        """The ruling that excludes a finding's file or row; or the row that it names, where the finding stands at no cell."""
        if (row := places.row_of(path, finding)) in self.rows or path in self.files:
            return self.files.get(path) or (self.rows[row] if row else None)
        mine = (ruling for (file, _, _), ruling in self.rows.items() if file == path and not finding.cell)
        return next((ruling for ruling in mine if aims_at(ruling, finding)), None)

    def with_more(self, other: "Effects") -> "Effects":
        """Both; what is here comes first."""
        paths = dict.fromkeys((*self.cells, *other.cells))
        cells = {path: {**other.cells.get(path, {}), **self.cells.get(path, {})} for path in paths}
        return Effects(cells, {**other.files, **self.files}, {**other.rows, **self.rows}, self.void | other.void)

    def without(self, illegible: Iterable[Ruling]) -> "Effects":
        """The same, but for the corrections whose value cannot be read."""
        gone = set(illegible)
        cells = {path: {place: r for place, r in wanted.items() if r not in gone} for path, wanted in self.cells.items()}
        return replace(self, cells={path: wanted for path, wanted in cells.items() if wanted})

    def concerns(self, path: str) -> bool:
        """Whether a file is read otherwise, or set aside in whole or in part."""
        return path in self.cells or path in self.files or any(row[0] == path for row in self.rows)


NO_EFFECT = Effects()


def effects_of(rulings: Rulings, found: Iterable[Located], places: Places) -> Effects:
    """What the rulings change, given the findings on the files as they were deposited."""
    wanted: dict[Ruling, list[tuple[str, Finding]]] = defaultdict(list)
    for path, finding in found:
        if rulings.aimed(path) and (ruling := rulings.on(path, finding)):
            wanted[ruling].append((path, finding))
    void = _void_files(wanted, places)
    cells: dict[str, dict[tuple[str, str], Ruling]] = defaultdict(dict)
    files: dict[str, Ruling] = {}
    rows: dict[Row, Ruling] = {}
    for ruling in reversed([r for r in rulings.known if r in wanted and r.file not in void]):
        for path, finding in wanted[ruling]:
            place, row = place_aimed(ruling, finding), _row_named(ruling, path, finding, places)
            if ruling.action == EXCLUDE and row:
                rows.setdefault(row, ruling)
            elif ruling.action == EXCLUDE:
                files.setdefault(path, ruling)
            elif ruling.action == CORRECT and ruling.value and place and place[1]:
                cells[path].setdefault(place, ruling)
    return Effects(dict(cells), files, rows, frozenset(void))


def _row_named(ruling: Ruling, path: str, finding: Finding, places: Places) -> Row | None:
    """The row that a ruling names by its cell, in the sheets whose rows are decided one by one; None where it means the file."""
    place = place_aimed(ruling, finding) if ruling.at_cell else None
    return places.row_at(path, *place) if place else None


def _void_files(wanted: Mapping[Ruling, Sequence[Located]], places: Places) -> set[str]:
    """Files whose own rulings are void, because a ruling that is not void excludes them.

    A ruling bears the hash of the file at which it aims, which was there before it: two files cannot exclude each other.
    """
    by: dict[str, list[str]] = defaultdict(list)
    for ruling, aimed in wanted.items():
        for path, finding in aimed:
            if ruling.action == EXCLUDE and not _row_named(ruling, path, finding, places):
                by[path].append(ruling.file)

    def is_void(path: str, asking: tuple[str, ...] = ()) -> bool:
        return path not in asking and any(not is_void(file, (*asking, path)) for file in by.get(path, ()))

    return {path for path in by if is_void(path)}
