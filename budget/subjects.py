"""What a finding is about, in words that outlive a change of version: the rule's group, the named row of a table, or the label."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from budget.frames import Batch
from budget.validate import Located
from schemas.documents import SHEETS
from schemas.finding import Finding
from schemas.rules import RULES
from schemas.text import normalise

_GROUPS: dict[str, tuple[str, ...]] = {
    "BUD301": (), "BUD302": (), "BUD303": (), "BUD304": ("compte",), "BUD305": ("type",), "BUD306": (), "PRE201": (),
    "FON201": ("poste", "annuite"), "FON202": ("poste", "annuite"), "FON301": ("poste",), "FON302": ("poste", "annuite"),
    "PAR301": (), "PAR302": (), "REG401": ("champ",), "COF406": ("valeur",), "COF407": ("valeur",), "COF409": ("ligne",),
}  # fmt: skip
"""Rules on groups of cells, and the facts that name the group beside the exercice; `valeur` is what is written, where no fact says it."""
_ROWS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "budget": (("compte",), ("libelle",)),
    "plan": (("type_financeur", "financeur", "exercice"), ()),
    "postes": (("poste", "annuite", "exercice"), ()),
    "partenaires": (("partenaire",), ()),
    "realise": (("compte", "exercice"), ("libelle",)),
    "engagements": (("pays_code", "volet", "exercice"), ("projet", "financeur")),
}
"""What names a row of each table: the fields without which it has no full name, and those that complete it."""
_TITLES = {normalise(title): kind for kind, (title, _) in SHEETS.items()}


@dataclass(frozen=True)
class Subject:
    """What a finding is about. `complete` is false where only its address tells it apart; `rests_on` lists the kinds of sheets it uses."""

    kind: str
    name: tuple[str, ...]
    complete: bool
    group: bool
    rests_on: frozenset[str]


class Subjects:
    """Names the subjects of findings, and says of a file whether a rule could speak there again."""

    def __init__(self, batch: Batch, found: Sequence[Located]) -> None:
        self._kinds = {(r["fichier"], r["feuille"]): r["kind"] for r in batch.positions.unique(["fichier", "feuille"]).to_dicts()}
        self._rows = self._named_rows(batch, found)
        self._readable: dict[str, set[str]] = defaultdict(set)
        for file, kind in batch.readable.select("fichier", "kind").iter_rows():
            self._readable[file].add(kind)
        self._silent = {
            (file, self._kind(file, f.sheet)) for file, f in found if RULES[f.code].gravity == "erreur" and f.code not in _GROUPS
        }

    def _kind(self, file: str, sheet: str) -> str:
        name = normalise(sheet)
        return self._kinds.get((file, sheet)) or _TITLES.get(name) or name

    def of(self, file: str, finding: Finding) -> Subject:
        """What a finding of that file is about."""
        kind, code = self._kind(file, finding.sheet), finding.code
        rests_on = frozenset(self._kind(file, sheet) for sheet in (finding.sheet, *(s for s, _ in finding.sources)) if sheet)
        if code in _GROUPS:
            written = {"valeur": finding.value, **finding.facts}
            facts = (written.get("exercice", ""), *(written.get(name, "") for name in _GROUPS[code]))
            return Subject(kind, (normalise(finding.champ), *facts), True, True, rests_on)
        if code[:3] in ("FIC", "TAB") or kind == "identification" or not finding.cell:
            # A sheet or a column that is missing or unknown can be seen whatever else is wrong.
            seen = frozenset[str]() if code[:3] in ("FIC", "TAB") else rests_on
            return Subject(kind, (normalise(finding.champ or finding.value),), True, False, seen)
        name = self._rows.get((file, finding.sheet, finding.cell))
        if name is None:
            return Subject(kind, (finding.champ, finding.cell), False, False, rests_on)
        return Subject(kind, (normalise(finding.champ), *name), True, False, rests_on)

    def can_tell(self, file: str, subject: Subject) -> bool:
        """Whether that file's sheets can be read well enough for the rule to speak: its silence then means that all is well."""
        if not subject.rests_on <= self._readable[file]:
            return False
        return not (subject.group and any((file, kind) in self._silent for kind in subject.rests_on))

    def _named_rows(self, batch: Batch, found: Sequence[Located]) -> dict[tuple[str, str, str], tuple[str, ...]]:
        """The full name of the row at which each finding stands, by file, sheet and cell; rows without one are left out."""
        by_kind: dict[str, list[tuple[str, str, str, int]]] = defaultdict(list)
        for file, f in found:
            if f.cell:
                by_kind[self._kind(file, f.sheet)].append((file, f.sheet, f.cell, int(f.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))))
        named: dict[tuple[str, str, str], tuple[str, ...]] = {}
        for kind, (needed, more) in _ROWS.items():
            schema = {"fichier": pl.String, "feuille": pl.String, "_cellule": pl.String, "ligne": pl.Int64}
            cells = pl.DataFrame(by_kind[kind], schema=schema, orient="row").unique(maintain_order=True)
            rows = cells.join(batch.sheets[kind], on=["fichier", "feuille", "ligne"], maintain_order="left")
            if kind == "budget":
                # Two blocks side by side share their rows: the amount's own cell tells which line is meant, else only a line that is alone.
                alone = pl.struct(*needed, *more).n_unique().over("fichier", "feuille", "_cellule") == 1
                rows = rows.filter((pl.col("_cellule") == pl.col("cellule")) | alone)
            rows = rows.drop_nulls(list(needed))
            for row in rows.select("fichier", "feuille", "_cellule", *needed, *more).iter_rows():
                named[row[:3]] = tuple(normalise(str(value)) if value is not None else "" for value in row[3:])
        return named
