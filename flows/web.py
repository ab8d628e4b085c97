"""The steps that write pages for people: what to send again to each Pays, and where everything stands."""

from pathlib import Path

from budget.at_a_glance import at_a_glance, output_paths
from budget.reminders import reminders
from flows.disk import write_new
from flows.steps import Consolidated, Job
from pages.reminder import reminder_page
from pages.status import status_page
from schemas.at_a_glance import PAGE
from schemas.reminders import FOLDER

_MADE_AFTER_A_DROP = frozenset(("suivi.xlsx", "relances/", "retours/"))
"""Outputs that are made again with the page, even when the night has not come."""


def write_reminders(job: Job, staged: Path, made: Consolidated) -> None:
    """A page per Pays of which something is expected; the folder alone where nothing is."""
    (staged / FOLDER).mkdir(exist_ok=True)
    for reminder in reminders(made.tables, job.config, job.day):
        write_new(staged / reminder.page, reminder_page(reminder, job.config))


def write_status_page(job: Job, staged: Path, made: Consolidated) -> None:
    """The page that says where everything stands, with links to the outputs that this run makes or an earlier one made."""
    others = set(output_paths()) - _MADE_AFTER_A_DROP if job.status_only else ()
    missing = frozenset(path for path in others if not (job.outputs / path).exists())
    write_new(staged / PAGE, status_page(at_a_glance(made.tables, job.config, job.day, missing)))
