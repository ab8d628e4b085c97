"""What contents said, kept between runs in `outputs/.lectures`: a file whose bytes are known costs its hash, and is not read again.

The store is a zip of Parquet tables (`budget.kept`): one file, whole or not at all like every output, each table with its checksum. It
is good for one contract: the code that reads, the sheets that it knows, the limits and the libraries. It holds the files of the last run
and no other. No truth depends on it: where it is missing, damaged or of another contract, every file is read, and the outputs are the
same bytes.
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

import polars as pl
from polars.exceptions import PolarsError

import budget.kept
import budget.said
import schemas
import workbooks
from budget.kept import Kept, by_content, contents_to_keep, is_sound, nothing_kept
from budget.said import Said
from flows.disk import write_new
from flows.errors import ControlGap
from flows.progress import say
from workbooks.pool import ReadingRules

NAME = ".lectures"
_LIBRARIES = ("python-calamine", "polars", "orjson")


@dataclass(frozen=True)
class Store:
    """What is kept for a contract. `contract` is empty where nothing is to be kept."""

    contract: str
    kept: Kept

    def contents(self) -> list[str]:
        """The hashes of the contents that are kept, in order."""
        return self.kept["contenus"]["empreinte"].to_list()


NO_STORE = Store("", nothing_kept())


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
            kept = _tables(archive) if archive.comment == contract.encode() else None
    except FileNotFoundError:
        return Store(contract, nothing_kept())
    except (OSError, BadZipFile, PolarsError, ValueError, EOFError, NotImplementedError):
        kept = {}
    if kept is None:
        say("La version ou les limites de lecture ont changé : tous les classeurs sont relus")
    elif not is_sound(kept):
        say(f"La mémoire des lectures ({path.name}) est abîmée, elle ne sert pas : tous les classeurs sont relus")
    else:
        return Store(contract, kept)
    return Store(contract, nothing_kept())


def _tables(archive: ZipFile) -> Kept:
    return {name: _table(archive, name) for name in archive.namelist()}


def _table(archive: ZipFile, name: str) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(archive.read(name)))


def stage_store(staged: Path, contract: str, contents: Sequence[str], said: Said) -> None:
    """Write what is to be kept of what files say now, unless these are the `contents` that are kept already. Raises OSError."""
    if not contract or [received.sha256 for received in contents_to_keep(said)] == contents:
        return
    kept = by_content(said)
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.comment = contract.encode()
        for name, rows in kept.items():
            table = io.BytesIO()
            rows.rechunk().write_parquet(table, compression="lz4", statistics=False)
            archive.writestr(ZipInfo(name), table.getvalue())
    write_new(staged / NAME, buffer.getvalue())
    with ZipFile(staged / NAME) as archive:
        # One after the other: together they weigh as much as what files say.
        same = all(_table(archive, name).equals(rows) for name, rows in kept.items())
    if not same:
        raise ControlGap("La mémoire des lectures ne se relit pas comme elle a été écrite : rien n'a été remplacé.")
