"""What the Région votes, engages and pays, when it falls due, and what scenarios add: output tables."""

from datetime import date

import pandera.polars as pa

from schemas.columns import Euros
from schemas.spec import VOLETS
from schemas.table import Table, key, money, text

FIRM, ASKED, FORECAST = DUE = ("ferme", "demandé", "prévision")
"""Natures of what falls due: voted; accepted and not voted; a scenario's."""


class Engagements(Table):
    """A row per decision row of the Région: voted, engaged, paid."""

    decision: str = key("Ligne de décision : fichier, feuille et ligne.")
    pays_code: str = pa.Field(description="Code du Pays.")
    projet: int = pa.Field(description="Numéro du projet.")
    volet: str = pa.Field(description="Préfiguration ou fonctionnement.")
    nature: str = pa.Field(description="Attribution, avenant, annulation, refus ou ajournement.")
    beneficiaire: str = text("Structure qui reçoit l'aide.")
    vote_eur: Euros = money("Montant voté, signé.")
    engage_eur: Euros = money(
        "Montant engagé : 0 tant qu'aucune convention n'est signée. Une annulation réduit l'engagement des attributions qu'elle annule."
    )
    mandate_eur: Euros = money(
        "Montant mandaté : mandats du même numéro d'engagement, sinon du projet, de la décision la plus ancienne à la dernière."
    )
    reste_a_mandater_eur: Euros = money("Engagé moins mandaté.")
    premier_exercice: int = pa.Field(description="Première année aidée.")
    duree_ans: int = pa.Field(description="Nombre d'années aidées.")
    date_decision: date = text("Jour de la commission permanente.")
    date_convention: date = text("Jour de la signature.")
    reference: str = text("Référence de la délibération.")
    numero_engagement: str = text("Numéro d'engagement.")
    fichier: str = pa.Field(description="Fichier source.")
    feuille: str = pa.Field(description="Feuille source.")
    cellule: str = pa.Field(description="Cellule du montant voté.")


class Echeancier(Table):
    """A row per project, exercice and nature: what falls due when."""

    pays_code: str = key("Code du Pays.")
    projet: int = key("Numéro du projet.")
    volet: str = key("Préfiguration ou fonctionnement.")
    exercice: int = key("Année.")
    nature: str = key("ferme (voté), demandé (dossier accepté, non voté) ou prévision (scénario).", isin=list(DUE))
    prevu_eur: Euros = money(
        "Montant attendu. Un vote sans réserve se répartit en centimes égaux sur sa durée, la dernière année prenant le reste."
    )
    mandate_eur: Euros = money("Montant mandaté, à l'exercice du mandat.")


class Previsions(Table):
    """A row per line of the scenario and exercice: what it adds to the votes and requests."""

    scenario: str = key("Nom du scénario dans la configuration.")
    pays_code: str = key("Code du Pays.")
    projet: int = key("Numéro du projet.")
    exercice: int = key("Année.")
    volet: str = pa.Field(isin=list(VOLETS), description="Toujours le fonctionnement : une étude qui devient un pôle.")
    annuite: int = pa.Field(description="Rang de l'année d'aide.")
    postes: int = pa.Field(description="Nombre de postes du scénario.")
    plafond_eur: Euros = money("Aide par poste et par an : celle du scénario, sinon le plafond en vigueur au premier jour.")
    reference: str = pa.Field(description="Texte ou hypothèse d'où vient ce montant.")
    scenario_eur: Euros = money("Postes × aide par poste.")
    deja_eur: Euros = money("Ce qui est déjà voté ou demandé pour ce projet et cet exercice.")
    prevision_eur: Euros = money("Ce que le scénario ajoute : jamais négatif, jamais compté deux fois.")


class ScenarioEcarts(Table):
    """A row per request that the scenario's own values would treat otherwise: who is affected, by how much."""

    scenario: str = key("Nom du scénario dans la configuration.")
    fichier: str = key("Dossier.")
    code: str = key("Règle qui applique le paramètre.")
    poste: str = key("Poste ; vide pour une étude.")
    annuite: int = key("Annuité ; 0 pour une étude ou un nombre de postes.")
    exercice: int = key("Exercice ; 0 si la règle porte sur toute l'étude ou l'annuité.")
    pays_code: str = pa.Field(description="Code du Pays.")
    projet: int = pa.Field(description="Numéro du projet.")
    volet: str = pa.Field(description="Préfiguration ou fonctionnement.")
    decision: str = pa.Field(description="Ce que le logiciel fait aujourd'hui du dossier.")
    date_regle: date = pa.Field(description="Jour qui choisit la valeur : décision de la Région, sinon dépôt.")
    demande_eur: Euros = money("Aide demandée.")
    limite_actuelle: str = text("Limite en vigueur ; vide si aucune valeur n'est connue.")
    limite_scenario: str = text("Limite du scénario.")
    admis_actuel_eur: Euros = money("Part de la demande admise aujourd'hui.")
    admis_scenario_eur: Euros = money("Part de la demande admise dans le scénario.")
    ecart_eur: Euros = money("Admis dans le scénario moins admis aujourd'hui.")
