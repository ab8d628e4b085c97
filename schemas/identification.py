"""Sheet `Identification`: who speaks, of which Pays, for which campaign. One row per file; labels in one column, values in the next."""

from datetime import date

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from schemas.columns import FINANCEUR_WORDS, PAYS_WORDS, POLE_WORDS, PROJET_WORDS, SIRET_WORDS, TYPE_FINANCEUR_WORDS, Sheet, field
from schemas.financers import TYPES
from schemas.spec import COMPTE_RENDU, DECISIONS, DOCUMENT_TYPES, DOSSIERS, FONCTIONNEMENT, STATEMENT, VOLETS

_WITH_PAYS = (*DOSSIERS, COMPTE_RENDU)


class Identification(Sheet):
    """One row per received file."""

    type_document: str = field(
        "Type de document", "choix", "Lequel des cinq documents.", required=True, choices=DOCUMENT_TYPES, aliases=("Nature du document",)
    )
    campagne: int = field(
        "Campagne", "annee", "Année de la campagne.", required=True, aliases=("Année de campagne", "Année de la campagne"), example=2010
    )
    date_depot: date = field(
        "Date de dépôt", "date", "Jour où le document est remis.", required=True, example="2010-06-15",
        aliases=("Date de dépôt du dossier", "Déposé le", "Date de la demande", "Date d'envoi"),
    )  # fmt: skip
    version: int = field(
        "Version", "entier", "1, puis 2 pour une correction.", default=1, aliases=("N° de version", "Numéro de version"), example=1
    )
    courriel_contact: str = field(
        "Courriel de contact", "texte", "Adresse à laquelle répondre ; visible du seul service.",
        aliases=("Courriel", "Courriel du contact", "Adresse électronique", "E-mail", "Mail"),
    )  # fmt: skip
    volet: str = field(
        "Volet", "choix", "Préfiguration (étude) ou fonctionnement (postes).", documents=(COMPTE_RENDU,), choices=VOLETS,
        required=(COMPTE_RENDU,), example="fonctionnement",
    )  # fmt: skip
    pays_code: str = field(
        "Pays", "pays", "Nom du Pays ou son code (01 à 21).", documents=_WITH_PAYS, required=_WITH_PAYS, aliases=PAYS_WORDS,
        example="Pays de Vannes",
    )  # fmt: skip
    pays_associes: str = field(
        "Pays associés", "texte", "Autres Pays du projet, séparés par « ; ».", documents=_WITH_PAYS, aliases=("Autres Pays",)
    )
    projet: int = field(
        "Projet", "entier", "Numéro du projet dans le Pays : 1 si un seul.", documents=_WITH_PAYS, default=1, aliases=PROJET_WORDS,
        example=1,
    )  # fmt: skip
    pole: str = field("Pôle", "texte", "Nom du pôle.", documents=_WITH_PAYS, aliases=POLE_WORDS, example="Pôle exemple")
    structure_porteuse: str = field(
        "Structure porteuse", "texte", "Structure qui demande et reçoit l'aide.", documents=_WITH_PAYS, required=DOSSIERS,
        aliases=("Porteur", "Structure", "Porteur du projet", "Nom de la structure", "Organisme porteur", "Demandeur", "Bénéficiaire"),
        example="Association exemple",
    )  # fmt: skip
    forme_juridique: str = field(
        "Forme juridique", "texte", "Association, SCIC, GIP…", documents=_WITH_PAYS, aliases=("Statut juridique",), example="Association"
    )
    financeur: str = field(
        "Financeur", "texte", "Nom du cofinanceur.", documents=(STATEMENT,), required=(STATEMENT,), aliases=FINANCEUR_WORDS,
        example="Conseil général du Morbihan",
    )  # fmt: skip
    type_financeur: str = field(
        "Type de financeur", "choix", "Catégorie du cofinanceur.", documents=(STATEMENT,), required=(STATEMENT,), choices=TYPES,
        aliases=TYPE_FINANCEUR_WORDS, example="Département",
    )  # fmt: skip
    siret: str = field("SIRET", "siret", "14 chiffres.", documents=(*_WITH_PAYS, STATEMENT), aliases=SIRET_WORDS)
    date_debut: date = field(
        "Date de début", "date", "Premier jour de la période du budget.", documents=DOSSIERS, required=DOSSIERS, example="2010-01-01",
        aliases=("Début", "Début du projet", "Date de début du projet", "Début de la période", "Date de début de la période"),
    )  # fmt: skip
    date_fin: date = field(
        "Date de fin", "date", "Dernier jour de la période du budget.", documents=DOSSIERS, required=DOSSIERS, example="2012-12-31",
        aliases=("Fin", "Fin du projet", "Date de fin du projet", "Fin de la période", "Date de fin de la période"),
    )  # fmt: skip
    mode_creation: str = field(
        "Mode de création", "choix", "Création ex nihilo, ou adossement à une structure.", documents=("Dossier de fonctionnement",),
        choices=("création ex nihilo", "adossement"), aliases=("Mode de création du pôle",), example="création ex nihilo",
    )  # fmt: skip
    structure_adossement: str = field(
        "Structure d'adossement", "texte", "Structure à laquelle le pôle s'adosse, si adossement.", documents=(FONCTIONNEMENT,),
        aliases=("Structure d'appui", "Structure support"),
    )  # fmt: skip
    date_validation: date = field(
        "Date de validation du projet", "date", "Jour où les parties prenantes ont validé le projet.", documents=(FONCTIONNEMENT,),
        aliases=("Date de validation", "Projet validé le"), example="2009-11-20",
    )  # fmt: skip
    dans_dossier_region: bool = pa.Field(description="Le fichier est sous le sous-dossier réservé au service de la Région.")

    @pa.check("date_fin", name="IDE203", error="IDE203")
    def end_after_start(cls, data: PolarsData) -> pl.LazyFrame:
        """A period does not end before it starts."""
        return data.lazyframe.select(pl.col("date_fin") >= pl.col("date_debut"))

    @pa.check("structure_adossement", name="IDE204", error="IDE204", ignore_na=False)
    def backed_by_someone(cls, data: PolarsData) -> pl.LazyFrame:
        """An adossement names its structure (fiche action: « création ex nihilo ou adossement à une structure »)."""
        backed = (pl.col("mode_creation") == "adossement").fill_null(False)
        return data.lazyframe.select(~(backed & pl.col("structure_adossement").is_null()))

    @pa.check("type_document", name="FIC006", error="FIC006")
    def region_only(cls, data: PolarsData) -> pl.LazyFrame:
        """`Décisions Région` is believed only under its own folder (contract §1)."""
        return data.lazyframe.select((pl.col("type_document") != DECISIONS) | pl.col("dans_dossier_region"))
