"""Who is asked again, for what and by when; a page that always fits on one A4 sheet and in which nothing received comes alive."""

import dataclasses
import re
import shutil
import subprocess
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.reminders import reminders
from pages.fit import cut, lines_of
from pages.reminder import reminder_page
from schemas.reminders import FileToMend, ReceivedFile, Remark, Reminder, Share, Unanswered
from schemas.text import NBSP, visible
from tests.builders import xlsx
from tests.grids import CONFIG, DAY, at, decisions, edit, posts, statement, study, tables
from tests.runs import run_steps
from tests.test_injection import PAYLOADS
from workbooks.reader import RawSheet

LATER = date(2010, 7, 1)
DEADLINE = date(2010, 12, 21)


def asked(files: dict[str, list[RawSheet]], day: date = DAY) -> dict[str, Reminder]:
    """The reminders by code of Pays."""
    return {r.pays_code: r for r in reminders(tables(files, day=day), CONFIG, day)}


# --- Who ----------------------------------------------------------------------------------------------------------------------


def test_nothing_is_asked_where_nothing_is_expected() -> None:
    assert asked({}) == {}
    assert asked({"a.xlsx": study()}) == {}


def test_a_rejected_file_waits_for_a_corrected_version() -> None:
    made = asked({"2010/Dinan/a.xlsx": study(asked=26000)})["08"]
    assert made.reasons == ("1 classeur à corriger (1 erreur)",)
    assert (made.deadline, made.page) == (DEADLINE, "relances/08-pays-de-dinan.html")
    assert [(f.path, f.rejected, f.next_version) for f in made.to_mend] == [("2010/Dinan/a.xlsx", True, 2)]
    assert [(r.error, r.place) for r in made.to_mend[0].remarks] == [(True, "Plan de financement D2")]
    assert [f.verdict for f in made.received] == ["refusé en l'état : 1 erreur"]


def test_only_the_latest_version_is_asked_for() -> None:
    files = {"a.xlsx": study(asked=26000), "b.xlsx": study(asked=27000, version=2, depot=LATER)}
    made = asked(files)["08"]
    assert [f.path for f in made.to_mend] == [f.path for f in made.received] == ["b.xlsx"]
    assert asked({**files, "c.xlsx": study(version=3, depot=date(2010, 8, 1))}) == {}


def test_a_rejected_newcomer_is_to_mend_and_the_one_that_counts_is_said_to_be_received() -> None:
    made = asked({"a.xlsx": study(), "b.xlsx": study(asked=27000, version=2, depot=LATER)})["08"]
    assert [(f.path, f.verdict) for f in made.received] == [("a.xlsx", "accepté"), ("b.xlsx", "refusé en l'état : 1 erreur")]
    assert [f.path for f in made.to_mend] == ["b.xlsx"]


def test_an_open_warning_is_asked_about_and_an_information_is_not() -> None:
    warned = asked({"a.xlsx": edit(study(), "Partenaires", "B2", "association")})["08"]
    assert warned.reasons == ("1 avertissement à lever",)
    assert [(f.rejected, f.remarks[0].error) for f in warned.to_mend] == [(False, False)]
    assert asked({"a.xlsx": edit(study(), "Partenaires", "C1", "Ville")}) == {}


def test_a_withdrawn_dossier_asks_for_nothing() -> None:
    taken_back = decisions(steps=[["Dinan", "étude rendue", at(date(2010, 8, 1))], ["Dinan", "retiré", at(date(2010, 9, 1))]])
    assert asked({"a.xlsx": study(), "region/d.xlsx": taken_back}) == {}


def test_other_campaigns_are_left_alone() -> None:
    assert asked({"a.xlsx": study(asked=26000, campaign=2011, depot=date(2011, 6, 1))}, date(2011, 11, 30)) == {}


def test_a_co_financer_is_awaited_for_the_years_begun() -> None:
    made = asked({"v.xlsx": posts(years=3)})["20"]
    assert made.reasons == (f"1 cofinanceur sans réponse (7{NBSP}000{NBSP}€)",)
    share = Share(2010, Decimal(7000), False)
    assert made.unanswered == (Unanswered("Département du Morbihan", "Département", (share,), False),)


def test_what_a_dossier_says_is_secured_is_awaited_whatever_the_year() -> None:
    sheets = edit(edit(posts(years=2), "Plan de financement", "E5", 7000), "Plan de financement", "F5", "voté")
    shares = asked({"v.xlsx": sheets})["20"].unanswered[0].shares
    assert shares == (Share(2010, Decimal(7000), False), Share(2011, Decimal(7000), True))


