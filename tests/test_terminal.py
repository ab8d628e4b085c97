"""What is printed: lines that fit, whatever the names; any code page; colours on a terminal alone, and never the only sign."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.terminal import WIDTH, columns, wrapped
from schemas.text import visible
from tests.grids import ROOT

FAULTY = ROOT / "examples" / "erreurs" / "PRE201-etude-au-dessus-du-plafond.xlsx"
COMMAND = [sys.executable, "-m", "flows.cli", "check"]


@given(st.text(max_size=400), st.sampled_from(["", "    ", "    C63  "]))
def test_any_text_fits_and_nothing_of_it_is_lost(text: str, margin: str) -> None:
    lines = wrapped(text, margin, margin and " " * len(margin))
    assert all(columns(line) <= WIDTH for line in lines)
    assert "".join("".join(lines).split()) == "".join((margin + visible(text)).split())


def test_french_punctuation_is_not_cut_from_its_word() -> None:
    lines = wrapped("« abc » : def ; ghi ? " * 40)
    assert not [line for line in lines if line[0] in "»:;?" or line.endswith("«")]


def test_wide_signs_and_accents_that_combine_are_counted_as_shown() -> None:
    assert (columns("é"), columns("e\u0301"), columns("表")) == (1, 1, 2)


def run(encoding: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command as another program starts it, its output in that encoding."""
    known = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run([*COMMAND, str(FAULTY), *arguments], capture_output=True, cwd=ROOT, env=known, check=False)


@pytest.mark.parametrize(
    ("encoding", "signs"),
    [("utf-8", "→ Écrivez 25\u00a0000\u00a0€"), ("cp1252", "-> Écrivez 25\u00a0000\u00a0€"), ("ascii", "-> Ecrivez 25 000 EUR")],
)
def test_any_code_page_is_served(encoding: str, signs: str) -> None:
    told = run(encoding)
    assert (told.returncode, told.stderr) == (1, b"")
    text = told.stdout.decode(encoding)
    assert signs in text
    assert "?" not in text
    assert "\x1b" not in text


def test_json_is_the_same_in_any_code_page() -> None:
    import json

    assert json.loads(run("cp1252", "--json").stdout.decode("ascii")) == json.loads(run("utf-8", "--json").stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="pas de pseudo-terminal")
@pytest.mark.parametrize(("environment", "coloured"), [({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colours_on_a_terminal_only_and_never_alone(environment: dict[str, str], coloured: bool, tmp_path: Path) -> None:
    import pty

    told = tmp_path / "vu"
    known = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT), "TERM": "xterm", **environment}
    ours, theirs = pty.openpty()
    with subprocess.Popen([*COMMAND, str(FAULTY)], stdout=theirs, stderr=theirs, cwd=ROOT, env=known) as process:
        os.close(theirs)
        seen = b""
        try:
            while block := os.read(ours, 4096):
                seen += block
        except OSError:
            pass
        process.wait()
    os.close(ours)
    told.write_bytes(seen)
    text = seen.decode()
    assert ("\x1b[1;31mERREUR\x1b[0m PRE201" in text) == coloured
    assert coloured or "ERREUR PRE201" in text
