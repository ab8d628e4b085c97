"""What the law publishes: the table of SCDL « subventions » 2.1.1, a row per convention (decree n° 2017-779 of 5 May 2017)."""

from datetime import date

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from schemas.columns import Euros
from schemas.siret import siret_is_valid

SINCE = date(2017, 8, 1)
"""Conventions signed from that day are published (decree n° 2017-779, article 4)."""
NATURE = "aide en numéraire"
BY_INSTALMENTS = "échelonné"


class Subventions(pa.DataFrameModel):
    """A row per convention; the columns of the standard, in its order. Nothing else: no contact, no post, no account."""

    nomAttribuant: str = pa.Field(description="Nom de la collectivité.", str_length={"min_value": 1})
    idAttribuant: str = pa.Field(description="SIRET de la collectivité.")
    dateConvention: date = pa.Field(ge=SINCE, description="Jour de la signature.")
    referenceDecision: str = pa.Field(nullable=True, description="Référence de la délibération.")
    nomBeneficiaire: str = pa.Field(description="Structure qui reçoit l'aide.", str_length={"min_value": 1})
    idBeneficiaire: str = pa.Field(description="SIRET de cette structure.")
    rnaBeneficiaire: str = pa.Field(nullable=True, description="Numéro RNA ; le logiciel ne le connaît pas, le SIRET en tient lieu.")
    objet: str = pa.Field(description="Volet, pôle et Pays.", str_length={"min_value": 1, "max_value": 256})
    montant: Euros = pa.Field(gt=0, description="Montant conventionné, avenants et annulations compris.")
    nature: str = pa.Field(isin=[NATURE], description="Toujours de l'argent.")
    conditionsVersement: str = pa.Field(isin=[BY_INSTALMENTS], description="Avance, acomptes et solde.")
    datesPeriodeVersement: str = pa.Field(str_matches=r"^\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d$", description="Années aidées.")
    idRAE: str = pa.Field(nullable=True, description="Sans objet : ce n'est pas une aide aux entreprises.")
    notificationUE: str = pa.Field(isin=["oui", "non"], description="Aide de minimis notifiée.")
    pourcentageSubvention: Euros = pa.Field(isin=[1], description="1.00 : un seul bénéficiaire.")
    dispositifAide: str = pa.Field(nullable=True, description="Identifiant du dispositif, s'il en a un.")

    @pa.check("idAttribuant", "idBeneficiaire", name="SIRET", error="SIRET")
    def identifies(cls, data: PolarsData) -> pl.LazyFrame:
        """Both identifiers are whole SIRET numbers whose key holds."""
        valid = pl.col(data.key).map_elements(lambda d: len(d) == 14 and siret_is_valid(d), return_dtype=pl.Boolean)
        return data.lazyframe.select(valid)

    class Config:
        strict = True
        ordered = True
