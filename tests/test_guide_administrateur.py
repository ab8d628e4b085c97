"""The commands of the administrator's guide, as written."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.grids import ROOT

GUIDE = (ROOT / "docs" / "guide-administrateur.md").read_text("utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


@pytest.mark.flow
@pytest.mark.skipif(os.name == "nt", reason="commandes de Linux")
def test_install_run_back_up_restore_upgrade(tmp_path: Path) -> None:
    project, data = tmp_path / "poles", tmp_path / "donnees"
    (data / "inputs").mkdir(parents=True)
    ignored = shutil.ignore_patterns(".git", ".venv*", "inputs", "outputs", "service", "*.egg-info", "__pycache__", ".*_cache", "build")
    shutil.copytree(ROOT, project, ignore=ignored)
    # The environment of the tests stands for the new one: making one is what README's first command does, which CI runs.
    install = ("python3 -m venv .venv", ".venv/bin/python -m pip install --quiet -c constraints.txt -e .")
    assert all(line in BLOCKS[0] for line in install)
    (project / ".venv" / "bin").mkdir(parents=True)
    for name, words in (("python", ""), ("poles", "-m flows.cli")):
        script = project / ".venv" / "bin" / name
        script.write_text(f'#!/bin/sh\nPYTHONPATH="{project}" exec "{sys.executable}" {words} "$@"\n')
        script.chmod(0o755)
    shutil.copy(ROOT / "examples" / "octobre-2010" / "fonctionnement" / "20-pays-de-vannes.xlsx", data / "inputs")
    kept: dict[str, bytes] = {}
    for block in BLOCKS:
        lines = [line for line in block.splitlines() if line not in install]
        environment = {**os.environ, "DONNEES": str(data)}
        done = subprocess.run(["sh", "-euc", "\n".join(lines)], cwd=project, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        made = {p.relative_to(data).as_posix(): p.read_bytes() for p in (data / "outputs" / "registre").rglob("*") if p.is_file()}
        assert kept.items() <= made.items()
        kept = made
        assert (data / "outputs" / "suivi.xlsx").is_file()
    assert kept


def test_every_message_of_the_table_is_one_that_the_software_says() -> None:
    said = "\n".join(p.read_text("utf-8") for p in (ROOT / "flows").glob("*.py"))
    table = GUIDE[GUIDE.index("| ce qui est dit |") :]
    for quoted in re.findall(r"^\| « (.*?) »", table, re.MULTILINE):
        assert all(piece.strip() in said for piece in quoted.split("…") if piece.strip()), quoted


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze n'est pas là pour relire le service")
def test_the_systemd_unit_is_understood(tmp_path: Path) -> None:
    text = (ROOT / "deploy" / "poles.service").read_text("utf-8")
    program = tmp_path / "poles"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = tmp_path / "poles.service"
    unit.write_text(text.replace("/opt/poles/.venv/bin/poles", str(program)), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False)
    assert "poles.service" not in done.stderr, done.stderr
