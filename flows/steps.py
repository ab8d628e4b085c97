"""The steps of a run, each a plain function: list, read, check, make the tables, write. `flows.sequence` puts them in order; no Prefect."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import polars as pl

from budget.changes import change_controls, changes
from budget.control import controls_table, gaps
from budget.decide import Standing
from budget.open_data import subventions
from budget.parts import FILES, Part
from budget.pipeline import Checked, check_said, make_tables
from budget.said import Said, gather
from budget.views import build_views, sheet_controls
from flows.disk import named, reason, write_new
from flows.errors import ControlGap, RunError
from flows.publish import publish, staging
from flows.reference import find_reference, place_passage, stage_passage
from flows.register import Register, file_register, in_order_of_arrival, news, read_register, stage_copies, stage_journal
from flows.store import NAME, NO_STORE, Store, contract_of, read_store
from flows.tables import write_open_data, write_tables
from schemas.changes import Changements
from schemas.documents import sheet_specs
from schemas.packed import Tables
from schemas.parameters import Config, load_config
from schemas.reading import Received
from schemas.table import validated
from schemas.tables import ACCEPTED_WITH_RESERVES, DECISIONS, REJECTED
from schemas.text import count
from workbooks.discover import discover
from workbooks.pool import ReaderPool, ReadingRules
from workbooks.readback import verify_report
from workbooks.report_context import ReportContext
from workbooks.report_finance import expected_finance, write_finance
from workbooks.report_status import expected_status, write_status
from workbooks.retour_plan import with_returns
from workbooks.template import write_templates


@dataclass(frozen=True)
class Job:
    """What a run works on: the configuration, the two folders, the day it speaks for, and the scenario it plays, if any.

    `status_only`: after a drop, what staff and senders read is made again; finance's outputs and the tables wait for the night.
    `patience_s`: how long to wait for another run to end. `part`: about how many files are held open at once.
    """

    config: Config
    inputs: Path
    outputs: Path
    day: date
    scenario: str = ""
    status_only: bool = False
    patience_s: float = 0
    part: int = FILES

    @property
    def register(self) -> Path:
        """The register's folder."""
        return self.outputs / "registre"


def today() -> date:
    """The current day in Brittany."""
    return datetime.now(UTC).astimezone(ZoneInfo("Europe/Paris")).date()


def job(config_path: Path, inputs: str | Path | None, outputs: str | Path | None, day: date | None, scenario: str | None = None) -> Job:
    """The job that a configuration describes; its folders count from the configuration's own. Raises ConfigError."""
    config = load_config(config_path)
    home = config_path.resolve().parent
    return Job(
        config,
        Path(inputs).resolve() if inputs else home / config.dossiers.entrees,
        Path(outputs).resolve() if outputs else home / config.dossiers.sorties,
        day or today(),
        config.scenario_named(scenario),
    )


@dataclass(frozen=True)
class Outcome:
    """What a run gave: the tables, the files written, and the table `depots` of the consolidation before it, if any."""

    tables: Mapping[str, pl.DataFrame]
    written: tuple[Path, ...]
    before: pl.DataFrame | None = None

    @property
    def decisions(self) -> dict[str, int]:
        """Number of files by decision."""
        found = self.tables["depots"]["decision"].to_list()
        return {decision: found.count(decision) for decision in DECISIONS}

    @property
    def has_reserves(self) -> bool:
        """Whether a file was rejected, or accepted with reserves."""
        return bool(self.decisions[REJECTED] or self.decisions[ACCEPTED_WITH_RESERVES])


def open_register(job: Job) -> Register:
    """What earlier runs registered."""
    return read_register(job.register)


def list_files(job: Job, register: Register) -> list[Received]:
    """The files of the inputs, in their order of arrival where it matters.

    A folder that does not exist stops the run: an unmounted share must not empty the budget.
    """
    if not job.inputs.is_dir():
        raise RunError(
            f"Le dossier des dépôts « {job.inputs} » n'existe pas ou n'est pas accessible. "
            "Créez-le, ou corrigez la clé « dossiers.entrees » de la configuration. Les sorties précédentes restent en place."
        )
    return in_order_of_arrival(discover(job.inputs), register)


