"""What import-linter cannot say: no clock or environment under the flows, one reader of config.toml, one catcher of pandera errors."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PURE = ("schemas", "workbooks", "budget", "pages")
PACKAGES = (*PURE, "flows")
CLOCK = {"now", "today", "utcnow", "time", "time_ns", "localtime", "gmtime", "fromtimestamp"}
"""Calls on `datetime`, `date` or `time` that depend on the day or on the machine's zone. `time.monotonic` only measures: it is allowed."""
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb"}


def modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    """Dotted name and syntax tree of each module."""
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts), ast.parse(path.read_text("utf-8"))


def imported(tree: ast.Module) -> dict[str, str]:
    """Local name → what it stands for (`datetime.date`), so that an alias hides nothing."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {a.asname or a.name.split(".")[0]: a.name if a.asname else a.name.split(".")[0] for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    return names


def uses(tree: ast.Module) -> set[str]:
    """Dotted names of all that a module uses from what it imports."""
    names = imported(tree)
    found = set(names.values())
    for node in ast.walk(tree):
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if parts and isinstance(node, ast.Name) and node.id in names:
            found.add(".".join([names[node.id], *reversed(parts)]))
    return found


def reads_clock(name: str) -> bool:
    root, *rest = name.split(".")
    return root in ("datetime", "time") and bool(rest) and rest[-1] in CLOCK and name != "datetime.time"


def reads_environment(name: str) -> bool:
    root, *rest = name.split(".")
    return root == "os" and bool(rest) and rest[0] in ENVIRONMENT


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("from datetime import date as d\nd.today()", True),
        ("import datetime as dt\ndt.datetime.now()", True),
        ("import time\ntime.time()", True),
        ("from time import time", True),
        ("from datetime import date, time, timedelta\ndate(2010, 1, 1)\ntime(12)", False),
        ("import time\ntime.monotonic()", False),
    ],
)
def test_a_clock_is_seen_under_any_name(source: str, seen: bool) -> None:
    assert any(map(reads_clock, uses(ast.parse(source)))) is seen


@pytest.mark.parametrize("source", ["import os\nos.environ['A']", "from os import getenv", "import os as o\no.getenv('A')"])
def test_the_environment_is_seen_under_any_name(source: str) -> None:
    assert any(map(reads_environment, uses(ast.parse(source))))


@pytest.mark.parametrize("forbidden", [reads_clock, reads_environment])
def test_no_clock_and_no_environment_under_the_flows(forbidden) -> None:
    assert {name: found for name, tree in modules(*PURE) if (found := sorted(filter(forbidden, uses(tree))))} == {}


def test_only_parameters_reads_the_configuration() -> None:
    readers = {name for name, tree in modules(*PACKAGES) if any(use.split(".")[0] == "tomllib" for use in uses(tree))}
    assert readers <= {"schemas.parameters", "workbooks.demo"}


def test_one_module_catches_panderas_errors() -> None:
    catchers = {name for name, tree in modules(*PACKAGES) if any(use.endswith((".SchemaErrors", ".SchemaError")) for use in uses(tree))}
    assert len(catchers) <= 1, catchers


def test_no_module_of_flows_hides_a_package() -> None:
    """Prefect loads a deployed flow as a script: its folder then comes before the project's, and `flows/pages.py` would be `pages`."""
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages
    assert not packages & {path.stem for path in (ROOT / "flows").glob("*.py")}
