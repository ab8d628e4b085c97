"""What a template says while it is filled: formulas with the result they store, sentences in French, the pipeline's own verdict."""

import io
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from schemas.siret import key_holds
from schemas.spec import DECISIONS, DOCUMENTS, FONCTIONNEMENT, PREFIGURATION, STATEMENT
from tests.grids import CONFIG
from workbooks.mistakes import posts, study, with_budget, with_cell, with_rows, write_mistakes
from workbooks.template import document_bytes, example_values
from workbooks.template_board import listed
from workbooks.template_checks import siret_is_wrong
from workbooks.template_layout import FIRST, HEADER
from workbooks.template_live import (
    ERROR,
    Live,
    apart,
    count,
    greatest,
    is_among,
    is_first,
    is_text,
    joined,
    live,
    money,
    or_else,
    plural,
    sums_by,
    total_of,
    when,
    year_of,
)  # fmt: skip
from workbooks.template_values import BudgetLine, DocumentValues, Formula, Row

DAY = date(2010, 10, 28)


class Shown:
    """A template as it is read before any program computes it again: the results that its formulas store."""

    def __init__(self, data: bytes) -> None:
        self._book = CalamineWorkbook.from_filelike(io.BytesIO(data))

    def at(self, sheet: str, row: int, column: int = 0) -> str:
        """A cell by zero-based place, with plain spaces."""
        return str(self._book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)[row][column]).replace("\u00a0", " ")

    def lines(self) -> dict[str, tuple[str, str]]:
        """What `Vérification` says: state and sentence by sheet and line, « Budget / Charges et produits »."""
        found, section = {}, ""
        for row in self._book.get_sheet_by_name("Vérification").to_python(skip_empty_area=False)[FIRST:]:
            if row[1] == "":
                section = row[0]
            else:
                found[f"{section} / {row[0]}"] = (str(row[1]), str(row[-1]).replace("\u00a0", " "))
        return found

    def headline(self) -> str:
        return self.at("Vérification", 1)


def shown(document: str, values: DocumentValues | None = None, day: date = DAY) -> Shown:
    return Shown(document_bytes(document, CONFIG, day=day, values=values))


def told(document: str, values: DocumentValues | None = None, day: date = DAY) -> dict[str, tuple[str, str]]:
    return shown(document, values, day).lines()


def column(*values: object, name: str = "$A$5:$A$9") -> Live:
    return Live(name, values)  # type: ignore[arg-type]


# The formulas: their text, and what they give.


@pytest.mark.parametrize(
    ("formula", "text", "value"),
    [
        (column(1, None, "x") > 0, "($A$5:$A$9>0)", (True, False, True)),
        (column("voté", None, 0).is_(""), '($A$5:$A$9="")', (False, True, False)),
        (column("VOTÉ", None).is_("voté"), '($A$5:$A$9="voté")', (True, False)),
        (count(column(1, None, 3) > 1), "SUMPRODUCT(1*($A$5:$A$9>1))", 1),
        (total_of(column(5, "7", 2), column(1, 1, 0).is_(1)), "SUMPRODUCT(1*($A$5:$A$9=1),$A$5:$A$9)", Decimal(5)),
        (column(1, "deux") * 2, "($A$5:$A$9*2)", (2, ERROR)),
        (or_else(greatest(column(1, ERROR)), "rien"), 'IFERROR(SUMPRODUCT(MAX($A$5:$A$9)),"rien")', "rien"),
        (is_text(column("a", 1, None, ERROR)), "ISTEXT($A$5:$A$9)", (True, False, False, False)),
        (is_among(column("Voté", None), column("voté", "versé", name="L")), "ISNUMBER(MATCH($A$5:$A$9,L,0))", (True, False)),
        (plural(live(2), "ligne"), '2&IF((2>1)," lignes"," ligne")', "2 lignes"),
        (year_of(Live("B5", date(2010, 3, 1))), "YEAR(B5)", 2010),
        (apart(Live("A1", Decimal("1.5")), live(0), 1), "(ABS((A1-0))>1)", True),
        (joined("« ", live('dit "non"'), " »"), '"« "&"dit ""non"""&" »"', '« dit "non" »'),
        (when(Live("A1", None) > 0, "oui", "non"), 'IF((A1>0),"oui","non")', "non"),
    ],
    ids=lambda item: item.text[:30] if isinstance(item, Live) else "",
)
def test_a_formula_knows_what_it_gives(formula: Live, text: str, value: object) -> None:
    assert formula.text == text
    assert formula.value == value


