"""Which rows of a frame break the rules of its model: each of its checks asked of pandera, once.

`validate` asks the same checks between a dozen other questions a column, 10 ms a model whatever the rows: a quarter of a small run.
It stays what says why columns, types or blanks are not the model's.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pandera.polars as pa
import polars as pl


class Broken(NamedTuple):
    """A row, by its rank, that breaks a check of a column; `rule` is the check's `error`."""

    rule: str
    column: str
    rank: int


class _Model(NamedTuple):
    """What a model declares: its columns' types, those that bear no null, its checks with the column that each is on."""

    types: dict[str, pl.DataType]
    filled: frozenset[str]
    checks: tuple[tuple[str, pa.Check], ...]
    alone: bool
    """No other column is allowed, nor any other order."""

    def fits(self, frame: pl.DataFrame) -> bool:
        """Whether the frame has these columns, with values where there must be some."""
        types = frame.schema
        named = list(types) == list(self.types) or not self.alone
        return named and all(types.get(name) == dtype for name, dtype in self.types.items()) and not self._blanks(frame)

    def _blanks(self, frame: pl.DataFrame) -> bool:
        return any(frame[name].null_count() for name in self.filled)


@cache
def _model(model: type[pa.DataFrameModel]) -> _Model:
    schema = model.to_schema()
    schema.register_default_backends(pl.DataFrame)
    columns = schema.columns
    more = (schema.dtype, schema.unique, schema.coerce, schema.add_missing_columns, schema.strict is not schema.ordered)
    if any(more) or any(c.unique or c.regex or c.coerce or not c.required or c.dtype.type.is_float() for c in columns.values()):
        raise NotImplementedError(f"{model.__name__} declares more than columns, types, blanks and checks")
    return _Model(
        {name: column.dtype.type for name, column in columns.items()},
        frozenset(name for name, column in columns.items() if not column.nullable),
        (*((name, check) for name, column in columns.items() for check in column.checks), *(("*", check) for check in schema.checks)),
        alone=schema.strict is True,
    )


def broken(model: type[pa.DataFrameModel], frame: pl.DataFrame) -> list[Broken]:
    """The rows that break a check, in the order of the model's checks. Raises pandera's errors where the columns are not the model's."""
    declared = _model(model)
    if not declared.fits(frame):
        model.validate(frame, lazy=True)
    if frame.is_empty():
        return []
    rows = frame.lazy()
    results = [check(rows, column).check_output for column, check in declared.checks]
    held = pl.collect_all([result.select(pl.all().all()) for result in results])
    asked = zip(declared.checks, results, held, strict=True)
    return [failure for (column, check), result, all_hold in asked if not all_hold.item() for failure in _failing(column, check, result)]


def _failing(column: str, check: pa.Check, result: pl.LazyFrame) -> Iterator[Broken]:
    for rank in result.collect().to_series().not_().arg_true():
        yield Broken(str(check.error), column, rank)
