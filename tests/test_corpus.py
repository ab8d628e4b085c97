"""The corpus of real and hostile files, where it is at hand: their figures and verdicts, and no effect on the other files of a run."""

import os
import shutil
import tarfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from schemas.parameters import load_config
from tests.corpus import is_there, run_corpus
from tests.runs import run_steps

ROOT = Path(__file__).parent.parent
CORPUS = Path(os.environ.get("CORPUS") or ROOT.parent / "shared" / "corpus")
DAY = date(2010, 11, 30)
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not is_there(CORPUS), reason=f"pas de corpus dans {CORPUS} (variable CORPUS)"),
]


def test_every_goal_holds() -> None:
    report = run_corpus(CORPUS, load_config(ROOT / "config.toml"))
    assert report.misses == [], "\n".join(report.lines)


def test_the_whole_corpus_beside_a_campaign_changes_no_figure_of_it(tmp_path: Path) -> None:
    alone, beside = tmp_path / "seule", tmp_path / "avec"
    for inputs in (alone, beside):
        shutil.copytree(ROOT / "examples" / "octobre-2010", inputs)
    for name in ("public", "hostile"):
        with tarfile.open(CORPUS / f"{name}.tar.gz") as archive:
            archive.extractall(beside / "zz", filter="data")
    expected = run_steps(alone, tmp_path / "sorties-seule", DAY, processes=True).tables
    found = run_steps(beside, tmp_path / "sorties-avec", DAY, processes=True).tables
    for table in ("budget", "financements", "engagements", "echeancier", "suivi_pays"):
        assert found[table].equals(expected[table]), table
    ours = found["depots"].filter(~pl.col("fichier").str.starts_with("zz/"))
    assert ours.equals(expected["depots"])
    assert found["depots"].height - ours.height == sum(1 for path in (beside / "zz").rglob("*") if path.is_file())
