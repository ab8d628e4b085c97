"""docs/parcours.md is executed: each example gives what the page says."""

import doctest

import pytest

from tests.grids import ROOT


def test_the_page_says_the_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = doctest.testfile(str(ROOT / "docs" / "parcours.md"), module_relative=False, encoding="utf-8")
    assert done.attempted > 30
    assert done.failed == 0
