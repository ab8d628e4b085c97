"""What each form of cell is read as: a table to be read by people, then properties that no form escapes."""

import math
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.documents import sheet_specs
from schemas.rules import MESSAGE_LIMIT, RULES
from schemas.siret import siret_is_valid
from schemas.spec import VOLETS, Column, Kind
from tests.builders import midnight
from workbooks.cells import Cell, CellError, Unvalued
from workbooks.numbers import Setting, amount, integer, plain_number, year, year_in
from workbooks.parse import account, choice, day, parse, pays, pays_by_pole, siret, text
from workbooks.words import announced_units, one_line, words_of

NBSP, THIN = "\u00a0", "\u202f"


def column(kind: Kind, choices: tuple[str, ...] = ()) -> Column:
    return Column("champ", "Champ", kind, "", choices=choices)


def codes(parsed: Any) -> str:
    return " ".join(code for code, _ in parsed.findings)


AMOUNTS: list[tuple[Cell, str | None, str]] = [
    # numbers
    (35000, "35000", ""),
    (35000.0, "35000", ""),
    (47800.2, "47800.20", ""),
    (-500, "-500", ""),
    (0, "0", ""),
    (0.1 + 0.2, "0.30", ""),
    (1234.5600000001, "1234.56", ""),
    (33.335, "33.34", "CEL109"),
    (float("nan"), None, "CEL102"),
    (float("inf"), None, "CEL102"),
    (1e13, None, "CEL102"),
    (23350001600040.0, None, "CEL102"),
    (True, None, "CEL102"),
    # spaces of all kinds, the euro sign, cents
    ("35 000 €", "35000", "CEL109"),
    (f"35{NBSP}000{NBSP}€", "35000", "CEL109"),
    (f"35{THIN}000{THIN}€", "35000", "CEL109"),
    ("1 235 000,50", "1235000.50", "CEL109"),
    ("47800,20", "47800.20", "CEL109"),
    ("47800.2", "47800.20", "CEL109"),
    ("35 000,00 €", "35000", "CEL109"),
    ("35000 euros", "35000", "CEL109"),
    ("35000 EUR", "35000", "CEL109"),
    ("€ 35000", "35000", "CEL109"),
    (" 35000 ", "35000", "CEL109"),
    # the thousands dot of the fiche action itself
    ("35.000", "35000", "CEL109"),
    ("35.000 €", "35000", "CEL109"),
    ("105.000 €", "105000", "CEL109"),
    ("1.235.000,50", "1235000.50", "CEL109"),
    ("1,235.50", "1235.50", "CEL109"),
    # negative
    ("(12 345,68)", "-12345.68", "CEL109"),
    ("-500", "-500", "CEL109"),
    ("- 500 €", "-500", "CEL109"),
    ("\u2212500", "-500", "CEL109"),
    ("+500", "500", "CEL109"),
    # thousands of euros
    ("35 k€", "35000", "CEL109"),
    ("35k€", "35000", "CEL109"),
    ("35,5 k€", "35500", "CEL109"),
    ("1 250 kEuros", "1250000", "CEL109"),
    ("1.250 k€", None, "CEL102"),  # 1 250 or 1 250 000 €?
    # conditional
    ("35 000 € (sous réserve)", "35000", "CEL110"),
    ("35 000 € sous réserve du vote", "35000", "CEL110"),
    ("35000 (Sous reserve)", "35000", "CEL110"),
    ("35 000 € TTC", "35000", "CEL109"),
    ("35 000 € HT", "35000", "CEL109"),
    ("'35000", "35000", "CEL109"),
    ("35 000\u200b", "35000", "CEL109"),
    ("35 000 € (sous re\u0301serve)", "35000", "CEL110"),
    # zero in words
    ("-", "0", ""),
    ("–", "0", ""),
    ("néant", "0", ""),
    ("NÉANT", "0", ""),
    ("ne\u0301ant", "0", ""),
    (" - ", "0", ""),
    ("- €", "0", "CEL109"),
    # what nobody can tell
    ("2x35000", None, "CEL102"),
    ("NC", None, "CEL102"),
    ("idem 2010", None, "CEL102"),
    ("5000 droit commun + 4000 cdv", None, "CEL102"),
    ("35 000 ou 40 000", None, "CEL102"),
    ("35 000 €/an", None, "CEL102"),
    ("1,234", None, "CEL102"),
    ("1,2345", None, "CEL102"),
    ("35.00.0", None, "CEL102"),
    ("35 00", None, "CEL102"),
    ("3 50 00", None, "CEL102"),
    ("0612345678", None, "CEL102"),
    ("\u0663\u0665\u0660\u0660\u0660", None, "CEL102"),  # digits of another script
    ("35 000 $", None, "CEL102"),
    ("10 %", None, "CEL102"),
    ("k€", None, "CEL102"),
    ("(", None, "CEL102"),
    ("=35000", None, "CEL102"),
    (midnight(2010, 6, 15), None, "CEL102"),
    (time(12, 30), None, "CEL102"),
    (CellError("#REF!"), None, "CEL105"),
    (Unvalued(), None, "CEL106"),
]


