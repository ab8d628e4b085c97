"""Changements: every euro of difference put down to what moved it, to the cent; and what a run is compared with."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget.changes import change_controls, changes
from schemas.changes import ALTERED, ARRIVED, CAPPED, DECIDED, LEFT, OVERLAPPED, Changements
from schemas.packed import Tables
from tests.builders import xlsx
from tests.campaigns import campaign
from tests.grids import CONFIG, DAY, at, decisions, posts, statement, study, tables
from tests.runs import run_steps
from workbooks.reader import RawSheet

Files = dict[str, list[RawSheet]]
VOTE = ["Pays de Dinan", "préfiguration", "attribution", 15000, None, 2010, 1, at(date(2010, 10, 28)), "CP-1"]


def told(before: Tables, after: Tables) -> pl.DataFrame:
    """The changes, valid against their model and equal to the totals' differences."""
    frame = Changements.validate(changes(before, after, "passage n° 1"))
    assert all(expected == found for _, expected, found in change_controls(before, after, frame))
    return frame


def moved(before: Files, after: Files) -> set[tuple[str, str, str, Decimal]]:
    """(measure, file, cause, difference) of each change."""
    frame = told(tables(before), tables(after))
    return set(frame.select("mesure", "fichier", "cause", "ecart_eur").rows())


def test_a_file_that_arrives() -> None:
    found = moved({}, {"dinan.xlsx": study(asked=20000, own=5000)})
    assert ("Charges retenues", "dinan.xlsx", ARRIVED, Decimal(25000)) in found
    assert ("Produits retenus", "dinan.xlsx", ARRIVED, Decimal(25000)) in found
    assert ("Demandé à la Région", "dinan.xlsx", ARRIVED, Decimal(20000)) in found
    assert ("Espéré", "dinan.xlsx", ARRIVED, Decimal(20000)) in found
    assert len(found) == 4


def test_a_file_that_leaves() -> None:
    found = moved({"dinan.xlsx": study(asked=20000, own=5000)}, {})
    assert ("Charges retenues", "dinan.xlsx", LEFT, Decimal(-25000)) in found


def test_a_newer_version_takes_the_place_of_the_older_one() -> None:
    first, second = study(asked=20000, own=5000), study(asked=18000.5, own=5000, version=2)
    found = moved({"v1.xlsx": first}, {"v1.xlsx": first, "v2.xlsx": second})
    assert ("Charges retenues", "v1.xlsx", DECIDED, Decimal(-25000)) in found
    assert ("Charges retenues", "v2.xlsx", ARRIVED, Decimal("23000.50")) in found
    (shared,) = [row for row in found if row[0] == "Demandé à la Région"]
    assert shared[3] == Decimal("-1999.50")


def test_other_bytes_under_the_same_name() -> None:
    before, after = tables({"dinan.xlsx": study(asked=20000)}), tables({"dinan.xlsx": study(asked=19000)})
    changed = after["depots"].with_columns(empreinte=pl.lit("autre"))
    frame = told(before, {**after, "depots": changed})
    assert set(frame["cause"]) == {ALTERED}


def test_a_later_campaign_overlaps() -> None:
    old, new = posts(campaign=2010, years=2), posts(campaign=2011, years=1, asked=30000, depot=date(2011, 2, 1))
    found = moved({"2010.xlsx": old}, {"2010.xlsx": old, "2011.xlsx": new})
    assert ("Charges retenues", "2010.xlsx", OVERLAPPED, Decimal(-42000)) in found
    assert ("Charges retenues", "2011.xlsx", ARRIVED, Decimal(37000)) in found


def test_a_vote_moves_what_is_confirmed_and_hoped_for() -> None:
    dossier = {"dinan.xlsx": study(asked=20000)}
    found = moved(dossier, {**dossier, "region/votes.xlsx": decisions([VOTE])})
    assert ("Voté par la Région", "region/votes.xlsx", ARRIVED, Decimal(15000)) in found
    assert ("Confirmé", "region/votes.xlsx", ARRIVED, Decimal(15000)) in found
    assert ("Espéré", "region/votes.xlsx", ARRIVED, Decimal(-15000)) in found


