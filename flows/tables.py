"""The tables on disk: Parquet and CSV for programs, each read back."""

import io
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from flows.disk import write_new
from flows.errors import ControlGap

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def write_tables(folder: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    """Write each table as Parquet and as CSV (commas, decimal points, UTF-8)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        write_parquet(folder / f"{name}.parquet", table)
        write_new(folder / f"{name}.csv", _neutral(table).write_csv().encode())


def write_parquet(path: Path, table: pl.DataFrame) -> None:
    """Write a table as Parquet; the file must say what the table says."""
    buffer = io.BytesIO()
    table.write_parquet(buffer)
    write_new(path, buffer.getvalue())
    if not pl.read_parquet(path.read_bytes()).equals(table):
        raise ControlGap(f"La table « {path.name} » ne se relit pas comme elle a été écrite : rien n'a été remplacé.")


def _neutral(table: pl.DataFrame) -> pl.DataFrame:
    """Text that a spreadsheet would take for a formula gets an apostrophe before it; the Parquet files keep it as it is."""
    texts = [name for name, dtype in table.schema.items() if dtype == pl.String]
    return table.with_columns(
        pl.when(pl.col(name).str.head(1).is_in(_FORMULA_SIGNS)).then("'" + pl.col(name)).otherwise(pl.col(name)).alias(name)
        for name in texts
    )
