"""`poles run` on a machine without a server: Prefect's database ready made, a server of its own, gone with the run."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from flows import database
from flows.database import make_ready
from flows.errors import RunError
from flows.own_server import OwnServer, another_is_named
from tests.grids import ROOT


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of Prefect's where nothing is yet, and nothing in the environment but what the command sets."""
    for name in [n for n in os.environ if n.startswith("PREFECT_") and n != "PREFECT_SERVER_ANALYTICS_ENABLED"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "prefect"


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as found:
        return {name for (name,) in found.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def statements(script: str) -> list[list[str]]:
    """The lines of each statement, in an order of their own: that of constraints and indexes is left to chance."""
    return sorted(sorted(line.strip(", \t") for line in statement.splitlines()) for statement in script.split(";\n"))


@pytest.mark.flow
@pytest.mark.long
def test_the_ready_made_database_is_what_prefects_migrations_make() -> None:
    """When it fails, Prefect has another version: `python -m flows.database` writes the file again."""
    assert statements(database.taken_from_prefect()) == statements(database.SCRIPT.read_text("utf-8"))


def test_the_database_is_made_where_there_is_none(home: Path) -> None:
    assert make_ready(home)
    assert {"flow_run", "task_run", "artifact"} <= tables(home / "prefect.db")
    assert [p.name for p in home.iterdir()] == ["prefect.db"]


def test_a_database_that_is_there_is_left_as_it_is(home: Path) -> None:
    make_ready(home)
    with closing(sqlite3.connect(home / "prefect.db")) as found:
        found.execute("CREATE TABLE mine (id)")
        assert make_ready(home)
        found.execute("UPDATE alembic_version SET version_num = 'older'")
        found.commit()
    assert not make_ready(home)
    assert "mine" in tables(home / "prefect.db")


def test_another_version_or_database_is_left_to_prefect(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "version", lambda _: "4.0.0")
    assert not make_ready(home)
    monkeypatch.undo()
    monkeypatch.setenv("PREFECT_SERVER_DATABASE_CONNECTION_URL", "postgresql+asyncpg://serveur/base")
    assert not make_ready(home)
    assert not home.exists()


@pytest.mark.parametrize(
    ("file", "text", "named"),
    [
        ("prefect/profiles.toml", '[profiles.local]\nPREFECT_API_URL = "http://serveur/api"\n', True),
        ("prefect/profiles.toml", '[profiles.local]\n# PREFECT_API_URL = "http://serveur/api"\n', False),
        (".env", "PREFECT_LOGGING_LEVEL=DEBUG\n", True),
        (".env", "AUTRE=1\n", False),
        ("prefect.toml", "", True),
        ("pyproject.toml", "[tool.prefect.logging]\n", True),
        ("pyproject.toml", "[tool.ruff]\n", False),
    ],
)
def test_where_prefect_is_set_up_it_does_as_it_is_told(home: Path, file: str, text: str, *, named: bool) -> None:
    home.mkdir()
    (home.parent / file).write_text(text, "utf-8")
    assert another_is_named() is named


def test_a_server_that_the_environment_names_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not another_is_named()
    monkeypatch.setenv("PREFECT_API_URL", "http://serveur/api")
    assert another_is_named()


@pytest.mark.flow
def test_a_server_that_does_not_start_is_said_in_french(home: Path) -> None:
    home.mkdir()
    (home / "prefect.db").write_bytes(b"not a database at all" * 100)
    server = OwnServer()
    with pytest.raises(RunError, match="ne démarre pas : voir"):
        _ = server.url
    assert (home / "poles-serveur.log").read_text("utf-8").strip()


def test_a_home_that_cannot_be_written_is_said_in_french(home: Path) -> None:
    home.write_text("a file where the folder should be")
    with pytest.raises(RunError, match=r"ne peut pas être écrit : .* PREFECT_HOME"):
        OwnServer()


@pytest.mark.flow
def test_the_first_run_ever_leaves_its_history_and_no_process(home: Path, tmp_path: Path) -> None:
    """A second run finds the first one's history where Prefect's own commands do."""
    command = [sys.executable, "-m", "flows.cli", "--config", str(ROOT / "config.toml"), "run", "--sorties", str(tmp_path / "out")]
    command += ["--entrees", str(ROOT / "examples" / "octobre-2010"), "--au", "2010-11-30"]
    done = subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert (done.returncode, "8 pôles en fonctionnement" in done.stdout) == (0, True), done.stderr
    with closing(sqlite3.connect(home / "prefect.db")) as found:
        assert found.execute("SELECT state_name FROM flow_run").fetchall() == [("Terminé",)]
        assert found.execute("SELECT count(*) FROM task_run WHERE state_type <> 'COMPLETED'").fetchone() == (0,)
    assert not (home / "memo_store.toml").exists(), "a later server would believe that its blocks are registered"
    assert all(line.startswith("… ") for line in done.stderr.splitlines()), "progress, in French, and nothing of Prefect's"


@pytest.mark.flow
def test_a_run_that_fails_at_once_says_why_and_nothing_else(home: Path, tmp_path: Path) -> None:
    """What Prefect had still to send when its server ended is nobody's concern."""
    command = [sys.executable, "-m", "flows.cli", "--config", str(ROOT / "config.toml"), "run", "--entrees", str(tmp_path / "absent")]
    done = subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert [line[:6] for line in done.stderr.splitlines()] == ["Échec."]
