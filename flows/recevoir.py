"""The flow `recevoir`: what follows a drop. It checks all that is there, makes what staff and senders read, and tells by events."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.states import Completed

from flows import sequence, steps
from flows.artifacts import totals_line
from flows.consolider import PATIENCE_S, RUNNER, AsTasks, show
from flows.messages import messages
from flows.reading import whole
from flows.steps import Outcome
from schemas.tables import IGNORED, REJECTED, REPLACED

_EVENTS = {REJECTED: "depot.rejete", REPLACED: "depot.remplace", IGNORED: "depot.ignore"}


def tell(event: str, path: str, **facts: str) -> None:
    """Emit an event about a file of the inputs."""
    emit_event(event=event, resource={"prefect.resource.id": f"poles.depot.{path}", "prefect.resource.name": path}, payload=facts)


@flow(name="recevoir", flow_run_name="recevoir {count} dépôts", task_runner=RUNNER, validate_parameters=False)
def recevoir(config: str, arrived: Sequence[str], gone: Sequence[str], count: int) -> State[Outcome]:
    """Check the inputs after the files `arrived` or left (`gone`), paths relative to them; `count` names the run.

    Events: `depot.recu` for each file that arrived, then `depot.accepte`, `depot.rejete`, `depot.remplace` or `depot.ignore` with the
    reason; `depot.retire` for one that left. Raises ConfigError, RunError or ControlGap.
    """
    for path in arrived:
        tell("depot.recu", path)
    for path in gone:
        tell("depot.retire", path)
    job = steps.job(Path(config), None, None, None)
    job = replace(job, status_only=not job.config.service.consolider_aussitot, patience_s=PATIENCE_S)
    with messages(job, "contrôle des dépôts"):
        outcome = sequence.run(job, AsTasks())
    depots = {row["fichier"]: row for row in outcome.tables["depots"].to_dicts()}
    for path in arrived:
        if found := depots.get(path):
            facts = {"decision": found["decision"], "motif": found["motif"], "erreurs": str(found["erreurs"])}
            tell(_EVENTS.get(found["decision"], "depot.accepte"), path, **facts)
    show(whole(job), whole(outcome))
    name = "Terminé avec réserves" if outcome.has_reserves else "Terminé"
    return Completed(name=name, message=totals_line(outcome), data=outcome)
