"""What was really spent beside what was planned, and what is missing before a solde can be paid: output tables."""

import pandera.polars as pa

from schemas.columns import Euros, Quantity
from schemas.table import Table, key, money, text

SETTLED, PAYABLE, INCOMPLETE, TO_COME = SETTLEMENTS = ("soldé", "solde possible", "pièces manquantes", "à venir")


class CompteRendu(Table):
    """A row per project, exercice and account of which a compte rendu is kept; where one side gives only a heading, per heading."""

    pays_code: str = key("Code du Pays.")
    projet: int = key("Numéro du projet.")
    volet: str = key("Préfiguration ou fonctionnement.")
    exercice: int = key("Année de la dépense.")
    compte: str = key("Compte de la liste ; sa rubrique si le compte rendu ou le dossier ne la détaille pas.")
    libelle: str = key("Intitulé du compte ; pour le compte 74, le type de financeur.")
    sens: str = pa.Field(isin=["charge", "produit"], description="Charge ou produit.")
    prevu_eur: Euros = money("Budget du dossier accepté ; s'il n'y en a pas pour l'exercice, montant prévu selon le compte rendu.")
    prevu_declare_eur: Euros = money("Montant prévu selon le compte rendu.")
    realise_eur: Euros = money("Montant réalisé.")
    ecart_eur: Euros = money("Réalisé moins prévu.")
    explication: str = text("Raison de l'écart, selon le compte rendu.")
    fichier: str = pa.Field(description="Compte rendu.")


class Soldes(Table):
    """A row per project and exercice for which the Région has voted an aid: what is paid, what is missing before the solde."""

    pays_code: str = key("Code du Pays.")
    projet: int = key("Numéro du projet.")
    volet: str = key("Préfiguration ou fonctionnement.")
    exercice: int = key("Année aidée.")
    vote_eur: Euros = money("Part de l'exercice dans les votes.")
    engage_eur: Euros = money("Part de l'exercice dans les votes dont la convention est signée.")
    mandate_eur: Euros = money("Mandats du projet, imputés à l'exercice le plus ancien d'abord ; le dernier prend ce qui dépasse.")
    reste_eur: Euros = money("Engagé moins mandaté.")
    charges_prevues_eur: Euros = money("Charges prévues, sans le compte 86.")
    charges_realisees_eur: Euros = money("Charges réalisées selon le compte rendu, sans le compte 86.")
    taux_region: Quantity = text("Part de la Région dans ce qui a été dépensé : voté sur charges réalisées.")
    etat: str = pa.Field(isin=list(SETTLEMENTS), description="Soldé, solde possible, pièces manquantes, ou exercice à venir.")
    manque: str = text("Ce qui manque avant de pouvoir payer le solde.")
