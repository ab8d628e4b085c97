"""What the service puts in order in Prefect before it starts: the work pool, and the runs that a stopped machine left « running » for ever.

Run as `python -m flows.service_settle WHOSE…`, where PREFECT_API_URL names the server.
"""

import contextlib
import os
import sys
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import FlowFilter, FlowFilterName, FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.exceptions import ObjectAlreadyExists
from prefect.states import Crashed, Scheduled
from prefect.workers.process import ProcessWorker

from flows.notify import failure, send
from flows.service import DEPLOYED, POOL, WATCHED
from schemas.parameters import load_config
from schemas.text import count

_ATTEMPTS = 3
"""How often a run that is cut off is started in all: one that brings the machine down must not do so for ever."""
_RECENT = timedelta(days=1)
"""A run that was cut off longer ago has had its next night."""


def make_pool(client: SyncPrefectClient) -> None:
    """Make the work pool where there is none."""
    template = ProcessWorker.get_default_base_job_template()
    with contextlib.suppress(ObjectAlreadyExists):
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template))


def settle(client: SyncPrefectClient, whose: Collection[str]) -> int:
    """Deal with the runs of processes that are no more; how many they were.

    A run that Prefect believes under way would hold the one place that runs share. A deployed run is planned again, some times; one of
    the watch is ended, since the watch receives again what it had not finished receiving.
    """
    under_way = (StateType.RUNNING, StateType.PENDING, StateType.CANCELLING)
    mine: list[FlowRun] = []
    if WATCHED in whose:
        mine += [run for run in _runs(client, "recevoir", *under_way) if not run.deployment_id]
    if DEPLOYED in whose:
        # A run that sees its worker disappear ends itself as crashed.
        since = datetime.now(UTC) - _RECENT
        crashed = [run for run in _runs(client, "consolider", StateType.CRASHED) if run.end_time and run.end_time > since]
        again = [run for run in crashed if run.run_count < _ATTEMPTS]
        mine += [run for run in (*_runs(client, "consolider", *under_way), *again) if run.deployment_id]
    for run in mine:
        planned = run.deployment_id is not None and run.run_count < _ATTEMPTS
        state: State[Any] = Scheduled(name="Repris") if planned else Crashed(message="Interrompu par l'arrêt du service.")
        client.set_flow_run_state(run.id, state, force=True)
    return len(mine)


def _runs(client: SyncPrefectClient, flow: str, *types: StateType) -> list[FlowRun]:
    state = FlowRunFilterState(type=FlowRunFilterStateType(any_=list(types)))
    return client.read_flow_runs(flow_filter=FlowFilter(name=FlowFilterName(any_=[flow])), flow_run_filter=FlowRunFilter(state=state))


def main(whose: Collection[str]) -> None:
    """Settle, and write to the team where a run had been cut off."""
    with get_client(sync_client=True) as client:
        make_pool(client)
        left = settle(client, whose)
    config = load_config(Path(os.environ["POLES_CONFIG"]))
    if left and config.notifications.echec:
        runs = count(left, "passage a été interrompu", "passages ont été interrompus")
        send(failure("arrêt du service", f"{runs} par l'arrêt de la machine ou du service. Le service a redémarré."), config)


if __name__ == "__main__":
    main(sys.argv[1:])
