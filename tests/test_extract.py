"""Sheets, headers and columns are found by their labels; each bad cell gives one finding at its own address."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.accounts import accounts
from schemas.financers import CERFA_LABELS, OWN_RESOURCES, TYPES
from schemas.reading import Reading
from schemas.rules import MESSAGE_LIMIT, RULES
from tests.builders import read as read_bytes
from tests.builders import xlsx
from tests.grids import at, decisions, edit, identification, posts, read, report, sheet, statement, study, without
from workbooks.cells import CellError, Unvalued
from workbooks.reader import RawSheet

PLAN = ["Type de financeur", "Financeur", "Exercice", "Montant sollicité", "Montant acquis", "Statut"]


def told(reading: Reading) -> list[str]:
    """What was said, as « Budget C4 CEL102 »."""
    return [" ".join(filter(None, (f.sheet, f.cell, f.code))) for f in reading.findings]


def codes(sheets: Sequence[RawSheet]) -> list[str]:
    return told(read("essai.xlsx", sheets))


def replace(sheets: Sequence[RawSheet], new: RawSheet) -> list[RawSheet]:
    return [new if s.name == new.name else s for s in sheets]


def budget(*rows: Sequence[Any]) -> Reading:
    """The reading of a study whose Budget is these rows."""
    return read("essai.xlsx", replace(study(), sheet("Budget", rows)))


def lines(reading: Reading, kind: str, *fields: str) -> list[tuple[Any, ...]]:
    """Some columns of a sheet, row by row."""
    return list(zip(*(reading.sheets[kind][f] for f in fields), strict=True))


def amounts(reading: Reading) -> list[tuple[Any, ...]]:
    """(account, label, exercice, euros, cell) of each amount of the Budget."""
    rows = lines(reading, "budget", "compte", "libelle", "exercice", "montant_eur", "cellule")
    return [(c, label, y, None if m is None else m / 100, cell) for c, label, y, m, cell in rows]


SOUND = {
    "préfiguration": study(),
    "fonctionnement": posts(years=2, count=2),
    "état": statement([["Pays de Vannes", "fonctionnement", 2010, 7000, 0]]),
    "compte rendu": report([[641, 2010, 30000, 29500]]),
    "décisions": decisions([["Pays de Vannes", "fonctionnement", "attribution", 105000, 1, 2010, 3, at(date(2010, 10, 28)), "CP-1"]]),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_document_is_told_nothing(name: str) -> None:
    assert codes(SOUND[name]) == []


# --- Documents and sheets ---------------------------------------------------------------------------------------------------------


def test_the_document_is_what_its_identification_says_whatever_the_other_sheets() -> None:
    assert read("x.xlsx", SOUND["état"]).document == "État cofinanceur"
    named = edit(study(), "Identification", "B1", "  DOSSIER de prefiguration. ")
    assert read("x.xlsx", named).document == "Dossier de préfiguration"


@pytest.mark.parametrize("name", ["Budget", "BUDGET", " budget ", "Bùdget.", "«Budget»"])
def test_sheets_are_found_by_name_without_case_accents_or_punctuation(name: str) -> None:
    renamed = [RawSheet(name, s.grid) if s.name == "Budget" else s for s in study()]
    reading = read("x.xlsx", renamed)
    assert told(reading) == []
    assert set(reading.sheets["budget"]["feuille"]) == {name}


def test_order_of_sheets_and_extra_ones_do_not_matter() -> None:
    extra = [sheet("Lisez-moi", [["Bonjour"]]), *reversed(study()), sheet("Feuil3", [])]
    mixed, plain = read("x.xlsx", extra), read("x.xlsx", study())
    assert mixed.findings == []
    assert mixed.sheets == plain.sheets


@pytest.mark.parametrize("name", ["Budget", "Plan de financement", "Partenaires"])
def test_a_required_sheet_that_is_missing_is_named_with_those_found(name: str) -> None:
    reading = read("x.xlsx", without(study(), name))
    (finding,) = reading.findings
    assert (finding.code, finding.champ) == ("TAB001", name)
    assert "« Identification »" in finding.facts["trouve"]
    assert f"« {name} »" not in finding.facts["trouve"]


@pytest.mark.parametrize(
    ("sheets", "words"),
    [
        ([sheet("Feuil1", [["n'importe quoi"]])], "« Feuil1 »"),
        ([sheet("Identification", [["Pays", "Vannes"]])], "n'a pas de « Type de document »"),
        ([sheet("Identification", [["Type de document", "Facture"]])], "« Facture » n'en est pas un"),
        ([sheet("Identification", [["Type de document", 3]])], "« 3 » n'en est pas un"),
        ([sheet(f"Feuille {n}", []) for n in range(1000)], "994 autres"),
    ],
)
def test_a_workbook_that_is_none_of_the_five_says_what_it_lacks(sheets: list[RawSheet], words: str) -> None:
    reading = read("x.xlsx", sheets)
    (finding,) = reading.findings
    assert (finding.code, reading.document) == ("FIC004", "")
    assert words in finding.facts["detail"]


@pytest.mark.parametrize(("cell", "code"), [("", "CEL101"), (CellError("#REF!"), "CEL105"), (Unvalued(), "CEL106")])
def test_a_type_of_document_that_is_blank_or_in_error_is_said_at_its_cell(cell: Any, code: str) -> None:
    assert codes(edit(study(), "Identification", "B1", cell)) == [f"Identification B1 {code}"]


# --- Identification ---------------------------------------------------------------------------------------------------------------


def test_identification_is_read_by_label_wherever_the_labels_are() -> None:
    (plain, *others) = study()
    moved = [["Dossier de demande"], [], *([None, None, label.upper() + " :", value] for label, value in reversed(plain.grid))]
    reading = read("x.xlsx", [sheet("Identification", moved), *others])
    assert told(reading) == []
    identity = reading.sheets["identification"]
    assert (identity["pays_code"], identity["campagne"], identity["date_depot"]) == (["08"], [2010], [date(2010, 6, 15)])
    place = next(p for p in reading.positions if p.champ == "pays_code")
    assert f"{place.letters}{place.row}" == "D7"


@pytest.mark.parametrize("label", ["Campagne", "Date de dépôt", "Pays", "Structure porteuse", "Date de début", "Date de fin"])
def test_a_required_label_is_missing_or_its_value_is(label: str) -> None:
    identity, *others = study()
    (row,) = [n for n, (name, _) in enumerate(identity.grid) if name == label]
    gone = RawSheet("Identification", [line for n, line in enumerate(identity.grid) if n != row])
    (finding,) = read("x.xlsx", [gone, *others]).findings
    assert (finding.code, finding.champ) == ("TAB002", label)
    assert codes(edit(study(), "Identification", f"B{row + 1}", "")) == [f"Identification B{row + 1} CEL101"]


def test_what_is_optional_takes_its_default() -> None:
    identity, *others = study()
    short = RawSheet("Identification", [line for line in identity.grid if line[0] not in ("Version", "Projet")])
    reading = read("x.xlsx", [short, *others])
    assert (reading.sheets["identification"]["version"], reading.sheets["identification"]["projet"]) == ([1], [1])
    assert told(reading) == []


def test_a_required_label_given_twice_is_nobodys_guess() -> None:
    identity, *others = study()
    twice = [*identity.grid, ["PAYS", "Pays de Vannes"], ["Version", 2], ["Campagne", ""]]
    assert codes([RawSheet("Identification", twice), *others]) == [f"Identification A{len(identity.grid) + 1} TAB004"]


def test_a_compte_rendu_says_its_volet_and_needs_no_carrier() -> None:
    sheets = report([[641, 2010, 30000, 29500]])
    grid = [line for line in sheets[0].grid if line[0] != "Structure porteuse"]
    assert codes([RawSheet("Identification", grid), sheets[1]]) == []
    assert codes([RawSheet("Identification", [line for line in grid if line[0] != "Volet"]), sheets[1]]) == ["Identification TAB002"]


# --- Tables -----------------------------------------------------------------------------------------------------------------------

PLAN_ROWS: list[list[Any]] = [
    ["Région", "Région Bretagne", 2010, 20000, None, "sollicité"],
    ["Ressources propres", "Association exemple", 2010, 5000, None, None],
]


def plan(*rows: Sequence[Any]) -> Reading:
    return read("x.xlsx", replace(study(), sheet("Plan de financement", rows)))


def plan_lines(reading: Reading) -> list[tuple[Any, ...]]:
    return lines(reading, "plan", "type_financeur", "financeur", "exercice", "sollicite_eur", "ligne")


EXPECTED = [("Région", "Région Bretagne", 2010, 2000000), ("Ressources propres", "Association exemple", 2010, 500000)]


def test_rows_above_the_header_and_blank_ones_are_passed_over_and_addresses_stay_true() -> None:
    reading = plan(
        ["Plan de financement 2010"], [], ["Financeur : voir la notice"], [None, *PLAN], [], *([None, *row] for row in PLAN_ROWS), [""]
    )
    assert told(reading) == []
    assert plan_lines(reading) == [(*EXPECTED[0], 6), (*EXPECTED[1], 7)]
    assert next(p.letters for p in reading.positions if p.kind == "plan" and p.champ == "sollicite_eur") == "E"


def test_order_case_accents_and_aliases_of_columns_do_not_matter() -> None:
    header = ["STATUT", "montant  demandé", "Année", "FINANCEUR :", "type de Financeur"]
    reading = plan(header, ["sollicité", 20000, 2010, "Région Bretagne", "Région"])
    assert told(reading) == []
    assert plan_lines(reading) == [(*EXPECTED[0], 2)]


def test_an_extra_column_is_said_and_not_read() -> None:
    reading = plan([*PLAN, "Avis du trésorier"], [*PLAN_ROWS[0], "favorable"])
    assert told(reading) == ["Plan de financement G1 TAB003"]
    assert plan_lines(reading) == [(*EXPECTED[0], 2)]


def test_a_row_that_only_fills_an_extra_column_is_blank() -> None:
    reading = plan([*PLAN, "Avis"], [None] * 6 + ["à revoir"], [*PLAN_ROWS[0], None])
    assert plan_lines(reading) == [(*EXPECTED[0], 3)]


def test_repeated_headers_and_total_rows_are_not_data() -> None:
    reading = plan(
        PLAN, PLAN_ROWS[0], ["Sous-total", None, None, 20000], ["sous total 2010", None, None, 20000], PLAN,
        PLAN_ROWS[1], [None, "TOTAL", None, 25000, 0], ["Totaux", None, None, 25000], ["Total général :", None, None, 25000],
    )  # fmt: skip
    assert told(reading) == []
    assert plan_lines(reading) == [(*EXPECTED[0], 2), (*EXPECTED[1], 6)]


def test_a_complete_row_whose_first_text_starts_with_total_is_data() -> None:
    partners = sheet(
        "Partenaires", [["Partenaire", "Famille"], ["Total Énergies solidaires", "entreprise"], ["Total", None], ["Totalement", "autre"]]
    )
    reading = read("x.xlsx", replace(study(), partners))
    assert told(reading) == []
    assert reading.sheets["partenaires"]["partenaire"] == ["Total Énergies solidaires", "Totalement"]


def test_the_header_is_the_row_that_knows_the_most_labels() -> None:
    reading = plan(["Financeur", None, None, "Exercice"], PLAN, PLAN_ROWS[0])
    assert plan_lines(reading) == [(*EXPECTED[0], 3)]


@pytest.mark.parametrize("column", ["Type de financeur", "Financeur", "Exercice"])
def test_a_required_column_that_is_missing_is_named(column: str) -> None:
    index = PLAN.index(column)
    reading = plan(*([cell for n, cell in enumerate(row) if n != index] for row in (PLAN, *PLAN_ROWS)))
    (finding,) = reading.findings
    assert (finding.code, finding.sheet, finding.champ) == ("TAB002", "Plan de financement", column)


def test_a_table_without_a_header_names_the_columns_it_needs() -> None:
    for rows in ([], [["à remplir"]]):
        (finding,) = plan(*rows).findings
        assert finding.code == "TAB002"
        assert all(f"« {c} »" in finding.facts["champ"] for c in ("Type de financeur", "Financeur", "Exercice"))


def test_a_required_column_twice_is_an_error_and_an_optional_one_is_said_not_to_be_read() -> None:
    assert told(plan([*PLAN, "FINANCEUR"], PLAN_ROWS[0])) == ["Plan de financement G1 TAB004"]
    assert told(plan([*PLAN, "État de la demande"], [*PLAN_ROWS[0], "voté"])) == ["Plan de financement G1 TAB003"]


@pytest.mark.parametrize(("other", "code"), [(99, "TAB004"), (None, "TAB003"), (20000, "TAB003")])
def test_two_columns_for_one_amount_are_asked_about_where_they_differ(other: Any, code: str) -> None:
    assert told(plan([*PLAN, "Montant demandé"], [*PLAN_ROWS[0], other])) == [f"Plan de financement G1 {code}"]


def test_a_header_in_error_is_said_since_its_column_is_not_read() -> None:
    assert told(plan([*PLAN[:4], CellError("#REF!"), "Statut"], PLAN_ROWS[0])) == ["Plan de financement E1 CEL105"]
    assert told(plan([*PLAN[:4], Unvalued(), "Statut"], PLAN_ROWS[0])) == ["Plan de financement E1 CEL106"]


def test_a_blank_amount_is_zero_and_another_required_blank_an_error() -> None:
    reading = plan(PLAN, ["Région", "Région Bretagne", None, None, "néant", None])
    assert told(reading) == ["Plan de financement C2 CEL101"]
    assert lines(reading, "plan", "exercice", "sollicite_eur", "acquis_eur", "statut") == [(None, 0, 0, None)]


def test_each_bad_cell_gives_one_finding_at_its_place_and_the_others_are_read() -> None:
    reading = plan(PLAN, ["Mairie", CellError("#N/A"), "l'an prochain", "2x35000", Unvalued(), "promis"], PLAN_ROWS[0])
    where = "Plan de financement"
    assert told(reading) == [
        f"{where} A2 CEL104", f"{where} B2 CEL105", f"{where} C2 CEL102", f"{where} D2 CEL102", f"{where} E2 CEL106", f"{where} F2 CEL104",
    ]  # fmt: skip
    assert plan_lines(reading)[1] == (*EXPECTED[0], 3)


def test_an_amount_under_a_condition_marks_its_line() -> None:
    reading = plan(PLAN, ["Commune", "Ville", 2010, "5 000 € (sous réserve)", None, None], PLAN_ROWS[0])
    assert told(reading) == ["Plan de financement D2 CEL110"]
    assert lines(reading, "plan", "sollicite_eur", "sous_reserve") == [(500000, True), (2000000, False)]


# --- Budget -----------------------------------------------------------------------------------------------------------------------


def test_one_block_gives_a_line_per_account_and_exercice() -> None:
    reading = budget(
        ["Budget prévisionnel"], [], ["Compte", "Libellé", 2010, 2011], ["CHARGES"], [60, "Achats", 100, None],
        [None, "PRODUITS"], ["74", "Région", 35000, "35 000 €"], [],
    )  # fmt: skip
    assert told(reading) == ["Budget D7 CEL109"]
    assert amounts(reading) == [
        ("60", "Achats", 2010, 100, "C5"), ("74", "Région", 2010, 35000, "C7"), ("74", "Région", 2011, 35000, "D7"),
    ]  # fmt: skip
    assert lines(reading, "budget", "sens", "niveau", "cellule_exercice") == [
        ("charge", "rubrique", "C3"), ("produit", "detail", "C3"), ("produit", "detail", "D3"),
    ]  # fmt: skip


@pytest.mark.parametrize("header", [2011, 2011.0, "2011", "Année 2011", "Exercice 2011", "EXERCICE : 2011", "Prévisionnel 2011 (€)"])
def test_an_exercice_is_known_however_its_header_is_written(header: Any) -> None:
    reading = budget(["Compte", "Libellé", header], [60, "Achats", 100])
    assert told(reading) == []
    assert amounts(reading) == [("60", "Achats", 2011, 100, "C2")]


BLOCKS = [
    [["Compte", "Libellé", 2010, "Compte", "Libellé", 2010], [60, "Achats", 100, 74, "Région", 90], [None, None, None, "RP", "", 10]],
    [["Libellé", "Compte", 2010, "Libellé", "Compte", 2010], ["Achats", 60, 100, "Région", 74, 90], ["", None, None, "", "RP", 10]],
    [["Compte", 2010, "Libellé", None, "Compte", 2010, "Libellé"], [60, 100, "Achats", "|", 74, 90, "Région"], ["", "", "", "|", "RP", 10]],
]


@pytest.mark.parametrize("rows", BLOCKS, ids=["compte d'abord", "libellé d'abord", "montant au milieu"])
def test_the_two_blocks_of_the_cerfa_side_by_side(rows: list[list[Any]]) -> None:
    reading = budget(*rows)
    assert told(reading) == []
    assert {line[:4] for line in amounts(reading)} == {
        ("60", "Achats", 2010, 100), ("74", "Région", 2010, 90), ("RP", "Ressources propres", 2010, 10),
    }  # fmt: skip


def test_two_blocks_have_their_own_exercices_and_totals() -> None:
    reading = budget(
        ["Compte", "Libellé", 2010, 2011, None, "Compte", "Libellé", 2010, 2011],
        [641, "Rémunération", 100, 110, None, 74, "Région", 90, 99],
        ["TOTAL DES CHARGES", None, 100, 110, None, "TOTAL DES PRODUITS", None, 90, 99],
    )
    assert told(reading) == []
    assert [line for line in lines(reading, "budget", "niveau", "sens", "exercice", "cellule") if line[0] == "total"] == [
        ("total", "charge", 2010, "C3"), ("total", "charge", 2011, "D3"),
        ("total", "produit", 2010, "H3"), ("total", "produit", 2011, "I3"),
    ]  # fmt: skip


@pytest.mark.parametrize("label", ["TOTAL DES CHARGES", "Total des charges", "total des chargés :"])
def test_the_two_stated_totals_are_kept_apart(label: str) -> None:
    reading = budget(["Compte", "Libellé", 2010], [60, "Achats", 100], [label, None, 100], [None, "TOTAL DES PRODUITS", 90])
    assert lines(reading, "budget", "compte", "niveau", "sens", "libelle", "montant_eur")[1:] == [
        (None, "total", "charge", "TOTAL DES CHARGES", 10000), (None, "total", "produit", "TOTAL DES PRODUITS", 9000),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "label", ["Total", "TOTAL", "Sous-total 60", "SOUS TOTAL", "Totaux", "Total des charges directes", "Total général"]
)
def test_any_other_total_is_passed_over(label: str) -> None:
    for row in ([label, None, 100], [None, label, 100]):
        assert amounts(budget(["Compte", "Libellé", 2010], [60, "Achats", 100], row)) == [("60", "Achats", 2010, 100, "C2")]


@pytest.mark.parametrize("account", [606, "606"])
def test_a_line_whose_account_can_be_read_is_no_total(account: Any) -> None:
    reading = budget(["Compte", "Libellé", 2010], [account, "Total Énergies : fioul", 100])
    assert amounts(reading) == [("606", "Total Énergies : fioul", 2010, 100, "C2")]


def test_a_repeated_header_is_not_a_line_and_its_exercices_hold_from_there_on() -> None:
    reading = budget(
        ["Compte", "Libellé", 2010, 2011], [60, "Achats", 1, 2], ["Compte", "Libellé", 2010, 2011], [61, None, 3, 4],
        ["COMPTE", "Intitulé", "Exercice 2011", "Exercice 2012"], [62, None, 5, 6], ["Compte", "Libellé", 2010], [63, None, 7, 8],
    )  # fmt: skip
    assert told(reading) == []
    assert [(c, y, m) for c, _, y, m, _ in amounts(reading)] == [
        ("60", 2010, 1), ("60", 2011, 2), ("61", 2010, 3), ("61", 2011, 4), ("62", 2011, 5), ("62", 2012, 6), ("63", 2010, 7),
    ]  # fmt: skip
    assert reading.sheets["budget"]["cellule_exercice"] == ["C1", "D1", "C1", "D1", "C5", "D5", "C7"]


def test_an_exercice_twice_or_a_third_block_is_an_error() -> None:
    assert told(budget(["Compte", "Libellé", 2010, "Année 2010"], [60, "Achats", 1, 2])) == ["Budget D1 TAB004"]
    three = ["Compte", 2010, "Compte", 2010, "Compte"]
    assert told(budget(three, [60, 1, 74, 1, None])) == ["Budget E1 TAB004"]
    assert told(budget(["Compte", "Libellé", 2010], [60, "Achats", 1], ["Compte", "Libellé", 2011, 2011])) == ["Budget D3 TAB004"]


@pytest.mark.parametrize(
    ("header", "champ"),
    [
        (["Compte", "Libellé"], "l'année de chaque exercice"),
        (["Compte", "Libellé", "Cumul"], "l'année de chaque exercice"),
        (["Compte", "Libellé", "Montant", "Montant"], "l'année de chaque exercice"),
        (["Libellé", 2010], "Compte et l'année de chaque exercice"),
        ([], "Compte et l'année de chaque exercice"),
    ],
)
def test_a_budget_needs_accounts_and_an_exercice(header: list[Any], champ: str) -> None:
    (finding, *_) = [f for f in budget(header, [60, "Achats", 100]).findings if f.code != "TAB003"]
    assert (finding.code, finding.champ) == ("TAB002", champ)


@pytest.mark.parametrize(
    ("cell", "code"), [(CellError("#REF!"), "CEL105"), (Unvalued(), "CEL106"), ("Total", "TAB003"), ("Année 2", "CEL102")]
)
def test_a_column_that_is_no_exercice_is_never_dropped_in_silence(cell: Any, code: str) -> None:
    assert told(budget(["Compte", "Libellé", 2010, cell], [60, "Achats", 100, 200])) == [f"Budget D1 {code}"]


@pytest.mark.parametrize(
    ("written", "read_under", "level"),
    [
        (60, "60", "rubrique"),
        (641, "641", "detail"),
        (6411, "641", "detail"),
        ("64131", "641", "detail"),
        (607, "60", "detail"),
        ("60 Achats", "60", "rubrique"),
        (7588, "758", "detail"),
        ("CI", "CI", "rubrique"),
        ("CI 2", "CI2", "detail"),
        ("RP", "RP", "rubrique"),
        (864, "864", "detail"),
        (65, "65", "rubrique"),
    ],
)
def test_a_longer_account_is_read_under_the_listed_one_that_it_starts_with(written: Any, read_under: str, level: str) -> None:
    reading = budget(["Compte", "Libellé", 2010], [written, None, 100])
    assert told(reading) == []
    assert lines(reading, "budget", "compte", "niveau", "rubrique", "sens") == [
        (read_under, level, accounts()[read_under].heading, accounts()[read_under].side)
    ]
    assert reading.sheets["budget"]["libelle"] == [accounts()[read_under].label]


def test_every_listed_account_is_read_as_itself() -> None:
    listed = [a for a in accounts().values() if a.code != "74"]
    reading = budget(["Compte", "Libellé", 2010], *([a.code, a.label, 1] for a in listed))
    assert told(reading) == []
    assert reading.sheets["budget"]["compte"] == [a.code for a in listed]
    assert {a.code for a in listed if a.side == "charge"} == {a.code for a in listed if a.code.startswith(("6", "86", "CI"))}


@pytest.mark.parametrize("written", [80, "72", "Achats", "60 à 65", 5])
def test_an_unknown_account_is_said_once_and_its_amounts_stay_outside_any_account(written: Any) -> None:
    reading = budget(["Compte", "Libellé", 2010, 2011], [written, "Divers", 100, 200])
    assert told(reading) == ["Budget A2 CEL112"]
    assert amounts(reading) == [(None, "Divers", 2010, 100, "C2"), (None, "Divers", 2011, 200, "D2")]


def test_amounts_without_an_account_are_missing_one() -> None:
    reading = budget(["Compte", "Libellé", 2010], [None, "Excédent", 100])
    assert told(reading) == ["Budget A2 CEL101"]
    assert amounts(reading) == [(None, "Excédent", 2010, 100, "C2")]


def test_lines_that_hold_no_amount_say_nothing() -> None:
    assert amounts(budget(["Compte", "Libellé", 2010], ["I - CHARGES", None, None], [None, "dont siège", 0], [99, "Rien", None])) == []
    assert told(budget(["Compte", "Libellé", 2010], ["I - CHARGES", None, None], [None, "dont siège", 0], [99, "Rien", None])) == []


def test_a_bad_amount_silences_only_itself() -> None:
    reading = budget(["Compte", "Libellé", 2010, 2011], [60, "Achats", "NC", 200], ["TOTAL DES CHARGES", None, CellError("#REF!"), 200])
    assert told(reading) == ["Budget C2 CEL102", "Budget C3 CEL105"]
    assert [(y, m) for _, _, y, m, _ in amounts(reading)] == [(2010, None), (2011, 200), (2010, None), (2011, 200)]
    assert reading.findings[0].champ == "Achats, 2010"


def test_a_label_in_error_is_said_and_makes_no_heading_of_a_subsidy() -> None:
    for cell, code in ((CellError("#REF!"), "CEL105"), (Unvalued(), "CEL106")):
        reading = budget(["Compte", "Libellé", 2010], [74, cell, 100], [60, "Achats", 100])
        assert told(reading) == [f"Budget B2 {code}"]
        assert reading.sheets["budget"]["niveau"] == ["detail", "rubrique"]


# Account 74: its sub-lines bear its own number, with a type of financer as their label.


@pytest.mark.parametrize(("label", "kind"), [*((t, t) for t in TYPES if t != OWN_RESOURCES), *CERFA_LABELS.items()])
def test_a_subsidy_is_known_by_the_type_or_by_the_cerfas_own_label(label: str, kind: str) -> None:
    reading = budget(["Compte", "Libellé", 2010], [74, label.upper(), 100])
    assert told(reading) == []
    assert lines(reading, "budget", "compte", "niveau", "type_financeur", "libelle") == [("74", "detail", kind, kind)]


@pytest.mark.parametrize("label", [None, "Subventions d'exploitation", "SUBVENTIONS", "Subvention d’exploitation"])
def test_the_heading_of_subsidies_is_not_a_subsidy(label: str | None) -> None:
    reading = budget(["Compte", "Libellé", 2010], [74, label, 100], [74, "Région", 100])
    assert told(reading) == []
    assert lines(reading, "budget", "niveau", "type_financeur") == [("rubrique", None), ("detail", "Région")]


def test_a_subsidy_of_no_known_type_is_told_the_list() -> None:
    reading = budget(["Compte", "Libellé", 2010], [74, "Fondation exemple", 100], [74, "Ressources propres", 5], [741, None, 1])
    assert told(reading) == ["Budget B2 CEL104", "Budget B3 CEL104", "Budget B4 CEL101"]
    assert reading.sheets["budget"]["niveau"] == ["detail"] * 3
    assert OWN_RESOURCES not in reading.findings[0].facts["attendus"]


# --- Statements -------------------------------------------------------------------------------------------------------------------

VANNES = ["Pays de Vannes", "fonctionnement", 2010, 7000]


def engagements(header: Sequence[Any], *rows: Sequence[Any], **labels: Any) -> Reading:
    """A statement whose Identification gives these labels besides what all need."""
    identity = identification("État cofinanceur", Campagne=2010, Date_de_dépôt=at(date(2010, 9, 1)), **labels)
    return read("x.xlsx", [identity, sheet("Engagements", [header, *rows])])


GIVEN = {"Financeur": "CG 56", "Type_de_financeur": "Département"}
HEADER = ["Pays", "Volet", "Exercice", "Montant voté"]


def test_the_financer_of_the_identification_serves_every_row() -> None:
    reading = engagements(HEADER, VANNES, VANNES, **GIVEN)
    assert told(reading) == []
    assert lines(reading, "engagements", "financeur", "type_financeur", "pays_code") == [("CG 56", "Département", "20")] * 2


def test_the_financer_may_stand_in_the_rows_alone() -> None:
    reading = engagements(["Financeur", "Type de financeur", *HEADER], ["CG 56", "Département", *VANNES], ["Ville", "Commune", *VANNES])
    assert told(reading) == []
    assert lines(reading, "engagements", "financeur", "type_financeur") == [("CG 56", "Département"), ("Ville", "Commune")]


def test_a_row_that_names_its_own_financer_wins_over_the_identification() -> None:
    reading = engagements(["Financeur", *HEADER], ["CG 22", *VANNES], [None, *VANNES], **GIVEN)
    assert told(reading) == []
    assert reading.sheets["engagements"]["financeur"] == ["CG 22", "CG 56"]


def test_a_financer_given_nowhere_is_missing_where_it_should_be() -> None:
    assert told(engagements(HEADER, VANNES)) == ["Identification TAB002", "Identification TAB002"]
    assert told(engagements(HEADER, VANNES, Financeur="CG 56", Type_de_financeur="")) == ["Identification B5 CEL101"]
    both = ["Financeur", "Type de financeur", *HEADER]
    assert told(engagements(both, [None, None, *VANNES])) == ["Engagements A2 CEL101", "Engagements B2 CEL101"]
    assert told(engagements(both, [None, None, *VANNES], Financeur="CG 56")) == ["Engagements B2 CEL101"]


def test_a_financer_that_cannot_be_read_is_said_once() -> None:
    reading = engagements(["Type de financeur", *HEADER], [None, *VANNES], Financeur="CG 56", Type_de_financeur="Mairie")
    assert told(reading) == ["Identification B5 CEL104"]


def test_the_pole_may_stand_for_the_pays() -> None:
    reading = engagements(["Pôle", *HEADER[1:]], ["BRAS", *VANNES[1:]], ["ADESS", *VANNES[1:]], ["PTCE", *VANNES[1:]], **GIVEN)
    assert told(reading) == ["Engagements A3 IDE202", "Engagements A4 IDE201"]
    assert reading.sheets["engagements"]["pays_code"] == ["03", None, None]


def test_the_pays_is_believed_where_both_are_given_and_one_at_least_is_required() -> None:
    both = ["Pôle", *HEADER]
    assert engagements(both, ["ADESS", *VANNES], **GIVEN).sheets["engagements"]["pays_code"] == ["20"]
    assert told(engagements(both, ["ADESS", *VANNES], ["BRAS", None, *VANNES[1:]], **GIVEN)) == []
    assert told(engagements(both, [None, None, *VANNES[1:]], **GIVEN)) == ["Engagements B2 CEL101"]
    assert told(engagements(["Pôle", *HEADER[1:]], [None, *VANNES[1:]], **GIVEN)) == ["Engagements A2 CEL101"]
    assert told(engagements(HEADER[1:], VANNES[1:], **GIVEN)) == ["Engagements TAB002"]


# --- Decisions --------------------------------------------------------------------------------------------------------------------

VOTE = ["Pays de Vannes", "fonctionnement", "attribution", 105000, 1, 2010, 3, at(date(2010, 10, 28)), "CP-1"]


def test_sheets_of_decisions_may_be_absent_or_empty() -> None:
    assert codes(decisions()) == []
    empty = [*decisions(), *(sheet(name, []) for name in ("Décisions", "Étapes", "Mandats", "Dérogations", "Arbitrages"))]
    assert codes(empty) == []
    assert codes([*decisions(), sheet("Mandats", [["", None, "  "]])]) == []
    assert codes([*decisions(), sheet("Mandats", [["voir le fichier joint"]])]) == ["Mandats TAB002"]


def test_posts_granted_are_required_for_fonctionnement_only() -> None:
    study_vote = ["Pays de Dinan", "préfiguration", "attribution", 20000, None, 2010, 1, at(date(2010, 4, 29)), "CP-2"]
    assert codes(decisions([study_vote, VOTE])) == []
    blank = [*VOTE[:4], None, *VOTE[5:]]
    assert codes(decisions([study_vote, blank])) == ["Décisions E3 CEL101"]


def test_the_column_of_posts_granted_is_missed_as_soon_as_a_row_needs_it() -> None:
    header = ["Pays", "Volet", "Nature", "Montant voté", "Premier exercice", "Durée (années)", "Date de décision"]
    study_row = ["Pays de Dinan", "préfiguration", "attribution", 20000, 2010, 1, at(date(2010, 4, 29))]
    post_row = ["Pays de Vannes", "fonctionnement", "attribution", 105000, 2010, 3, at(date(2010, 10, 28))]
    assert codes([*decisions(), sheet("Décisions", [header, study_row])]) == []
    reading = read("x.xlsx", [*decisions(), sheet("Décisions", [header, study_row, post_row, post_row])])
    assert told(reading) == ["Décisions TAB002"]
    assert reading.findings[0].champ == "Postes accordés"


def test_a_negative_amendment_is_read_as_it_is() -> None:
    reading = read("x.xlsx", decisions([[*VOTE[:2], "avenant", "(5 000)", *VOTE[4:]]]))
    assert reading.sheets["decisions"]["vote_eur"] == [-500000]


# --- Whole files ------------------------------------------------------------------------------------------------------------------


def test_a_workbook_in_bytes_reads_as_its_grids() -> None:
    made = read_bytes(xlsx({s.name: s.grid for s in study()}))
    from_bytes, from_grids = read("x.xlsx", made), read("x.xlsx", study())
    assert from_bytes.findings == []
    assert from_bytes.sheets == from_grids.sheets


CELLS = st.one_of(
    st.none(), st.text("Compte Pays 2010 é-€()", max_size=12), st.floats(), st.booleans(), st.datetimes(), st.integers(-10, 3000),
    st.sampled_from(["Compte", "Libellé", 2010, "Total", "74", "Région", "Pays", "Financeur", "Exercice", "Volet"]),
    st.sampled_from([CellError("#REF!"), Unvalued()]),
)  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from(sorted(SOUND)), st.data())
def test_any_cell_anywhere_gives_findings_in_french_and_never_an_exception(name: str, data: st.DataObject) -> None:
    sheets = list(SOUND[name])
    for _ in range(data.draw(st.integers(1, 6))):
        target = data.draw(st.sampled_from([s.name for s in sheets]))
        cell = f"{data.draw(st.sampled_from('ABCDEFGH'))}{data.draw(st.integers(1, 12))}"
        value = data.draw(CELLS)
        sheets = edit(sheets, target, cell, "" if value is None else value)
    reading = read("x.xlsx", sheets)
    for finding in reading.findings:
        message, correction = RULES[finding.code].say({"champ": finding.champ, "feuille": finding.sheet, **finding.facts})
        assert 0 < len(message) <= MESSAGE_LIMIT
        assert correction
    for columns in reading.sheets.values():
        assert len({len(values) for values in columns.values()}) == 1
    places = [(f.sheet, f.cell) for f in reading.findings if f.cell and f.code != "TAB004"]
    assert len(places) == len(set(places)), "one bad cell, one finding"


GRIDS = st.lists(st.lists(CELLS, max_size=6), max_size=10)


@settings(deadline=None)
@given(st.sampled_from(sorted(SOUND)), st.data())
def test_any_grid_in_place_of_a_sheet_gives_findings_and_never_an_exception(name: str, data: st.DataObject) -> None:
    target = data.draw(st.sampled_from([s.name for s in SOUND[name]]))
    reading = read("x.xlsx", replace(SOUND[name], sheet(target, data.draw(GRIDS))))
    assert all(f.code in RULES for f in reading.findings)