@pytest.mark.parametrize(("cell", "euros", "finding"), AMOUNTS, ids=lambda value: repr(value))
def test_amounts(cell: Cell, euros: str | None, finding: str) -> None:
    parsed = parse(cell, column("montant"))
    assert parsed.value == (None if euros is None else int(Decimal(euros) * 100))
    assert codes(parsed) == finding
    assert parsed.conditional == (finding == "CEL110")


OTHERS: list[tuple[Kind, Cell, Any, str]] = [
    # ETP and other quantities
    ("nombre", 0.8, Decimal("0.8"), ""),
    ("nombre", 1, Decimal(1), ""),
    ("nombre", "0,5", Decimal("0.5"), "CEL109"),
    ("nombre", "0.5", Decimal("0.5"), "CEL109"),
    ("nombre", "80 %", Decimal("0.8"), "CEL109"),
    ("nombre", "80%", Decimal("0.8"), "CEL109"),
    ("nombre", "néant", Decimal(0), ""),
    ("nombre", "1 ETP", Decimal(1), "CEL109"),
    ("nombre", "mi-temps", None, "CEL102"),
    ("nombre", "1 2", None, "CEL102"),
    ("nombre", float("nan"), None, "CEL102"),
    ("nombre", float("inf"), None, "CEL102"),
    ("nombre", True, None, "CEL102"),
    # whole numbers
    ("entier", 3, 3, ""),
    ("entier", 3.0, 3, ""),
    ("entier", "3", 3, "CEL109"),
    ("entier", "-", 0, ""),
    ("entier", "néant", 0, ""),
    ("entier", 1.5, None, "CEL102"),
    ("entier", "1er", 1, "CEL109"),
    ("entier", "Annuité 2", 2, "CEL109"),
    ("entier", "3 ans", 3, "CEL109"),
    ("entier", "-3", None, "CEL102"),
    ("entier", "(3)", None, "CEL102"),
    ("entier", "1/3", None, "CEL102"),
    ("entier", float("inf"), None, "CEL102"),
    # years: written as text they are usual, and not noted
    ("annee", 2010, 2010, ""),
    ("annee", 2010.0, 2010, ""),
    ("annee", "2010", 2010, ""),
    ("annee", "Année 2010", 2010, ""),
    ("annee", "Exercice 2010", 2010, ""),
    ("annee", "EXERCICE : 2010 (€)", 2010, ""),
    ("annee", "Budget prévisionnel 2010", 2010, ""),
    ("annee", "2010-2011", None, "CEL102"),
    ("annee", "SAISON 2013/2014", None, "CEL102"),
    ("annee", "réalisé 2010", None, "CEL102"),
    ("annee", 10, None, "CEL102"),
    ("annee", 2010.5, None, "CEL102"),
    ("annee", 20100, None, "CEL102"),
    ("annee", True, None, "CEL102"),
    # dates
    ("date", midnight(2010, 6, 15), date(2010, 6, 15), ""),
    ("date", date(2010, 6, 15), date(2010, 6, 15), ""),
    ("date", 43655, date(2019, 7, 9), "CEL109"),
    ("date", 43655.0, date(2019, 7, 9), "CEL109"),
    ("date", "15/06/2010", date(2010, 6, 15), "CEL109"),
    ("date", "15.06.2010", date(2010, 6, 15), "CEL109"),
    ("date", "15-6-2010", date(2010, 6, 15), "CEL109"),
    ("date", "2010-06-15", date(2010, 6, 15), "CEL109"),
    ("date", "2010-06-15 00:00:00", date(2010, 6, 15), "CEL109"),
    ("date", "1er mars 2010", date(2010, 3, 1), "CEL109"),
    ("date", "le lundi 1er mars 2010", date(2010, 3, 1), "CEL109"),
    ("date", "15 AOÛT 2010", date(2010, 8, 15), "CEL109"),
    ("date", f"15{NBSP}décembre{NBSP}2010", date(2010, 12, 15), "CEL109"),
    ("date", "01/012014", date(2014, 1, 1), "CEL109"),
    ("date", "0101/2014", date(2014, 1, 1), "CEL109"),
    ("date", "15 janv. 2010", date(2010, 1, 15), "CEL109"),
    ("date", "01012014", None, "CEL103"),
    ("date", midnight(1905, 7, 2), None, "CEL103"),
    ("date", "15/06/10", None, "CEL103"),
    ("date", "31/02/2010", None, "CEL103"),
    ("date", "mars 2010", None, "CEL103"),
    ("date", "4 EME TRIMESTRE 2014", None, "CEL103"),
    ("date", "SAISON 2013/2014", None, "CEL103"),
    ("date", "15 brumaire 2010", None, "CEL103"),
    ("date", 2010, None, "CEL103"),
    ("date", 20100615, None, "CEL103"),
    ("date", 43655.5, None, "CEL103"),
    ("date", "43655", None, "CEL103"),
    ("date", float("nan"), None, "CEL103"),
    ("date", True, None, "CEL103"),
    ("date", time(8), None, "CEL103"),
    # SIRET, or SIREN alone
    ("siret", "23350001600040", "23350001600040", ""),
    ("siret", "233 500 016 00040", "23350001600040", ""),
    ("siret", f"233{NBSP}500{NBSP}016", "233500016", ""),
    ("siret", 23350001600040.0, "23350001600040", "CEL109"),
    ("siret", 5520819100013, "05520819100013", "CEL108"),
    ("siret", "23350001600041", "23350001600041", "CEL108"),
    ("siret", "35600000000048", "35600000000048", ""),  # La Poste, its seat
    ("siret", "35600000049837", "35600000049837", ""),  # La Poste, elsewhere: the sum of digits is a multiple of 5
    ("siret", "35600000049838", "35600000049838", "CEL108"),
    ("siret", "23350001600040.0", "23350001600040", "CEL109"),
    ("siret", "SIRET : 233 500 016 00040", "23350001600040", "CEL109"),
    ("siret", "en cours", "en cours", "CEL108"),
    ("siret", 123, "123", "CEL108"),
    ("siret", 1.5, "1,5", "CEL108"),
    ("siret", True, "VRAI", "CEL108"),
    # text
    ("texte", "  Pays   de\nVannes ", "Pays de Vannes", ""),
    ("texte", 12.0, "12", ""),
    ("texte", 0.5, "0,5", ""),
    ("texte", midnight(2010, 6, 15), "15/06/2010", ""),
    ("texte", CellError("#N/A"), None, "CEL105"),
    ("texte", Unvalued(), None, "CEL106"),
    # Pays: exact names, aliases and codes; the nearest are only suggested
    ("pays", "Pays de Vannes", "20", ""),
    ("pays", "PAYS DE VANNES", "20", ""),
    ("pays", "Pays de SAINT BRIEUC", "16", ""),
    ("pays", "St-Brieuc", "16", ""),
    ("pays", "COB", "06", ""),
    ("pays", "Centre Bretagne", "04", ""),
    ("pays", "Broce\u0301liande", "03", ""),
    ("pays", "Guinpamp", "10", ""),
    ("pays", "Pays de vallons, et Vilaine", "19", ""),
    ("pays", "01", "01", ""),
    ("pays", 1, "01", ""),
    ("pays", 21.0, "21", ""),
    ("pays", 22, None, "IDE201"),
    ("pays", True, None, "IDE201"),
    ("pays", float("nan"), None, "IDE201"),
    ("pays", float("inf"), None, "IDE201"),
    ("pays", "CC du Pays de Redon", None, "IDE201"),
    ("pays", "Vanne", None, "IDE201"),
    # accounts
    ("compte", 641, "641", ""),
    ("compte", 641.0, "641", ""),
    ("compte", "6411", "6411", ""),
    ("compte", 607, "607", ""),
    ("compte", "60 Achats", "60", ""),
    ("compte", "60 - Achats", "60", ""),
    ("compte", "86 : emplois", "86", ""),
    ("compte", "CI", "CI", ""),
    ("compte", "ci 1", "CI1", ""),
    ("compte", "RP", "RP", ""),
    ("compte", "RP Ressources propres", "RP", ""),
    ("compte", "Achats", None, "CEL112"),
    ("compte", "6", None, "CEL112"),
    ("compte", 80, None, "CEL112"),
    ("compte", "60 à 65", None, "CEL112"),
    ("compte", "60-61", None, "CEL112"),
    ("compte", "60/61", None, "CEL112"),
    ("compte", "86 et 87", None, "CEL112"),
    ("compte", 641.5, None, "CEL112"),
    ("compte", "06411", None, "CEL112"),
    ("compte", timedelta(days=60), None, "CEL112"),
    ("compte", midnight(2060, 6, 1), None, "CEL112"),
]


