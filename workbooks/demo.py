"""The example campaign of October 2010, from `data/octobre-2010.toml`: what careful senders would have sent.

Pays, pôles, their situation and the vote of 28 October 2010 for the Pays de Vannes are real; all the rest is invented, and says so.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from schemas.parameters import Config
from schemas.spec import DECISIONS, STATEMENT
from workbooks.template import write_document
from workbooks.template_values import BudgetLine, DocumentValues

_DATA = "data/octobre-2010.toml"


@dataclass(frozen=True)
class DemoFile:
    """A workbook of the example: its path under the demo folder, its document, what it holds and the day it was made."""

    path: str
    document: str
    values: DocumentValues
    day: date


def write_demo(folder: Path, config: Config) -> list[Path]:
    """Write the whole example campaign under `folder`, made where missing. Gives the paths, in order."""
    paths = []
    for file in demo_files(config):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        write_document(path, file.document, config, day=file.day, values=file.values)
        paths.append(path)
    return paths


def demo_files(config: Config) -> list[DemoFile]:
    """The workbooks of the example, by path. The Région's own stands where the configuration says that it is believed."""
    text = files("workbooks").joinpath(_DATA).read_text("utf-8")
    raw = tomllib.loads(text, parse_float=Decimal)
    return sorted(_all_files(raw, config), key=lambda f: f.path)


def _all_files(raw: Mapping[str, Any], config: Config) -> Iterator[DemoFile]:
    for entry in raw["dossiers"]:
        yield _file(entry, entry["fichier"], entry["document"], raw["campagne"], raw["notes"])
    for entry in raw["etats"]:
        yield _file(entry, entry["fichier"], STATEMENT, raw["campagne"], raw["notes"])
    decisions = raw["decisions"]
    path = f"{config.dossiers.region}/{decisions['fichier']}"
    yield _file(decisions, path, DECISIONS, raw["campagne"], raw["notes_decisions"])


def _file(entry: Mapping[str, Any], path: str, document: str, campaign: int, notes: Sequence[str]) -> DemoFile:
    exercices = tuple(entry.get("exercices", ()))
    lines = (BudgetLine(compte, dict(zip(exercices, amounts, strict=True))) for compte, amounts in entry.get("budget", {}).items())
    identity = {"type_document": document, "campagne": campaign, **entry["identification"]}
    values = DocumentValues(identity, exercices, tuple(lines), entry["tables"], tuple(notes))
    return DemoFile(path, document, values, _day(identity["date_depot"]))


def _day(written: date | str) -> date:
    """The day of deposit; one sender wrote it as a text, jj/mm/aaaa."""
    if isinstance(written, date):
        return written
    day, month, year = written.split("/")
    return date(int(year), int(month), int(day))
