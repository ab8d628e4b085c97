"""The dated parameters in force for each dossier, as columns: one per value and one for the text behind it."""

from datetime import date

import polars as pl

from schemas.parameters import Parameters
from schemas.rules import RULES
from schemas.spec import FONCTIONNEMENT, PREFIGURATION

PARAMETERS_OF = {
    PREFIGURATION: ("plafond_etude_eur",),
    FONCTIONNEMENT: ("plafond_poste_eur", "duree_poste_ans", "postes_max"),
}
"""Which parameters a dossier's rules need."""
_WHOLE = ("duree_poste_ans", "postes_max")


def with_caps(dossiers: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """Add `<parameter>` and `<parameter>_reference`, in force at `date_regle`; null where no text fixes a value that day."""
    days = dossiers["date_regle"].drop_nulls().unique().sort().to_list()
    values = pl.DataFrame([{"date_regle": day, **_in_force(day, parameters)} for day in days], schema=_schema())
    return dossiers.join(values, on="date_regle", how="left", maintain_order="left")


def _schema() -> dict[str, pl.DataType]:
    schema: dict[str, pl.DataType] = {"date_regle": pl.Date()}
    for name in Parameters.model_fields:
        schema[name] = pl.Int64() if name in _WHOLE else pl.Decimal(38, 2)
        schema[f"{name}_reference"] = pl.String()
    return schema


def _in_force(day: date, parameters: Parameters) -> dict[str, object]:
    row: dict[str, object] = {}
    for name in Parameters.model_fields:
        dated = getattr(parameters, name).at(day)
        value = dated.valeur if dated else None
        row[name] = int(value) if value is not None and name in _WHOLE else value
        row[f"{name}_reference"] = dated.reference if dated else None
    return row


def rules_in_force(dossiers: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """A row per dossier and parameter that its rules need: whether a value is known that day (model ReglesEnVigueur)."""
    parts = []
    for document, names in PARAMETERS_OF.items():
        for name in names:
            rules = ", ".join(code for code, rule in RULES.items() if rule.parameter == name and rule.stage == "pandera")
            parts.append(
                dossiers.filter((pl.col("type_document") == document) & pl.col("date_regle").is_not_null()).select(
                    "fichier",
                    "date_regle",
                    feuille=pl.lit(""),
                    parametre=pl.lit(name),
                    libelle=pl.lit(getattr(parameters, name).libelle),
                    regles=pl.lit(rules),
                    connu=pl.col(name).is_not_null(),
                )
            )
    return pl.concat(parts)
