"""Tables of what staff decided: waivers and rulings, in force, lapsed or without effect, and the caps that applied."""

from datetime import date

import pandera.polars as pa

from schemas.columns import Euros
from schemas.decisions import ACTIONS
from schemas.table import Table, key, text

APPLIED, TO_COME, LAPSED, VOID = RULING_STATES = ("en vigueur", "à venir", "caduc", "sans effet")
"""What became of a waiver or a ruling."""


class Derogations(Table):
    """A row per waiver that is believed."""

    fichier: str = key("Fichier où elle est écrite.")
    feuille: str = key("Feuille.")
    ligne: int = key("Ligne.")
    pays_code: str = pa.Field(description="Code du Pays.")
    projet: int = pa.Field(description="Numéro du projet.")
    regle: str = pa.Field(description="Code de la règle.")
    parametre: str = text("Paramètre que la dérogation remplace, partout où il sert.")
    valeur_autorisee: Euros = pa.Field(description="Valeur qui le remplace : euros, postes ou années.")
    du: date = pa.Field(description="Premier jour de validité.")
    au: date = text("Dernier jour ; vide si sans fin.")
    reference: str = pa.Field(description="Comment elle est citée.")
    fichiers: str = text("Fichiers dont elle fixe la valeur, séparés par « ; ».")
    etat: str = pa.Field(isin=list(RULING_STATES), description="À la date d'arrêté : en vigueur, à venir, caduc ou sans effet.")
    pourquoi: str = text("Pourquoi elle n'est pas en vigueur.")


class Arbitrages(Table):
    """A row per ruling that is believed."""

    fichier: str = key("Fichier où il est écrit.")
    feuille: str = key("Feuille.")
    ligne: int = key("Ligne.")
    empreinte: str = pa.Field(description="Premiers signes de l'empreinte du fichier visé.")
    fichier_vise: str = text("Fichier visé ; vide si aucun fichier déposé n'a cette empreinte.")
    code: str = pa.Field(description="Code du constat visé.")
    feuille_visee: str = text("Feuille visée.")
    cellule_visee: str = text("Cellule visée.")
    action: str = pa.Field(isin=list(ACTIONS), description="lever, corriger ou exclure.")
    valeur_ecrite: str = text("Valeur telle qu'écrite par l'expéditeur.")
    valeur_retenue: str = text("Valeur qui la remplace.")
    motif: str = pa.Field(description="Pourquoi le service en décide ainsi.")
    reference: str = text("Pièce qui l'appuie.")
    date_arbitrage: date = text("Jour de l'arbitrage.")
    constats: int = pa.Field(ge=0, description="Nombre de constats qu'il change.")
    etat: str = pa.Field(isin=list(RULING_STATES), description="en vigueur, caduc (le fichier a changé) ou sans effet.")
    pourquoi: str = text("Pourquoi il n'est pas appliqué.")


class Plafonds(Table):
    """A row per dossier read and parameter that its rules apply: the value in force for it, and what fixes it."""

    fichier: str = key("Dossier.")
    parametre: str = key("Paramètre daté, clé de la configuration.")
    pays_code: str = text("Code du Pays.")
    projet: int = text("Numéro du projet.")
    volet: str = pa.Field(description="Préfiguration ou fonctionnement.")
    campagne: int = text("Année de la campagne.")
    date_regle: date = text("Jour qui choisit la valeur : décision de la Région, sinon dépôt.")
    valeur: Euros = text("Valeur : euros, postes ou années ; vide si aucun texte ne la fixe ce jour-là.")
    unite: str = pa.Field(description="Unité de la valeur.")
    reference: str = text("Texte ou dérogation qui la fixe.")
    fichier_derogation: str = text("Fichier de la dérogation, s'il y en a une.")
    feuille_derogation: str = text("Sa feuille.")
    cellule_derogation: str = text("La cellule de sa valeur.")