def test_sums_and_first_rows_by_key() -> None:
    posts_, years, aid = column("Poste 1", "poste 1", "Poste 2", None), column(1, 1, 1, None), column(20000, 15000, "x", 9)
    assert sums_by(aid, posts_, years).value == (35000, 35000, 0, 0)
    assert is_first(joined(posts_, "|", years), posts_).value == (True, False, True, True)
    assert listed([(live(1) > 0, "a"), (live(0) > 0, "b"), (live(1) > 0, 2011)]).value == "a, 2011"


def test_a_text_too_long_for_a_formula_is_our_bug() -> None:
    with pytest.raises(ValueError, match="xxx"):
        live("x" * 256)


@pytest.mark.parametrize(
    ("amount", "shown"), [(Decimal("1200"), "1 200 €"), (Decimal("-1200.5"), "1 200,50 €"), (Decimal("0.10"), "0,10 €"), (None, "0 €")]
)
def test_amounts_are_written_as_french_people_do(amount: Decimal | None, shown: str) -> None:
    assert str(money(Live("A1", amount)).value).replace("\u00a0", " ") == shown


@given(st.text("0123456789 ", min_size=1, max_size=16) | st.from_regex(r"356000000[0-9]{5}", fullmatch=True))
def test_the_siret_check_is_the_readers_own(written: str) -> None:
    digits = written.replace(" ", "")
    sound = len(digits) in (0, 9) or (len(digits) == 14 and key_holds(digits))
    assert siret_is_wrong(Live("B5", written)).value is (not sound)


# The sentences.


def test_a_deficit_of_1_200_euros_is_said_in_words() -> None:
    values = with_budget(example_values(FONCTIONNEMENT), {"70": -200}, 2010)  # 1 000 € of sales become a loss of 200 €
    values = replace(values, budget=(*values.budget[:-1], BudgetLine("70", {2010: -200, 2011: 1800, 2012: 2600})))
    seen = shown(FONCTIONNEMENT, values)
    assert seen.lines()["Budget / Charges et produits"] == ("À corriger", "2010 : il manque 1 200 € de produits.")
    assert [seen.at("Budget", HEADER - 1, 2 + i) for i in range(3)] == ["Il manque 1 200 € de produits", "Équilibré", "Équilibré"]
    assert seen.at("Budget", 1) == "À corriger : 2010 : il manque 1 200 € de produits."
    assert seen.headline() == "1 point à corriger."


@settings(max_examples=8, deadline=None)
@given(st.decimals(-5000, 5000, places=2))
def test_what_is_missing_is_the_difference_to_the_cent(gap: Decimal) -> None:
    own = 5000 + gap
    values = with_budget(posts(), {"RP": own, "604": 5000})
    state, sentence = told(FONCTIONNEMENT, values)["Budget / Charges et produits"]
    if abs(gap) <= CONFIG.seuils.tolerance_eur:
        assert (state, sentence) == ("Juste", "Les charges et les produits sont égaux.")
    else:
        side = "de charges" if gap > 0 else "de produits"
        assert state == "À corriger"
        assert sentence == f"2010 : il manque {money(Live('A1', gap)).value!s} {side}.".replace("\u00a0", " ")


def test_a_blank_template_is_still_to_fill_and_nothing_is_wrong() -> None:
    for document in DOCUMENTS:
        seen = shown(document)
        assert {state for state, _ in seen.lines().values()} <= {"À remplir", "–", "Juste"}
        assert re.fullmatch(r"Rien à corriger ; \d points? à remplir\.", seen.headline())


