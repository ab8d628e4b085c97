"""Drops seen by polling, which works on network shares where notices of change do not: a file is complete once it has stopped changing.

No Prefect and no clock: the caller looks as often as it likes.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from flows.disk import write_new
from workbooks.discover import candidates, open_regular
from workbooks.refusal import Refusal


@dataclass(frozen=True)
class Stamp:
    """What of a file changes when it does: its size, and the day and node that its disk gives it."""

    size: int
    modified_ns: int
    node: int


@dataclass(frozen=True)
class Change:
    """Paths relative to the inputs, sorted: files that came or changed and are complete, and files that left."""

    complete: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.complete or self.gone)


@dataclass
class Watch:
    """The inputs as last seen. At first nothing is known: every file that is there is new."""

    inputs: Path
    known: dict[str, Stamp] = field(default_factory=dict)
    waiting: dict[str, Stamp] = field(default_factory=dict)

    def look(self) -> Change:
        """What has changed since the last look that said so. Raises OSError where the inputs cannot be listed: nothing is taken for gone.

        A file is complete when two looks running find the same stamp and it can be opened; until then it waits.
        """
        seen = {path: stamp for path in candidates(self.inputs) if (stamp := _stamp(self.inputs / path))}
        gone = tuple(sorted(self.known.keys() - seen.keys()))
        changed = {path: stamp for path, stamp in seen.items() if self.known.get(path) != stamp}
        complete = {path: s for path, s in changed.items() if self.waiting.get(path) == s and _opens(self.inputs / path)}
        self.waiting = {path: stamp for path, stamp in changed.items() if path not in complete}
        self.known = {path: stamp for path, stamp in self.known.items() if path in seen} | complete
        return Change(tuple(sorted(complete)), gone)

    def forget(self, change: Change) -> None:
        """Take a change for not told: what it named is told again."""
        for path in change.complete:
            self.known.pop(path, None)
        self.known.update(dict.fromkeys(change.gone, _GONE))

    def save(self, path: Path) -> None:
        """Keep what is known, so that a service that starts again tells only what came meanwhile."""
        beside = path.with_suffix(".tmp")
        write_new(beside, json.dumps({name: [s.size, s.modified_ns, s.node] for name, s in sorted(self.known.items())}).encode())
        beside.replace(path)

    def load(self, path: Path) -> None:
        """Take up what was kept; nothing where there is none, or where it cannot be read: every file is then told again."""
        try:
            kept = json.loads(path.read_bytes())
            self.known = {name: Stamp(*stamp) for name, stamp in kept.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            self.known = {}


_GONE = Stamp(-1, 0, 0)


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ino)


def _opens(path: Path) -> bool:
    """Whether nobody keeps the file for himself, as a program that is writing it does on Windows."""
    try:
        open_regular(path).close()
    except OSError:
        return False
    except Refusal:
        return True
    return True
