"""When the service writes to the team: if a run fails or rejects a file, and each week. A run typed by hand writes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows import steps
from flows.errors import RunError
from flows.notify import digest, failure, rejections, send
from flows.register import read_register
from flows.steps import Job

_UNEXPECTED = "Erreur inattendue du logiciel : signalez-la à la personne qui le maintient, avec le journal du passage."


@contextmanager
def messages(job: Job, what: str) -> Iterator[None]:
    """Write to the team if the run inside the block fails, or rejects files that were not rejected before."""
    wanted = job.config.notifications
    number = read_register(job.register).number if wanted.rejets else 0
    try:
        yield
    except Exception as error:
        if wanted.echec:
            send(failure(what, str(error) if isinstance(error, RunError) else _UNEXPECTED), job.config)
        raise
    if wanted.rejets:
        message = rejections(read_register(job.register).journal.filter(pl.col("numero") >= number))
        if message:
            send(message, job.config)


@flow(name="bilan", validate_parameters=False)
def bilan(config: str = "config.toml") -> State[None]:
    """Write the week to the team, from the tables of the last run. Fails where the message could not be sent."""
    job = steps.job(Path(config), None, None, None)
    if not job.config.notifications.bilan:
        return Completed(name="Non demandé", message="La clé « notifications.bilan » est à false.")
    try:
        tables = {name: pl.read_parquet(job.outputs / "donnees" / f"{name}.parquet") for name in ("depots", "suivi_pays")}
    except OSError:
        return Failed(name="Échec", message="Aucune consolidation n'a encore été faite.")
    if send(digest(tables, read_register(job.register).journal, job.day), job.config):
        return Completed(name="Terminé")
    return Failed(name="Échec", message="Le message n'a pas pu être envoyé : vérifiez les adresses de « notifications ».")