def reading_rules(config: Config) -> ReadingRules:
    """The contract and the limits that reading needs."""
    return ReadingRules(sheet_specs(), config.limites)


def reader_pool(config: Config) -> ReaderPool:
    """The processes that read."""
    return ReaderPool(reading_rules(config), config.execution.processus)


def open_store(job: Job) -> Store:
    """What the files of the last run said, by content."""
    if not job.config.execution.lectures_gardees:
        return NO_STORE
    return read_store(job.outputs / NAME, contract_of(reading_rules(job.config)))


def lots(files: Sequence[Received], config: Config) -> list[list[Received]]:
    """Files in batches."""
    size = config.execution.fichiers_par_lot
    return [list(files[i : i + size]) for i in range(0, len(files), size)]


def read_lot(job: Job, readers: ReaderPool, lot: Sequence[Received]) -> Said:
    """What a batch of files says."""
    return gather(readers.read(job.inputs, lot))


def check_all(job: Job, files: Sequence[Received], parts: Sequence[Part], rules: str = "") -> Checked:
    """Every finding, and the decision on each file. What staff correct is read again. `rules`: what `Store.rules` gives."""

    def reread(amended: Sequence[Received]) -> Said:
        with reader_pool(job.config) as readers:
            return gather(readers.read(job.inputs, amended))

    return check_said(files, parts, job.config, reread, rules)


@dataclass(frozen=True)
class Consolidated:
    """The tables, and the frames that the sheets show."""

    tables: Tables
    views: Tables


def consolidate(job: Job, checked: Checked) -> Tables:
    """The tables that a run makes, but for what compares them."""
    tables = make_tables(checked, job.config, job.day, job.scenario)
    return tables.with_tables({"depots": with_returns(tables)})


def control_totals(job: Job, register: Register, standings: Sequence[Standing], tables: Tables) -> Consolidated:
    """The tables with what changed since those before, and the sheets' frames, all controls at 0. Raises ControlGap otherwise."""
    controls = [(r["controle"], r["attendu"], r["obtenu"]) for r in tables["controles"].to_dicts()]
    reference = find_reference(register, job.day, has_news=not _news(job, register, standings).is_empty())
    if reference:
        changed = changes(reference.tables, tables, reference.name)
        controls += change_controls(reference.tables, tables, changed)
        tables = tables.with_tables({"changements": validated(Changements, changed)})
    views = build_views(tables, job.config.campagne.annee)
    tables = tables.with_tables({"controles": controls_table([*controls, *sheet_controls(tables, views)])})
    wrong = gaps(tables["controles"])
    if wrong:
        raise ControlGap(
            "Un contrôle ne tombe pas juste, rien n'a été remplacé : "
            + " ; ".join(wrong)
            + ". Signalez-le à la personne qui maintient l'outil."
        )
    return Consolidated(tables, views)


def inputs_link(job: Job) -> str:
    """The way from the outputs to the inputs, with `/`; absolute where there is none (another drive)."""
    try:
        return Path(os.path.relpath(job.inputs.resolve(), job.outputs.resolve())).as_posix()
    except ValueError:
        return job.inputs.resolve().as_posix()


def write_data(staged: Path, made: Consolidated) -> None:
    """The tables, as Parquet and CSV."""
    write_tables(staged / "donnees", made.tables)


def write_public_data(job: Job, staged: Path, made: Consolidated) -> None:
    """The conventions that the law publishes."""
    rows = subventions(made.tables["decisions"], made.tables["suivi_pays"], job.config.open_data, job.day)
    write_open_data(staged / "open-data", rows)


def write_budget_workbook(job: Job, staged: Path, made: Consolidated) -> None:
    """The finance workbook, read back and compared with its tables."""
    _write_workbook(job, staged / "budget-consolide.xlsx", made, write_finance, expected_finance)


