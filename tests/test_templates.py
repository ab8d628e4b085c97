"""Templates: made from the contract, readable by every reader, with the caps' own texts, and the same bytes each time."""

import io
import warnings
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from cell_dump import cells, part

from schemas.accounts import IN_KIND, accounts
from schemas.documents import DOCUMENTS, sheet_specs
from schemas.financers import OWN_RESOURCES, TYPES
from schemas.parameters import Config, load_config
from schemas.pays import all_pays
from schemas.spec import DECISIONS, FONCTIONNEMENT, PREFIGURATION
from schemas.text import euros, french_date
from workbooks.cells import letters
from workbooks.template import campaign_day, document_bytes, document_layout, example_values, write_document, write_templates
from workbooks.template_layout import CAPACITY, FIRST, HEADER
from workbooks.template_values import BudgetLine, DocumentValues, Formula, line_amount

DAY = date(2010, 10, 28)
ALL = list(DOCUMENTS)


@pytest.fixture(scope="module")
def config() -> Config:
    return load_config(Path(__file__).parent.parent / "config.toml")


def blank(document: str, config: Config, day: date = DAY) -> bytes:
    return document_bytes(document, config, day=day)


def filled(document: str, config: Config) -> bytes:
    return document_bytes(document, config, day=DAY, values=example_values(document))


def opened(data: bytes, *, values: bool = False) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


@pytest.mark.parametrize("document", ALL)
@pytest.mark.parametrize("make", [blank, filled])
def test_every_sheet_has_the_contracts_labels(document, make, config):
    data = make(document, config)
    book, layout = cells(data), document_layout(document, config)
    assert opened(data).sheetnames == ["Lisez-moi", *(layout.title(k) for k in DOCUMENTS[document].sheets), "Vérification", "Listes"]
    labels = [row[0] for row in book["Identification"][HEADER:]]
    assert labels == [c.label for c in sheet_specs()["identification"].columns if c.used_in(document)]
    for kind in DOCUMENTS[document].sheets[1:]:
        header = book[layout.title(kind)][HEADER]
        if kind == "budget":
            # A blank dossier de fonctionnement has room for three years of aid that straddle four exercices.
            last = 2013 if document == FONCTIONNEMENT and make is blank else 2012
            assert header == ["Compte", "Libellé", *range(2010, last + 1)]
        else:
            assert header == [c.label for c in sheet_specs()[kind].columns]


@pytest.mark.parametrize("document", ALL)
def test_nothing_is_refused_by_the_writer(document, config):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # XlsxWriter warns and leaves out what Excel would refuse (texts of more than 255 signs)
        for day in (DAY, date(2015, 6, 1), date(2018, 6, 1)):
            blank(document, config, day)


@pytest.mark.parametrize("document", ALL)
def test_same_bytes_each_time(document, config):
    assert filled(document, config) == filled(document, config)
    assert blank(document, config) != blank(document, config, date(2011, 1, 1))


def test_write_templates_and_streams(tmp_path, config):
    paths = write_templates(tmp_path / "modeles", config, DAY)
    assert [p.name for p in paths] == [f"{d.slug}.xlsx" for d in DOCUMENTS.values()]
    stream = io.BytesIO()
    write_document(stream, PREFIGURATION, config, day=DAY)
    assert stream.getvalue() == paths[0].read_bytes()


def messages(data: bytes, sheet: str) -> list[str]:
    return [rule.error or "" for rule in opened(data)[sheet].data_validations.dataValidation]


