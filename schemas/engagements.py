"""Sheet `Engagements` of an État cofinanceur: what a co-financer has voted and paid."""

from datetime import date

from schemas.columns import (
    COMMENT_WORDS,
    EXERCICE_WORDS,
    FINANCEUR_WORDS,
    PAYS_WORDS,
    POLE_WORDS,
    PROJET_WORDS,
    REFERENCE_WORDS,
    TYPE_FINANCEUR_WORDS,
    Euros,
    Sheet,
    conditional,
    field,
    others,
)
from schemas.financers import TYPES
from schemas.spec import VOLETS


class Engagements(Sheet):
    """A row per Pays, volet and exercice."""

    financeur: str = field(
        "Financeur", "texte", "Nom du cofinanceur, s'il diffère de celui de l'Identification.", aliases=FINANCEUR_WORDS,
        example="Conseil général du Morbihan",
    )  # fmt: skip
    type_financeur: str = field(
        "Type de financeur", "choix", "Catégorie du cofinanceur.", choices=TYPES, aliases=TYPE_FINANCEUR_WORDS, example="Département"
    )
    pays_code: str = field(
        "Pays", "pays", "Nom ou code du Pays.", required=True, alternative="pole", aliases=PAYS_WORDS, example="Pays de Vannes"
    )
    pole: str = field("Pôle", "pole", "Nom du pôle, à défaut du Pays.", aliases=POLE_WORDS)
    projet: int = field("Projet", "entier", "Numéro du projet dans le Pays.", default=1, aliases=PROJET_WORDS, example=1)
    volet: str = field("Volet", "choix", "Préfiguration ou fonctionnement.", required=True, choices=VOLETS, example="fonctionnement")
    exercice: int = field("Exercice", "annee", "Année du financement.", required=True, aliases=EXERCICE_WORDS, example=2010)
    vote_eur: Euros = field(
        "Montant voté", "montant", "Montant voté par l'assemblée.", required=True, unit="€", example=10000, ge=0,
        aliases=("Montant accordé", "Montant attribué", "Subvention votée", "Subvention accordée", "Aide votée", "Voté"),
    )  # fmt: skip
    verse_eur: Euros = field(
        "Montant versé", "montant", "Montant déjà payé.", unit="€", example=5000, ge=0,
        aliases=("Montant payé", "Montant mandaté", "Subvention versée", "Aide versée", "Versé", "Payé"),
    )  # fmt: skip
    date_deliberation: date = field(
        "Date de délibération", "date", "Jour du vote.", aliases=("Date du vote", "Date de décision"), example="2010-05-20"
    )
    reference: str = field("Référence", "texte", "Numéro de la délibération.", aliases=REFERENCE_WORDS, example="DEL-2010-001")
    observation: str = field("Observation", "texte", "Toute précision utile.", aliases=others(COMMENT_WORDS, "Observation"))
    sous_reserve: bool = conditional()
