"""What files say, as plain data between two processes: JSON, never pickle, so that a hostile file gains nothing by taking over its reader.

JSON knows neither dates nor exact decimals: they travel as text, which the frames are made of.
"""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import orjson

from schemas.finding import Finding
from schemas.reading import Lot, Received
from schemas.spec import Column, SheetSpec

READ = b".\n"
"""What a reading process says when it is through with a file."""


def dump(value: Any) -> bytes:
    """One line of JSON. Anything but plain data, dates and decimals is our bug."""
    return orjson.dumps(value, default=_text, option=orjson.OPT_APPEND_NEWLINE)


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)


def load(line: bytes) -> Any:
    """The value of one line. Raises ValueError."""
    return orjson.loads(line)


def lot_to_plain(lot: Lot) -> dict[str, Any]:
    """What was read, without the files themselves, which the other side knows."""
    findings = [(r, f.code, f.sheet, f.cell, f.champ, f.value, f.limit, f.reference, dict(f.facts)) for r, f in lot.findings]
    return {"sheets": lot.sheets, "positions": lot.positions, "findings": findings}


def lot_from_plain(files: Sequence[Received], plain: dict[str, Any]) -> Lot:
    """What these files say."""
    return Lot(list(files), plain["sheets"], plain["positions"], [(rank, Finding(*facts)) for rank, *facts in plain["findings"]])


def specs_to_plain(specs: dict[str, SheetSpec]) -> dict[str, Any]:
    """The contract's sheets."""
    return {key: asdict(spec) for key, spec in specs.items()}


def specs_from_plain(plain: dict[str, Any]) -> dict[str, SheetSpec]:
    """The contract's sheets, as `extract` takes them."""
    return {key: SheetSpec(key, s["title"], tuple(_column(c) for c in s["columns"]), tuple(s["aliases"])) for key, s in plain.items()}


def _column(plain: dict[str, Any]) -> Column:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()}
    return Column(**values)
