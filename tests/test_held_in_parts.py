"""Whoever reads long tables finds the same in however many parts they are held: views, controls, pages, returns, files, workbooks."""

import re
import zipfile
from datetime import date
from decimal import Decimal
from html import unescape
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
import sample_tables as st
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as hyp
from test_reports import CONTEXT, dump

from budget.at_a_glance import at_a_glance
from budget.changes import change_controls, changes
from budget.control import money_controls
from budget.reminders import reminders
from budget.versions import version_changes
from budget.views import build_views, sheet_controls
from flows.reference import find_reference, place_passage, stage_passage
from flows.register import Register
from flows.tables import read_table, write_tables
from schemas.packed import Packed, Tables
from schemas.pays import all_pays
from schemas.register import JOURNAL_SCHEMA
from workbooks import sheet
from workbooks.readback import verify_report
from workbooks.report_finance import expected_finance, write_finance
from workbooks.report_status import write_status
from workbooks.retour_plan import file_returns, with_returns

BY_PAYS, BY_ROW = ("budget", "financements", "rapprochement"), ("constats", "provenances")
CASES = {"october": st.october_2010(), "small": st.small_case(), "none": st.tables()}
DAY = date(2010, 11, 30)
Cuts = list[str]


def matched(tables: st.Tables) -> pl.DataFrame:
    """A line of the reconciliation for each financing."""
    rows = [
        {**row, "cle": f"{rank}", "rang": 1, "origine": None, "fichier_dossier": row["pays_code"] + ".xlsx", "feuille_dossier": "Plan",
         "cellule_dossier": f"D{rank}", "fichier_financeur": f"état {rank % 7}.xlsx", "feuille_financeur": "État",
         "cellule_financeur": f"C{rank}"}
        for rank, row in enumerate(tables["financements"].to_dicts(), 2)
    ]  # fmt: skip
    return st.table("rapprochement", rows)


def whole(name: str) -> st.Tables:
    """A case, its long tables in the order of the Pays."""
    tables = {**CASES[name], "rapprochement": matched(CASES[name])}
    return tables | {table: tables[table].sort("pays_code", maintain_order=True) for table in BY_PAYS}


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def held(tables: st.Tables, cuts: Cuts, *, packed: bool = True) -> Tables:
    """The same, the long ones cut before some Pays, or anywhere where they do not follow the Pays."""
    bounds = ["", *sorted(cuts), "99"]
    made = dict[str, Packed]()
    for name in BY_PAYS:
        code = pl.col("pays_code")
        parts = [tables[name].filter(code >= low, code < high) for low, high in pairwise(bounds)]
        made[name] = Packed(tuple(parquet(part) if packed else part for part in parts))
    for name in BY_ROW:
        size = tables[name].height // (len(cuts) + 1) + 1
        slices = [tables[name].slice(start, size) for start in range(0, size * (len(cuts) + 1), size)]
        made[name] = Packed(tuple(parquet(part) if packed else part for part in slices))
    return Tables({**tables, **made})


def before(tables: st.Tables) -> st.Tables:
    """What an earlier run may have said: a dossier less, other amounts, lines that did not count."""
    gone = "2010/08 Dinan/Dossier préfiguration.xlsx"
    other = pl.col("fichier").str.contains("Vannes|n°1|vannes")
    lines = tables["budget"].filter(pl.col("fichier") != gone)
    return tables | {
        "depots": tables["depots"].filter(pl.col("fichier") != gone),
        "budget": lines.with_columns(
            montant_eur=pl.when(other).then(pl.col("montant_eur") + 1).otherwise("montant_eur").cast(pl.Decimal(38, 2)),
            etat=pl.when(other).then(pl.lit("réactualisé")).otherwise("etat"),
        ),
        "financements": tables["financements"].with_columns(espere_eur=pl.lit(Decimal(7), pl.Decimal(38, 2))),
    }


CUTS = hyp.lists(hyp.sampled_from(sorted(all_pays())), max_size=5, unique=True)
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(name=hyp.sampled_from(sorted(CASES)), cuts=CUTS, packed=hyp.booleans())
def test_views_controls_and_pages(name: str, cuts: Cuts, packed: bool) -> None:
    plain = whole(name)
    parts = held(plain, cuts, packed=packed)
    shown, wanted = build_views(parts, 2010), build_views(plain, 2010)
    assert list(shown) == list(wanted)
    for view in wanted:
        assert shown[view].equals(wanted[view]), view
    assert sheet_controls(parts, shown) == sheet_controls(plain, wanted)
    assert money_controls(parts) == money_controls(plain)
    assert at_a_glance(parts, CONTEXT.config, DAY) == at_a_glance(plain, CONTEXT.config, DAY)
    assert reminders(parts, CONTEXT.config, DAY) == reminders(plain, CONTEXT.config, DAY)
    assert with_returns(parts).equals(with_returns(plain))
    assert file_returns(parts, version_changes(parts), DAY, 50) == file_returns(plain, version_changes(plain), DAY, 50)


