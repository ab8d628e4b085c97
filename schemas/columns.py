"""What is known of one column of a sheet: one description serves the reader, the pandera model, the template and the dictionary.

A sheet is a pandera `DataFrameModel`. Each of its fields is made by `field()`, which keeps a `Column` in the field's metadata;
`columns_of(Model)` gives them back in order.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pandera.polars as pa
import polars as pl

Kind = Literal["texte", "montant", "nombre", "entier", "annee", "date", "siret", "choix", "pays", "pole", "compte"]
"""How a cell is read. `montant`: euros and cents; `nombre`: a plain number; `annee`: a four-digit year."""

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


@dataclass(frozen=True)
class Column:
    """One column as users know it. `name` is the field's, `label` the header.

    `required` says where a blank cell is CEL101: `*` everywhere, else names of documents, or of volets for the row's own volet.
    """

    name: str
    label: str
    kind: Kind
    description: str
    example: str | int | float | None = None
    required: tuple[str, ...] = ()
    documents: tuple[str, ...] = ("*",)
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    unit: str = ""
    default: int | None = None
    alternative: str = ""
    """The field of the same sheet that may stand for this one where it is blank or missing."""

    def required_in(self, document: str, volet: str | None = None) -> bool:
        """Whether a blank cell is CEL101 in that document, on a row of that volet."""
        return "*" in self.required or document in self.required or volet in self.required

    def used_in(self, document: str) -> bool:
        """Whether the column belongs to that document at all."""
        return "*" in self.documents or document in self.documents


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
            found.append(Column(**{**spec.__dict__, "name": name}))
    return tuple(found)
