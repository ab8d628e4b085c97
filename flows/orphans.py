"""Prefect starts a server for the time of a run. When the run is killed nobody stops it: a small process waits for that and does."""

import atexit
import subprocess
import sys
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
        _watch(process.pid)
        return process

    vars(watched_start)["watched"] = True
    setattr(SubprocessASGIServer, "_run_uvicorn_command", watched_start)  # noqa: B010 - mypy would not have a method replaced


def _watch(pid: int) -> None:
    command = [sys.executable, "-I", "-S", "-c", _WAIT_AND_KILL, str(pid)]
    # In a session of its own: Ctrl-C reaches the run and its server, not the one that waits for them.
    watcher = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)

    def dismiss() -> None:
        watcher.communicate(b".")

    atexit.register(dismiss)
