"""Bytes to sheets: true addresses, nothing hidden, and a refusal in French for whatever is no sound workbook."""

import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import pytest

from schemas.documents import sheet_specs
from schemas.parameters import Limits
from schemas.reading import Received
from schemas.rules import RULES
from tests.builders import FIXTURES, LIMITS, MAIN, archive, filled, midnight, ods, parts_of, raw_parts, raw_xlsx, read, xlsx
from tests.runs import readings_of
from workbooks.cells import COLUMNS, ROWS, CellError, Misread, Unvalued, address, indices, shown
from workbooks.container import Refusal, open_container
from workbooks.file_reading import Changed, read_file
from workbooks.pool import ReaderPool, ReadingRules
from workbooks.reader import RawSheet

ROOT = Path(__file__).parent.parent
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CONTRACT = ReadingRules(sheet_specs(), LIMITS)


def first(data: bytes) -> dict[str, object]:
    """The filled cells of the first sheet."""
    return filled(read(data)[0])


def refusal(data: bytes, limits: Limits = LIMITS) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(data, limits)
    return caught.value


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    parts = parts_of(data)
    return archive({**parts, name: change(parts[name])})


# --- Addresses --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "place"),
    [("A1", (0, 0)), ("C4", (3, 2)), ("Z1", (0, 25)), ("AA10", (9, 26)), ("XFD1048576", (ROWS - 1, COLUMNS - 1))],
)
def test_an_address_and_its_indices_are_one(reference: str, place: tuple[int, int]) -> None:
    assert indices(reference) == place
    assert address(*place) == reference


