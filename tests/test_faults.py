"""Runs that are killed, that meet a disk which fails, an output open in Excel or another run: no torn output, the right exit code, and a
rerun gives what an uninterrupted run gives. The few that are quick are in the ordinary suite, 30 kills and 30 errors in the long one.
"""

import contextlib
import errno
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from budget.pipeline import Checked
from flows import runner, sequence, steps
from flows.cli import main
from flows.lock import one_run_at_a_time
from flows.publish import MARK
from flows.steps import Consolidated
from tests.faults import Strike, fail, striking
from tests.grids import ROOT
from tests.runs import InProcess

EXAMPLE = ROOT / "examples" / "octobre-2010"
LEFT = ("registre/", MARK, ".verrou")
Tree = dict[str, bytes]
posix = pytest.mark.skipif(os.name == "nt", reason="SIGKILL n'existe pas sous Windows")


def tree(folder: Path) -> Tree:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def outputs(folder: Path) -> Tree:
    """What users see: neither the register, nor the lock and the mark."""
    return {name: data for name, data in tree(folder).items() if not name.startswith(LEFT)}


def journal(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "registre" / "journal" / "*.parquet").drop("instant")


@dataclass
class Stage:
    """Outputs of a first run (6 studies), and what a second one (all 21 files, another day) makes of them when nothing happens.

    What the second one consolidates is computed once: in this process, runs are about the disk alone.
    """

    first: Path
    old: Tree
    new: Tree
    entries: pl.DataFrame
    checked: Checked
    made: Consolidated

    def ready(self, folder: Path) -> Path:
        """A copy of the first run's outputs to try the second on."""
        shutil.copytree(self.first, folder / "out")
        (folder / "tmp").mkdir()
        return folder / "out"


def command(out: Path, inputs: Path = EXAMPLE, day: str = "2010-12-01") -> list[str]:
    return ["--config", str(ROOT / "config.toml"), "run", "--entrees", str(inputs), "--sorties", str(out), "--au", day]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    folder = tmp_path_factory.mktemp("avant")
    kept: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        without_prefect(patch)
        assert main(command(folder / "out", EXAMPLE / "prefiguration", "2010-11-30")) == 0
        shutil.copytree(folder / "out", folder / "apres")
        for name in ("check_all", "consolidate"):
            whole = getattr(steps, name)
            patch.setattr(steps, name, lambda *a, whole=whole: kept.append(whole(*a)) or kept[-1])
        assert main(command(folder / "apres")) == 0
    new = outputs(folder / "apres")
    assert len(new) > 30
    return Stage(folder / "out", outputs(folder / "out"), new, journal(folder / "apres"), *kept)


