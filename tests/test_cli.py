"""The command `poles`, as its users type it: exit codes, French words, nothing but sentences on the terminal."""

import errno
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cli import main
from flows.terminal import WIDTH, columns
from tests.grids import CONFIG as CONFIG_READ
from tests.grids import DAY, ROOT
from tests.runs import run_steps
from workbooks.mistakes import posts, with_cell
from workbooks.template import document_bytes

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
    assert "  Dossier de préfiguration, Pays de Vannes, campagne 2010\n" in told
    assert "\n  Plan de financement\n    E5  ERREUR PRE201. L'aide demandée" in told
    assert "\n        → Écrivez 25\u00a0000\u00a0€ au plus dans la cellule E5" in told
    assert "\n  1 erreur : sera rejeté.\n" in told


def test_check_fits_in_100_columns_and_tells_what_run_tells(capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted(ERRORS.glob("*.xlsx"))
    assert poles("check", *files) == 1
    told = capsys.readouterr().out
    assert max(map(columns, told.splitlines())) <= WIDTH
    assert told.splitlines()[-2:][0].startswith(f"{len(files)} fichiers contrôlés : ")
    words = " ".join(told.split())
    assert poles("check", "--json", *files) == 1
    answer = json.loads(capsys.readouterr().out)
    for finding in (f for c in answer["fichiers"] for f in c["constats"]):
        assert " ".join(finding["message"].split()) in words
        assert " ".join(finding["correction"].split()) in words


def test_check_shows_the_worst_first_then_by_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = with_cell(posts(), "postes", "cout_charge_eur", "2x21000")
    values = with_cell(with_cell(values, "plan", "siret", "123"), "plan", "statut", "peut-être", 1)
    values = with_cell(values, "plan", "date_decision", "un jour", 1)
    (tmp_path / "d.xlsx").write_bytes(document_bytes("Dossier de fonctionnement", CONFIG_READ, day=DAY, values=values))
    assert poles("check", tmp_path / "d.xlsx") == 1
    shown = [" ".join(line.split()[:3]) for line in capsys.readouterr().out.splitlines() if re.match(r"^    [A-Z]+\d+ |^  [A-Z]\w+", line)]
    assert shown[1:] == [
        "Plan de financement", "G6 ERREUR CEL104.", "H6 ERREUR CEL103.", "C5 Avertissement CEL108.", "Postes", "G5 ERREUR CEL102.",
    ]  # fmt: skip


def test_check_json_gives_the_same_facts(capsys: pytest.CaptureFixture[str]) -> None:
    assert poles("check", "--json", ERRORS / "CEL102-montant-illisible.xlsx", VANNES) == 1
    answer = json.loads(capsys.readouterr().out)
    faulty, sound = answer["fichiers"]
    assert faulty["decision"] == "rejeté"
    assert [c["code"] for c in faulty["constats"] if c["gravite"] == "erreur"] == ["CEL102"]
    assert (sound["decision"], sound["type_document"], sound["pays_code"]) == ("accepté", "Dossier de fonctionnement", "20")
    assert answer["total"]["fichiers"] == 2
    assert answer["total"]["erreurs"] == faulty["erreurs"] == 1
    assert answer["total"]["decisions"]["rejeté"] == 1


def test_every_key_of_check_json_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    poles("check", "--json", ERRORS / "CEL102-montant-illisible.xlsx")
    answer = json.loads(capsys.readouterr().out)
    page = (ROOT / "docs" / "commandes.md").read_text("utf-8")
    (checked,) = answer["fichiers"]
    keys = {*answer, *checked, *answer["total"], *checked["constats"][0]}
    assert not [key for key in keys if f"`{key}`" not in page]


def test_the_page_shows_what_check_shows(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    poles("check", Path("examples") / "erreurs" / "PRE201-etude-au-dessus-du-plafond.xlsx")
    told = capsys.readouterr().out.replace("\u00a0", " ").replace("\\", "/")
    page = (ROOT / "docs" / "commandes.md").read_text("utf-8")
    shown = "".join(f"    {line}\n" if line else "\n" for line in told.splitlines())
    assert shown.rstrip() in page


def test_check_of_a_file_loads_only_what_it_needs() -> None:
    code = f"import sys; from flows.cli import main; main(['check', {str(VANNES)!r}]); print(*{{m.split('.')[0] for m in sys.modules}})"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True).stdout
    loaded = set(told.splitlines()[-1].decode("ascii").split())
    assert {"polars", "pandera"} <= loaded
    assert not loaded & {"prefect", "openpyxl", "xlsxwriter", "jinja2", "python_calamine", "pandas", "numpy", "sqlalchemy"}


def test_check_of_a_folder_takes_what_a_run_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "region").mkdir()
    (tmp_path / "pays").mkdir()
    shutil.copy(ROOT / "examples" / "octobre-2010" / "region" / "decisions-2010.xlsx", tmp_path / "region")
    shutil.copy(VANNES, tmp_path / "pays" / "vannes.xlsx")
    shutil.copy(VANNES, tmp_path / "pays" / "vannes (copie).xlsx")
    (tmp_path / "pays" / "~$vannes.xlsx").write_bytes(b"x")
    (tmp_path / "pays" / "note.txt").write_bytes(b"x")
    assert poles("check", "--json", tmp_path) == 0
    answer = json.loads(capsys.readouterr().out)
    decisions = {Path(c["fichier"]).relative_to(tmp_path).as_posix(): c["decision"] for c in answer["fichiers"]}
    assert decisions == {
        "pays/note.txt": "ignoré", "pays/vannes (copie).xlsx": "accepté", "pays/vannes.xlsx": "ignoré",
        "pays/~$vannes.xlsx": "ignoré", "region/decisions-2010.xlsx": "accepté",
    }  # fmt: skip
    outcome = run_steps(tmp_path, tmp_path.parent / "sorties", DAY)
    ran = outcome.tables["constats"].select("fichier", "code", "cellule").rows()
    checked = [
        (Path(c["fichier"]).relative_to(tmp_path).as_posix(), f["code"], f["cellule"]) for c in answer["fichiers"] for f in c["constats"]
    ]
    assert sorted(checked) == sorted(ran)


def test_check_of_the_region_s_folder_and_of_an_empty_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "region").mkdir()
    assert poles("check", tmp_path) == 0
    assert "Aucun fichier" in capsys.readouterr().out
    shutil.copy(ROOT / "examples" / "octobre-2010" / "region" / "decisions-2010.xlsx", tmp_path / "region")
    assert poles("check", tmp_path / "region") == 0
    capsys.readouterr()


def test_a_folder_that_cannot_be_listed_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "fermé"))

    monkeypatch.setattr("workbooks.discover.os.walk", refuse)
    assert poles("check", tmp_path) == 1
    assert capsys.readouterr().err == "Échec. « fermé » : l'accès est refusé.\n"


def test_a_long_name_is_cut_to_the_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "dossier de préfiguration du Pays de Vannes " * 4 + "x" * 60 + ".xlsx"
    shutil.copy(ERRORS / "PRE201-etude-au-dessus-du-plafond.xlsx", tmp_path / name)
    assert poles("check", tmp_path / name) == 1
    told = capsys.readouterr().out
    assert max(map(columns, told.splitlines())) <= WIDTH
    assert name.replace(" ", "") in "".join(told.split())


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