@pytest.mark.parametrize("reference", ["", "A", "1", "A0", "A01", "-A1", "$A$1", "A1:B2", "XFE1", "A1048577", "AAAA1", "É1", "A٣"])
def test_what_is_no_address_is_refused(reference: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        indices(reference)


TABLE = {"C4": "Compte", "D4": "Libellé", "E4": 2010, "C5": 60, "D5": "Achats", "E5": 1234.56, "C7": "641", "E7": "35 000 €"}


@pytest.mark.parametrize("kind", ["xlsx", "xlsm"])
def test_a_table_that_starts_at_c4_keeps_its_addresses(kind: str) -> None:
    data = xlsx({"Budget": TABLE})
    if kind == "xlsm":
        macro = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
        sheet = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
        data = archive({**parts_of(with_part(data, "[Content_Types].xml", lambda x: x.replace(sheet, macro))), "xl/vbaProject.bin": b"\0"})
    assert first(data) == TABLE


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_an_older_or_free_format_keeps_its_addresses_errors_and_values(kind: str) -> None:
    """The fixtures were written by LibreOffice: a table from C4, cells in error, a formula that gives an empty text, a comment."""
    sheets = read((FIXTURES / f"debut-en-c4.{kind}").read_bytes())
    assert [s.name for s in sheets] == ["À lire", "Budget", "Vide"]
    assert filled(sheets[0]) == {"B2": "Budget à remplir"}
    assert filled(sheets[2]) == {}
    assert filled(sheets[1]) == {
        "C4": "Compte", "D4": "Libellé", "E4": 2010, "F4": 2011,
        "C5": 60, "D5": "Achats", "E5": 1234.56, "F5": CellError("#DIV/0!"),
        "C7": "641", "D7": "Rémunération", "E7": "35 000 €", "F7": CellError("#N/A"),
        "E9": date(2010, 6, 15), "F9": 2469.12, "E10": True, "F10": True,
    }  # fmt: skip


def test_phantom_rows_and_columns_take_no_room() -> None:
    """Formats down to the last cell of the sheet, as a whole selected column leaves them, hold nothing."""
    far = '<row r="1"><c r="A1"><v>3</v></c><c r="B1" s="0"/></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert read(raw_xlsx(far))[0].grid == [[3.0]]
    blank = (
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert first(ods(ods_row(ods_cell("float", "3")) + blank)) == {"A1": 3.0}


def test_a_last_cell_a_million_rows_below_takes_no_room() -> None:
    """Ctrl+Down, then a figure typed by accident."""
    far = '<row r="1"><c r="A1"><v>1</v></c><c r="Z1" t="e"><v>#REF!</v></c></row><row r="1048576"><c r="A1048576"><v>9</v></c></row>'
    assert first(raw_xlsx(far)) == {"A1": 1.0, "Z1": CellError("#REF!"), "A1048576": 9.0}


@pytest.mark.parametrize("declared", ["A1:XFD1048576", "A0:B2", "zut", ""])
def test_a_declared_dimension_is_not_believed(declared: str) -> None:
    data = with_part(
        raw_xlsx('<row r="1"><c r="A1"><v>3</v></c></row>'),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<sheetData>", f'<dimension ref="{declared}"/><sheetData>'.encode()),
    )
    assert read(data)[0].grid == [[3.0]]


# --- What readers hide ------------------------------------------------------------------------------------------------------------


def test_errors_and_formulas_without_a_stored_value_are_known_by_address() -> None:
    rows = (
        '<row r="2"><c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="C2" t="e"><v>#REF!</v></c><c r="D2" t="e"/></row>'
        '<row r="5"><c r="A5"><f>B2+1</f></c><c r="B5"><f>1</f><v></v></c><c r="C5"><f t="shared" si="0"/></c>'
        '<c r="D5"><f>1</f><v>7</v></c></row>'
    )
    hidden = {"A5": Unvalued(), "B5": Unvalued(), "C5": Unvalued()}
    assert first(raw_xlsx(rows)) == {"B2": CellError("#DIV/0!"), "C2": CellError("#REF!"), **hidden, "D5": 7.0}


def test_an_error_beyond_the_last_value_is_not_lost() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="F9" t="e"><v>#N/A</v></c></row>'
    assert first(raw_xlsx(rows)) == {"A1": 1.0, "F9": CellError("#N/A")}


def test_a_formula_of_type_text_without_any_value_is_uncomputed() -> None:
    assert first(raw_xlsx('<row r="1"><c r="A1" t="str"><f>A2</f></c></row>')) == {"A1": Unvalued()}


def test_a_formula_that_gives_an_empty_text_is_blank_not_uncomputed() -> None:
    assert first(raw_xlsx('<row r="1"><c r="A1" t="str"><f>""</f><v></v></c><c r="B1"><v>1</v></c></row>')) == {"B1": 1.0}


def test_an_extension_that_speaks_of_formulas_hides_nothing() -> None:
    data = with_part(
        raw_xlsx('<row r="1"><c r="A1"><v>1</v></c></row>'),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"</sheetData>", b"</sheetData><extLst><ext><f>A1</f><row/></ext></extLst>"),
    )
    assert first(data) == {"A1": 1.0}


def ods_cell(kind: str = "", value: str = "", shown: str = "", more: str = "") -> str:
    value_type = f' office:value-type="{kind}"' if kind else ""
    value_at = f' office:value="{value}"' if value else ""
    return f"<table:table-cell{value_type}{value_at} {more}><text:p>{shown}</text:p></table:table-cell>"


def ods_row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#DIV/0 !", "#VALEUR !", "#NOM ?", "Err:502", "Err :508"])
def test_an_error_of_an_ods_is_known_however_it_is_shown(error: str) -> None:
    formula = 'table:formula="of:=1"'
    assert first(ods(ods_row(ods_cell("string", shown=error, more=formula)))) == {"A1": CellError(error)}


def test_an_ods_error_by_its_type_and_not_by_the_comment_on_it() -> None:
    note = "<office:annotation><text:p>À revoir</text:p></office:annotation>"
    cell = f'<table:table-cell office:value-type="string" calcext:value-type="error">{note}<text:p>#REF!</text:p></table:table-cell>'
    assert first(ods(ods_row(cell))) == {"A1": CellError("#REF!")}


def test_a_text_of_an_ods_that_looks_like_an_error_is_a_text() -> None:
    assert first(ods(ods_row(ods_cell("string", shown="#REF! ?")))) == {"A1": "#REF! ?"}


def test_repetitions_of_an_ods_are_followed() -> None:
    error = ods_cell("string", shown="#N/A", more='table:formula="of:=NA()" table:number-columns-repeated="2"')
    number = ods_cell("float", "7", more='table:number-columns-repeated="2"')
    rows = ods_row("<table:table-cell/>", more='table:number-rows-repeated="2"')
    rows += ods_row('<table:table-cell table:number-columns-repeated="3"/>', error, number, more='table:number-rows-repeated="2"')
    expected = {f"{c}{r}": CellError("#N/A") for r in (3, 4) for c in "DE"} | {f"{c}{r}": 7.0 for r in (3, 4) for c in "FG"}
    assert first(ods(rows)) == expected


@pytest.mark.parametrize(("generator", "found"), [("LibreOffice/7.4", {}), ("OpenOffice/4.1", {}), ("Générateur", {"A1": Unvalued()})])
def test_a_formula_of_an_ods_without_a_value_is_an_empty_text_only_for_those_that_compute(generator: str, found: dict[str, object]) -> None:
    assert first(ods(ods_row('<table:table-cell table:formula="of:=A2"/>'), generator=generator)) == found


# --- What other programs write ----------------------------------------------------------------------------------------------------


def test_prefixed_names_are_read() -> None:
    rows = '<x:row r="2"><x:c r="B2"><x:v>42</x:v></x:c><x:c r="C2" t="e"><x:v>#REF!</x:v></x:c></x:row>'
    assert first(raw_xlsx(rows, prefix="x:")) == {"B2": 42.0, "C2": CellError("#REF!")}


def test_cells_and_rows_without_references_follow_one_another() -> None:
    rows = '<row><c><v>1</v></c><c t="e"><v>#REF!</v></c></row><row r="4"><c r="C4"><v>3</v></c><c><f>1</f></c></row>'
    rows += "<row><c><v>5</v></c></row>"
    assert first(raw_xlsx(rows)) == {"A1": 1.0, "B1": CellError("#REF!"), "C4": 3.0, "D4": Unvalued(), "A5": 5.0}


def test_rows_and_cells_out_of_order_keep_their_addresses() -> None:
    rows = '<row r="3"><c r="C3"><v>3</v></c><c r="A3"><v>1</v></c></row><row r="1"><c r="B1" t="e"><v>#N/A</v></c></row>'
    assert first(raw_xlsx(rows)) == {"C3": 3.0, "A3": 1.0, "B1": CellError("#N/A")}


def test_strings_shared_inline_or_in_several_runs_are_whole() -> None:
    strings = '<si><t>Pays de Vannes</t></si><si><r><t xml:space="preserve">Pays </t></r><r><t xml:space="preserve">de Dinan</t></r></si>'
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>'
        '<c r="C1" t="inlineStr"><is><r><t xml:space="preserve">35 </t></r><r><t>000 €</t></r></is></c>'
        '<c r="D1" t="str"><v>texte</v></c></row>'
    )
    assert first(raw_xlsx(rows, strings=strings)) == {"A1": "Pays de Vannes", "B1": "Pays de Dinan", "C1": "35 000 €", "D1": "texte"}


