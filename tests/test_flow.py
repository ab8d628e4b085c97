"""The flow under a real Prefect server: named tasks, final states, artifacts, outputs left in place when it fails."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from flows.cli import main
from tests.grids import DAY, ROOT

pytestmark = pytest.mark.flow
CONFIG = ["--config", str(ROOT / "config.toml")]
EXAMPLE = ROOT / "examples" / "octobre-2010"


@pytest.fixture(scope="module", autouse=True)
def _server() -> Iterator[None]:
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


def run(inputs: Path, outputs: Path, *options: str) -> int:
    """`poles run`, as typed."""
    return main([*CONFIG, "run", "--entrees", str(inputs), "--sorties", str(outputs), "--au", DAY.isoformat(), *options])


def test_the_example_runs_to_the_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(EXAMPLE, tmp_path) == 0
    told = capsys.readouterr()
    assert "8 pôles en fonctionnement" in told.out
    assert "6 études en cours" in told.out
    assert "Lecture : 21 sur 21 classeurs" in told.err
    assert (tmp_path / "budget-consolide.xlsx").is_file()
    assert not list(tmp_path.glob(".en-cours-*"))


def test_states_names_and_artifacts(tmp_path: Path) -> None:
    from prefect.client.orchestration import get_client

    from flows.consolider import consolider

    inputs = tmp_path / "inputs"
    inputs.mkdir()
    shutil.copy(ROOT / "examples" / "erreurs" / "PRE201-etude-au-dessus-du-plafond.xlsx", inputs)
    state = consolider(str(inputs), str(tmp_path / "out"), DAY, str(ROOT / "config.toml"), return_state=True)
    assert state.name == "Terminé avec réserves"
    with get_client(sync_client=True) as client:
        from prefect.client.schemas.filters import FlowRunFilter

        runs = client.read_task_runs(flow_run_filter=FlowRunFilter(id={"any_": [state.state_details.flow_run_id]}))
        names = {r.name for r in runs}
        artifacts = {a.key for a in client.read_artifacts(flow_run_filter=FlowRunFilter(id={"any_": [state.state_details.flow_run_id]}))}
    assert {"lister les dépôts", "lire le lot 1 sur 1 (1 classeurs)", "écrire suivi.xlsx", "remplacer les sorties"} <= names
    assert "compléter le registre" in names
    assert 8 <= len(names) <= 20
    assert artifacts == {"suivi-des-pays", "fichiers-rejetes", "totaux", "sorties"}


def test_an_empty_folder_gives_21_pays_with_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "inputs").mkdir()
    assert run(tmp_path / "inputs", tmp_path / "out") == 0
    assert "Aucun classeur" in capsys.readouterr().out
    assert pl.read_parquet(tmp_path / "out" / "donnees" / "suivi_pays.parquet").height == 21


def test_a_missing_folder_fails_in_french_and_keeps_the_old_outputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "suivi.xlsx").write_bytes(b"ancien")
    assert run(tmp_path / "absent", out) == 1
    assert "n'existe pas" in capsys.readouterr().err
    assert (out / "suivi.xlsx").read_bytes() == b"ancien"


def test_files_that_are_no_workbook_cost_a_sentence_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inputs = tmp_path / "inputs"
    shutil.copytree(EXAMPLE / "prefiguration", inputs)
    (inputs / "faux.xlsx").write_text("bonjour")
    (inputs / "notes.txt").write_text("bonjour")
    (inputs / "~$dossier.xlsx").write_text("x")
    (inputs / "vide.xls").write_bytes(b"")
    assert run(inputs, tmp_path / "out", "--json") == 0
    assert '"rejeté": 2' in capsys.readouterr().out
    depots = pl.read_parquet(tmp_path / "out" / "donnees" / "depots.parquet")
    assert dict(depots.group_by("decision").len().rows()) == {"accepté": 6, "rejeté": 2, "ignoré": 2}


def test_a_control_gap_fails_the_run_and_keeps_the_old_outputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from budget import dossiers

    out = tmp_path / "out"
    assert run(EXAMPLE, out) == 0
    before = (out / "budget-consolide.xlsx").read_bytes()
    whole = dossiers.budget_table
    monkeypatch.setattr(dossiers, "budget_table", lambda *a: whole(*a).head(-1))
    assert run(EXAMPLE, out) == 1
    assert "Un contrôle ne tombe pas juste" in capsys.readouterr().err
    assert (out / "budget-consolide.xlsx").read_bytes() == before


def test_an_output_that_cannot_be_replaced_fails_in_french(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    (out / "suivi.xlsx").mkdir(parents=True)
    assert run(EXAMPLE / "prefiguration", out) == 1
    told = capsys.readouterr().err
    assert "suivi.xlsx" in told
    assert "Traceback" not in told


def test_a_scheduled_run_finds_the_lock_too(tmp_path: Path) -> None:
    from flows.consolider import consolider
    from flows.lock import one_run_at_a_time

    with one_run_at_a_time(tmp_path):
        state = consolider(str(EXAMPLE), str(tmp_path), DAY, str(ROOT / "config.toml"), return_state=True)
    assert state.is_failed()
    assert "Une autre consolidation est en cours" in str(state.result(raise_on_failure=False))
    assert [p.name for p in tmp_path.iterdir()] == [".verrou"]


def descendants(pid: int) -> set[int]:
    """The processes that a process started, and those that they started."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z":
            parents[int(folder.name)] = int(parent)
    found: set[int] = set()
    while more := {child for child, parent in parents.items() if parent in found | {pid}} - found:
        found |= more
    return found


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="lit /proc")
@pytest.mark.parametrize("until", ["", "Lecture", "Écriture des sorties"])
def test_no_process_outlives_a_killed_run(tmp_path: Path, until: str) -> None:
    """Killed while Prefect starts, while files are read, while outputs are written."""
    command = [sys.executable, "-m", "flows.cli", *CONFIG, "run", "--entrees", str(EXAMPLE), "--sorties", str(tmp_path / "out")]
    environment = {**os.environ, "PREFECT_HOME": str(tmp_path / "prefect"), "PREFECT_API_URL": ""}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, encoding="utf-8") as run:
        assert run.stderr is not None
        limit = time.monotonic() + 120
        while not descendants(run.pid) and time.monotonic() < limit:
            time.sleep(0.05)
        while until and until not in run.stderr.readline():
            assert run.poll() is None
        started = descendants(run.pid)
        run.kill()
    assert started
    limit = time.monotonic() + 30
    while (left := {pid for pid in started if Path(f"/proc/{pid}").exists()}) and time.monotonic() < limit:
        time.sleep(0.2)
    assert left == set()
