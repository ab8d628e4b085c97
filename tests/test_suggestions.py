"""What is suggested to a sender: the word meant, or nothing. A suggestion is never a match, and never absurd."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.accounts import accounts
from schemas.financers import TYPES
from schemas.hints import HINTS, nearest_accounts, nearest_choices
from schemas.partenaires import FAMILIES
from schemas.pays import all_pays, find_pays, nearest_pays
from schemas.plan import STATUSES
from schemas.text import nearest
from tests.grids import check, edit, posts, study
from workbooks.reader import RawSheet


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Pays de Guinguamp", ["Pays de Guingamp"]),
        ("Brocelliande", ["Pays de Brocéliande"]),
        ("Pays de St Brieux", ["Pays de Saint-Brieuc"]),
        ("Fougère", ["Pays de Fougères"]),
        ("Centre", ["Pays du Centre Bretagne", "Pays du Centre Ouest Bretagne"]),
        ("CC du Pays de Redon", ["Pays de Redon et Vilaine"]),
        ("Vannes (56)", ["Pays de Vannes"]),
        ("Pays de Rohan", []),
        ("Pays de Caux", []),
        ("Morbihan", []),
        ("Pays", []),
        ("x", []),
    ],
)
def test_pays(written: str, meant: list[str]) -> None:
    assert find_pays(written) is None
    assert nearest_pays(written) == meant


@pytest.mark.parametrize(
    ("written", "choices", "meant"),
    [
        ("Régionn", TYPES, ["Région"]),
        ("Rég.", TYPES, ["Région"]),
        ("Conseil régional", TYPES, ["Région"]),
        ("Conseil général", TYPES, ["Département"]),
        ("Communauté de communes", TYPES, ["EPCI"]),
        ("Mairie", TYPES, ["Commune"]),
        ("FSE", TYPES, ["Europe"]),
        ("Autofinancement", TYPES, ["Ressources propres"]),
        ("divers", TYPES, []),
        ("assoc.", FAMILIES, ["association"]),
        ("SCOP", FAMILIES, ["coopérative"]),
        ("Entreprise d'insertion", FAMILIES, ["structure d'insertion"]),
        ("club", FAMILIES, []),
        ("votée", STATUSES, ["voté"]),
        ("accordé", STATUSES, ["voté"]),
        ("en attente", STATUSES, ["sollicité"]),
        ("oui", STATUSES, []),
    ],
)
def test_listed_values(written: str, choices: tuple[str, ...], meant: list[str]) -> None:
    assert nearest_choices(written, choices) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("6O4", ["604 Prestations de services"]),
        ("64l", ["641 Rémunération des personnels"]),
        ("604 à 606", ["604 Prestations de services", "606 Autres fournitures"]),
        ("Prestations de service", ["604 Prestations de services"]),
        ("Loyers", ["613 Locations"]),
        ("99 Cotisations", ["756 Cotisations"]),
        ("99", []),
        ("46", []),
        ("SB", []),
    ],
)
def test_accounts_by_number_and_by_label(written: str, meant: list[str]) -> None:
    assert nearest_accounts(written) == meant


def test_every_hint_leads_to_the_value_that_it_stands_for() -> None:
    for value, words in HINTS.items():
        choices = next((c for c in (TYPES, STATUSES, FAMILIES) if value in c), (value,))
        for word in words:
            assert value in nearest_choices(word, choices), word


@given(st.sampled_from([p.name for p in all_pays().values()]), st.data())
def test_one_slip_in_a_name_still_finds_it(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(len(name) - 4, len(name) - 1))
    assert name in nearest_pays(name[:place] + "z" + name[place + 1 :])


@given(st.text(min_size=61, max_size=200))
def test_nothing_is_near_a_sentence(text: str) -> None:
    assert nearest(text, [text, *TYPES]) == []


def said(sheets: list[RawSheet], code: str) -> list[tuple[str, str]]:
    """The question and the proposal of each finding of that rule."""
    facts: list[Any] = [f.facts for _, f in check({"essai.xlsx": sheets}).found if f.code == code]
    return [(f.get("proches", "").strip(), f.get("proche", "")) for f in facts]


def test_sheets_columns_and_labels_are_suggested_from_what_the_workbook_has() -> None:
    renamed = [RawSheet("Partenaire du projet" if s.name == "Partenaires" else s.name, s.grid) for s in study()]
    assert said(renamed, "TAB001") == [("Est-ce « Partenaire du projet » ?", "« Partenaire du projet »")]
    other = [RawSheet("Feuil3" if s.name == "Partenaires" else s.name, s.grid) for s in study()]
    assert said(other, "TAB001") == [("", "")]
    column = edit(study(), "Plan de financement", "B1", "Financeurr")
    assert said(column, "TAB002") == [("Est-ce « Financeurr » ?", "« Financeurr »")]
    assert said(column, "TAB003") == [("Voulez-vous dire « Financeur » ?", "« Financeur »")]
    assert said(edit(study(), "Partenaires", "C1", "Ville"), "TAB003") == [("", "")]
    label = edit(study(), "Identification", "A7", "Structure portteuse")
    assert said(label, "TAB002") == [("Est-ce « Structure portteuse » ?", "« Structure portteuse »")]


def test_a_column_that_is_there_is_not_suggested_for_another() -> None:
    """Both amounts are there: « Montant total » is neither."""
    assert said(edit(study(), "Plan de financement", "G1", "Montant total"), "TAB003") == [("", "")]


def test_an_account_that_means_nothing_is_explained_by_its_label() -> None:
    assert said(edit(posts(), "Budget", "A2", "99"), "CEL112")[0][1] == "« 641 Rémunération des personnels »"
    assert accounts()["641"].label == "Rémunération des personnels"
