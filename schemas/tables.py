"""The output tables (contract §4): one pandera model each, its key unique. `TABLES` lists them in the order of their files."""

from datetime import date

import pandera.polars as pa

from schemas.accounts_rendered import CompteRendu as CompteRendu
from schemas.accounts_rendered import Soldes as Soldes
from schemas.changes import Changements
from schemas.columns import Euros
from schemas.financing import Financements as Financements
from schemas.financing import Rapprochement as Rapprochement
from schemas.programme import Echeancier as Echeancier
from schemas.programme import Engagements as Engagements
from schemas.programme import Previsions as Previsions
from schemas.programme import ScenarioEcarts as ScenarioEcarts
from schemas.region_tables import Arbitrages, Derogations, Plafonds
from schemas.reminders import Relances
from schemas.rules import GRAVITIES, RULES, STATES
from schemas.table import Table as Table
from schemas.table import empty as empty
from schemas.table import key as _key
from schemas.table import key_of as key_of
from schemas.table import money as _money
from schemas.table import polars_schema as polars_schema
from schemas.table import text as _text
from schemas.versions import Versions, VersionsConstats, VersionsMontants

ACCEPTED = "accepté"
ACCEPTED_WITH_RESERVES = "accepté avec réserves"
REJECTED = "rejeté"
REPLACED = "remplacé"
IGNORED = "ignoré"
DECISIONS = (ACCEPTED, ACCEPTED_WITH_RESERVES, REJECTED, REPLACED, IGNORED)

KEPT = "retenu"
UPDATED = "réactualisé"
NOT_COMPARED = "hors rapprochement"

STAGES = (
    "sans démarche", "préfiguration déposée", "étude en cours", "étude rendue", "projet validé", "pôle déposé",
    "pôle en fonctionnement", "aide échue", "abandonné",
)  # fmt: skip
"""The stages of a Pays, from the first to the furthest, then the two that are no longer live."""


class Depots(Table):
    """A row per file found in the inputs."""

    fichier: str = _key("Chemin relatif au dossier des dépôts, avec « / ».")
    empreinte: str = _text("sha256 du contenu.")
    type_document: str = _text("Lequel des cinq documents.")
    pays_code: str = _text("Code du Pays.")
    projet: int = _text("Numéro du projet dans le Pays.")
    financeur: str = _text("Cofinanceur, pour un état.")
    volet: str = _text("Préfiguration ou fonctionnement.")
    campagne: int = _text("Année de la campagne.")
    version: int = _text("Version du document.")
    date_depot: date = _text("Jour de dépôt inscrit dans le document.")
    decision: str = pa.Field(isin=list(DECISIONS), description="Ce que le logiciel en fait.")
    motif: str = pa.Field(description="Pourquoi, en une phrase.")
    erreurs: int = pa.Field(ge=0, description="Constats de gravité erreur encore ouverts.")
    avertissements: int = pa.Field(ge=0, description="Constats de gravité avertissement encore ouverts.")
    retour: str = _text("Classeur de retour, relatif aux sorties.")
    lu_eur: Euros = _money("Euros lus dans le fichier (lignes feuilles du budget et restes de rubriques, ou montants votés et mandatés).")
    compte_eur: Euros = _money("Euros comptés.")
    ecarte_eur: Euros = _money("Euros écartés ; 0 pour un fichier remplacé.")


class Constats(Table):
    """A row per finding."""

    constat_id: str = _key("Identifiant stable : empreinte de ce qui situe le constat.")
    fichier: str = pa.Field(description="Fichier concerné.")
    empreinte: str = _text("sha256 du fichier.")
    pays_code: str = _text("Code du Pays.")
    feuille: str = pa.Field(description="Feuille ; vide si le constat porte sur le fichier.")
    cellule: str = pa.Field(description="Adresse de type A1 ; vide si le constat n'en a pas.")
    code: str = pa.Field(isin=list(RULES), description="Code de la règle.")
    gravite: str = pa.Field(isin=list(GRAVITIES), description="erreur, avertissement ou information.")
    etat: str = pa.Field(isin=list(STATES), description="ouvert, levé, corrigé ou exclu.")
    champ: str = pa.Field(description="Colonne ou libellé concerné.")
    valeur: str = pa.Field(description="Valeur telle qu'écrite.")
    limite: str = pa.Field(description="Plafond ou seuil appliqué.")
    reference: str = pa.Field(description="Texte qui fixe la limite.")
    message: str = pa.Field(description="Ce qui ne va pas, en une phrase.")
    correction: str = pa.Field(description="Ce qu'il faut faire.")
    valeur_retenue: str = _text("Valeur que le service met à la place de celle de la cellule, pour un constat corrigé.")
    arbitrage: str = _text("Motif du service pour un constat levé, corrigé ou exclu, avec sa date et sa référence.")


