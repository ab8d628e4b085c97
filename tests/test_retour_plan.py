"""Which files get a return and under which name; returns as an output of a run: made, replaced, taken away, given back again."""

import hashlib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from flows import steps
from schemas.returns import FOLDER, SUFFIX, HeadingChange, VersionChange
from tests.builders import xlsx
from tests.grids import CONFIG, DAY, SPECS, check, decisions, posts, statement, study, tables
from tests.returned import book, comments, line, texts, wanted
from tests.runs import InProcess, run_steps
from workbooks.discover import fingerprint
from workbooks.mistakes import write_mistakes
from workbooks.pool import ReaderPool, ReadingRules
from workbooks.retour import NOT_COPIED
from workbooks.retour_fichier import return_from_plain, return_to_plain
from workbooks.retour_plan import file_returns, next_step, return_paths, with_returns
from workbooks.wire import dump, load


@pytest.fixture(autouse=True)
def _in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "reader_pool", lambda _: InProcess())


def returned(files: dict[str, list]) -> dict[str, str]:
    """Path → return, of the files that get one."""
    made = tables(files)
    depots = with_returns(made)
    return {path: target for path, target in depots.select("fichier", "retour").iter_rows() if target}


def test_a_file_with_an_error_or_a_warning_gets_a_return() -> None:
    files = {
        "sain.xlsx": study("Pays de Brest"), "2010/erreur.xlsx": study("Pays de Dinan", 26000), "averti.xlsx": study(heading=99999),
        "perdu/inconnu.xlsx": [],
    }  # fmt: skip
    assert returned(files) == {
        path: f"retours/{path}-corrections.xlsx" for path in ("2010/erreur.xlsx", "averti.xlsx", "perdu/inconnu.xlsx")
    }


def test_information_alone_makes_no_return() -> None:
    files = {"texte.xlsx": study(asked=20000, acquis="0 €")}
    assert {f.code for _, f in check(files).found} >= {"CEL109"}
    assert returned(files) == {}


def test_a_replaced_file_gets_none() -> None:
    files = {"v1.xlsx": study("Pays de Dinan", 26000), "v2.xlsx": study("Pays de Dinan", 25000, depot=date(2010, 7, 1), version=2)}
    assert returned(files) == {}


def test_every_document_gets_one() -> None:
    files = {
        "etat.xlsx": statement([["Pays de Vannes", "fonctionnement", 2010, "NC", 0]]),
        "region/decisions.xlsx": decisions([["Pays inventé", "fonctionnement", "attribution", 105000, 1, 2010, 3, DAY, "R1"]]),
        "postes.xlsx": posts(asked=36000),
    }
    assert set(returned(files)) == set(files)


# --- Names ------------------------------------------------------------------------------------------------------------------


def test_names_keep_folders_and_never_collide() -> None:
    paths = ["a.xlsx", "a.xls", "été 2010/Étude v2.xlsx", "B.xlsx", "b.xlsx", "x/A.xlsx", "X/a.xlsx"]
    found = return_paths(paths)
    assert found["a.xlsx"] == "retours/a.xlsx-corrections.xlsx"
    assert found["été 2010/Étude v2.xlsx"] == "retours/été 2010/Étude v2.xlsx-corrections.xlsx"
    assert len({name.casefold() for name in found.values()}) == len(paths)
    assert all(name.startswith(f"{FOLDER}/") and name.endswith(SUFFIX) for name in found.values())
    assert return_paths(sorted(paths, reverse=True)) == found


def test_a_name_that_is_also_a_folder_and_one_too_long() -> None:
    paths = ["a.xlsx", "a.xlsx-corrections.xlsx/b.xlsx", f"{'é' * 120}.xlsx"]
    found = return_paths(paths)
    assert found["a.xlsx"] != "retours/a.xlsx-corrections.xlsx"
    assert all(len(part.encode()) <= 255 for name in found.values() for part in name.split("/"))
    assert len(set(found.values())) == 3


# --- Words ------------------------------------------------------------------------------------------------------------------


_HOW = "mettez la nouvelle « Date de dépôt » et renvoyez-le."


@pytest.mark.parametrize(
    ("decision", "version", "readable", "told"),
    [
        ("rejeté", 1, True, f"À faire : corrigez votre classeur, écrivez 2 dans « Version », {_HOW}"),
        ("rejeté", None, True, f"À faire : corrigez votre classeur, augmentez « Version » de 1, {_HOW}"),
        ("accepté avec réserves", 3, True,
         f"Votre fichier compte. Si vous le corrigez : corrigez votre classeur, écrivez 4 dans « Version », {_HOW}"),
        ("rejeté", None, False, "À faire : suivez la dernière colonne de la liste, puis renvoyez le fichier."),
    ],
)  # fmt: skip
def test_what_to_do_next(decision: str, version: int | None, readable: bool, told: str) -> None:
    assert next_step(decision, version, readable) == told


def test_a_return_says_the_findings_of_its_file_the_gravest_first_and_no_more_than_wanted() -> None:
    made = tables({"a.xlsx": study("Pays de Dinan", 26000, statut="peut-être", heading=9), "b.xlsx": study("Pays de Brest", 27000)})
    made = made.with_tables({"depots": with_returns(made)})
    first, second = file_returns(made, {}, DAY, 2)
    assert (first.path, second.path) == ("a.xlsx", "b.xlsx")
    assert [line.gravity for line in first.lines] == ["erreur", "erreur"]
    open_ones = made["constats"].filter(pl.col("fichier") == "a.xlsx").height
    assert first.left_out == open_ones - 2 > 0
    assert second.left_out == 0
    assert first.decision == "rejeté"


