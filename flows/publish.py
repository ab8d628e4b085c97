"""Outputs whole or not at all: made in a folder beside the old ones, flushed to disk, then put in their place."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


@contextlib.contextmanager
def staging(outputs: Path) -> Iterator[Path]:
    """A folder of its own inside the outputs, gone at the end; the old outputs stay until `publish`."""
    outputs.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".en-cours-", dir=outputs))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(staged: Path, outputs: Path) -> list[Path]:
    """Move every staged file to its place, each replaced in one step. Raises OSError where one cannot be."""
    placed = []
    for source in sorted(p for p in staged.rglob("*") if p.is_file()):
        target = outputs / source.relative_to(staged)
        target.parent.mkdir(parents=True, exist_ok=True)
        _flush(source)
        # What the folder of this process allows, not the private mode of a temporary file.
        source.chmod(0o666 & ~_umask())
        source.replace(target)
        placed.append(target)
    return placed


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_tables(folder: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    """Write each table as Parquet and as CSV (commas, decimal points, UTF-8), for programs."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.write_parquet(folder / f"{name}.parquet")
        _neutral(table).write_csv(folder / f"{name}.csv")


def _neutral(table: pl.DataFrame) -> pl.DataFrame:
    """Text that a spreadsheet would take for a formula gets an apostrophe before it; the Parquet files keep it as it is."""
    texts = [name for name, dtype in table.schema.items() if dtype == pl.String]
    return table.with_columns(
        pl.when(pl.col(name).str.head(1).is_in(_FORMULA_SIGNS)).then("'" + pl.col(name)).otherwise(pl.col(name)).alias(name)
        for name in texts
    )
