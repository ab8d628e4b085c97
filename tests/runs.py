"""A whole run without Prefect: the sequence that the flow carries out, by plain calls."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Self

from flows import sequence, steps
from flows.steps import Outcome
from schemas.reading import Reading, Received
from schemas.returns import FileReturn
from tests.grids import CONFIG, ROOT, SPECS
from workbooks.file_reading import read_file
from workbooks.retour import page_alone
from workbooks.retour_fichier import give_back


def run_steps(inputs: Path, outputs: Path, day: date, config: Path = ROOT / "config.toml") -> Outcome:
    """List, read, check, consolidate, write and replace."""
    return sequence.run(steps.job(config, inputs, outputs, day))


class InProcess:
    """Reads as the pool does, without the second that a process takes to start."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, folder: Path, files: Sequence[Received]) -> list[Reading]:
        return [read_file(folder, received, SPECS, CONFIG.limites) for received in files]

    def give_back(self, folder: Path, outputs: Path, returns: Sequence[FileReturn]) -> None:
        for wanted in returns:
            target = outputs / wanted.target
            target.parent.mkdir(parents=True, exist_ok=True)
            if not (wanted.readable and give_back(str(folder), wanted, str(target), CONFIG.limites)):
                target.write_bytes(page_alone(wanted))
