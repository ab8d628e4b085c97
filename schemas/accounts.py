"""The budget's accounts: the lines of cerfa 12156*03, from `data/comptes.csv` (contract §1, Budget)."""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from schemas.text import bare, normalise

SUBSIDIES = "74"
"""The account whose sub-lines bear its own number, with a type of financer as their label."""
IN_KIND = ("86", "87")
"""Voluntary contributions in kind: outside both totals, and equal to each other."""
CHARGES_TOTAL = "TOTAL DES CHARGES"
PRODUITS_TOTAL = "TOTAL DES PRODUITS"
CHARGES_COLUMN = ("Charges", "Dépenses", "Emplois")
"""How the cerfa heads its left block: one column holds the account and its label (« 60 – Achats »), or the label alone."""
PRODUITS_COLUMN = ("Produits", "Recettes", "Ressources")
AMOUNT_COLUMN = ("Montant", "Montant prévu", "Montant prévisionnel", "Prévision", "Prévisionnel", "Prévu", "Budget", "Budget prévisionnel")
"""How a column of amounts is headed where the exercice is said elsewhere: above the table, or by the dossier's period if it is one year."""
SUBTOTALS = (
    "Charges directes", "Charges directes affectées à l'action", "Charges directes affectées au projet", "Ressources directes",
    "Produits directs", "Ressources directes affectées à l'action", "Ressources directes affectées au projet",
)  # fmt: skip
"""Titles of the cerfa that group headings: an amount beside one is a subtotal."""


@dataclass(frozen=True)
class Account:
    """One listed account. `heading` is the account of its heading (its own code for a heading)."""

    code: str
    label: str
    heading: str
    side: str
    aliases: tuple[str, ...]

    @property
    def is_heading(self) -> bool:
        """A heading has sub-lines or stands alone; a sub-line belongs to a heading."""
        return self.code == self.heading


@lru_cache(maxsize=1)
def accounts() -> dict[str, Account]:
    """All listed accounts by code, in the form's order."""
    text = Path(__file__).with_name("data").joinpath("comptes.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter=";")
    return {r["code"]: Account(r["code"], r["libelle"], r["rubrique"], r["sens"], tuple(filter(None, r["alias"].split("|")))) for r in rows}


@lru_cache(maxsize=1)
def _sub_lines() -> dict[tuple[str, str], Account]:
    return {(a.heading, _key(text)): a for a in accounts().values() if not a.is_heading for text in (a.label, *a.aliases)}


@lru_cache(maxsize=1)
def _headings() -> dict[str, Account]:
    return {_key(text): a for a in accounts().values() if a.is_heading for text in (a.label, *a.aliases)}


def _key(label: str) -> str:
    return bare(normalise(label))


def sub_line(heading: str, label: str) -> Account | None:
    """The sub-line of that heading that bears this label or another of the form's words for it, articles and plurals aside."""
    return _sub_lines().get((heading, _key(label)))


def heading_named(label: str) -> Account | None:
    """The heading that bears this label or another of the form's words for it, articles and plurals aside."""
    return _headings().get(_key(label))


@lru_cache(maxsize=4096)
def account_of(code: str) -> Account | None:
    """The listed account under which `code` is read: itself, else the longest listed one that it starts with, else None."""
    listed = accounts()
    for length in range(len(code), 1, -1):
        if code[:length] in listed:
            return listed[code[:length]]
    return None
