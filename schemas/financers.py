"""Co-financers: their types, the cerfa's own labels for these types, and the known financers of `data/financeurs.csv`."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from schemas.text import nearest, normalise

REGION = "Région"
REGION_CODE = "region-bretagne"
"""The Région that runs the programme, among the financers: its side is `Décisions Région`."""
COMMUNE = "Commune"
OWN_RESOURCES = "Ressources propres"
TYPES = (
    REGION,
    "État",
    "Département",
    "EPCI",
    COMMUNE,
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
    text = Path(__file__).with_name("data").joinpath("financeurs.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter=";")
    return tuple(Financer(r["code"], r["nom"], r["type"], r["siren"], tuple(filter(None, r["alias"].split("|")))) for r in rows)


class FinancerDirectory:
    """Finds a financer by SIREN, then by name within its type (contract §1). Unknown ones keep a code of their own."""

    def __init__(self, extra: Iterable[Financer] = ()) -> None:
        financers = (*known_financers(), *extra)
        self._by_siren = {f.siren: f for f in financers if f.siren}
        self._by_name = {(f.type, normalise(name)): f for f in financers for name in (f.name, *f.aliases)}
        self._labels = {label: f.name for f in financers for label in (f.name, *f.aliases)}

    def match(self, name: str | None, kind: str | None, siret: str | None) -> tuple[Financer | None, Financer | None]:
        """The known financers to whom the SIREN (first nine digits of a SIRET) and the name, within its type, point."""
        digits = siret or ""
        siren = digits[:9] if digits.isdecimal() and len(digits) in (9, 14) else ""
        return self._by_siren.get(siren), self._by_name.get((kind or "", normalise(name or "")))

    def find(self, name: str | None, kind: str | None, siret: str | None) -> Financer:
        """The financer meant: by its SIREN, then by its name; an unknown one under its own name and type."""
        by_siren, by_name = self.match(name, kind, siret)
        key = normalise(f"{kind or ''} {name or ''}").replace(" ", "-")
        return by_siren or by_name or Financer(key, (name or "").strip(), kind or "", "", ())

    def like(self, name: str) -> list[str]:
        """Names of known financers that look like this one, by name or alias: a suggestion, never a match."""
        return list(dict.fromkeys(self._labels[label] for label in nearest(name, self._labels, count=9)))[:3]
