"""The command `poles`, as its users type it: exit codes, French words, nothing but sentences on the terminal."""

import json
import shutil
from pathlib import Path

import pytest

from flows.cli import main
from tests.grids import ROOT

CONFIG = ["--config", str(ROOT / "config.toml")]
ERRORS = ROOT / "examples" / "erreurs"
VANNES = ROOT / "examples" / "octobre-2010" / "fonctionnement" / "20-pays-de-vannes.xlsx"
ENGLISH = ("usage:", "options:", "optional", "positional", "show this", "error:", "invalid", "required", "Traceback", "unrecognized")


def poles(*arguments: str | Path) -> int:
    """Run the command and give its exit code."""
    try:
        return main([*CONFIG, *map(str, arguments)])
    except SystemExit as stop:
        return int(stop.code or 0)


@pytest.mark.parametrize("command", [[], ["check"], ["inspect"], ["run"], ["templates"], ["demo"]])
def test_help_is_french(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert poles(*command, "--help") == 0
    told = capsys.readouterr().out
    assert "usage :" in told
    assert not [word for word in ENGLISH if word in told]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["chek", "x"],
        ["check"],
        ["check", "absent.xlsx"],
        ["inspect"],
        ["inspect", "absent.xlsx"],
        ["run", "--au", "hier"],
        ["run", "--jour", "2010-01-01"],
        ["demo"],
        ["--config"],
    ],
    ids=" ".join,
)
def test_wrong_use_exits_2_in_french(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert poles(*arguments) == 2
    told = capsys.readouterr().err
    assert told
    assert not [word for word in ENGLISH if word in told], told


def test_check_of_a_sound_file_exits_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert poles("check", VANNES) == 0
    assert "sera accepté" in capsys.readouterr().out


def test_check_of_a_faulty_file_exits_1_and_says_where(capsys: pytest.CaptureFixture[str]) -> None:
    assert poles("check", ERRORS / "PRE201-etude-au-dessus-du-plafond.xlsx") == 1
    told = capsys.readouterr().out
    assert "ERREUR PRE201" in told
    assert max(map(len, told.splitlines())) <= 100 + len(str(ERRORS))


def test_check_json_gives_the_same_facts(capsys: pytest.CaptureFixture[str]) -> None:
    assert poles("check", "--json", ERRORS / "CEL102-montant-illisible.xlsx", VANNES) == 1
    faulty, sound = json.loads(capsys.readouterr().out)
    assert faulty["decision"] == "rejeté"
    assert [c["code"] for c in faulty["constats"] if c["gravite"] == "erreur"] == ["CEL102"]
    assert (sound["decision"], sound["type_document"]) == ("accepté", "Dossier de fonctionnement")


def test_inspect_shows_what_the_reader_saw(capsys: pytest.CaptureFixture[str]) -> None:
    assert poles("inspect", VANNES) == 0
    told = capsys.readouterr().out
    assert "Feuille « Budget » : " in told
    assert "de somme" in told
    assert max(map(len, told.splitlines()[1:])) <= 100


def test_inspect_of_a_refused_file_exits_1_and_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert poles("inspect", ERRORS / "FIC002-mot-de-passe.xlsx", VANNES, "--json") == 1
    refused, seen = json.loads(capsys.readouterr().out)
    assert (refused["refus"], "mot de passe" in refused["message"]) == ("FIC002", True)
    assert [s["feuille"] for s in seen["feuilles"]][:3] == ["Lisez-moi", "Identification", "Budget"]
    assert [s["visibilite"] for s in seen["feuilles"]][:3] == ["visible"] * 3


def test_check_of_the_same_bytes_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        shutil.copy(VANNES, tmp_path / name)
    assert poles("check", tmp_path / "a.xlsx", tmp_path / "b.xlsx") == 0
    assert "FIC007" in capsys.readouterr().out


def test_check_believes_decisions_in_the_folder_of_the_region(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = ROOT / "examples" / "octobre-2010" / "region" / "decisions-2010.xlsx"
    (tmp_path / "region").mkdir()
    for folder, code in ((tmp_path, 1), (tmp_path / "region", 0)):
        shutil.copy(source, folder / "decisions.xlsx")
        assert poles("check", folder / "decisions.xlsx") == code
    capsys.readouterr()


def test_a_wrong_key_exits_2_and_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "config.toml"
    wrong.write_text((ROOT / "config.toml").read_text("utf-8").replace("annee = 2010", "anne = 2010"), "utf-8")
    assert main(["--config", str(wrong), "run"]) == 2
    assert "campagne.anne" in capsys.readouterr().err


def test_the_environment_names_a_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("POLES_CONFIG", str(tmp_path / "ailleurs.toml"))
    assert main(["templates", str(tmp_path)]) == 2
    assert "ailleurs.toml" in capsys.readouterr().err


def test_templates_and_demo_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert poles("templates", tmp_path / "m") == 0
    assert poles("demo", tmp_path / "d", "--json") == 0
    assert len(list((tmp_path / "m").glob("*.xlsx"))) == 5
    out = capsys.readouterr().out
    assert len(json.loads(out[out.index("{") :])["fichiers"]) == 21


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "fichier").write_text("x")
    assert poles("templates", tmp_path / "fichier" / "m") == 1
    assert "Échec" in capsys.readouterr().err