def test_entry_checks_cite_each_cap_and_the_text_behind_it(config):
    p = config.parametres
    post, years, number, study = (x.at(DAY) for x in (p.plafond_poste_eur, p.duree_poste_ans, p.postes_max, p.plafond_etude_eur))
    expected = {
        (FONCTIONNEMENT, "Postes", "H"): (euros(post.valeur), post.reference),
        (FONCTIONNEMENT, "Postes", "B"): ("3 ans", years.reference),
        (FONCTIONNEMENT, "Postes", "A"): ("ne dépasse pas 2", number.reference),
        (PREFIGURATION, "Plan de financement", "E"): (euros(study.valeur), study.reference),
        (PREFIGURATION, "Plan de financement", "F"): (euros(study.valeur), study.reference),
        (DECISIONS, "Décisions", "G"): (euros(study.valeur), study.reference),
        (DECISIONS, "Décisions", "H"): ("2 postes", number.reference),
        (DECISIONS, "Décisions", "J"): ("3 ans", years.reference),
    }
    books = {document: opened(blank(document, config)) for document in (PREFIGURATION, FONCTIONNEMENT, DECISIONS)}
    for (document, sheet, column), parts in expected.items():
        rules = books[document][sheet].data_validations.dataValidation
        (rule,) = [r for r in rules if str(r.sqref).startswith(f"{column}{FIRST + 1}:")]
        assert all(part in rule.error for part in parts), (sheet, column)
        # A waiver may lift a cap: Excel warns, the sender may go on.
        assert (rule.errorStyle, rule.showErrorMessage, rule.showInputMessage) == ("warning", True, True)
    assert "Fiche action" not in "\n".join(messages(blank(FONCTIONNEMENT, config), "Plan de financement"))


@pytest.mark.parametrize("document", ALL)
def test_every_entry_check_fits_excel(document, config):
    for sheet in opened(blank(document, config)):
        for rule in sheet.data_validations.dataValidation:
            assert len(rule.formula1 or "") <= 255
            assert len(rule.error or "") <= 255
            assert len(rule.prompt or "") <= 255


@pytest.mark.parametrize(("day", "cap"), [(date(2010, 6, 1), "<=35000"), (date(2018, 6, 1), "<=30000"), (date(2015, 6, 1), None)])
def test_the_day_picks_the_cap(day, cap, config):
    rules = opened(blank(FONCTIONNEMENT, config, day))["Postes"].data_validations.dataValidation
    formulas = [r.formula1 for r in rules if "SUMIFS" in (r.formula1 or "")]
    assert [cap in f for f in formulas] == ([True] if cap else [])


@pytest.mark.parametrize(
    ("day", "shown"), [(date(2009, 3, 1), date(2010, 1, 1)), (date(2010, 6, 1), date(2010, 6, 1)), (date(2026, 11, 2), date(2010, 12, 31))]
)
def test_blank_templates_show_the_caps_of_the_campaign(day, shown, tmp_path, config):
    assert campaign_day(config, day) == shown
    write_templates(tmp_path, config, day)
    guide = str(cells(tmp_path / "dossier-fonctionnement.xlsx")["Lisez-moi"])
    assert f"Plafonds en vigueur au {french_date(shown)}" in guide
    assert config.parametres.plafond_poste_eur.at(shown).reference in guide


def test_caps_of_the_day_stand_in_the_guide(config):
    text = str(cells(blank(FONCTIONNEMENT, config))["Lisez-moi"])
    for parameter in (config.parametres.plafond_poste_eur, config.parametres.duree_poste_ans, config.parametres.postes_max):
        assert parameter.at(DAY).reference in text
    assert "Règle non contrôlée" in str(cells(blank(FONCTIONNEMENT, config, date(2015, 6, 1)))["Lisez-moi"])


def test_drop_downs_are_named_lists(config):
    book = opened(blank(FONCTIONNEMENT, config))
    sources = {r.formula1 for s in book for r in s.data_validations.dataValidation if r.type == "list"}
    assert {"Liste_pays", "Exercices_du_budget", "Liste_financeurs"} < sources
    assert sources <= set(book.defined_names)
    lists = {column[0].value: [c.value for c in column[1:] if c.value is not None] for column in book["Listes"].columns}
    assert lists["Liste_pays"] == [p.name for p in all_pays().values()]
    assert list(TYPES) in lists.values()
    assert book["Listes"].sheet_state == "hidden"


