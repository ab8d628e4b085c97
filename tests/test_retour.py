"""What a return shows: its first sheet, its marks and comments; and what it becomes when it is given back in its turn."""

import io
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
import xlsxwriter

from schemas.returns import AUTHOR, HeadingChange, VersionChange
from tests.builders import FIXTURES, MAIN, archive, ods, parts_of, raw_xlsx, xlsx
from tests.returned import LIMITS, book, comments, findings, given_back, line, pattern, texts, wanted
from tests.rich_workbooks import by_office_365, by_openpyxl, by_xlsxwriter, content_types
from workbooks.reader import read_sheets
from workbooks.retour import NOT_COPIED, page_alone
from workbooks.retour_connu import is_corrections
from workbooks.retour_styles import HATCHINGS

PLAN = "Plan de financement"
SIMPLE = xlsx({"Budget": [["Compte", 2010], [604, 100]], PLAN: [["Financeur", "Montant"], ["Région", "2x35000"]]})
ERROR, WARNING = HATCHINGS["erreur"], HATCHINGS["avertissement"]


def typed(rows: str) -> bytes:
    """A workbook of one sheet from the XML of its rows, with its content types, which other readers want."""
    parts: dict[str, str | bytes] = dict(parts_of(raw_xlsx(rows)))
    parts["[Content_Types].xml"] = content_types(list(parts))
    return archive(parts)


def shown(data: bytes) -> list[str]:
    """The lines of the list: number, gravity, sheet and cell."""
    return [" ".join(row[:4]) for row in texts(data) if row[0].isdigit()]


# --- The first sheet --------------------------------------------------------------------------------------------------------


def test_the_head_says_the_decision_its_day_and_what_to_do() -> None:
    rows = texts(given_back(SIMPLE, [line("B2")], next_step="À faire : corrigez votre classeur."))
    assert rows[0] == ["Corrections à apporter — dossier.xlsx"]
    assert rows[1] == ["Au 30/11/2010, ce fichier est REJETÉ. 2 erreurs à corriger."]
    assert rows[2] == ["À faire : corrigez votre classeur."]


def test_lines_are_sorted_by_gravity_then_place() -> None:
    lines = [
        line("A2", gravity="information"), line("B10"), line("B9"), line("C9"), line("", sheet=""), line("", sheet="Budget"),
        line("A1", sheet="Budget", gravity="avertissement"), line("B2", sheet="Budget"), line("A1", sheet="Annexe disparue"),
    ]  # fmt: skip
    assert shown(given_back(SIMPLE, lines)) == [
        "1 erreur « 2x35000 » ne peut pas être lu. CEL102 – Montant illisible".replace("« 2x35000 »", "«\u00a02x35000\u00a0»"),
        "2 erreur Budget «\u00a02x35000\u00a0» ne peut pas être lu.",
        "3 erreur Budget B2",
        "4 erreur Plan de financement B9",
        "5 erreur Plan de financement C9",
        "6 erreur Plan de financement B10",
        "7 erreur Annexe disparue A1",
        "8 avertissement Budget A1",
        "9 information Plan de financement A2",
    ]


def test_each_line_is_linked_to_its_cell_where_there_is_one() -> None:
    data = xlsx({"L'été 2010": [["a"]], "B": [["b"]]})
    made = given_back(data, [line("A1", sheet="L'été 2010"), line("C7", sheet="B"), line("", sheet="B"), line("A1", sheet="Ailleurs")])
    links = {cell.value: cell.hyperlink.location for row in book(made)["Corrections"].iter_rows() for cell in row if cell.hyperlink}
    assert links == {"A1": "'L''été 2010'!A1", "C7": "'B'!C7"}


