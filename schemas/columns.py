"""What is known of one column of a sheet: one description serves the reader, the pandera model, the template and the dictionary.

A sheet is a pandera `DataFrameModel`. Each of its fields is made by `field()`, which keeps a `Column` in the field's metadata;
`columns_of(Model)` gives them back in order.
"""

from dataclasses import replace
from typing import Annotated, Any

import pandera.polars as pa
import polars as pl

from schemas.spec import Column, Kind

Euros = Annotated[pl.Decimal, 38, 2]
"""Exact euros with cents. A bare `pl.Decimal` would be Decimal(28, 0) and round in silence."""
Quantity = Annotated[pl.Decimal, 38, 4]
"""An exact number that is not money (ETP)."""

DTYPES: dict[str, pl.DataType] = {
    "texte": pl.String(),
    "montant": pl.Decimal(38, 2),
    "nombre": pl.Decimal(38, 4),
    "entier": pl.Int64(),
    "annee": pl.Int64(),
    "date": pl.Date(),
    "siret": pl.String(),
    "choix": pl.String(),
    "pays": pl.String(),
    "pole": pl.String(),
    "compte": pl.String(),
}


# Words that several sheets use for the same column. A label is compared without case, accents, punctuation, articles or plurals.
SIRET_WORDS = ("N° SIRET", "Numéro SIRET", "SIRET de la structure", "SIREN", "N° SIREN", "SIRET ou SIREN")
EXERCICE_WORDS = ("Année", "Exercice budgétaire", "Année budgétaire", "Année d'exercice")
PAYS_WORDS = ("Nom du Pays", "Pays concerné", "Territoire")
PROJET_WORDS = ("N° de projet", "Numéro de projet")
POLE_WORDS = ("Nom du pôle", "Pôle ESS")
FINANCEUR_WORDS = ("Nom du financeur", "Cofinanceur", "Nom du cofinanceur", "Organisme financeur")
TYPE_FINANCEUR_WORDS = ("Type financeur", "Type de cofinanceur", "Catégorie de financeur")
COMPTE_WORDS = ("N° de compte", "Numéro de compte", "N° compte", "Comptes")
LIBELLE_WORDS = ("Intitulé", "Intitulé du compte", "Libellé du compte", "Désignation")
COMMENT_WORDS = ("Commentaire", "Observation", "Remarque", "Précisions")
REFERENCE_WORDS = ("Réf.", "N° de délibération", "Numéro de délibération", "Délibération")


def others(words: tuple[str, ...], *labels: str) -> tuple[str, ...]:
    """The words but these labels: what else a column may be called."""
    return tuple(word for word in words if word not in labels)


def field(
    label: str,
    kind: Kind,
    description: str,
    *,
    example: str | int | float | None = None,
    required: bool | tuple[str, ...] = False,
    documents: tuple[str, ...] = ("*",),
    choices: tuple[str, ...] = (),
    aliases: tuple[str, ...] = (),
    unit: str = "",
    default: int | None = None,
    alternative: str = "",
    **checks: Any,
) -> Any:
    """Declare a column of a sheet model. Null always passes: a blank is reported when it is read, once."""
    needed = ("*",) if required is True else required or ()
    spec = Column(
        name="",
        label=label,
        kind=kind,
        description=description,
        example=example,
        required=needed,
        documents=documents,
        choices=choices,
        aliases=aliases,
        unit=unit,
        default=default,
        alternative=alternative,
    )
    if choices:
        checks.setdefault("isin", list(choices))
    return pa.Field(nullable=True, title=label, description=description, metadata={"column": spec}, **checks)


def conditional() -> Any:
    """Declare `sous_reserve`, for the sheets of `CONDITIONAL`: such a row is hoped for, never secured (contract §3, CEL110)."""
    return pa.Field(description="Un montant de la ligne est écrit « sous réserve ».")


class Sheet(pa.DataFrameModel):
    """A sheet read from received files: a row per line that holds something, for all files together."""

    fichier: str = pa.Field(description="Fichier d'origine, relatif au dossier des dépôts.")
    feuille: str = pa.Field(description="Nom de la feuille tel qu'écrit par l'expéditeur.")
    ligne: int = pa.Field(ge=1, description="Numéro de ligne dans la feuille (1 = première).")


def columns_of(model: type[pa.DataFrameModel]) -> tuple[Column, ...]:
    """The columns that a sheet's model declares, in order, each with its field name."""
    found: list[Column] = []
    for name, column in model.to_schema().columns.items():
        spec = (column.metadata or {}).get("column")
        if isinstance(spec, Column):
            found.append(replace(spec, name=name))
    return tuple(found)