@pytest.mark.parametrize("document", ALL)
def test_every_listed_value_has_its_drop_down(document, config):
    book, layout = opened(blank(document, config)), document_layout(document, config)
    lists = {column[0].value: [c.value for c in column[1:] if c.value is not None] for column in book["Listes"].columns}
    for kind in layout.sheets():
        rules = {str(r.sqref): r for r in book[layout.title(kind)].data_validations.dataValidation}
        columns = layout.fields() if kind == "identification" else [] if kind == "budget" else layout.columns(kind)
        for index, column in enumerate(columns):
            place = (
                f"B{HEADER + 1 + index}" if kind == "identification" else f"{letters(index)}{FIRST + 1}:{letters(index)}{FIRST + CAPACITY}"
            )
            if (column.choices or column.kind in ("pays", "compte", "pole")) and column.name != "type_document":
                assert rules[place].type == "list", column
                listed = lists[rules[place].formula1]
                assert listed == list(column.choices) or (listed and not column.choices), column
            if column.name != "type_document":
                # Whatever the check, what is expected is said as soon as the cell is selected.
                assert column.description[:40] in rules[place].prompt, column


def test_a_list_of_names_only_suggests(config):
    rules = opened(blank(FONCTIONNEMENT, config))["Plan de financement"].data_validations.dataValidation
    shown = {r.formula1: r.showErrorMessage for r in rules if r.type == "list"}
    assert shown["Liste_financeurs"] is False
    assert shown["Liste_statut_a_solliciter"] is True


@pytest.mark.parametrize("document", ALL)
def test_only_what_is_to_be_written_is_open(document, config):
    book, layout = opened(blank(document, config)), document_layout(document, config)
    for sheet in book:
        if sheet.title == "Listes":
            continue
        assert (sheet.protection.sheet, sheet.protection.password) == (True, None)
        assert sheet.protection.formatColumns is False  # widths may be changed
        place = {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked}
        if sheet.title in ("Lisez-moi", "Vérification"):
            assert place == set()
        elif sheet.title == "Identification":
            assert place == {layout.field(c.name) for c in layout.fields() if c.name != "type_document"}
        elif sheet.title == "Budget":
            assert {layout.year(y) for y in layout.values.exercices} < place
            assert layout.amount("606", 2010) in place
            assert layout.amount("60", 2010) in place  # a heading whose detail is not known
            closed = [layout.amount(*row) for row in (("74", 2010), ("74", 2010, "Région"), ("TOTAL DES CHARGES", 2010))]
            assert not place & {*closed, f"A{FIRST + 1}", f"B{FIRST + 1}"}
        else:
            assert all(sheet[p].row > HEADER + 1 for p in place)
            assert (sheet.protection.insertRows, sheet.protection.sort, sheet.protection.autoFilter) == (False, False, False)  # allowed
            assert sheet.auto_filter.ref == f"A{HEADER + 1}:{letters(len(sheet[HEADER + 1]) - 1)}{FIRST + CAPACITY}"
            # Rows below those made ready are open as well: a table goes on.
            assert all(d.style for d in sheet.column_dimensions.values())


def test_the_guide_says_how_to_take_the_protection_off(config):
    assert "sans mot de passe" in str(cells(blank(FONCTIONNEMENT, config))["Lisez-moi"])


def test_every_header_says_what_it_expects(config):
    sheet = opened(blank(FONCTIONNEMENT, config))["Postes"]
    for column, cell in zip(sheet_specs()["postes"].columns, sheet[HEADER + 1], strict=True):
        assert column.description in cell.comment.text


@pytest.mark.parametrize("document", ALL)
def test_ready_to_print(document, config):
    for sheet in opened(blank(document, config)):
        if sheet.sheet_state == "hidden":
            continue
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        if sheet.title in ("Lisez-moi", "Identification", "Budget", "Vérification"):
            assert sheet.print_area
        else:
            assert not sheet.print_area  # all rows that hold something are printed, however many the sender adds
        assert "Page" in sheet.oddFooter.right.text
        assert document in sheet.oddFooter.left.text
        if sheet.title not in ("Lisez-moi", "Identification", "Vérification"):
            assert sheet.print_title_rows == f"${HEADER + 1}:${HEADER + 1}"
            assert sheet.freeze_panes == (f"C{FIRST + 1}" if sheet.title == "Budget" else f"A{FIRST + 1}")
        if sheet.title != "Budget":
            assert (sheet.page_setup.fitToWidth, sheet.sheet_properties.pageSetUpPr.fitToPage) in ((1, True), (None, True))


