"""`make corpus`: `poles inspect` over 1,132 spreadsheets of other projects' tests and 64 files made to hurt. Not part of the repository.

Prints a table; exits 1 where a goal is missed, 0 where all hold or the material is absent.
"""

import argparse
import csv
import math
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemas.documents import sheet_specs
from schemas.parameters import Config, load_config
from schemas.reading import Received
from schemas.rules import RULES
from workbooks.discover import discover
from workbooks.pool import ReaderPool, ReadingRules

ROOT = Path(__file__).parent.parent
WORKERS = 2
SECONDS, WORKER_MB, PARENT_MB, SHARE = 20.0, 1024, 400, 0.96
MARKS = ("Traceback", "Error", "Exception", "panic", "None", " line ")
"""What no message may hold."""
Figures = tuple[int, int, int, float, int, int]


@dataclass
class Seen:
    """What became of one file: `verdict` is accepted, rejected or ignored."""

    verdict: str
    seconds: float = 0.0
    message: str = ""
    sheets: list[dict[str, Any]] = field(default_factory=list)

    @property
    def figures(self) -> Figures:
        """As public.tsv has them: sheets, cells, numeric cells, sum, error cells, formulas without a stored value."""
        total = {key: sum(s[key] for s in self.sheets) for key in ("cellules", "nombres")}
        lists = {key: sum(len(s[key]) for s in self.sheets) for key in ("erreurs", "sans_valeur")}
        numbers = math.fsum(s["somme"] for s in self.sheets)
        return len(self.sheets), total["cellules"], total["nombres"], numbers, lists["erreurs"], lists["sans_valeur"]

    @property
    def names_cells(self) -> bool:
        """Whether a cell is named that `check` would reject: in error, unreadable, or without a value."""
        return any(s[key] for s in self.sheets for key in ("erreurs", "illisibles", "sans_valeur"))


def inspect_all(folder: Path, config: Config) -> dict[str, Seen]:
    """Every file below a folder, as a run lists it and the guarded processes read it."""
    seen: dict[str, Seen] = {}
    files = [f for f in discover(folder) if not _is_ignored(f, seen)]
    with ReaderPool(ReadingRules(sheet_specs(), config.limites), WORKERS) as readers, ThreadPoolExecutor(WORKERS) as threads:
        seen |= dict(zip((f.path for f in files), threads.map(lambda f: _inspect(readers, folder, f), files), strict=True))
    return seen


def _is_ignored(received: Received, seen: dict[str, Seen]) -> bool:
    if received.ignored and not received.same_as:
        seen[received.path] = Seen("ignored", message=received.ignored)
    return received.path in seen


def _inspect(readers: ReaderPool, folder: Path, received: Received) -> Seen:
    begun = time.monotonic()
    (found,) = readers.inspect(folder, [received])
    seconds = time.monotonic() - begun
    if "refus" not in found:
        return Seen("accepted", seconds, sheets=found["feuilles"])
    message, _ = RULES[found["refus"]].say({"detail": found["detail"]})
    return Seen("rejected", seconds, f"{found['refus']} {message}")


@dataclass
class Report:
    """Lines of the table, and whether every goal holds."""

    lines: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    def goal(self, what: str, found: str, holds: bool) -> None:
        """A line of the table."""
        self.lines.append(f"{'ok  ' if holds else 'MISS'} | {what:<62} | {found}")
        if not holds:
            self.misses.append(what)

    def detail(self, text: str) -> None:
        """An indented line."""
        self.lines.append(f"     |   {text}")


def check_public(report: Report, seen: dict[str, Seen], table: Path) -> None:
    """Figures of the accepted ones, verdicts of all."""
    rows = _rows(table)
    report.goal(
        "public: files accounted for", f"{sum(r['file'] in seen for r in rows)} of {len(rows)}", all(r["file"] in seen for r in rows)
    )
    wanted = [r for r in rows if r["expected"] == "accepted"]
    figured = [r for r in wanted if r["sheets"]]
    accepted = [r for r in wanted if seen[r["file"]].verdict == "accepted"]
    different = [r for r in figured if not _same(seen[r["file"]], r)]
    report.goal("public .xlsx/.xlsm to accept: accepted", _of(len(accepted), len(wanted)), len(accepted) >= SHARE * len(wanted))
    passed = len(figured) - len(different)
    report.goal("  of those whose figures are known: with the same figures", _of(passed, len(figured)), passed >= SHARE * len(figured))
    for row in different:
        report.detail(
            f"{row['file'][-60:]}: expected {tuple(_figures(row))}, found {seen[row['file']].figures} {seen[row['file']].message}"
        )
    others = Counter(
        (r["expected"] or f"not stated, .{r['file'].rpartition('.')[2]}", seen[r["file"]].verdict)
        for r in rows
        if r["expected"] != "accepted"
    )
    for (expected, verdict), number in sorted(others.items()):
        report.detail(f"expected {expected}: {number} {verdict}")