@pytest.mark.parametrize(("kind", "cell", "value", "finding"), OTHERS, ids=lambda value: repr(value))
def test_every_other_kind(kind: Kind, cell: Cell, value: Any, finding: str) -> None:
    parsed = parse(cell, column(kind))
    assert (parsed.value, codes(parsed)) == (value, finding)


@pytest.mark.parametrize(
    ("written", "choices", "value"),
    [
        ("PREFIGURATION", VOLETS, "préfiguration"),
        (" Préfiguration. ", VOLETS, "préfiguration"),
        ("étude", VOLETS, None),
        ("Votée", ("voté", "versé"), None),
        (1, VOLETS, None),
    ],
)
def test_choices_are_compared_without_case_or_accents_and_never_guessed(written: Cell, choices: tuple[str, ...], value: str | None) -> None:
    parsed = choice(written, column("choix", choices))
    assert parsed.value == value
    assert codes(parsed) == ("" if value else "CEL104")


def test_a_choice_that_looks_like_one_is_only_suggested() -> None:
    ((_, facts),) = choice("préfigurtion", column("choix", VOLETS)).findings
    assert "« préfiguration »" in facts["proches"]
    assert facts["attendus"] == "préfiguration ou fonctionnement"


@pytest.mark.parametrize(
    ("label", "kind"),
    [("Conseil général", "Département"), ("Fonds européens", "Europe"), ("ASP (emplois aidés)", "ASP"), ("Département", "Département")],
)
def test_the_cerfas_own_words_name_a_type_of_financer(label: str, kind: str) -> None:
    assert parse(label, sheet_specs()["plan"].column("type_financeur")).value == kind


