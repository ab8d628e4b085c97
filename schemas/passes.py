"""Whether a frame is as its model says, asked in one go: the model's own checks, all in one query.

pandera asks column by column, ten queries or more a model, and most frames are right. Where one is not, pandera says what and where.
"""

from functools import cache
from typing import NamedTuple

import pandera.polars as pa
import polars as pl


class _Expected(NamedTuple):
    """What a model declares: its columns' types, those that bear no null, its checks with the column that each is on."""

    types: dict[str, pl.DataType]
    filled: frozenset[str]
    checks: tuple[tuple[str, pa.Check], ...]
    alone: bool
    """No other column is allowed, nor any other order."""


@cache
def _expected(model: type[pa.DataFrameModel]) -> _Expected | None:
    """None where a model declares something else, of which pandera alone judges."""
    schema = model.to_schema()
    columns = schema.columns
    more = (schema.dtype, schema.unique, schema.coerce, schema.add_missing_columns, schema.strict is not schema.ordered)
    if any(more) or any(c.unique or c.regex or c.coerce or not c.required or c.dtype.type.is_float() for c in columns.values()):
        return None
    return _Expected(
        {name: column.dtype.type for name, column in columns.items()},
        frozenset(name for name, column in columns.items() if not column.nullable),
        (*((name, check) for name, column in columns.items() for check in column.checks), *(("*", check) for check in schema.checks)),
        alone=schema.strict is True,
    )


def passes(model: type[pa.DataFrameModel], frame: pl.DataFrame) -> bool:
    """Whether all that the model declares is true of the frame; False also where pandera has to be asked."""
    expected = _expected(model)
    if expected is None:
        return False
    types = frame.schema
    if expected.alone and list(types) != list(expected.types):
        return False
    if any(types.get(name) != dtype for name, dtype in expected.types.items()):
        return False
    if any(frame[name].null_count() for name in expected.filled):
        return False
    if frame.is_empty():
        return True
    rows = frame.lazy()
    answers = [check(rows, column).check_passed for column, check in expected.checks]
    return all(answer.item() for answer in pl.collect_all(answers))