def without_prefect(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(runner, "run_flow", lambda config, inputs, out, day, *_: sequence.run(steps.job(config, inputs, out, day)))
    patch.setattr(runner, "server_for_the_run", contextlib.nullcontext)
    patch.setattr(steps, "reader_pool", lambda _: InProcess())


@pytest.fixture(autouse=True)
def _about_the_disk_alone(monkeypatch: pytest.MonkeyPatch, stage: Stage) -> None:
    without_prefect(monkeypatch)
    monkeypatch.setattr(steps, "check_all", lambda *_: stage.checked)
    monkeypatch.setattr(steps, "consolidate", lambda *_: stage.made)


def struck(folder: Path, out: Path, what: str, where: str) -> subprocess.CompletedProcess[str]:
    """The second run in a process of its own, struck once."""
    environment = {**os.environ, "TMPDIR": str(folder / "tmp"), "PYTHONDONTWRITEBYTECODE": "1"}
    call = [sys.executable, "-m", "tests.faults", str(folder), what, where, *command(out)]
    return subprocess.run(call, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)


def assert_untorn(out: Path, stage: Stage) -> None:
    """Each output is whole: the old one or the new one; only those that are no longer made may be gone."""
    for name, data in outputs(out).items():
        if not name.startswith((".en-cours-", "registre/.en-cours-")):
            assert data in (stage.old.get(name), stage.new.get(name)), name
    assert stage.old.keys() & stage.new.keys() <= outputs(out).keys()


def assert_repaired(out: Path, stage: Stage) -> None:
    """The next run gives what an uninterrupted one gives, the times of the register apart."""
    assert main(command(out)) == 0
    assert outputs(out) == stage.new
    assert journal(out).equals(stage.entries)
    copies = {p.name.partition(".")[0] for p in (out / "registre" / "copies").iterdir()}
    assert copies == set(stage.entries["empreinte"])
    assert not (out / MARK).exists()
    assert not list(out.rglob(".en-cours-*"))


def check_kill(folder: Path, stage: Stage, where: str) -> None:
    out = stage.ready(folder)
    assert struck(folder, out, "kill", where).returncode == -9
    assert_untorn(out, stage)
    mixed = outputs(out)
    if any(mixed.get(n) != d for n, d in stage.old.items()) and any(mixed.get(n) != d for n, d in stage.new.items()):
        assert (out / MARK).exists()
    assert_repaired(out, stage)


def check_error(folder: Path, stage: Stage, name: str, where: str) -> None:
    out = stage.ready(folder)
    done = struck(folder, out, name, where)
    assert "Traceback" not in done.stderr
    if done.returncode == 0:
        assert outputs(out) == stage.new
    else:
        assert done.returncode == 1
        assert "Terminé" not in done.stdout
        assert done.stderr.splitlines()[-1].startswith("Échec. ")
        assert outputs(out) in (stage.old, stage.new)
        assert ("à jour" in done.stderr) is (outputs(out) == stage.new)
        assert journal(out).height == 6
    assert not list(out.rglob(".en-cours-*"))
    assert not (out / MARK).exists()
    assert_repaired(out, stage)


# --- Killed --------------------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("where", ["replace:12", "rename:16"])
def test_a_killed_run_leaves_whole_outputs_and_the_next_repairs(tmp_path: Path, stage: Stage, where: str) -> None:
    """Half the outputs replaced; the copies in the register, its entries not yet."""
    check_kill(tmp_path, stage, where)


ACTIONS = 650
"""A little less than what a run does on the disk: see `test_the_points_cover_the_run`."""
POINTS = [1 + rank * (ACTIONS - 1) // 29 for rank in range(30)]


@pytest.mark.long
@posix
@pytest.mark.parametrize("point", POINTS)
def test_30_kills(tmp_path: Path, stage: Stage, point: int) -> None:
    check_kill(tmp_path, stage, str(point))


@pytest.mark.long
def test_the_points_cover_the_run(tmp_path: Path, stage: Stage) -> None:
    total = int(struck(tmp_path, stage.ready(tmp_path), "count", "0").stderr.splitlines()[-1])
    assert 0 <= total - ACTIONS < 30


# --- A disk that fails ---------------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("name", ["ENOSPC", "EIO", "EACCES"])
@pytest.mark.parametrize("point", POINTS)
def test_90_errors(tmp_path: Path, stage: Stage, point: int, name: str) -> None:
    check_error(tmp_path, stage, name, str(point))


@pytest.mark.parametrize(
    ("number", "where", "words"),
    [
        (errno.ENOSPC, "write:27", "le disque est plein"),
        (errno.EIO, "replace:12", "le disque a échoué à lire ou à écrire"),
        (errno.EROFS, "mkdir:3", "le disque est en lecture seule"),
        (errno.EIO, "rename:16", "Les sorties sont à jour, mais le registre"),
    ],
)
def test_an_error_of_the_disk_is_said_in_french_and_exits_1(
    tmp_path: Path, stage: Stage, capsys: pytest.CaptureFixture[str], number: int, where: str, words: str
) -> None:
    out = stage.ready(tmp_path)
    with striking(Strike(tmp_path, where, fail(number), lasts=number in (errno.ENOSPC, errno.EROFS))):
        assert main(command(out)) == 1
    told = capsys.readouterr()
    assert words in told.err
    assert "Terminé" not in told.out
    assert len(told.err.splitlines()[-1]) <= 300 + len(str(out))
    assert outputs(out) == (stage.new if "à jour" in words else stage.old)
    assert journal(out).height == 6
    assert not list(out.rglob(".en-cours-*"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="monter un tmpfs demande d'être root")
def test_a_disk_that_is_really_full(tmp_path: Path, stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    small = tmp_path / "petit"
    small.mkdir()
    room = sum(-(-len(data) // 4096) * 4096 for data in stage.old.values()) + 300_000  # a disk gives whole blocks
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", small], capture_output=True, check=False).returncode:
        pytest.skip("monter un tmpfs n'est pas permis ici")
    try:
        out = stage.ready(small)
        before = tree(out)
        assert main(command(out)) == 1
        assert "le disque est plein" in capsys.readouterr().err
        assert tree(out) == before
    finally:
        subprocess.run(["umount", small], check=True)


# --- An output open in Excel ---------------------------------------------------------------------------------------------


def hold(monkeypatch: pytest.MonkeyPatch, times: int, *names: str) -> None:
    """Windows refuses to replace a file that a program has open; so does this, `times` times for each."""
    whole, left = os.replace, dict.fromkeys(names, times)

    def replace(source: str, target: str) -> None:
        name = Path(target).name
        if left.get(name, 0) > 0:
            left[name] -= 1
            raise PermissionError(errno.EACCES, "Permission denied", str(source), None, str(target))
        whole(source, target)

    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(time, "sleep", lambda _: None)


def test_a_workbook_open_in_excel_gets_a_dated_copy_and_the_others_are_replaced(
    tmp_path: Path, stage: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = stage.ready(tmp_path)
    with monkeypatch.context() as patch:
        hold(patch, 99, "suivi.xlsx")
        assert main(command(out)) == 1
        assert main(command(out)) == 1
    told = capsys.readouterr()
    assert "« suivi.xlsx » (nouvelle version dans « suivi (2010-12-01).xlsx »)" in told.err
    assert "Terminé" not in told.out
    copy = "suivi (2010-12-01).xlsx"
    assert outputs(out) == {**stage.new, "suivi.xlsx": stage.old["suivi.xlsx"], copy: stage.new["suivi.xlsx"]}
    assert (out / MARK).exists()
    assert journal(out).height == 6
    (out / copy).unlink()
    assert_repaired(out, stage)


def test_a_dated_copy_that_is_open_too_gets_a_number(tmp_path: Path, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    out = stage.ready(tmp_path)
    hold(monkeypatch, 99, "suivi.xlsx", "suivi (2010-12-01).xlsx")
    assert main(command(out)) == 1
    assert outputs(out)["suivi (2010-12-01 - 2).xlsx"] == stage.new["suivi.xlsx"]


def test_a_workbook_that_is_held_for_a_moment_is_replaced(tmp_path: Path, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    out = stage.ready(tmp_path)
    hold(monkeypatch, 3, "suivi.xlsx", "budget-consolide.xlsx")
    assert main(command(out)) == 0
    assert outputs(out) == stage.new


def test_a_folder_where_nothing_can_be_replaced_keeps_its_old_outputs(
    tmp_path: Path, stage: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = stage.ready(tmp_path)
    tables = [f"budget{tail}.parquet" for tail in ("", " (2010-12-01)", *(f" (2010-12-01 - {n})" for n in range(2, 10)))]
    hold(monkeypatch, 99, *tables)
    assert main(command(out)) == 1
    assert "« budget.parquet » ne peut pas être remplacé" in capsys.readouterr().err
    assert outputs(out) == stage.old
    assert not (out / MARK).exists()


# --- One run at a time ---------------------------------------------------------------------------------------------------


def test_a_second_run_says_so_and_exits_1_at_once(tmp_path: Path, stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    out = stage.ready(tmp_path)
    with one_run_at_a_time(out):
        assert main(command(out)) == 1
        assert main(["--config", str(ROOT / "config.toml"), "check", str(EXAMPLE / "fonctionnement" / "20-pays-de-vannes.xlsx")]) == 0
    told = capsys.readouterr()
    assert "Une autre consolidation est en cours" in told.err
    assert outputs(out) == stage.old
    assert main(command(out)) == 0
    assert (out / ".verrou").read_bytes() == b""


@posix
def test_two_runs_at_once(tmp_path: Path, stage: Stage) -> None:
    """One is slow on the disk; the other starts meanwhile, and does not wait for it."""
    out = stage.ready(tmp_path)
    slow = [sys.executable, "-m", "tests.faults", str(tmp_path), "pause", "replace:5", *command(out)]
    with subprocess.Popen(slow, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as first:
        limit = time.monotonic() + 30
        while not (out / MARK).exists() and time.monotonic() < limit:
            time.sleep(0.02)
        second = struck(tmp_path, out, "count", "0")
        assert first.poll() is None
        assert first.wait(60) == 0
    assert second.returncode == 1
    assert "Une autre consolidation est en cours" in second.stderr
    assert outputs(out) == stage.new
    assert journal(out).equals(stage.entries)


@posix
def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    held = "import sys, time\nfrom pathlib import Path\nfrom flows.lock import one_run_at_a_time\n"
    held += "with one_run_at_a_time(Path(sys.argv[1])):\n    print(1, flush=True)\n    time.sleep(60)\n"
    with subprocess.Popen([sys.executable, "-c", held, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(Exception, match="Une autre consolidation"), one_run_at_a_time(tmp_path):
            pass
        holder.kill()
    with one_run_at_a_time(tmp_path):
        pass
