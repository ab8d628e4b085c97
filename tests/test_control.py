"""Nothing is lost: random campaigns in which what is read is consolidated, set aside or replaced, to the cent."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget.control import gaps
from schemas.tables import TABLES
from tests.grids import at, decisions, edit, posts, report, statement, study, tables
from workbooks.reader import RawSheet

PAYS = ["Pays de Dinan", "Pays de Vannes", "COB", "St-Brieuc", "15"]
days = st.integers(0, 200).map(lambda n: date(2010, 1, 1) + timedelta(days=n))
cents = st.integers(0, 4_000_000).map(lambda n: n / 100)
bad = st.sampled_from([None, "2x35000", "NC", -12.5, "35 000,50 €", "(1 000)", ""])


@st.composite
def documents(draw: st.DrawFn) -> list[RawSheet]:
    """Any of the documents, often wrong in one cell."""
    kind = draw(st.sampled_from(["study", "posts", "statement", "decisions", "report"]))
    pays, day = draw(st.sampled_from(PAYS)), draw(days)
    if kind == "study":
        sheets = study(pays, draw(cents), own=draw(cents), depot=day, heading=draw(st.none() | cents), project=draw(st.integers(1, 2)))
        target = ("Budget", "C2")
    elif kind == "posts":
        years, count = draw(st.integers(1, 3)), draw(st.integers(1, 3))
        sheets = posts(pays, draw(cents), depot=day, years=years, count=count, campaign=draw(st.integers(2010, 2012)))
        target = ("Budget", "C3")
    elif kind == "statement":
        rows: list[list[Any]] = [[pays, "fonctionnement", 2010 + n, draw(cents), 0] for n in range(draw(st.integers(0, 3)))]
        sheets, target = statement(rows, depot=day), ("Engagements", "D2")
    elif kind == "decisions":
        rows = [
            [pays, "fonctionnement", nature, draw(cents), 1, 2010, 3, at(day), f"CP{n}"]
            for n, nature in enumerate(["attribution", "annulation"])
        ]
        sheets, target = decisions(rows, depot=day), ("Décisions", "D3")
    else:
        sheets, target = report([[641, 2010, 1, draw(cents)]], pays=pays, depot=day), ("Réalisé", "D2")
    wrong = draw(bad)
    return sheets if wrong is None else edit(sheets, *target, wrong)


campaigns = st.lists(documents(), min_size=0, max_size=6).map(
    lambda docs: {("region/" if d[0].grid[0][1] == "Décisions Région" else "") + f"f{n}.xlsx": d for n, d in enumerate(docs)}
)


@settings(max_examples=20, deadline=None)
@given(campaigns)
def test_what_is_read_is_consolidated_set_aside_or_replaced_to_the_cent(files: dict[str, list[RawSheet]]) -> None:
    made = tables(files)
    assert gaps(made["controles"]) == []
    depots = made["depots"]
    counted = depots.filter(pl.col("decision").str.starts_with("accepté"))
    updated = made["budget"].filter(etat="réactualisé")["montant_eur"].sum()
    assert counted["lu_eur"].sum() == counted["compte_eur"].sum() + counted["ecarte_eur"].sum() + updated
    assert depots.filter(decision="rejeté")["compte_eur"].sum() == 0


@settings(max_examples=8, deadline=None)
@given(campaigns, st.randoms())
def test_the_order_of_files_changes_nothing(files: dict[str, list[RawSheet]], chance: random.Random) -> None:
    shuffled = list(files.items())
    chance.shuffle(shuffled)
    one, other = tables(files), tables(dict(shuffled))
    for name in TABLES:
        assert one[name].equals(other[name]), name


@settings(max_examples=8, deadline=None)
@given(campaigns)
def test_a_bad_file_changes_no_other_line(files: dict[str, list[RawSheet]]) -> None:
    alone, beside = tables(files), tables({**files, "zz.xlsx": [RawSheet("Feuil1", [["n'importe quoi"]])]})
    for name in ("budget", "financements", "votes", "decisions", "mandats", "realises", "suivi_pays"):
        assert alone[name].equals(beside[name]), name


@pytest.mark.parametrize("lost", [Decimal("0.01"), Decimal(-1)])
def test_one_cent_astray_is_a_gap(lost: Decimal) -> None:
    from budget.control import controls_table, euro_controls

    made = tables({"a.xlsx": study()})
    first = pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(lost, pl.Decimal(38, 2))).otherwise(pl.lit(0, pl.Decimal(38, 2)))
    made = made.with_tables({"budget": made["budget"].with_columns(pl.col("montant_eur") + first)})
    assert len(gaps(controls_table(euro_controls(made["depots"], made)))) == 1


def test_every_summed_figure_names_its_source_cells() -> None:
    made = tables({"a.xlsx": posts(years=2)})
    cited = made["provenances"].filter(table="financements", champ="sollicite_eur")
    assert cited.filter(cle="20|1|fonctionnement|2010|dep-56")["cellule"].to_list() == ["D3"]
    assert cited.height == made["financements"].height
