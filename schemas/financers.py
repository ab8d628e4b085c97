"""Co-financers: their types, the cerfa's own labels for these types, and the known financers of `data/financeurs.csv`."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from schemas.text import normalise

REGION = "Région"
OWN_RESOURCES = "Ressources propres"
TYPES = (
    REGION,
    "État",
    "Département",
    "EPCI",
    "Commune",
    "Organisme social",
    "Europe",
    "ASP",
    "Autre public",
    "Acteur ESS",
    "Privé",
    OWN_RESOURCES,
)
CERFA_LABELS: dict[str, str] = {
    "Région(s)": REGION,
    "État : précisez le(s) ministère(s) sollicité(s)": "État",
    "État (préciser le(s) ministère(s) sollicité(s))": "État",
    "Département(s)": "Département",
    "Conseil général": "Département",
    "Intercommunalité(s)": "EPCI",
    "Intercommunalité(s) : EPCI": "EPCI",
    "Intercommunalités": "EPCI",
    "Commune(s)": "Commune",
    "Organismes sociaux": "Organisme social",
    "Organismes sociaux (détailler)": "Organisme social",
    "Organismes sociaux (à détailler)": "Organisme social",
    "Fonds européens": "Europe",
    "ASP (emplois aidés)": "ASP",
    "ASP emplois aidés": "ASP",
    "CNASEA (emplois aidés)": "ASP",
    "L'agence de services et de paiement (ex-CNASEA - emplois aidés)": "ASP",
    "Autres établissements publics": "Autre public",
    "Acteurs ESS": "Acteur ESS",
    "Aides privées": "Privé",
    "Autres aides privées": "Privé",
}
"""The labels that the form itself gives to the sub-lines of account 74, and the type each one means."""


@lru_cache(maxsize=4096)
def type_of(label: str) -> str | None:
    """The type of financer that a label names (the type itself or the cerfa's label), or None."""
    return _type_labels().get(normalise(label))


@lru_cache(maxsize=1)
def _type_labels() -> dict[str, str]:
    return {normalise(k): v for k, v in ({t: t for t in TYPES} | CERFA_LABELS).items()}


@dataclass(frozen=True)
class Financer:
    """A financer with a stable code. `siren` is empty where none is known."""

    code: str
    name: str
    type: str
    siren: str
    aliases: tuple[str, ...]


@lru_cache(maxsize=1)
def known_financers() -> tuple[Financer, ...]:
    """The financers that the package ships; config.toml adds to them."""
    text = files("schemas").joinpath("data/financeurs.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter=";")
    return tuple(Financer(r["code"], r["nom"], r["type"], r["siren"], tuple(filter(None, r["alias"].split("|")))) for r in rows)


class FinancerDirectory:
    """Finds a financer by SIREN, then by name within its type (contract §1). Unknown ones keep a code of their own."""

    def __init__(self, extra: Iterable[Financer] = ()) -> None:
        financers = (*known_financers(), *extra)
        self._by_siren = {f.siren: f for f in financers if f.siren}
        self._by_name = {(f.type, normalise(name)): f for f in financers for name in (f.name, *f.aliases)}

    def find(self, name: str | None, kind: str | None, siret: str | None) -> Financer:
        """The financer meant. `siret` is believed only where the caller found it valid (14 digits, or 9 for a SIREN)."""
        known = self._by_siren.get((siret or "")[:9]) or self._by_name.get((kind or "", normalise(name or "")))
        if known:
            return known
        key = normalise(f"{kind or ''} {name or ''}").replace(" ", "-")
        return Financer(key, (name or "").strip(), kind or "", (siret or "")[:9], ())
