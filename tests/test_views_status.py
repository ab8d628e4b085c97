"""The frames of suivi.xlsx on co-financers and versions: who answered, with which file; what moved from one try to the next."""

from datetime import date
from decimal import Decimal

import polars as pl

from budget.views import build_views, sheet_controls
from tests.grids import edit, posts, statement, study, tables
from workbooks.reader import RawSheet

LATER = date(2010, 7, 1)


def views(files: dict[str, list[RawSheet]]) -> dict[str, pl.DataFrame]:
    made = tables(files)
    shown = build_views(made, 2010)
    assert [c for c in sheet_controls(made, shown) if c[1] != c[2]] == []
    return shown


def test_a_row_per_co_financer_and_exercice_of_the_campaign_without_the_region() -> None:
    shown = views({"a.xlsx": posts(years=2), "b.xlsx": posts("Pays d'Auray", campaign=2011, depot=date(2011, 1, 5))})["cofinanceurs"]
    assert shown.select("pays", "exercice", "financeur", "sollicite_eur", "etat", "etat_recu").rows() == [
        ("Pays de Vannes", 2010, "Département du Morbihan", Decimal(7000), "sans réponse", None),
        ("Pays de Vannes", 2011, "Département du Morbihan", Decimal(7000), "sans réponse", None),
    ]


def test_the_statement_that_answers_is_named_with_its_day() -> None:
    files = {"a.xlsx": posts(), "s.xlsx": statement([["Pays de Vannes", "fonctionnement", 2010, 7000, 0]])}
    shown = views(files)["cofinanceurs"]
    assert shown.select("etat", "vote_eur", "etat_recu", "recu_le").rows() == [("concordant", Decimal(7000), "s.xlsx", date(2010, 9, 1))]
    corrected = statement([["Pays de Vannes", "fonctionnement", 2010, 6000, 0]], depot=date(2010, 10, 1))
    shown = views({**files, "t.xlsx": corrected})["cofinanceurs"]
    assert shown.select("etat", "vote_eur", "etat_recu").rows() == [("écart", Decimal(6000), "t.xlsx")]


def test_a_statement_without_the_line_is_named_as_well() -> None:
    shown = views({"a.xlsx": posts(), "s.xlsx": statement([["Dinan", "préfiguration", 2010, 5, 0]])})["cofinanceurs"]
    assert shown.select("pays", "etat", "etat_recu").rows() == [
        ("Pays de Dinan", "financeur seul", "s.xlsx"), ("Pays de Vannes", "dossier seul", "s.xlsx"),
    ]  # fmt: skip


def test_versions_say_what_is_left_first_and_link_to_the_workbook_that_bears_it() -> None:
    before = edit(edit(study(asked=26000), "Partenaires", "B2", "ligue"), "Budget", "C2", "2x13000")
    after = edit(study(asked=25500, version=2, depot=LATER), "Partenaires", "B3", "club")
    shown = views({"a.xlsx": before, "b.xlsx": after})["versions"]
    assert shown.select("quoi", "code", "source").rows() == [
        ("reste", "PRE201", "b.xlsx"), ("nouveau", "CEL104", "b.xlsx"), ("réglé", "CEL102", "a.xlsx"), ("réglé", "CEL104", "a.xlsx"),
        ("montant", None, None), ("montant", None, None),
    ]  # fmt: skip
    assert shown.filter(quoi="montant").select("texte", "ecart_eur").rows() == [
        ("2010, 60 Achats", Decimal(30500)), ("2010, 74 Subventions d'exploitation", Decimal(-500)),
    ]  # fmt: skip


def test_a_version_that_changed_nothing_is_said() -> None:
    shown = views({"a.xlsx": study(), "b.xlsx": study(version=2, depot=LATER)})["versions"]
    assert shown.select("envoyeur", "fichier", "precedent", "quoi").rows() == [("Pays de Dinan", "b.xlsx", "a.xlsx", "sans changement")]


def test_only_the_files_of_the_campaign_are_compared_on_the_sheet() -> None:
    def later(**more: int) -> list[RawSheet]:
        return study(campaign=2011, depot=date(2011, 1, 5), **more)

    assert views({"a.xlsx": later(), "b.xlsx": later(asked=21000, version=2)})["versions"].is_empty()
