"""`schemas.broken` says of a frame what pandera's own `validate` says: here on all models, right and wrong."""

from datetime import date
from decimal import Decimal
from typing import Any

import pandera.polars as pa
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import cofinancing, cross, groups
from schemas.broken import Broken, broken
from schemas.documents import SHEETS
from schemas.group import Group
from schemas.open_data import Subventions
from schemas.register import Journal
from schemas.table import empty, key_of, polars_schema
from schemas.tables import TABLES

GROUPS = [m for module in (groups, cross, cofinancing) for m in vars(module).values() if isinstance(m, type) and issubclass(m, Group)]
MODELS = list(dict.fromkeys([*(model for _, model in SHEETS.values()), *GROUPS, *TABLES.values(), Journal, Subventions]))
VALUES: dict[Any, tuple[Any, ...]] = {
    pl.String: ("", "a", "Région", "voté", "01", "35"), pl.Int64: (-1, 0, 1, 2010, 2999), pl.Boolean: (True, False),
    pl.Date: (date(2010, 1, 1), date(2009, 6, 1)), pl.Decimal: (Decimal(-1), Decimal(0), Decimal("2010.50")),
}  # fmt: skip


Said = list[Broken] | None
"""The rows that break a rule; None where the columns, their types or their blanks are wrong."""


def by_pandera(model: type[pa.DataFrameModel], frame: pl.DataFrame) -> Said:
    """What pandera says by itself."""
    try:
        model.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases.to_dicts()
        rows = [
            Broken(str(case["check"]), "*" if case["schema_context"] == "DataFrameSchema" else case["column"], case["index"])
            for case in cases
        ]
        return None if any(row.rank is None or row.rule == "not_nullable" for row in rows) else rows
    return []


def by_query(model: type[pa.DataFrameModel], frame: pl.DataFrame) -> Said:
    """What one query says."""
    try:
        return broken(model, frame)
    except pa.errors.SchemaErrors:
        return None


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_columns_and_types(model: type[pa.DataFrameModel]) -> None:
    frame = empty(model)
    others = [
        frame, frame.drop(frame.columns[0]), frame.with_columns(autre=pl.lit(1)), frame.select(reversed(frame.columns)),
        frame.with_columns(pl.col(frame.columns[0]).cast(pl.Binary)),
    ]  # fmt: skip
    assert [by_query(model, other) for other in others] == [by_pandera(model, other) for other in others]
    assert broken(model, frame) == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_values(model: type[pa.DataFrameModel], data: st.DataObject) -> None:
    """Any rows: blanks where none may be, values out of bounds or of the list, keys twice, rules that fail or cannot tell."""
    height = data.draw(st.integers(1, 3))
    blanks = data.draw(st.booleans())
    columns = {}
    for name, dtype in polars_schema(model).items():
        usual = st.sampled_from(VALUES.get(dtype.base_type(), (None,)))
        values = st.none() | usual if blanks else usual
        columns[name] = pl.Series(name, data.draw(st.lists(values, min_size=height, max_size=height)), dtype)
    frame = pl.DataFrame(columns)
    assert by_query(model, frame) == by_pandera(model, frame)


def test_a_key_borne_twice_breaks_its_table() -> None:
    model = TABLES["provenances"]
    row = pl.DataFrame(dict.fromkeys(key_of(model), "a"), schema=polars_schema(model))
    assert broken(model, row) == []
    assert broken(model, pl.concat([row, row])) == [Broken("clé unique", "*", 0), Broken("clé unique", "*", 1)]
