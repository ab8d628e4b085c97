"""The return of each sender who has something to mend. One that would be made of the same things as the one in place is not made again.

`outputs/.retours` says what each return in place was made of, as a hash, and the hash of its own bytes. It may be deleted: all are made.
"""

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from budget.versions import version_changes
from flows import steps
from flows.steps import Consolidated, Job
from flows.store import contract_of
from flows.tables import write_parquet
from schemas.returns import FOLDER, FileReturn
from workbooks.retour_plan import file_returns
from workbooks.wire import dump

NAME = ".retours"
_SCHEMA = {"retour": pl.String(), "demande": pl.String(), "empreinte": pl.String()}
Made = Mapping[str, tuple[str, str]]
"""Return → the hash of what it is made of, and of its bytes."""


def write_returns(job: Job, staged: Path, made: Consolidated) -> None:
    """The returns, annotated by the reading processes; the folder alone where nobody has anything to mend. Raises OSError."""
    (staged / FOLDER).mkdir(exist_ok=True)
    wanted = file_returns(made.tables, version_changes(made.tables), job.day, job.config.retours.constats)
    keeps = job.config.execution.lectures_gardees
    former = _former(job.outputs / NAME) if keeps else {}
    asked = _asked(job, wanted) if wanted else {}
    kept = {target: former[target] for target, demand in asked.items() if former.get(target, ("", ""))[0] == demand}
    kept = {target: told for target, told in kept.items() if _taken_again(job.outputs / target, staged / target, told[1])}
    missing = [one for one in wanted if one.target not in kept]
    digests: Mapping[str, str] = {}
    if missing:
        with steps.reader_pool(job.config) as readers:
            digests = readers.give_back(job.inputs, staged, missing)
    rows = [(target, demand, digests.get(target) or kept.get(target, ("", ""))[1]) for target, demand in asked.items()]
    if keeps:
        write_parquet(staged / NAME, pl.DataFrame([row for row in rows if row[2]], _SCHEMA, orient="row").sort("retour"))


def _asked(job: Job, wanted: list[FileReturn]) -> dict[str, str]:
    """The hash of all that each return is made of: the code and the limits, the file's own bytes, what it says, on which day."""
    # Loaded where a return is wanted: it brings all that reads a file, which only reading processes need.
    from workbooks.retour_fichier import return_to_plain

    contract = contract_of(steps.reading_rules(job.config)).encode()
    return {one.target: hashlib.sha256(contract + dump(return_to_plain(one))).hexdigest() for one in wanted}


def _former(path: Path) -> Made:
    try:
        table = pl.read_parquet(path.read_bytes())
    except (OSError, PolarsError):
        return {}
    return {target: (demand, digest) for target, demand, digest in table.rows()} if dict(table.schema) == _SCHEMA else {}


def _taken_again(place: Path, staged: Path, digest: str) -> bool:
    """Stage the return in place, under a second name, where it is still what was written."""
    try:
        if place.is_symlink() or hashlib.sha256(place.read_bytes()).hexdigest() != digest:
            return False
        staged.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(place, staged)
        except OSError:
            # This disk knows no second names.
            shutil.copyfile(place, staged)
    except OSError:
        return False
    return True
