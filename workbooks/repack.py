"""A sound sheet that would still defeat the reader, written again for it: a wrong declared extent, or a last cell a million rows below.

Only addresses change; each cell read is then compared with the scan of the original, so a mistake here is a refusal, never a wrong figure.
"""

import io
import re
import zipfile
from bisect import bisect_left
from collections.abc import Mapping

from workbooks.cells import Grid
from workbooks.container import Parts
from workbooks.scan import SheetScan

_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^<>]*?(?:/>|>\s*</(?:\w+:)?dimension>)")
_REFERENCE = re.compile(rb"""(<(?:\w+:)?(?:row|c)\b[^<>]*?\sr=["'][A-Z]*)([0-9]+)""")


def repacked(parts: Parts, scans: Mapping[str, SheetScan]) -> bytes:
    """The archive with these sheets without their declared extent, and their empty rows left out."""
    changed = {scan.part: _closed_up(parts.read(scan.part), scan.used_rows()) for scan in scans.values()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in parts.names():
            if name.endswith((".xml", ".rels")):
                archive.writestr(name, changed.get(name) or parts.read(name))
    return out.getvalue()


def _closed_up(xml: bytes, rows: list[int]) -> bytes:
    """Number the rows that hold something 1, 2, 3…"""
    return _REFERENCE.sub(lambda m: m[1] + b"%d" % (bisect_left(rows, int(m[2]) - 1) + 1), _DIMENSION.sub(b"", xml))


def spread(grid: Grid, scan: SheetScan) -> Grid:
    """Put the rows back where they are in the file."""
    full: Grid = [[] for _ in range(scan.rows)]
    for row, cells in zip(scan.used_rows(), grid, strict=False):
        full[row] = cells
    return full
