"""The disk: files written whole and flushed, folders flushed, and what the disk answers, in French."""

import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, TypeVar

T = TypeVar("T")

_ERRORS = {
    "ENOSPC": "le disque est plein",
    "EDQUOT": "le quota du disque est atteint",
    "EFBIG": "le fichier est trop gros pour ce disque",
    "EIO": "le disque a échoué à lire ou à écrire",
    "EROFS": "le disque est en lecture seule",
    "EACCES": "l'accès est refusé",
    "EPERM": "l'accès est refusé",
    "ENOENT": "le fichier ou le dossier n'existe plus",
    "EISDIR": "un dossier porte déjà ce nom",
    "ENOTDIR": "un fichier occupe la place d'un dossier",
    "EEXIST": "un fichier porte déjà ce nom",
    "ENAMETOOLONG": "le nom est trop long",
    "EBUSY": "un autre programme l'utilise",
    "EMFILE": "trop de fichiers sont ouverts",
    "ENFILE": "trop de fichiers sont ouverts",
    "ESTALE": "le partage réseau ne répond plus",
    "ETIMEDOUT": "le partage réseau ne répond plus",
    "ENOMEM": "la mémoire manque",
}
_REASONS = {getattr(errno, name): text for name, text in _ERRORS.items() if hasattr(errno, name)}
_NO_FLUSH = {getattr(errno, name) for name in ("EINVAL", "ENOTSUP", "EOPNOTSUPP", "EBADF") if hasattr(errno, name)}
"""What a file system answers that cannot flush a folder."""
_PIECE = 1 << 20
AT_ONCE = 4
"""Files flushed side by side: a disk takes several for hardly more time than one."""
LASTING = {getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM") if hasattr(errno, name)}
"""Errors that trying again a second later does not mend."""


def reason(error: OSError) -> str:
    """What the disk answered, in French."""
    return _REASONS.get(error.errno or 0, f"le système a répondu par l'erreur n° {error.errno}" if error.errno else "erreur du système")


def named(error: OSError) -> str:
    """The name at fault, between quotation marks; empty where the error names none."""
    name = Path(os.fsdecode(error.filename2 or error.filename)).name if isinstance(error.filename, str | bytes) else ""
    return f"« {name} »" if name else ""


def write_new(path: Path, data: bytes) -> None:
    """Write a file that nobody reads yet, flush it, and read it back. Raises OSError."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if not _holds(path, data):
        raise _otherwise(path)


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """The same for a file too long to be held, a piece at a time: what is read back is compared by its hash. Raises OSError."""
    written = hashlib.sha256()
    with path.open("wb") as file:
        for piece in pieces:
            written.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").digest() != written.digest():
            raise _otherwise(path)


def _otherwise(path: Path) -> OSError:
    return OSError(errno.EIO, "read back otherwise than written", str(path))


def _holds(path: Path, data: bytes) -> bool:
    """Whether a file holds these bytes and no other; it is never whole in memory a second time."""
    with path.open("rb") as file:
        pieces = all(file.read(_PIECE) == data[start : start + _PIECE] for start in range(0, len(data), _PIECE))
        return pieces and not file.read(1)


def flush_all(paths: Iterable[Path]) -> None:
    """Have the disk keep what files hold. Raises OSError."""
    _side_by_side(_flush, list(paths))


def flush_open(files: Sequence[BinaryIO]) -> None:
    """Have the disk keep what was written in open files. Raises OSError."""
    for file in files:
        file.flush()
    _side_by_side(lambda file: os.fsync(file.fileno()), files)


def _side_by_side(do: Callable[[T], None], things: Sequence[T]) -> None:
    """Each thread takes its share: handing over one thing costs as much as flushing it."""

    def each(share: Sequence[T]) -> None:
        for thing in share:
            do(thing)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for _ in threads.map(each, [things[start::AT_ONCE] for start in range(AT_ONCE)]):
            pass


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Have the disk keep the names in a folder, where the system can."""
    if os.name == "nt":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in _NO_FLUSH:
            raise OSError(error.errno, error.strerror, str(folder)) from None
    finally:
        os.close(number)


def open_to_all(path: Path) -> None:
    """The mode that the user's own files have, not the private one of a temporary file."""
    path.chmod(0o666 & ~_umask())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
