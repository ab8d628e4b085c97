"""Frames kept packed: as Parquet, in memory, in parts. Packed, the lines of ten thousand files weigh a megabyte instead of a hundred.

What grows with the number of files is held so, and taken out a part or a few columns at a time: what a run holds at once is bounded by
its largest part, not by its inputs.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

FEW = 20_000
"""Rows that weigh less than packing them costs."""


@dataclass(frozen=True, eq=False)
class Packed:
    """A frame in parts that follow each other; at least one, which may be empty.

    Each is the bytes of a Parquet file, or a frame of few rows.
    """

    parts: tuple[bytes | pl.DataFrame, ...]

    @classmethod
    def of(cls, frames: Iterable[pl.DataFrame]) -> "Packed":
        """Pack frames of one schema, each as soon as the next one comes; one that is alone stays as it is, since it is taken whole anyway.

        Those that are empty are left out, but for the first.
        """
        parts = list[bytes | pl.DataFrame]()
        for frame in frames:
            if frame.is_empty() and parts:
                continue
            if len(parts) == 1 and isinstance(parts[0], pl.DataFrame):
                parts[0] = _packed(parts[0])
            parts.append(_packed(frame) if parts else frame)
        return cls(tuple(parts))

    @classmethod
    def joined(cls, tables: Iterable["Packed"]) -> "Packed":
        """Several as one, without unpacking any."""
        return cls(tuple(part for table in tables for part in table.parts))

    def lazy(self) -> pl.LazyFrame:
        """To take some columns or rows: the others are not unpacked."""
        frames = [part.lazy() if isinstance(part, pl.DataFrame) else pl.scan_parquet(part) for part in self.parts]
        return pl.concat(frames) if len(frames) > 1 else frames[0]

    def frame(self) -> pl.DataFrame:
        """All of it."""
        return pl.concat(self.frames()) if len(self.parts) > 1 else _unpacked(self.parts[0])

    def frames(self) -> Iterator[pl.DataFrame]:
        """Its parts, one at a time, in order."""
        return map(_unpacked, self.parts)

    def files(self) -> Iterator[bytes]:
        """Its parts as Parquet files, in order."""
        return (to_parquet(part) if isinstance(part, pl.DataFrame) else part for part in self.parts)

    @cached_property
    def height(self) -> int:
        """How many rows."""
        return sum(_height(part) for part in self.parts)


Held = pl.DataFrame | Packed
"""A table as a run holds it: small, or growing with the files."""


def each(table: Held) -> Iterator[pl.DataFrame]:
    """A table a part at a time, in order, packed or not."""
    return table.frames() if isinstance(table, Packed) else iter((table,))


ROWS = 500_000
"""How many rows a frame holds, about, where a table is taken in order."""


def in_order(table: Packed, by: str, first: int | None = None) -> Iterator[pl.DataFrame]:
    """All rows in the order of a column of text, as frames that follow each other; those of one value in the order in which they stand.

    `first`: only the first signs of the text count. No value is in two frames, and no frame has many more than ROWS rows.
    """
    word = pl.col(by) if first is None else pl.col(by).str.head(first)
    if table.height <= ROWS:
        yield table.frame().sort(word, maintain_order=True)
        return
    counts = table.lazy().group_by(word.alias("mot")).len().sort("mot").collect()
    lots = counts.with_columns(lot=(pl.col("len").cum_sum() - 1) // ROWS)
    for lowest, highest in (
        lots.group_by("lot", maintain_order=True).agg(a=pl.col("mot").first(), b=pl.col("mot").last()).select("a", "b").rows()
    ):
        yield table.lazy().filter(word.is_between(pl.lit(lowest), pl.lit(highest))).collect().sort(word, maintain_order=True)


def packed(frame: pl.DataFrame, few: int | None = None) -> Packed:
    """A frame as one part, packed unless it has fewer rows than `few` (FEW)."""
    return Packed((_packed(frame, few),))


def holding(parts: int) -> Callable[[pl.DataFrame], Packed]:
    """How to hold what is made of each of so many parts: packed where there are several, as it is where there is one."""
    return packed if parts > 1 else lambda frame: Packed((frame,))


def _packed(frame: pl.DataFrame, few: int | None = None) -> bytes | pl.DataFrame:
    return frame if frame.height < (FEW if few is None else few) else to_parquet(frame)


def _height(part: bytes | pl.DataFrame) -> int:
    return part.height if isinstance(part, pl.DataFrame) else int(pl.scan_parquet(part).select(pl.len()).collect().item())


def to_parquet(frame: pl.DataFrame) -> bytes:
    """A frame as a Parquet file, whatever it weighs."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="lz4", statistics=False)
    return buffer.getvalue()


def of_parquet(data: bytes) -> pl.DataFrame:
    """The frame that a Parquet file holds."""
    return pl.read_parquet(io.BytesIO(data))


def _unpacked(part: bytes | pl.DataFrame) -> pl.DataFrame:
    return part if isinstance(part, pl.DataFrame) else of_parquet(part)


class Tables(Mapping[str, pl.DataFrame]):
    """Tables by name. Those that are packed stay so: `tables[name]` unpacks one whole, `lazy` what is asked of it."""

    def __init__(self, tables: Mapping[str, Held]) -> None:
        """Each table as a frame, or packed."""
        self._held = dict(tables)

    def __getitem__(self, name: str) -> pl.DataFrame:
        """A table, whole."""
        held = self._held[name]
        return held.frame() if isinstance(held, Packed) else held

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self._held)

    def __len__(self) -> int:
        """How many tables."""
        return len(self._held)

    def held(self, name: str) -> Held:
        """A table, packed if it is."""
        return self._held[name]

    def lazy(self, name: str) -> pl.LazyFrame:
        """A table, of which only what is asked is unpacked."""
        return self._held[name].lazy()

    def frames(self, name: str) -> Iterator[pl.DataFrame]:
        """A table a part at a time, in order."""
        return each(self._held[name])

    def with_tables(self, tables: Mapping[str, Held]) -> "Tables":
        """The same, these added or put in place of those of the same name."""
        return Tables({**self._held, **tables})


def as_tables(tables: Mapping[str, pl.DataFrame]) -> Tables:
    """The same, in which some may be put in place of others without unpacking any."""
    return tables if isinstance(tables, Tables) else Tables(tables)


def held(tables: Mapping[str, pl.DataFrame], name: str) -> Held:
    """A table, packed if it is."""
    return tables.held(name) if isinstance(tables, Tables) else tables[name]


def lazy(tables: Mapping[str, pl.DataFrame], name: str) -> pl.LazyFrame:
    """A table of which only some columns or rows are wanted, packed or not."""
    return held(tables, name).lazy()


def frames(tables: Mapping[str, pl.DataFrame], name: str) -> Iterator[pl.DataFrame]:
    """A table a part at a time, packed or not."""
    return each(held(tables, name))


def drawn(rows: pl.LazyFrame) -> pl.DataFrame:
    """What is asked of a table that may be long, worked out as it is unpacked: never held whole. The order of groups is any."""
    return rows.collect(engine="streaming")
