"""The same inputs, register, configuration and day give the same bytes: whatever the zone, the language, the mask, the hash seed, the order
of the files on the disk and the numbers of reading processes and of files in a batch.
And today is Brittany's day, also in the nights when its clocks change.
"""

import hashlib
import os
import random
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from flows import steps
from tests.grids import DAY, ROOT
from tests.runs import run_steps

STUDIES = ROOT / "examples" / "octobre-2010" / "prefiguration"
CONFIG = ROOT / "config.toml"
PLAIN = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "SYSTEMROOT": os.environ.get("SYSTEMROOT", "")}

CHILD = """
import os, sys
from datetime import date
from pathlib import Path
os.umask(int(sys.argv[4], 8))
from tests.runs import run_steps
if __name__ == "__main__":
    run_steps(Path(sys.argv[1]), Path(sys.argv[2]), date(2010, 11, 30), Path(sys.argv[3]), processes=True)
"""

MACHINES: dict[str, tuple[dict[str, str], str, int]] = {
    "nouvelle-zelande": ({"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "1"}, "077", 1),
    "hawai": ({"TZ": "Pacific/Honolulu", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "2"}, "000", 3),
    "bretagne": ({"TZ": "Europe/Paris", "LANG": "fr_FR.UTF-8", "PYTHONHASHSEED": "3", "PYTHONUTF8": "0"}, "027", 2),
    "sans-langue": ({"LC_ALL": "POSIX", "PYTHONHASHSEED": "4", "PYTHONOPTIMIZE": "1"}, "022", 4),
}


def digests(folder: Path) -> dict[str, str]:
    """Every output; of the register, the copies: its entries hold the time of the run."""
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and "journal" not in p.parts]
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def journal(out: Path) -> pl.DataFrame:
    return pl.read_parquet(out / "registre" / "journal" / "*.parquet").drop("instant")


def elsewhere(folder: Path, inputs: Path, machine: str) -> Path:
    """The outputs of a run in a process whose environment is another machine's."""
    environment, mask, processes = MACHINES[machine]
    config, out = folder / f"{machine}.toml", folder / machine
    config.write_text(
        CONFIG.read_text("utf-8").replace("processus = 0", f"processus = {processes}").replace("par_lot = 250", "par_lot = 4"), "utf-8"
    )
    script = folder / "child.py"
    script.write_text(CHILD, "utf-8")
    call = [sys.executable, str(script), str(inputs), str(out), str(config), mask]
    subprocess.run(call, cwd=ROOT, env={**PLAIN, **environment}, check=True, capture_output=True)
    return out


@pytest.mark.parametrize("machine", [pytest.param(name, marks=[] if rank == 0 else pytest.mark.long) for rank, name in enumerate(MACHINES)])
def test_another_machine_gives_the_same_bytes(tmp_path: Path, machine: str) -> None:
    inputs = STUDIES if machine == "nouvelle-zelande" else STUDIES.parent
    run_steps(inputs, tmp_path / "ici", DAY)
    out = elsewhere(tmp_path, inputs, machine)
    assert digests(out) == digests(tmp_path / "ici")
    assert journal(out).equals(journal(tmp_path / "ici"))


def test_whatever_the_order_of_the_names_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_steps(STUDIES.parent, tmp_path / "a", DAY)
    whole, dice = os.walk, random.Random(7)

    def shuffled(*arguments, **named):
        for base, folders, names in whole(*arguments, **named):
            dice.shuffle(folders)
            dice.shuffle(names)
            yield base, folders, names

    monkeypatch.setattr(os, "walk", shuffled)
    run_steps(STUDIES.parent, tmp_path / "b", DAY)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert journal(tmp_path / "a").equals(journal(tmp_path / "b"))


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ((2010, 3, 27, 22, 59), date(2010, 3, 27)),  # 23:59 in winter time
        ((2010, 3, 27, 23, 1), date(2010, 3, 28)),  # 00:01, the night that loses an hour
        ((2010, 3, 28, 21, 59), date(2010, 3, 28)),  # 23:59 in summer time
        ((2010, 3, 28, 22, 1), date(2010, 3, 29)),
        ((2010, 10, 30, 22, 1), date(2010, 10, 31)),  # the night that has 02:30 twice
        ((2010, 10, 31, 0, 30), date(2010, 10, 31)),
        ((2010, 10, 31, 1, 30), date(2010, 10, 31)),
        ((2010, 10, 31, 22, 59), date(2010, 10, 31)),
        ((2010, 10, 31, 23, 1), date(2010, 11, 1)),
    ],
)
def test_today_is_the_day_in_brittany(instant: tuple[int, ...], day: date, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(*instant, tzinfo=UTC).astimezone(tz)

    monkeypatch.setattr(steps, "datetime", Clock)
    assert steps.today() == day


@pytest.mark.skipif(os.name == "nt", reason="TZ ne règle pas l'heure sous Windows")
def test_today_does_not_depend_on_the_zone_of_the_machine() -> None:
    code = "from flows.steps import today; print(today())"
    days = {
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**PLAIN, "TZ": zone}, capture_output=True, text=True, check=True).stdout
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago")
    }
    assert len(days) == 1
