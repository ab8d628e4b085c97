"""One command measured: what it prints last as JSON, its time, and the memory that all its processes hold together at most."""

import json
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_EVERY_S, _SHARE = 0.1, 50
"""Time between two looks at the memory, and how many times as long as a look at least: looking at what is measured slows it down."""


def measure(*command: str | Path, env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Run a command; `duree_s` and `memoire_mo` are added to the facts of its last line where it does not give them itself."""
    begun = time.perf_counter()
    with subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as process:
        watch = _Watch(process.pid)
        out, told = process.communicate()
        lasted = time.perf_counter() - begun
        peak = watch.stop()
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, command[:3]))} a échoué :\n{told[-3000:]}")
    lines = out.strip().splitlines()
    facts = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    return {"duree_s": lasted, "memoire_mo": peak, **facts}


class _Watch:
    """Looks at the memory of a process and of those below it until it is stopped. Where Linux does not tell, the peak is 0."""

    def __init__(self, pid: int) -> None:
        self._pid, self._peak, self._over = pid, 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        pause = _EVERY_S
        while not self._over.wait(pause):
            start = time.perf_counter()
            self._peak = max(self._peak, sum(map(_megabytes, _tree(self._pid))))
            pause = max(_EVERY_S, _SHARE * (time.perf_counter() - start))

    def stop(self) -> float:
        """The peak, in megabytes."""
        self._over.set()
        self._thread.join()
        return self._peak


def _tree(pid: int) -> list[int]:
    """A process and all that descend from it."""
    try:
        children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    except (OSError, ValueError):
        return [pid]
    return [pid, *(below for child in children for below in _tree(child))]


def _megabytes(pid: int) -> float:
    """What a process holds, pages that several share being counted once in all."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("Pss:")), 0.0)
