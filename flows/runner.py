"""Run the flow from the command line: Prefect prepared for one machine, its English logs kept quiet."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from flows.heap import one_heap
from flows.own_server import OwnServer, another_is_named

if TYPE_CHECKING:
    from flows.steps import Outcome

_SETTINGS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",
    "PREFECT_CLI_PROMPT": "false",
    "DO_NOT_TRACK": "1",
}
_WITH_A_SERVER = (
    "SCHEDULER", "LATE_RUNS", "FOREMAN", "PAUSE_EXPIRATIONS", "CANCELLATION_CLEANUP", "REPOSSESSOR", "CLEANUP_RECONCILER", "TRIGGERS",
    "EVENT_PERSISTER",
)  # fmt: skip
"""Services that a server started for one run does without: nothing is scheduled, no other run is watched, nobody reads its events.

Runs, tasks, their states and artifacts are recorded all the same. A server that is already there keeps the services it has.
"""
_OBJECTS_BETWEEN_SEARCHES = 10_000
"""Python's own 700 make 430 searches for garbage in a run of 1 000 files, which hold up every thread for 0.15 s."""


def prepare_environment() -> None:
    """Settings that Prefect reads when it is imported, and one heap. What the environment already says stands."""
    one_heap()
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    for service in _WITH_A_SERVER:
        os.environ.setdefault(f"PREFECT_SERVER_SERVICES_{service}_ENABLED", "false")


@contextmanager
def loading() -> Iterator[None]:
    """Import without looking for garbage: what is loaded stays, and searching it takes a fifth of the time.

    From then on garbage is looked for less often than Python does by itself: a run leaves little that does not go at once.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES)
        gc.enable()


@contextmanager
def server_for_the_run() -> Iterator[OwnServer | None]:
    """A server of Prefect's that gets ready while the run is loaded, ended with the block; None where another one is named."""
    prepare_environment()
    own = None if another_is_named() or _under_way() else OwnServer()
    try:
        yield own
    finally:
        if own:
            own.end()


def _under_way() -> bool:
    """Whether Prefect is loaded already, with a server."""
    if "prefect" not in sys.modules:
        return False
    from prefect.settings import PREFECT_API_URL

    return bool(PREFECT_API_URL.value())


def run_flow(
    config: Path, inputs: Path | None, outputs: Path | None, day: date, scenario: str = "", server: OwnServer | None = None
) -> "Outcome":
    """Run `consolider` once, on the server given, else on the one that Prefect finds."""
    prepare_environment()
    with loading():
        # What Prefect would load at the first run of a flow, while its server is still getting ready.
        import fastapi.encoders  # noqa: F401
        import prefect.flow_engine
        import prefect.task_engine  # noqa: F401
        from prefect.events.clients import NullEventsClient
        from prefect.events.worker import EventsWorker
        from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

        from flows.consolider import consolider

    # The heartbeat serves deployed runs; here its thread would only make the command wait up to a second at its end.
    settings: dict[Any, Any] = {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
    if server:
        settings[PREFECT_API_URL] = server.url
        # It ends with the run, and keeps no event: none is sent to it, least of all when it has ended.
        EventsWorker.set_client_override(NullEventsClient)
    folders = (str(inputs) if inputs else None, str(outputs) if outputs else None)
    try:
        with temporary_settings(settings):
            state = consolider(*folders, day, str(config), scenario or None, return_state=True)
    finally:
        EventsWorker.set_client_override(None)
    return cast("Outcome", state.result())