@pytest.mark.parametrize(
    ("pole", "code", "finding"),
    [("BRAS", "03", ""), ("ADESS Pays de Brest", "02", ""), ("ADESS", None, "IDE202"), ("PTCE", None, "IDE201")],
)
def test_a_pole_names_one_pays_or_none(pole: str, code: str | None, finding: str) -> None:
    parsed = pays_by_pole(pole)
    assert (parsed.value, codes(parsed)) == (code, finding)


def test_a_pole_of_several_pays_cites_them() -> None:
    ((_, facts),) = pays_by_pole("ADESS").findings
    assert facts["proches"] == "Pays de Brest et Pays de Morlaix"


def test_an_unknown_pays_suggests_and_does_not_match() -> None:
    ((_, facts),) = pays("Pays de Vanes").findings
    assert "« Pays de Vannes »" in facts["proches"]


def test_what_was_read_is_shown_with_its_source() -> None:
    assert amount("35.000 €").findings == (("CEL109", {"valeur": "35.000 €", "lu": f"35{NBSP}000{NBSP}€"}),)
    assert day(43655).findings == (("CEL109", {"valeur": "43655", "lu": "09/07/2019"}),)


@pytest.mark.parametrize("digits", [None, "", "abc", "123", "23350001600041", "en cours"])
def test_a_wrong_siret_is_no_key(digits: str | None) -> None:
    assert not siret_is_valid(digits)


