"""Layouts that no template has, put into a workbook that a template made: a second sheet of one name, hidden rows, merged cells."""

import io
import re
import zipfile
from collections.abc import Mapping

_BOOK = "xl/workbook.xml"
_AFTER_MERGES = re.compile(r"<(?:conditionalFormatting|dataValidations|hyperlinks|printOptions|pageMargins)\b")
"""What follows the merged cells in a sheet's part."""


def renamed(data: bytes, sheet: str, name: str) -> bytes:
    """The same workbook with a sheet renamed."""
    parts = _parts(data)
    quoted = {f'name="{sheet}"': f'name="{name}"', f"'{sheet}'!": f"'{name}'!", f">{sheet}!": f">'{name}'!"}
    return _written(data, {_BOOK: _replaced(parts[_BOOK], quoted)})


def with_hidden_row(data: bytes, sheet: str, row: int) -> bytes:
    """The same workbook with one row hidden (1 is the first)."""
    part = _part_of(data, sheet)
    return _written(data, {part: _replaced(_parts(data)[part], {f'<row r="{row}" ': f'<row r="{row}" hidden="1" '})})


def with_merge(data: bytes, sheet: str, cells: str) -> bytes:
    """The same workbook with some cells merged."""
    part = _part_of(data, sheet)
    xml = _parts(data)[part]
    place = _AFTER_MERGES.search(xml)
    at = place.start() if place else xml.index("</worksheet>")
    return _written(data, {part: f'{xml[:at]}<mergeCells count="1"><mergeCell ref="{cells}"/></mergeCells>{xml[at:]}'})


def with_text(data: bytes, old: str, new: str) -> bytes:
    """The same workbook with one text for another, wherever it stands."""
    part = "xl/sharedStrings.xml"
    return _written(data, {part: _replaced(_parts(data)[part], {f"<t>{old}</t>": f"<t>{new}</t>"})})


def _parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def _part_of(data: bytes, sheet: str) -> str:
    """XlsxWriter numbers the parts of the sheets in their order."""
    names = re.findall(r'<sheet name="([^"]+)"', _parts(data)[_BOOK])
    return f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"


def _replaced(xml: str, words: Mapping[str, str]) -> str:
    for old, new in words.items():
        xml = xml.replace(old, new)
    return xml


def _written(data: bytes, changed: Mapping[str, str]) -> bytes:
    """The same archive with other contents for some parts; same names, order and dates."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            target.writestr(info, changed[info.filename].encode() if info.filename in changed else source.read(info))
    return out.getvalue()
