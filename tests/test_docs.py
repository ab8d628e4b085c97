"""The pages tell the truth: the generated ones are what the schemas give, and the guide cites only rules that exist."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from flows.cli import main
from schemas.documents import sheet_specs
from schemas.parameters import Config, load_config
from schemas.rules import RULES
from schemas.scenarios import Scenario, ScenarioPole, ScenarioValue
from schemas.tables import TABLES

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
CODE = re.compile(r"\b(?:FIC|TAB|CEL|IDE|PRE|FON|BUD|PAR|COF|DEC|REG)\d{3}\b")
LINK = re.compile(r"\]\(([^)#:]+)?(?:#([^)]+))?\)")


@pytest.fixture(scope="module")
def made() -> Iterator[dict[str, str]]:
    """The pages as the generator gives them today."""
    sys.path.insert(0, str(DOCS))
    try:
        from generer import pages

        yield pages(load_config(ROOT / "config.toml"))
    finally:
        sys.path.remove(str(DOCS))


@pytest.mark.parametrize("name", ["dictionnaire.md", "regles.md", "parametres.md"])
def test_generated_pages_are_up_to_date(made: dict[str, str], name: str) -> None:
    assert (DOCS / name).read_bytes() == made[name].encode(), "lancez « make docs »"


def test_every_rule_is_documented(made: dict[str, str]) -> None:
    assert re.findall(r"^### (\w+)$", made["regles.md"], re.MULTILINE) == list(RULES)


def test_every_sheet_column_and_table_is_documented(made: dict[str, str]) -> None:
    page = made["dictionnaire.md"]
    for spec in sheet_specs().values():
        assert spec.key == "identification" or f"\n## Feuille {spec.title}\n" in page
        assert [c.label for c in spec.columns if f"| **{c.label}** |" not in page] == []
    assert re.findall(r"^### Table (\w+)$", page, re.MULTILINE) == list(TABLES)


def test_every_key_of_the_configuration_is_documented(made: dict[str, str]) -> None:
    keys = [f"`scenarios.NOM.{key}`" for key in Scenario.model_fields if key not in ("poles", "parametres")]
    keys += [f"`scenarios.NOM.poles.{key}`" for key in ScenarioPole.model_fields]
    keys += [f"`scenarios.NOM.parametres.{key}`" for key in ScenarioValue.model_fields]
    for section, info in Config.model_fields.items():
        model = info.annotation if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel) else None
        if section != "scenarios":
            keys += [f"`{section}.{key}`" for key in model.model_fields] if model else [f"`[[{section}]]`"]
    assert [key for key in keys if key not in made["parametres.md"]] == []


def headings(page: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titles}


@pytest.mark.parametrize("page", sorted([ROOT / "README.md", *DOCS.glob("*.md")]), ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    broken = []
    for target, anchor in LINK.findall(text):
        path = (page.parent / target) if target else page
        if not path.exists() or (anchor and anchor not in headings(path.read_text("utf-8"))):
            broken.append(f"{target}#{anchor}")
    assert broken == []


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda p: p.name)
def test_pages_cite_only_rules_that_exist(page: Path) -> None:
    assert set(CODE.findall(page.read_text("utf-8"))) <= set(RULES)


def test_every_command_and_option_is_in_the_guide(capsys: pytest.CaptureFixture[str]) -> None:
    def help_of(*arguments: str) -> str:
        with pytest.raises(SystemExit):
            main([*arguments, "--help"])
        return capsys.readouterr().out

    guide = (DOCS / "guide-agents.md").read_text("utf-8")
    commands = re.findall(r"^    (\w+) {2,}", help_of(), re.MULTILINE)
    assert "run" in commands
    options = {option for command in commands for option in re.findall(r"--[a-z]+", help_of(command))}
    assert [c for c in commands if f"`poles {c}" not in guide] == []
    assert [o for o in sorted(options) if o not in guide] == []
