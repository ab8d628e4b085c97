"""A whole run: its steps in order, under the lock, with one way of carrying each out (plainly here, as Prefect tasks in the flow)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from budget.kept import by_name, known
from budget.parts import Part, parts_of
from budget.said import Said
from flows import returns, steps, web
from flows.disk import named, reason
from flows.errors import NO_READER, RunError
from flows.lock import one_run_at_a_time
from flows.progress import say
from flows.publish import clear_leftovers, staging
from flows.register import Register
from flows.steps import Consolidated, Job, Outcome
from flows.store import Store, stage_store
from flows.tables import read_table
from schemas.reading import Received
from schemas.text import count
from workbooks.pool import ReaderBroken, ReaderPool

T = TypeVar("T")


Work = tuple[str, Callable[..., None], tuple[Any, ...]]
"""A step's title, what it does, and with what."""


class Way:
    """How steps are carried out: here by plain calls, one after the other."""

    def step(self, kind: str, title: str, do: Callable[..., T], *arguments: Any) -> T:
        """Carry out one step; `kind` and `title` name it for people."""
        return do(*arguments)

    def start(self, kind: str, title: str, do: Callable[..., None], *arguments: Any) -> Callable[[], None]:
        """Begin a step that those after it do not need; what is returned waits for its end. Here it is carried out at once."""
        self.step(kind, title, do, *arguments)
        return lambda: None

    def side_by_side(self, kind: str, works: Sequence[Work]) -> None:
        """Carry out several steps that do not depend on each other: here one after the other."""
        for title, do, arguments in works:
            self.step(kind, title, do, *arguments)

    def progress(self, done: int, total: int) -> None:
        """Tell how many files are read."""

    def read(self, readers: ReaderPool, job: Job, lots: Sequence[list[Received]]) -> Iterator[Said]:
        """What batches of files say, in their order."""
        return (steps.read_lot(job, readers, lot) for lot in lots)


def run(job: Job, way: Way | None = None) -> Outcome:
    """List, read, check, consolidate, write, replace, register. Raises RunError, whose sentence says why."""
    try:
        with one_run_at_a_time(job.outputs, job.patience_s):
            return _run(job, way or Way())
    except OSError as error:
        raise RunError(f"{_at(error)}{reason(error)}. Les sorties précédentes restent en place.") from error
    except ReaderBroken as error:
        raise RunError(NO_READER) from error


def _at(error: OSError) -> str:
    name = named(error)
    return f"{name} : " if name else "Disque : "


def _run(job: Job, way: Way) -> Outcome:
    for folder in (job.register, job.outputs):
        if clear_leftovers(folder):
            say("Le passage précédent a été interrompu pendant le remplacement des sorties : toutes sont refaites")
    register = steps.open_register(job)
    files = way.step("lister", "lister les dépôts", steps.list_files, job, register)
    store = steps.open_store(job)
    parts = _read(job, files, store, way)
    say("Contrôle et consolidation")
    with staging(job.register) as entries, staging(job.outputs) as staged:
        with ExitStack() as begun:
            if not job.status_only:
                begun.callback(way.start("ecrire", "écrire les modèles", steps.write_blank_templates, job, staged / "modeles"))
            rules = store.rules(job.config)
            checked = way.step("controler", "contrôler les classeurs lus", steps.check_all, job, files, parts, rules)
            judged = checked.examined.judged
            begun.callback(way.start("ecrire", "garder les lectures", stage_store, staged, store, parts, judged))
            # What is no longer needed weighs as much as what is made of it.
            del parts, store, judged
            standings = checked.decided.standings
            begun.callback(way.start("ecrire", "copier les classeurs acceptés", steps.stage_accepted, job, register, standings, entries))
            tables = way.step("consolider", "consolider", steps.consolidate, job, checked)
            del checked
            made = way.step("controler", "contrôler les totaux", steps.control_totals, job, register, standings, tables)
            _write(job, made, staged, way, ("préparer le registre", steps.stage_news, (job, register, standings, made, entries)))
        before = read_table(job.outputs / "donnees", "depots")
        return Outcome(made.tables, _replace(job, register, staged, entries, way), before)


def _read(job: Job, files: Sequence[Received], store: Store, way: Way) -> list[Part]:
    """What all files say, in the order in which they are listed, whether they said it at an earlier run or are read now."""
    wanted = [received for received in files if not received.ignored]
    unchanged = known(store.pieces, wanted)
    if unchanged:
        say(f"Inchangés depuis le dernier passage : {count(len(unchanged), 'classeur')}")
    paths = {received.path for received in unchanged}
    others = [received for received in wanted if received.path not in paths]
    return parts_of(chain(by_name(store.pieces, unchanged), _read_now(job, others, way)), wanted, job.part)


def _read_now(job: Job, files: Sequence[Received], way: Way) -> Iterator[Said]:
    """What these files say, a batch at a time."""
    lots = steps.lots(files, job.config)
    done = 0
    with steps.reader_pool(job.config) as readers:
        for lot, said in zip(lots, way.read(readers, job, lots), strict=True):
            done += len(lot)
            say(f"Lecture : {done} sur {count(len(files), 'classeur')}")
            way.progress(done, len(files))
            yield said


def _write(job: Job, made: Consolidated, staged: Path, way: Way, beside: Work) -> None:
    """Make the other outputs in the run's own folder, and `beside`, which needs none of them."""
    say("Écriture des sorties")
    # The longest first, so that the others are made meanwhile.
    budget: tuple[Work, ...] = (("écrire budget-consolide.xlsx", steps.write_budget_workbook, (job, staged, made)),)
    status: tuple[Work, ...] = (
        ("écrire les retours", returns.write_returns, (job, staged, made)),
        ("écrire suivi.xlsx", steps.write_status_workbook, (job, staged, made)),
        ("écrire les relances", web.write_reminders, (job, staged, made)),
        ("écrire la page d'état", web.write_status_page, (job, staged, made)),
    )
    others: tuple[Work, ...] = (
        ("écrire les tables", steps.write_data, (staged, made)),
        ("écrire les données ouvertes", steps.write_public_data, (job, staged, made)),
    )
    outputs = (*status, beside) if job.status_only else (*budget, beside, *status, *others)
    way.side_by_side("ecrire", outputs)


def _replace(job: Job, register: Register, staged: Path, entries: Path, way: Way) -> tuple[Path, ...]:
    """The outputs in place, then the register: a run that cannot publish registers nothing."""
    written = way.step("publier", "remplacer les sorties", steps.publish_all, job, staged)
    way.step("inscrire", "compléter le registre", steps.register_news, register, entries)
    return written
