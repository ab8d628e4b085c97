"""The examples of mistakes: one file per rule of a single file, each made as announced and committed as generated."""

import re
from pathlib import Path

import openpyxl
import pytest
from cell_dump import cells, part

from schemas.parameters import load_config
from schemas.rules import RULES
from workbooks.mistakes import Mistake, write_mistakes

ROOT = Path(__file__).parent.parent
COMMITTED = ROOT / "examples" / "erreurs"
SINGLE_FILE_RULES = {code for code, rule in RULES.items() if rule.stage != "croisement"} | {"FIC007"}
NO_WORKBOOK = ("FIC001", "FIC002", "FIC003")


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> tuple[Path, list[Mistake]]:
    folder = tmp_path_factory.mktemp("erreurs")
    return folder, write_mistakes(folder, load_config(ROOT / "config.toml"))


def test_every_rule_of_a_single_file_has_its_example(written):
    _, mistakes = written
    codes = [m.code for m in mistakes]
    assert len(codes) == len(set(codes))
    assert set(codes) == SINGLE_FILE_RULES
    for mistake in mistakes:
        assert mistake.file.startswith(f"{mistake.code}-")
        assert mistake.gravity == RULES[mistake.code].gravity


def test_committed_files_are_the_generated_ones(written):
    folder, _ = written
    names = sorted(p.name for p in folder.iterdir())
    assert names == sorted(p.name for p in COMMITTED.iterdir())
    for name in names:
        fresh, kept = folder / name, COMMITTED / name
        if name.startswith("FIC003"):
            assert part(fresh, "xl/worksheets/sheet1.xml") == part(kept, "xl/worksheets/sheet1.xml")
        elif name.startswith(NO_WORKBOOK):
            assert fresh.read_bytes() == kept.read_bytes()
        else:
            assert cells(fresh) == cells(kept), name


def test_the_readme_tells_every_file(written):
    _, mistakes = written
    text = (ROOT / "examples" / "README.md").read_text("utf-8")
    for m in mistakes:
        assert f"| `{m.file}` | {m.code} | {m.gravity} | {RULES[m.code].title} |" in text
        assert not m.cell or f"{m.sheet} {m.cell} |" in text


def test_the_place_exists_in_the_file(written):
    folder, mistakes = written
    for m in mistakes:
        if m.sheet and not m.code.startswith(NO_WORKBOOK):
            sheet = openpyxl.load_workbook(folder / m.file)[m.sheet]
            assert not m.cell or re.fullmatch(r"[A-Z]+\d+", m.cell)
            if m.cell and m.code not in ("CEL101", "IDE204"):
                assert sheet[m.cell].value is not None, m.file


def test_files_that_are_no_workbook(written):
    folder, mistakes = written
    by_code = {m.code: folder / m.file for m in mistakes}
    assert not by_code["FIC001"].read_bytes().startswith(b"PK")
    protected = by_code["FIC002"].read_bytes()
    assert protected.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    assert "EncryptedPackage".encode("utf-16-le") in protected
    assert by_code["FIC003"].stat().st_size < 100_000
    assert 'r="XFD1048576"' in part(by_code["FIC003"], "xl/worksheets/sheet1.xml")
    first, second = sorted(folder.glob("FIC007-*"))
    assert first.read_bytes() == second.read_bytes()


def test_error_and_unvalued_formula_are_stored_as_such(written):
    folder, mistakes = written
    by_code = {m.code: m for m in mistakes}
    posts = "xl/worksheets/sheet5.xml"
    error, unvalued = by_code["CEL105"], by_code["CEL106"]
    assert re.search(rf'<c r="{error.cell}"[^>]* t="e"><f>[^<]*</f><v>#REF!</v>', part(folder / error.file, posts))
    assert re.search(rf'<c r="{unvalued.cell}" s="\d+"><f>3500\*12</f></c>', part(folder / unvalued.file, posts))