@pytest.mark.parametrize(
    ("cell", "strings"),
    [
        ('<c r="A1" t="s"><v>0</v></c>', "<si><t>   </t></si>"),
        ('<c r="A1" t="s"><v>0</v></c>', '<si><t xml:space="preserve">   </t></si>'),
        ('<c r="A1" t="s"><v>0</v></c>', "<si><r><t> </t></r><r><t>  </t></r></si>"),
        ('<c r="A1" t="inlineStr"><is><t>   </t></is></c>', ""),
        ('<c r="A1" t="inlineStr"><is><t xml:space="preserve"> </t></is></c>', ""),
    ],
)
def test_a_text_of_nothing_but_spaces_is_no_reason_to_refuse_a_file(cell: str, strings: str) -> None:
    (grid,) = (s.grid for s in read(raw_xlsx(f'<row r="1">{cell}<c r="B1"><v>1</v></c></row>', strings=strings)))
    assert (str(grid[0][0]).strip(), grid[0][1]) == ("", 1.0)


def test_dates_booleans_and_figures_keep_their_kind() -> None:
    values = {"A1": midnight(2010, 6, 15), "A2": True, "A3": 1e-9, "A4": -0.5}
    assert first(xlsx({"Feuil1": values})) == {**values, "A1": date(2010, 6, 15)}


