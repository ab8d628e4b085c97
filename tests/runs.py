"""A whole run without Prefect: the sequence that the flow carries out, by plain calls."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Self
from unittest.mock import patch

from flows import sequence, steps
from flows.steps import Outcome
from schemas.parameters import Config
from schemas.reading import Cells, Lot, Position, Reading, Received, lot_of
from schemas.returns import FileReturn
from schemas.spec import DOCUMENTS
from tests.grids import CONFIG, ROOT, SPECS
from workbooks import template
from workbooks.file_reading import read_file
from workbooks.retour import page_alone
from workbooks.retour_fichier import give_back


class InProcess:
    """Reads as the pool does, without the second that a process takes to start."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, folder: Path, files: Sequence[Received]) -> list[Lot]:
        return [lot_of([read_file(folder, received, SPECS, CONFIG.limites) for received in files])]

    def give_back(self, folder: Path, outputs: Path, returns: Sequence[FileReturn]) -> dict[str, str]:
        whole = {}
        for wanted in returns:
            target = outputs / wanted.target
            target.parent.mkdir(parents=True, exist_ok=True)
            annotated = wanted.readable and give_back(str(folder), wanted, str(target), CONFIG.limites)
            if not annotated:
                target.write_bytes(page_alone(wanted))
            if annotated or not wanted.readable:
                whole[wanted.target] = hashlib.sha256(target.read_bytes()).hexdigest()
        return whole


_BLANK: dict[tuple[str, str, date], bytes] = {}


def _write_templates(folder: Path, config: Config, day: date) -> list[Path]:
    """As `write_templates` does, each document made once for all tests."""
    folder.mkdir(parents=True, exist_ok=True)
    paths, known, at = [], config.model_dump_json(), template.campaign_day(config, day)
    for document in DOCUMENTS.values():
        key = (document.name, known, at)
        _BLANK[key] = _BLANK.get(key) or template.document_bytes(document.name, config, day=at)
        paths.append(folder / f"{document.slug}.xlsx")
        paths[-1].write_bytes(_BLANK[key])
    return paths


def run_steps(inputs: Path, outputs: Path, day: date, config: Path = ROOT / "config.toml", *, processes: bool = False) -> Outcome:
    """List, read, check, consolidate, write and replace; without the seconds that processes take to start, unless asked."""
    job = steps.job(config, inputs, outputs, day)
    if processes:
        return sequence.run(job)
    with patch.multiple(steps, reader_pool=lambda _: InProcess(), write_templates=_write_templates):
        return sequence.run(job)


def readings_of(lots: Iterable[Lot]) -> list[Reading]:
    """Lots taken apart again, file by file; dates and exact numbers stay the texts that they travel as."""
    readings = []
    for lot in lots:
        for rank, received in enumerate(lot.files):
            sheets = {kind: _of(rank, cells) for kind, cells in lot.sheets.items() if rank in cells["fichier"]}
            places = [Position(*place) for place in zip(*_of(rank, lot.positions).values(), strict=True)]
            readings.append(Reading(received, "", sheets, places, [finding for r, finding in lot.findings if r == rank]))
    return readings


def _of(rank: int, cells: Cells) -> Cells:
    rows = [row for row, r in enumerate(cells["fichier"]) if r == rank]
    return {name: [values[row] for row in rows] for name, values in cells.items() if name != "fichier"}
