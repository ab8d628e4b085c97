"""Messages to the team: what they say, and that a real mail server and a real webhook receive them."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from aiosmtpd.controller import Controller

from flows.errors import RunError
from flows.notify import Message, addresses, digest, failure, rejections, send
from schemas.parameters import Config
from schemas.register import JOURNAL_SCHEMA
from tests.grids import CONFIG, DAY, study, tables


def config(*to: str) -> Config:
    """The project's configuration, writing to these addresses."""
    return CONFIG.model_copy(update={"notifications": CONFIG.notifications.model_copy(update={"adresses": to})})


class Mailbox:
    """Keeps what a mail server receives."""

    def __init__(self) -> None:
        self.received: list[Any] = []

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:
        self.received.append((envelope.mail_from, envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@pytest.fixture
def mail() -> Iterator[tuple[str, Mailbox]]:
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield f"mailto://127.0.0.1:{port}/?from=poles@exemple.bzh&to=equipe@exemple.bzh&mode=insecure", box
    finally:
        server.stop()


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    received: list[dict[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"json://127.0.0.1:{server.server_port}/depots", received
    finally:
        server.shutdown()


def test_a_mail_and_a_webhook_say_the_same(mail: tuple[str, Mailbox], webhook: tuple[str, list[dict[str, Any]]]) -> None:
    message = Message("Pôles ESS : 1 fichier rejeté", "- 2010/vannes.xlsx : trop d'aide\n\nVoir suivi.xlsx.")
    assert send(message, config(mail[0], webhook[0]))
    ((sender, to, letter),) = mail[1].received
    assert (sender, to) == ("poles@exemple.bzh", ["equipe@exemple.bzh"])
    assert letter["Subject"] == message.title
    assert letter.get_body(("plain",)).get_content().replace("\r\n", "\n").strip() == message.body
    assert [(said["title"], said["message"]) for said in webhook[1]] == [(message.title, message.body)]


def test_nothing_is_sent_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POLES_NOTIFICATIONS", raising=False)
    assert addresses(CONFIG) == ()
    assert send(Message("a", "b"), CONFIG)


def test_an_address_with_a_password_may_stay_out_of_the_configuration(mail: tuple[str, Mailbox], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLES_NOTIFICATIONS", mail[0])
    assert send(Message("a", "b"), CONFIG)
    assert len(mail[1].received) == 1


@pytest.mark.parametrize("address", ["mailto://127.0.0.1:1/?from=a@b.fr&to=c@d.fr", "n'importe quoi"])
def test_a_message_that_cannot_be_sent_is_said_and_fails_nothing(address: str, caplog: pytest.LogCaptureFixture) -> None:
    assert not send(Message("Titre", "b"), config(address))
    assert "Titre" in caplog.text


def entry(path: str, event: str, decision: str | None) -> dict[str, Any]:
    return {"numero": 3, "fichier": path, "instant": datetime(2010, 11, 29, tzinfo=UTC), "date_arrete": DAY, "evenement": event,
            "empreinte": "ab", "taille": 1, "decision": decision, "motif": f"raison de {path}", "copie": None}  # fmt: skip


def journal(*entries: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(entries), schema=JOURNAL_SCHEMA)


def test_a_rejection_is_told_with_its_reason() -> None:
    news = journal(entry("a.xlsx", "arrivé", "rejeté"), entry("b.xlsx", "arrivé", "accepté"), entry("c.xlsx", "décidé", "rejeté"))
    told = rejections(news)
    assert told is not None
    assert told.title == "Pôles ESS : 2 fichiers rejetés"
    assert told.body.split("\n")[:2] == ["- a.xlsx : raison de a.xlsx", "- c.xlsx : raison de c.xlsx"]


@pytest.mark.parametrize("news", [journal(), journal(entry("a.xlsx", "retiré", None)), journal(entry("a.xlsx", "arrivé", "accepté"))])
def test_a_run_without_rejections_says_nothing(news: pl.DataFrame) -> None:
    assert rejections(news) is None


def test_a_long_list_is_cut_and_the_rest_counted() -> None:
    told = rejections(journal(*(entry(f"{n:03}.xlsx", "arrivé", "rejeté") for n in range(45))))
    assert told is not None
    assert "et 15 autres" in told.body


def test_a_name_cannot_forge_a_line() -> None:
    told = rejections(journal(entry("a\n- faux.xlsx", "arrivé", "rejeté")))
    assert told is not None
    assert not any(line.startswith("- faux") for line in told.body.split("\n"))


def test_the_week_in_a_message() -> None:
    made = tables({"dinan.xlsx": study(), "trop.xlsx": study("Pays de Vannes", asked=26000)})
    told = digest(made, journal(entry("dinan.xlsx", "arrivé", "accepté"), entry("trop.xlsx", "arrivé", "rejeté")), DAY)
    assert told.title == "Pôles ESS : la semaine au 30/11/2010"
    for line in ("Reçus depuis sept jours : 2 fichiers.", "- préfiguration déposée : 1", "- sans démarche : 20", "- trop.xlsx"):
        assert line in told.body.split("\n")


def test_a_month_old_arrival_is_not_of_this_week() -> None:
    made = tables({"dinan.xlsx": study()})
    told = digest(made, journal(entry("dinan.xlsx", "arrivé", "accepté")), date(2010, 12, 30))
    assert "Reçus depuis sept jours : 0 fichier." in told.body


def test_a_failure_says_why_and_that_the_outputs_stand() -> None:
    told = failure("consolidation de la nuit", str(RunError("Le disque est plein.")))
    assert told.title == "Pôles ESS : échec (consolidation de la nuit)"
    assert "Le disque est plein." in told.body
    assert "restent en place" in told.body


def test_no_contact_of_a_sender_is_in_a_message(tmp_path: Path) -> None:
    made = tables({"dinan.xlsx": [*study()]})
    said = digest(made, journal(entry("dinan.xlsx", "arrivé", "accepté")), DAY).body
    assert "@" not in said
