"""A reading as plain data between two processes: JSON, never pickle, so that a hostile file gains nothing by taking over its reader."""

import json
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from schemas.finding import Finding
from schemas.reading import Position, Reading, Received
from schemas.spec import Column, SheetSpec

_DATE, _DECIMAL = "$jour", "$nombre"


def dump(value: Any) -> bytes:
    """One line of JSON. Dates and decimals are tagged; anything else that JSON does not know is our bug."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), default=_tag).encode() + b"\n"


def load(line: bytes) -> Any:
    """The value of one line."""
    return json.loads(line, object_hook=_untag)


def _tag(value: object) -> dict[str, str]:
    if isinstance(value, date):
        return {_DATE: value.isoformat()}
    if isinstance(value, Decimal):
        return {_DECIMAL: str(value)}
    raise TypeError(type(value).__name__)


def _untag(value: dict[str, Any]) -> Any:
    if len(value) == 1:
        if _DATE in value:
            return date.fromisoformat(value[_DATE])
        if _DECIMAL in value:
            return Decimal(value[_DECIMAL])
    return value


def reading_to_plain(reading: Reading) -> dict[str, Any]:
    """What was read, without the file itself, which the other side knows."""
    return {
        "document": reading.document,
        "sheets": reading.sheets,
        "positions": [(p.kind, p.sheet, p.champ, p.letters, p.row) for p in reading.positions],
        "findings": [(f.code, f.sheet, f.cell, f.champ, f.value, f.limit, f.reference, dict(f.facts)) for f in reading.findings],
    }


def reading_from_plain(received: Received, plain: dict[str, Any]) -> Reading:
    """The reading of a file."""
    return Reading(
        received,
        plain["document"],
        plain["sheets"],
        [Position(*p) for p in plain["positions"]],
        [Finding(*f) for f in plain["findings"]],
    )


def specs_to_plain(specs: dict[str, SheetSpec]) -> dict[str, Any]:
    """The contract's sheets."""
    return {key: asdict(spec) for key, spec in specs.items()}


def specs_from_plain(plain: dict[str, Any]) -> dict[str, SheetSpec]:
    """The contract's sheets, as `extract` takes them."""
    return {key: SheetSpec(key, s["title"], tuple(_column(c) for c in s["columns"]), tuple(s["aliases"])) for key, s in plain.items()}


def _column(plain: dict[str, Any]) -> Column:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()}
    return Column(**values)