def test_the_date_system_of_1904_gives_the_same_days() -> None:
    assert first(xlsx({"Feuil1": {"A1": midnight(2010, 6, 15)}}, date_1904=True)) == {"A1": date(2010, 6, 15)}


@pytest.mark.parametrize("value", ["NaN", "INF", "1e400", "12,5", "0x10", "1_000", " 12 ", "12 €"])
def test_a_figure_that_is_none_is_named_never_read_as_another(value: str) -> None:
    assert first(raw_xlsx(f'<row r="1"><c r="A1"><v>{value}</v></c></row>')) == {"A1": Misread(value)}


@pytest.mark.parametrize("value", ["7", "-0.5", "1E-9", "+3", ".5", "5.", "99999999999999999999"])
def test_a_figure_is_read_as_it_is_written(value: str) -> None:
    assert first(raw_xlsx(f'<row r="1"><c r="A1"><v>{value}</v></c></row>')) == {"A1": float(value)}


STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="[Red]dd/mm/yyyy"/>'
    '<numFmt numFmtId="165" formatCode="#,##0 &quot;€ d\'aide&quot;"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>'
)


@pytest.mark.parametrize("value", ["-5", "2958466", "1e300"])
def test_a_date_beyond_the_calendar_is_named_and_a_large_amount_is_an_amount(value: str) -> None:
    parts = raw_parts(f'<row r="1"><c r="A1" s="1"><v>{value}</v></c><c r="B1" s="2"><v>{value}</v></c></row>')
    relation = '<Relationship Id="rId98" Type="x/relationships/styles" Target="styles.xml"/></Relationships>'
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace("</Relationships>", relation)
    found = first(archive({**parts, "xl/styles.xml": STYLES}))
    assert found == {"A1": Misread(value), "B1": float(value)}


def test_dates_written_as_iso_texts() -> None:
    values = ["2010-06-15", "2010-06-15T10:30:00", "10:30:00", "2010-02-30", "99999-01-01"]
    cells = "".join(f'<c t="d"><v>{value}</v></c>' for value in values)
    expected = [date(2010, 6, 15), datetime.combine(date(2010, 6, 15), time(10, 30)), time(10, 30), Misread(values[3]), Misread(values[4])]
    assert list(first(raw_xlsx(f"<row>{cells}</row>")).values()) == expected


def test_booleans_are_read_in_figures_or_words_and_nothing_else() -> None:
    cells = "".join(f'<c t="b"><v>{value}</v></c>' for value in ("1", "0", "false", "true"))
    assert list(first(raw_xlsx(f"<row>{cells}</row>")).values()) == [True, False, False, True]
    assert refusal(raw_xlsx('<row><c t="b"><v>oui</v></c></row>')).code == "FIC001"


def test_every_sheet_is_given_whatever_its_state() -> None:
    parts = raw_parts('<row r="1"><c r="A1"><v>1</v></c></row>', sheets=("Visible", "Cachée", "A &amp; B"))
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace('name="Cachée"', 'name="Cachée" state="veryHidden"')
    assert [s.name for s in read(archive(parts))] == ["Visible", "Cachée", "A & B"]


