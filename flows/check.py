"""`poles check`: the findings of a few files, or of a folder, without Prefect and without writing anything."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from budget.check import examine
from budget.constats import FileFacts, constats_table
from budget.decide import Decided, Standing, decide
from budget.frames import Batches
from budget.parts import all_of
from budget.said import Said, gather
from flows.disk import named, reason
from flows.errors import NO_READER, RunError
from schemas.documents import sheet_specs
from schemas.financers import FinancerDirectory
from schemas.parameters import Config
from schemas.reading import Received
from schemas.rules import STATES
from schemas.text import normalise
from workbooks.discover import UNREADABLE_NAME, fingerprint, ignore_doubles, listed, printable_name
from workbooks.pool import ReaderBroken, ReaderPool, ReadingRules

Row = dict[str, Any]
_OF_THE_FILE = ("fichier", "empreinte", "pays_code")
"""Columns of `constats` that say nothing of a finding but its file."""


@dataclass(frozen=True)
class CheckedFile:
    """A file as given on the command line, what is decided of it, and its findings (rows of the `constats` table)."""

    shown: str
    identity: Row
    decision: str
    reason: str
    findings: list[Row]
    ignored: str = ""

    def number(self, gravity: str) -> int:
        """How many findings of that gravity, those apart that staff have lifted or corrected."""
        return sum(f["gravite"] == gravity and f["etat"] == STATES[0] for f in self.findings)

    @property
    def errors(self) -> int:
        """How many errors."""
        return self.number("erreur")


@dataclass
class _Batch:
    """Files checked together: their root stands for the inputs. `whole`: a folder was given, so that all rules apply, as in a run."""

    files: dict[Path, Received] = field(default_factory=dict)
    whole: bool = False


def check_files(paths: Sequence[Path], config: Config, inputs: Path) -> list[CheckedFile]:
    """Check files by the rules that need no other file, and whole folders as `run` does. Raises RunError."""
    done: list[CheckedFile] = []
    try:
        with ReaderPool(ReadingRules(sheet_specs(), config.limites), config.execution.processus) as readers:
            for root, batch in _batches(paths, config, inputs).items():
                done += _check_batch(root, batch, readers, config)
    except ReaderBroken as error:
        raise RunError(NO_READER) from error
    except OSError as error:
        raise RunError(f"{' : '.join(filter(None, (named(error), reason(error))))}.") from error
    return done


def _batches(paths: Iterable[Path], config: Config, inputs: Path) -> dict[Path, _Batch]:
    """The files given, and those of the folders given, by root; each file once."""
    batches: dict[Path, _Batch] = defaultdict(_Batch)
    seen: set[Path] = set()
    for given in paths:
        root = _root(given.resolve(), config.dossiers.region, inputs.resolve())
        batch = batches[root]
        if given.is_dir():
            batch.whole = True
            found = [(root / r.path, r) for r in listed(given.resolve(), root)]
        else:
            found = [(given.resolve(), _named(given.resolve(), root))]
        for full, received in found:
            if full not in seen:
                seen.add(full)
                shown = given / full.relative_to(given.resolve()) if given.is_dir() else given
                batch.files[shown] = received
    return batches


def _root(full: Path, region: str, inputs: Path) -> Path:
    """The folder that stands for the inputs: the inputs' own, else the folder given or the file's, above that of the Région."""
    if full.is_relative_to(inputs):
        return inputs
    folder = full if full.is_dir() else full.parent
    return folder.parent if normalise(folder.name) == normalise(region) else folder


def _named(full: Path, root: Path) -> Received:
    """A file given by its name: it is read whatever its name is."""
    relative = full.relative_to(root).as_posix()
    readable = printable_name(relative) == relative
    return fingerprint(full, relative) if readable else Received(printable_name(relative), ignored=UNREADABLE_NAME)


def _check_batch(root: Path, batch: _Batch, readers: ReaderPool, config: Config) -> list[CheckedFile]:
    received = ignore_doubles(list(batch.files.values()))
    said = gather(readers.read(root, [r for r in received if not r.ignored]))
    whole = batch.whole
    decided, constats = _as_a_run(received, said, config, root, readers) if whole else _alone(received, said, config)
    standings = {s.path: s for s in decided.standings}
    rows = constats.drop(_OF_THE_FILE[1:]).partition_by("fichier", as_dict=True, include_key=False)
    found = {key[0]: frame.to_dicts() for key, frame in rows.items()}
    return [_checked(shown, standings[r.path], found.get(r.path, []), batch.whole) for shown, r in batch.files.items()]


def _checked(shown: Path, standing: Standing, findings: list[Row], whole: bool) -> CheckedFile:
    decision = standing.decision if whole else standing.alone
    reason = standing.reason if decision == standing.decision else ""
    identity = {"empreinte": standing.received.sha256, **standing.identity}
    return CheckedFile(str(shown), identity, decision, reason, findings, standing.received.ignored)


def _alone(received: list[Received], said: Said, config: Config) -> tuple[Decided, pl.DataFrame]:
    """What each file says by itself: another one could change neither its decision nor these findings."""
    examined = examine(Batches(all_of(said), config.dossiers.region), config)
    decided = decide(received, examined, FinancerDirectory(config.extra_financers()))
    found = [*examined.found] + [(path, finding) for path, finding in decided.findings if finding.code == "FIC007"]
    facts = {s.path: FileFacts(s.received.sha256, s.identity.get("pays_code")) for s in decided.standings}
    return decided, constats_table(found, facts)[0]


def _as_a_run(received: list[Received], said: Said, config: Config, root: Path, readers: ReaderPool) -> tuple[Decided, pl.DataFrame]:
    """What a run of these files alone would say of them."""
    # Imported where it serves: a single file does without.
    from budget.pipeline import check_said, make_tables
    from flows.steps import today

    checked = check_said(received, all_of(said), config, lambda amended: gather(readers.read(root, amended)))
    return checked.decided, make_tables(checked, config, today())["constats"]
