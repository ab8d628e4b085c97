"""The status page: what it says of October 2010; nothing received comes alive in it; anyone can read it, on any screen or on paper."""

import base64
import dataclasses
import hashlib
import html
import itertools
import re
import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.at_a_glance import _chart, at_a_glance
from flows import steps
from flows.sequence import run as run_sequence
from flows.steps import job
from pages.status import FAMILIES, PLACES, status_page
from schemas.at_a_glance import PAGE, PAID, SHARES, FileGlance, Glance, Output, PaysGlance
from schemas.pays import all_pays
from schemas.programme import DUE
from schemas.tables import ACCEPTED, DECISIONS, STAGES
from schemas.text import NBSP
from tests.grids import CONFIG, DAY, ROOT, edit, posts, study, tables
from tests.runs import InProcess, run_steps
from tests.test_injection import PAYLOADS
from tests.test_reminders import CHROMIUM, Page, printed_pages, put

EXAMPLE = ROOT / "examples" / "octobre-2010"
CSS = (ROOT / "pages" / "templates" / "index.css").read_text("utf-8")
in_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium n'est pas installé")


@pytest.fixture(scope="module")
def october(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs of the October 2010 campaign."""
    outputs = tmp_path_factory.mktemp("sorties")
    run_steps(EXAMPLE, outputs, DAY)
    return outputs


def made(files: dict[str, Any], day: date = DAY) -> Glance:
    return at_a_glance(tables(files, day=day), CONFIG, day)


def words(page: bytes) -> str:
    """The page's text without its style and script, on one line."""
    body = re.sub(r"<(style|script)>.*?</\1>", "", page.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(body)).replace(NBSP, " ").split())


# --- What it says -------------------------------------------------------------------------------------------------------------


def test_october_2010_is_told_as_the_fiche_action_tells_it(october: Path) -> None:
    page = (october / PAGE).read_bytes()
    text = words(page)
    for said in (
        "État des pôles au 30/11/2010", "campagne 2010", "sans démarche : 7 Pays",
        "étude en cours : 6 Pays", "pôle en fonctionnement : 8 Pays",
        "21 fichiers reçus, rien à corriger", "0 écart", "2010 496 500 € 130 000 €", "Total 1 213 500 € 287 500 €",
        "Département 126 500 € 0 € 103 500 € 230 000 €", "ADESS Pays de Brest, 1re année, 2 postes",
        "30/06/2010 dépassée", "1 cofinanceur sans réponse (6 000 €)",
    ):  # fmt: skip
        assert said in text, said
    tiles = re.findall(rb'class="tuile (\w+)" href="#pays-(\d\d)"', page)
    assert len(tiles) == len({code for _, code in tiles}) == 21
    assert {code.decode(): family.decode() for family, code in tiles} == {c: FAMILIES[p.stage_2010] for c, p in all_pays().items()}


def test_every_link_leads_to_something_made(october: Path) -> None:
    page = (october / PAGE).read_text("utf-8")
    ids = set(re.findall(r'\bid="([^"]+)"', page))
    links = re.findall(r'href="([^"]+)"', page)
    assert len(links) > 40
    for link in map(html.unescape, links):
        assert link[1:] in ids if link.startswith("#") else (october / link).exists(), link
    assert {"./suivi.xlsx", "./budget-consolide.xlsx", "./modeles/", "./open-data/subventions.csv"} <= set(links)


def test_a_rejected_file_comes_first_with_its_reason_and_its_return() -> None:
    data = tables({"2010/é & b.xlsx": study(asked=26000), "v.xlsx": posts()})
    returns = {"2010/é & b.xlsx": "retours/2010/é & b.xlsx-corrections.xlsx"}
    retour = pl.col("fichier").replace_strict(returns, default=None)
    data = data.with_tables({"depots": data["depots"].with_columns(retour=retour)})
    glance = at_a_glance(data, CONFIG, DAY)
    assert [(f.path, f.decision, f.errors) for f in glance.files] == [("2010/é & b.xlsx", "rejeté", 1), ("v.xlsx", "accepté", 0)]
    page = status_page(glance)
    assert b'href="./retours/2010/%C3%A9%20%26%20b.xlsx-corrections.xlsx"' in page
    assert "1 erreur à corriger : aide à l'étude au-dessus du plafond (PRE201, Plan de financement D2)." in words(page)
    assert "2 fichiers reçus, dont 1 à corriger ou à préciser" in words(page)


