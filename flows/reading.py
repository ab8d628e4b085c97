"""Reading as Prefect tasks, a batch of files each: in the run's own threads, in processes, or on a Dask cluster (`[execution]`).

Reading is all that leaves the run: it costs the most and shares nothing. A task of another process or machine takes the folder of the
inputs, the limits and the list of its files, and gives columns back.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner
from prefect.utilities.annotations import quote

from budget.said import Said, gather
from flows import steps
from flows.errors import RunError
from flows.steps import Job
from schemas.documents import sheet_specs
from schemas.parameters import Execution, Limits
from schemas.reading import Received
from workbooks.pool import ReaderPool, ReadingRules

T = TypeVar("T")
Runner = TaskRunner[PrefectFuture[Any]]
Taken = list[Said]
"""What a batch of files says, alone in a list that is emptied when it is taken: Prefect keeps what a task gave long after."""
_NAMED = "lire le lot {rank} sur {of} ({size} classeurs)"


def whole(value: T) -> T:
    """Hand an argument to a task as it is, without Prefect's walk through every cell of it."""
    return cast("T", quote(value))


@task(name="lire", task_run_name=_NAMED, cache_policy=NO_CACHE)
def read_lot(readers: ReaderPool, job: Job, lot: list[Received], rank: int, of: int, size: int) -> Taken:
    """Read one batch of files in the run's reading processes; `rank`, `of` and `size` name the task."""
    return [steps.read_lot(job, readers, lot)]


@task(name="lire", task_run_name=_NAMED, cache_policy=NO_CACHE)
def read_lot_elsewhere(inputs: Path, limits: Limits, lot: list[Received], rank: int, of: int, size: int) -> tuple[Taken, list[str]]:
    """Read one batch of files in another process, which starts a reading process of its own.

    Beside the columns, why each file says nothing, if so: the run's own list of files does not know it yet.
    """
    with ReaderPool(ReadingRules(sheet_specs(), limits), 1) as readers:
        return [gather(readers.read(inputs, lot))], [received.ignored for received in lot]


def read_lots(readers: ReaderPool, job: Job, lots: Sequence[list[Received]]) -> Iterator[Said]:
    """What batches of files say, in their order, read where the configuration wants it. Raises RunError, ReaderBroken."""
    of = len(lots)
    if job.config.execution.taches == "fils" or not lots:
        runs = [read_lot.submit(whole(readers), whole(job), whole(lot), rank, of, len(lot)) for rank, lot in enumerate(lots, 1)]
        yield from (run.result().pop() for run in runs)
        return
    with _other_runner(job.config.execution) as runner:
        shared = {"inputs": job.inputs, "limits": job.config.limites, "of": of}
        asked = [{**shared, "lot": lot, "rank": rank, "size": len(lot)} for rank, lot in enumerate(lots, 1)]
        elsewhere = [runner.submit(read_lot_elsewhere, arguments) for arguments in asked]
        for lot, run in zip(lots, elsewhere, strict=True):
            said, ignored = run.result()
            for received, reason in zip(lot, ignored, strict=True):
                received.ignored = reason
            yield said.pop()


def _other_runner(execution: Execution) -> Runner:
    if execution.taches == "processus":
        return cast("Runner", ProcessPoolTaskRunner(max_workers=execution.processus or None))
    return cast("Runner", _cluster(execution.dask))


def _cluster(address: str) -> Any:
    """The cluster's task runner. Raises RunError where the optional package is not installed, or where the cluster does not answer."""
    try:
        from distributed import Client
        from prefect_dask import DaskTaskRunner
    except ImportError:
        raise RunError(
            "La clé « execution.taches » vaut « dask », mais Dask n'est pas installé : « pip install .[dask] ». "
            "Les sorties précédentes restent en place."
        ) from None
    try:
        with Client(address, timeout=_PATIENCE_S, set_as_default=False):
            return DaskTaskRunner(address=address)
    except (OSError, ValueError):
        raise RunError(
            f"La grappe « {address} » (clé « execution.dask ») ne répond pas : démarrez-la, ou mettez « fils » à la clé "
            "« execution.taches ». Les sorties précédentes restent en place."
        ) from None


_PATIENCE_S = 20