@pytest.mark.parametrize("document", list(DOCUMENTS))
def test_the_example_of_each_document_is_right(document: str) -> None:
    seen = shown(document, example_values(document))
    assert seen.headline() == "Tout est juste : vous pouvez envoyer ce classeur."
    assert {state for state, _ in seen.lines().values()} <= {"Juste", "–"}


def plan(values: DocumentValues, **changes: object) -> DocumentValues:
    rows: list[Row] = [dict(r) for r in values.tables["plan"]]
    rows[0] = {**rows[0], **changes}  # type: ignore[dict-item]
    return with_rows(values, "plan", rows)


@pytest.mark.parametrize(
    ("document", "values", "line", "state", "sentence"),
    [
        (FONCTIONNEMENT, posts(structure_porteuse=None), "Identification / Réponses obligatoires", "À remplir", "Structure porteuse"),
        (FONCTIONNEMENT, posts(mode_creation="adossement"), "Identification / Réponses obligatoires", "À remplir", "d'adossement"),
        (FONCTIONNEMENT, plan(posts(), statut="en cours"), "Tout le classeur / Listes", "À regarder", ": Plan de financement."),
        (FONCTIONNEMENT, posts(siret="12345678900011"), "Identification / SIRET", "À regarder", "14 chiffres"),
        (FONCTIONNEMENT, posts(date_fin=date(2009, 1, 1)), "Identification / Période", "À corriger", "hors de la période : 2010"),
        (FONCTIONNEMENT, with_budget(posts(), {"871": 900}), "Budget / Comptes 86 et 87", "À regarder", "il manque 600 € au compte 87"),
        (FONCTIONNEMENT, with_budget(posts(), {"TOTAL DES CHARGES": 5}), "Budget / Total des charges", "À corriger", "petit de 47 595 €."),
        (FONCTIONNEMENT, with_budget(posts(), {"64": 1}), "Budget / Rubriques", "À regarder", "1 rubrique diffère"),
        (
            FONCTIONNEMENT, with_budget(posts(), {("74", "EPCI"): 7000}), "Plan de financement / Plan moins compte 74 : EPCI", "À corriger",
            "2010 : le compte 74 a 7 000 € de plus que le plan.",
        ),
        (
            FONCTIONNEMENT, with_budget(posts(), {("74", "Région"): 34000}), "Plan de financement / Plan moins compte 74 : Région",
            "À corriger", "2010 : le compte 74 a 1 000 € de moins que le plan.",
        ),
        (FONCTIONNEMENT, plan(posts(), financeur=None), "Plan de financement / Lignes complètes", "À corriger", "Il manque : Financeur."),
        (FONCTIONNEMENT, plan(posts(), exercice=2019), "Plan de financement / Exercices", "À corriger", "pas dans la feuille Budget"),
        (FONCTIONNEMENT, plan(posts(), statut="voté"), "Plan de financement / Statuts", "À regarder", "1 ligne a un statut acquis"),
        (
            FONCTIONNEMENT, with_cell(posts(), "postes", "aide_eur", 30000), "Postes / Région : plan moins postes", "À corriger",
            "2010 : le plan demande 5 000 € de plus que les postes.",
        ),
        (
            FONCTIONNEMENT, with_cell(posts(), "postes", "aide_eur", 40000), "Postes / Aide par poste et annuité", "À corriger",
            "40 000 € pour un poste et une annuité ; le plafond est de 35 000 €. Fiche action, octobre 2010",
        ),
        (FONCTIONNEMENT, with_cell(posts(), "postes", "annuite", 4), "Postes / Annuités", "À corriger", "Fiche action, octobre 2010"),
        (
            FONCTIONNEMENT, with_cell(posts(), "postes", "etp", Decimal("0.5")), "Postes / Aide et temps de travail", "À regarder",
            "1 ligne demande plus que 35 000 € × l'ETP du poste.",
        ),
        (FONCTIONNEMENT, with_cell(posts(), "postes", "cout_charge_eur", 1), "Postes / Aide et coût", "À regarder", "1 ligne demande"),
        (
            PREFIGURATION, plan(study(), sollicite_eur=28000), "Plan de financement / Aide de la Région à l'étude", "À corriger",
            "28 000 € demandés ; le plafond est de 25 000 €. Fiche action, octobre 2010",
        ),
        (
            PREFIGURATION, with_rows(study(), "partenaires", [{"partenaire": "Amicale exemple", "famille": "association"}]),
            "Partenaires / Familles des partenaires", "À regarder", "« ne pas se limiter au seul secteur associatif »",
        ),
        (
            FONCTIONNEMENT, with_cell(posts(), "postes", "aide_eur", "35 000 €"), "Tout le classeur / Nombres et dates", "À corriger",
            "Écrits comme un texte, donc non comptés : Postes.",
        ),
        (
            STATEMENT, with_cell(example_values(STATEMENT), "engagements", "verse_eur", 20000), "Engagements / Montants versés",
            "À regarder", "1 ligne verse plus que le montant voté.",
        ),
        (
            DECISIONS, with_cell(example_values(DECISIONS), "decisions", "postes_accordes", None), "Décisions / Lignes complètes",
            "À corriger", "Il manque : Postes accordés.",
        ),
    ],
    ids=lambda item: item if isinstance(item, str) and " / " in item else "",
)  # fmt: skip
def test_each_line_says_what_is_wrong(document: str, values: DocumentValues, line: str, state: str, sentence: str) -> None:
    seen = shown(document, values)
    assert seen.lines()[line][0] == state
    assert sentence in seen.lines()[line][1]
    sheet = line.split(" / ")[0]
    if state != "À remplir" and sheet != "Tout le classeur":
        # The sheet itself says so too, above its table.
        assert seen.at(sheet, 1).startswith(("À corriger : ", "À regarder : "))


