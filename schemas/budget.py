"""Sheet `Budget`: accounts in rows, exercices in columns; here one row per written amount."""

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from schemas.accounts import CHARGES_TOTAL as CHARGES_TOTAL
from schemas.accounts import PRODUITS_TOTAL as PRODUITS_TOTAL
from schemas.columns import COMPTE_WORDS, LIBELLE_WORDS, Euros, Sheet, field

LEVELS = ("rubrique", "detail", "total")


class Budget(Sheet):
    """A row per line of the sheet and exercice where an amount is written."""

    compte: str = field(
        "Compte", "compte", "Numéro de compte du cerfa 12156 (60, 604… CI, RP).", required=True, aliases=COMPTE_WORDS, example="641"
    )
    libelle: str = field(
        "Libellé", "texte", "Intitulé ; pour une sous-ligne du 74, le type de financeur.", aliases=LIBELLE_WORDS, example="Rémunération"
    )
    compte_lu: str = pa.Field(nullable=True, description="Compte tel qu'écrit, avant rattachement au compte de la liste.")
    niveau: str = pa.Field(isin=list(LEVELS), description="Rubrique, détail (sous-ligne) ou total annoncé.")
    rubrique: str = pa.Field(nullable=True, description="Compte à deux signes dont la ligne relève.")
    sens: str = pa.Field(nullable=True, isin=["charge", "produit"], description="Charge ou produit.")
    type_financeur: str = pa.Field(nullable=True, description="Type de financeur d'une sous-ligne du compte 74.")
    exercice: int = pa.Field(
        nullable=True, title="Exercice", description="Année de la colonne.", metadata={"at": "cellule_exercice", "shows": "exercice"}
    )
    montant_eur: Euros = pa.Field(
        nullable=True,
        title="Montant",
        description="Montant en euros ; vide s'il n'a pas pu être lu.",
        metadata={"at": "cellule", "shows": "montant_eur"},
    )
    cellule: str = pa.Field(description="Adresse du montant.")
    cellule_exercice: str = pa.Field(description="Adresse de l'en-tête de la colonne.")
    annee_debut: int = pa.Field(nullable=True, description="Première année de la période du dossier.")
    annee_fin: int = pa.Field(nullable=True, description="Dernière année de la période du dossier.")

    @pa.check("montant_eur", name="CEL107", error="CEL107")
    def not_negative(cls, data: PolarsData) -> pl.LazyFrame:
        """No line of a requested budget is negative."""
        return data.lazyframe.select(pl.col("montant_eur") >= 0)

    @pa.check("exercice", name="IDE203", error="IDE203")
    def within_period(cls, data: PolarsData) -> pl.LazyFrame:
        """An exercice that bears an amount lies within the dossier's period."""
        inside = pl.col("exercice").is_between(pl.col("annee_debut"), pl.col("annee_fin"))
        return data.lazyframe.select(inside | (pl.col("montant_eur") == 0).fill_null(False) | (pl.col("niveau") == "total"))
