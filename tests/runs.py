"""A whole run without Prefect: the sequence that the flow carries out, by plain calls."""

from datetime import date
from pathlib import Path

from flows import sequence, steps
from flows.steps import Outcome
from tests.grids import ROOT


def run_steps(inputs: Path, outputs: Path, day: date, config: Path = ROOT / "config.toml") -> Outcome:
    """List, read, check, consolidate, write and replace."""
    return sequence.run(steps.job(config, inputs, outputs, day))
