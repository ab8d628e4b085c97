"""The two sides of each financing: what the dossier says and what the financer says, per key and line by line."""

from datetime import date

import pandera.polars as pa

from schemas.columns import Euros
from schemas.table import Table, key, money, text

AGREE, DIFFER, DOSSIER_ONLY, FINANCER_ONLY, UNANSWERED = MATCHES = ("concordant", "écart", "dossier seul", "financeur seul", "sans réponse")
"""What comparing the two sides gives."""
STATEMENT_LINE, DECISION_LINE, PAYMENT_LINE = ORIGINS = ("état", "décision", "mandat")
"""Where a line of the financer's side comes from; decisions and payments are the Région's."""


class Financements(Table):
    """A row per project, exercice and financer."""

    pays_code: str = key("Code du Pays.")
    projet: int = key("Numéro du projet dans le Pays.")
    volet: str = key("Préfiguration ou fonctionnement.")
    exercice: int = key("Année du financement.")
    financeur_id: str = key("Code du financeur.")
    campagne: int = pa.Field(description="Année de la campagne du dossier accepté ; sans lui, de l'état ou des décisions.")
    type_financeur: str = pa.Field(description="Type de financeur.")
    financeur: str = pa.Field(description="Nom du financeur.")
    sollicite_eur: Euros = money("Montant sollicité selon le dossier.")
    acquis_eur: Euros = money("Montant acquis selon le dossier, sans ce qui y est refusé ou sous réserve.")
    vote_eur: Euros = money(
        "Montant voté selon le financeur ; pour la Région, part de l'exercice dans ses décisions. Vide : il n'en dit rien."
    )
    verse_eur: Euros = money("Montant versé selon le financeur ; pour la Région, mandats de l'exercice.")
    confirme_eur: Euros = money(
        "Voté selon le financeur, sans réserve ; 0 si aucun dossier accepté ne couvre l'exercice. Le vote d'une commune ne confirme "
        "que l'année où il est pris."
    )
    declare_eur: Euros = money("Acquis du dossier, daté et référencé, là où aucun état n'est venu.")
    espere_eur: Euros = money(
        "Montant des lignes du dossier, moins confirmé et déclaré ; 0 après un refus. Promesses sous réserve comprises."
    )
    ecart_eur: Euros = money("Voté moins ce que dit le dossier : acquis, ou sollicité si rien n'est acquis. Vide : sans réponse.")
    etat: str = pa.Field(isin=list(MATCHES), description="Résultat du rapprochement.")


class Rapprochement(Table):
    """A row per line of a dossier's plan beside a line of the financer, within one row of `financements`; each line stands once."""

    pays_code: str = key("Code du Pays.")
    projet: int = key("Numéro du projet dans le Pays.")
    volet: str = key("Préfiguration ou fonctionnement.")
    exercice: int = key("Année du financement.")
    financeur_id: str = key("Code du financeur.")
    rang: int = key("Rang de la paire de lignes pour ce financement : 1, 2, 3…")
    type_financeur: str = pa.Field(description="Type de financeur.")
    financeur: str = pa.Field(description="Nom du financeur.")
    sollicite_eur: Euros = money("Montant sollicité de la ligne du dossier.")
    acquis_eur: Euros = money("Montant acquis de la ligne du dossier, sans ce qui y est refusé ou sous réserve.")
    statut: str = text("Statut de la ligne du dossier.")
    fichier_dossier: str = text("Dossier ; vide si aucune de ses lignes ne répond à celle du financeur.")
    feuille_dossier: str = text("Feuille du dossier.")
    cellule_dossier: str = text("Cellule du montant dans le dossier.")
    origine: str = text("D'où vient la ligne du financeur : état, décision ou mandat.", isin=list(ORIGINS))
    vote_eur: Euros = money("Montant voté de la ligne du financeur, ou part de l'exercice dans une décision de la Région.")
    verse_eur: Euros = money("Montant versé ou mandaté.")
    date_vote: date = text("Jour du vote, ou de l'émission du mandat.")
    reference: str = text("Référence de la délibération, ou numéro du mandat.")
    fichier_financeur: str = text("Fichier du financeur ; vide s'il n'a pas de ligne en regard.")
    feuille_financeur: str = text("Feuille du financeur.")
    cellule_financeur: str = text("Cellule du montant chez le financeur.")
    ecart_eur: Euros = money("Voté moins montant du dossier, pour cette paire ; la somme est l'écart du financement.")
    etat: str = pa.Field(isin=list(MATCHES), description="Résultat du rapprochement du financement.")