def test_a_statement_set_aside_is_said() -> None:
    broken = edit(statement([["Pays de Vannes", "fonctionnement", 2010, 7000, 0]]), "Identification", "B3", "hier")
    assert asked({"v.xlsx": posts(), "s.xlsx": broken})["20"].unanswered[0].rejected


def test_an_overdue_stage_is_asked_about() -> None:
    vote = ["Dinan", "préfiguration", "attribution", 20000, None, 2010, 1, at(date(2010, 3, 1)), "CP1"]
    files = {"a.xlsx": study(depot=date(2010, 2, 1)), "region/d.xlsx": decisions([vote])}
    assert asked(files, date(2010, 12, 31)) == {}
    made = asked(files, date(2011, 1, 1))["08"]
    assert (made.reasons, made.overdue) == (("échéance dépassée depuis le 31/12/2010",), date(2010, 12, 31))


def test_the_table_says_what_the_pages_say() -> None:
    made = tables({"a.xlsx": study(asked=26000), "v.xlsx": posts()})
    rows = made["relances"].select("pays_code", "page", "classeurs", "erreurs", "avertissements", "cofinanceurs", "attendu_eur").rows()
    assert rows == [
        ("08", "relances/08-pays-de-dinan.html", 1, 1, 0, 0, Decimal(0)),
        ("20", "relances/20-pays-de-vannes.html", 0, 0, 0, 1, Decimal(7000)),
    ]
    assert set(made["relances"]["date_limite"]) == {DEADLINE}


# --- The page -----------------------------------------------------------------------------------------------------------------


def reminder(text: str = "texte", files: int = 1, remarks: int = 2, received: int = 1, silent: int = 1) -> Reminder:
    """A reminder in which every text that could come from a file is the given one."""
    said = tuple(Remark(n % 2 == 0, text, text, text) for n in range(remarks))
    shares = tuple(Share(2010 + n, Decimal("123456.78"), True) for n in range(5))
    return Reminder(
        "14", text, 2010, DAY, DEADLINE, ("3 classeurs à corriger (12 erreurs)", "1 avertissement à lever", "2 cofinanceurs sans réponse"),
        tuple(ReceivedFile(f"dossier/{text}", text, DAY, 1, text) for _ in range(received)),
        tuple(FileToMend(f"dossier/{text}", text, 2, n == 0, said) for n in range(files)),
        tuple(Unanswered(text, text, shares, True) for _ in range(silent)), "étude en cours", text, date(2010, 6, 30), "relances/14.html",
    )  # fmt: skip


