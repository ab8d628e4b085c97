"""Sheet `Postes`: the chargé de mission posts, a row per post, annuité and exercice."""

from datetime import date

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from schemas.columns import Euros, Quantity, Sheet, field


class Postes(Sheet):
    """A row per post, annuité and exercice: an annuité can straddle two years."""

    poste: str = field("Poste", "texte", "Repère du poste, le même chaque année.", required=True, example="Poste 1")
    annuite: int = field("Annuité", "entier", "Année d'aide du poste : 1, 2, 3…", required=True, example=1, ge=1)
    intitule: str = field("Intitulé", "texte", "Fonction du poste (pas de nom de personne).", example="Chargé de mission ESS")
    etp: Quantity = field("ETP", "nombre", "Équivalent temps plein : 1 ou moins.", unit="ETP", example=1, ge=0)
    date_debut: date = field("Date de début", "date", "Premier jour du poste.", example="2010-01-01")
    exercice: int = field("Exercice", "annee", "Année de la dépense.", required=True, aliases=("Année",), example=2010)
    cout_charge_eur: Euros = field(
        "Coût chargé", "montant", "Salaire et charges de l'exercice.", aliases=("Coût salarial chargé",), unit="€", example=42000, ge=0
    )
    aide_eur: Euros = field(
        "Aide Région demandée", "montant", "Aide demandée à la Région pour l'exercice.", required=True, aliases=("Aide demandée",),
        unit="€", example=35000, ge=0,
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
