"""`poles arreter`: a month's inputs, configuration, tables and workbooks, frozen in the register and made from what is frozen.

An arrêté holds all that it was made from, so that anyone can make it again, to the byte: `entrees/` (the files received), `config.toml`,
`registre/` (the journal, and what it was compared with), then `sorties/` and `arrete.json`.
"""

import calendar
import hashlib
import json
import shutil
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

from flows import sequence, steps
from flows.disk import flush_folder, reason, write_new
from flows.errors import RunError
from flows.lock import NAME as LOCK
from flows.lock import one_run_at_a_time
from flows.publish import staging
from flows.reference import ARRETES, FACTS, PASSAGES, last_arrete
from flows.returns import NAME as MADE
from flows.sequence import Way
from flows.steps import Job
from flows.store import NAME as STORE
from workbooks.discover import candidates, discover


def last_day(month: str, today: date) -> date:
    """The day that an arrêté of that month speaks for: its last one, or today within the month. Raises ValueError."""
    first = date.fromisoformat(f"{month}-01")
    if first > today:
        raise ValueError(month)
    return min(first.replace(day=calendar.monthrange(first.year, first.month)[1]), today)


def freeze(job: Job, config: Path, month: str, way: Way | None = None) -> Path:
    """Make the arrêté of a month (`2010-10`) and put it in the register. Raises RunError: an arrêté is never made again over the first."""
    target = job.register / ARRETES / month
    if target.exists():
        raise RunError(f"L'arrêté {month} existe déjà : un arrêté ne se refait pas. Il est dans « {target} ».")
    try:
        with one_run_at_a_time(job.outputs), staging(job.register) as staged:
            folder = staged / month
            _freeze_inputs(job, config, folder)
            made = make_again(folder, job.day, folder / "sorties", way)
            write_new(folder / FACTS, json.dumps(made, ensure_ascii=False, indent=2).encode())
            target.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(target)
            flush_folder(target.parent)
    except OSError as error:
        raise RunError(f"L'arrêté {month} n'a pas pu être fait : {reason(error)}. Rien n'a été changé.") from error
    return target


def make_again(folder: Path, day: date, outputs: Path, way: Way | None = None) -> dict[str, object]:
    """Make the outputs of an arrêté from what it froze; its facts, with the fingerprint of each output."""
    shutil.copytree(folder / "registre", outputs / "registre")
    frozen = steps.job(folder / "config.toml", folder / "entrees", outputs, day)
    outcome = sequence.run(replace(frozen, status_only=False), way)
    shutil.rmtree(outputs / "registre")
    for name in (LOCK, STORE, MADE):
        (outputs / name).unlink(missing_ok=True)
    names = sorted(p for p in outputs.rglob("*") if p.is_file())
    return {
        "jour": day.isoformat(),
        "version": version("poles-ess"),
        "fichiers": outcome.decisions,
        "empreintes": {p.relative_to(outputs).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in names},
    }


def _freeze_inputs(job: Job, config: Path, folder: Path) -> None:
    """Copy what the arrêté is made from. A file that is ignored for its name is kept by its name alone: nothing in it is read."""
    entries = folder / "entrees"
    entries.mkdir(parents=True)
    named_only: set[str] = set()
    for received in discover(job.inputs):
        place = entries / received.path
        place.parent.mkdir(parents=True, exist_ok=True)
        if received.ignored and not received.same_as:
            place.touch()
            named_only.add(received.path)
        else:
            shutil.copyfile(job.inputs / received.path, place)
    # What was ignored for what it is, such as a link, would be taken for a workbook by its name.
    for path in named_only & set(candidates(entries)):
        (entries / path).unlink()
    shutil.copyfile(config, folder / "config.toml")
    (folder / "registre").mkdir()
    for part in ("journal", PASSAGES):
        if (job.register / part).is_dir():
            shutil.copytree(job.register / part, folder / "registre" / part)
    earlier = last_arrete(job.register, job.day)
    if earlier:
        place = folder / "registre" / ARRETES / earlier.name
        shutil.copytree(earlier / "sorties" / "donnees", place / "sorties" / "donnees", ignore=shutil.ignore_patterns("*.csv"))
        shutil.copyfile(earlier / FACTS, place / FACTS)
