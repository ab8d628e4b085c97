"""What all files say, in parts that are opened one at a time: what a run holds at once does not grow with its inputs.

The first part holds the files that may speak of several Pays (statements, Décisions Région) and those that are none of the documents. Each
of the others holds the dossiers and comptes rendus of some Pays, in the order of their codes: no rule on dossiers needs those of two Pays.
Where there are few files all are in one part.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import ceil

import polars as pl

from budget.said import Said, gather, in_order, joined, ranks_in
from schemas.finding import Finding
from schemas.packed import Packed, packed
from schemas.pays import all_pays
from schemas.reading import Received
from schemas.spec import COMPTE_RENDU, DOSSIERS

FILES = 2_500
"""About how many files a part holds."""
Territory = frozenset[str | None]
_OF_ONE_PAYS = (*DOSSIERS, COMPTE_RENDU)


@dataclass(frozen=True)
class _Piece:
    """What some files say, packed."""

    files: list[Received]
    sheets: Mapping[str, Packed]
    positions: Packed
    found: list[tuple[str, Finding]]

    @classmethod
    def of(cls, said: Said) -> "_Piece":
        return cls(said.files, {kind: packed(rows) for kind, rows in said.sheets.items()}, packed(said.positions), said.found)

    def open(self) -> Said:
        return Said(self.files, {kind: rows.frame() for kind, rows in self.sheets.items()}, self.positions.frame(), self.found)


@dataclass(frozen=True)
class Part:
    """Some files, in the order in which they are listed, and what they say.

    `pays`: the codes of the Pays whose dossiers are here, of which None stands for a Pays that is not known; there are none in the first
    part of several.
    """

    files: list[Received]
    pays: Territory
    _pieces: tuple[Said | _Piece, ...]

    def open(self) -> Said:
        """What they say."""
        said = [piece.open() if isinstance(piece, _Piece) else piece for piece in self._pieces] or [gather([])]
        return said[0] if len(said) == 1 else in_order(joined(said), self.files)


def parts_of(said: Iterable[Said], files: Sequence[Received], size: int = FILES) -> list[Part]:
    """What batches of files say, in parts; each batch is let go once it is packed. `files`: all that say something, as they are listed."""
    return _placed(_together(said, size), files, _ranges(len(files), size))


def read_again(parts: Sequence[Part], again: Said, files: Sequence[Received]) -> list[Part]:
    """The same files, some of which now say something else, which may put them in another part."""
    newer = {received.path for received in again.files}
    others = (_without(part.open(), newer) for part in parts)
    return _placed(chain(others, [again]), files, [part.pays for part in parts if part.pays])


def _without(said: Said, files: Collection[str]) -> Said:
    kept = ~pl.col("fichier").is_in(list(files))
    return Said(
        [received for received in said.files if received.path not in files],
        {kind: rows.filter(kept) for kind, rows in said.sheets.items()},
        said.positions.filter(kept),
        [(path, finding) for path, finding in said.found if path not in files],
    )


def _placed(said: Iterable[Said], files: Sequence[Received], ranges: Sequence[Territory]) -> list[Part]:
    if len(ranges) == 1:
        whole = in_order(joined(list(said)), files)
        return [Part(whole.files, ranges[0], (whole,))]
    pieces: list[list[_Piece]] = [[] for _ in range(len(ranges) + 1)]
    for batch in said:
        for place, mine in _by_pays(batch, ranges):
            pieces[place].append(_Piece.of(mine))
    order = {received.path: rank for rank, received in enumerate(files)}
    return [
        Part(sorted((f for piece in mine for f in piece.files), key=lambda f: order[f.path]), codes, tuple(mine))
        for codes, mine in zip([Territory(), *ranges], pieces, strict=True)
    ]


def all_of(said: Said) -> list[Part]:
    """What files say, in one part."""
    return [Part(said.files, _ranges(1, 1)[0], (said,))]


def _ranges(files: int, size: int) -> list[Territory]:
    """The codes of the Pays, in as many groups as these files want."""
    codes: list[str | None] = [None, *sorted(all_pays())]
    groups = max(1, min(ceil(files / size), len(codes) - 1))
    cuts = [len(codes) * rank // groups for rank in range(groups + 1)]
    return [frozenset(codes[a:b]) for a, b in pairwise(cuts)]


def _together(said: Iterable[Said], size: int) -> Iterator[Said]:
    """Batches joined until they are worth packing."""
    waiting: list[Said] = []
    for batch in said:
        waiting.append(batch)
        if sum(len(b.files) for b in waiting) >= size:
            yield joined(waiting)
            waiting = []
    if waiting:
        yield joined(waiting)


def _by_pays(said: Said, ranges: Sequence[Territory]) -> Iterator[tuple[int, Said]]:
    """What goes to each part, and its place among them."""
    place_of = {code: place for place, codes in enumerate(ranges, 1) for code in codes}
    identity = said.sheets["identification"].filter(pl.col("type_document").is_in(_OF_ONE_PAYS)).select("fichier", "pays_code")
    places = {path: place_of.get(code, 0) for path, code in identity.iter_rows()}
    paths = [received.path for received in said.files]
    by_rank = pl.Series([places.get(path, 0) for path in paths], dtype=pl.UInt32)
    tables = {**said.sheets, "": said.positions}
    placed = {name: by_rank.gather(ranks_in(rows["fichier"], paths)) for name, rows in tables.items()}
    for place in sorted(set(by_rank)):
        mine = {name: rows.filter(placed[name] == place) for name, rows in tables.items()}
        positions = mine.pop("")
        files = [received for received in said.files if places.get(received.path, 0) == place]
        yield place, Said(files, mine, positions, [(path, f) for path, f in said.found if places.get(path, 0) == place])
