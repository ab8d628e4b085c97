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


def prepare_environment() -> None:
    """Settings that Prefect reads when it is imported. What the environment already says stands."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)


def run_flow(config: Path, inputs: Path | None, outputs: Path | None, day: date, scenario: str = "") -> Outcome:
    """Run `consolider` once."""
    prepare_environment()
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    from flows.consolider import consolider
    from flows.orphans import stop_server_with_run

    stop_server_with_run()
    # The heartbeat serves deployed runs; here its thread would only make the command wait up to a second at its end.
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        folders = (str(inputs) if inputs else None, str(outputs) if outputs else None)
        state = consolider(*folders, day, str(config), scenario or None, return_state=True)
    return cast("Outcome", state.result())
