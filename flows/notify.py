"""Messages to the team: what failed, what was rejected, what the week brought. Off until an address is configured; no Prefect.

Addresses are Apprise's: `mailto://` for e-mail, `json://` for a webhook, and many others. A message that cannot be sent fails nothing:
it is said in the log.
"""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from schemas.parameters import Config
from schemas.register import ARRIVED, DECIDED
from schemas.tables import IGNORED, REJECTED
from schemas.text import count, euros, french_date, visible

_LOG = logging.getLogger("poles.messages")
_ADDRESSES = "POLES_NOTIFICATIONS"
"""Addresses that the configuration must not hold, since they bear a password; separated by spaces."""
_LINES = 30
"""Lines of a list in a message; the others are counted."""


@dataclass(frozen=True)
class Message:
    """A message in plain French text."""

    title: str
    body: str


def addresses(config: Config) -> tuple[str, ...]:
    """Where messages go: the configuration's addresses, then the environment's."""
    return (*config.notifications.adresses, *os.environ.get(_ADDRESSES, "").split())


def send(message: Message, config: Config) -> bool:
    """Send to every address; whether all took it. Without any address there is nothing to send, and that is no failure."""
    to = addresses(config)
    if not to:
        return True
    from apprise import Apprise, NotifyFormat

    service = Apprise()
    refused = [address for address in to if not service.add(address)]
    sent = bool(len(service)) and service.notify(title=message.title, body=message.body, body_format=NotifyFormat.TEXT)
    if refused or not sent:
        _LOG.error("message not sent: %s", message.title)
    return bool(sent) and not refused


def failure(what: str, reason: str) -> Message:
    """A run that failed, with the sentence that says why."""
    return Message(
        f"Pôles ESS : échec ({what})",
        f"{reason}\n\nLes sorties du passage précédent restent en place. Le guide de l'administrateur dit quoi faire, message par message.",
    )


def rejections(news: pl.DataFrame) -> Message | None:
    """The files that a run rejected and the run before had not: `news` is what the register learned. None where there is none."""
    rows = news.filter((pl.col("decision") == REJECTED) & pl.col("evenement").is_in([ARRIVED, DECIDED])).to_dicts()
    if not rows:
        return None
    lines = [f"- {visible(row['fichier'])} : {visible(row['motif'])}" for row in rows]
    return Message(
        f"Pôles ESS : {count(len(rows), 'fichier rejeté', 'fichiers rejetés')}",
        "\n".join([*_shortened(lines), "", "Le détail, cellule par cellule, est dans suivi.xlsx (feuille Constats) et dans les retours."]),
    )


def digest(tables: Mapping[str, pl.DataFrame], journal: pl.DataFrame, day: date) -> Message:
    """The week: what came, where the Pays are, what waits for a new version, what is late. `journal` is the register's."""
    depots, followed = tables["depots"], tables["suivi_pays"]
    week = journal.filter((pl.col("evenement") == ARRIVED) & (pl.col("instant").dt.date() > day - timedelta(days=7)))
    stages = followed.group_by("etape", maintain_order=True).len().sort("len", descending=True, maintain_order=True).rows()
    rejected = depots.filter(pl.col("decision") == REJECTED)
    late = followed.filter(pl.col("echeance") < day).sort("echeance", "pays_code").to_dicts()
    received = depots.filter(pl.col("decision") != IGNORED)
    body = [
        f"Au {french_date(day)}.",
        "",
        f"Reçus depuis sept jours : {count(week.height, 'fichier')}.",
        f"En tout : {count(received.height, 'fichier')}, {euros(received['compte_eur'].sum() or 0)} comptés.",
        "",
        "Les Pays :",
        *[f"- {stage} : {number}" for stage, number in stages],
        "",
        f"Rejetés, en attente d'une nouvelle version : {rejected.height}",
        *_shortened([f"- {visible(row['fichier'])}" for row in rejected.to_dicts()]),
        "",
        f"Échéances dépassées : {len(late)}",
        *_shortened([f"- {row['pays']} : {row['prochaine_action']} (pour le {french_date(row['echeance'])})" for row in late]),
    ]
    return Message(f"Pôles ESS : la semaine au {french_date(day)}", "\n".join(body))


def _shortened(lines: list[str]) -> list[str]:
    more = len(lines) - _LINES
    return [*lines[:_LINES], f"- et {count(more, 'autre')}"] if more > 0 else lines
