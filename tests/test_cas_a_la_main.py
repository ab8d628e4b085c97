"""The case worked out by hand in `cas_a_la_main/`: every table to the cent."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from schemas.packed import Tables
from tests.grids import tables
from tests.paper import Case, Rows, amount, read_case

CASE: Case = read_case(Path(__file__).parent / "cas_a_la_main" / "campagnes-2010-2012.md")
SUMMED = ("budget", "financements", "engagements", "echeancier")


@pytest.fixture(scope="module")
def made() -> Tables:
    return tables(CASE.files, day=CASE.day)


def _expected(rows: Rows) -> list[tuple[Any, ...]]:
    head, *body = rows
    return sorted(tuple(amount(cell) if name.endswith("_eur") else cell for name, cell in zip(head, row, strict=True)) for row in body)


def _found(frame: pl.DataFrame, columns: list[str]) -> list[tuple[Any, ...]]:
    """The same columns, a blank as an empty text or 0, amounts summed over rows that are otherwise the same."""
    money = [c for c in columns if c.endswith("_eur")]
    words = [pl.col(c).cast(pl.String).fill_null("") for c in columns if c not in money]
    summed = frame.with_columns(words).group_by([c for c in columns if c not in money]).agg(pl.col(money).sum())
    return sorted(summed.select(columns).rows())


@pytest.mark.parametrize("name", [n for n in CASE.expected if n not in ("constats", "suivi_pays")])
def test_each_table_is_what_paper_says(made: Tables, name: str) -> None:
    rows = CASE.expected[name]
    assert _found(made[name], rows[0]) == _expected(rows)


def test_each_pays_is_at_its_stage(made: Tables) -> None:
    rows = CASE.expected["suivi_pays"]
    started = made["suivi_pays"].filter(pl.col("etape") != "sans démarche")
    assert _found(started, rows[0]) == _expected(rows)
    assert made["suivi_pays"].height == 21


def test_each_finding_is_at_its_cell(made: Tables) -> None:
    rows = CASE.expected["constats"]
    said = made["constats"].filter(pl.col("code") != "COF406")
    assert sorted(said.select(rows[0]).rows()) == _expected(rows)


def test_every_euro_is_accounted_for(made: Tables) -> None:
    assert made["controles"].filter(pl.col("ecart") != 0).is_empty()