def test_an_archive_with_backslashes_and_other_case_is_read() -> None:
    parts = {name.replace("/", "\\"): xml for name, xml in raw_parts('<row r="1"><c r="A1" t="e"><v>#REF!</v></c></row>').items()}
    assert first(archive(parts)) == {"A1": CellError("#REF!")}


# --- Refusals ---------------------------------------------------------------------------------------------------------------------

OLD = (FIXTURES / "debut-en-c4.xls").read_bytes()
OPENDOCUMENT = b"opendocument.spreadsheet"
ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'


def encrypted_ods() -> bytes:
    return ods("", manifest='<m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry>')


def xls_with_password() -> bytes:
    """The record that precedes an encrypted stream (FILEPASS) in the place of another one (WRITEACCESS)."""
    return other_word(OLD, b"\x5c\x00\x70\x00", b"\x2f\x00\x70\x00")


def with_flag(data: bytes, bit: int) -> bytes:
    """A zip-level flag set in each directory entry."""
    changed = bytearray(data)
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        changed[at + 8] |= bit
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(changed)


def other_word(data: bytes, word: bytes, instead: bytes) -> bytes:
    """Other stored bytes under the same checksum."""
    assert data.count(word) == 1
    return data.replace(word, instead)


def stored(rows: str, **options: str) -> bytes:
    return archive(raw_parts(rows, **options), zipfile.ZIP_STORED)


