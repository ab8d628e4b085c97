"""Parameters that change with time: each value with its first day and the text behind it. The parts of the configuration's models."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Positive = Annotated[int, Field(ge=1)]
Number = Annotated[Decimal, BeforeValidator(lambda v: Decimal(v) if type(v) is int else v)]
"""An exact number; TOML integers are taken as they are, floats were parsed as Decimal."""


class Part(BaseModel):
    """A section of the configuration: an unknown key is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class DatedValue(Part):
    """A value in force from `depuis` until the next one, and the text it comes from."""

    depuis: date = Field(description="Premier jour où la valeur s'applique.")
    valeur: Number | None = Field(None, description="La valeur ; absente si « inconnu = true ».", ge=0)
    inconnu: bool = Field(False, description="Aucune source ne fixe la valeur : la règle n'est pas contrôlée (REG401).")
    reference: str = Field(min_length=1, description="Le texte qui fixe la valeur, cité dans les messages.")
    verifie_le: date = Field(description="Jour où quelqu'un a vérifié ce texte pour la dernière fois.")

    @model_validator(mode="after")
    def _value_or_unknown(self) -> "DatedValue":
        if (self.valeur is None) != self.inconnu:
            raise ValueError("indiquez soit une valeur, soit « inconnu = true »")
        return self


class Parameter(Part):
    """A dated parameter: a label, a unit and its values by date."""

    libelle: str = Field(description="Nom du paramètre, en clair.")
    unite: str = Field(description="Unité de la valeur.")
    valeurs: tuple[DatedValue, ...] = Field(
        description="Valeurs datées, de la plus ancienne à la plus récente.", strict=False, min_length=1
    )

    @model_validator(mode="after")
    def _in_order(self) -> "Parameter":
        starts = [v.depuis for v in self.valeurs]
        if starts != sorted(set(starts)):
            raise ValueError("les dates « depuis » doivent être croissantes et distinctes")
        return self

    def at(self, day: date) -> DatedValue | None:
        """The value in force that day, or None before the first."""
        return next((v for v in reversed(self.valeurs) if v.depuis <= day), None)


class Parameters(Part):
    """The dated parameters behind the rules."""

    plafond_etude_eur: Parameter = Field(description="Aide maximale à l'étude, par Pays et tous fichiers réunis.")
    plafond_poste_eur: Parameter = Field(description="Aide maximale par poste et par annuité.")
    duree_poste_ans: Parameter = Field(description="Nombre d'annuités aidées par poste, toutes campagnes réunies.")
    postes_max: Parameter = Field(description="Nombre de postes aidés par exercice.")
