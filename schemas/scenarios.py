"""Scenarios of `config.toml`: what the programme would cost if studies became pôles, or if a dated parameter were another."""

from datetime import date
from typing import Literal

from pydantic import Field, field_validator, model_validator

from schemas.dated import DatedValue, Number, Parameter, Parameters, Part, Positive
from schemas.pays import all_pays, find_pays, nearest_pays

PARAMETERS = tuple(Parameters.model_fields)


class ScenarioPole(Part):
    """A study that becomes a pôle."""

    pays: str = Field(description="Nom du Pays, ou son code entre guillemets.")
    projet: Positive = Field(1, description="Numéro du projet dans le Pays.")
    annee: int = Field(ge=1990, le=2100, description="Première année d'aide.")
    postes: Positive = Field(description="Nombre de postes aidés.")
    plafond_eur: Number | None = Field(
        None,
        ge=0,
        decimal_places=2,
        description="Aide par poste et par an ; sans elle, le plafond en vigueur au 1er janvier de la première année.",
    )
    duree_ans: int | None = Field(None, ge=1, le=99, description="Nombre d'années d'aide ; sans lui, la durée en vigueur ce jour-là.")

    @field_validator("pays")
    @classmethod
    def _known(cls, written: str) -> str:
        code = find_pays(written)
        if code is None:
            near = " ou ".join(f"« {name} »" for name in nearest_pays(written))
            raise ValueError(f"« {written} » n'est aucun des 21 Pays" + (f" ; voulez-vous dire {near} ?" if near else ""))
        return code

    @property
    def start(self) -> date:
        """The day that picks the values in force: the first of its first year."""
        return date(self.annee, 1, 1)


class ScenarioValue(Part):
    """A dated parameter that takes another value from a day on, whatever the texts say after."""

    nom: Literal[PARAMETERS] = Field(description="Nom du paramètre daté.")  # type: ignore[valid-type]
    depuis: date = Field(description="Premier jour où cette valeur s'applique ; elle remplace toutes les suivantes.")
    valeur: Number = Field(ge=0, description="La valeur.")
    reference: str = Field("", description="D'où vient l'hypothèse.")


class Scenario(Part):
    """What if: pôles to come, other values of the dated parameters, or both."""

    libelle: str = Field(min_length=1, description="Ce que le scénario suppose, en une phrase.")
    poles: tuple[ScenarioPole, ...] = Field((), strict=False, description="Études qui deviennent des pôles.")
    parametres: tuple[ScenarioValue, ...] = Field((), strict=False, description="Paramètres datés qui changent.")

    @model_validator(mode="after")
    def _once_each(self) -> "Scenario":
        projects = [(p.pays, p.projet) for p in self.poles]
        twice = [p for p in dict.fromkeys(projects) if projects.count(p) > 1]
        if twice:
            raise ValueError(f"« {all_pays()[twice[0][0]].name} », projet {twice[0][1]}, figure deux fois parmi les pôles")
        return self

    def applied_to(self, parameters: Parameters) -> Parameters:
        """The parameters as the scenario has them."""
        changed: dict[str, Parameter] = {}
        for value in sorted(self.parametres, key=lambda v: (v.nom, v.depuis)):
            known = changed.get(value.nom) or getattr(parameters, value.nom)
            reference = value.reference or f"Scénario : {self.libelle}"
            new = DatedValue(depuis=value.depuis, valeur=value.valeur, inconnu=False, reference=reference, verifie_le=value.depuis)
            before = tuple(v for v in known.valeurs if v.depuis < value.depuis)
            changed[value.nom] = known.model_copy(update={"valeurs": (*before, new)})
        return parameters.model_copy(update=changed)

    def lacking(self, parameters: Parameters) -> str:
        """What must be given because no text says it on the day that picks it, as a French sentence; empty where nothing is."""
        mine = self.applied_to(parameters)
        for pole in self.poles:
            for key, name, words in (("plafond_eur", "plafond_poste_eur", "le plafond"), ("duree_ans", "duree_poste_ans", "la durée")):
                dated = getattr(mine, name).at(pole.start)
                if getattr(pole, key) is None and (dated is None or dated.valeur is None):
                    return f"{words} n'est pas connu au 01/01/{pole.annee} pour « {all_pays()[pole.pays].name} » : indiquez « {key} »"
        return ""


class Forecast(Part):
    """How far the forecast goes, and which scenario a run takes by itself."""

    scenario: str = Field("", description="Scénario calculé quand la commande n'en nomme pas ; vide : aucun.")
    horizon_ans: int = Field(ge=0, le=50, description="Nombre d'années prévues après celle de l'arrêté.")
