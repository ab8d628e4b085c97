"""`poles serve`: Prefect's server, its worker and the watch on drops, on one machine.

Each is a process, started in order, started again when it ends, stopped together; their English logs go to files. The supervisor
imports no Prefect.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, Any

from flows.database import make_ready
from flows.errors import RunError
from flows.heap import one_heap
from flows.orphans import stop_with_us
from flows.terminal import show
from schemas.parameters import Config, Service

PROJECT = Path(__file__).resolve().parent.parent
POOL = "poles"
DEPLOYED, WATCHED = "deployes", "veille"
"""Whose runs: those that the worker carries out, those of the watch on drops."""
_START_S = 180
_STOP_S = 25
_PAUSES_S = (5, 5, 15, 60)
"""Seconds before a part that ended is started again, longer each time; its runs have ended by then."""
_SETTLED_S = 120
"""A part that lived as long starts again at once."""
_LOG_BYTES = 5_000_000


@dataclass
class Part:
    """A process of the service: what people call it, its command, and how often it has had to be restarted.

    `settles` says whose runs it leaves unfinished when it falls (see `flows.service_settle`).
    """

    name: str
    log: str
    command: tuple[str, ...]
    settles: str = ""
    process: "subprocess.Popen[bytes] | None" = None
    since: float = 0.0
    falls: int = 0
    due: float = 0.0
    forget: Callable[[], None] = field(default=lambda: None)


def environment(config: Service, home: Path, config_path: Path) -> dict[str, str]:
    """What the parts read from their environment; what it already says of Prefect's database stands."""
    folder = home / config.dossier
    settings = {
        "PREFECT_HOME": str(folder),
        "PREFECT_API_URL": f"http://{config.adresse}:{config.port}/api",
        "PREFECT_SERVER_API_HOST": config.adresse,
        "PREFECT_SERVER_API_PORT": str(config.port),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "true",
        "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "5",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "PREFECT_CLI_PROMPT": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONPATH": str(PROJECT),
        "PYTHONUTF8": "1",
        "POLES_PROJET": str(PROJECT),
        "POLES_CONFIG": str(config_path),
    }
    if config.base and _DATABASE not in os.environ:
        settings[_DATABASE] = config.base
    return {**os.environ, **settings}


_STOP_SIGNAL: int = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM)
"""Windows knows no other way to ask a process to end."""
_DATABASE = "PREFECT_SERVER_DATABASE_CONNECTION_URL"


