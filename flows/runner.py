"""Run the flow from the command line: Prefect prepared for one machine, its English logs kept quiet."""

import os
from datetime import date
from pathlib import Path
from typing import cast

from flows.steps import Outcome

_SETTINGS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_CLI_PROMPT": "false",
    "DO_NOT_TRACK": "1",
}


def run_flow(config: Path, inputs: Path | None, outputs: Path | None, day: date) -> Outcome:
    """Run `consolider` once. What the environment already sets for Prefect stands."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    from flows.consolider import consolider

    state = consolider(str(inputs) if inputs else None, str(outputs) if outputs else None, day, str(config), return_state=True)
    return cast("Outcome", state.result())
