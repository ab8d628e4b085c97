"""What a group rule works on: a frame whose grain is the rule's, with the cell at which its finding stands."""

from typing import Any

import pandera.polars as pa


def at(cell: str = "", shows: str = "", label: str = "") -> Any:
    """A field that a rule checks: the column that holds its cell, the one that holds the value written there, its French name."""
    return pa.Field(nullable=True, title=label, metadata={"at": cell, "shows": shows})


def fact(description: str = "") -> Any:
    """A field that the rule or its sentences use."""
    return pa.Field(nullable=True, description=description)


class Group(pa.DataFrameModel):
    """A row per group; `feuille` is where its finding stands, empty where it has no sheet."""

    fichier: str
    feuille: str = fact()
