"""The frames behind the sheets: exact money, stated grain, nothing counted twice, the same whatever the order of the rows."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
import sample_tables as st
from hypothesis import given, settings
from hypothesis import strategies as hyp

from budget.views import build_views, sheet_controls
from schemas.tables import TABLES


@pytest.fixture(scope="module")
def october() -> st.Tables:
    return st.october_2010()


@pytest.fixture(scope="module")
def views(october: st.Tables) -> st.Tables:
    return build_views(october, 2010)


def gaps(tables: st.Tables, campagne: int = 2010) -> list[str]:
    return [label for label, wanted, got in sheet_controls(tables, build_views(tables, campagne)) if wanted != got]


def row_of(frame: pl.DataFrame, **key: object) -> dict[str, object]:
    return frame.row(by_predicate=pl.all_horizontal(*(pl.col(k) == v for k, v in key.items())), named=True)


def test_october_2010_is_eight_poles_six_studies_seven_nothing(views: st.Tables) -> None:
    stages = dict(views["synthese_etapes"].iter_rows())
    assert {k: n for k, n in stages.items() if n} == {"pôle en fonctionnement": 8, "étude en cours": 6, "sans démarche": 7}
    assert dict(views["synthese_volets"].select("volet", "dossiers").iter_rows()) == {"préfiguration": 6, "fonctionnement": 8}
    vannes = row_of(views["par_pays"], pays_code="20", volet="fonctionnement")
    assert (vannes["vote_eur"], vannes["engage_eur"], vannes["annuite"], vannes["postes"]) == (Decimal(105000), Decimal(0), "1/3", 1)


def test_money_stays_exact_decimals(views: st.Tables) -> None:
    for name, frame in views.items():
        for column, kind in frame.schema.items():
            if column.endswith("_eur"):
                assert kind == pl.Decimal(38, 2), f"{name}.{column}"
    assert not [c for f in views.values() for c, kind in f.schema.items() if kind.is_float()]


def test_every_sheet_totals_its_table(october: st.Tables) -> None:
    assert gaps(october) == []
    assert gaps(st.small_case()) == []
    assert gaps(st.tables()) == []
    labels = [label for label, _, _ in sheet_controls(october, build_views(october, 2010))]
    assert len(labels) == len(set(labels)), "the label is the key of the table controles"


def test_a_lost_line_shows(october: st.Tables) -> None:
    shown = {**build_views(october, 2010)}
    shown["budget_consolide"] = shown["budget_consolide"].head(-1)
    assert [label for label, wanted, got in sheet_controls(october, shown) if wanted != got] == ["Budget consolidé : toutes les lignes (€)"]


def test_updated_and_in_kind_lines_are_shown_and_not_counted(views: st.Tables) -> None:
    lines = views["budget_consolide"]
    aside = lines.filter(pl.col("hors_totaux_eur").is_not_null())
    assert set(aside["etat"]) == {"retenu", "réactualisé"}
    assert set(aside.filter(pl.col("etat") == "retenu")["compte"]) == {"864", "870"}
    counted = lines.filter(pl.col("hors_totaux_eur").is_null())
    assert counted["charges_eur"].sum() == counted["produits_eur"].sum()
    brest = row_of(views["par_pays"], pays_code="02")
    assert brest["exercices"] == "2009–2012"
    assert brest["demande_eur"] == Decimal(140000), "35 000 € in 2009, then 2010 to 2012 from the campaign of 2010 alone"


def test_rate_is_asked_over_produits_without_in_kind(views: st.Tables) -> None:
    dinan = row_of(views["par_pays"], pays_code="08")
    assert dinan["taux_region"] == (Decimal(20000) / Decimal(23000)).quantize(Decimal("0.0001"))


def test_summary_holds_one_campaign_and_the_table_all(october: st.Tables) -> None:
    of_2009, of_2010 = build_views(october, 2009), build_views(october, 2010)
    assert of_2009["synthese_volets"]["dossiers"].sum() == 1
    assert of_2009["synthese_exercices"]["exercice"].to_list() == [2009], "2010 was taken over by the campaign of 2010"
    assert of_2010["synthese_exercices"]["exercice"].to_list() == [2010, 2011, 2012]
    assert of_2009["par_pays"].equals(of_2010["par_pays"])
    assert of_2009["budget_consolide"].equals(of_2010["budget_consolide"])


def test_files_that_need_action_come_first_and_none_is_lost(october: st.Tables, views: st.Tables) -> None:
    decisions = views["depots"]["decision"].to_list()
    assert decisions[:3] == ["rejeté", "rejeté", "accepté avec réserves"]
    assert decisions[-2:] == ["remplacé", "ignoré"]
    assert views["depots"]["campagne"].null_count() == 2, "a file whose campaign cannot be read is shown"
    assert views["depots"].height + views["autres_campagnes"]["nombre"].sum() == october["depots"].height


def test_findings_errors_first_then_in_reading_order(views: st.Tables) -> None:
    rank = {"erreur": 0, "avertissement": 1, "information": 2}
    ranks = [rank[g] for g in views["constats"]["gravite"]]
    assert ranks == sorted(ranks)
    assert set(views["constats"].filter(pl.col("etat") == "levé")["code"]) == {"CEL109"}


def test_cells_sort_as_addresses_not_as_words() -> None:
    tables = st.small_case()
    rows = [st.finding_row("CEL102", "2010/pas un classeur.xlsx", "Postes", cell) for cell in ("AA9", "B10", "C9", "B9")]
    tables["constats"] = st.table("constats", rows)
    assert build_views(tables, 2010)["constats"]["cellule"].to_list() == ["B9", "C9", "AA9", "B10"]


def test_a_vote_without_a_dossier_has_its_row_and_signs_are_kept() -> None:
    base = {
        "pays_code": "01", "projet": 1, "volet": "préfiguration", "fichier": "region/d.xlsx", "feuille": "Décisions",
        "beneficiaire": "Pays d'Auray", "premier_exercice": 2010, "duree_ans": 1, "cellule": "H6",
    }  # fmt: skip
    votes = [("attribution", 25000, date(2010, 5, 1), 1), ("annulation", -10000, date(2010, 7, 1), 2), ("refus", 0, date(2010, 8, 1), 3)]
    decisions = [
        {**base, "nature": n, "vote_eur": Decimal(v), "date_decision": d, "ligne": row, "date_convention": d if row == 1 else None}
        for n, v, d, row in votes
    ]
    engaged = [{**one, "decision": str(one["ligne"]), "engage_eur": one["vote_eur"]} for one in decisions]
    tables = st.tables(decisions=decisions, engagements=engaged)
    row = build_views(tables, 2010)["par_pays"].row(0, named=True)
    assert (row["vote_eur"], row["engage_eur"], row["porteur"]) == (Decimal(15000), Decimal(15000), "Pays d'Auray")
    assert row["cout_eur"] is None, "no dossier: the cost is not known"
    assert gaps(tables) == []


def test_two_running_projects_of_one_pays_share_no_follow_up() -> None:
    tables = st.small_case()
    again = {"projet": pl.lit(2, pl.Int64), "fichier": pl.lit("2010/autre.xlsx")}
    second = tables["budget"].filter(pl.col("pays_code") == "20").with_columns(**again)
    tables["budget"] = pl.concat([tables["budget"], second])
    rows = build_views(tables, 2010)["par_pays"].filter(pl.col("pays_code") == "20")
    assert rows.height == 2
    assert rows["annuite"].null_count() == 2


@given(hyp.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None)
def test_order_of_rows_changes_nothing(shuffler: object) -> None:
    tables = st.small_case()
    seed = shuffler.randint(0, 2**32)  # type: ignore[attr-defined]
    mixed = {name: frame.sample(fraction=1, shuffle=True, seed=seed) for name, frame in tables.items()}
    first, second = build_views(tables, 2010), build_views(mixed, 2010)
    assert all(first[name].equals(second[name]) for name in first)


@given(hyp.lists(hyp.decimals(0, 10**9, places=2, allow_nan=False, allow_infinity=False), min_size=1, max_size=40))
@settings(max_examples=20, deadline=None)
def test_no_cent_is_lost(amounts: list[Decimal]) -> None:
    tables = st.small_case()
    model = tables["budget"].row(0, named=True)
    lines = [{**model, "cellule": f"C{row}", "montant_eur": amount} for row, amount in enumerate(amounts, 6)]
    tables["budget"] = st.table("budget", lines)
    assert gaps(tables) == []
    counted = build_views(tables, 2010)["budget_consolide"].select("charges_eur", "produits_eur", "hors_totaux_eur")
    assert sum(column.sum() for column in counted) == sum(amounts)


def test_samples_conform_to_the_models(october: st.Tables) -> None:
    for name, frame in october.items():
        TABLES[name].validate(frame)
