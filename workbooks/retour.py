"""A sender's workbook given back: faulty cells hatched and commented, a first sheet that lists them; all the rest as it was.

The package is changed part by part, so that formats, validations, images, charts, names and stored values stay: a library that reads and
writes a whole workbook drops some of them. What was made is read back and compared, cell by cell; where it does not hold the same
cells, or where the format is another one (.xls, .ods), the values alone are given back, and the first sheet says so.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from schemas.returns import FileReturn, ReturnLine
from workbooks.container import open_container
from workbooks.reader import read_sheets
from workbooks.refusal import Refusal
from workbooks.retour_classeur import Book
from workbooks.retour_connu import is_corrections
from workbooks.retour_corrections import Content, Listed, corrections_sheet
from workbooks.retour_marques import RANKS, Annotator, place_of
from workbooks.retour_paquet import Package
from workbooks.retour_relecture import former_sheets, same_cells
from workbooks.retour_styles import Styles, new_styles
from workbooks.retour_valeurs import values_package
from workbooks.retour_xml import Uneditable
from workbooks.scan import Place

if TYPE_CHECKING:
    # Only for its name: pydantic would double what a reading process weighs.
    from schemas.parameters import Limits

_STYLES = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_OTHER_FORMAT = (
    "Les mises en forme, formules, images et graphiques : votre fichier n'est pas au format .xlsx, et seules ses valeurs sont ici, à leur "
    "adresse. Corrigez votre propre fichier."
)
_NOT_EDITABLE = (
    "Les mises en forme, formules, images et graphiques : la structure de votre fichier ne permet pas de l'annoter, et seules ses valeurs "
    "sont ici, à leur adresse. Corrigez votre propre fichier."
)
NOT_COPIED = "Vos feuilles : elles n'ont pas pu être recopiées ici. Corrigez votre propre fichier d'après cette liste."
_BROKEN = (Uneditable, Refusal, ValueError, KeyError, IndexError, OverflowError)
"""What an odd structure gives when it is changed: its values are given back instead."""


def make_return(data: bytes, wanted: FileReturn, limits: "Limits") -> bytes:
    """The return of a file that was read, as .xlsx. Raises Refusal where it cannot be read."""
    container = open_container(data, limits)
    reason = _OTHER_FORMAT
    if container.format == "xlsx":
        reason = _NOT_EDITABLE
        with contextlib.suppress(*_BROKEN):
            package = Package(container.parts)
            former = former_sheets(Book(package).parts(), lambda: read_sheets(data, limits))
            made, far = annotated(package, wanted, former)
            if same_cells(data, made, far, limits):
                return made
    sheets = [s for s in read_sheets(data, limits) if not is_corrections(s)]
    package, names, told = values_package(sheets)
    lines = tuple(replace(line, sheet=names.get(line.sheet, line.sheet)) for line in wanted.lines)
    return annotated(package, replace(wanted, lines=lines), (), [reason, *told])[0]


def page_alone(wanted: FileReturn, not_kept: Sequence[str] = ()) -> bytes:
    """The return of a file that cannot be opened: its sheet of corrections."""
    return annotated(values_package([])[0], wanted, (), not_kept)[0]


def annotated(package: Package, wanted: FileReturn, former: Sequence[str], not_kept: Sequence[str] = ()) -> tuple[bytes, bool]:
    """A package with its marks and its first sheet, and whether some row is far down. Raises one of `_BROKEN`.

    `former` names the first sheets of earlier returns, which go.
    """
    book = Book(package)
    not_kept = [*not_kept, *book.leave_behind()]
    held = package.related(book.part, "styles")
    styles = Styles(package.xml(held.target) if held else new_styles(book.namespace))
    annotator = Annotator(package, styles, wanted.lines)
    for name, part in book.parts().items():
        if name not in former and part in package:
            annotator.edit(name, part)
    if styles.too_many:
        raise Uneditable("styles")
    content = Content(wanted, _listed(wanted.lines, book), annotator.marks > 0, [*not_kept, *annotator.told()])
    xml, header = corrections_sheet(content, styles, book.namespace)
    if held:
        package.write(held.target, styles.result())
    else:
        package.write("xl/styles.xml", styles.result(), _STYLES)
        package.relate(book.part, "styles", "xl/styles.xml")
    book.put_first(book.free_name(former), xml, header, former)
    return package.result(), annotator.far


def _listed(lines: Sequence[ReturnLine], book: Book) -> list[Listed]:
    """The lines by gravity, then place: the file, then its sheets in their order, each from top to bottom."""
    ranks = {name: rank for rank, name in enumerate(book.parts())}

    def order(line: ReturnLine) -> tuple[int, int, Place]:
        rank = ranks.get(line.sheet, len(ranks)) if line.sheet else -1
        return RANKS[line.gravity], rank, place_of(line.cell) or (-1, -1)

    def listed(line: ReturnLine) -> Listed:
        shown = f"{line.sheet} (masquée)" if line.sheet in book.hidden else line.sheet
        quoted = line.sheet.replace("'", "''")
        return Listed(line, shown, f"'{quoted}'!{line.cell}" if line.sheet in ranks and place_of(line.cell) else "")

    return [listed(line) for line in sorted(lines, key=order)]