class Page(HTMLParser):
    """Tags with their attributes, and the text that is shown."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.texts: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


PLAIN = Page(reminder_page(reminder(), CONFIG))


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_no_text_received_comes_alive(payload: str) -> None:
    page = Page(reminder_page(reminder(payload), CONFIG))
    named = {tag for tag, _ in page.tags}
    assert named <= {tag for tag, _ in PLAIN.tags}
    assert {a for _, attrs in page.tags for a in attrs} == {a for _, attrs in PLAIN.tags for a in attrs}
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]", page.text)
    if len(payload) < 60:
        assert visible(payload.strip()).split()[0:1] == [] or visible(payload.strip()).split()[0] in page.text.replace(NBSP, " ")


def test_a_page_needs_nothing_else_and_runs_nothing() -> None:
    page = reminder_page(reminder(), CONFIG).decode()
    assert not re.search(r"https?:|//|src=|href=|@import|url\(|<script|<link|\bon\w+=", page)
    assert "default-src 'none'" in page
    assert page.startswith('<!DOCTYPE html>\n<html lang="fr">')


def test_the_page_says_what_to_do_by_when_and_in_which_return() -> None:
    made = tables({"2010/a & b.xlsx": study(asked=26000)})
    made = made.with_tables({"depots": made["depots"].with_columns(retour=pl.lit("retours/2010/a & b.xlsx-corrections.xlsx"))})
    (one,) = reminders(made, CONFIG, DAY)
    text = " ".join(Page(reminder_page(one, CONFIG)).text.split())
    for words in (
        "Pays de Dinan", "au plus tard le 21/12/2010", "« a & b.xlsx »", "« a & b.xlsx-corrections.xlsx »", "Plan de financement D2 :",
        "le plafond est de 25 000 €", "portez sa version à 2", "15/06/2010", "refusé en l'état : 1 erreur",
        CONFIG.relances.expediteur,
    ):  # fmt: skip
        assert words in text, words
    assert "2010/" not in text.replace("21/12/2010", "").replace("30/11/2010", "").replace("15/06/2010", "")


def test_the_contact_is_never_on_a_page() -> None:
    sheets = study(asked=26000)
    sheets[0].grid.append(["Courriel de contact", "contact@pole.example"])
    (one,) = reminders(tables({"a.xlsx": sheets}), CONFIG, DAY)
    assert b"contact@pole.example" not in reminder_page(one, CONFIG)


def test_what_does_not_fit_is_counted() -> None:
    text = Page(reminder_page(reminder("un texte assez long pour une ligne entière ou presque, " * 2, 9, 40, 30, 30), CONFIG)).text
    shown = text.count("→")
    first = re.search(r"et (\d+) autres, dans le retour joint", text)
    assert first is not None
    assert shown >= 1
    assert shown + sum(map(int, re.findall(r"et (\d+) autres?, dans le retour", text))) == 40 * (9 - int(_number(text, "classeurs?")))
    assert int(_number(text, "fichiers?")) + text.count("30/11/2010") - 2 == 30


def _number(text: str, word: str) -> str:
    found = re.search(rf"et (\d+) autres? {word}", text)
    return found[1] if found else "0"


def test_the_same_facts_give_the_same_bytes() -> None:
    assert reminder_page(reminder(), CONFIG) == reminder_page(reminder(), CONFIG)


@given(st.text(max_size=400), st.integers(1, 4), st.sampled_from([0.3, 0.6, 1.0]))
def test_a_text_that_is_cut_fits_and_one_that_fits_is_whole(text: str, lines: int, share: float) -> None:
    kept = cut(text, lines, share)
    assert lines_of(kept, share) <= lines
    assert kept == text if lines_of(text, share) <= lines else kept.endswith("…")


WORST = {
    "large": "W" * 400, "mots": "caractéristiques " * 30, "chinois": "国" * 400, "signes": "&<>\"'" * 60, "court": "a", "emoji": "😀" * 300,
}  # fmt: skip
SIZES = {"beaucoup": (9, 60, 30, 30), "un": (1, 200, 1, 0), "cofinanceurs": (0, 0, 30, 30), "deux": (2, 3, 2, 2), "reçus": (0, 0, 30, 0)}
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium n'est pas installé")
@pytest.mark.parametrize(
    ("kind", "size"), [pytest.param(k, s, marks=() if (k, s) == ("large", "beaucoup") else pytest.mark.long) for k in WORST for s in SIZES]
)
def test_every_page_prints_on_one_sheet(tmp_path: Path, kind: str, size: str) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(reminder_page(reminder(WORST[kind], *SIZES[size]), CONFIG))
    assert printed_pages(path) == 1


def printed_pages(path: Path) -> int:
    """The number of pages of the PDF that Chromium prints."""
    target = path.with_suffix(".pdf")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-quic"]
    options += [f"--user-data-dir={path.parent / 'profil'}", "--no-pdf-header-footer", f"--print-to-pdf={target}", path.as_uri()]
    subprocess.run([str(CHROMIUM), *options], check=True, capture_output=True, timeout=120)
    return len(re.findall(rb"/Type\s*/Page\b", target.read_bytes()))


# --- On the disk --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "inputs").mkdir()
    return tmp_path / "inputs", tmp_path / "outputs"


def put(path: Path, sheets: list[RawSheet]) -> None:
    rows: dict[str, list[list[Any]]] = {s.name: s.grid for s in sheets}
    path.write_bytes(xlsx(rows))


def test_pages_come_and_go_with_what_is_expected(folders: tuple[Path, Path]) -> None:
    inputs, outputs = folders
    put(inputs / "a.xlsx", study(asked=26000))
    put(inputs / "v.xlsx", posts())
    written = run_steps(inputs, outputs, DAY).written
    pages = {p.name for p in (outputs / "relances").iterdir()}
    assert pages == {"08-pays-de-dinan.html", "20-pays-de-vannes.html"} == {p.name for p in written if p.parent.name == "relances"}
    (outputs / "relances" / "notes du service.txt").write_text("à garder")
    put(inputs / "a2.xlsx", study(version=2, depot=LATER))
    run_steps(inputs, outputs, DAY)
    assert {p.name for p in (outputs / "relances").iterdir()} == {"20-pays-de-vannes.html", "notes du service.txt"}


def test_every_field_of_a_reminder_is_looked_at() -> None:
    """A new field must be given a hostile text here too."""
    assert [f.name for f in dataclasses.fields(Reminder)] == [
        "pays_code", "pays", "campagne", "day", "deadline", "reasons", "received", "to_mend", "unanswered", "stage", "next_action",
        "overdue", "page",
    ]  # fmt: skip
