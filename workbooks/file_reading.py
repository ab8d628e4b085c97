"""One file to a reading, inside the reading process: whatever is wrong with the file is a finding."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.reading import Reading, Received
from schemas.spec import SheetSpec
from workbooks.amend import extract_amended
from workbooks.container import check_size
from workbooks.discover import open_regular
from workbooks.inspection import inspect_sheets
from workbooks.reader import read_sheets
from workbooks.refusal import Refusal, refused
from workbooks.retour_connu import own_sheets

if TYPE_CHECKING:
    # Only for its name: pydantic would double what a reading process weighs.
    from schemas.parameters import Limits


class Changed(Exception):
    """The file is no longer the one that was listed: it is still being copied, or was replaced since."""


def read_file(folder: str | Path, received: Received, specs: Mapping[str, SheetSpec], limits: "Limits") -> Reading:
    """Read one file. Raises Changed, and nothing else."""
    try:
        sheets = read_sheets(received_bytes(Path(folder) / received.path, received, limits), limits)
        return extract_amended(received, own_sheets(sheets), specs)
    except Refusal as refusal:
        return refused(received, refusal.code, refusal.detail)
    except (OSError, MemoryError) as error:
        return refused(received, *_reason(error))


def _reason(error: OSError | MemoryError) -> tuple[str, str]:
    if isinstance(error, MemoryError):
        return "FIC003", "il demande trop de mémoire"
    if isinstance(error, FileNotFoundError):
        return "FIC001", "il a disparu avant d'être lu"
    if isinstance(error, PermissionError):
        return "FIC001", "l'accès en est refusé au service qui le lit"
    return "FIC001", f"le disque ne l'a pas rendu (erreur {error.errno})"


def received_bytes(path: Path, received: Received, limits: "Limits") -> bytes:
    """The file's bytes, read once: what is parsed is what was hashed, whatever happens to the file meanwhile. Raises Changed, Refusal."""
    with open_regular(path) as file:
        check_size(os.fstat(file.fileno()).st_size, limits)
        data = file.read()
    if received.sha256 and hashlib.sha256(data).hexdigest() != received.sha256:
        raise Changed
    return data


def inspect_file(folder: str | Path, received: Received, limits: "Limits") -> dict[str, Any]:
    """What the reader saw of one file: `feuilles`, or why it is refused: `refus` (a rule's code) and `detail`."""
    try:
        return {"feuilles": inspect_sheets(read_sheets(received_bytes(Path(folder) / received.path, received, limits), limits))}
    except Changed:
        return {"refus": "FIC001", "detail": "il a été modifié pendant la lecture"}
    except Refusal as refusal:
        return {"refus": refusal.code, "detail": refusal.detail}
    except (OSError, MemoryError) as error:
        code, detail = _reason(error)
        return {"refus": code, "detail": detail}