def test_a_siret_stored_as_a_number_has_lost_its_zero() -> None:
    whole = next(f"0{n}" for n in range(5520819100013, 5520819100100) if siret_is_valid(f"0{n}"))
    for cell in (int(whole), float(whole), whole[1:]):
        parsed = siret(cell)
        assert (parsed.value, codes(parsed)) == (whole, "CEL109")


# --- What surrounds a cell --------------------------------------------------------------------------------------------------------

THOUSANDS = Setting(factor=1000)


@pytest.mark.parametrize(
    ("cell", "setting", "euros", "finding"),
    [
        (35, THOUSANDS, "35000", "CEL109"),
        (35.5, THOUSANDS, "35500", "CEL109"),
        ("35,5", THOUSANDS, "35500", "CEL109"),
        ("35 k€", THOUSANDS, "35000", "CEL109"),
        (0, THOUSANDS, "0", ""),
        ("-", THOUSANDS, "0", ""),
        ("néant", THOUSANDS, "0", ""),
        ("35 000 €", THOUSANDS, None, "CEL102"),  # euros or thousands?
        (1.5, Setting(factor=1_000_000), "1500000", "CEL109"),
        (5000, Setting(conditional=True), "5000", "CEL110"),
        (0, Setting(conditional=True), "0", ""),
    ],
    ids=repr,
)
def test_the_unit_and_the_condition_of_a_header_hold_for_its_amounts(cell: Cell, setting: Setting, euros: str | None, finding: str) -> None:
    parsed = parse(cell, column("montant"), setting)
    assert parsed.value == (None if euros is None else int(Decimal(euros) * 100))
    assert codes(parsed) == finding


@pytest.mark.parametrize(
    ("written", "value"),
    [("N", 2010), ("N+1", 2011), ("n + 2", 2012), ("N-1", 2009), ("N \u2013 1", 2009), ("Année N+1", 2011), ("Exercice N (k€)", 2010)],
)
def test_n_is_the_year_of_the_campagne(written: str, value: int) -> None:
    assert year(written, Setting(campagne=2010)).value == value
    assert year(written, Setting(campagne=2010)).findings == (("CEL109", {"valeur": written, "lu": str(value), "cas": "exercice"}),)
    assert codes(year(written)) == "CEL102", "without a campagne nobody knows"


def test_a_first_of_january_is_its_year_and_another_day_is_asked_about() -> None:
    assert year(midnight(2011, 1, 1)).value == 2011
    assert codes(year(midnight(2011, 1, 1))) == "CEL109"
    assert year(midnight(2011, 6, 15)).value is None


def test_a_bare_serial_number_is_read_with_the_calendar_of_its_workbook() -> None:
    assert day(40344).value == day(40344 - 1462, Setting(from_1904=True)).value == date(2010, 6, 15)


