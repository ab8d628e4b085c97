"""Sheet `Engagements` of an État cofinanceur: what a co-financer has voted and paid."""

from datetime import date

from schemas.columns import Euros, Sheet, conditional, field
from schemas.financers import TYPES
from schemas.spec import VOLETS


class Engagements(Sheet):
    """A row per Pays, volet and exercice."""

    financeur: str = field(
        "Financeur", "texte", "Nom du cofinanceur, s'il diffère de celui de l'Identification.", example="Conseil général du Morbihan"
    )
    type_financeur: str = field("Type de financeur", "choix", "Catégorie du cofinanceur.", choices=TYPES, example="Département")
    pays_code: str = field("Pays", "pays", "Nom ou code du Pays.", required=True, alternative="pole", example="Pays de Vannes")
    pole: str = field("Pôle", "pole", "Nom du pôle, à défaut du Pays.")
    projet: int = field("Projet", "entier", "Numéro du projet dans le Pays.", default=1, example=1)
    volet: str = field("Volet", "choix", "Préfiguration ou fonctionnement.", required=True, choices=VOLETS, example="fonctionnement")
    exercice: int = field("Exercice", "annee", "Année du financement.", required=True, aliases=("Année",), example=2010)
    vote_eur: Euros = field("Montant voté", "montant", "Montant voté par l'assemblée.", required=True, unit="€", example=10000, ge=0)
    verse_eur: Euros = field("Montant versé", "montant", "Montant déjà payé.", unit="€", example=5000, ge=0)
    date_deliberation: date = field("Date de délibération", "date", "Jour du vote.", example="2010-05-20")
    reference: str = field("Référence", "texte", "Numéro de la délibération.", example="DEL-2010-001")
    observation: str = field("Observation", "texte", "Toute précision utile.", aliases=("Observations",))
    sous_reserve: bool = conditional()
