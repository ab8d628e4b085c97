"""One run at a time: a lock of the operating system on `outputs/.verrou`, held by the process and gone with it, however it ends."""

import contextlib
import errno
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from flows.errors import RunError

if sys.platform == "win32":
    import msvcrt

    def _take(number: int) -> None:
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)


NAME = ".verrou"
_PAUSE_S = 0.2
_TAKEN = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)


@contextlib.contextmanager
def one_run_at_a_time(outputs: Path, patience_s: float = 0) -> Iterator[None]:
    """Hold the outputs for this process. Raises RunError where another run still holds them after `patience_s` seconds.

    The file is empty and never deleted.
    """
    outputs.mkdir(parents=True, exist_ok=True)
    # Python opens it for this process alone: no reading process inherits it and outlives the run with it.
    number = os.open(outputs / NAME, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _take_or_say(number, outputs, time.monotonic() + patience_s)
        yield
    finally:
        os.close(number)


def _take_or_say(number: int, outputs: Path, end: float) -> None:
    while True:
        try:
            return _take(number)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
        if time.monotonic() >= end:
            raise RunError(f"Une autre consolidation est en cours dans « {outputs} ». Attendez qu'elle se termine, puis relancez.")
        time.sleep(_PAUSE_S)