def test_three_posts_in_one_year() -> None:
    first = posts().tables["postes"][0]
    rows = [{**first, "poste": f"Poste {i}", "aide_eur": aid} for i, aid in ((1, 12000), (2, 12000), (3, 11000))]
    assert told(FONCTIONNEMENT, with_rows(posts(), "postes", rows))["Postes / Postes aidés"][1].startswith(
        "Plus de 2 postes aidés en 2010. Fiche"
    )
    # The same post on two rows (an annuité that straddles two years) is one, and a post without aid is none.
    again = [rows[0], {**rows[0], "annuite": 2}, rows[1], {**rows[2], "aide_eur": 0}]
    assert told(FONCTIONNEMENT, with_rows(posts(), "postes", again))["Postes / Postes aidés"][0] == "Juste"


def test_a_cap_without_a_text_is_said_not_to_be_checked() -> None:
    lines = told(FONCTIONNEMENT, posts(), date(2015, 6, 1))
    for line in ("Postes aidés", "Aide par poste et annuité", "Annuités"):
        assert lines[f"Postes / {line}"][0] == "Non contrôlé"
    assert told(PREFIGURATION, study(), date(2015, 6, 1))["Plan de financement / Aide de la Région à l'étude"][0] == "Non contrôlé"


def test_a_cell_in_error_is_named_as_such() -> None:
    values = with_cell(posts(), "postes", "aide_eur", Formula("=#REF!", "#REF!"))
    state, sentence = told(FONCTIONNEMENT, values)["Postes / Aide par poste et annuité"]
    assert (state, sentence[:27]) == ("À corriger", "Une cellule est en erreur, ")


MENDED_BY_THE_SENDER = {
    "À corriger": {"BUD301", "BUD303", "BUD305", "BUD306", "FON201", "FON301", "FON302", "PRE201", "IDE203", "CEL102", "CEL105", "CEL109"},
    "À regarder": {"BUD302", "BUD304", "FON202", "FON306", "CEL108", "CEL104", "CEL111", "PAR301"},
    "À remplir": {"CEL101", "IDE204", "PAR302"},
}


ONLY_ON_ARRIVAL = ("FIC", "TAB", "CEL112", "IDE201", "IDE202")
"""Errors that no formula sees: another structure, an account that the template does not list, a Pays or a pôle mistyped."""