BAD: dict[str, tuple[bytes, str, str]] = {
    "vide": (b"", "FIC001", "vide"),
    "octets au hasard": (bytes(range(256)) * 4, "FIC001", "endommagé"),
    "PDF": (b"%PDF-1.4\n1 0 obj", "FIC001", "PDF"),
    "page web": (b"\xef\xbb\xbf<HTML><body><table><tr><td>1", "FIC001", "HTML"),
    "tableau nu": (b"<div><table><tr><td>1</td></tr></table></div>", "FIC001", "HTML"),
    "CSV": ("Compte;Libellé;2010\n60;Achats;35\n".encode("latin-1"), "FIC001", "CSV"),
    "texte": (b"Bonjour", "FIC001", "texte"),
    "RTF": (b"{\\rtf1 budget}", "FIC001", "RTF"),
    "XML 2003": (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "FIC001", "XML 2003"),
    "Word": (archive({"word/document.xml": "<w/>", "_rels/.rels": "<r/>"}), "FIC001", "Word"),
    "PowerPoint": (archive({"ppt/presentation.xml": "<p/>", "_rels/.rels": "<r/>"}), "FIC001", "PowerPoint"),
    "xlsb": (archive({"xl/workbook.bin": b"\0", "_rels/.rels": "<r/>"}), "FIC001", "xlsb"),
    "Numbers": (archive({"Index/Document.iwa": b"\0"}), "FIC001", "Numbers"),
    "odt": (archive({"mimetype": "application/vnd.oasis.opendocument.text"}), "FIC001", "OpenDocument"),
    "zip de classeurs": (archive({"a.xlsx": raw_xlsx(ROW)}), "FIC001", "archive ZIP"),
    "tronqué": (raw_xlsx(ROW)[:-30], "FIC001", "incomplet"),
    "coupé au milieu": (raw_xlsx(ROW)[:900], "FIC001", "incomplet"),
    "OLE tronqué": (OLE + bytes(100), "FIC001", "incomplet"),
    "OLE sans classeur": (OLD.replace("Workbook".encode("utf-16-le"), "Dokument".encode("utf-16-le")), "FIC001", "pas un classeur"),
    "mot de passe xlsx": ((ROOT / "examples" / "erreurs" / "FIC002-mot-de-passe.xlsx").read_bytes(), "FIC002", ""),
    "mot de passe xls": (xls_with_password(), "FIC002", ""),
    "mot de passe ods": (encrypted_ods(), "FIC002", ""),
    "chiffré dans le zip": (with_flag(raw_xlsx(ROW), 1), "FIC002", ""),
    "LZMA": (archive(raw_parts(ROW), zipfile.ZIP_LZMA), "FIC001", "compression"),
    "partie en double": (archive([*raw_parts(ROW).items(), ("xl/workbook.xml", "<workbook/>")]), "FIC003", "structure interne"),
    "partie en double à la casse près": (archive({**raw_parts(ROW), "XL/Workbook.xml": "<workbook/>"}), "FIC003", "structure interne"),
    "nom absolu": (archive({**raw_parts(ROW), "/etc/x": ""}), "FIC003", "structure interne"),
    "nom avec ..": (archive({**raw_parts(ROW), "xl/../../x": ""}), "FIC003", "structure interne"),
    "nom avec ..\\": (archive({**raw_parts(ROW), "xl\\..\\..\\x": ""}), "FIC003", "structure interne"),
    "cellule au bout du monde": (raw_xlsx(ROW + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
                                 "FIC003", "1\u00a0048\u00a0576 lignes"),
    "erreur au bout du monde": (raw_xlsx(ROW + '<row r="1048576"><c r="XFD1048576" t="e"/><c r="XFD1048576"><f>1</f></c></row>'),
                                "FIC003", "1\u00a0048\u00a0576 lignes"),
    "cellules au bout du monde": (raw_xlsx("".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 401))),
                                  "FIC003", "400 lignes"),
    "erreurs au bout du monde": (raw_xlsx("".join(f'<row r="{n}"><c r="XFD{n}" t="e"><v>#N/A</v></c></row>' for n in range(1, 401))),
                                 "FIC003", "400 lignes"),
    "colonne au-delà de XFD": (raw_xlsx('<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>'), "FIC001", "endommagé"),
    "ligne 0": (raw_xlsx('<row r="1"><c r="A0" t="e"><v>#REF!</v></c></row>'), "FIC001", "endommagé"),
    "ligne sans numéro": (raw_xlsx('<row r="x"><c r="A1"><v>1</v></c></row>'), "FIC001", "endommagé"),
    "cellule écrite deux fois": (raw_xlsx('<row r="1"><c r="B1"><v>1</v></c><c r="B1"><v>999</v></c></row>'), "FIC001", "cellule B1"),
    "ligne écrite deux fois": (raw_xlsx(ROW + '<row r="2"><c r="A2"><v>1</v></c></row>' + ROW), "FIC001", "cellule A1"),
    "deux feuilles d'un même nom": (archive(raw_parts(ROW, sheets=("Budget", "Budget"))), "FIC001", "« Budget »"),
    "aucune feuille": (archive(raw_parts(ROW, sheets=())), "FIC001", "aucune feuille"),
    "feuille absente": (archive({n: x for n, x in raw_parts(ROW).items() if "sheet1" not in n}), "FIC001", "manque"),
    "XML mal formé": (raw_xlsx('<row r="1"><c r="A1"><v>1</v></row>'), "FIC001", "endommagé"),
    "encodage inconnu": (with_part(raw_xlsx(ROW), "xl/workbook.xml", lambda x: b'<?xml version="1.0" encoding="X-8"?>' + x), "FIC001", ""),
    "UTF-8 fautif": (with_part(raw_xlsx(ROW), "xl/worksheets/sheet1.xml", lambda x: x.replace(b"<v>1", b"<v>\xff")), "FIC001", "endommagé"),
    "DOCTYPE": (with_part(raw_xlsx(ROW), "xl/workbook.xml", lambda x: b'<!DOCTYPE w [<!ENTITY a "b">]>' + x), "FIC003", "interdite"),
    "chaînes absentes": (raw_xlsx('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'), "FIC001", ""),
    "somme de contrôle de la feuille": (other_word(stored('<row r="1"><c r="A1"><v>1000.5</v></c></row>'), b"1000.5", b"9000.5"),
                                        "FIC001", "endommagée"),
    "somme de contrôle des chaînes": (
        other_word(stored('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings="<si><t>25 000</t></si>"), b"25 000", b"95 000"),
        "FIC001", "endommagée"),
    "somme de contrôle d'un ods": (other_word(archive(parts_of(ods(ods_row(ods_cell("float", "1000.5")))), zipfile.ZIP_STORED),
                                              b"1000.5", b"9000.5"), "FIC001", "endommagée"),
    "mimetype endommagé": (other_word(archive(parts_of(ods("")), zipfile.ZIP_STORED), OPENDOCUMENT, OPENDOCUMENT.upper()),
                           "FIC001", "endommagée"),
    "ods à feuilles de même nom": (ods(ods_row(ods_cell("float", "1")), after='<table:table table:name="Feuille1"/>'),
                                   "FIC001", "« Feuille1 »"),
    "ods sans contenu": (archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": "<m/>"}),
                         "FIC001", "manque"),
    "ods répété sans fin": (ods(ods_row(ods_cell("float", "1"), more='table:number-rows-repeated="900000000"')),
                            "FIC003", "900\u00a0000\u00a0000 lignes"),
    "erreur répétée sans fin": (ods(ods_row(ods_cell("string", shown="#N/A", more='table:formula="of:=NA()"'),
                                            more='table:number-rows-repeated="900000000"')), "FIC003", "répétée"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_sound_workbook_is_refused_and_says_what_it_is(name: str) -> None:
    data, code, words = BAD[name]
    found = refusal(data)
    assert found.code == code
    assert words in found.detail
    message, _ = RULES[code].say({"detail": found.detail})
    assert len(message) <= 300
    for machine_word in ("Error", "Exception", "xml.", "/tmp", "None", "codec"):
        assert machine_word not in message


@pytest.mark.parametrize("name", BAD)
def test_no_refused_file_leaves_an_exception(name: str, tmp_path: Path) -> None:
    (tmp_path / "essai.xlsx").write_bytes(BAD[name][0])
    (finding,) = read_file(tmp_path, Received("essai.xlsx"), CONTRACT.specs, LIMITS).findings
    assert finding.code == BAD[name][1]


def test_limits_are_those_of_the_configuration() -> None:
    data = raw_xlsx(ROW)
    assert refusal(data, LIMITS.model_copy(update={"parties": 4})).detail == "il compte 5 parties internes, pour 4 admises"
    assert "lignes" in refusal(raw_xlsx('<row r="50"><c r="AX50"><v>1</v></c></row>'), LIMITS.model_copy(update={"cellules": 49})).detail
    assert refusal(b"PK\x03\x04" + bytes(1_000_001), LIMITS.model_copy(update={"taille_mo": 1})).detail == "il pèse 1 Mo, pour 1 Mo admis"


def test_an_archive_that_swells_is_refused_before_it_is_opened() -> None:
    swollen = archive({**raw_parts(ROW), "xl/media/blancs.bin": bytes(5_000_000)})
    assert refusal(swollen).detail.startswith("il est compressé ")
    assert (
        refusal(swollen, LIMITS.model_copy(update={"taille_depliee_mo": 1})).detail == "il pèse 5 Mo une fois décompressé, pour 1 Mo admis"
    )


def test_small_repetitive_xml_is_no_bomb() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>0</v></c></row>' for n in range(1, 20_001))
    assert len(read(raw_xlsx(rows))[0].grid) == 20_000


def test_a_far_cell_of_an_old_workbook_is_refused_before_the_reader_makes_room_for_it() -> None:
    """A damaged row number, which made the reader ask for more memory than there is."""
    number_at_e5 = b"\x7e\x02\x0a\x00\x04\x00\x04\x00"
    found = refusal(other_word(OLD, number_at_e5, b"\x7e\x02\x0a\x00\xff\xff\xff\xff"))
    assert (found.code, found.detail) == ("FIC003", "la feuille « Budget » s'étend sur 65\u00a0536 lignes et 65\u00a0536 colonnes")


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_a_damaged_file_is_a_finding_wherever_it_is_cut(kind: str, tmp_path: Path) -> None:
    data = (FIXTURES / f"debut-en-c4.{kind}").read_bytes()
    for cut in range(0, len(data), 97):
        (tmp_path / "coupé").write_bytes(data[:cut])
        reading = read_file(tmp_path, Received("coupé"), CONTRACT.specs, LIMITS)
        assert all(f.code in ("FIC001", "FIC002", "FIC003", "FIC004") for f in reading.findings)


def test_what_the_content_is_counts_never_the_name() -> None:
    assert open_container(raw_xlsx(ROW), LIMITS).format == "xlsx"
    assert open_container(ods(""), LIMITS).format == "ods"
    assert open_container((FIXTURES / "debut-en-c4.xls").read_bytes(), LIMITS).format == "xls"


def test_values_are_shown_as_their_sender_knows_them() -> None:
    cells = [35000.0, 0.5, True, False, midnight(2010, 6, 15), date(2010, 6, 15), CellError("#REF!"), Unvalued(), " a \n b ", "x" * 200]
    expected = ["35000", "0,5", "VRAI", "FAUX", "15/06/2010", "15/06/2010", "#REF!", "", "a b", "x" * 79 + "…"]
    assert [shown(cell) for cell in cells] == expected


# --- Files on the disk ------------------------------------------------------------------------------------------------------------


def only_finding(folder: Path, received: Received) -> tuple[str, str]:
    (finding,) = read_file(folder, received, CONTRACT.specs, LIMITS).findings
    return finding.code, finding.facts["detail"]


def test_a_file_that_went_away_since_it_was_listed_is_a_finding(tmp_path: Path) -> None:
    assert only_finding(tmp_path, Received("parti.xlsx")) == ("FIC001", "il a disparu avant d'être lu")


def test_a_file_that_changed_since_it_was_listed_is_left_for_the_next_time(tmp_path: Path) -> None:
    (tmp_path / "autre.xlsx").write_bytes(raw_xlsx(ROW))
    changed = Received("autre.xlsx", sha256="0" * 64)
    with pytest.raises(Changed):
        read_file(tmp_path, changed, CONTRACT.specs, LIMITS)
    with ReaderPool(CONTRACT, processes=1) as readers:
        (lot,) = readers.read(tmp_path, [changed])
    assert (lot.sheets, lot.findings) == ({}, [])
    assert "sera lu au prochain passage" in changed.ignored


def test_a_file_too_large_is_not_even_read(tmp_path: Path) -> None:
    with (tmp_path / "gros.xlsx").open("wb") as file:
        file.truncate(51_000_000)
    assert only_finding(tmp_path, Received("gros.xlsx")) == ("FIC003", "il pèse 51 Mo, pour 50 Mo admis")


def test_a_pool_gives_readings_in_the_order_of_files(tmp_path: Path) -> None:
    files = []
    for n in range(100):
        name = f"{n}.xlsx"
        (tmp_path / name).write_bytes(b"%PDF" if n % 2 else raw_xlsx(ROW))
        files.append(Received(name))
    with ReaderPool(CONTRACT, processes=1) as readers:
        found = readings_of(readers.read(tmp_path, files))
    assert [r.received.path for r in found] == [f.path for f in files]
    assert [r.findings[0].code for r in found] == ["FIC004", "FIC001"] * (len(files) // 2)


def test_a_pool_serves_one_batch_after_another(tmp_path: Path) -> None:
    """A process started for one batch must not end with it: on Linux it would, with the thread that started it."""
    (tmp_path / "a.xlsx").write_bytes(raw_xlsx(ROW))
    with ReaderPool(CONTRACT, processes=1) as readers:
        codes = [readers.read(tmp_path, [Received("a.xlsx")])[0].findings[0][1].code for _ in range(3)]
    assert codes == ["FIC004"] * 3


def test_sheets_are_plain_rows() -> None:
    (sheet,) = read(xlsx({"Feuil1": [["a", None, 1]]}))
    assert sheet == RawSheet("Feuil1", [["a", "", 1.0]])
