"""List what the inputs hold: one row per name before any work, with the reason why a file is not read."""

import hashlib
import os
import stat
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

from schemas.reading import Received
from schemas.text import normalise
from workbooks.container import EXTENSIONS
from workbooks.refusal import Refusal

_TEMPORARY = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".filepart", "~")
_BINS = ("$recycle.bin", "#recycle")
_PIECE = 1 << 20
UNREADABLE_NAME = "son nom contient des signes illisibles : renommez-le"


def discover(folder: Path) -> list[Received]:
    """Every file below `folder`, sorted by path; those that are read have their sha256. Nothing is written there.

    The same bytes twice count once: by path order the first stays, the others are ignored and name it (contract §2).
    """
    return ignore_doubles(listed(folder, folder))


def listed(folder: Path, root: Path) -> list[Received]:
    """The same, doubles included, each path being relative to `root`, which holds `folder`."""
    return [_receive(path, relative) for relative, path in sorted(_files(folder, root))]


def candidates(folder: Path) -> list[str]:
    """The paths below `folder`, relative with `/`, that may be workbooks, sorted; none of them is opened."""
    return sorted(name for name, path in _files(folder, folder) if not _reason_to_ignore(path, name))


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


def _files(folder: Path, root: Path) -> Iterator[tuple[str, Path]]:
    """Every name that is not a folder, relative to `root`, and its path; links to folders are not followed.

    Raises OSError: a folder that cannot be listed is not empty.
    """
    for base, folders, names in os.walk(folder, onerror=_raise):
        here = Path(base)
        inside = "" if here == root else f"{here.relative_to(root).as_posix()}/"
        links = (name for name in folders if (here / name).is_symlink())
        yield from ((inside + name, here / name) for name in (*names, *links))


def _raise(error: OSError) -> None:
    raise error


def _receive(path: Path, relative: str) -> Received:
    reason = _reason_to_ignore(path, relative)
    return Received(printable_name(relative), ignored=reason) if reason else fingerprint(path, relative)


def printable_name(relative: str) -> str:
    """A name that is not UTF-8, with the bytes at fault written out, so that each one keeps a name of its own."""
    return relative.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def fingerprint(path: Path, relative: str) -> Received:
    """A file to read, known by its content."""
    try:
        with open_regular(path) as file:
            digest = hashlib.sha256()
            while piece := file.read(_PIECE):
                digest.update(piece)
            return Received(relative, digest.hexdigest(), os.fstat(file.fileno()).st_size)
    except (OSError, Refusal):
        # Reading it will fail again and say why, as a finding.
        return Received(relative)


def open_regular(path: Path) -> BufferedReader:
    """Open a file to read it. Raises OSError, and Refusal for a pipe or a device, which could keep a reader waiting for ever."""
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if stat.S_ISREG(os.fstat(number).st_mode):
        return os.fdopen(number, "rb")
    os.close(number)
    raise Refusal("FIC001", "ce n'est pas un fichier ordinaire")


def _reason_to_ignore(path: Path, relative: str) -> str:
    """Why a name is not a received workbook, in French; empty where it may be one."""
    name = path.name
    if any(part.startswith(".") or part.lower() in _BINS for part in relative.split("/")[:-1]):
        return "dossier caché ou corbeille, pas un dépôt"
    if name.startswith("~$"):
        return "fichier de verrouillage : le classeur est ouvert dans Excel"
    if name.startswith(".~lock"):
        return "fichier de verrouillage : le classeur est ouvert dans LibreOffice"
    if name.startswith(".") or normalise(name) in ("thumbs db", "desktop ini"):
        return "fichier caché ou de service, pas un dépôt"
    if name.lower().endswith(_TEMPORARY):
        return "fichier temporaire ou copie inachevée"
    return _reason_of_kind(path)


def _reason_of_kind(path: Path) -> str:
    name = path.name
    try:
        mode = path.lstat().st_mode
    except OSError:
        return "le fichier a disparu pendant la lecture"
    if stat.S_ISLNK(mode):
        return "ce n'est pas un fichier mais un lien vers un autre"
    if not stat.S_ISREG(mode):
        return "ce n'est pas un fichier ordinaire"
    if not name.lower().endswith(EXTENSIONS):
        return f"pas un classeur : seuls les formats {', '.join(EXTENSIONS)} sont lus"
    if printable_name(name) != name:
        return UNREADABLE_NAME
    return ""
