"""The flow `consolider`: thin Prefect tasks around the steps. A task is a batch of files or a stage, some ten to twenty a run.

Nothing that decides about money is here.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, cast

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.states import Completed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

from budget.pipeline import Checked
from flows import steps
from flows.artifacts import rejected_rows, status_rows, totals_text
from flows.progress import say
from flows.publish import staging
from flows.steps import Consolidated, Job, Outcome
from schemas.reading import Reading, Received
from schemas.text import count
from workbooks.pool import ReaderPool

T = TypeVar("T")
_RUNNER = cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=4))


def whole(value: T) -> T:
    """Hand an argument to a task as it is, without Prefect's walk through every cell of it."""
    return cast("T", quote(value))


def _is_io(_: Any, __: Any, state: State[Any]) -> bool:
    """Retry what the disk or the network may have caused, and nothing else."""
    return isinstance(state.result(raise_on_failure=False), OSError)


@task(
    name="lister",
    task_run_name="lister les dépôts",
    retries=2,
    retry_delay_seconds=1,
    retry_condition_fn=_is_io,
    cache_policy=NO_CACHE,
)
def list_files(job: Job) -> list[Received]:
    """List and hash the inputs."""
    return steps.list_files(job)


@task(name="lire", task_run_name="lire le lot {rank} sur {of} ({size} classeurs)", cache_policy=NO_CACHE)
def read_lot(readers: ReaderPool, job: Job, lot: list[Received], rank: int, of: int, size: int) -> list[Reading]:
    """Read one batch of files in the reading processes; `rank`, `of` and `size` name the task."""
    return readers.read(job.inputs, lot)


@task(name="controler", task_run_name="contrôler les classeurs lus", cache_policy=NO_CACHE)
def check_all(job: Job, files: list[Received], readings: list[Reading]) -> Checked:
    """Check all files and decide which count."""
    return steps.check_all(job, files, readings)


@task(name="consolider", task_run_name="consolider et contrôler les totaux", cache_policy=NO_CACHE)
def consolidate(job: Job, checked: Checked) -> Consolidated:
    """Make the tables; a control gap fails the run."""
    return steps.consolidate(job, checked)


@task(
    name="ecrire",
    task_run_name="écrire {what}",
    retries=2,
    retry_delay_seconds=1,
    retry_condition_fn=_is_io,
    cache_policy=NO_CACHE,
)
def write(what: str, step: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """Write one output in the run's own folder; `what` names the task."""
    step(*arguments)


@task(name="publier", task_run_name="remplacer les sorties", cache_policy=NO_CACHE)
def publish(job: Job, staged: Path) -> tuple[Path, ...]:
    """Put the outputs in their place."""
    return steps.publish_all(job, staged)


@task(name="afficher", task_run_name="afficher le bilan", cache_policy=NO_CACHE)
def show(outcome: Outcome) -> None:
    """Artifacts: status of the 21 Pays, rejected files, totals."""
    create_table_artifact(status_rows(outcome), key="suivi-des-pays", description="Suivi des 21 Pays")
    rejected = rejected_rows(outcome) or [{"Fichier": "aucun", "Erreurs": 0, "Motif": ""}]
    create_table_artifact(rejected, key="fichiers-rejetes", description="Fichiers rejetés")
    create_markdown_artifact(totals_text(outcome), key="totaux", description="Fichiers et euros")


@flow(name="consolider", task_runner=_RUNNER, validate_parameters=False)
def consolider(
    inputs: str | None = None, outputs: str | None = None, date_arrete: date | None = None, config: str = "config.toml"
) -> State[Outcome]:
    """Check every workbook of `inputs`, consolidate those that count, and write `outputs`.

    `config` is the path of the configuration, which gives the folders where none is named; the day is today's in Brittany unless given.
    The result is an `Outcome`; the final state is « Terminé avec réserves » where a file was rejected or accepted with reserves.
    Raises ConfigError, RunError or ControlGap.
    """
    job = steps.job(Path(config), inputs, outputs, date_arrete)
    files = list_files(whole(job))
    readings = _read(job, files)
    say("Contrôle et consolidation")
    checked = check_all(whole(job), whole(files), whole(readings))
    made = consolidate(whole(job), whole(checked))
    outcome = Outcome(made.tables, _write(job, made))
    show(whole(outcome))
    name = "Terminé avec réserves" if outcome.has_reserves else "Terminé"
    return Completed(name=name, message=totals_text(outcome), data=outcome)


def _read(job: Job, files: list[Received]) -> list[Reading]:
    batches = steps.lots(files, job.config)
    total, done = sum(map(len, batches)), 0
    readings: list[Reading] = []
    with steps.reader_pool(job.config) as readers:
        runs = [
            read_lot.submit(whole(readers), whole(job), whole(lot), rank, len(batches), len(lot)) for rank, lot in enumerate(batches, 1)
        ]
        for run, lot in zip(runs, batches, strict=True):
            readings += run.result()
            done += len(lot)
            say(f"Lecture : {done} sur {count(total, 'classeur')}")
    return readings


def _write(job: Job, made: Consolidated) -> tuple[Path, ...]:
    with staging(job.outputs) as staged:
        for what, step, arguments in (
            ("les tables", steps.write_data, (staged, made)),
            ("budget-consolide.xlsx", steps.write_budget_workbook, (job, staged, made)),
            ("suivi.xlsx", steps.write_status_workbook, (job, staged, made)),
            ("les modèles", steps.write_blank_templates, (job, staged)),
        ):
            say(f"Écriture : {what}")
            write(what, whole(step), whole(arguments))
        return publish(whole(job), whole(staged))