@pytest.mark.parametrize(
    ("title", "units"),
    [
        ("Budget prévisionnel (en milliers d'euros)", {1000}),
        ("Montants en k€", {1000}),
        ("K€", {1000}),
        ("Budget, en euros", {1}),
        ("Les montants sont en euros, non en k€", {1, 1000}),
        ("Plafond : 35 k€ par an", set()),
        ("Un projet à 2 millions d'euros", set()),
        ("en milliers de visiteurs", set()),
        ("Services extérieurs", set()),
    ],
)
def test_a_title_announces_a_unit_only_where_it_says_so(title: str, units: set[int]) -> None:
    assert announced_units(title) == units


@pytest.mark.parametrize(
    ("header", "label", "unit", "before_tax", "conditional"),
    [
        ("Montant\nsollicité (k€)", "montant sollicite", 1000, False, False),
        ("Montant voté HT", "montant vote", 0, True, False),
        ("Montant TTC (en €)", "montant", 1, False, False),
        ("Aide demandée (1)", "aide demandee", 0, False, False),
        ("Montant²", "montant", 0, False, False),
        ("Aide (sous réserve)", "aide", 0, False, True),
        ("Montant acquis (prévisionnel)", "montant acquis previsionnel", 0, False, False),
        ("Annuité 1", "annuite 1", 0, False, False),
        ("Montant (plafond 35 k€)", "montant plafond 35", 1, False, False),
    ],
)
def test_a_header_is_taken_apart(header: str, label: str, unit: int, before_tax: bool, conditional: bool) -> None:
    words = words_of(header)
    assert (words.label, words.unit, words.before_tax, words.conditional) == (label, unit, before_tax, conditional)


# --- Questions --------------------------------------------------------------------------------------------------------------------

QUESTIONS: list[tuple[Kind, Cell, str]] = [
    ("montant", "2x35000", "Faut-il compter 70 000 € ?"),
    ("montant", "NC", "Ce montant est-il nul, ou pas encore connu ?"),
    ("montant", "idem 2010", "Quel montant faut-il reprendre ici ?"),
    ("montant", "5000 droit commun + 4000 cdv", "Faut-il compter 9 000 € en tout, ou écrire une ligne par montant ?"),
    ("montant", "35 000 ou 40 000", "Faut-il compter 35 000 € ou 40 000 € ?"),
    ("montant", "35 000 €/an", "Quel est le montant de l'exercice ?"),
    ("montant", "1.250 k€", "Faut-il compter 1 250 € ou 1 250 000 € ?"),
    ("montant", "35,000 €", "Faut-il compter 35 000 € ou 35 € ?"),
    ("montant", "environ 35 000 €", "Est-ce bien 35 000 € qu'il faut compter ?"),
    ("montant", "10 %", "De quel montant est-ce le pourcentage ?"),
    ("montant", midnight(2010, 6, 12), "Cette cellule est au format date : quel est le montant ?"),
    ("montant", "35 00", ""),
    ("montant", "0612345678", ""),
    ("montant", "35 000 $", ""),
    ("date", "15/06/10", "S'agit-il du 15/06/2010 ?"),
    ("date", "06/15/2010", "S'agit-il du 15/06/2010 ?"),
    ("date", "31/02/2010", "Ce jour n'existe pas : quelle est la date ?"),
    ("date", 20100615, "S'agit-il du 15/06/2010 ?"),
    ("date", "4 EME TRIMESTRE 2014", "De quel jour s'agit-il ?"),
    ("date", "SAISON 2013/2014", "De quel jour s'agit-il ?"),
    ("date", "du 01/01/2010 au 31/12/2010", "Laquelle de ces dates faut-il retenir ?"),
    ("annee", "2010-2011", "S'agit-il de 2010 ou de 2011 ?"),
    ("nombre", "mi-temps", "Est-ce 0,5 ?"),
]


