"""What all files say, in parts that are opened one at a time: what a run holds at once does not grow with its inputs.

The first part holds the files that may speak of several Pays (statements, Décisions Région) and those that are none of the documents. Each
of the others holds the dossiers and comptes rendus of some Pays, in the order of their codes: no rule on dossiers needs those of two Pays.
Where there are few files all are in one part.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, pairwise
from math import ceil

import polars as pl

from budget.said import Closed, Said, in_order, joined, tables_of
from schemas.packed import to_parquet
from schemas.pays import all_pays
from schemas.reading import Received
from schemas.spec import COMPTE_RENDU, DOSSIERS

FILES = 2_500
"""About how many files a part holds."""
Territory = frozenset[str | None]
_OF_ONE_PAYS = (*DOSSIERS, COMPTE_RENDU)


@dataclass(frozen=True)
class Part:
    """Some files, in the order in which they are listed, and what they say.

    `pays`: the codes of the Pays whose dossiers are here, of which None stands for a Pays that is not known; there are none in the first
    part of several.
    """

    files: list[Received]
    pays: Territory
    _pieces: tuple[Said | Closed, ...]

    @property
    def refused(self) -> set[str]:
        """The files that could not be read."""
        return {path for piece in self._pieces for path in piece.refused}

    def open(self) -> Said:
        """What they say."""
        if len(self._pieces) == 1 and isinstance(self._pieces[0], Said):
            return self._pieces[0]
        return in_order(joined(list(map(_opened, self._pieces))), self.files)


def parts_of(said: Iterable[Said | Closed], files: Sequence[Received], size: int = FILES) -> list[Part]:
    """What batches of files say, in parts; each batch is let go once it is packed. `files`: all that say something, as they are listed."""
    return _placed(_together(said, size), files, _ranges(len(files), size))


def read_again(parts: Sequence[Part], again: Said, files: Sequence[Received]) -> list[Part]:
    """The same files, some of which now say something else, which may put them in another part."""
    newer = {received.path for received in again.files}
    others = (_without(piece, newer) for part in parts for piece in part._pieces)
    return _placed(chain(others, [again]), files, [part.pays for part in parts if part.pays])


def all_of(said: Said) -> list[Part]:
    """What files say, in one part."""
    return [Part(said.files, _ranges(1, 1)[0], (said,))]


def _opened(piece: Said | Closed) -> Said:
    return piece.open() if isinstance(piece, Closed) else piece


def _without(piece: Said | Closed, files: Collection[str]) -> Said | Closed:
    if not any(received.path in files for received in piece.files):
        return piece
    said, others = _opened(piece), ~pl.col("fichier").is_in(list(files))
    return Said(
        [received for received in said.files if received.path not in files],
        {kind: rows.filter(others) for kind, rows in said.sheets.items()},
        said.positions.filter(others),
        [(path, finding) for path, finding in said.found if path not in files],
        said.judged.filter(others),
    )


def _placed(said: Iterable[Said | Closed], files: Sequence[Received], ranges: Sequence[Territory]) -> list[Part]:
    if len(ranges) == 1:
        whole = in_order(joined(list(map(_opened, said))), files)
        return [Part(whole.files, ranges[0], (whole,))]
    pieces: list[list[Closed]] = [[] for _ in range(len(ranges) + 1)]
    # No name here for a batch: it would be held while the next one is read.
    for place, mine in chain.from_iterable(map(partial(_by_pays, ranges), said)):
        pieces[place].append(mine)
    order = {received.path: rank for rank, received in enumerate(files)}
    return [
        Part(sorted((f for piece in mine for f in piece.files), key=lambda f: order[f.path]), codes, tuple(mine))
        for codes, mine in zip([Territory(), *ranges], pieces, strict=True)
    ]


def _ranges(files: int, size: int) -> list[Territory]:
    """The codes of the Pays, in as many groups as these files want."""
    codes: list[str | None] = [None, *sorted(all_pays())]
    groups = max(1, min(ceil(files / size), len(codes) - 1))
    cuts = [len(codes) * rank // groups for rank in range(groups + 1)]
    return [frozenset(codes[a:b]) for a, b in pairwise(cuts)]


def _together(said: Iterable[Said | Closed], size: int) -> Iterator[Said | Closed]:
    """Batches joined until they are worth packing; those that are packed already as they are."""
    waiting: list[Said] = []
    for batch in said:
        if isinstance(batch, Closed):
            yield batch
            continue
        waiting.append(batch)
        if sum(len(b.files) for b in waiting) >= size:
            yield _taken(waiting)
    if waiting:
        yield _taken(waiting)


def _taken(waiting: list[Said]) -> Said:
    """Batches as one; nobody holds them any longer."""
    whole = joined(waiting)
    waiting.clear()
    return whole


def _by_pays(ranges: Sequence[Territory], said: Said | Closed) -> Iterator[tuple[int, Closed]]:
    """What goes to each part, packed, and its place among them. What is packed already, and goes to one part, stays as it is."""
    place_of = {code: place for place, codes in enumerate(ranges, 1) for code in codes}
    identity = said.frame("identification") if isinstance(said, Closed) else said.sheets["identification"]
    of_one_pays = identity.filter(pl.col("type_document").is_in(_OF_ONE_PAYS)).select("fichier", "pays_code")
    place_by_path = {path: place_of[code] for path, code in of_one_pays.iter_rows()}
    places = [place_by_path.get(received.path, 0) for received in said.files]
    if isinstance(said, Closed) and len(set(places)) == 1:
        yield places[0], said
        return
    paths, by_rank = [received.path for received in said.files], pl.Series(places, dtype=pl.UInt8)
    tables = tables_of(_opened(said), paths)
    placed = {name: by_rank.gather(rows["rang"]) for name, rows in tables.items()}
    names = pl.Series(paths, dtype=pl.String)
    for place in sorted(set(places)):
        mine = {name: to_parquet(rows.filter(placed[name] == place)) for name, rows in tables.items()}
        yield place, Closed([received for received, there in zip(said.files, places, strict=True) if there == place], mine, names)
