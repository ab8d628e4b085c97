"""What an output table is: a pandera model whose key is unique. The tables themselves are in `schemas.tables`."""

from typing import Any, cast

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from schemas.broken import broken


def text(description: str, **checks: Any) -> Any:
    """A field that may be null: a text, or any value but money."""
    return pa.Field(nullable=True, description=description, **checks)


def key(description: str, **checks: Any) -> Any:
    """A field of the table's key."""
    return pa.Field(description=description, metadata={"key": True}, **checks)


def money(description: str) -> Any:
    """An amount in exact euros; null where nothing is known."""
    return pa.Field(nullable=True, description=description, metadata={"unit": "€"})


class Table(pa.DataFrameModel):
    """An output table. Fields made by `key` form its key, which is unique."""

    @pa.dataframe_check(name="clé unique", error="clé unique")
    def key_is_unique(cls, data: PolarsData) -> pl.LazyFrame:
        """No two rows bear the same key."""
        return data.lazyframe.select(~pl.struct(key_of(cast("type[Table]", cls))).is_duplicated())

    class Config:
        strict = True
        ordered = True


def key_of(model: type[pa.DataFrameModel]) -> list[str]:
    """The names of the key columns of a table."""
    return [n for n, c in model.to_schema().columns.items() if (c.metadata or {}).get("key")]


def empty(model: type[pa.DataFrameModel]) -> pl.DataFrame:
    """An empty frame with the table's columns and types."""
    return pl.DataFrame(schema=polars_schema(model))


def validated(model: type[pa.DataFrameModel], frame: pl.DataFrame) -> pl.DataFrame:
    """The frame, valid against its model. Raises pandera's errors."""
    if broken(model, frame):
        model.validate(frame)
    return frame


def polars_schema(model: type[pa.DataFrameModel]) -> dict[str, pl.DataType]:
    """Column → polars type, in order."""
    return {name: column.dtype.type for name, column in model.to_schema().columns.items()}