class BudgetLines(Table):
    """A row per leaf line of an accepted dossier's budget and exercice."""

    pays_code: str = _key("Code du Pays.")
    projet: int = _key("Numéro du projet dans le Pays.")
    volet: str = _key("Préfiguration ou fonctionnement.")
    campagne: int = _key("Année de la campagne.")
    exercice: int = _key("Année de la dépense ou de la recette.")
    compte: str = _key("Compte de la liste sous lequel la ligne est lue.")
    libelle: str = _key("Libellé de la ligne ; pour le compte 74, le type de financeur.")
    fichier: str = _key("Fichier source.")
    cellule: str = _key("Cellule source.")
    feuille: str = pa.Field(description="Feuille source.")
    pays: str = pa.Field(description="Nom du Pays.")
    pole: str = _text("Nom du pôle.")
    porteur: str = _text("Structure porteuse.")
    sens: str = pa.Field(isin=["charge", "produit"], description="Charge ou produit.")
    montant_eur: Euros = pa.Field(description="Montant en euros.", metadata={"unit": "€"})
    etat: str = pa.Field(isin=[KEPT, UPDATED], description="Retenu, ou réactualisé par une campagne plus récente (non compté).")


class SuiviPays(Table):
    """A row per Pays: its stage and what to do next."""

    pays_code: str = _key("Code du Pays.")
    pays: str = pa.Field(description="Nom du Pays.")
    departements: str = pa.Field(description="Départements, séparés par une virgule.")
    etape: str = pa.Field(isin=list(STAGES), description="Étape vivante la plus avancée.")
    etude: str = _text("Étude en cours à côté d'une étape plus avancée.")
    pole: str = _text("Nom du pôle.")
    annuite: int = _text("Rang de l'année d'aide en cours.")
    postes: int = _text("Postes accordés, ou demandés avant le vote.")
    prochaine_action: str = pa.Field(description="Ce que le service doit faire.")
    echeance: date = _text("Pour quand.")


class Provenances(Table):
    """A row per source cell of a summed figure."""

    table: str = _key("Table du chiffre.")
    cle: str = _key("Clé de sa ligne, valeurs séparées par « | ».")
    champ: str = _key("Colonne du chiffre.")
    fichier: str = _key("Fichier source.")
    feuille: str = _key("Feuille source.")
    cellule: str = _key("Cellule source.")


class Controles(Table):
    """A row per control: expected, found, difference."""

    controle: str = _key("Ce qui est contrôlé.")
    attendu: Euros = pa.Field(description="Valeur attendue.")
    obtenu: Euros = pa.Field(description="Valeur obtenue.")
    ecart: Euros = pa.Field(description="Obtenu moins attendu : 0 si tout est compté.")


class Votes(Table):
    """A row per line of an accepted État cofinanceur that counts."""

    fichier: str = _key("Fichier source.")
    feuille: str = _key("Feuille source.")
    ligne: int = _key("Ligne source.")
    financeur_id: str = pa.Field(description="Code du financeur.")
    financeur: str = pa.Field(description="Nom du financeur.")
    type_financeur: str = _text("Type de financeur.")
    campagne: int = pa.Field(description="Année de la campagne.")
    pays_code: str = pa.Field(description="Code du Pays.")
    projet: int = pa.Field(description="Numéro du projet.")
    volet: str = pa.Field(description="Préfiguration ou fonctionnement.")
    exercice: int = pa.Field(description="Année du financement.")
    vote_eur: Euros = _money("Montant voté.")
    verse_eur: Euros = _money("Montant versé.")
    date_deliberation: date = _text("Jour du vote.")
    reference: str = _text("Référence de la délibération.")
    sous_reserve: bool = _text("Un montant de la ligne est écrit « sous réserve » : espéré, jamais confirmé.")
    cellule: str = pa.Field(description="Cellule du montant voté.")
    etat: str = pa.Field(
        isin=[KEPT, UPDATED, REPLACED, NOT_COMPARED],
        description="Retenu ; réactualisé par l'état d'une campagne plus récente qui couvre l'exercice ; remplacé par un autre état de la "
        "campagne ; hors rapprochement : la Région, comparée à ses seules décisions, et les ressources propres.",
    )


