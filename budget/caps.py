"""The dated parameters in force for each dossier or decision, as columns: the value, the text behind it, the waiver it comes from."""

from datetime import date

import polars as pl

from budget.waivers import TOLERANCE, WHOLE, in_force
from schemas.parameters import Config, Parameters
from schemas.rules import RULES
from schemas.spec import VOLETS

PARAMETERS_OF = dict(zip(VOLETS, (("plafond_etude_eur",), ("plafond_poste_eur", "duree_poste_ans", "postes_max")), strict=True))
"""Which parameters the rules of each volet need."""
NAMES = (*Parameters.model_fields, TOLERANCE)
_KEYS = ["pays_code", "projet", "date_regle"]


def with_caps(rows: pl.DataFrame, config: Config, waivers: pl.DataFrame) -> pl.DataFrame:
    """Add `<parameter>`, `<parameter>_reference` and `<parameter>_derogation` (a waiver's number), in force at `date_regle`.

    A waiver of the row's (`pays_code, projet`) comes before the configuration's value. Null where no text fixes a value that day.
    """
    days = rows["date_regle"].drop_nulls().unique().sort().to_list()
    values = pl.DataFrame([{"date_regle": day, **_at(day, config)} for day in days], schema=_schema())
    joined = rows.join(values, on="date_regle", how="left", maintain_order="left")
    waived = in_force(rows.select(_KEYS).unique(), waivers)
    for name in NAMES:
        mine = waived.filter(pl.col("parametre") == name).select(*_KEYS, "valeur", "derogation", "numero")
        joined = joined.join(mine, on=_KEYS, how="left", maintain_order="left").with_columns(
            pl.coalesce(pl.col("valeur").cast(_schema()[name]), name).alias(name),
            pl.coalesce("derogation", f"{name}_reference").alias(f"{name}_reference"),
        )
        joined = joined.drop("valeur", "derogation").rename({"numero": f"{name}_derogation"})
    return joined


def _schema() -> dict[str, pl.DataType]:
    schema: dict[str, pl.DataType] = {"date_regle": pl.Date()}
    for name in NAMES:
        schema[name] = pl.Int64() if name in WHOLE else pl.Decimal(38, 2)
        schema[f"{name}_reference"] = pl.String()
    return schema


def _at(day: date, config: Config) -> dict[str, object]:
    """The configuration's values of a day; the tolerance has no date."""
    row: dict[str, object] = {TOLERANCE: config.seuils.tolerance_eur, f"{TOLERANCE}_reference": None}
    for name, parameter in config.parametres:
        dated = parameter.at(day)
        value = dated.valeur if dated else None
        row[name] = int(value) if value is not None and name in WHOLE else value
        row[f"{name}_reference"] = dated.reference if dated else None
    return row


def rules_in_force(rows: pl.DataFrame, parameters: Parameters, rules: str = "") -> pl.DataFrame:
    """A row per file, day and parameter that its volet needs: whether a value is known that day (model ReglesEnVigueur).

    `rows` have `fichier, volet, date_regle` and the parameters; `rules` are those that need them, if not all that apply the parameter.
    """
    parts = [
        rows.filter((pl.col("volet") == volet) & pl.col("date_regle").is_not_null()).select(
            "fichier",
            "date_regle",
            feuille=pl.lit(""),
            parametre=pl.lit(name),
            libelle=pl.lit(getattr(parameters, name).libelle),
            regles=pl.lit(rules or ", ".join(code for code, rule in RULES.items() if rule.parameter == name)),
            connu=pl.col(name).is_not_null(),
        )
        for volet, names in PARAMETERS_OF.items()
        for name in names
    ]
    return pl.concat(parts)