def budget_rows(data: bytes) -> list[tuple]:
    return [row for row in opened(data, values=True)["Budget"].iter_rows(min_row=FIRST + 1, values_only=True) if row[0] is not None]


def test_the_budget_lists_every_account_and_type(config):
    rows = budget_rows(blank(FONCTIONNEMENT, config))
    lines = [(str(r[0]), r[1]) for r in rows if not str(r[0]).lower().startswith("total")]
    expected = {(a.code, a.label) for a in accounts().values()} | {("74", t) for t in TYPES if t != OWN_RESOURCES}
    assert len(lines) == len(set(lines))
    assert set(lines) == expected


def test_a_blank_budget_adds_up_to_zero(config):
    book = opened(blank(FONCTIONNEMENT, config), values=True)
    numbers = [c.value for row in book["Budget"].iter_rows(min_row=FIRST + 1, min_col=3) for c in row if c.value is not None]
    assert numbers
    assert set(numbers) == {0}


@pytest.mark.parametrize("document", [PREFIGURATION, FONCTIONNEMENT])
def test_stored_results_are_those_of_the_lines(document, config):
    values = example_values(document)
    rows = budget_rows(filled(document, config))
    by_label = {(str(r[0]), r[1]): r[2:5] for r in rows}
    for index, year in enumerate(values.exercices):
        given = {line.compte: Decimal(line.amounts.get(year) or 0) for line in values.budget}
        for kind in TYPES[:-1]:
            plan = sum(line_amount(r) for r in values.tables["plan"] if r["type_financeur"] == kind and r["exercice"] == year)
            assert by_label["74", kind][index] == plan
        subsidies = sum(line_amount(r) for r in values.tables["plan"] if r["exercice"] == year)
        for side, extra, label in (("charge", 0, "TOTAL DES CHARGES"), ("produit", subsidies, "TOTAL DES PRODUITS")):
            own = sum(v for c, v in given.items() if accounts()[c].side == side and accounts()[c].heading not in IN_KIND)
            assert by_label[label, None][index] == own + extra
        headings = [a for a in accounts().values() if a.is_heading and any(b.heading == a.code for b in accounts().values() if b != a)]
        for heading in headings:
            assert by_label[heading.code, heading.label][index] == sum(v for c, v in given.items() if accounts()[c].heading == heading.code)
    assert all(set(by_label[label, None]) == {0} for label, _ in by_label if label.startswith("Total à équilibrer"))


def test_values_of_every_kind_are_written_as_they_are(config):
    values = DocumentValues(
        identification={"structure_porteuse": "=1+1", "date_depot": "le 1er mars", "version": 2},
        exercices=(2010,),
        budget=(BudgetLine("606", {2010: "https://exemple.invalid"}), BudgetLine("613", {2010: Decimal("0.10")}),
                BudgetLine("64", {2010: Formula("=2*21000", None)}), BudgetLine("TOTAL DES CHARGES", {2010: 5})),
    )  # fmt: skip
    data = document_bytes(FONCTIONNEMENT, config, day=DAY, values=values)
    layout = document_layout(FONCTIONNEMENT, config, values)
    book, results = opened(data), opened(data, values=True)
    assert book["Identification"][layout.field("structure_porteuse")].data_type == "s"
    assert book["Identification"][layout.field("date_depot")].value == "le 1er mars"
    budget = book["Budget"]
    assert (budget[layout.amount("606", 2010)].value, budget[layout.amount("606", 2010)].hyperlink) == ("https://exemple.invalid", None)
    assert results["Budget"][layout.amount("60", 2010)].value == 0
    assert results["Budget"][layout.amount("61", 2010)].value == 0.1
    assert results["Budget"][layout.amount("64", 2010)].value is None
    assert "<f>2*21000</f></c>" in part(data, "xl/worksheets/sheet3.xml")
    assert results["Budget"][layout.amount("TOTAL DES CHARGES", 2010)].value == 5
