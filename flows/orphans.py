"""Prefect starts a server for the time of a run. When the run is killed nobody stops it: a small process waits for that and does."""

import atexit
import subprocess
import sys
from collections.abc import Callable
from typing import Any

_WAIT_AND_KILL = """
import contextlib, os, signal, sys, time
if not sys.stdin.buffer.read(1):
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        with contextlib.suppress(OSError):
            os.kill(int(sys.argv[1]), number)
            time.sleep(2)
"""
"""Its input ends without a sign when the run is killed; a run that ends by itself writes one, since it stops its server."""


def stop_server_with_run() -> None:
    """Have the server of a run stopped however the run ends. Does nothing where Prefect starts it otherwise than we know."""
    from prefect.server.api.server import SubprocessASGIServer

    start = getattr(SubprocessASGIServer, "_run_uvicorn_command", None)
    if start is None or getattr(start, "watched", False):
        return

    def watched_start(server: Any) -> Any:
        process = start(server)
        stop_with_us(process.pid)
        return process

    vars(watched_start)["watched"] = True
    setattr(SubprocessASGIServer, "_run_uvicorn_command", watched_start)  # noqa: B010 - mypy would not have a method replaced


def stop_with_us(pid: int) -> Callable[[], None]:
    """Have a process stopped if this one is killed; nothing happens where this one ends by itself.

    What is returned ends that watch: to be called once the process has ended, since its number may serve again.
    """
    command = [sys.executable, "-I", "-S", "-c", _WAIT_AND_KILL, str(pid)]
    # In a session of its own: Ctrl-C reaches the run and its server, not the one that waits for them.
    watcher = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)

    def dismiss() -> None:
        atexit.unregister(dismiss)
        watcher.communicate(b".")

    atexit.register(dismiss)
    return dismiss
