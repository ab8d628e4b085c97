"""`poles serve` for real: server, worker and watch; drops, simultaneous triggers, a worker killed in the middle, PostgreSQL."""

import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flows import sequence, steps
from tests.grids import ROOT

pytestmark = [pytest.mark.flow, pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the service's processes in /proc")]
EXAMPLE = ROOT / "examples" / "octobre-2010"


@dataclass
class Running:
    """A service under way in a folder of its own."""

    home: Path
    port: int
    process: "subprocess.Popen[str]"

    @property
    def config(self) -> Path:
        return self.home / "config.toml"

    def api(self, path: str, body: dict[str, Any]) -> Any:
        """Ask Prefect's server."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        for _ in range(20):
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code != 503:  # SQLite is held by another for a moment
                    raise
                time.sleep(0.5)
        raise AssertionError(f"{path}: 503")

    def runs(self, flow: str) -> list[dict[str, Any]]:
        return list(self.api("flow_runs/filter", {"flows": {"name": {"any_": [flow]}}, "sort": "START_TIME_ASC"}))

    def part(self, words: str) -> int | None:
        """The process of this service whose command holds these words."""
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    mine = str(self.home).encode() in (folder / "environ").read_bytes()
                except OSError:
                    continue
                if mine and words in command:
                    return int(folder.name)
        return None


def wait_for(what: str, found: Callable[[], Any], seconds: float = 90) -> Any:
    """Wait until something is there, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {what}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def service(home: Path, **settings: str) -> Iterator[Running]:
    """`poles serve` in a folder, stopped at the end as systemd would."""
    port = free_port()
    text = (
        (ROOT / "config.toml").read_text("utf-8").replace("port = 4200", f"port = {port}").replace("intervalle_s = 2", "intervalle_s = 1")
    )
    for key, value in settings.items():
        assert f"{key} = " in text
        text = "\n".join(f"{key} = {value}" if line.startswith(f"{key} = ") else line for line in text.split("\n"))
    (home / "inputs").mkdir(exist_ok=True)
    (home / "config.toml").write_text(text, "utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")} | {"PYTHONPATH": str(ROOT)}
    with (home / "serve.log").open("w") as log:
        command = [sys.executable, "-m", "flows.cli", "--config", str(home / "config.toml"), "serve"]
        process = subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=log, text=True)
    running = Running(home, port, process)
    try:
        wait_for("service", lambda: "Service prêt" in said(running), 180)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(90)
    assert (code, "Service arrêté" in said(running)) == (0, True), said(running)
    assert running.part("prefect") is None


def said(running: Running) -> str:
    text = (running.home / "serve.log").read_text("utf-8")
    assert running.process.poll() is None or "arrêté" in text, text
    return text


def files_of(folder: Path) -> dict[str, bytes]:
    """Every output but the register, which says when things happened."""
    names = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.relative_to(folder).parts[0] not in ("registre", ".verrou"))
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in names}


