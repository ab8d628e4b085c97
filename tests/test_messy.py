"""Messy workbooks, as real files, through the whole path: what a careful reader gets, everything that is said, nothing lost or guessed."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget.pipeline import check_readings, make_tables
from flows.check import CheckedFile, check_files
from schemas.reading import Reading, Received
from schemas.rules import MESSAGE_LIMIT, RULES
from schemas.text import NBSP
from tests.grids import CONFIG, DAY, SPECS, read, sheet
from tests.lecture import PAGE, page
from tests.messy import POSTS, POSTS_FIGURES, STATEMENT, STATEMENT_FIGURES, STUDY, STUDY_FIGURES, Mess, figures_of
from tests.messy_identity import ID
from tests.messy_set import ALL
from workbooks.discover import discover
from workbooks.file_reading import read_file


@dataclass(frozen=True)
class Seen:
    """One file of the set: as read, and as checked."""

    reading: Reading
    checked: CheckedFile


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    """Every file, written, read by the reading processes and checked, in one batch."""
    folder = tmp_path_factory.mktemp("desordre")
    (folder / "region").mkdir()
    for mess in ALL:
        (folder / mess.file).write_bytes(mess.make())
    paths = [folder / mess.file for mess in ALL]
    checked = {c.shown: c for c in check_files(paths, CONFIG, folder)}
    return {m.slug: Seen(read_file(folder, Received(m.file), SPECS, CONFIG.limites), checked[str(folder / m.file)]) for m in ALL}


BY_SLUG = pytest.mark.parametrize("mess", ALL, ids=lambda mess: mess.slug)


@BY_SLUG
def test_a_careful_reader_gets_these_figures(mess: Mess, seen: dict[str, Seen]) -> None:
    assert figures_of(seen[mess.slug].reading) == mess.figures


@BY_SLUG
def test_all_that_is_understood_or_doubtful_is_said_at_its_cell(mess: Mess, seen: dict[str, Seen]) -> None:
    findings = seen[mess.slug].checked.findings
    assert sorted(" ".join(filter(None, (f["feuille"], f["cellule"], f["code"]))) for f in findings) == sorted(mess.told)
    for f in findings:
        assert len(f["message"]) <= MESSAGE_LIMIT
        assert "{" not in f["message"] + f["correction"]
    if mess.asks:
        said = " ".join(f["message"] + f["correction"] for f in findings).replace(NBSP, " ")
        assert mess.asks in said


@BY_SLUG
def test_the_file_is_decided_as_its_findings_say(mess: Mess, seen: dict[str, Seen]) -> None:
    assert seen[mess.slug].checked.decision == mess.decision


@BY_SLUG
def test_its_identity_is_what_is_written(mess: Mess, seen: dict[str, Seen]) -> None:
    identity = seen[mess.slug].reading.sheets.get("identification", {})
    assert {name: plain(identity[name][0]) for name in mess.identity} == dict(mess.identity)


def plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def test_the_set_is_large_and_each_of_its_files_has_its_own_name() -> None:
    assert len(ALL) >= 60
    assert len({mess.slug for mess in ALL}) == len({mess.form for mess in ALL}) == len(ALL)
    assert {mess.suffix for mess in ALL} >= {".xlsx", ".ods", ".xls"}


def test_each_question_is_an_error_and_each_reading_is_not() -> None:
    """What must be asked rejects the file or its row; what is read says nothing, or says it for information."""
    for mess in ALL:
        asked = any(RULES[told.split()[-1]].gravity == "erreur" for told in mess.told)
        assert asked == mess.outcome.startswith("**Question**") or "refus" in mess.outcome.lower() or "rejet" in mess.outcome.lower(), (
            mess.slug
        )


def test_the_page_says_what_these_files_prove() -> None:
    assert PAGE.read_bytes() == page().encode(), "lancez « make docs »"


def test_no_euro_of_the_whole_set_is_lost_between_reading_and_tables(tmp_path: Path) -> None:
    """All files at once, as a run takes them: what is read is counted, set aside or replaced, to the cent."""
    (tmp_path / "region").mkdir()
    for mess in ALL:
        (tmp_path / mess.file).write_bytes(mess.make())
    received = discover(tmp_path)
    lots = [read_file(tmp_path, r, SPECS, CONFIG.limites) for r in received]
    made = make_tables(check_readings(received, lots, CONFIG), CONFIG, DAY)
    assert made["controles"].filter(pl.col("ecart") != 0).is_empty()
    assert made["depots"].height == len(ALL)


# --- Any mixture of what must change nothing

HARMLESS: dict[str, Callable[[str, list[list[Any]]], list[list[Any]]]] = {
    "titres": lambda name, rows: [["ANNEXE 2"], [], ["Compte rendu : voir la notice"], *rows],
    "lignes vides": lambda name, rows: [line for row in rows for line in (row, [], [None, "\u00a0"])],
    "majuscules": lambda name, rows: [[cell.upper() if isinstance(cell, str) else cell for cell in rows[0]], *rows[1:]],
    "accents décomposés": lambda name, rows: [[_decomposed(cell) for cell in row] for row in rows],
    "colonne à gauche": lambda name, rows: [[None, *row] for row in rows],
    "en-têtes répétés": lambda name, rows: [*rows[:3], rows[0], *rows[3:]] if name != ID else rows,
    "totaux": lambda name, rows: [*rows, ["Total général", *[None] * (len(rows[0]) - 1)], ["S/Total"]] if name != ID else rows,
    "retours à la ligne": lambda name, rows: [[c.replace(" ", "\n") if isinstance(c, str) else c for c in rows[0]], *rows[1:]],
    "colonnes retournées": lambda name, rows: (
        [list(reversed([*row, *[None] * (len(rows[0]) - len(row))])) for row in rows] if name not in (ID, "Budget") else rows
    ),
}


def _decomposed(cell: Any) -> Any:
    return unicodedata.normalize("NFD", cell).replace(" ", "\u00a0") if isinstance(cell, str) else cell


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(["study", "posts", "statement"]), st.lists(st.sampled_from(sorted(HARMLESS)), max_size=4, unique=True), st.data())
def test_any_mixture_of_harmless_messes_changes_no_figure(base: str, names: list[str], data: st.DataObject) -> None:
    book, figures = {"study": (STUDY, STUDY_FIGURES), "posts": (POSTS, POSTS_FIGURES), "statement": (STATEMENT, STATEMENT_FIGURES)}[base]
    sheets = []
    for name, rows in book.items():
        grid = [list(row) for row in rows]
        for change in names:
            if data.draw(st.booleans()):
                grid = HARMLESS[change](name, grid)
        sheets.append(sheet(name, grid))
    reading = read("essai.xlsx", sheets)
    assert [f"{f.sheet} {f.cell} {f.code}" for f in reading.findings] == []
    assert figures_of(reading) == figures
