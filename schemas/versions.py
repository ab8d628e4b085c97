"""Tables on what a new version of a file changed: against the version before it, by finding and by heading of the budget."""

import pandera.polars as pa

from schemas.columns import Euros
from schemas.rules import GRAVITIES, RULES
from schemas.table import Table, key, money, text

MENDED, UNKNOWN, STAYS, ADDED = "réglé", "non vérifié", "reste", "nouveau"
EVOLUTIONS = (STAYS, ADDED, UNKNOWN, MENDED)
"""What became of a finding, what is left to do first. `non vérifié`: it is no longer said, but what it rests on can no longer be read."""


class Versions(Table):
    """A row per file that comes after another of the same dossier, compte rendu or statement, whatever is decided of either."""

    fichier: str = key("Fichier de la version la plus récente des deux.")
    precedent: str = pa.Field(description="Fichier de la version précédente : la dernière avant, par date de dépôt, version et arrivée.")
    restent: int = pa.Field(ge=0, description="Erreurs et avertissements qui étaient déjà là.")
    nouveaux: int = pa.Field(ge=0, description="Erreurs et avertissements que la version précédente n'avait pas.")
    non_verifies: int = pa.Field(ge=0, description="Ceux qui ne sont plus signalés, mais dont les cellules ne se lisent plus.")
    regles: int = pa.Field(ge=0, description="Erreurs et avertissements de la version précédente qui ont disparu.")
    avant_eur: Euros = money("Euros lus dans la version précédente.")
    apres_eur: Euros = money("Euros lus dans la plus récente.")
    ecart_eur: Euros = money("Différence : la somme de ses lignes dans versions_montants.")


class VersionsConstats(Table):
    """A row per finding of either version, in one of four evolutions. Findings that other files cause are left out."""

    fichier: str = key("Fichier de la version la plus récente des deux.")
    constat_id: str = key("Le constat de la plus récente, ou de la précédente s'il n'y est plus.")
    precedent: str = pa.Field(description="Fichier de la version précédente.")
    evolution: str = pa.Field(isin=list(EVOLUTIONS), description="reste, nouveau, non vérifié ou réglé.")
    gravite: str = pa.Field(isin=list(GRAVITIES), description="erreur, avertissement ou information.")
    code: str = pa.Field(isin=list(RULES), description="Code de la règle.")
    feuille: str = pa.Field(description="Feuille, dans la version qui porte le constat.")
    cellule: str = pa.Field(description="Cellule, dans la version qui porte le constat.")
    cellule_avant: str = text("Pour un constat qui reste, sa cellule dans la version précédente.")
    message: str = pa.Field(description="Ce qui ne va pas, ou n'allait pas, en une phrase.")
    correction: str = pa.Field(description="Ce qu'il faut faire, ou ce qu'il fallait faire.")


class VersionsMontants(Table):
    """A row per heading and exercice whose amount changed from one version to the next."""

    fichier: str = key("Fichier de la version la plus récente des deux.")
    rubrique: str = key("Compte de la rubrique ; pour un état de cofinanceur, code du Pays, projet et volet ; vide si rien ne se lit.")
    exercice: int = pa.Field(nullable=True, metadata={"key": True}, description="Année ; vide si elle n'a pas pu être lue.")
    precedent: str = pa.Field(description="Fichier de la version précédente.")
    libelle: str = pa.Field(description="Intitulé de la rubrique, ou Pays et volet.")
    avant_eur: Euros = money("Montant lu dans la version précédente.")
    apres_eur: Euros = money("Montant lu dans la plus récente.")
    ecart_eur: Euros = money("Différence.")
