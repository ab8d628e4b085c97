"""All findings of a run, by part: where there are several parts, packed until they are wanted, since each weighs a kilobyte."""

import pickle
import zlib
from collections.abc import Iterable, Iterator, Sequence

from budget.parts import Part
from budget.validate import Located

_LEVEL = 1


class Found:
    """Findings in the order in which they are raised, each in the part of its file; those on files that say nothing are in the first."""

    def __init__(self, parts: Sequence[Part]) -> None:
        """None yet."""
        self._parts = parts
        self._place = {received.path: place for place, part in enumerate(parts) if place for received in part.files}
        self._held: list[list[bytes | list[Located]]] = [[] for _ in parts]

    def others(self) -> "Found":
        """A place for other findings on the same files."""
        return Found(self._parts)

    def add(self, found: Iterable[Located]) -> None:
        """More findings, of any files."""
        by_part: dict[int, list[Located]] = {}
        for located in found:
            by_part.setdefault(self._place.get(located[0], 0), []).append(located)
        for place, mine in by_part.items():
            self._held[place].append(_packed(mine) if len(self._parts) > 1 else mine)

    def of(self, place: int) -> Iterator[Located]:
        """Those on the files of one part."""
        for held in self._held[place]:
            yield from held if isinstance(held, list) else _unpacked(held)

    def __iter__(self) -> Iterator[Located]:
        """All of them."""
        for place in range(len(self._parts)):
            yield from self.of(place)


def _packed(found: list[Located]) -> bytes:
    return zlib.compress(pickle.dumps(found, pickle.HIGHEST_PROTOCOL), _LEVEL)


def _unpacked(held: bytes) -> list[Located]:
    # Written by this very process, a moment ago.
    found: list[Located] = pickle.loads(zlib.decompress(held))
    return found
