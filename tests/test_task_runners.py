"""Where batches of files are read changes nothing of what comes out: threads, processes, a Dask cluster (`execution.taches`)."""

import socket
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from budget.said import Said
from flows import sequence, steps
from flows.errors import RunError
from flows.reading import read_lot_elsewhere, read_lots
from schemas.parameters import ConfigError, load_config
from tests.grids import DAY, ROOT
from tests.test_service import files_of

EXAMPLE = ROOT / "examples" / "octobre-2010"


@pytest.fixture(scope="module")
def _server() -> Iterator[None]:
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The outputs of the example, with no task at all."""
    outputs = tmp_path_factory.mktemp("direct") / "out"
    sequence.run(steps.job(ROOT / "config.toml", EXAMPLE, outputs, DAY))
    return files_of(outputs)


def configured(folder: Path, tasks: str, address: str = "") -> Path:
    """A configuration that reads eight files at a time, there."""
    text = (ROOT / "config.toml").read_text("utf-8")
    for old, new in (
        ('taches = "fils"', f'taches = "{tasks}"'),
        ('dask = ""', f'dask = "{address}"'),
        ("fichiers_par_lot = 250", "fichiers_par_lot = 8"),
        ("processus = 0", "processus = 2"),
    ):
        assert old in text
        text = text.replace(old, new)
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    return path


def outputs_of(folder: Path, config: Path) -> dict[str, bytes]:
    from flows.consolider import consolider

    outcome = consolider(str(EXAMPLE), str(folder / "out"), DAY, str(config), return_state=True).result()
    assert outcome.decisions["accepté"] == 21
    return files_of(folder / "out")


@pytest.mark.flow
@pytest.mark.usefixtures("_server")
def test_batches_read_by_processes_give_the_same_outputs(tmp_path: Path, expected: dict[str, bytes]) -> None:
    from prefect.artifacts import Artifact

    assert outputs_of(tmp_path, configured(tmp_path, "processus")) == expected
    progress = Artifact.get("lecture")
    assert progress is not None
    assert progress.data == 100


@pytest.mark.flow
@pytest.mark.usefixtures("_server")
def test_batches_read_by_a_dask_cluster_give_the_same_outputs(tmp_path: Path, expected: dict[str, bytes]) -> None:
    pytest.importorskip("prefect_dask", reason="Dask n'est pas installé (« pip install .[dask] »)")
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        assert outputs_of(tmp_path, configured(tmp_path, "dask", cluster.scheduler_address)) == expected


@pytest.mark.flow
@pytest.mark.usefixtures("_server")
@pytest.mark.parametrize("tasks", ["fils", "processus"])
def test_no_task_holds_a_batch_that_was_taken(tmp_path: Path, tasks: str) -> None:
    """What files say is let go once it is packed: neither the tasks nor their states keep it."""
    from prefect import flow

    from flows.consolider import RUNNER

    job = steps.job(configured(tmp_path, tasks), EXAMPLE, tmp_path / "out", DAY)
    lots = steps.lots(steps.list_files(job, steps.open_register(job)), job.config)

    @flow(task_runner=RUNNER)
    def reading() -> tuple[int, int]:
        seen = list[weakref.ref[Said]]()
        with steps.reader_pool(job.config) as readers:
            for said in map(weakref.ref, read_lots(readers, job, lots)):
                seen.append(said)
            return len(seen), sum(said() is not None for said in seen)

    assert reading() == (3, 0)


def test_a_file_that_changes_meanwhile_is_known_to_the_run(tmp_path: Path) -> None:
    """The other process marks its own copy of the list: the mark comes back with the columns."""
    source = next(EXAMPLE.rglob("*.xlsx"))
    (tmp_path / "a.xlsx").write_bytes(source.read_bytes())
    job = steps.job(ROOT / "config.toml", tmp_path, tmp_path / "out", DAY)
    (received,) = steps.list_files(job, steps.open_register(job))
    (tmp_path / "a.xlsx").write_bytes(source.read_bytes() + b"\0")
    (said,), ignored = read_lot_elsewhere.fn(job.inputs, job.config.limites, [received], 1, 1, 1)
    assert (said.files, "modifié pendant la lecture" in ignored[0]) == ([], True)


def test_a_cluster_without_an_address_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"execution\.dask"):
        load_config(configured(tmp_path, "dask"))


def test_a_cluster_that_cannot_be_used_is_said_in_french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens at that address; where Dask is not installed, that comes first."""
    monkeypatch.setattr("flows.reading._PATIENCE_S", 1)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    job = steps.job(configured(tmp_path, "dask", address), EXAMPLE, tmp_path / "out", DAY)
    lots = steps.lots(steps.list_files(job, steps.open_register(job)), job.config)
    with steps.reader_pool(job.config) as readers, pytest.raises(RunError, match=r"n'est pas installé|ne répond pas"):
        list(read_lots(readers, job, lots))
