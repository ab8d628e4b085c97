"""What files say, as frames in parts: a few hundred files at a time, since lists weigh ten times their frame."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import Any

import orjson
import polars as pl

from schemas.columns import columns_of
from schemas.documents import SHEETS
from schemas.finding import Finding
from schemas.packed import of_parquet
from schemas.reading import Cells, Lot, Received
from schemas.rule import UNREADABLE
from schemas.tables import polars_schema

JOINED = ("annee_debut", "annee_fin", "dans_dossier_region")
"""Fields of sheet models that are joined to the rows rather than read."""
_RANK = pl.UInt32()
FINDING = {name: pl.String() for name in ("code", "feuille", "cellule", "champ", "valeur", "limite", "reference", "faits")}
JUDGED = {"fichier": pl.String(), "regles": pl.String(), **FINDING, "sources": pl.String()}
_POSITIONS = {
    "fichier": pl.String(), "kind": pl.String(), "sheet": pl.String(), "champ": pl.String(), "letters": pl.String(), "row": pl.Int64(),
}  # fmt: skip
_NAMES = {"sheet": "feuille", "letters": "lettre", "row": "ligne"}


@dataclass(frozen=True)
class Said:
    """What some files say: a frame per kind of sheet, amounts as whole cents; their positions; what reading them found.

    `judged`: what the rules on one file found in them at an earlier run (`budget.judged`).
    """

    files: list[Received]
    sheets: Mapping[str, pl.DataFrame]
    positions: pl.DataFrame
    found: list[tuple[str, Finding]]
    judged: pl.DataFrame

    @property
    def refused(self) -> set[str]:
        """The files that could not be read."""
        return {path for path, finding in self.found if finding.code in UNREADABLE}


@dataclass(frozen=True)
class Closed:
    """The same, as Parquet: a table per kind of sheet, `positions`, `constats` and `juges`.

    Rows name their file by its rank (`rang`) among `paths`. Where a path is null its rows are nobody's.
    """

    files: list[Received]
    tables: Mapping[str, bytes]
    paths: pl.Series

    @property
    def refused(self) -> set[str]:
        """The files that could not be read."""
        return set(self.frame("constats").filter(pl.col("code").is_in(UNREADABLE))["fichier"])

    def frame(self, name: str) -> pl.DataFrame:
        """One of the tables, each row with the path of its file."""
        return _named(of_parquet(self.tables[name]), self.paths)

    def open(self) -> Said:
        """What they say, as frames."""
        found = [(row["fichier"], finding_of_row(row)) for row in self.frame("constats").iter_rows(named=True)]
        return Said(self.files, {kind: self.frame(kind) for kind in SHEETS}, self.frame("positions"), found, self.frame("juges"))


def gather(lots: Sequence[Lot]) -> Said:
    """Columns to frames. A file that changed since it was listed says nothing."""
    return Said(
        [received for lot in lots for received in lot.files if not received.ignored],
        {kind: _frame([(lot, lot.sheets[kind]) for lot in lots if kind in lot.sheets], _travelling(kind)) for kind in SHEETS},
        _frame([(lot, lot.positions) for lot in lots], _POSITIONS).rename(_NAMES),
        [(lot.files[rank].path, finding) for lot in lots for rank, finding in lot.findings],
        pl.DataFrame(schema=JUDGED),
    )


def joined(parts: Sequence[Said]) -> Said:
    """Several parts as one."""
    parts = parts or [gather([])]
    return Said(
        [received for part in parts for received in part.files],
        {kind: pl.concat((part.sheets[kind] for part in parts), rechunk=True) for kind in SHEETS},
        pl.concat((part.positions for part in parts), rechunk=True),
        [located for part in parts for located in part.found],
        pl.concat(part.judged for part in parts),
    )


def in_order(said: Said, files: Sequence[Received]) -> Said:
    """The same, files in the order in which they are listed."""
    order = {received.path: rank for rank, received in enumerate(files)}

    def sorted_rows(rows: pl.DataFrame) -> pl.DataFrame:
        ranks = ranks_in(rows["fichier"], list(order))
        return rows if ranks.is_sorted() else rows.with_columns(rang=ranks).sort("rang", maintain_order=True).drop("rang")

    return Said(
        sorted(said.files, key=lambda received: order[received.path]),
        {kind: sorted_rows(rows) for kind, rows in said.sheets.items()},
        sorted_rows(said.positions),
        sorted(said.found, key=lambda located: order[located[0]]),
        said.judged,
    )


def ranks_in(paths: pl.Series, files: Sequence[str]) -> pl.Series:
    """The rank of each path in a list of files, all different; null for another."""
    return paths.cast(pl.Enum(files), strict=False).to_physical()


def tables_of(said: Said, paths: Sequence[str]) -> dict[str, pl.DataFrame]:
    """What files say, each row with the rank of its file among these paths, all different; what other files say is left out."""
    found = [(path, *finding_to_row(finding)) for path, finding in said.found]
    constats = pl.DataFrame(found, {"fichier": pl.String(), **FINDING}, orient="row")
    tables = {**said.sheets, "positions": said.positions, "constats": constats, "juges": said.judged}
    return {name: ranked_by_file(rows, paths) for name, rows in tables.items()}


def _frame(parts: Sequence[tuple[Lot, Cells]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    columns = {n: _series(n, list(chain.from_iterable(cells[n] for _, cells in parts)), t) for n, t in schema.items() if n != "fichier"}
    paths = [lot.files[rank].path for lot, cells in parts for rank in cells["fichier"]]
    return pl.DataFrame({"fichier": pl.Series(paths, dtype=pl.String), **columns})


def _series(name: str, values: list[Any], dtype: pl.DataType) -> pl.Series:
    """A column; dates and exact numbers come as text from a reading process."""
    if dtype == pl.Date:
        texts = pl.Series(name, [value and str(value) for value in values], dtype=pl.String)
        return texts.str.to_date("%Y-%m-%d")
    if dtype.is_decimal():
        values = [None if value is None else Decimal(value) for value in values]
    return pl.Series(name, values, dtype=dtype)


@cache
def _travelling(kind: str) -> dict[str, pl.DataType]:
    """The columns read from that kind of sheet, as they travel."""
    whole = {n: t for n, t in polars_schema(SHEETS[kind][1]).items() if n not in JOINED}
    return whole | dict.fromkeys(amounts(kind), pl.Int64())


@cache
def amounts(kind: str) -> tuple[str, ...]:
    """The columns of amounts of that kind of sheet."""
    return tuple(c.name for c in columns_of(SHEETS[kind][1]) if c.kind == "montant") + (("montant_eur",) if kind == "budget" else ())


def ranked_by_file(rows: pl.DataFrame, paths: Sequence[str]) -> pl.DataFrame:
    """The rows of these files, each with the rank of its file (`rang`) in place of its path."""
    ranks = ranks_in(rows["fichier"], paths).cast(_RANK).alias("rang")
    ranked = rows.drop("fichier").insert_column(0, ranks)
    return ranked.drop_nulls("rang") if ranks.null_count() else ranked


def _named(rows: pl.DataFrame, paths: pl.Series) -> pl.DataFrame:
    names = paths.gather(rows["rang"]).alias("fichier")
    named = rows.drop("rang").insert_column(0, names)
    return named.drop_nulls("fichier") if names.null_count() else named


def finding_to_row(finding: Finding) -> tuple[str, ...]:
    """A finding as it is raised, columns FINDING: it bears on its own file, and no ruling has been passed on it."""
    f = finding
    return f.code, f.sheet, f.cell, f.champ, f.value, f.limit, f.reference, orjson.dumps(dict(f.facts)).decode()


def finding_of_row(row: Mapping[str, str], sources: Iterable[tuple[str, str]] = ()) -> Finding:
    """The finding that `finding_to_row` wrote."""
    code, sheet, cell, champ, value, limit, reference, facts = (row[name] for name in FINDING)
    return Finding(code, sheet, cell, champ, value, limit, reference, orjson.loads(facts), tuple(sources))