@pytest.mark.parametrize(("kind", "cell", "asked"), QUESTIONS, ids=lambda value: repr(value))
def test_what_cannot_be_read_is_asked_in_words_and_never_answered(kind: Kind, cell: Cell, asked: str) -> None:
    parsed = parse(cell, column(kind))
    assert parsed.value is None
    ((code, facts),) = parsed.findings
    message, _ = RULES[code].say({"champ": "Champ", **facts})
    assert facts.get("question", "").replace(NBSP, " ").strip() == asked
    assert message.replace(NBSP, " ").endswith(asked or ".")


# --- Properties -------------------------------------------------------------------------------------------------------------------

KINDS: tuple[Kind, ...] = get_args(Kind)
CENTS = st.integers(0, 10**12)
ANY_CELL: st.SearchStrategy[Cell] = st.one_of(
    st.text(max_size=30),
    st.text("0123456789 .,-()€k%/xéèà\u00a0\u202f", max_size=16),
    st.floats(),
    st.integers(-(2**63), 2**63),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.sampled_from([CellError("#REF!"), CellError("#N/A"), Unvalued()]),
)


def grouped(cents: int, separator: str, point: str) -> str:
    whole, rest = divmod(cents, 100)
    return f"{whole:,}".replace(",", separator) + point + f"{rest:02}"


FORMS = {
    "espace": lambda c: grouped(c, " ", ","),
    "insécable": lambda c: grouped(c, NBSP, ",") + NBSP + "€",
    "fine": lambda c: grouped(c, THIN, ",") + " €",
    "point de milliers": lambda c: grouped(c, ".", ",") + " €",
    "sans séparateur": lambda c: grouped(c, "", ",") + "€",
    "point décimal": lambda c: grouped(c, "", "."),
    "anglaise": lambda c: grouped(c, ",", "."),
    "euros": lambda c: grouped(c, " ", ",") + " euros",
}


@given(CENTS, st.sampled_from(sorted(FORMS)))
def test_an_amount_written_in_any_form_is_read_back_to_the_cent(cents: int, form: str) -> None:
    parsed = amount(FORMS[form](cents))
    assert (parsed.value, codes(parsed)) == (cents, "CEL109")


@given(CENTS, st.sampled_from(["-{}", "({})", "- {} €"]))
def test_a_negative_amount_is_read_back_to_the_cent(cents: int, form: str) -> None:
    assert amount(form.format(grouped(cents, " ", ","))).value == -cents


@given(CENTS)
def test_an_amount_stored_as_a_number_is_exact_and_not_noted(cents: int) -> None:
    parsed = amount(cents / 100)
    assert (parsed.value, parsed.findings) == (cents, ())


@given(st.integers(0, 10**10))
def test_whole_euros_with_a_thousands_dot_are_never_read_as_decimals(euros: int) -> None:
    written = f"{euros:,}".replace(",", ".")
    assert amount(written).value == euros * 100


DOCUMENTED = re.compile(
    r"'?€?\s?\(?[-+\u2212]?\s?€?\s?\(?[0-9]{1,3}(?:[0-9]*|(?:[ .,][0-9]{3})*)(?:[.,][0-9]{1,2})?\)?\s?(?:k\s?)?(?:€|eur|euro|euros)?"
    r"(?:\s*\(?\s*sous r[ée]serves?.*)?|(?:€\s?)?[-–—]\s?€?|n[ée]ant(?:\s?€)?",
    re.IGNORECASE,
)


@given(st.text("0123456789 .,-+()€kK%/xX=eEéEurosNCant\u00a0\u202f\u0663", max_size=14))
def test_no_text_is_read_as_an_amount_unless_it_has_a_documented_form(written: str) -> None:
    parsed = amount(written or "x")
    if parsed.value is not None:
        one_line = " ".join(written.replace(NBSP, " ").replace(THIN, " ").split())
        assert DOCUMENTED.fullmatch(one_line), written
    else:
        assert codes(parsed) == "CEL102"


