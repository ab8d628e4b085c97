"""Findings to the `constats` table, with their sentences, and their other cells to `provenances`."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import polars as pl

from budget.validate import Located
from schemas.finding import CORRECTED, Finding
from schemas.rules import RULES
from schemas.tables import Constats, Provenances, polars_schema
from schemas.text import french_date

_RANK = {code: rank for rank, code in enumerate(RULES)}
_AS_WRITTEN = ("CEL109", "CEL110")
"""Rules that keep a cell's own text; another finding at the same cell cites that text."""


@dataclass(frozen=True)
class FileFacts:
    """What each finding repeats of its file."""

    sha256: str
    pays_code: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """A finding with its stable identifier, the value as written, and its two sentences."""

    key: str
    file: str
    finding: Finding
    value: str
    message: str
    correction: str


def told(found: Iterable[Located], files: Mapping[str, FileFacts]) -> list[Told]:
    """The findings by file, then in the catalogue's order, sheet and cell, each with its sentences."""
    located = sorted(found, key=lambda pair: (pair[0], _RANK[pair[1].code], pair[1].sheet, _cell_order(pair[1].cell), pair[1].champ))
    written = {(file, f.sheet, f.cell): f.value for file, f in located if f.code in _AS_WRITTEN and f.cell}
    rows, seen = [], dict[str, int]()
    for file, finding in located:
        value = written.get((file, finding.sheet, finding.cell), finding.value)
        facts = {"champ": finding.champ, "valeur": value, "feuille": finding.sheet, "cellule": finding.cell, **finding.facts}
        message, correction = RULES[finding.code].say(facts)
        identity = "|".join((file, files[file].sha256, finding.sheet, finding.cell, finding.code, finding.champ, value, message))
        # The same sentence twice at the same place (two identical rows) still makes two findings.
        seen[identity] = seen.get(identity, 0) + 1
        key = hashlib.sha256(f"{identity}|{seen[identity]}".encode()).hexdigest()[:16]
        rows.append(Told(key, file, finding, value, message, correction))
    return rows


def constats_table(found: Iterable[Located], files: Mapping[str, FileFacts]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The `constats` table, in the order of `told`; and the provenances of group rules."""
    rows, sources = list[Sequence[Any]](), list[Sequence[Any]]()
    for t in told(found, files):
        facts, finding, gravity = files[t.file], t.finding, RULES[t.finding.code].gravity
        rows.append(
            (t.key, t.file, facts.sha256, facts.pays_code, finding.sheet, finding.cell, finding.code, gravity, finding.state, finding.champ,
             t.value, finding.limit, finding.reference, t.message, t.correction, *_ruled(finding))
        )  # fmt: skip
        places = [(t.file, sheet, cell) for sheet, cell in finding.sources] + list(finding.elsewhere)
        if finding.ruling:
            places.append((finding.ruling.file, finding.ruling.sheet, finding.ruling.cell))
        sources += [("constats", t.key, finding.champ, *place) for place in dict.fromkeys(places)]
    return by_column(rows, polars_schema(Constats)), by_column(sources, polars_schema(Provenances))


def by_column(rows: Sequence[Sequence[Any]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Rows to a frame, a column at a time: several times faster than row by row."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
    return pl.DataFrame([pl.Series(name, values, dtype=dtype) for (name, dtype), values in zip(schema.items(), columns, strict=True)])


def _ruled(finding: Finding) -> tuple[str | None, str | None]:
    """The value that staff put in place of the cell's, and their word on the finding, with its date and the document behind it."""
    ruling = finding.ruling
    if ruling is None:
        return None, None
    known = filter(None, (french_date(ruling.day), ruling.reference))
    behind = ", ".join(known)
    return (ruling.value if finding.state == CORRECTED else None), ruling.reason.rstrip(".") + (f" ({behind})." if behind else ".")


@lru_cache(maxsize=65_536)
def _cell_order(cell: str) -> tuple[int, int, str]:
    letters = cell.rstrip("0123456789")
    return (int(cell[len(letters) :] or 0), len(letters), letters)