# --- From one process to another --------------------------------------------------------------------------------------------


def test_a_return_travels_whole() -> None:
    change = VersionChange(
        "v1.xlsx", (line("B2"),), (), (line("C3"),), (line("D4"),), (HeadingChange("60 Achats", Decimal("0.10"), Decimal(2)),)
    )
    whole = wanted([line("B2", reference="« Été »")], change=change)
    assert return_from_plain(load(dump(return_to_plain(whole)))) == whole


def test_processes_write_the_copy_or_the_page_alone(tmp_path: Path) -> None:
    (tmp_path / "bon.xlsx").write_bytes(xlsx({"Feuil1": [["a"]]}))
    (tmp_path / "perdu.xlsx").write_bytes(b"PK")
    returns = [
        replace(
            wanted([line("A1", sheet="Feuil1")], path=name),
            sha256=fingerprint(tmp_path / name, name).sha256,
            target=f"r/{name}",
            readable=readable,
        )
        for name, readable in (("bon.xlsx", True), ("perdu.xlsx", True))
    ]
    returns.append(replace(returns[1], target="r/illisible.xlsx", readable=False))
    with ReaderPool(ReadingRules(SPECS, CONFIG.limites), 1) as readers:
        whole = readers.give_back(tmp_path, tmp_path / "sorties", returns)
    made = {name: (tmp_path / "sorties" / "r" / name).read_bytes() for name in ("bon.xlsx", "perdu.xlsx", "illisible.xlsx")}
    assert book(made["bon.xlsx"]).sheetnames == ["Corrections", "Feuil1"]
    assert list(comments(made["bon.xlsx"])) == [("Feuil1", "A1")]
    assert book(made["perdu.xlsx"]).sheetnames == ["Corrections"]
    assert any(NOT_COPIED in row[0] for row in texts(made["perdu.xlsx"]))
    assert not any(NOT_COPIED in row[0] for row in texts(made["illisible.xlsx"]))
    assert whole == {f"r/{name}": hashlib.sha256(made[name]).hexdigest() for name in ("bon.xlsx", "illisible.xlsx")}


# --- A run ------------------------------------------------------------------------------------------------------------------


def test_returns_are_written_named_in_depots_and_gone_once_mended(tmp_path: Path) -> None:
    inputs, outputs = tmp_path / "in", tmp_path / "out"
    mistakes = write_mistakes(inputs / "2010", CONFIG)
    wrong = next(m for m in mistakes if m.code == "CEL102")
    for other in inputs.rglob("*.xlsx"):
        if other.name not in (wrong.file, "FIC001-texte-renomme.xlsx"):
            other.unlink()
    outcome = run_steps(inputs, outputs, DAY)
    targets = outcome.tables["depots"]["retour"].drop_nulls().to_list()
    made = sorted(p.relative_to(outputs).as_posix() for p in (outputs / FOLDER).rglob("*") if p.is_file())
    assert made == sorted(targets)
    copy = (outputs / FOLDER / "2010" / f"{wrong.file}{SUFFIX}").read_bytes()
    assert (wrong.sheet, wrong.cell) in comments(copy)
    assert texts(copy)[1][0].startswith("Au 30/11/2010, ce fichier est REJETÉ. 1 erreur à corriger")
    alone = book((outputs / FOLDER / "2010" / f"FIC001-texte-renomme.xlsx{SUFFIX}").read_bytes())
    assert alone.sheetnames == ["Corrections"]
    (inputs / "2010" / wrong.file).unlink()
    run_steps(inputs, outputs, DAY)
    assert [p.name for p in (outputs / FOLDER).rglob("*.xlsx")] == [f"FIC001-texte-renomme.xlsx{SUFFIX}"]


def test_returns_dropped_again_unchanged_give_the_same_findings(tmp_path: Path) -> None:
    for mistake in write_mistakes(tmp_path / "in", CONFIG):
        if not mistake.code.startswith(("CEL10", "TAB", "BUD30", "FON20")):
            (tmp_path / "in" / mistake.file).unlink(missing_ok=True)
    alone = ("CEL", "TAB", "IDE", "BUD", "FON", "PRE")
    once = run_steps(tmp_path / "in", tmp_path / "out", DAY)
    twice = run_steps(tmp_path / "out" / FOLDER, tmp_path / "encore", DAY)
    columns = ("fichier", "code", "feuille", "cellule", "champ", "valeur", "limite", "message", "correction")
    returned = once.tables["depots"].filter(pl.col("retour").is_not_null())["fichier"].to_list()

    def found(constats: pl.DataFrame) -> list[tuple]:
        own = constats.with_columns(pl.col("fichier").str.replace(SUFFIX, "", literal=True))
        kept = own.filter(pl.col("fichier").is_in(returned), pl.col("code").str.slice(0, 3).is_in(alone))
        return sorted(kept.select(columns).rows())

    assert len(found(once.tables["constats"])) > 12
    assert found(twice.tables["constats"]) == found(once.tables["constats"])
