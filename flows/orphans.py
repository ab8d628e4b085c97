"""When a service is killed nobody stops the processes that it started: a small process waits for that and does."""

import atexit
import subprocess
import sys
from collections.abc import Callable

_WAIT_AND_KILL = """
import contextlib, os, signal, sys, time
if not sys.stdin.buffer.read(1):
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        with contextlib.suppress(OSError):
            os.kill(int(sys.argv[1]), number)
            time.sleep(2)
"""
"""Its input ends without a sign when the service is killed; one that ends by itself writes one, since it stops what it started."""


def stop_with_us(pid: int) -> Callable[[], None]:
    """Have a process stopped if this one is killed; nothing happens where this one ends by itself.

    What is returned ends that watch: to be called once the process has ended, since its number may serve again.
    """
    command = [sys.executable, "-I", "-S", "-c", _WAIT_AND_KILL, str(pid)]
    # In a session of its own: Ctrl-C reaches the service, not the one that waits for it.
    watcher = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)

    def dismiss() -> None:
        atexit.unregister(dismiss)
        watcher.communicate(b".")

    atexit.register(dismiss)
    return dismiss
