"""What contents say, whatever the names of the files that hold them: tables to keep from one run to the next, in pieces.

A row names its content by its rank (`rang`) in its piece's table `contenus`, so that a file that is renamed or moved says at once what it
said. What depends on more than the content is not kept: a file that the disk, the memory or the time refused is read again.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

import polars as pl

from budget.said import Closed, Said, gather, tables_of
from schemas.packed import of_parquet
from schemas.reading import Received

Piece = Mapping[str, bytes]
"""What some contents say, as Parquet: `contenus` (their sha256, each in one piece), a table per kind of sheet, `positions`, `constats`."""


def contents_to_keep(files: Iterable[Received], refused: Collection[str]) -> list[Received]:
    """The files whose content is known and could be read, in their order; `refused` are the paths of those that could not."""
    return [received for received in files if received.sha256 and not received.amended and received.path not in refused]


def by_content(said: Said) -> dict[str, pl.DataFrame]:
    """The tables of one piece: what files say, by content."""
    files = contents_to_keep(said.files, said.refused)
    contents = pl.DataFrame({"empreinte": [received.sha256 for received in files]}, {"empreinte": pl.String()})
    return {"contenus": contents, **tables_of(said, [received.path for received in files])}


def contents_of(piece: Piece) -> list[str]:
    """The hashes of the contents of a piece, in order."""
    return of_parquet(piece["contenus"])["empreinte"].to_list()


def known(pieces: Iterable[Piece], files: Sequence[Received]) -> list[Received]:
    """The files whose content is kept."""
    contents = set(chain.from_iterable(map(contents_of, pieces)))
    return [received for received in files if received.sha256 in contents]


def by_name(pieces: Iterable[Piece], files: Sequence[Received]) -> Iterator[Closed]:
    """What these files say, whose contents are all kept and all different, piece by piece; what other contents say is nobody's."""
    by_hash = {received.sha256: received for received in files}
    for piece in pieces:
        mine = [by_hash.get(sha256) for sha256 in contents_of(piece)]
        paths = pl.Series([received and received.path for received in mine], dtype=pl.String)
        yield Closed([received for received in mine if received], piece, paths)


def are_sound(pieces: Sequence[Piece]) -> bool:
    """Whether pieces are such as `by_content` makes, and no content is in two of them."""
    usual = {name: rows.schema for name, rows in by_content(gather([])).items()}
    if not all(piece.keys() == usual.keys() and _is_sound(piece, usual) for piece in pieces):
        return False
    contents = list(chain.from_iterable(map(contents_of, pieces)))
    return len(contents) == len(set(contents))


def _is_sound(piece: Piece, usual: Mapping[str, pl.Schema]) -> bool:
    height = 0
    for name, schema in usual.items():
        rows = of_parquet(piece[name])
        if rows.schema != schema:
            return False
        if name == "contenus":
            height = rows.height
        elif rows["rang"].null_count() or (rows["rang"] >= height).any():
            return False
    return True