@FEW
@given(name=hyp.sampled_from(sorted(CASES)), cuts=CUTS, former=CUTS)
def test_what_changed(name: str, cuts: Cuts, former: Cuts) -> None:
    plain = whole(name)
    earlier = before(plain)
    parts = held(plain, cuts), held(earlier, former)
    told = changes(earlier, plain, "passage n° 1")
    assert changes(parts[1], parts[0], "passage n° 1").equals(told)
    controls = change_controls(earlier, plain, told)
    assert change_controls(parts[1], parts[0], told) == controls
    assert [label for label, wanted, got in controls if wanted != got] == []
    assert name == "none" or told.height


@settings(FEW, max_examples=4)
@given(cuts=CUTS)
def test_the_files_and_what_the_next_run_is_compared_with(cuts: Cuts, tmp_path: Path) -> None:
    plain = whole("october")
    write_tables(tmp_path / "un", plain)
    write_tables(tmp_path / "parts", held(plain, cuts))
    for name, table in plain.items():
        assert (tmp_path / "parts" / f"{name}.csv").read_bytes() == (tmp_path / "un" / f"{name}.csv").read_bytes()
        found = read_table(tmp_path / "parts", name)
        assert found is not None
        assert found.equals(table)
    register = Register(tmp_path / f"registre-{'-'.join(cuts)}", pl.DataFrame(schema=JOURNAL_SCHEMA), 2)
    staged = tmp_path / f"a-placer-{'-'.join(cuts)}"
    stage_passage(held(plain, cuts), 1, staged)
    place_passage(register, staged)
    reference = find_reference(register, DAY, has_news=True)
    assert reference is not None
    assert all(reference.tables[name].equals(plain[name]) for name in reference.tables)


def in_words(path: Path) -> dict[str, str]:
    """The XML of each part, the texts in their place: only the order in which they are numbered may differ."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    texts = re.findall(r"<si>(.*?)</si>", parts.pop("xl/sharedStrings.xml"), re.DOTALL)
    return {name: re.sub(r't="s"><v>(\d+)', lambda m: f't="s"><v>{unescape(texts[int(m[1])])}', xml) for name, xml in parts.items()}


_SOME = ["02", "03", "15", "20"]


@pytest.mark.parametrize(
    ("cuts", "rows", "linked"),
    [(_SOME, 1_048_572, 65_530), (sorted(all_pays()), 1_048_572, 65_530), (_SOME, 100, 65_530), (_SOME, 300, 120)],
    ids=["some parts", "each Pays", "too many rows", "too many links"],
)
def test_the_workbooks(cuts: Cuts, rows: int, linked: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "MAX_ROWS", rows)
    monkeypatch.setattr(sheet, "MAX_LINKS", linked)
    plain = whole("october")
    for name, tables in (("un", plain), ("parts", held(plain, cuts))):
        views = build_views(tables, 2010)
        write_finance(tmp_path / f"{name}.xlsx", tables, views, CONTEXT)
        write_status(tmp_path / f"{name}-suivi.xlsx", tables, views, CONTEXT)
        assert verify_report(tmp_path / f"{name}.xlsx", expected_finance(tables, views, CONTEXT)) == []
    assert dump(tmp_path / "parts.xlsx") == dump(tmp_path / "un.xlsx")
    assert in_words(tmp_path / "parts.xlsx") == in_words(tmp_path / "un.xlsx")
    assert (tmp_path / "parts-suivi.xlsx").read_bytes() == (tmp_path / "un-suivi.xlsx").read_bytes()
    assert plain["budget"].height > 300, "rows and links are beyond the limits"


def test_texts_that_excel_refuses_are_counted_over_all_parts(tmp_path: Path) -> None:
    plain = whole("october")
    plain["budget"] = plain["budget"].with_columns(libelle=pl.lit("cloche\x07"), porteur=pl.lit("é" * 33_000))
    for name, tables in (("un", plain), ("parts", held(plain, ["05", "15"]))):
        write_finance(tmp_path / f"{name}.xlsx", tables, build_views(tables, 2010), CONTEXT)
    assert dump(tmp_path / "parts.xlsx") == dump(tmp_path / "un.xlsx")
    assert f"{plain['budget'].height} textes" in dump(tmp_path / "parts.xlsx").replace("\u00a0", " ")
