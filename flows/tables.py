"""The tables on disk: Parquet and CSV for programs, each read back."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from flows.disk import write_new, write_pieces
from flows.errors import ControlGap
from schemas.packed import Held, Packed, each, held, of_parquet
from schemas.text import OBEYED, visible

_LINES = 50_000
"""Lines of CSV made at a time: 10 MB."""
_SIGNS = "=+@\\-＝＋＠－"
"""Signs that start a formula, as typed in Europe and in Asia."""
_FORMULA = re.compile(f'((?:^|;)[\\s"]*)(?=[{_SIGNS}])')
_ACTS = f'(^|;)[\\s"]*[{_SIGNS}]|[{OBEYED}]'


def write_tables(folder: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    """Write each table as Parquet and as CSV (commas, decimal points, UTF-8)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in tables:
        table = held(tables, name)
        write_parquet(folder / f"{name}.parquet", table)
        write_csv(folder / f"{name}.csv", table)


def write_open_data(folder: Path, rows: pl.DataFrame) -> None:
    """Write `subventions.csv` as its standard wants it: UTF-8, commas, decimal points, ISO dates."""
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(folder / "subventions.csv", rows)


def write_csv(path: Path, table: Held) -> None:
    """Write a table as CSV, with nothing in it that a spreadsheet would take for a formula."""
    write_pieces(path, _csv(each(table)))


def _csv(parts: Iterable[pl.DataFrame]) -> Iterator[bytes]:
    """Parts of a table as the lines of one file, the header before the first."""
    slices = (some for part in parts for some in (part.iter_slices(_LINES) if part.height else (part,)))
    for rank, some in enumerate(slices):
        buffer = io.BytesIO()
        _neutral(some).write_csv(buffer, include_header=rank == 0)
        yield buffer.getvalue()


def write_parquet(path: Path, table: Held) -> None:
    """Write a table as one Parquet file, however many parts it is held in; the file must say what the table says."""
    buffer = io.BytesIO()
    table.lazy().sink_parquet(buffer)
    write_new(path, buffer.getvalue())
    if not _says(path.read_bytes(), table):
        raise ControlGap(f"La table « {path.name} » ne se relit pas comme elle a été écrite : rien n'a été remplacé.")


def _says(file: bytes, table: Held) -> bool:
    """Whether a Parquet file holds the rows of a table, and no other."""
    if not isinstance(table, Packed) or len(table.parts) == 1:
        return of_parquet(file).equals(next(each(table)))
    start, written = 0, pl.scan_parquet(file)
    for part in each(table):
        if not written.slice(start, part.height).collect().equals(part):
            return False
        start += part.height
    return int(written.select(pl.len()).collect().item()) == start


def read_table(folder: Path, name: str) -> pl.DataFrame | None:
    """A table that an earlier run wrote; None where there is none, or where it cannot be read."""
    try:
        return pl.read_parquet((folder / f"{name}.parquet").read_bytes())
    except (OSError, PolarsError):
        return None


def _neutral(table: pl.DataFrame) -> pl.DataFrame:
    """Text that a spreadsheet would take for a formula gets an apostrophe before it; the Parquet files keep it as it is.

    A French Excel cuts these lines at `;`, quoted or not, so that each piece of a text may become a cell. Signs that a terminal obeys
    are written as their code.
    """
    found = table.select(pl.col(pl.String).unique().str.contains(_ACTS).any()).to_dicts()
    changed = []
    for name in (name for row in found for name, acts in row.items() if acts):
        texts = table[name].unique()
        acting = texts.filter(texts.str.contains(_ACTS)).to_list()
        changed.append(pl.col(name).replace(acting, [_inert(text) for text in acting]))
    return table.with_columns(changed)


def _inert(text: str) -> str:
    return _FORMULA.sub(r"\1'", visible(text))
