"""What the bytes of a received file really are, and whether they are safe to hand to a reader."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from workbooks.markup import SHORT, check_markup
from workbooks.refusal import Refusal

if TYPE_CHECKING:
    # Only for its name: pydantic would double what a reading process weighs.
    from schemas.parameters import Limits


EXTENSIONS = (".xlsx", ".xlsm", ".xls", ".ods")
_MB = 1_000_000
_ZIP_ERRORS = (zipfile.BadZipFile, ValueError, OSError, OverflowError, IndexError, struct.error)
"""What zipfile raises on damaged archives."""
_LOCAL = struct.Struct("<4s22xHH")
"""The header of a part: its signature, and the lengths of its name and extra field."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an .xls starts, and everything that Office wrote before 2007."""
_MARKUP = (".xml", ".rels")
_RATIO_FLOOR = 4 * _MB
"""Below this unpacked size a high compression ratio is harmless, and usual for small XML."""


class Parts:
    """The parts of an archive, by name; names are compared without case, and with either slash, as the readers do.

    Each part is unpacked once, within its declared size, and its checksum verified.
    """

    def __init__(self, data: bytes, infos: list[zipfile.ZipInfo]) -> None:
        self._data = memoryview(data)
        self._infos = {folded(info.filename): info for info in infos}
        self._unread = dict.fromkeys(self._infos)

    def __contains__(self, name: str) -> bool:
        return folded(name) in self._infos

    def names(self) -> list[str]:
        """All names as they are compared."""
        return list(self._infos)

    def read(self, name: str) -> bytes:
        """A part. Raises Refusal where it is missing or damaged."""
        key = folded(name)
        self._unread.pop(key, None)
        info = self._infos.get(key)
        if info is None:
            raise _damaged_part()
        return _unpack(self._data, info)

    def packed(self) -> Iterator[tuple[zipfile.ZipInfo, memoryview]]:
        """Every part as the archive holds it, in its order, to be copied byte for byte."""
        for info in self._infos.values():
            yield info, self._data[body_of(self._data, info) :][: info.compress_size]

    def check_rest(self) -> None:
        """Verify the parts that nobody has read yet. Raises Refusal."""
        for name in list(self._unread):
            content = self.read(name)
            if name.endswith(_MARKUP):
                check_markup(content)


def _unpack(data: memoryview, info: zipfile.ZipInfo) -> bytes:
    """One part, never more than its declared size. zipfile does the same, ten times slower on small parts."""
    packed = bytes(data[body_of(data, info) :][: info.compress_size])
    inflate = _inflated if info.file_size < SHORT else _inflate
    return inflate(packed, info.compress_type, info.file_size, info.CRC)


def _inflate(packed: bytes, method: int, size: int, checksum: int) -> bytes:
    if not size and not packed:
        return b""
    try:
        if method == zipfile.ZIP_STORED:
            content, ended = packed, True
        else:
            inflater = zlib.decompressobj(-zlib.MAX_WBITS)
            content = inflater.decompress(packed, size + 1)
            ended = inflater.eof
    except zlib.error:
        raise _damaged_part() from None
    if not ended or len(content) != size or zlib.crc32(content) != checksum:
        raise _damaged_part()
    return content


_inflated = lru_cache(maxsize=64)(_inflate)
"""Half the parts of workbooks made by one program (theme, styles, links…) are the same bytes in each."""


def body_of(data: memoryview, info: zipfile.ZipInfo) -> int:
    """Where a part's bytes begin, after its own header. Raises Refusal where there is no such header."""
    header = data[info.header_offset :][: _LOCAL.size]
    if len(header) < _LOCAL.size:
        raise _damaged_part()
    signature, name, extra = _LOCAL.unpack(header)
    if signature != b"PK\x03\x04":
        raise _damaged_part()
    return int(info.header_offset + _LOCAL.size + name + extra)


def _damaged_part() -> Refusal:
    return Refusal("FIC001", "une de ses parties manque ou est endommagée")


def folded(name: str) -> str:
    """A part's name as it is compared."""
    return name.replace("\\", "/").lower()


@dataclass(frozen=True)
class Container:
    """Bytes that may be read. `format` is `xlsx` (also for .xlsm), `ods` or `xls`; `parts` is the archive of the first two."""

    format: str
    data: bytes
    parts: Parts | None = None


def open_container(data: bytes, limits: "Limits") -> Container:
    """Recognise the format by content, never by name, and apply the limits. Raises Refusal."""
    check_size(len(data), limits)
    if data.startswith(b"PK\x03\x04"):
        return _open_zip(data, limits)
    if data.startswith(_OLE):
        return _open_ole(data)
    raise Refusal("FIC001", _what_else(data))


def check_size(size: int, limits: "Limits") -> None:
    """Raise Refusal where a file is too large to be read at all."""
    if size > limits.taille_mo * _MB:
        raise Refusal("FIC003", f"il pèse {size / _MB:.0f} Mo, pour {limits.taille_mo} Mo admis")