@given(st.text(max_size=12).filter(lambda t: not re.search("[0-9]", t)))
def test_a_text_without_a_digit_is_no_amount_but_zero_in_words(written: str) -> None:
    assert amount(written or "x").value in (None, 0)


@given(ANY_CELL, st.sampled_from(["montant", "nombre", "entier", "date"]))
def test_a_repair_is_noted_and_only_a_repair(cell: Cell, kind: Kind) -> None:
    """CEL109 where another form was read as the value shown: a text, a serial number, a number of more than two decimals."""
    parsed = parse(cell, column(kind))
    noted = "CEL109" in codes(parsed)
    stored = isinstance(cell, date) if kind == "date" else isinstance(cell, int | float)
    if parsed.value is None or codes(parsed) == "CEL110":
        assert not noted
    elif isinstance(cell, str):
        assert noted or parsed.value == 0
    elif kind == "montant" and isinstance(cell, float):
        assert noted == (abs(Decimal(str(cell)) - Decimal(parsed.value) / 100) >= Decimal("0.000001"))
    else:
        assert noted is not stored


@given(ANY_CELL, st.sampled_from(KINDS))
def test_any_cell_in_any_column_gives_a_value_or_a_known_finding(cell: Cell, kind: Kind) -> None:
    parsed = parse(cell if cell != "" else "x", column(kind, VOLETS if kind == "choix" else ()))
    assert parsed.value is not None or parsed.findings
    assert len(parsed.findings) <= 1, "one bad cell, one finding"
    for code, facts in parsed.findings:
        message, correction = RULES[code].say({"champ": "Champ", **facts})
        assert 0 < len(message) <= MESSAGE_LIMIT
        assert correction
    if kind == "montant" and parsed.value is not None:
        assert type(parsed.value) is int
    if kind == "date" and parsed.value is not None:
        assert type(parsed.value) is date
    if kind == "nombre" and parsed.value is not None:
        assert parsed.value.is_finite()


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_no_figure_is_read_from_what_is_not_finite_or_is_out_of_reach(figure: float) -> None:
    assert (amount(figure).value is None) == (not math.isfinite(figure) or abs(figure) >= 1e13)


@given(st.integers(1990, 2100), st.sampled_from(["{}", " {} ", "Année {}", "Exercice {}", "ANNEE : {}", "exercice {} (€)"]))
def test_a_year_is_known_in_a_header_however_it_is_written(exercice: int, form: str) -> None:
    assert year_in(form.format(exercice)) == year_in(exercice) == year_in(float(exercice)) == exercice
    assert year(form.format(exercice)).findings == ()


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d"]))
def test_a_full_date_written_as_text_is_read_back(when: date, form: str) -> None:
    assert day(when.strftime(form)).value == when
    assert day(datetime.combine(when, time())).value == when
    assert day((when - date(1899, 12, 30)).days).value == when


@given(st.text(max_size=40))
def test_text_is_kept_on_one_line_and_whole(written: str) -> None:
    assert text(written).value == one_line(written)
    if written.isascii():
        assert text(written).value == " ".join(written.split())


@given(st.from_regex(r"\A[0-9]{9}(?:[0-9]{5})?\Z"))
def test_a_siret_is_kept_digit_by_digit_whether_its_key_holds_or_not(digits: str) -> None:
    parsed = siret(digits)
    assert parsed.value == digits
    assert (codes(parsed) == "") is siret_is_valid(digits)


@given(st.integers(0, 10**9), st.integers(0, 10**4))
def test_quantities_and_whole_numbers_are_exact(count: int, ten_thousandths: int) -> None:
    quantity = Decimal(ten_thousandths) / 10000
    assert plain_number(float(quantity)).value == quantity
    assert integer(float(count)).value == (count if count < 10**9 else None)


@given(st.from_regex(r"\A[0-9]{1,9}\Z"))
def test_an_account_keeps_its_digits_or_is_refused(digits: str) -> None:
    parsed = account(digits)
    assert parsed.value in (digits, None)
    assert (parsed.value is None) == (codes(parsed) == "CEL112")