def test_files_of_other_campaigns_are_counted_apart() -> None:
    glance = made({"a.xlsx": study(), "b.xlsx": study(campaign=2011, depot=date(2011, 6, 1))}, date(2011, 11, 30))
    assert ([f.path for f in glance.files], glance.other_files) == (["a.xlsx"], 1)
    assert "D'autres campagnes : 1 fichier" in words(status_page(glance))


def test_no_file_at_all_makes_a_page_too() -> None:
    text = words(status_page(made({})))
    assert "Aucun fichier reçu" in text
    assert text.count("Rien n'est encore inscrit") == 2
    assert "sans démarche : 21 Pays" in text


def test_neither_the_contact_nor_pay_is_on_the_page() -> None:
    sheets = posts()
    sheets[0].grid.append(["Courriel de contact", "contact@pole.example"])
    page = status_page(made({"v.xlsx": sheets}))
    assert "pole.example" not in page.decode()
    assert "@" not in words(page)
    assert "641" not in words(page)
    assert "Rémunération" not in words(page)


def test_the_same_facts_give_the_same_bytes() -> None:
    files = {"a.xlsx": study(asked=26000), "v.xlsx": posts()}
    assert status_page(made(files)) == status_page(made(dict(reversed(files.items()))))


# --- Charts -------------------------------------------------------------------------------------------------------------------

AMOUNTS = st.decimals(-1000, 10**9, places=2)


@given(st.dictionaries(st.integers(2008, 2020).map(str), st.fixed_dictionaries(dict.fromkeys((*DUE, PAID), AMOUNTS)), max_size=6))
def test_bars_touch_stay_in_the_chart_and_add_up(amounts: dict[str, dict[str, Decimal]]) -> None:
    chart = _chart(amounts, (*DUE, PAID))
    for row in chart.rows:
        place = Decimal(0)
        for bar in row.bars:
            assert bar.start == (0 if bar.series == PAID else place)
            assert bar.length >= 0
            assert bar.start + bar.length <= 100
            place = bar.start + bar.length
            assert bar.amount == amounts[row.label][bar.series]
        assert row.total == sum((amounts[row.label][s] for s in chart.series if s != PAID), Decimal(0))
    assert chart.totals.total == sum((row.total for row in chart.rows), Decimal(0))


def test_the_longest_row_takes_the_whole_width_and_a_series_without_amount_is_left_out() -> None:
    zero = dict.fromkeys(SHARES, Decimal(0))
    chart = _chart({"EPCI": {**zero, "confirmé": Decimal(50)}, "État": {**zero, "confirmé": Decimal(150), "espéré": Decimal(50)}}, SHARES)
    assert chart.series == ("confirmé", "espéré")
    assert [[(b.start, b.length) for b in row.bars] for row in chart.rows] == [[(0, 25), (25, 0)], [(0, 75), (75, 25)]]


# --- The map ------------------------------------------------------------------------------------------------------------------


def test_each_pays_has_a_place_of_its_own_and_each_stage_a_sign() -> None:
    assert set(PLACES) == set(all_pays())
    assert len(set(PLACES.values())) == 21
    assert tuple(FAMILIES) == STAGES
    for row, column in PLACES.values():
        assert f".l{row} " in CSS
        assert f".c{column} " in CSS
    assert sorted(("08", "09", "02", "10", "12", "16"), key=lambda code: PLACES[code][1]) == ["02", "12", "10", "16", "08", "09"]


def test_the_keyboard_goes_through_the_map_as_the_eye_does() -> None:
    found = re.findall(r'<li class="l(\d) c(\d)"><a', status_page(every_stage()).decode())
    assert len(found) == 21
    assert found == sorted(found)