@dataclass
class Supervisor:
    """The parts of the service, in the order in which they start."""

    settings: Service
    folder: Path
    env: Mapping[str, str]
    parts: list[Part] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def serve(self) -> None:
        """Run until asked to stop. Raises RunError where the service cannot start."""
        _must_be_free(self.settings)
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.settings.base:
            make_ready(self.folder)
        try:
            self._start_all()
            while not self.stopping.wait(1):
                self._tend()
        finally:
            self._stop_all()

    def _start_all(self) -> None:
        prefect = (sys.executable, "-m", "prefect")
        server = Part("le serveur", "serveur", (*prefect, "server", "start"))
        self.parts.append(server)
        self._start(server)
        self._wait_for_server(server)
        if self.stopping.is_set():
            return
        deploy = (*prefect, "--no-prompt", "deploy", "--all", "--prefect-file", str(PROJECT / "prefect.yaml"))
        if not (self._settle(DEPLOYED, WATCHED) and self._once("preparation", deploy)):
            raise RunError(f"Le service n'a pas pu inscrire ses passages dans Prefect : voir « {self._log_path('preparation')} ».")
        worker = Part("l'agent", "agent", (*prefect, "worker", "start", "--pool", POOL, "--type", "process", "--name", "poles"), DEPLOYED)
        watch = Part("la veille", "veille", (sys.executable, "-m", "flows.service_watch"), WATCHED)
        for part in (worker, watch):
            self.parts.append(part)
            self._start(part)
        show(f"Service prêt. Page de Prefect : http://{self.settings.adresse}:{self.settings.port}. Arrêt : Ctrl-C.")

    def _wait_for_server(self, server: Part) -> None:
        """Until it answers, or ends, or the service is asked to stop."""
        end = time.monotonic() + _START_S
        while not self.stopping.is_set() and not answers(self.settings):
            if server.process is None or server.process.poll() is not None or time.monotonic() > end:
                raise RunError(f"Le serveur de Prefect ne démarre pas : voir « {self._log_path('serveur')} ».")
            time.sleep(0.2)

    def _settle(self, *whose: str) -> bool:
        return self._once("preparation", (sys.executable, "-m", "flows.service_settle", *whose))

    def _once(self, log: str, command: tuple[str, ...]) -> bool:
        """Run a command to its end; whether it did what it had to."""
        with self._log(log) as file:
            done = subprocess.run(command, env=self.env, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=file, stderr=file, check=False)
        return done.returncode == 0

    def _start(self, part: Part) -> None:
        with self._log(part.log) as file:
            part.process = subprocess.Popen(
                part.command, env=self.env, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=file, stderr=file, **_apart()
            )
        part.since = time.monotonic()
        part.forget = stop_with_us(part.process.pid)

    def _tend(self) -> None:
        """Start again what has ended."""
        for part in self.parts:
            if part.process is not None and part.process.poll() is not None:
                now = time.monotonic()
                part.falls = 0 if now - part.since > _SETTLED_S else part.falls + 1
                pause = _PAUSES_S[min(part.falls, len(_PAUSES_S) - 1)]
                show(
                    f"{part.name.capitalize()} s'est arrêté ; nouveau départ dans {pause} s (journal : {self._log_path(part.log)}).",
                    error=True,
                )
                part.forget()
                end_group(part.process.pid)
                part.process, part.due = None, now + pause
            elif part.process is None and time.monotonic() >= part.due:
                if part.settles:
                    self._settle(part.settles)
                self._start(part)

    def _stop_all(self) -> None:
        """The last started first, so that a run can still say to the server how it ended."""
        for part in reversed(self.parts):
            if part.process is not None:
                stop(part.process)
                part.forget()
        self.parts.clear()

    def _log_path(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    @contextlib.contextmanager
    def _log(self, name: str) -> Iterator[IO[bytes]]:
        path = self._log_path(name)
        if path.is_file() and path.stat().st_size > _LOG_BYTES:
            path.replace(path.with_suffix(".1.log"))
        with path.open("ab") as file:
            yield file


def _apart() -> dict[str, Any]:
    """In a group of its own: Ctrl-C reaches the supervisor alone, which stops the parts in order."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask a process to end; end it with all that it started where it does not in time."""
    if process.poll() is None:
        process.send_signal(_STOP_SIGNAL)
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
    end_group(process.pid)
    process.wait()


def end_group(pid: int) -> None:
    """End what a process left in its group, such as a run under way; on Windows its own agent sees to that."""
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def answers(settings: Service) -> bool:
    """Whether Prefect's server answers."""
    try:
        with urllib.request.urlopen(f"http://{settings.adresse}:{settings.port}/api/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _must_be_free(settings: Service) -> None:
    with socket.socket() as probe:
        if probe.connect_ex((settings.adresse, settings.port)) == 0:
            raise RunError(
                f"Le port {settings.port} est déjà occupé : un service tourne-t-il déjà ? "
                "Arrêtez-le, ou changez la clé « service.port » de la configuration."
            )


def serve(config: Config, config_path: Path) -> None:
    """Run the service until Ctrl-C or a stop signal. Raises RunError where it cannot start."""
    one_heap()
    home = config_path.resolve().parent
    supervisor = Supervisor(config.service, home / config.service.dossier, environment(config.service, home, config_path.resolve()))

    def ask_to_stop(_: int, __: FrameType | None) -> None:
        supervisor.stopping.set()

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), ask_to_stop)
    show("Démarrage du service…")
    supervisor.serve()
    show("Service arrêté.")
