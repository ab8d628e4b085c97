"""`schemas.passes` says of a frame what pandera says: here on all models, right and wrong."""

from datetime import date
from decimal import Decimal
from typing import Any

import pandera.polars as pa
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import cofinancing, cross, groups
from schemas.documents import SHEETS
from schemas.group import Group
from schemas.open_data import Subventions
from schemas.passes import passes
from schemas.register import Journal
from schemas.table import empty, key_of, polars_schema
from schemas.tables import TABLES

GROUPS = [m for module in (groups, cross, cofinancing) for m in vars(module).values() if isinstance(m, type) and issubclass(m, Group)]
MODELS = list(dict.fromkeys([*(model for _, model in SHEETS.values()), *GROUPS, *TABLES.values(), Journal, Subventions]))
VALUES: dict[Any, tuple[Any, ...]] = {
    pl.String: ("", "a", "Région", "voté", "01", "35"), pl.Int64: (-1, 0, 1, 2010, 2999), pl.Boolean: (True, False),
    pl.Date: (date(2010, 1, 1), date(2009, 6, 1)), pl.Decimal: (Decimal(-1), Decimal(0), Decimal("2010.50")),
}  # fmt: skip


def accepts(model: type[pa.DataFrameModel], frame: pl.DataFrame) -> bool:
    """What pandera itself says."""
    try:
        model.validate(frame, lazy=True)
    except pa.errors.SchemaErrors:
        return False
    return True


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_columns_and_types(model: type[pa.DataFrameModel]) -> None:
    frame = empty(model)
    others = [
        frame, frame.drop(frame.columns[0]), frame.with_columns(autre=pl.lit(1)), frame.select(reversed(frame.columns)),
        frame.with_columns(pl.col(frame.columns[0]).cast(pl.Binary)),
    ]  # fmt: skip
    assert [passes(model, other) for other in others] == [accepts(model, other) for other in others]
    assert passes(model, frame)


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
    assert passes(model, frame) == accepts(model, frame)


def test_a_key_borne_twice_does_not_pass() -> None:
    model = TABLES["provenances"]
    row = pl.DataFrame(dict.fromkeys(key_of(model), "a"), schema=polars_schema(model))
    assert passes(model, row)
    assert not passes(model, pl.concat([row, row]))
