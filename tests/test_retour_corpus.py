"""Returns of real files of other projects, where they are at hand: our reader finds the same cells, another reader opens what it opened."""

import random
import tarfile
from pathlib import Path

import openpyxl
import pytest

from schemas.reading import Received
from schemas.returns import FileReturn, ReturnLine
from tests.corpus import is_there
from tests.returned import LIMITS, line, wanted
from tests.test_corpus import CORPUS
from workbooks.cells import address, indices
from workbooks.discover import discover
from workbooks.pool import ReaderPool, ReadingRules
from workbooks.reader import RawSheet, read_sheets
from workbooks.retour_connu import is_corrections

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not is_there(CORPUS), reason=f"pas de corpus dans {CORPUS} (variable CORPUS)"),
]
CHANGED_BY_VALUES = ("test6.xls", "issues.ods")
"""Their values alone are given back, and hold one that an .xlsx says otherwise: a number beyond all numbers, a day without a time."""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[FileReturn]]:
    """The public files that can be read, each given back with made up findings, at cells that hold something and beside them."""
    folder = tmp_path_factory.mktemp("corpus")
    with tarfile.open(CORPUS / "public.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    files = [f for f in discover(folder) if not f.ignored]
    with ReaderPool(ReadingRules({}, LIMITS)) as readers:
        seen = zip(files, readers.inspect(folder, files), strict=True)
        returns = [_return(f, found["feuilles"]) for f, found in seen if "refus" not in found]
        readers.give_back(folder, folder / "retours", returns)
    return folder, returns


def _return(received: Received, sheets: list[dict]) -> FileReturn:
    chance, lines = random.Random(received.path), list[ReturnLine]()
    for sheet in (s for s in sheets if s["plage"]):
        (top, left), (bottom, right) = map(indices, sheet["plage"].split(":"))
        for gravity in ("erreur", "erreur", "avertissement"):
            cell = address(chance.randint(top, bottom), chance.randint(left, min(right + 1, 16383)))
            lines.append(line(cell, sheet=sheet["feuille"], gravity=gravity))
    return wanted(lines, path=received.path, sha256=received.sha256, target=f"{received.path}-corrections.xlsx")


def _filled(sheets: list[RawSheet]) -> list[object]:
    return [
        (s.name, [(r, c, cell) for r, row in enumerate(s.grid) for c, cell in enumerate(row) if cell != ""])
        for s in sheets
        if not is_corrections(s)
    ]


def test_our_reader_finds_the_same_cells(corpus: tuple[Path, list[FileReturn]]) -> None:
    folder, returns = corpus
    assert len(returns) > 900
    different, bare = [], []
    for wish in returns:
        made = read_sheets((folder / "retours" / wish.target).read_bytes(), LIMITS)
        told = " ".join(str(cell) for row in made[0].grid for cell in row)
        if _filled(made) != _filled(read_sheets((folder / wish.path).read_bytes(), LIMITS)) and not wish.path.endswith(CHANGED_BY_VALUES):
            different.append(wish.path)
        if wish.path.endswith((".xlsx", ".xlsm")) and "seules ses valeurs sont ici" in told:
            bare.append(wish.path)
    assert different == []
    assert bare == []


@pytest.mark.filterwarnings("ignore")
def test_another_reader_opens_what_it_opened(corpus: tuple[Path, list[FileReturn]]) -> None:
    folder, returns = corpus
    lost = []
    for wish in returns:
        if not wish.path.endswith((".xlsx", ".xlsm")) or (folder / wish.path).stat().st_size > 500_000:
            continue
        if _opens(folder / wish.path) and not _opens(folder / "retours" / wish.target):
            lost.append(wish.path)
    assert lost == []


def _opens(path: Path) -> bool:
    try:
        openpyxl.load_workbook(path).close()
    except Exception:  # noqa: BLE001 — whatever it raises on files that it does not understand
        return False
    return True
