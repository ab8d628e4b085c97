"""The 21 Pays, from `data/pays.csv`. The code is the key: names drift over time."""

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from schemas.text import nearest, normalise

_POLE_SUFFIX = re.compile(r"\s+pays\b.*$", re.IGNORECASE)


@dataclass(frozen=True)
class Pays:
    """A territory. `poles` holds the names of its pôles known in October 2010."""

    code: str
    name: str
    short_name: str
    aliases: tuple[str, ...]
    departements: tuple[str, ...]
    stage_2010: str
    pole: str


@lru_cache(maxsize=1)
def all_pays() -> dict[str, Pays]:
    """The 21 Pays by code."""
    text = Path(__file__).with_name("data").joinpath("pays.csv").read_text("utf-8")
    found = {}
    for r in csv.DictReader(text.splitlines(), delimiter=";"):
        aliases = tuple(filter(None, (*r["alias"].split("|"), *r["alias_ulterieurs"].split("|"))))
        depts = tuple(r["departements"].split("|"))
        found[r["code"]] = Pays(r["code"], r["nom"], r["nom_court"], aliases, depts, r["etape_octobre_2010"], r["pole_octobre_2010"])
    return found


@lru_cache(maxsize=1)
def pays_names() -> dict[str, str]:
    """Normalised name, short name, alias or code → code."""
    names: dict[str, str] = {}
    for pays in all_pays().values():
        for name in (pays.code, str(int(pays.code)), pays.name, pays.short_name, *pays.aliases):
            names[normalise(name)] = pays.code
    return names


@lru_cache(maxsize=4096)
def find_pays(text: str) -> str | None:
    """The code of the Pays that `text` names exactly, once normalised; never the nearest one."""
    return pays_names().get(normalise(text))


@lru_cache(maxsize=4096)
def pays_of_pole(text: str) -> tuple[str, ...]:
    """The codes of the Pays whose pôle bears that name: none, one, or several (`ADESS` stands for Brest and Morlaix)."""
    wanted = normalise(text)
    poles = ((p.code, p.pole) for p in all_pays().values() if p.pole)
    return tuple(code for code, pole in poles if wanted in (normalise(pole), normalise(_POLE_SUFFIX.sub("", pole))))


def nearest_pays(text: str) -> list[str]:
    """Official names of the Pays whose name, short name or alias looks like `text`: a suggestion, never a match."""
    labels = {label: p.name for p in all_pays().values() for label in (p.name, p.short_name, *p.aliases)}
    return list(dict.fromkeys(labels[label] for label in nearest(text, labels, count=5)))[:3]
