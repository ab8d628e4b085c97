"""The flow `consolider`: the sequence of a run carried out as thin Prefect tasks, some ten to twenty a run.

Nothing that decides about money is here. A task is a batch of files or a stage. No task is cached by Prefect: what a content says under
one contract and one set of limits is kept by `flows.store`, where a file already known costs its hash; a hit in Prefect's cache costs
6 ms, more than reading the file again.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import UUID

from prefect import Task, flow, task
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture, wait
from prefect.runtime import deployment
from prefect.states import Completed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from budget.said import Said
from flows import sequence, steps
from flows.artifacts import outputs_list, rejected_list, status_rows, totals_line, totals_table
from flows.disk import LASTING
from flows.messages import messages
from flows.reading import read_lots, whole
from flows.steps import Job, Outcome
from schemas.reading import Received
from workbooks.pool import ReaderPool

T = TypeVar("T")
RUNNER = cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=4))
PATIENCE_S = 600
"""How long a run that nobody watches waits for another to end."""
_TELL_S = 2
"""How often a long run tells how far it is: saying it costs a tenth of a second."""
_RETRIED = ("lister", "ecrire")
"""Steps that may be carried out twice."""


def _may_pass(_: Any, __: Any, state: State[Any]) -> bool:
    """Retry what the disk or the network may have caused for a moment, and nothing else."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, OSError) and error.errno not in LASTING


def _carry_out(do: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    return do(*arguments)


_STEP = task(cache_policy=NO_CACHE)(_carry_out)
_RETRIED_STEP = _STEP.with_options(retries=2, retry_delay_seconds=1, retry_condition_fn=_may_pass)


@task(name="afficher", task_run_name="afficher le bilan", cache_policy=NO_CACHE)
def show(job: Job, outcome: Outcome) -> None:
    """Artifacts: status of the 21 Pays, rejected files, totals and what changed, where the outputs are."""
    create_table_artifact(status_rows(outcome), key="suivi-des-pays", description="Suivi des 21 Pays")
    create_markdown_artifact(rejected_list(outcome), key="fichiers-rejetes", description="Fichiers rejetés")
    create_markdown_artifact(totals_table(outcome), key="totaux", description="Fichiers et euros, et ce qui a changé")
    create_markdown_artifact(outputs_list(job), key="sorties", description="Où sont les sorties")


def _as_task(kind: str, title: str) -> Task[..., Any]:
    return (_RETRIED_STEP if kind in _RETRIED else _STEP).with_options(name=kind, task_run_name=title)


class AsTasks(sequence.Way):
    """Each step a named task; batches of files are read side by side."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._progress: UUID | None = None
        self._told = 0.0

    def step(self, kind: str, title: str, do: Callable[..., T], *arguments: Any) -> T:
        """Carry out one step as a task."""
        return cast("T", _as_task(kind, title)(whole(do), whole(arguments)))

    def start(self, kind: str, title: str, do: Callable[..., None], *arguments: Any) -> Callable[[], None]:
        """Begin a step as a task; what is returned waits for its end."""
        run = _as_task(kind, title).submit(whole(do), whole(arguments))
        return lambda: cast("None", run.result())

    def side_by_side(self, kind: str, works: Sequence[sequence.Work]) -> None:
        """Carry out independent steps as tasks at the same time; all end before one's failure is raised."""
        runs = [_as_task(kind, title).submit(whole(do), whole(arguments)) for title, do, arguments in works]
        wait(runs)
        for run in runs:
            run.result()

    def progress(self, done: int, total: int) -> None:
        """An artifact says how far the reading of several batches is; of one batch there is nothing to say."""
        percent = 100 * done / total
        if self._progress is None:
            if done < total:
                found = create_progress_artifact(percent, key="lecture", description=f"Lecture de {total} classeurs")
                self._progress, self._told = cast("UUID", found), time.monotonic()
        elif done == total or time.monotonic() - self._told > _TELL_S:
            update_progress_artifact(self._progress, percent)
            self._told = time.monotonic()

    def read(self, readers: ReaderPool, job: Job, lots: Sequence[list[Received]]) -> Iterator[Said]:
        """Read batches of files, a task each."""
        return read_lots(readers, job, lots)


@flow(name="consolider", task_runner=RUNNER, validate_parameters=False)
def consolider(
    inputs: str | None = None, outputs: str | None = None, date_arrete: date | None = None, config: str = "config.toml",
    scenario: str | None = None,
) -> State[Outcome]:  # fmt: skip
    """Check every workbook of `inputs`, consolidate those that count, and write `outputs`.

    `config` is the path of the configuration, which gives the folders where none is named; the day is today's in Brittany unless given,
    and the scenario the configuration's own.
    The result is an `Outcome`; the final state is « Terminé avec réserves » where a file was rejected or accepted with reserves.
    Raises ConfigError, RunError or ControlGap.
    """
    job = steps.job(Path(config), inputs, outputs, date_arrete, scenario)
    if deployment.id:
        # Nobody is looking: wait for a drop that is being received, and write to the team.
        with messages(job, "consolidation de la nuit"):
            outcome = sequence.run(replace(job, patience_s=PATIENCE_S), AsTasks())
    else:
        outcome = sequence.run(job, AsTasks())
    show(whole(job), whole(outcome))
    name = "Terminé avec réserves" if outcome.has_reserves else "Terminé"
    return Completed(name=name, message=totals_line(outcome), data=outcome)
