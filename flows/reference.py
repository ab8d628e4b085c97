"""What a run is compared with: the tables of the last arrêté, else those of the last run before it that had news (contract §4)."""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from budget.changes import COMPARED
from flows.disk import flush_folder, open_to_all, write_new
from flows.register import Register
from flows.tables import write_parquet
from schemas.packed import Packed, Tables, held
from schemas.tables import TABLES, polars_schema
from schemas.text import french_date

ARRETES = "arretes"
"""Where the register keeps what was frozen: a folder per month, `2010-10`."""
PASSAGES = "passages"
"""Where it keeps the tables of the last runs that had news: a folder per run, `000003`."""
KEPT_PASSAGES = 2
"""A run without news is compared with the one before the last."""
FACTS = "arrete.json"
_MONTH = re.compile(r"\d{4}-\d\d")
_NUMBER = re.compile(r"\d{6,}")


@dataclass(frozen=True)
class Reference:
    """What a run is compared with, in words, and its tables."""

    name: str
    tables: Mapping[str, pl.DataFrame]


def find_reference(register: Register, day: date, *, has_news: bool) -> Reference | None:
    """The reference of a run that speaks for `day`. None for the first run, and where another version wrote other tables."""
    frozen = last_arrete(register.folder, day)
    if frozen:
        return _read(f"arrêté {frozen.name}", frozen / "sorties" / "donnees")
    # The run that wrote the last news said what this one says: it is compared with the one before.
    passages = [folder for folder in _folders(register.folder / PASSAGES, _NUMBER) if int(folder.name) < register.number]
    earlier = passages if has_news else passages[:-1]
    return _read(_passage_name(register, int(earlier[-1].name)), earlier[-1]) if earlier else None


def last_arrete(register: Path, day: date) -> Path | None:
    """The latest arrêté that speaks for a day before `day`."""
    frozen = [(when, folder) for folder in _folders(register / ARRETES, _MONTH) if (when := _day_of(folder)) and when < day]
    return max(frozen)[1] if frozen else None


def _folders(folder: Path, name: re.Pattern[str]) -> list[Path]:
    """The folders of that name, in order."""
    return sorted(f for f in folder.glob("*") if name.fullmatch(f.name) and f.is_dir())


def _day_of(arrete: Path) -> date | None:
    try:
        return date.fromisoformat(json.loads((arrete / FACTS).read_text("utf-8"))["jour"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _passage_name(register: Register, number: int) -> str:
    days = register.journal.filter(pl.col("numero") == number)["date_arrete"]
    return f"passage n° {number}" + (f", arrêté au {french_date(days[0])}" if len(days) else "")


def _read(name: str, folder: Path) -> Reference | None:
    try:
        tables = {table: _table(folder, table) for table in COMPARED}
        same = all(_is_sound(table.lazy(), polars_schema(TABLES[table_name])) for table_name, table in tables.items())
    except (OSError, PolarsError):
        return None
    return Reference(name, Tables(tables)) if same else None


def _table(folder: Path, name: str) -> Packed:
    """A table as it lies in the folder: one file, or a file per part."""
    paths = sorted(folder.glob(f"{name}-*.parquet")) or [folder / f"{name}.parquet"]
    return Packed(tuple(path.read_bytes() for path in paths))


def _is_sound(table: pl.LazyFrame, schema: Mapping[str, pl.DataType]) -> bool:
    """Whether a table has these columns. Raises PolarsError where it cannot be unpacked, which is tried a few rows at a time."""
    for _ in table.collect_batches():
        pass
    return dict(table.collect_schema()) == schema


def stage_passage(tables: Mapping[str, pl.DataFrame], number: int, staged: Path) -> None:
    """Write the tables with which the next run with news is compared: those that are packed as they are."""
    folder = staged / PASSAGES / f"{number:06}"
    folder.mkdir(parents=True)
    for name in COMPARED:
        table = held(tables, name)
        if isinstance(table, Packed):
            for rank, part in enumerate(table.files(), 1):
                write_new(folder / f"{name}-{rank:03}.parquet", part)
        else:
            write_parquet(folder / f"{name}.parquet", table)


def place_passage(register: Register, staged: Path) -> None:
    """Put in place the tables of a run with news; those that no run will be compared with any more go away. Raises OSError.

    Unlike the journal, they may be made again: a run that was killed before it had filed its journal does.
    """
    made = _folders(staged / PASSAGES, _NUMBER)
    if not made:
        return
    place = register.folder / PASSAGES
    place.mkdir(exist_ok=True, parents=True)
    for folder in made:
        for file in folder.iterdir():
            open_to_all(file)
        folder.chmod(place.stat().st_mode)
        shutil.rmtree(place / folder.name, ignore_errors=True)
        folder.rename(place / folder.name)
    flush_folder(place)
    for old in _folders(place, _NUMBER)[:-KEPT_PASSAGES]:
        shutil.rmtree(old, ignore_errors=True)