def test_it_prints_on_a4_with_its_header_on_each_page() -> None:
    made = given_back(SIMPLE, [line("B2")])
    sheet = book(made)["Corrections"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == (9, "landscape", 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    (header,) = (n for n, row in enumerate(sheet.iter_rows(values_only=True), 1) if row[0] == "N°")
    assert sheet.print_title_rows == f"${header}:${header}"
    assert sheet.freeze_panes == f"A{header + 1}"


def test_rows_are_high_enough_for_their_texts() -> None:
    made = given_back(SIMPLE, [line("B2"), line("B3", message="mot " * 70, correction="mot " * 10)])
    sheet = book(made)["Corrections"]
    heights = {row[0].value: sheet.row_dimensions[row[0].row].height for row in sheet.iter_rows() if row[0].value in ("1", "2")}
    assert heights["1"] < 35
    assert 80 < heights["2"] < 130
    assert all(sheet.row_dimensions[n].height for n in range(1, sheet.max_row + 1))


def test_the_rule_says_its_source_unless_the_message_does() -> None:
    source = "Fiche action, octobre 2010"
    rows = texts(given_back(SIMPLE, [line("B2", reference=source), line("B3", reference=source, message=f"Trop ({source}).")]))
    assert [row[5] for row in rows if row[0] in "12"] == [f"CEL102 – Montant illisible\n{source}", "CEL102 – Montant illisible"]


def test_a_hidden_sheet_is_named_as_such() -> None:
    assert "1 erreur Calculs (masquée) A1" in shown(given_back(by_xlsxwriter(), [line("A1", sheet="Calculs")]))


def test_findings_beyond_the_limit_are_counted() -> None:
    told = [row[0] for row in texts(given_back(SIMPLE, [line("B2")], left_out=12))]
    assert "12 autres constats ne sont pas dans cette liste : corrigez d'abord ce qui précède." in told


def test_a_sender_s_own_sheet_of_that_name_stays() -> None:
    data = xlsx({"Corrections": [["à moi"]], "corrections (2)": [["aussi"]]})
    made = given_back(data, [line("A1", sheet="Corrections")])
    assert book(made).sheetnames == ["Corrections (3)", "Corrections", "corrections (2)"]
    assert ("Corrections", "A1") in comments(made)


def test_what_a_version_changed_is_told() -> None:
    change = VersionChange(
        "2010/dossier-v1.xlsx", mended=(line("B9"),), remaining=(line("B2"),), new=(line("C3"), line("C4")), unverified=(),
        headings=(HeadingChange("2010, 60 Achats", Decimal("1000"), Decimal("1500.50")),),
    )  # fmt: skip
    rows = texts(given_back(SIMPLE, [line("B2")], change=change))
    first = next(n for n, row in enumerate(rows) if row[0].startswith("Ce que cette version a changé"))
    assert rows[first] == ["Ce que cette version a changé, par rapport à « dossier-v1.xlsx »"]
    assert rows[first + 1] == ["1 constat corrigé, 1 qui demeure, 2 nouveaux."]
    assert [row[:3] for row in rows[first + 2 : first + 6]] == [
        ["corrigé", PLAN, "B9"], ["demeure", PLAN, "B2"], ["nouveau", PLAN, "C3"], ["nouveau", PLAN, "C4"],
    ]  # fmt: skip
    spaced = "1\u00a0000\u00a0€", "1\u00a0500,50\u00a0€ (+500,50\u00a0€)"
    assert rows[-1] == ["2010, 60 Achats", *spaced]


# --- Marks and comments -----------------------------------------------------------------------------------------------------


def test_a_marked_cell_keeps_its_own_colour_under_the_hatching() -> None:
    made = given_back(by_openpyxl(), [line("D2"), line("A2", gravity="avertissement"), line("C2"), line("E2", gravity="information")])
    assert pattern(made, PLAN, "D2") == (ERROR.pattern, ERROR.line, "00FFFF00")
    assert pattern(made, PLAN, "A2") == (WARNING.pattern, WARNING.line, "00DDEBF7")
    assert pattern(made, PLAN, "C2") == (ERROR.pattern, ERROR.line, ERROR.ground)
    assert pattern(made, PLAN, "E2")[0] is None
    font = book(made)[PLAN]["D2"].font
    assert (font.bold, font.color.rgb) == (True, "009C0006")


def test_hatching_shows_on_dark_cells_too() -> None:
    made = given_back(by_xlsxwriter(), [line("D2")])
    assert pattern(made, PLAN, "D2") == (ERROR.pattern, ERROR.on_dark, "FF1F3864")
    assert book(given_back(made, []))[PLAN]["D2"].fill.fgColor.rgb == "FF1F3864"


def test_several_findings_at_a_cell_make_one_comment_the_worst_first() -> None:
    lines = [line("B2", gravity="information", code="CEL109"), line("B2", gravity="avertissement", code="CEL110"), line("B2")]
    made = given_back(SIMPLE, lines)
    (text,) = comments(made).values()
    assert [word for word in text.split() if word[:3] == "CEL"] == ["CEL102", "CEL110", "CEL109"]
    assert pattern(made, PLAN, "B2")[0] == ERROR.pattern


def test_a_comment_says_what_is_wrong_why_and_what_to_do() -> None:
    made = given_back(SIMPLE, [line("B2", reference="Fiche action, octobre 2010")])
    assert comments(made) == {
        (PLAN, "B2"): f"{AUTHOR} – erreur CEL102\nMontant illisible\n« 2x35000 » ne peut pas être lu.\nFiche action, octobre 2010\n"
        "À faire : Écrivez 70 000."
    }
    assert book(made)[PLAN]["B2"].comment.author == AUTHOR


def test_the_sender_s_own_comment_stays_before_ours() -> None:
    text = comments(given_back(by_openpyxl(), [line("D2")]))[PLAN, "D2"]
    assert text.startswith("Voir la lettre du 3 mai.\n")
    assert "« 2x35000 » ne peut pas être lu." in text
    assert book(given_back(by_openpyxl(), [line("D2")]))[PLAN]["D2"].comment.author == "Une collègue"


def test_a_discussion_is_left_alone_and_it_is_said() -> None:
    made = given_back(by_office_365(), [line("F2")])
    assert parts_of(made)["xl/comments1.xml"].decode().count("<comment ") == 1
    assert AUTHOR not in parts_of(made)["xl/comments1.xml"].decode()
    assert pattern(made, PLAN, "F2")[0] == ERROR.pattern
    assert any("portent une discussion (Plan de financement F2)" in row[0] for row in texts(made))


def test_a_cell_under_a_merge_is_marked_where_it_can_be_seen() -> None:
    made = given_back(by_xlsxwriter(), [line("B9")])
    assert "erreur CEL102, cellule B9" in comments(made)[PLAN, "A8"]
    assert pattern(made, PLAN, "A8")[0] == ERROR.pattern


@pytest.mark.parametrize("cell", ["A1", "C2", "D9", "B3", "XFD1048576"])
def test_a_cell_that_is_not_written_gets_its_mark(cell: str) -> None:
    made = given_back(typed('<row r="2"><c r="B2"><v>1</v></c></row><row r="5"/>'), [line(cell, sheet="Feuil1")])
    assert pattern(made, "Feuil1", cell)[0] == ERROR.pattern
    assert ("Feuil1", cell) in comments(made)
    rows = ElementTree.fromstring(parts_of(made)["xl/worksheets/sheet1.xml"]).iter(f"{{{MAIN}}}row")
    numbers = [int(row.get("r", "0")) for row in rows]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(
    "rows", ["", '<row r="5"/>', "<row><c><v>1</v></c><c><v>2</v></c></row>", '<row r="1" spans="1:1"><c r="A1" s=""><v>1</v></c></row>']
)
def test_sheets_written_in_odd_ways_are_marked_all_the_same(rows: str) -> None:
    made = given_back(typed(rows), [line("C1", sheet="Feuil1"), line("A5", sheet="Feuil1"), line("A1", sheet="Feuil1")])
    assert {cell for _, cell in comments(made)} == {"C1", "A5", "A1"}


def test_a_cell_takes_the_format_of_its_row_or_column() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet("Feuil1")
        sheet.set_column("C:C", 20, made.add_format({"bg_color": "#DDEFD3"}))
        sheet.set_row(4, None, made.add_format({"bg_color": "#1F3864"}))
        sheet.write("A1", 1)
    data = given_back(out.getvalue(), [line("C3", sheet="Feuil1"), line("C5", sheet="Feuil1")])
    assert pattern(data, "Feuil1", "C3")[2] == "FFDDEFD3"
    assert pattern(data, "Feuil1", "C5")[2] == "FF1F3864"


def test_hostile_texts_are_shown_and_obeyed_by_nothing() -> None:
    payload = "=cmd|'/C calc'!A0 <b>&\u202e\x1b[31m _x0041_ ]]>"
    made = given_back(SIMPLE, [line("B2", message=payload, correction=payload, reference=payload, title=payload)], reason=payload)
    said = comments(made)[PLAN, "B2"]
    assert "=cmd|'/C calc'!A0 <b>&[U+202E][U+001B][31m" in said
    for name, content in parts_of(made).items():
        if name.endswith(".xml"):
            root = ElementTree.fromstring(content)
            assert not [e for e in root.iter(f"{{{MAIN}}}f") if "cmd" in (e.text or "")], name
    (first,) = (s for s in read_sheets(made, LIMITS) if is_corrections(s))
    assert any("_x0041_" in str(cell) for row in first.grid for cell in row)


# --- A return that comes back ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [by_xlsxwriter, by_openpyxl, by_office_365])
def test_a_return_given_back_unchanged_says_the_same_and_no_more(make: Callable[[], bytes]) -> None:
    data = make()
    once = given_back(data, findings(data))
    twice = given_back(once, findings(once))
    assert findings(twice) == findings(once) == findings(data)
    assert book(twice).sheetnames == book(once).sheetnames
    assert comments(twice) == comments(once)
    assert texts(twice) == texts(once)
    assert parts_of(twice)["xl/styles.xml"] == parts_of(once)["xl/styles.xml"]


def looks(cell: Any) -> tuple[Any, ...]:
    fill = cell.fill
    return (
        getattr(cell.value, "text", cell.value),
        fill.patternType,
        fill.fgColor.rgb,
        repr(cell.font),
        repr(cell.border),
        cell.number_format,
    )


@pytest.mark.parametrize("make", [by_xlsxwriter, by_openpyxl, by_office_365])
def test_marks_of_what_is_mended_go(make: Callable[[], bytes]) -> None:
    data = make()
    once = given_back(data, findings(data))
    mended = given_back(once, [])
    before, after = book(data), book(mended)
    assert {k: v.strip() for k, v in comments(mended).items()} == {k: v.strip() for k, v in comments(data).items()}
    for sheet in before.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                same = after[sheet.title][cell.coordinate]
                assert looks(cell) == looks(same)


def test_a_sheet_of_corrections_moved_by_its_sender_is_replaced() -> None:
    once = book(given_back(SIMPLE, [line("B2")]))
    once.move_sheet("Corrections", 2)
    out = io.BytesIO()
    once.save(out)
    made = given_back(out.getvalue(), [line("B2", message="Autre chose.")])
    assert book(made).sheetnames == ["Corrections", "Budget", PLAN]
    assert list(comments(made)) == [(PLAN, "B2")]
    assert "Autre chose." in comments(made)[PLAN, "B2"]


# --- Other formats -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["debut-en-c4.xls", "debut-en-c4.ods"])
def test_another_format_gives_its_values_at_their_addresses(name: str) -> None:
    data = (FIXTURES / name).read_bytes()
    sheets = read_sheets(data, LIMITS)
    sheet = sheets[0]
    made = given_back(data, [line("C4", sheet=sheet.name)])
    first, *copies = read_sheets(made, LIMITS)
    assert is_corrections(first)
    assert [(s.name, s.grid) for s in copies] == [(s.name, s.grid) for s in sheets]
    assert (sheet.name, "C4") in comments(made)
    assert any("n'est pas au format .xlsx" in row[0] for row in texts(made))


def test_values_of_every_kind_survive_another_format() -> None:
    cells = (
        '<table:table-cell office:value-type="float" office:value="25000.5"/>',
        '<table:table-cell office:value-type="date" office:date-value="2010-06-15"/>',
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>',
        '<table:table-cell office:value-type="string"><text:p>=1+1 _x0041_</text:p></table:table-cell>',
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" calcext:value-type="error"><text:p>#DIV/0!</text:p>'
        "</table:table-cell>",
        '<table:table-cell table:formula="of:=A1"/>',
    )
    data = ods(f"<table:table-row>{''.join(cells)}</table:table-row>", name="L'été [2010] : une feuille au nom très long")
    (sheet,) = read_sheets(data, LIMITS)
    copy = read_sheets(given_back(data, [line("A1", sheet=sheet.name)]), LIMITS)[1]
    assert copy.grid == sheet.grid
    assert copy.name == "L'été -2010- - une feuille au n"
    assert list(comments(given_back(data, [line("A1", sheet=sheet.name)]))) == [(copy.name, "A1")]


def test_a_structure_that_cannot_be_changed_gives_the_values() -> None:
    parts = parts_of(SIMPLE)
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="rIdM" Type="http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet" Target="m.xml"/>'
        b"</Relationships>",
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    made = given_back(out.getvalue(), [line("B2")])
    assert [s.grid for s in read_sheets(made, LIMITS)[1:]] == [s.grid for s in read_sheets(SIMPLE, LIMITS)]
    assert any("ne permet pas de l'annoter" in row[0] for row in texts(made))


def test_a_file_that_cannot_be_opened_has_one_page() -> None:
    alone = page_alone(wanted([line("", sheet="", code="FIC001", message="C'est un texte.")], readable=False))
    assert book(alone).sheetnames == ["Corrections"]
    assert shown(alone)[0].startswith("1 erreur C'est un texte.")
    assert any(NOT_COPIED in row[0] for row in texts(page_alone(wanted([]), [NOT_COPIED])))