@cache
def every_stage() -> Glance:
    """A page on which each stage and each decision stands."""
    glance = made({"a.xlsx": study(asked=26000), "v.xlsx": edit(posts(), "Partenaires", "B2", "association")})
    pays = tuple(replace(p, stage=STAGES[n % len(STAGES)]) for n, p in enumerate(glance.pays))
    files = tuple(replace(glance.files[0], path=decision, decision=decision) for decision in DECISIONS)
    return replace(glance, pays=pays, stages=dict.fromkeys(STAGES, 2), files=files, decisions=dict.fromkeys(DECISIONS, 1))


def test_a_stage_and_a_decision_are_told_by_words_and_a_sign() -> None:
    page = status_page(every_stage()).decode()
    signs = set(re.findall(r'<symbol id="([^"]+)"', page))
    for stage in STAGES:
        found = re.search(rf'<a class="tuile \w+" [^>]+><svg[^>]+><use href="#([^"]+)"/></svg>.*?<span class="etape">{stage}</span>', page)
        assert found, stage
        assert found[1] in signs
    assert len(set(re.findall(r'<use href="#([^"]+)"', page))) == len(signs) == len(STAGES) + 4
    for decision in DECISIONS:
        assert re.search(rf'<use href="#signe-[\w]+"/></svg><span>{decision}</span>', page)


# --- Nothing received comes alive -----------------------------------------------------------------------------------------------


def hostile(text: str) -> Glance:
    """A page in which every text that could come from a file is the given one."""
    glance = every_stage()
    known = ("code", "stage", "decision")

    def told(fact: Any) -> Any:
        changed = {f.name: text for f in dataclasses.fields(fact) if isinstance(getattr(fact, f.name), str) and f.name not in known}
        return replace(fact, **changed)

    return replace(
        told(glance), pays=tuple(map(told, glance.pays)), files=tuple(map(told, glance.files)), outputs=tuple(map(told, glance.outputs))
    )


PLAIN = Page(status_page(hostile("texte")))


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_no_text_received_comes_alive(payload: str) -> None:
    page = Page(status_page(hostile(payload)))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in PLAIN.tags]
    assert [[name for name, _ in attrs] for _, attrs in page.tags] == [[name for name, _ in attrs] for _, attrs in PLAIN.tags]
    links = [value or "" for _, attrs in page.tags for name, value in attrs if name == "href"]
    assert [link for link in links if not re.fullmatch(r"#[\w-]+|\./[\w.~%/-]*", link, re.ASCII)] == []
    assert [r for t, attrs in page.tags for n, r in attrs if n not in ("href", "data-nom") and r is not None and payload in r] == []
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]", page.text)


def test_every_field_is_looked_at() -> None:
    """A new field must be given a hostile text here too."""
    assert [[f.name for f in dataclasses.fields(kind)] for kind in (PaysGlance, FileGlance, Output)] == [
        ["code", "name", "short_name", "stage", "study", "pole", "year", "posts", "next_action", "due", "overdue", "reminder", "reasons"],
        ["path", "document", "sender", "day", "decision", "reason", "errors", "warnings", "returned"],
        ["path", "title", "said", "made"],
    ]  # fmt: skip


def test_a_text_of_any_length_leaves_the_page_small() -> None:
    """Those that come from a file's content or name; its return is found by a path, which systems keep short."""
    plain, long = every_stage(), hostile("long " * 20_000)
    pays = tuple(replace(p, name="x", short_name="x", reminder="x") for p in long.pays)
    files = tuple(replace(f, returned="x") for f in long.files)
    assert len(status_page(replace(plain, pays=pays, files=files))) < 200_000


