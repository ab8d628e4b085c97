"""A whole run without Prefect: the sequence that the flow carries out, by plain calls."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Self

from flows import sequence, steps
from flows.steps import Outcome
from schemas.reading import Reading, Received
from tests.grids import CONFIG, ROOT, SPECS
from workbooks.file_reading import read_file


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
