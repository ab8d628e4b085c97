"""Sheet `Plan de financement`: who is asked for how much, and who has agreed."""

from datetime import date

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from schemas.columns import (
    COMMENT_WORDS,
    EXERCICE_WORDS,
    FINANCEUR_WORDS,
    REFERENCE_WORDS,
    SIRET_WORDS,
    TYPE_FINANCEUR_WORDS,
    Euros,
    Sheet,
    conditional,
    field,
    others,
)
from schemas.financers import TYPES

SECURED = ("voté", "conventionné", "versé")
REFUSED = "refusé"
STATUSES = ("à solliciter", "sollicité", *SECURED, REFUSED)


class Plan(Sheet):
    """A row per financer and exercice."""

    type_financeur: str = field(
        "Type de financeur", "choix", "Catégorie du financeur.", required=True, choices=TYPES, example="Région",
        aliases=(*TYPE_FINANCEUR_WORDS, "Type", "Catégorie"),
    )  # fmt: skip
    financeur: str = field(
        "Financeur", "texte", "Nom du financeur.", required=True, aliases=(*FINANCEUR_WORDS, "Nom", "Organisme"), example="Région Bretagne"
    )
    siret: str = field("SIRET", "siret", "14 chiffres, si connu.", aliases=SIRET_WORDS)
    exercice: int = field("Exercice", "annee", "Année du financement.", required=True, aliases=EXERCICE_WORDS, example=2010)
    sollicite_eur: Euros = field(
        "Montant sollicité", "montant", "Montant demandé.", unit="€", example=35000, ge=0,
        aliases=(
            "Montant demandé", "Subvention sollicitée", "Subvention demandée", "Aide sollicitée", "Aide demandée", "Sollicité", "Demandé",
            "Montant de la demande", "Montant de la subvention sollicitée", "Montant de l'aide sollicitée", "Montant de l'aide demandée",
        ),
    )  # fmt: skip
    acquis_eur: Euros = field(
        "Montant acquis", "montant", "Montant accordé, justifié par une décision.", unit="€", ge=0,
        aliases=(
            "Montant accordé", "Montant obtenu", "Montant attribué", "Montant notifié", "Subvention accordée", "Subvention obtenue",
            "Subvention acquise", "Aide accordée", "Aide obtenue", "Acquis", "Accordé", "Obtenu",
        ),
    )  # fmt: skip
    statut: str = field(
        "Statut", "choix", "Où en est la demande.", choices=STATUSES, aliases=("État de la demande", "Statut de la demande", "Avancement"),
        example="sollicité",
    )  # fmt: skip
    date_decision: date = field(
        "Date de décision", "date", "Jour du vote ou de la décision.",
        aliases=("Date du vote", "Date de délibération", "Date de notification"),
    )  # fmt: skip
    reference: str = field(
        "Référence", "texte", "Numéro de la délibération ou de la convention.", aliases=(*REFERENCE_WORDS, "N° de convention")
    )
    commentaire: str = field("Commentaire", "texte", "Toute précision utile.", aliases=others(COMMENT_WORDS, "Commentaire"))
    sous_reserve: bool = conditional()
    annee_debut: int = pa.Field(nullable=True, description="Première année de la période du dossier.")
    annee_fin: int = pa.Field(nullable=True, description="Dernière année de la période du dossier.")

    @pa.check("exercice", name="IDE203", error="IDE203")
    def within_period(cls, data: PolarsData) -> pl.LazyFrame:
        """The exercice lies within the dossier's period."""
        return data.lazyframe.select(pl.col("exercice").is_between(pl.col("annee_debut"), pl.col("annee_fin")))

    @pa.check("statut", name="CEL111", error="CEL111")
    def status_agrees(cls, data: PolarsData) -> pl.LazyFrame:
        """A secured status has an amount secured, any other has none; no status, or one that could not be read, contradicts nothing."""
        secured = pl.col("statut").is_in(SECURED)
        return data.lazyframe.select(pl.when(secured).then(pl.col("acquis_eur") > 0).when(~secured).then(pl.col("acquis_eur") == 0))


def line_amount() -> pl.Expr:
    """A line's amount: what is secured, nothing after a refusal, else the greater of asked and secured (contract §1)."""
    return (
        pl.when(pl.col("statut").is_in(SECURED))
        .then(pl.col("acquis_eur"))
        .when(pl.col("statut") == REFUSED)
        .then(pl.lit(0, pl.Decimal(38, 2)))
        .when(pl.col("sollicite_eur").is_not_null() & pl.col("acquis_eur").is_not_null())
        .then(pl.max_horizontal("sollicite_eur", "acquis_eur"))
    )
