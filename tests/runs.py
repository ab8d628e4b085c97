"""A whole run without Prefect: the same steps as the flow, in order."""

from datetime import date
from pathlib import Path

from flows import steps
from flows.publish import staging
from flows.steps import Outcome
from tests.grids import ROOT


def run_steps(inputs: Path, outputs: Path, day: date, config: Path = ROOT / "config.toml") -> Outcome:
    """List, read, check, consolidate, write and replace."""
    job = steps.job(config, inputs, outputs, day)
    files = steps.list_files(job)
    with steps.reader_pool(job.config) as readers:
        readings = [reading for lot in steps.lots(files, job.config) for reading in readers.read(job.inputs, lot)]
    made = steps.consolidate(job, steps.check_all(job, files, readings))
    with staging(job.outputs) as staged:
        steps.write_data(staged, made)
        steps.write_budget_workbook(job, staged, made)
        steps.write_status_workbook(job, staged, made)
        steps.write_blank_templates(job, staged)
        return Outcome(made.tables, steps.publish_all(job, staged))