def test_the_page_fetches_nothing_and_runs_its_own_script_alone() -> None:
    page = status_page(every_stage()).decode()
    assert not re.search(
        r"https?:|//\w|\bsrc=|@import|url\((?!#)|<link|<img|<iframe|\bon\w+=|\bstyle=|javascript:|<base", page.split("<script>")[0]
    )
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for kind in ("style", "script"):
        (body,) = re.findall(rf"<{kind}>(.*?)</{kind}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not re.search(r"fetch|XMLHttp|eval|innerHTML|import\(|localStorage|cookie", page.split("<script>")[1])


# --- Anyone can read it -----------------------------------------------------------------------------------------------------------


def test_headings_landmarks_labels_captions() -> None:
    page = status_page(every_stage())
    tags = Page(page).tags
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    count = [tag for tag, _ in tags].count
    assert (count("header"), count("nav"), count("main"), count("footer")) == (1, 1, 1, 1)
    assert count("table") == count("caption") == count("thead") == 4
    ids = [v for _, attrs in tags for n, v in attrs if n == "id"]
    assert len(ids) == len(set(ids))
    for tag, attrs in tags:
        given = dict(attrs)
        if tag == "th":
            assert given["scope"] in ("col", "row")
        if tag in ("input", "select"):
            assert f'<label for="{given["id"]}">'.encode() in page
        if tag == "section":
            assert given["aria-labelledby"] in ids
        if tag == "svg":
            assert given.get("aria-hidden") == "true" or b'<div class="graphique" aria-hidden="true">' in page
    assert b'<html lang="fr">' in page
    assert page.count(b'aria-live="polite"') == 2
    assert re.search(rb'<body>\s*<a class="passer" href="#contenu">', page)


def palettes() -> dict[str, dict[str, str]]:
    """The colours of each theme, as the style sheet has them."""
    light, dark, printed = re.findall(r":root \{([^}]+)\}", CSS)
    return {
        name: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part))
        for name, part in (("clair", light), ("sombre", dark), ("papier", printed))
    }


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


TEXTS = {
    "texte": ("fond", "carte", "retrait", "etude", "hachure", "projet", "fin"), "doux": ("fond", "carte", "retrait"),
    "sur-plein": ("plein",), "accent": ("fond", "carte"), "lien": ("fond", "carte", "retrait"), "erreur": ("carte", "retrait"),
    "reserve": ("carte", "retrait"), "accord": ("carte", "retrait"),
}  # fmt: skip
SHAPES = {"bord": ("carte", "fond"), "trait": ("carte",), "accent": ("moyen", "clair", "retrait", "carte"), "plein": ("carte", "fond")}


@pytest.mark.parametrize("theme", ["clair", "sombre", "papier"])
def test_texts_and_shapes_stand_out(theme: str) -> None:
    colours = palettes()[theme]
    for pairs, least in ((TEXTS, 4.5), (SHAPES, 3.0)):
        for ink, grounds in pairs.items():
            for ground in grounds:
                assert contrast(colours[ink], colours[ground]) >= least, (theme, ink, ground)
    assert set(colours) == set(palettes()["clair"])


def test_no_colour_is_written_outside_the_palettes() -> None:
    assert re.findall(r"#[0-9a-f]{3,8}\b", re.sub(r":root \{[^}]+\}", "", CSS)) == []


# --- In a real browser --------------------------------------------------------------------------------------------------------


def dom(path: Path, fragment: str = "") -> str:
    """The page once its script has run."""
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-quic"]
    options += [f"--user-data-dir={path.parent / 'profil'}", "--virtual-time-budget=2000", "--dump-dom", path.as_uri() + fragment]
    return subprocess.run([str(CHROMIUM), *options], check=True, capture_output=True, timeout=120).stdout.decode()


def visible_rows(page: str, table: str) -> int:
    (body,) = re.findall(rf'<table id="{table}".*?<tbody[^>]*>(.*?)</tbody>', page, re.DOTALL)
    return len([row for row in re.findall(r"<tr[^>]*>", body) if "hidden" not in row])


@in_chromium
def test_the_address_filters_the_rows(october: Path, tmp_path: Path) -> None:
    page = tmp_path / PAGE
    page.write_bytes((october / PAGE).read_bytes())
    found = dom(page, "#liste-pays-mots=pole+GOELO%20&liste-fichiers-valeur=accept%C3%A9&liste-fichiers-mots=cote-dor")
    assert (visible_rows(found, "liste-pays"), visible_rows(found, "liste-fichiers")) == (0, 0)
    found = dom(page, "#liste-pays-valeur=%C3%A9tude%20en%20cours&liste-fichiers-mots=tregor+prefiguration")
    assert (visible_rows(found, "liste-pays"), visible_rows(found, "liste-fichiers")) == (6, 1)
    assert ">6 Pays sur 21</output>" in found
    assert ">1 fichier sur 21</output>" in found
    assert not re.search(r"<form[^>]*hidden", found)


