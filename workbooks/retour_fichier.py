"""One file to its return, inside the reading process: a return parses the same untrusted bytes as a reading, so the same limits hold."""

import hashlib
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.reading import Received
from schemas.returns import FileReturn, HeadingChange, ReturnLine, VersionChange
from workbooks.file_reading import Changed, received_bytes
from workbooks.refusal import Refusal
from workbooks.retour import make_return

if TYPE_CHECKING:
    # Only for its name: pydantic would double what a reading process weighs.
    from schemas.parameters import Limits


def return_to_plain(wanted: FileReturn) -> dict[str, Any]:
    """What a return says, for another process."""
    return asdict(wanted)


def return_from_plain(plain: dict[str, Any]) -> FileReturn:
    """What a return says; days and amounts travelled as text."""
    day, change = date.fromisoformat(plain["day"]), plain["change"]
    return FileReturn(**plain | {"day": day, "lines": _lines(plain["lines"]), "change": _change(change) if change else None})


def _lines(plain: list[dict[str, Any]]) -> tuple[ReturnLine, ...]:
    return tuple(ReturnLine(**line) for line in plain)


def _change(plain: dict[str, Any]) -> VersionChange:
    findings = {name: _lines(plain[name]) for name in ("mended", "remaining", "new", "unverified")}
    headings = tuple(HeadingChange(h["label"], Decimal(h["before"]), Decimal(h["after"])) for h in plain["headings"])
    return VersionChange(plain["replaced"], **findings, headings=headings)


def give_back(folder: str, wanted: FileReturn, target: str, limits: "Limits") -> dict[str, Any]:
    """Write the return of one file: `empreinte`, the sha256 of what was written; `erreur` where the disk did not take it.

    Nothing where the file cannot be annotated.
    """
    try:
        made = make_return(received_bytes(Path(folder) / wanted.path, Received(wanted.path, wanted.sha256), limits), wanted, limits)
    except (Refusal, Changed, OSError, MemoryError):
        return {}
    try:
        Path(target).write_bytes(made)
    except OSError as error:
        return {"erreur": error.errno}
    return {"empreinte": hashlib.sha256(made).hexdigest()}