def _what_else(data: bytes) -> str:
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not data:
        return "il est vide (0 octet)"
    if head.startswith(b"%pdf"):
        return "c'est un document PDF"
    if head.startswith((b"<html", b"<!doctype html")) or b"<table" in head:
        return "c'est une page web (HTML)"
    if head.startswith(b"<?xml") and b"spreadsheet" in head:
        return "c'est un classeur XML 2003"
    if head.startswith(b"{\\rtf"):
        return "c'est un texte RTF"
    if b"\0" not in head and head and (head.count(b";") > 1 or head.count(b",") > 1 or head.count(b"\t") > 1):
        return "c'est un fichier texte à colonnes (CSV)"
    if b"\0" not in head:
        return "c'est un fichier texte"
    return "son contenu est endommagé ou d'un format inconnu"


def _open_zip(data: bytes, limits: "Limits") -> Container:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (NotImplementedError, EOFError, *_ZIP_ERRORS):
        raise Refusal("FIC001", "il est incomplet ou endommagé") from None
    infos = archive.infolist()
    _check_parts(infos, limits)
    _check_overlap(data, infos, archive.start_dir)
    parts = Parts(data, infos)
    if "mimetype" in parts and b"opendocument.spreadsheet" in parts.read("mimetype"):
        return Container("ods", data, parts)
    if "_rels/.rels" in parts and any(n.endswith("workbook.xml") for n in parts.names()):
        return Container("xlsx", data, parts)
    raise Refusal("FIC001", _what_archive(parts))


_ARCHIVES = (
    ("xl/workbook.bin", "c'est un classeur binaire (.xlsb)"),
    ("word/", "c'est un document Word"),
    ("ppt/", "c'est une présentation PowerPoint"),
    ("index/document.iwa", "c'est un document Pages, Numbers ou Keynote"),
)


def _what_archive(parts: Parts) -> str:
    if "mimetype" in parts and b"opendocument" in parts.read("mimetype"):
        return "c'est un document OpenDocument qui n'est pas un classeur"
    found = next((what for start, what in _ARCHIVES if any(n.startswith(start) for n in parts.names())), None)
    return found or "c'est une archive ZIP, pas un classeur"


def _check_parts(parts: list[zipfile.ZipInfo], limits: "Limits") -> None:
    unpacked = sum(p.file_size for p in parts)
    packed = sum(p.compress_size for p in parts) or 1
    if len(parts) > limits.parties:
        raise Refusal("FIC003", f"il compte {len(parts)} parties internes, pour {limits.parties} admises")
    if unpacked > limits.taille_depliee_mo * _MB:
        raise Refusal("FIC003", f"il pèse {unpacked / _MB:.0f} Mo une fois décompressé, pour {limits.taille_depliee_mo} Mo admis")
    if unpacked > _RATIO_FLOOR and unpacked > packed * limits.taux_compression:
        raise Refusal("FIC003", f"il est compressé {unpacked // packed} fois, pour {limits.taux_compression} fois admises")
    if any(p.flag_bits & 1 for p in parts):
        raise Refusal("FIC002")
    if any(p.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for p in parts):
        raise Refusal("FIC001", "sa méthode de compression n'est pas celle d'un classeur")
    names = [folded(p.filename) for p in parts]
    if len(set(names)) != len(names) or any(".." in n.split("/") or n.startswith("/") for n in names):
        raise Refusal("FIC003", "sa structure interne est anormale")


def _check_overlap(data: bytes, parts: list[zipfile.ZipInfo], directory: int) -> None:
    """No byte may belong to two parts, nor to a part and the directory: that is how a small archive unpacks without end."""
    view, free = memoryview(data), 0
    for part in sorted(parts, key=lambda p: p.header_offset):
        if part.header_offset < free:
            raise Refusal("FIC003", "ses parties se chevauchent")
        free = body_of(view, part) + part.compress_size
    if free > directory:
        raise Refusal("FIC003", "ses parties se chevauchent")


def _open_ole(data: bytes) -> Container:
    # Loaded where an old workbook comes.
    import olefile

    try:
        ole = olefile.OleFileIO(io.BytesIO(data))
        streams = {"/".join(path).lower() for path in ole.listdir()}
    except Exception:  # noqa: BLE001 - olefile raises many kinds of errors on damaged files; each means the same to the sender
        raise Refusal("FIC001", "il est incomplet ou endommagé") from None
    if "encryptedpackage" in streams:
        raise Refusal("FIC002")
    if streams & {"workbook", "book"}:
        return Container("xls", data)
    if "worddocument" in streams:
        raise Refusal("FIC001", "c'est un ancien document Word")
    raise Refusal("FIC001", "c'est un ancien document qui n'est pas un classeur")
