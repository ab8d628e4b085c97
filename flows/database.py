"""Prefect's database, empty and ready made: its own 113 migrations take six seconds, the same tables at once almost none.

`data/prefect.sql` is what those migrations make, and says of which version of Prefect; a test compares. With any other version
Prefect makes its database itself. `python -m flows.database` writes the file again.
"""

import contextlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

SCRIPT = Path(__file__).parent / "data" / "prefect.sql"
_HEADER = "-- Prefect "
_ELSEWHERE = ("PREFECT_API_DATABASE_", "PREFECT_SERVER_DATABASE_")
"""Settings by which the database is another one than the file in Prefect's home."""


def make_ready(home: Path) -> bool:
    """Make Prefect's database where there is none yet; whether it now holds the tables that the installed version expects."""
    if any(name.startswith(_ELSEWHERE) for name in os.environ):
        return False
    script = SCRIPT.read_text("utf-8")
    if script.partition("\n")[0] != _HEADER + version("prefect"):
        return False
    target = home / "prefect.db"
    if not target.exists():
        with contextlib.suppress(OSError, sqlite3.Error):
            home.mkdir(parents=True, exist_ok=True)
            _make(script, target)
    return _migration(target) == _migration_of(script)


def _make(script: str, target: Path) -> None:
    """Beside its place first: nobody sees it half made, and one that another process has just made stays."""
    with tempfile.TemporaryDirectory(prefix=".prefect-", dir=target.parent) as folder:
        made = Path(folder) / target.name
        with contextlib.closing(sqlite3.connect(made)) as database:
            database.executescript(script)
            database.execute("PRAGMA journal_mode = WAL")
        os.link(made, target)


def _migration(target: Path) -> str:
    """The last migration that a database has been through; empty where there is none."""
    try:
        with contextlib.closing(sqlite3.connect(f"{target.as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT version_num FROM alembic_version").fetchall()
    except sqlite3.Error:
        return ""
    return str(rows[0][0]) if len(rows) == 1 else ""


def _migration_of(script: str) -> str:
    return script.partition("""INSERT INTO "alembic_version" VALUES('""")[2].partition("'")[0]


def taken_from_prefect() -> str:
    """The script that makes what the migrations of the installed version make; the order of constraints in a table is left to chance."""
    with tempfile.TemporaryDirectory() as home:
        settings = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")} | {"PREFECT_HOME": home}
        upgrade = (sys.executable, "-m", "prefect", "server", "database", "upgrade", "--yes")
        subprocess.run(upgrade, env=settings, stdout=subprocess.DEVNULL, check=True)
        with contextlib.closing(sqlite3.connect(Path(home) / "prefect.db")) as database:
            return "\n".join([_HEADER + version("prefect"), *database.iterdump(), ""])


if __name__ == "__main__":
    SCRIPT.parent.mkdir(exist_ok=True)
    SCRIPT.write_text(taken_from_prefect(), "utf-8")
