"""What contents said, kept between runs in `outputs/.lectures`: a file whose bytes are known costs its hash, and is not read again; what
the rules on one file found in a dossier is not looked for again (`budget.judged`).

The store is a zip of Parquet tables (`budget.kept`) in pieces, one for each part of what files say (`budget.parts`), of which one at a
time is unpacked. It is one file, whole or not at all like every output, each table with its checksum. It is good for one contract: the
code that reads, the sheets that it knows, the limits and the libraries. It holds the files of the last run and no other. No truth depends
on it: where it is missing, damaged or of another contract, every file is read, and the outputs are the same bytes.
"""

import hashlib
import io
import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from zipfile import BadZipFile, ZipFile, ZipInfo

import polars as pl
from polars.exceptions import PolarsError

import budget
import budget.kept
import budget.said
import schemas
import workbooks
from budget.kept import Piece, are_sound, by_content, contents_of, contents_to_keep
from budget.parts import Part
from budget.said import ranked_by_file
from flows.disk import write_new
from flows.errors import ControlGap
from flows.progress import say
from schemas.packed import Packed, of_parquet, to_parquet
from schemas.parameters import Config
from workbooks.pool import ReadingRules

NAME = ".lectures"
_LIBRARIES = ("python-calamine", "polars", "orjson")


@dataclass(frozen=True)
class Store:
    """What is kept for a contract. `contract` is empty where nothing is to be kept."""

    contract: str
    pieces: Sequence[Piece] = ()

    def rules(self, config: Config) -> str:
        """The hash of all that decides what rules find in one dossier, apart from its content and the caps in force for it."""
        if not self.contract:
            return ""
        # How reading is shared out bears on no finding.
        digest = hashlib.sha256(f"{self.contract}\n{config.model_dump_json(exclude={'execution'})}".encode())
        digest.update(repr((_files_of(budget), version("pandera"))).encode())
        return digest.hexdigest()


NO_STORE = Store("")


def contract_of(rules: ReadingRules) -> str:
    """The hash of all that decides what a content says, apart from the content itself."""
    digest = hashlib.sha256(rules.hello())
    for name, code in _code():
        digest.update(f"\n{name}\n{code}".encode())
    digest.update("\n".join([platform.python_version(), *map(version, _LIBRARIES)]).encode())
    return digest.hexdigest()


def _code() -> list[tuple[str, str]]:
    """The files of the code that reads, in order, each with its hash."""
    return [*_files_of(schemas), *_files_of(workbooks), *(_hashed(Path(str(module.__file__))) for module in (budget.said, budget.kept))]


@cache
def _files_of(package: ModuleType) -> tuple[tuple[str, str], ...]:
    paths = sorted(Path(str(package.__file__)).parent.rglob("*"))
    return tuple(_hashed(path) for path in paths if path.is_file() and "__pycache__" not in path.parts)


def _hashed(path: Path) -> tuple[str, str]:
    return f"{path.parent.name}/{path.name}", hashlib.sha256(path.read_bytes()).hexdigest()


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


def stage_store(staged: Path, store: Store, parts: Sequence[Part], judged: Sequence[Packed]) -> None:
    """Write what is to be kept of what files say now, unless that is what the store holds, piece by piece. Raises OSError.

    `judged`: for each part, what the rules on one file found (`Examined.judged`).
    """
    if not store.contract:
        return
    held = {_names(contents_of(piece), of_parquet(piece["juges"])): piece for piece in store.pieces}
    pieces = []
    for part, found in zip(parts, judged, strict=True):
        contents, rows = contents_to_keep(part.files, part.refused), found.frame()
        ranked = ranked_by_file(rows, [received.path for received in contents])
        if contents:
            pieces.append(held.get(_names([r.sha256 for r in contents], ranked)) or _piece(part, rows))
    if pieces == list(store.pieces):
        return
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


def _names(contents: Sequence[str], judged: pl.DataFrame) -> str:
    """What tells a piece from another: its contents, and under which rules each was judged."""
    keys = judged.select("rang", "regles").unique().sort(pl.all()).rows()
    return hashlib.sha256(repr((list(contents), keys)).encode()).hexdigest()


def _piece(part: Part, judged: pl.DataFrame) -> Piece:
    """What a part says, each table compared with what was packed."""
    tables = by_content(replace(part.open(), judged=judged))
    piece = {name: to_parquet(rows.rechunk()) for name, rows in tables.items()}
    if not all(of_parquet(piece[name]).equals(rows) for name, rows in tables.items()):
        raise ControlGap(_NOT_THE_SAME)
    return piece


_NOT_THE_SAME = "La mémoire des lectures ne se relit pas comme elle a été écrite : rien n'a été remplacé."
