"""Open data: the conventions that the law publishes, as rows of SCDL « subventions » 2.1.1."""

from datetime import date
from typing import Any

import polars as pl

from budget.frames import Batch, with_cells
from budget.validate import Located
from schemas.decisions import AMENDMENT, AWARD, CANCELLATION
from schemas.finding import Finding
from schemas.open_data import BY_INSTALMENTS, NATURE, SINCE, Subventions
from schemas.parameters import OpenData
from schemas.siret import siret_is_valid
from schemas.spec import VOLETS
from schemas.table import polars_schema, validated
from schemas.text import french_date

_PROJECT = ["pays_code", "projet", "volet"]


def conventions(decisions: pl.DataFrame) -> pl.DataFrame:
    """A row per award with its amendments and cancellations added up (`montant_eur`).

    These belong to the award that bears their N° d'engagement; without one, to the project's latest award that is not after them.
    """
    awards = decisions.filter(pl.col("nature") == AWARD).with_row_index("convention").sort("date_decision", "convention")
    changes = decisions.filter(pl.col("nature").is_in([AMENDMENT, CANCELLATION])).with_row_index("rang").sort("date_decision", "rang")
    numbered = awards.filter(pl.col("numero_engagement").is_not_null()).unique(
        [*_PROJECT, "numero_engagement"], keep="first", maintain_order=True
    )
    by_number = changes.join(numbered.select(*_PROJECT, "numero_engagement", "convention"), on=[*_PROJECT, "numero_engagement"], how="left")
    by_date = changes.join_asof(
        awards.select(*_PROJECT, "date_decision", par_date="convention"), on="date_decision", by=_PROJECT, check_sortedness=False
    )
    joined = by_number.join(by_date.select("rang", "par_date"), on="rang").with_columns(convention=pl.coalesce("convention", "par_date"))
    amounts = joined.group_by("convention").agg(modifie=pl.col("vote_eur").sum())
    whole = awards.join(amounts, on="convention", how="left", maintain_order="left")
    return whole.with_columns(montant_eur=pl.col("vote_eur") + pl.col("modifie").fill_null(0)).drop("convention", "modifie")


def due(decisions: pl.DataFrame, config: OpenData, day: date) -> pl.DataFrame:
    """The conventions that must be published on that day: signed since the decree, above the amount that makes one compulsory."""
    signed = pl.col("date_convention").is_between(SINCE, day)
    return conventions(decisions).filter(signed, pl.col("montant_eur") > config.seuil_eur)


def publishable() -> pl.Expr:
    """Whether the beneficiary has a name and a SIRET whose key holds: the standard refuses a row without."""
    known = pl.col("siret").map_elements(lambda d: len(d) == 14 and siret_is_valid(d), return_dtype=pl.Boolean).fill_null(value=False)
    return known & pl.col("beneficiaire").is_not_null()


def unpublishable(decisions: pl.DataFrame, batch: Batch, config: OpenData, day: date) -> list[Located]:
    """PUB401 for each convention that must be published and cannot be, at its SIRET."""
    rows = with_cells(due(decisions, config, day).filter(~publishable()), batch, "decisions", "siret")
    return [(row["fichier"], _finding(row)) for row in rows.to_dicts()]


def _finding(row: dict[str, Any]) -> Finding:
    lacking = "le SIRET du bénéficiaire" if row["beneficiaire"] else "le nom du bénéficiaire"
    facts = {"manque": lacking, "jour": french_date(row["date_convention"])}
    return Finding("PUB401", row["feuille"], row["cellule_siret"] or row["cellule"], "SIRET", row["siret"] or "", facts=facts)


def subventions(decisions: pl.DataFrame, pays: pl.DataFrame, config: OpenData, day: date) -> pl.DataFrame:
    """The rows to publish (model Subventions), by date then amount. `pays` gives `pays` and `pole` by `pays_code` (table `suivi_pays`)."""
    rows = due(decisions, config, day).filter(publishable()).join(pays.select("pays_code", "pays", "pole"), on="pays_code", how="left")
    last = pl.col("premier_exercice") + pl.col("duree_ans") - 1
    study = pl.col("volet") == VOLETS[0]
    made = rows.select(
        nomAttribuant=pl.lit(config.attribuant_nom),
        idAttribuant=pl.lit(config.attribuant_siret),
        dateConvention="date_convention",
        referenceDecision="reference",
        nomBeneficiaire="beneficiaire",
        idBeneficiaire="siret",
        rnaBeneficiaire=pl.lit(None, pl.String),
        objet=pl.when(study)
        .then(pl.format("Étude de préfiguration d'un pôle de l'économie sociale et solidaire – {}", "pays"))
        .otherwise(pl.format("Fonctionnement du pôle de l'économie sociale et solidaire – {}", "pays")),
        montant="montant_eur",
        nature=pl.lit(NATURE),
        conditionsVersement=pl.lit(BY_INSTALMENTS),
        datesPeriodeVersement=pl.format("{}-01-01/{}-12-31", "premier_exercice", last),
        idRAE=pl.lit(None, pl.String),
        notificationUE=pl.lit("oui" if config.notification_ue else "non"),
        pourcentageSubvention=pl.lit(1, pl.Decimal(38, 2)),
        dispositifAide=pl.lit(config.dispositif_aide or None, pl.String),
    )
    table = made.cast(polars_schema(Subventions)).sort("dateConvention", "montant", "idBeneficiaire", "objet")  # type: ignore[arg-type]
    return validated(Subventions, table)
