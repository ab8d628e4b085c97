"""Table `changements`: of each euro that moved since the last arrêté (else the last run that had news), what moved it."""

import pandera.polars as pa

from schemas.columns import Euros
from schemas.table import Table, key, money

ARRIVED = "fichier arrivé"
LEFT = "fichier retiré"
ALTERED = "contenu changé"
DECIDED = "décision changée"
RULED = "arbitrage"
CAPPED = "paramètre"
OVERLAPPED = "réactualisé"
RULES = "règle ou date"
CAUSES = (ARRIVED, LEFT, ALTERED, DECIDED, RULED, CAPPED, OVERLAPPED, RULES)

MEASURES = (
    "Charges retenues", "Produits retenus", "Demandé à la Région", "Confirmé", "Déclaré", "Espéré", "Voté par les cofinanceurs",
    "Voté par la Région", "Mandaté par la Région",
)  # fmt: skip
"""What is followed; charges and produits without 86 and 87."""


class Changements(Table):
    """A row per measure, project, exercice and file whose amount moved."""

    mesure: str = key("Ce qui est mesuré.", isin=list(MEASURES))
    pays_code: str = key("Code du Pays.")
    projet: int = key("Numéro du projet.")
    volet: str = key("Préfiguration ou fonctionnement.")
    exercice: int = key("Année ; pour un vote, la première année aidée.")
    fichier: str = key("Fichier dont le montant a changé ; pour un montant tiré de plusieurs fichiers, ceux qui l'ont fait changer.")
    avant_eur: Euros = money("Montant à la référence.")
    apres_eur: Euros = money("Montant de ce passage.")
    ecart_eur: Euros = money("Après moins avant.")
    cause: str = pa.Field(isin=list(CAUSES), description="Ce qui a fait changer le montant.")
    explication: str = pa.Field(description="La même chose en une phrase.")
    reference: str = pa.Field(description="À quoi ce passage est comparé : un arrêté, ou un passage du registre.")