@pytest.mark.long
def test_drops_are_checked_at_once_and_a_killed_worker_changes_nothing(tmp_path: Path) -> None:
    with service(tmp_path) as running:
        outputs = tmp_path / "outputs"
        shutil.copytree(EXAMPLE, tmp_path / "inputs", dirs_exist_ok=True)
        dropped = time.monotonic()
        wait_for("suivi.xlsx", (outputs / "suivi.xlsx").is_file)
        assert time.monotonic() - dropped < 30  # ten seconds on an idle machine; the suite may share this one
        assert not (outputs / "budget-consolide.xlsx").exists()
        (received,) = wait_for("reception", lambda: [r for r in running.runs("recevoir") if r["state_type"] == "COMPLETED"])
        assert received["name"] == "recevoir 21 dépôts"
        _events_are_told(running)

        (night,) = running.api("deployments/filter", {"deployments": {"name": {"any_": ["nuit"]}}})
        assert night["schedules"][0]["schedule"] == {"cron": "0 4 * * *", "timezone": "Europe/Paris", "day_or": True}
        wanted = {running.api(f"deployments/{night['id']}/create_flow_run", {"state": {"type": "SCHEDULED"}})["id"] for _ in range(3)}

        def triggered() -> list[dict[str, Any]]:
            return [r for r in running.runs("consolider") if r["id"] in wanted]

        wait_for("a run", lambda: [r for r in triggered() if r["state_type"] == "RUNNING"])
        worker = running.part("worker start")
        assert worker
        os.killpg(worker, signal.SIGKILL)
        wait_for("three runs", lambda: all(r["state_type"] == "COMPLETED" for r in triggered()), 180)
        assert sum(r["run_count"] for r in triggered()) == 4
        # The run that was cut off keeps its first start: it says nothing of when it was carried out again.
        spans = sorted((r["start_time"], r["end_time"]) for r in triggered() if r["run_count"] == 1)
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
        assert "L'agent s'est arrêté" in said(running)
        _artifacts_are_made(running)
        found = files_of(outputs)
        day = steps.job(running.config, None, None, None)

    sequence.run(steps.job(running.config, tmp_path / "inputs", tmp_path / "direct", day.day))
    assert found == files_of(tmp_path / "direct")


def _events_are_told(running: Running) -> None:
    def told() -> list[str]:
        found = running.api("events/filter", {"filter": {"event": {"prefix": ["depot."]}}, "limit": 50})
        return sorted(e["event"] for e in found["events"])

    wait_for("events", lambda: told().count("depot.recu") == 21 and told().count("depot.accepte") == 21)


def _artifacts_are_made(running: Running) -> None:
    keys = {a["key"] for a in running.api("artifacts/filter", {})}
    assert {"suivi-des-pays", "fichiers-rejetes", "totaux", "sorties"} <= keys


@pytest.fixture
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of its own on loopback."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found or os.geteuid() != 0:
        pytest.skip("PostgreSQL n'est pas installé ici (paquet « postgresql » de Debian), ou pas lancé par root")
    programs, folder, port = found[-1].parent, tmp_path_factory.mktemp("postgres"), free_port()
    for parent in (folder, *folder.parents[:3]):
        parent.chmod(parent.stat().st_mode | 0o755)
    shutil.chown(folder, "postgres")

    def as_postgres(*command: str) -> None:
        subprocess.run(command, user="postgres", cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    as_postgres(str(programs / "initdb"), "-D", str(folder / "base"), "-A", "trust", "-U", "poles")
    control = (str(programs / "pg_ctl"), "-D", str(folder / "base"), "-w", "-l", str(folder / "journal"))
    as_postgres(*control, "-o", f"-p {port} -k {folder} -c listen_addresses=127.0.0.1", "start")
    try:
        as_postgres(str(programs / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "poles", "prefect")
        yield f"postgresql+asyncpg://poles@127.0.0.1:{port}/prefect"
    finally:
        as_postgres(*control, "-m", "immediate", "stop")


@pytest.mark.long
def test_postgresql_by_one_setting(tmp_path: Path, database: str) -> None:
    with service(tmp_path, base=f'"{database}"') as running:
        shutil.copy(EXAMPLE / "fonctionnement" / "20-pays-de-vannes.xlsx", tmp_path / "inputs")
        wait_for("suivi.xlsx", (tmp_path / "outputs" / "suivi.xlsx").is_file)
        wait_for("reception", lambda: [r for r in running.runs("recevoir") if r["state_type"] == "COMPLETED"])
        assert not (tmp_path / "service" / "prefect.db").exists()


def test_a_port_that_is_taken_is_said_in_french(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        text = (ROOT / "config.toml").read_text("utf-8").replace("port = 4200", f"port = {port}")
        (tmp_path / "config.toml").write_text(text, "utf-8")
        command = [sys.executable, "-m", "flows.cli", "--config", str(tmp_path / "config.toml"), "serve"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert f"Le port {port} est déjà occupé" in done.stderr
