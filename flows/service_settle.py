"""What the service puts in order in Prefect before it starts: the work pool, and the runs that a stopped machine left « running » for ever.

Run as `python -m flows.service_settle`, where PREFECT_API_URL names the server.
"""

import contextlib
import os
from pathlib import Path

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import StateType
from prefect.exceptions import ObjectAlreadyExists
from prefect.states import Crashed
from prefect.workers.process import ProcessWorker

from flows.notify import failure, send
from flows.service import POOL
from schemas.parameters import load_config
from schemas.text import count

_UNDER_WAY = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]


def settle(client: SyncPrefectClient) -> int:
    """Make the pool where there is none, and end the runs of a service that is no more; how many they were.

    A run that Prefect believes under way would hold the one place that runs share.
    """
    template = ProcessWorker.get_default_base_job_template()
    with contextlib.suppress(ObjectAlreadyExists):
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template))
    state = FlowRunFilterState(type=FlowRunFilterStateType(any_=_UNDER_WAY))
    left = client.read_flow_runs(flow_run_filter=FlowRunFilter(state=state))
    for run in left:
        client.set_flow_run_state(run.id, Crashed(message="Interrompu par l'arrêt du service."), force=True)
    return len(left)


def main() -> None:
    """Settle, and write to the team where a run had been cut off."""
    with get_client(sync_client=True) as client:
        left = settle(client)
    config = load_config(Path(os.environ["POLES_CONFIG"]))
    if left and config.notifications.echec:
        runs = count(left, "passage a été interrompu", "passages ont été interrompus")
        send(failure("arrêt du service", f"{runs} par l'arrêt de la machine ou du service. Le service a redémarré."), config)


if __name__ == "__main__":
    main()
