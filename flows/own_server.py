"""Prefect's server for the time of one run, in a process that starts before the run itself is loaded.

Run as `python -m flows.own_server`: it writes its port on a line, then « ready » when it answers, and ends when its input does, however
the run ended. It keeps its history where Prefect does, in `PREFECT_HOME`.
"""

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from flows.disk import reason
from flows.errors import RunError

if TYPE_CHECKING:
    from uvicorn import Server

_SETTINGS = {
    "PREFECT__SERVER_EPHEMERAL": "1",
    "PREFECT_UI_ENABLED": "0",
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "0",
    "PREFECT_MEMOIZE_BLOCK_AUTO_REGISTRATION": "0",
}
"""A server without pages nor schedules. A later one with pages registers its own kinds of blocks."""
_READY = b"ready"
_END_S = 10


def home() -> Path:
    """Where Prefect keeps its history."""
    return Path(os.environ.get("PREFECT_HOME") or Path.home() / ".prefect").expanduser()


def another_is_named() -> bool:
    """Whether the environment or Prefect's own files name a server, or otherwise set Prefect up: it then does as they say."""
    if os.environ.get("PREFECT_API_URL") or os.environ.get("PREFECT_PROFILE") or Path("prefect.toml").exists():
        return True
    files = {home() / "profiles.toml": r"^\s*PREFECT_API_URL", Path(".env"): r"^\s*PREFECT_", Path("pyproject.toml"): r"^\[tool\.prefect"}
    return any(path.is_file() and re.search(names, path.read_text("utf-8", "replace"), re.MULTILINE) for path, names in files.items())


class OwnServer:
    """A server under way; whoever starts it ends it."""

    def __init__(self) -> None:
        """Start it; it takes some two seconds before it answers. Raises RunError where its folder cannot be written."""
        self._log = home() / "poles-serveur.log"
        try:
            home().mkdir(parents=True, exist_ok=True)
            with self._log.open("wb") as log:
                self._process = _start(log)
        except OSError as error:
            raise RunError(
                f"Le dossier de Prefect « {home()} » ne peut pas être écrit : {reason(error)}. Donnez-lui-en un autre par la variable "
                "d'environnement PREFECT_HOME. Les sorties précédentes restent en place."
            ) from None
        self._asked, self._said = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)

    @cached_property
    def url(self) -> str:
        """Its address, once it answers. Raises RunError where it does not start."""
        port, ready = (self._said.readline().strip() for _ in range(2))
        if ready != _READY:
            self.end()
            raise RunError(f"Le serveur de Prefect ne démarre pas : voir « {self._log} ». Les sorties précédentes restent en place.")
        return f"http://127.0.0.1:{int(port)}/api"

    def end(self) -> None:
        """Ask it to end, and wait until it has: the last that the run told it is then kept."""
        with contextlib.suppress(OSError):
            self._asked.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()


def _start(log: IO[bytes]) -> "subprocess.Popen[bytes]":
    search = os.pathsep.join(p for p in (str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH")) if p)
    return subprocess.Popen(
        (sys.executable, "-m", "flows.own_server"), env={**os.environ, **_SETTINGS, "PYTHONPATH": search},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, **_apart(),
    )  # fmt: skip


def _apart() -> dict[str, Any]:
    """In a session of its own: Ctrl-C reaches the run, which still has to tell its server how it ended."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def main() -> None:
    """Serve on a free port of this machine until the input ends."""
    import gc

    server: Server | None = None

    def end_with_the_run() -> None:
        sys.stdin.buffer.read()
        if server is None:
            os._exit(0)
        server.should_exit = True

    # What is loaded stays: looking for garbage among it would take a fifth of the time.
    gc.disable()
    # The port is known before anything is loaded. The protocol is named: asyncio sends without delay on no other socket, and each answer
    # would wait 40 ms for the client's acknowledgement.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        sys.stdout.write(f"{listening.getsockname()[1]}\n")
        sys.stdout.flush()
        from flows.database import make_ready

        threading.Thread(target=end_with_the_run, daemon=True).start()
        if make_ready(home()):
            os.environ["PREFECT_API_DATABASE_MIGRATE_ON_START"] = "0"
        from prefect.server.api.server import create_app
        from uvicorn import Config
        from uvicorn import Server as Uvicorn

        application = create_app(ephemeral=True)
        gc.freeze()
        gc.enable()

        class Told(Uvicorn):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                if self.started:
                    sys.stdout.write("ready\n")
                    sys.stdout.flush()

        server = Told(Config(application, log_level="error", access_log=False, lifespan="on", timeout_graceful_shutdown=5))
        server.run([listening])


if __name__ == "__main__":
    main()
