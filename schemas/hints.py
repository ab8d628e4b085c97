"""What people write for a listed value or an account: it only helps to suggest one, never to read it."""

import re
from functools import lru_cache

from schemas.accounts import Account, account_of, accounts
from schemas.financers import CERFA_LABELS, TYPES
from schemas.text import nearest

HINTS: dict[str, tuple[str, ...]] = {
    "État": ("DRAC", "DIRECCTE", "DDCS", "Préfecture", "ministère", "FNADT"),
    "Département": ("conseil départemental",),
    "Région": ("conseil régional",),
    "EPCI": ("communauté de communes", "communauté d'agglomération", "communauté urbaine", "métropole", "CC", "syndicat mixte"),
    "Commune": ("mairie", "ville", "municipalité"),
    "Organisme social": ("CAF", "MSA", "CPAM", "sécurité sociale"),
    "Europe": ("FSE", "FEDER", "LEADER", "FEADER", "Union européenne"),
    "ASP": ("emploi aidé", "contrat aidé", "CNASEA"),
    "Autre public": ("Caisse des dépôts", "CDC", "établissement public"),
    "Acteur ESS": ("fondation", "mutuelle", "coopérative", "association"),
    "Privé": ("entreprise", "mécénat", "banque"),
    "Ressources propres": ("autofinancement", "fonds propres", "cotisations", "apport"),
    "à solliciter": ("à demander", "envisagé", "prévu"),
    "sollicité": ("demandé", "en cours", "déposé", "en attente", "en instruction"),
    "voté": ("accordé", "acquis", "obtenu", "attribué", "notifié", "délibéré"),
    "conventionné": ("convention signée", "signé"),
    "versé": ("payé", "reçu", "encaissé", "perçu"),
    "refusé": ("rejeté",),
    "coopérative": ("SCOP", "SCIC"),
    "structure d'insertion": ("entreprise d'insertion", "chantier d'insertion", "régie de quartier", "SIAE"),
    "collectivité": ("commune", "EPCI", "mairie", "Département", "Région"),
    "préfiguration": ("étude",),
    "fonctionnement": ("poste", "chargé de mission"),
    "création ex nihilo": ("création",),
}
"""Listed value → what it is often called."""


def nearest_choices(text: str, choices: tuple[str, ...]) -> list[str]:
    """The allowed values that look like the text, or that it is another word for; the best first, three at most."""
    labels = _labels(choices)
    return list(dict.fromkeys(labels[label] for label in nearest(text, labels, count=9)))[:3]


@lru_cache(maxsize=64)
def _labels(choices: tuple[str, ...]) -> dict[str, str]:
    """What each allowed value is called → that value."""
    labels = {choice: choice for choice in choices}
    for choice in choices:
        labels |= {word: choice for word in HINTS.get(choice, ()) if word not in labels}
    if set(choices) & set(TYPES):
        labels |= {label: kind for label, kind in CERFA_LABELS.items() if kind in choices and label not in labels}
    return labels


ACCOUNT_HINTS: dict[str, tuple[str, ...]] = {
    "613": ("loyer",),
    "625": ("frais de mission",),
    "641": ("salaire", "salaire brut"),
    "645": ("charges patronales", "URSSAF"),
    "RP": ("autofinancement", "fonds propres"),
}
"""Account → what its lines are often called, beside its label."""
_LOOK_ALIKE = str.maketrans("OoIlSsBb", "00115588")
"""Letters typed for the figure that they look like."""
_NUMBER = re.compile(r"\b[0-9][0-9OoIlSsBb.]+\b")


def nearest_accounts(written: str) -> list[str]:
    """The accounts that a text may mean, as « 604 Prestations de services »: by number (`6O4`), else by label; three at most."""
    numbers = (account_of(n.translate(_LOOK_ALIKE).replace(".", "")) for n in _NUMBER.findall(written))
    found = [account for account in numbers if account]
    if not found:
        labels = _account_labels()
        found = [labels[label] for label in nearest(_NUMBER.sub(" ", written), labels)]
    return list(dict.fromkeys(f"{account.code} {account.label}" for account in found))[:3]


@lru_cache(maxsize=1)
def _account_labels() -> dict[str, Account]:
    return {label: a for a in accounts().values() for label in (a.label, *a.aliases, *ACCOUNT_HINTS.get(a.code, ()))}
