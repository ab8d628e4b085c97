"""The page of one Pays under `relances/`: one A4 sheet, whatever there is to say. What does not fit is counted, and left to the returns."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import PurePosixPath

from pages.fit import cut, lines_of
from pages.html import one_line, render
from schemas.parameters import Config
from schemas.reminders import FileToMend, ReceivedFile, Remark, Reminder, Share, Unanswered
from schemas.text import count, euros, listing

_PAGE = 57.0
"""Lines of the page, with some to spare (61 in Chromium)."""
_OWN_WORDS, _OF_FILES, _OF_FINANCERS, _REASON = 17.5, 6.0, 5.5, 1.2
"""Lines that the page's own words take: whatever is said, where files are to mend, where financers are silent, and per reason."""
_MOST_RECEIVED, _MOST_SILENT = 5.0, 7.0
"""Lines of the two tables at most, where remarks come as well; with the words above, a longest remark still fits."""
_RULE, _FILE = 0.25, 3.5
"""Lines that a row takes beside its text, and that a file takes beside its remarks."""
_NAMES, _REST, _WIDE = 0.35, 0.6, 0.92
"""Shares of the page's width: the names and the last column in the tables, the remarks."""
_SHARES = 3
"""Amounts of one financer, at most."""


@dataclass(frozen=True)
class _File:
    """A file to mend as it is shown: the remarks that fit, and the number of the others."""

    file: FileToMend
    remarks: list[Remark] = field(default_factory=list)

    @property
    def more(self) -> int:
        return len(self.file.remarks) - len(self.remarks)


def reminder_page(reminder: Reminder, config: Config) -> bytes:
    """The page of one Pays, as HTML."""
    room = _PAGE - _OWN_WORDS - _REASON * len(reminder.reasons)
    room -= (_OF_FILES if reminder.to_mend else 0) + (_OF_FINANCERS if reminder.unanswered else 0)
    others = reminder.to_mend or reminder.unanswered
    received = [_received(f) for f in reminder.received]
    room, kept = _head(
        [max(lines_of(f.path, _NAMES), lines_of(f.document, 0.22), lines_of(f.verdict, 0.26)) for f in received],
        room,
        _MOST_RECEIVED if others else room,
    )
    received = received[:kept]
    silent = [_silent(u) for u in reminder.unanswered]
    heights = [max(lines_of(name, _NAMES), lines_of(said, _REST)) for name, said in silent]
    room, kept = _head(heights, room, _MOST_SILENT if reminder.to_mend else room)
    silent = silent[:kept]
    files = _fitting(reminder.to_mend, room)
    return render(
        "relance.html",
        relance=replace(reminder, pays=cut(one_line(reminder.pays), 1, 0.5), next_action=cut(one_line(reminder.next_action), 1)),
        programme=cut(config.campagne.nom, 1, 0.6),
        expediteur=cut(config.relances.expediteur, 1),
        recus=received,
        autres_recus=_more(reminder.received, received, "autre fichier", "autres fichiers"),
        fichiers=files,
        autres_fichiers=_more(reminder.to_mend, files, "autre classeur à corriger", "autres classeurs à corriger"),
        cofinanceurs=silent,
        autres_cofinanceurs=_more(reminder.unanswered, silent, "autre cofinanceur", "autres cofinanceurs"),
        rejetes=any(f.rejected for f in reminder.to_mend),
        reserves=any(not f.rejected for f in reminder.to_mend),
    )


def _head(heights: Sequence[int], room: float, most: float) -> tuple[float, int]:
    """How many rows of a table fit, the first one always, and the room that they leave."""
    taken = list(accumulate(height + _RULE for height in heights))
    kept = max(sum(lines <= most for lines in taken), min(1, len(taken)))
    return room - (taken[kept - 1] if kept else 0), kept


def _more(whole: Sequence[object], shown: Sequence[object], one: str, several: str) -> str:
    beyond = len(whole) - len(shown)
    return f"et {count(beyond, one, several)}" if beyond else ""


def _received(file: ReceivedFile) -> ReceivedFile:
    document, verdict = cut(one_line(file.document), 2, 0.22), cut(one_line(file.verdict), 2, 0.26)
    return replace(file, path=_name(file.path, _NAMES), document=document, verdict=verdict)


def _name(path: str, share: float) -> str:
    """The file's own name, on two lines at most: the folder is the service's."""
    return cut(one_line(PurePosixPath(path).name), 2, share)


def _silent(financer: Unanswered) -> tuple[str, str]:
    """The financer, and what the dossier expects of it: « 7 000 € en 2010 (acquis) et 7 000 € en 2011 »."""
    shares = [_share(share) for share in financer.shares]
    if len(shares) > _SHARES:
        shares = [*shares[: _SHARES - 1], f"{len(shares) - _SHARES + 1} autres montants"]
    came = " ; l'état reçu est à corriger" if financer.rejected else ""
    return cut(one_line(financer.name), 2, _NAMES), cut(listing(shares, "et") + came, 2, _REST)


def _share(share: Share) -> str:
    return f"{euros(share.amount)} en {share.exercice}{' (acquis)' if share.secured else ''}"


def _fitting(files: Sequence[FileToMend], room: float) -> list[_File]:
    """The remarks that fit: the first of each file, then the second… so that no file is hidden behind another's list."""
    shown = [_File(replace(f, path=_name(f.path, 0.3), annotated=_name(f.annotated, 0.3))) for f in files]
    for rank in range(max((len(f.remarks) for f in files), default=0)):
        for place, file in enumerate(shown):
            if rank >= len(file.file.remarks) or len(file.remarks) < rank:
                continue
            remark = _short(file.file.remarks[rank])
            # The first remark brings the file's own line, and the line that counts those that do not fit.
            needed = _remark_lines(remark) + (_FILE if rank == 0 else 0)
            if needed > room and (place or rank):
                continue
            room -= needed
            file.remarks.append(remark)
    return [file for file in shown if file.remarks]


def _short(remark: Remark) -> Remark:
    place, message = cut(one_line(remark.place), 1, 0.4), one_line(remark.message)
    return Remark(remark.error, place, cut(message, 3, _WIDE), cut(one_line(remark.correction), 3, _WIDE))


def _remark_lines(remark: Remark) -> float:
    return lines_of(f"{remark.place} : {remark.message}", _WIDE) + lines_of(remark.correction, _WIDE) + _RULE
