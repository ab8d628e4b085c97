"""Sheet `Plan de financement`: who is asked for how much, and who has agreed."""

from datetime import date

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from schemas.columns import Euros, Sheet, conditional, field
from schemas.financers import TYPES

SECURED = ("voté", "conventionné", "versé")
REFUSED = "refusé"
STATUSES = ("à solliciter", "sollicité", *SECURED, REFUSED)


class Plan(Sheet):
    """A row per financer and exercice."""

    type_financeur: str = field("Type de financeur", "choix", "Catégorie du financeur.", required=True, choices=TYPES, example="Région")
    financeur: str = field("Financeur", "texte", "Nom du financeur.", required=True, example="Région Bretagne")
    siret: str = field("SIRET", "siret", "14 chiffres, si connu.", aliases=("N° SIRET",))
    exercice: int = field("Exercice", "annee", "Année du financement.", required=True, aliases=("Année",), example=2010)
    sollicite_eur: Euros = field(
        "Montant sollicité", "montant", "Montant demandé.", aliases=("Montant demandé", "Subvention sollicitée"), unit="€", example=35000,
        ge=0,
    )  # fmt: skip
    acquis_eur: Euros = field(
        "Montant acquis", "montant", "Montant accordé, justifié par une décision.", aliases=("Montant accordé", "Montant obtenu"),
        unit="€", ge=0,
    )  # fmt: skip
    statut: str = field("Statut", "choix", "Où en est la demande.", choices=STATUSES, example="sollicité")
    date_decision: date = field("Date de décision", "date", "Jour du vote ou de la décision.")
    reference: str = field("Référence", "texte", "Numéro de la délibération ou de la convention.")
    commentaire: str = field("Commentaire", "texte", "Toute précision utile.", aliases=("Commentaires", "Observations"))
    sous_reserve: bool = conditional()
    annee_debut: int = pa.Field(nullable=True, description="Première année de la période du dossier.")
    annee_fin: int = pa.Field(nullable=True, description="Dernière année de la période du dossier.")

    @pa.check("exercice", name="IDE203", error="IDE203")
    def within_period(cls, data: PolarsData) -> pl.LazyFrame:
        """The exercice lies within the dossier's period."""
        return data.lazyframe.select(pl.col("exercice").is_between(pl.col("annee_debut"), pl.col("annee_fin")))

    @pa.check("statut", name="CEL111", error="CEL111")
    def status_agrees(cls, data: PolarsData) -> pl.LazyFrame:
        """A secured status has an amount secured; any other has none."""
        secured = pl.col("statut").is_in(SECURED)
        return data.lazyframe.select(pl.when(secured).then(pl.col("acquis_eur") > 0).otherwise(pl.col("acquis_eur") == 0))


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
