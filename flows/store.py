"""What contents said, kept between runs in `outputs/.lectures`: a file whose bytes are known costs its hash, and is not read again.

The store is a zip of Parquet tables (`budget.kept`) in pieces, one for each part of what files say (`budget.parts`), of which one at a
time is unpacked. It is one file, whole or not at all like every output, each table with its checksum. It is good for one contract: the
code that reads, the sheets that it knows, the limits and the libraries. It holds the files of the last run and no other. No truth depends
on it: where it is missing, damaged or of another contract, every file is read, and the outputs are the same bytes.
"""

import hashlib
import io
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from polars.exceptions import PolarsError

import budget.kept
import budget.said
import schemas
import workbooks
from budget.kept import Piece, are_sound, by_content, contents_of, contents_to_keep
from budget.parts import Part
from flows.disk import write_new
from flows.errors import ControlGap
from flows.progress import say
from schemas.packed import of_parquet, to_parquet
from workbooks.pool import ReadingRules

NAME = ".lectures"
_LIBRARIES = ("python-calamine", "polars", "orjson")


@dataclass(frozen=True)
class Store:
    """What is kept for a contract. `contract` is empty where nothing is to be kept."""

    contract: str
    pieces: Sequence[Piece] = ()


NO_STORE = Store("")


def contract_of(rules: ReadingRules) -> str:
    """The hash of all that decides what a content says, apart from the content itself."""
    digest = hashlib.sha256(rules.hello())
    for name, code in _code():
        digest.update(f"\n{name}\n{code}".encode())
    digest.update("\n".join([platform.python_version(), *map(version, _LIBRARIES)]).encode())
    return digest.hexdigest()


@cache
def _code() -> tuple[tuple[str, str], ...]:
    """The files of the code that reads, in order, each with its hash."""
    folders = [Path(str(package.__file__)).parent for package in (schemas, workbooks)]
    paths = [p for folder in folders for p in sorted(folder.rglob("*")) if p.is_file() and "__pycache__" not in p.parts]
    paths += [Path(str(module.__file__)) for module in (budget.said, budget.kept)]
    return tuple((f"{path.parent.name}/{path.name}", hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths)


def read_store(path: Path, contract: str) -> Store:
    """What is kept at that place for that contract; nothing where there is none. One that is damaged is said to be, and does not serve."""
    try:
        with ZipFile(path) as archive:
            if archive.comment != contract.encode():
                say("La version ou les limites de lecture ont changé : tous les classeurs sont relus")
                return Store(contract)
            pieces = _pieces(archive)
        if are_sound(pieces):
            return Store(contract, pieces)
    except FileNotFoundError:
        return Store(contract)
    except (OSError, BadZipFile, PolarsError, ValueError, EOFError, NotImplementedError):
        pass
    say(f"La mémoire des lectures ({path.name}) est abîmée, elle ne sert pas : tous les classeurs sont relus")
    return Store(contract)


def _pieces(archive: ZipFile) -> list[Piece]:
    pieces: dict[str, dict[str, bytes]] = {}
    for name in archive.namelist():
        piece, _, table = name.partition("/")
        pieces.setdefault(piece, {})[table] = archive.read(name)
    return list(pieces.values())


def stage_store(staged: Path, store: Store, parts: Sequence[Part]) -> None:
    """Write what is to be kept of what files say now, unless that is what the store holds, piece by piece. Raises OSError."""
    held = {tuple(contents_of(piece)): piece for piece in store.pieces}
    kept = [(tuple(r.sha256 for r in contents_to_keep(part.files, part.refused)), part) for part in parts]
    wanted = [(contents, part) for contents, part in kept if contents]
    if not store.contract or [contents for contents, _ in wanted] == list(held):
        return
    pieces = [held.get(contents) or _piece(part) for contents, part in wanted]
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.comment = store.contract.encode()
        for rank, piece in enumerate(pieces):
            for name, table in piece.items():
                archive.writestr(ZipInfo(f"{rank}/{name}"), table)
    write_new(staged / NAME, buffer.getvalue())
    with ZipFile(staged / NAME) as archive:
        if _pieces(archive) != pieces:
            raise ControlGap(_NOT_THE_SAME)


def _piece(part: Part) -> Piece:
    """What a part says, each table compared with what was packed."""
    tables = by_content(part.open())
    piece = {name: to_parquet(rows.rechunk()) for name, rows in tables.items()}
    if not all(of_parquet(piece[name]).equals(rows) for name, rows in tables.items()):
        raise ControlGap(_NOT_THE_SAME)
    return piece


_NOT_THE_SAME = "La mémoire des lectures ne se relit pas comme elle a été écrite : rien n'a été remplacé."
