"""Sheet `Postes`: the chargé de mission posts, a row per post, annuité and exercice."""

from datetime import date

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from schemas.columns import EXERCICE_WORDS, Euros, Quantity, Sheet, field


class Postes(Sheet):
    """A row per post, annuité and exercice: an annuité can straddle two years."""

    poste: str = field(
        "Poste", "texte", "Repère du poste, le même chaque année.", required=True, example="Poste 1",
        aliases=("N° de poste", "Numéro de poste", "Repère du poste"),
    )  # fmt: skip
    annuite: int = field(
        "Annuité", "entier", "Année d'aide du poste : 1, 2, 3…", required=True, example=1, ge=1,
        aliases=("N° d'annuité", "Année d'aide", "Rang de l'annuité"),
    )  # fmt: skip
    intitule: str = field(
        "Intitulé", "texte", "Fonction du poste (pas de nom de personne).", aliases=("Intitulé du poste", "Fonction"),
        example="Chargé de mission ESS",
    )  # fmt: skip
    etp: Quantity = field(
        "ETP", "nombre", "Équivalent temps plein : 1 ou moins.", unit="ETP", example=1, ge=0,
        aliases=("Nombre d'ETP", "Équivalent temps plein", "Temps de travail", "Quotité"),
    )  # fmt: skip
    date_debut: date = field(
        "Date de début", "date", "Premier jour du poste.", aliases=("Date d'embauche", "Date de prise de poste"), example="2010-01-01"
    )
    exercice: int = field("Exercice", "annee", "Année de la dépense.", required=True, aliases=EXERCICE_WORDS, example=2010)
    cout_charge_eur: Euros = field(
        "Coût chargé", "montant", "Salaire et charges de l'exercice.", unit="€", example=42000, ge=0,
        aliases=("Coût salarial chargé", "Coût salarial", "Coût du poste", "Coût total chargé", "Coût annuel chargé", "Salaire chargé"),
    )  # fmt: skip
    aide_eur: Euros = field(
        "Aide Région demandée", "montant", "Aide demandée à la Région pour l'exercice.", required=True, unit="€", example=35000, ge=0,
        aliases=(
            "Aide demandée", "Aide sollicitée", "Aide demandée à la Région", "Aide régionale demandée", "Aide de la Région",
            "Aide régionale", "Subvention demandée", "Subvention sollicitée", "Subvention demandée à la Région", "Montant demandé",
            "Montant sollicité",
        ),
    )  # fmt: skip
    annee_debut: int = pa.Field(nullable=True, description="Première année de la période du dossier.")
    annee_fin: int = pa.Field(nullable=True, description="Dernière année de la période du dossier.")

    @pa.check("exercice", name="IDE203", error="IDE203")
    def within_period(cls, data: PolarsData) -> pl.LazyFrame:
        """The exercice lies within the dossier's period."""
        return data.lazyframe.select(pl.col("exercice").is_between(pl.col("annee_debut"), pl.col("annee_fin")))

    @pa.check("aide_eur", name="FON306", error="FON306")
    def aid_within_cost(cls, data: PolarsData) -> pl.LazyFrame:
        """The aid does not exceed what the post costs."""
        known = (pl.col("aide_eur") >= 0) & (pl.col("cout_charge_eur") >= 0)
        return data.lazyframe.select(~known | (pl.col("aide_eur") <= pl.col("cout_charge_eur")))