def check_hostile(report: Report, seen: dict[str, Seen], table: Path) -> None:
    """Each file has its verdict."""
    rows = _rows(table)
    wrong = [r for r in rows if r["file"] not in seen or not _fits(r["file"], r["expected"], seen[r["file"]])]
    report.goal("hostile: files with their expected verdict", _of(len(rows) - len(wrong), len(rows)), not wrong)
    for row in wrong:
        found = seen.get(row["file"])
        report.detail(f"{row['file']}: expected {row['expected']}, found {found.verdict if found else 'nothing'}")
    report.detail(", ".join(f"{number} {verdict}" for verdict, number in sorted(Counter(s.verdict for s in seen.values()).items())))


def _fits(name: str, expected: str, seen: Seen) -> bool:
    """Whether a verdict is the expected one. What `check` rejects for its content, `inspect` shows by naming its cells."""
    if expected.startswith("ignore"):
        return seen.verdict == "ignored"
    if expected.startswith(("accept or reject", "reject or")):
        return seen.verdict in ("accepted", "rejected")
    if expected.startswith("accept"):
        return seen.verdict == "accepted"
    if "naming" in expected:
        return seen.verdict == "rejected" or seen.names_cells
    if "unknown column" in expected:
        return seen.verdict == "accepted"
    return seen.verdict == "rejected"


def _same(seen: Seen, row: dict[str, str]) -> bool:
    *counts, total = _figures(row)[:3], *_figures(row)[4:], _figures(row)[3]
    found = seen.figures
    return [found[:3], *found[4:]] == counts and math.isclose(found[3], total, rel_tol=1e-12, abs_tol=1e-9)


def _figures(row: dict[str, str]) -> Figures:
    sheets, cells, numbers, errors, unvalued = (
        int(row[key]) for key in ("sheets", "cells", "numeric_cells", "error_cells", "uncomputed_formulas")
    )
    return sheets, cells, numbers, float(row["numeric_sum"]), errors, unvalued


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.1f} %)"


def _rows(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def check_resources(report: Report, seen: list[Seen], seconds: float) -> None:
    """Time, memory and words."""
    slowest = max(s.seconds for s in seen)
    report.goal(f"slowest file (at most {SECONDS:.0f} s)", f"{slowest:.1f} s; all in {seconds:.0f} s", slowest <= SECONDS)
    odd = [s.message for s in seen if len(s.message) > 300 or any(mark in s.message for mark in MARKS)]
    report.goal("messages: no traceback or class name, at most 300 signs", f"{len(odd)} at fault", not odd)
    for message in odd:
        report.detail(message[:120])
    for who, most, what in _peaks():
        report.goal(f"memory of {what} (at most {most} MB)", f"{who:.0f} MB", who <= most)


def _peaks() -> Iterator[tuple[float, int, str]]:
    import resource

    yield resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, WORKER_MB, "the largest reading process"
    yield resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, PARENT_MB, "the parent"


def run_corpus(corpus: Path, config: Config) -> Report:
    """Unpack, inspect and compare."""
    report, begun, every = Report(), time.monotonic(), list[Seen]()
    for name, check in (("public", check_public), ("hostile", check_hostile)):
        with tempfile.TemporaryDirectory() as folder:
            with tarfile.open(corpus / f"{name}.tar.gz") as archive:
                archive.extractall(folder, filter="data")
            seen = inspect_all(Path(folder) / name, config)
        check(report, seen, corpus / f"{name}.tsv")
        every += seen.values()
    check_resources(report, every, time.monotonic() - begun)
    return report


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, help="folder that holds public.tar.gz and hostile.tar.gz")
    corpus = parser.parse_args().corpus
    if not is_there(corpus):
        print(f"No corpus in {corpus}: nothing is checked. Give its folder: make corpus CORPUS=…")
        return 0
    report = run_corpus(corpus, load_config(ROOT / "config.toml"))
    print("\n".join(report.lines))
    return 1 if report.misses else 0


def is_there(corpus: Path) -> bool:
    """Whether both archives and their tables are in that folder."""
    return all((corpus / f"{name}.{kind}").is_file() for name in ("public", "hostile") for kind in ("tar.gz", "tsv"))


if __name__ == "__main__":
    sys.exit(main())