@in_chromium
def test_typing_filters_and_is_kept_in_the_address(october: Path, tmp_path: Path) -> None:
    page = tmp_path / PAGE
    typing = """<script>
    const field = document.getElementById("liste-pays-mots");
    field.value = "Goëlo"; field.dispatchEvent(new Event("input", {bubbles: true}));
    document.body.dataset.address = location.hash; document.body.dataset.told = document.querySelector("output").textContent;
    field.form.querySelector("button").click();
    document.body.dataset.after = document.querySelector("output").textContent + location.hash;
    field.value = "Goëlo"; field.dispatchEvent(new Event("input", {bubbles: true}));
    addEventListener("hashchange", () => { document.body.dataset.reached = document.querySelector("output").textContent; });
    document.querySelector(".carte a[href='#pays-08']").click();
    </script>"""
    text = re.sub(r"<meta http-equiv[^>]+>", "", (october / PAGE).read_text("utf-8")).replace("</body>", typing + "</body>")
    page.write_text(text, "utf-8")
    found = html.unescape(dom(page))
    assert 'data-address="#liste-pays-mots=Go%C3%ABlo"' in found
    assert 'data-told="1 Pays sur 21"' in found
    assert 'data-after="21 Pays sur 21#liste-pays"' in found
    assert 'data-reached="21 Pays sur 21"' in found, "a tile leads to its row, filtered out or not"


@in_chromium
@pytest.mark.parametrize("kind", ["octobre", "hostile"])
def test_nothing_is_wider_than_a_phone(october: Path, tmp_path: Path, kind: str) -> None:
    shown = (october / PAGE).read_text("utf-8") if kind == "octobre" else status_page(hostile("W" * 300)).decode()
    measure = "const e = this.contentDocument.documentElement; document.body.append(` ${this.width}:${e.scrollWidth - e.clientWidth} `)"
    frames = [
        f'<iframe width="{width}" height="800" style="border:0" srcdoc="{html.escape(shown)}" onload="{measure}"></iframe>'
        for width in (320, 390)
    ]
    host = tmp_path / "hote.html"
    host.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{''.join(frames)}", "utf-8")
    assert sorted(re.findall(r" (\d+:-?\d+) ", dom(host).rpartition("</iframe>")[2])) == ["320:0", "390:0"]


@in_chromium
def test_it_prints_on_a_few_sheets(october: Path, tmp_path: Path) -> None:
    page = tmp_path / PAGE
    page.write_bytes((october / PAGE).read_bytes())
    assert 3 <= printed_pages(page) <= 6


# --- On the disk --------------------------------------------------------------------------------------------------------------


def test_a_drop_makes_the_page_again_and_leads_only_to_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "reader_pool", lambda *_: InProcess())
    inputs, outputs = tmp_path / "inputs", tmp_path / "outputs"
    inputs.mkdir()
    put(inputs / "a.xlsx", study(asked=26000))
    work = job(ROOT / "config.toml", inputs, outputs, DAY)
    run_sequence(replace(work, status_only=True))
    first = (outputs / PAGE).read_text("utf-8")
    assert "./suivi.xlsx" in first
    assert "./budget-consolide.xlsx" not in first
    assert "Sera fait par le prochain passage complet." in first
    run_sequence(work)
    assert "./budget-consolide.xlsx" in (outputs / PAGE).read_text("utf-8")
    put(inputs / "a2.xlsx", study(version=2, depot=date(2010, 7, 1)))
    run_sequence(replace(work, status_only=True))
    last = words((outputs / PAGE).read_bytes())
    assert "a2.xlsx" in last
    assert "préfiguration déposée : 1 Pays" in last
    assert ACCEPTED in last
