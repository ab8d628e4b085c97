"""An archive written part by part; those that have not changed are copied as they were packed. Same parts, same bytes."""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipInfo

_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_ENTRY = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_END = struct.Struct("<4sHHHHLLH")
_VERSION = 20
_DAY = 0x21
"""1 January 1980, the first day that the format knows: a part's date says nothing here."""
_UTF8 = 0x800


@dataclass(frozen=True)
class Packed:
    """A part ready to be written."""

    name: bytes
    flags: int
    method: int
    crc: int
    size: int
    body: bytes | memoryview


def copied(info: ZipInfo, body: memoryview) -> Packed:
    """A part as another archive holds it."""
    flags = info.flag_bits & _UTF8
    name = info.orig_filename.encode("utf-8" if flags else "cp437")
    return Packed(name, flags, info.compress_type, info.CRC, info.file_size, body)


def packed(name: str, content: bytes) -> Packed:
    """A part packed anew; one that does not shrink is stored."""
    deflater = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflater.compress(content) + deflater.flush()
    flags = 0 if name.isascii() else _UTF8
    if len(body) >= len(content):
        return Packed(name.encode(), flags, ZIP_STORED, zlib.crc32(content), len(content), content)
    return Packed(name.encode(), flags, ZIP_DEFLATED, zlib.crc32(content), len(content), body)


def archive(parts: Iterable[Packed]) -> bytes:
    """The archive of these parts, in their order."""
    return b"".join(archive_pieces(parts))


def archive_pieces(parts: Iterable[Packed]) -> Iterator[bytes | memoryview]:
    """The same, a piece at a time. Received files and reports are far below the 4 GB beyond which the format changes."""
    directory: list[bytes] = []
    offset = 0
    for part in parts:
        facts = (part.flags, part.method, 0, _DAY, part.crc, len(part.body), part.size, len(part.name), 0)
        header = _LOCAL.pack(b"PK\x03\x04", _VERSION, *facts) + part.name
        directory.append(_ENTRY.pack(b"PK\x01\x02", _VERSION, _VERSION, *facts, 0, 0, 0, 0, offset) + part.name)
        yield header
        yield part.body
        offset += len(header) + len(part.body)
    listed = b"".join(directory)
    yield listed
    yield _END.pack(b"PK\x05\x06", 0, 0, len(directory), len(directory), len(listed), offset, 0)