def test_the_template_foretells_what_the_pipeline_will_say(tmp_path: Path) -> None:
    """Each example of a mistake that formulas can see is shown in its own workbook; one that says all is right has no other error."""
    seen = set()
    for mistake in write_mistakes(tmp_path, CONFIG):
        if mistake.code in ("FIC001", "FIC002", "FIC003", "FIC004"):
            continue  # no template
        lines = Shown((tmp_path / mistake.file).read_bytes())
        states = {state for state, _ in lines.lines().values()}
        if wanted := next((state for state, codes in MENDED_BY_THE_SENDER.items() if mistake.code in codes), None):
            assert wanted in states, mistake.file
            seen.add(mistake.code)
        if mistake.gravity == "erreur" and lines.headline().startswith("Tout est juste"):
            assert mistake.code.startswith(ONLY_ON_ARRIVAL), mistake.file
    assert seen == set().union(*MENDED_BY_THE_SENDER.values())


# The two programs: stored results are those that LibreOffice works out.


def variants() -> Iterable[tuple[str, str, DocumentValues | None]]:
    """Documents of all kinds: blank, filled, and filled with every sort of slip."""
    for document in DOCUMENTS.values():
        yield f"vierge-{document.slug}", document.name, None
        yield f"plein-{document.slug}", document.name, example_values(document.name)
    first = posts().tables["postes"][0]
    rows = [
        {**first, "aide_eur": 40000}, {**first, "annuite": 4, "etp": Decimal("0.5")}, {**first, "poste": None},
        {**first, "poste": "POSTE 1", "aide_eur": "12 000 €"}, {**first, "poste": "Poste 2", "exercice": 2017},
        {**first, "poste": "Poste 3", "aide_eur": Decimal("100.50"), "cout_charge_eur": None},
    ]  # fmt: skip
    slips = plan(with_rows(posts(date_fin=date(2009, 1, 1), siret="12345678900011"), "postes", rows), statut="voté", financeur=None)
    slips = with_budget(slips, {"64": 50000, ("74", "EPCI"): 7000, "TOTAL DES CHARGES": 5, "604": "35 000 €", "871": 900})
    yield "fautes-fonctionnement", FONCTIONNEMENT, with_rows(slips, "partenaires", [{"partenaire": "Amicale"}, {"famille": "association"}])
    yield "fautes-etude", PREFIGURATION, plan(study(siret="35600000049837"), sollicite_eur=28000, exercice=2019)
    statement = with_cell(example_values(STATEMENT), "engagements", "verse_eur", 20000)
    yield "fautes-etat", STATEMENT, replace(statement, identification={**statement.identification, "financeur": None})


def comparable(value: object) -> object:
    """A figure, or a text without the separators, which follow the machine's language."""
    return re.sub(r"[\s,.]", "", value) if isinstance(value, str) else round(float(str(value)), 6) if value is not None else None


@pytest.mark.long
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice n'est pas installé")
def test_libreoffice_computes_the_same(tmp_path: Path) -> None:
    (tmp_path / "sans-valeurs").mkdir()
    stored = {}
    for name, document, values in variants():
        stored[name] = document_bytes(document, CONFIG, day=DAY, values=values)
        # openpyxl stores no results: LibreOffice must compute them all.
        openpyxl.load_workbook(io.BytesIO(stored[name])).save(tmp_path / "sans-valeurs" / f"{name}.xlsx")
    sources = sorted(map(str, (tmp_path / "sans-valeurs").iterdir()))
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profil').as_uri()}", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(tmp_path / "calcul"), *sources], check=True, capture_output=True, timeout=240)
    compared = 0
    for name, data in stored.items():
        formulas, results = openpyxl.load_workbook(io.BytesIO(data)), openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        computed = openpyxl.load_workbook(tmp_path / "calcul" / f"{name}.xlsx", data_only=True)
        for sheet in formulas:
            for cell in (c for row in sheet.iter_rows() for c in row if c.data_type == "f"):
                found, kept = computed[sheet.title][cell.coordinate].value, results[sheet.title][cell.coordinate].value
                assert comparable(found) == comparable(kept), (name, sheet.title, cell.coordinate, cell.value)
                compared += 1
    assert compared > 1000