class DecisionsRegion(Table):
    """A row per decision of the Région that counts."""

    fichier: str = _key("Fichier source.")
    feuille: str = _key("Feuille source.")
    ligne: int = _key("Ligne source.")
    pays_code: str = pa.Field(description="Code du Pays.")
    projet: int = pa.Field(description="Numéro du projet.")
    volet: str = pa.Field(description="Préfiguration ou fonctionnement.")
    nature: str = pa.Field(description="Attribution, avenant, annulation, refus ou ajournement.")
    beneficiaire: str = _text("Structure qui reçoit l'aide.")
    siret: str = _text("SIRET du bénéficiaire, tel qu'écrit, en chiffres.")
    vote_eur: Euros = _money("Montant voté, signé : une annulation est négative, un refus vaut 0.")
    postes_accordes: int = _text("Postes accordés.")
    premier_exercice: int = pa.Field(description="Première année aidée.")
    duree_ans: int = pa.Field(description="Nombre d'années aidées.")
    date_decision: date = pa.Field(description="Jour de la commission permanente.")
    reference: str = _text("Référence de la délibération.")
    date_convention: date = _text("Jour de la signature.")
    numero_engagement: str = _text("Numéro d'engagement.")
    sous_reserve: bool = _text("Un montant de la ligne est écrit « sous réserve » : espéré, jamais confirmé.")
    cellule: str = pa.Field(description="Cellule du montant voté.")


class MandatsRegion(Table):
    """A row per payment of the Région that counts."""

    fichier: str = _key("Fichier source.")
    feuille: str = _key("Feuille source.")
    ligne: int = _key("Ligne source.")
    pays_code: str = pa.Field(description="Code du Pays.")
    projet: int = pa.Field(description="Numéro du projet.")
    volet: str = pa.Field(description="Préfiguration ou fonctionnement.")
    exercice: int = pa.Field(description="Exercice budgétaire.")
    numero_engagement: str = _text("Numéro d'engagement.")
    numero_mandat: str = pa.Field(description="Numéro du mandat.")
    nature: str = pa.Field(description="Avance, acompte, solde, reversement ou annulation.")
    date_emission: date = pa.Field(description="Jour du mandat.")
    date_paiement: date = _text("Jour du paiement.")
    montant_eur: Euros = _money("Montant signé : un reversement et une annulation sont négatifs.")
    cellule: str = pa.Field(description="Cellule du montant.")


class Realises(Table):
    """A row per line of an accepted Compte rendu financier that counts."""

    fichier: str = _key("Fichier source.")
    feuille: str = _key("Feuille source.")
    ligne: int = _key("Ligne source.")
    pays_code: str = pa.Field(description="Code du Pays.")
    projet: int = pa.Field(description="Numéro du projet.")
    volet: str = pa.Field(description="Préfiguration ou fonctionnement.")
    campagne: int = pa.Field(description="Année de la campagne.")
    exercice: int = pa.Field(description="Année de la dépense.")
    compte: str = pa.Field(description="Compte de la liste.")
    libelle: str = _text("Libellé de la ligne.")
    prevu_eur: Euros = _money("Montant prévu.")
    realise_eur: Euros = _money("Montant réalisé.")
    explication: str = _text("Raison de l'écart, selon le compte rendu.")
    cellule_prevu: str = _text("Cellule du montant prévu.")
    cellule: str = pa.Field(description="Cellule du montant réalisé.")
    etat: str = pa.Field(isin=[KEPT, UPDATED], description="Retenu, ou réactualisé par un compte rendu plus récent de l'exercice.")


TABLES: dict[str, type[Table]] = {
    "depots": Depots,
    "constats": Constats,
    "budget": BudgetLines,
    "financements": Financements,
    "engagements": Engagements,
    "echeancier": Echeancier,
    "suivi_pays": SuiviPays,
    "provenances": Provenances,
    "controles": Controles,
    "votes": Votes,
    "decisions": DecisionsRegion,
    "mandats": MandatsRegion,
    "realises": Realises,
    "rapprochement": Rapprochement,
    "compte_rendu": CompteRendu,
    "soldes": Soldes,
    "previsions": Previsions,
    "scenario_ecarts": ScenarioEcarts,
    "relances": Relances,
    "derogations": Derogations,
    "arbitrages": Arbitrages,
    "plafonds": Plafonds,
    "changements": Changements,
    "versions": Versions,
    "versions_constats": VersionsConstats,
    "versions_montants": VersionsMontants,
}
"""File name under `donnees/` → model: those of the contract, rows of the other documents that count, what is drawn from all of them."""
