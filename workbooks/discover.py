"""List what the inputs hold: one row per name before any work, with the reason why a file is not read."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from schemas.reading import Received
from schemas.text import normalise
from workbooks.container import EXTENSIONS

_TEMPORARY = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".filepart", "~")


def discover(folder: Path) -> list[Received]:
    """Every file below `folder`, sorted by path; those that are read have their sha256. Nothing is written there.

    The same bytes twice count once: by path order the first stays, the others are ignored and name it (contract §2).
    """
    paths = sorted(_files(folder), key=lambda p: p.relative_to(folder).as_posix())
    return ignore_doubles([_receive(path, path.relative_to(folder).as_posix()) for path in paths])


def ignore_doubles(files: list[Received]) -> list[Received]:
    """Mark as ignored each file whose bytes an earlier one already has."""
    first: dict[str, str] = {}
    for received in files:
        if received.sha256 and received.sha256 in first:
            received.same_as = first[received.sha256]
            received.ignored = f"même contenu que « {received.same_as} », qui seul est compté"
        elif received.sha256:
            first[received.sha256] = received.path
    return files


def _files(folder: Path) -> Iterator[Path]:
    for base, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(base) / name for name in names)


def _receive(path: Path, relative: str) -> Received:
    reason = _reason_to_ignore(path)
    return Received(relative, ignored=reason) if reason else fingerprint(path, relative)


def fingerprint(path: Path, relative: str) -> Received:
    """A file to read, known by its content."""
    try:
        data = path.read_bytes()
    except OSError:
        # Reading it will fail again and say why, as a finding.
        return Received(relative)
    return Received(relative, hashlib.sha256(data).hexdigest(), len(data))


def _reason_to_ignore(path: Path) -> str:
    """Why a name is not a received workbook, in French; empty where it may be one."""
    name = path.name
    if name.startswith("~$"):
        return "fichier de verrouillage : le classeur est ouvert dans Excel"
    if name.startswith(".~lock"):
        return "fichier de verrouillage : le classeur est ouvert dans LibreOffice"
    if name.startswith(".") or normalise(name) in ("thumbs db", "desktop ini"):
        return "fichier caché ou de service, pas un dépôt"
    if name.lower().endswith(_TEMPORARY):
        return "fichier temporaire ou copie inachevée"
    if not name.lower().endswith(EXTENSIONS):
        return f"pas un classeur : seuls les formats {', '.join(EXTENSIONS)} sont lus"
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return "ce n'est pas un fichier ordinaire"
    except OSError:
        return "le fichier a disparu pendant la lecture"
    return ""
