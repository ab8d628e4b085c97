"""Arrêtés: frozen once, made again to the byte from what they froze, and what later runs are compared with."""

import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from flows import steps
from flows.arretes import freeze, last_day, make_again
from flows.cli import main
from flows.errors import RunError
from tests.grids import ROOT, study
from tests.runs import run_steps
from tests.test_changes import compared, drop

OCTOBER, NOVEMBER = date(2010, 10, 31), date(2010, 11, 30)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with the configuration and a few files received, one of them rejected, one ignored for its name, one twice."""
    shutil.copy(ROOT / "config.toml", tmp_path)
    drop(tmp_path / "inputs", "dinan.xlsx", study("Pays de Dinan", asked=20000, own=5000))
    drop(tmp_path / "inputs", "trop.xlsx", study("Pays de Vannes", asked=26000))
    shutil.copy(tmp_path / "inputs" / "dinan.xlsx", tmp_path / "inputs" / "dinan (2).xlsx")
    (tmp_path / "inputs" / "notice.pdf").write_bytes(b"un grand document")
    (tmp_path / "inputs" / "lien.xlsx").symlink_to(tmp_path / "inputs" / "dinan.xlsx")
    return tmp_path


def arreter(home: Path, month: str, day: date) -> Path:
    return freeze(steps.job(home / "config.toml", None, None, day), home / "config.toml", month)


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_an_arrete_is_made_again_to_the_byte(home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    run_steps(home / "inputs", home / "outputs", OCTOBER)
    frozen = arreter(home, "2010-10", OCTOBER)
    elsewhere = tmp_path_factory.mktemp("ailleurs") / "2010-10"
    shutil.copytree(frozen, elsewhere)
    shutil.rmtree(elsewhere / "sorties")
    facts = make_again(elsewhere, OCTOBER, elsewhere / "sorties")
    assert files_of(elsewhere / "sorties") == files_of(frozen / "sorties")
    assert len(files_of(frozen / "sorties")) > 30
    assert facts["fichiers"] == {"accepté": 1, "accepté avec réserves": 0, "rejeté": 1, "remplacé": 0, "ignoré": 2}
    assert not (frozen / "entrees" / "lien.xlsx").exists()
    assert (frozen / "entrees" / "notice.pdf").read_bytes() == b""


def test_the_outputs_of_the_day_stay_as_they_are(home: Path) -> None:
    run_steps(home / "inputs", home / "outputs", NOVEMBER)
    before = {n: b for n, b in files_of(home / "outputs").items() if not n.startswith("registre/")}
    arreter(home, "2010-10", OCTOBER)
    assert before == {n: b for n, b in files_of(home / "outputs").items() if not n.startswith("registre/")}
    assert not list((home / "outputs" / "registre").glob(".en-cours-*"))


def test_an_arrete_is_made_once(home: Path) -> None:
    frozen = arreter(home, "2010-10", OCTOBER)
    before = files_of(frozen)
    drop(home / "inputs", "vitre.xlsx", study("Pays de Vitré"))
    with pytest.raises(RunError, match="ne se refait pas"):
        arreter(home, "2010-10", OCTOBER)
    assert files_of(frozen) == before


def test_later_runs_are_compared_with_the_last_arrete_before_them(home: Path) -> None:
    arreter(home, "2010-10", OCTOBER)
    for name, pays in (("vitre.xlsx", "Pays de Vitré"), ("auray.xlsx", "Pays d'Auray")):
        drop(home / "inputs", name, study(pays, asked=1000, own=0))
        run_steps(home / "inputs", home / "outputs", NOVEMBER, home / "config.toml")
    assert [row[:2] for row in compared(home / "outputs")] == [("arrêté 2010-10", "auray.xlsx"), ("arrêté 2010-10", "vitre.xlsx")]
    november = arreter(home, "2010-11", NOVEMBER)
    assert {row[0] for row in compared(november / "sorties")} == {"arrêté 2010-10"}
    changed = pl.read_parquet(november / "sorties" / "donnees" / "controles.parquet")
    assert changed.filter(pl.col("controle").str.starts_with("Changements =")).height == 9


def test_the_day_of_a_month(home: Path) -> None:
    assert last_day("2010-10", date(2026, 1, 1)) == OCTOBER
    assert last_day("2010-10", date(2010, 10, 5)) == date(2010, 10, 5)
    with pytest.raises(ValueError, match="2010-11"):
        last_day("2010-11", date(2010, 10, 5))


def test_the_command(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = ["--config", str(home / "config.toml")]
    assert main([*config, "arreter", "2010-10"]) == 0
    assert "Arrêté 2010-10, au 31/10/2010" in capsys.readouterr().out
    assert main([*config, "arreter", "2010-10"]) == 1
    assert "ne se refait pas" in capsys.readouterr().err
    assert main([*config, "arreter", "2999-01"]) == 2
    assert "n'a pas commencé" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        main([*config, "arreter", "octobre"])
    assert stopped.value.code == 2