def write_status_workbook(job: Job, staged: Path, made: Consolidated) -> None:
    """The staff's workbook, read back and compared with its tables."""
    _write_workbook(job, staged / "suivi.xlsx", made, write_status, expected_status)


def _write_workbook(
    job: Job, target: Path, made: Consolidated, write: Callable[..., None], expected: Callable[..., Mapping[str, Mapping[str, Decimal]]]
) -> None:
    context = ReportContext(job.config, job.day, inputs_link(job))
    write_new(target, _bytes_of(write, made, context))
    told = verify_report(target, expected(made.tables, made.views, context))
    if told:
        raise ControlGap(f"Le classeur « {target.name} » ne dit pas ce que disent les tables, rien n'a été remplacé : {' '.join(told)}")


def _bytes_of(write: Callable[..., None], made: Consolidated, context: ReportContext) -> bytes:
    """A workbook, which is not to stay in memory while it is read back."""
    book = BytesIO()
    write(book, made.tables, made.views, context)
    return book.getvalue()


def write_blank_templates(job: Job, folder: Path) -> None:
    """The blank workbooks, one per document, each tested as an archive."""
    for path in write_templates(folder, job.config, job.day):
        with ZipFile(path) as archive:
            if archive.testzip() is not None:
                raise ControlGap(f"Le modèle « {path.name} » ne se relit pas comme il a été écrit : rien n'a été remplacé.")


def replace_templates(job: Job, folder: Path) -> list[Path]:
    """The blank workbooks alone, in a folder of their own, replaced as the outputs are."""
    with staging(folder) as staged:
        write_blank_templates(job, staged)
        return list(publish_all(replace(job, outputs=folder), staged))


def stage_accepted(job: Job, register: Register, standings: Sequence[Standing], staged: Path) -> None:
    """Make ready the copies of the files that are accepted for the first time."""
    stage_copies(register, job.inputs, standings, staged)


def stage_news(job: Job, register: Register, standings: Sequence[Standing], made: Consolidated, staged: Path) -> None:
    """Make ready what this run has to register; the clock says when."""
    entries = _news(job, register, standings)
    stage_journal(register, entries, staged)
    if not entries.is_empty():
        stage_passage(made.tables, register.number, staged)


def _news(job: Job, register: Register, standings: Sequence[Standing]) -> pl.DataFrame:
    return news(register.journal, standings, datetime.now(UTC), job.day, register.number)


def publish_all(job: Job, staged: Path) -> tuple[Path, ...]:
    """Put every file in its place. One that another program holds goes beside it, and the run fails; on other errors nothing moves."""
    try:
        done = publish(staged, job.outputs, job.day)
    except OSError as error:
        raise RunError(
            f"{named(error) or 'Une sortie'} ne peut pas être remplacé dans « {job.outputs} » : {reason(error)}. "
            "Les sorties précédentes restent en place."
        ) from None
    if done.beside:
        raise RunError(_held(done.beside))
    if done.left:
        raise RunError(f"« {done.left[0].name} » n'a plus lieu d'être, mais un autre programme l'emploie : fermez-le et relancez.")
    return tuple(path for path in done.placed if not path.name.startswith("."))


def _held(beside: Mapping[Path, Path]) -> str:
    """What to do about outputs that are open in Excel: the first ones, with where their new version is."""
    shown = [f"« {target.name} » (nouvelle version dans « {other.name} »)" for target, other in list(beside.items())[:2]]
    more = f" et {count(len(beside) - 2, 'autre')}" if len(beside) > 2 else ""
    return (
        f"Déjà ouvert dans Excel, ou protégé : {', '.join(shown)}{more}. "
        "Fermez-le et relancez ; d'ici là, seules les autres sorties sont à jour."
    )


def register_news(register: Register, staged: Path) -> None:
    """Put in the register what this run learned, once its outputs are in place."""
    try:
        place_passage(register, staged)
        file_register(register, staged)
    except OSError as error:
        raise RunError(
            f"Les sorties sont à jour, mais le registre « {register.folder} » n'a pas pu être complété : {reason(error)}. Relancez."
        ) from None
