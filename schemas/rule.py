"""What a rule is: its code, its gravity and its sentences. The rules themselves are in `schemas.rules`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Gravity = Literal["erreur", "avertissement", "information"]
Stage = Literal["lecture", "pandera", "croisement"]

GRAVITIES: tuple[Gravity, ...] = ("erreur", "avertissement", "information")
STATES = ("ouvert", "levé", "corrigé", "exclu")
UNREADABLE = ("FIC001", "FIC002", "FIC003")
"""Rules by which a file is refused before anything in it is read."""
MESSAGE_LIMIT = 300
_QUOTED = ("valeur", "champ", "poste", "financeur", "lu")
"""Facts that quote what a sender wrote, however long."""
_QUOTE_LIMIT = 80


@dataclass(frozen=True)
class Rule:
    """One rule. `stage` says where it is raised; `parameter` names the dated value it applies, where there is one.

    `cases` are other corrections, by name: the fact `cas` chooses one (« proche »: a word that looks like the one written is known).
    """

    code: str
    gravity: Gravity
    title: str
    message: str
    correction: str
    stage: Stage
    parameter: str = ""
    cases: Mapping[str, str] = field(default_factory=dict)

    def say(self, facts: Mapping[str, str]) -> tuple[str, str]:
        """The message and the correction for these facts; a fact that is not known reads as nothing.

        `ici` is made of the fact `cellule`: « dans la cellule E5 », or nothing.
        """
        cell = facts.get("cellule")
        known = _Blank(facts, ici=f" dans la cellule {cell}" if cell else "")
        known.update((name, _cut(facts[name], _QUOTE_LIMIT)) for name in _QUOTED if name in facts)
        correction = self.cases.get(facts.get("cas", ""), self.correction)
        return _fit(self.message.format_map(known)), _fit(correction.format_map(known))


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _fit(sentence: str) -> str:
    return _cut(sentence.replace("  ", " ").strip(), MESSAGE_LIMIT)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
