"""Run the pandera models: the only module that catches pandera's errors. A failing row becomes a finding at its cell."""

from typing import Any, NamedTuple

import pandera.polars as pa
import polars as pl

from budget.facts import facts_of, written_value
from budget.frames import Batch
from schemas.broken import broken
from schemas.finding import Finding
from schemas.rules import RULES

Located = tuple[str, Finding]
"""A file and a finding in it."""


class ContractBug(Exception):
    """A model failed for another reason than a rule: our frame or our check is wrong, never the sender's workbook."""


class _Failure(NamedTuple):
    code: str
    column: str
    rank: int


def _failures(model: type[pa.DataFrameModel], frame: pl.DataFrame) -> list[_Failure]:
    """The rows that break a rule, each once for a rule and a column."""
    if frame.is_empty():
        return []
    try:
        rows = broken(model, frame)
    except pa.errors.SchemaErrors as errors:
        raise ContractBug(f"{model.__name__}: {errors.failure_cases.head(1).to_dicts()}") from errors
    codes = {rule: _code(model, rule) for rule in {row.rule for row in rows}}
    return list(dict.fromkeys(_Failure(codes[row.rule], row.column, row.rank) for row in rows))


def _code(model: type[pa.DataFrameModel], check: str) -> str:
    """The rule of a check: its `error` starts with it, but for the built-in bounds of a field."""
    if check.startswith("greater_than_or_equal_to("):
        # 0 for what may not be negative, 1 for what counts from one.
        return "CEL107" if check.startswith("greater_than_or_equal_to(0") else "CEL102"
    if check.startswith("less_than_or_equal_to("):
        return "CEL102"
    if check[:6] not in RULES:
        raise ContractBug(f"{model.__name__}: {check}")
    return check[:6]


def check_sheet(kind: str, model: type[pa.DataFrameModel], frame: pl.DataFrame, batch: Batch) -> list[Located]:
    """Validate all rows of one kind of sheet; a finding stands at the row's cell in the column that the rule is on."""
    failures = _failures(model, frame)
    if not failures:
        return []
    columns = model.to_schema().columns
    places = _places(kind, {failure.column for failure in failures}, frame, batch)
    found = []
    for failure, row in zip(failures, _rows(frame, failures), strict=True):
        column = columns[failure.column]
        at, shows = _placing(column)
        sheet, letters, number = places.get((row["fichier"], failure.column), (row["feuille"], "", None))
        cell = row[at] if at else f"{letters}{number or row['ligne']}" if letters else ""
        found.append((row["fichier"], _finding(failure, row, sheet, cell, column.title or failure.column, shows)))
    return _distinct(found)


def check_group(model: type[pa.DataFrameModel], frame: pl.DataFrame) -> list[Located]:
    """Validate a frame of groups; each finding stands at the cell that the model names, or at none.

    The frame may have `sources`, a list of `feuille!cellule` of the file, and `ailleurs`, a list of (`fichier`, `feuille`, `cellule`).
    """
    failures = _failures(model, frame)
    columns = model.to_schema().columns
    found = []
    for failure, row in zip(failures, _rows(frame, failures), strict=True):
        column = columns[failure.column]
        at, shows = _placing(column)
        cell = (row.get(at) or "") if at else ""
        found.append(
            (row["fichier"], _finding(failure, row, row["feuille"] or "", cell, _label(column.title, row), shows if cell else None))
        )
    return _distinct(found)


def _place(source: str) -> tuple[str, str]:
    sheet, _, cell = source.rpartition("!")
    return sheet, cell


def _label(title: str | None, row: dict[str, Any]) -> str:
    parts = [title or "", str(row["rubrique"]) if "rubrique" in row else "", str(row["exercice"]) if row.get("exercice") else ""]
    return " ".join(filter(None, parts))


def _placing(column: pa.Column) -> tuple[str, str]:
    metadata = column.metadata or {}
    return metadata.get("at", ""), metadata.get("shows", "")


def _rows(frame: pl.DataFrame, failures: list[_Failure]) -> list[dict[str, Any]]:
    return frame[[failure.rank for failure in failures]].to_dicts() if failures else []


def _places(kind: str, champs: set[str], frame: pl.DataFrame, batch: Batch) -> dict[tuple[str, str], tuple[str, str, int | None]]:
    rows = batch.positions.filter((pl.col("kind") == kind) & pl.col("champ").is_in(list(champs)))
    return {(r["fichier"], r["champ"]): (r["feuille"], r["lettre"], r["ligne"]) for r in rows.to_dicts()}


def _finding(failure: _Failure, row: dict[str, Any], sheet: str, cell: str, champ: str, shows: str | None) -> Finding:
    """The finding of a failing row; `shows` is the column of the value written at its cell, none where no value is to be cited."""
    code, column = failure.code, failure.column
    facts = facts_of(code, row, column)
    value = "" if shows is None else written_value(row, shows, column)
    sources = tuple(_place(source) for source in row.get("sources") or () if source)
    elsewhere = tuple((place["fichier"], place["feuille"], place["cellule"]) for place in row.get("ailleurs") or ())
    limit, reference = facts.get("limite", ""), facts.get("reference", "")
    return Finding(code, sheet, cell, champ, value, limit, reference, facts, sources, elsewhere)


def _distinct(found: list[Located]) -> list[Located]:
    """One bad cell, one finding: the same rule at the same cell is said once."""
    seen: set[tuple[str, str, str, str]] = set()
    kept = []
    for file, finding in found:
        key = (file, finding.code, finding.sheet, finding.cell or finding.champ + str(finding.facts))
        if key not in seen:
            seen.add(key)
            kept.append((file, finding))
    return kept