def test_a_cap_that_changes_is_the_cause() -> None:
    dossier = {"dinan.xlsx": study(asked=20000)}
    plafond = CONFIG.parametres.plafond_etude_eur
    lower = plafond.model_copy(update={"valeurs": (plafond.valeurs[0].model_copy(update={"valeur": Decimal(10000)}),)})
    config = CONFIG.model_copy(update={"parametres": CONFIG.parametres.model_copy(update={"plafond_etude_eur": lower})})
    frame = told(tables(dossier), tables(dossier, config))
    assert set(frame["cause"]) == {CAPPED}
    assert "plafond_etude_eur" in frame["explication"][0]


def test_nothing_changes_where_nothing_does() -> None:
    made = tables({"dinan.xlsx": study(), "cg.xlsx": statement([["Pays de Vannes", "fonctionnement", 2010, 7000, 0]])})
    assert told(made, made).is_empty()


@settings(max_examples=6, deadline=None)
@given(st.randoms(use_true_random=False), st.data())
def test_every_euro_is_told_whatever_comes_and_goes(chance: Any, data: st.DataObject) -> None:
    files: Mapping[str, list[RawSheet]] = {path: made.sheets for path, made in campaign(chance).items()}
    kept = data.draw(st.sets(st.sampled_from(sorted(files))) if files else st.just(set[str]()))
    told(tables({path: files[path] for path in kept}), tables(dict(files)))


def drop(folder: Path, name: str, sheets: list[RawSheet]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(xlsx({s.name: [[None if c == "" else c for c in row] for row in s.grid] for s in sheets}))


def compared(outputs: Path) -> list[tuple[str, str, Decimal]]:
    frame = pl.read_parquet(outputs / "donnees" / "changements.parquet").filter(mesure="Charges retenues")
    return frame.select("reference", "fichier", "ecart_eur").rows()


def test_a_run_is_compared_with_the_one_before_that_had_news(tmp_path: Path) -> None:
    inputs, outputs = tmp_path / "in", tmp_path / "out"
    drop(inputs, "a.xlsx", study("Pays de Dinan", asked=20000, own=5000))
    run_steps(inputs, outputs, DAY)
    assert compared(outputs) == []
    drop(inputs, "b.xlsx", study("Pays de Vannes", asked=10000, own=5000))
    run_steps(inputs, outputs, DAY)
    expected = [("passage n° 1, arrêté au 30/11/2010", "b.xlsx", Decimal(15000))]
    assert compared(outputs) == expected
    before = {p.name: p.read_bytes() for p in (outputs / "donnees").iterdir()}
    run_steps(inputs, outputs, DAY)
    assert compared(outputs) == expected
    assert before == {p.name: p.read_bytes() for p in (outputs / "donnees").iterdir()}
    drop(inputs, "c.xlsx", study("Pays de Vitré", asked=1000, own=0))
    run_steps(inputs, outputs, DAY)
    assert compared(outputs) == [("passage n° 2, arrêté au 30/11/2010", "c.xlsx", Decimal(1000))]
    assert sorted(p.name for p in (outputs / "registre" / "passages").iterdir()) == ["000002", "000003"]


def test_tables_of_another_version_are_no_reference(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    inputs, outputs = tmp_path / "in", tmp_path / "out"
    drop(inputs, "a.xlsx", study("Pays de Dinan"))
    run_steps(inputs, outputs, DAY)
    pl.DataFrame({"autre": [1]}).write_parquet(outputs / "registre" / "passages" / "000001" / "budget-001.parquet")
    drop(inputs, "b.xlsx", study("Pays de Vannes"))
    run_steps(inputs, outputs, DAY)
    assert compared(outputs) == []
