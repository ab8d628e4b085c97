"""What the bytes of a received file really are, and whether they are safe to hand to a reader."""

import io
import zipfile
from dataclasses import dataclass

import olefile

from schemas.parameters import Limits

EXTENSIONS = (".xlsx", ".xlsm", ".xls", ".ods")
_MB = 1_000_000
_RATIO_FLOOR = 4 * _MB
"""Below this unpacked size a high compression ratio is harmless, and usual for small XML."""


class Refusal(Exception):
    """The file is not read: `code` is a rule of the catalogue, `detail` what it really is, in French. Never leaves `workbooks`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Container:
    """Bytes that may be read. `format` is `xlsx` (also for .xlsm), `ods` or `xls`; `parts` is the archive of the first two."""

    format: str
    data: bytes
    parts: zipfile.ZipFile | None = None


def open_container(data: bytes, limits: Limits) -> Container:
    """Recognise the format by content, never by name, and apply the limits. Raises Refusal."""
    if len(data) > limits.taille_mo * _MB:
        raise Refusal("FIC003", f"{len(data) / _MB:.0f} Mo, pour {limits.taille_mo} Mo admis")
    if data.startswith(b"PK\x03\x04"):
        return _open_zip(data, limits)
    if data.startswith(olefile.MAGIC):
        return _open_ole(data)
    raise Refusal("FIC001", _what_else(data))


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


def _open_zip(data: bytes, limits: Limits) -> Container:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError):
        raise Refusal("FIC001", "il est incomplet ou endommagé") from None
    _check_parts(parts, limits)
    names = {p.filename for p in parts}
    if "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype"):
        return Container("ods", data, archive)
    if "xl/workbook.bin" in names:
        raise Refusal("FIC001", "c'est un classeur binaire (.xlsb)")
    if any(n.startswith("word/") for n in names):
        raise Refusal("FIC001", "c'est un document Word")
    if any(n.startswith("ppt/") for n in names):
        raise Refusal("FIC001", "c'est une présentation PowerPoint")
    if "_rels/.rels" in names and any(n.endswith("workbook.xml") for n in names):
        return Container("xlsx", data, archive)
    raise Refusal("FIC001", "c'est une archive ZIP, pas un classeur")


def _check_parts(parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    unpacked = sum(p.file_size for p in parts)
    packed = sum(p.compress_size for p in parts) or 1
    if len(parts) > limits.parties:
        raise Refusal("FIC003", f"{len(parts)} parties, pour {limits.parties} admises")
    if unpacked > limits.taille_depliee_mo * _MB:
        raise Refusal("FIC003", f"{unpacked / _MB:.0f} Mo une fois décompressé, pour {limits.taille_depliee_mo} Mo admis")
    if unpacked > _RATIO_FLOOR and unpacked > packed * limits.taux_compression:
        raise Refusal("FIC003", f"taux de compression de {unpacked // packed}, pour {limits.taux_compression} admis")
    if any(p.flag_bits & 1 for p in parts):
        raise Refusal("FIC002")
    if any(p.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for p in parts):
        raise Refusal("FIC001", "sa méthode de compression n'est pas celle d'un classeur")
    names = [p.filename for p in parts]
    if len(set(names)) != len(names) or any(".." in n.split("/") or n.startswith("/") for n in names):
        raise Refusal("FIC003", "sa structure interne est anormale")


def _open_ole(data: bytes) -> Container:
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
