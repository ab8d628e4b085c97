"""`poles check`: the findings of a few files on the terminal, without Prefect and without writing anything."""

import textwrap
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from budget.constats import FileFacts, constats_table
from budget.pipeline import check_readings
from flows.errors import NO_READER, RunError
from flows.terminal import show, show_json
from schemas.documents import sheet_specs
from schemas.parameters import Config
from schemas.reading import Received
from schemas.rules import GRAVITIES
from schemas.tables import ACCEPTED, ACCEPTED_WITH_RESERVES, IGNORED, REJECTED
from schemas.text import count, normalise, visible
from workbooks.discover import UNREADABLE_NAME, fingerprint, ignore_doubles, printable_name
from workbooks.pool import ReaderBroken, ReaderPool, ReadingRules

_WIDTH = 100
_WORDS = {"erreur": "ERREUR", "avertissement": "Avertissement", "information": "Information"}


@dataclass(frozen=True)
class CheckedFile:
    """A file as given on the command line, its decision and its findings (rows of the `constats` table)."""

    shown: str
    document: str
    decision: str
    findings: list[dict[str, Any]]
    ignored: str = ""

    def number(self, gravity: str) -> int:
        """How many findings of that gravity."""
        return sum(f["gravite"] == gravity for f in self.findings)

    @property
    def errors(self) -> int:
        """How many errors."""
        return self.number("erreur")


def check_files(paths: Sequence[Path], config: Config, inputs: Path) -> list[CheckedFile]:
    """Check each file by the single-file rules, as `run` does; files of one folder are one batch. Raises RunError."""
    by_folder: dict[Path, list[tuple[Path, Received]]] = defaultdict(list)
    for path in dict.fromkeys(paths):
        folder, relative = _place(path, inputs, config.dossiers.region)
        readable = printable_name(relative) == relative
        received = fingerprint(path, relative) if readable else Received(printable_name(relative), ignored=UNREADABLE_NAME)
        by_folder[folder].append((path, received))
    done: dict[Path, CheckedFile] = {}
    try:
        with ReaderPool(ReadingRules(sheet_specs(), config.limites), config.execution.processus) as readers:
            for folder, files in by_folder.items():
                done |= _check_folder(folder, files, readers, config)
    except ReaderBroken as error:
        raise RunError(NO_READER) from error
    return [done[path] for path in dict.fromkeys(paths)]


def _place(path: Path, inputs: Path, region: str) -> tuple[Path, str]:
    """The folder and relative path under which a file is checked: the inputs', else its own folder, that of the Région kept."""
    full = path.resolve()
    if full.is_relative_to(inputs.resolve()):
        return inputs.resolve(), full.relative_to(inputs.resolve()).as_posix()
    if normalise(full.parent.name) == normalise(region):
        return full.parent.parent, f"{full.parent.name}/{full.name}"
    return full.parent, full.name


def _check_folder(folder: Path, files: list[tuple[Path, Received]], readers: ReaderPool, config: Config) -> dict[Path, CheckedFile]:
    received = ignore_doubles([r for _, r in files])
    readings = readers.read(folder, [r for r in received if not r.ignored])
    checked = check_readings(received, readings, config)
    facts = {s.path: FileFacts(s.received.sha256, s.identity.get("pays_code")) for s in checked.decided.standings}
    single = [(path, finding) for path, finding in checked.found if finding.code not in ("FIC009", "FIC010")]
    constats, _ = constats_table(single, facts)
    found = {key[0]: rows.drop("fichier").to_dicts() for key, rows in constats.partition_by("fichier", as_dict=True).items()}
    standings = {s.path: s for s in checked.decided.standings}
    return {
        path: CheckedFile(
            str(path), standings[r.path].identity.get("type_document") or "", standings[r.path].alone, found.get(r.path, []), r.ignored
        )
        for path, r in files
    }


def print_json(checked: Sequence[CheckedFile]) -> None:
    """The same facts for a program."""
    files = [{"fichier": c.shown, "type_document": c.document, "decision": c.decision, "constats": c.findings} for c in checked]
    show_json(files)


def print_report(checked: Sequence[CheckedFile]) -> None:
    """The findings of each file, by sheet, in lines of at most 100 signs; then one line of summary."""
    for c in checked:
        show(c.shown)
        show(f"  {c.document or 'document non reconnu'} : {_VERDICTS[c.decision]}" + (f" : {c.ignored}" if c.ignored else ""))
        for sheet, findings in _by_sheet(c.findings).items():
            show("", f"  {_shortened(sheet) or 'Fichier'}")
            for finding in findings:
                _print_finding(finding)
        show("")
    totals = [count(sum(c.number(g) for c in checked), g) for g in GRAVITIES]
    show(f"{count(len(checked), 'fichier contrôlé', 'fichiers contrôlés')} : {', '.join(totals)}.")


_VERDICTS = {
    IGNORED: "sera ignoré",
    ACCEPTED: "sera accepté",
    ACCEPTED_WITH_RESERVES: "sera accepté avec réserves",
    REJECTED: "sera rejeté",
}


def _by_sheet(findings: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Findings by sheet, the worst first in each, sheets in the order of their worst finding."""
    ranked = sorted(findings, key=lambda f: GRAVITIES.index(f["gravite"]))
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for finding in ranked:
        grouped[finding["feuille"]].append(finding)
    return grouped


def _print_finding(finding: dict[str, Any]) -> None:
    head = f"{_WORDS[finding['gravite']]} {finding['code']}" + (f" [{finding['cellule']}]" if finding["cellule"] else "")
    show(*_wrapped(f"{head} {finding['message']}", "    "), *_wrapped(finding["correction"], "      → "))


def _wrapped(text: str, start: str) -> list[str]:
    return textwrap.wrap(visible(text), _WIDTH, initial_indent=start, subsequent_indent="        ")


def _shortened(sheet: str) -> str:
    """A sheet's name: Excel admits 31 signs, a forged file any number."""
    return sheet if len(sheet) <= _WIDTH - 2 else f"{sheet[: _WIDTH - 3]}…"
