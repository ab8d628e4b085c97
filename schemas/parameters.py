"""`config.toml`: what an administrator edits, checked by pydantic. The only module that opens it.

A mistake is a `ConfigError` whose French sentences name the key.
"""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from schemas.dated import DatedValue as DatedValue
from schemas.dated import Number, Positive
from schemas.dated import Parameter as Parameter
from schemas.dated import Parameters as Parameters
from schemas.dated import Part as _Part
from schemas.financers import TYPES, Financer
from schemas.scenarios import Forecast, Scenario
from schemas.text import listing


class ConfigError(Exception):
    """The configuration cannot be used; `str()` is what the administrator reads."""


class Campaign(_Part):
    """The campaign that the summary and the status workbook show."""

    annee: int = Field(ge=1990, le=2100, description="Année de la campagne montrée par la Synthèse et suivi.xlsx.")
    nom: str = Field(description="Nom du programme, imprimé dans chaque sortie.")


class Folders(_Part):
    """Where files come from and go to, relative to the configuration's own folder."""

    entrees: str = Field(description="Dossier des classeurs reçus ; rien n'y est jamais écrit.")
    sorties: str = Field(description="Dossier des classeurs et tables produits.")
    region: str = Field(description="Sous-dossier des entrées où les « Décisions Région » sont crues.")


class Thresholds(_Part):
    """Tolerances."""

    tolerance_eur: Number = Field(ge=0, description="Écart admis, en euros, par BUD301 à BUD306 et COF401.")


class Texts(_Part):
    """Texts cited by rules that have no dated value."""

    partenariat: str = Field(description="Texte cité par PAR301.")


class Limits(_Part):
    """What a received file may weigh at most."""

    taille_mo: Positive = Field(description="Taille maximale d'un fichier, en Mo.")
    taille_depliee_mo: Positive = Field(description="Taille maximale une fois décompressé, en Mo.")
    taux_compression: Positive = Field(description="Taux de compression maximal, au-delà de 4 Mo décompressés.")
    parties: Positive = Field(description="Nombre maximal de parties dans un classeur.")
    cellules: Positive = Field(description="Étendue maximale d'une feuille : lignes remplies × dernière colonne.")
    memoire_mo: Positive = Field(description="Mémoire du processus qui lit, en Mo (sans effet sous Windows).")
    processeur_s: Positive = Field(description="Temps de calcul par fichier, en secondes (sans effet sous Windows).")
    duree_s: Positive = Field(description="Durée de lecture par fichier, en secondes.")


class Execution(_Part):
    """How the work is shared out."""

    processus: int = Field(ge=0, description="Nombre de processus de lecture ; 0 : autant que de cœurs.")
    fichiers_par_lot: Positive = Field(description="Nombre de fichiers par tâche de lecture.")
    lectures_gardees: bool = Field(
        True, description="Garder d'un passage à l'autre ce que disent les classeurs, et les retours : seul ce qui a changé est refait."
    )
    taches: Literal["fils", "processus", "dask"] = Field(
        "fils",
        description="Où les tâches de lecture ont lieu : « fils » (ce processus), « processus » (autant que `processus`), « dask » (une "
        "grappe de machines) ; voir [À grande échelle](echelle.md).",
    )
    dask: str = Field("", description="Adresse de la grappe, « tcp://machine:8786 » ; ne sert que si `taches` vaut « dask ».")

    @model_validator(mode="after")
    def _cluster_named(self) -> Self:
        if self.taches == "dask" and not self.dask:
            raise ValueError("« taches » vaut « dask » : donnez l'adresse de la grappe à la clé « execution.dask »")
        return self


class Service(_Part):
    """How `poles serve` runs."""

    adresse: str = Field(
        min_length=1, description="Adresse de la page de Prefect ; elle n'a pas de mot de passe : 127.0.0.1, cette machine."
    )
    port: int = Field(ge=1, le=65535, description="Port de la page de Prefect.")
    dossier: str = Field(min_length=1, description="Dossier du service : journaux, et base de Prefect si elle est en SQLite.")
    base: str = Field("", description="Base PostgreSQL de Prefect, « postgresql+asyncpg://… » ; vide : SQLite.")
    intervalle_s: Positive = Field(description="Secondes entre deux regards sur le dossier des dépôts.")
    adresse_sorties: str = Field(
        "",
        description="Adresse où les agents ouvrent le dossier des sorties, pour les liens de la page de Prefect ; vide : son chemin.",
    )
    consolider_aussitot: bool = Field(description="Refaire toutes les sorties dès un dépôt, sans attendre la nuit.")


class FollowUp(_Part):
    """By when the next step of a project is expected."""

    validation_jours: int = Field(ge=1, le=3660, description="De l'étude rendue au projet validé, en jours.")
    dossier_jours: int = Field(ge=1, le=3660, description="Du projet validé au dossier de fonctionnement, en jours.")
    compte_rendu_mois: int = Field(ge=1, le=36, description="De la fin de l'exercice aidé à son compte rendu financier, en mois.")


class Reminders(_Part):
    """The pages that ask again."""

    delai_jours: int = Field(ge=1, le=366, description="Délai de réponse, en jours après l'arrêté : la date limite des relances.")
    expediteur: str = Field(min_length=1, description="Qui relance : la signature des pages à envoyer.")


class Notifications(_Part):
    """Messages to the team, by e-mail or to a webhook; none without an address."""

    adresses: tuple[str, ...] = Field(
        (), strict=False, description="Adresses au format d'Apprise : « mailto://… » pour un courriel, « json://… » pour un webhook."
    )
    echec: bool = Field(description="Écrire quand un passage du service échoue.")
    rejets: bool = Field(description="Écrire quand un fichier est rejeté.")
    bilan: bool = Field(description="Écrire le bilan de la semaine.")


class Returns(_Part):
    """How long a return may be."""

    constats: Positive = Field(description="Nombre de constats détaillés dans un retour, les plus graves d'abord ; il dit combien restent.")


class OpenData(_Part):
    """What `open-data/subventions.csv` says of the Région, and from what amount a convention is published."""

    attribuant_nom: str = Field(min_length=1, description="Nom officiel de la collectivité.")
    attribuant_siret: str = Field(pattern=r"^\d{14}$", description="SIRET de la collectivité, 14 chiffres.")
    seuil_eur: Number = Field(ge=0, description="Une convention est publiée au-dessus de ce montant (décret n° 2001-495).")
    notification_ue: bool = Field(False, description="Si l'aide est une aide de minimis notifiée à la Commission européenne.")
    dispositif_aide: str = Field("", description="Identifiant public du dispositif d'aide, s'il en a un.")


class ExtraFinancer(_Part):
    """A financer added to those that the package knows."""

    code: str = Field(min_length=1, description="Code stable, par exemple « epci-brest ».")
    nom: str = Field(min_length=1, description="Nom du financeur.")
    type: Literal[TYPES] = Field(description="Type de financeur.")  # type: ignore[valid-type]
    siren: str = Field("", pattern=r"^(\d{9})?$", description="SIREN, 9 chiffres.")
    alias: tuple[str, ...] = Field((), strict=False, description="Autres noms.")


class Config(_Part):
    """The whole configuration."""

    campagne: Campaign
    dossiers: Folders
    parametres: Parameters
    seuils: Thresholds
    textes: Texts
    limites: Limits
    execution: Execution
    service: Service
    suivi: FollowUp
    relances: Reminders
    retours: Returns
    notifications: Notifications
    open_data: OpenData
    prevision: Forecast = Field(Forecast(scenario="", horizon_ans=5), description="Prévision du coût du programme.")
    scenarios: dict[str, Scenario] = Field(
        {}, description="Hypothèses : études qui deviennent des pôles, ou paramètres datés qui changent."
    )
    financeurs: tuple[ExtraFinancer, ...] = Field((), strict=False, description="Cofinanceurs ajoutés à ceux que le logiciel connaît.")

    @model_validator(mode="after")
    def _scenarios_hold(self) -> "Config":
        for name, scenario in self.scenarios.items():
            if lacking := scenario.lacking(self.parametres):
                raise ValueError(f"scénario « {name} » : {lacking}")
        if self.prevision.scenario and self.prevision.scenario not in self.scenarios:
            raise ValueError(self._no_scenario(self.prevision.scenario))
        return self

    def _no_scenario(self, name: str) -> str:
        known = listing((f"« {n} »" for n in self.scenarios), "et")
        if not known:
            return f"« {name} » n'est aucun scénario : la configuration n'en a pas"
        return f"« {name} » n'est aucun des scénarios de la configuration ({known})"

    def scenario_named(self, name: str | None) -> str:
        """The scenario that a run takes: the one asked for, else the configuration's own; empty where there is none."""
        if name and name not in self.scenarios:
            raise ConfigError(self._no_scenario(name) + ".")
        return name or self.prevision.scenario

    def extra_financers(self) -> tuple[Financer, ...]:
        """The configured financers, as the directory takes them."""
        return tuple(Financer(f.code, f.nom, f.type, f.siren, f.alias) for f in self.financeurs)


def load_config(path: Path) -> Config:
    """Read and check a configuration file; raises ConfigError with French sentences, one per wrong key."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        raise ConfigError(f"Le fichier de configuration « {path} » n'existe pas.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"Le fichier de configuration « {path} » ne peut pas être lu : {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"« {path.name} » n'est pas du TOML valide : {_toml_place(str(error))}.") from None
    return check_config(raw, path.name)


def check_config(raw: dict[str, Any], name: str = "config.toml") -> Config:
    """Check an already parsed configuration."""
    try:
        return Config.model_validate(raw)
    except ValidationError as error:
        lines = [f"- {_key(e['loc'])} : {_french(dict(e))}" for e in error.errors()]
        raise ConfigError("\n".join([f"« {name} » n'est pas utilisable :", *lines])) from None


def _toml_place(text: str) -> str:
    place = text[text.rfind("(at ") + 4 : -1] if "(at " in text else ""
    return place.replace("line", "ligne").replace("column", "colonne").replace("end of document", "fin du fichier") or "syntaxe incorrecte"


def _key(location: tuple[Any, ...]) -> str:
    parts = [f"n° {p + 1}" if isinstance(p, int) else str(p) for p in location if p not in ("int", "decimal")]
    return "clé « " + ".".join(parts) + " »" if parts else "configuration"


_MESSAGES = {
    "extra_forbidden": "clé inconnue, vérifiez son orthographe",
    "missing": "clé obligatoire absente",
    "int_type": "un nombre entier est attendu",
    "bool_type": "true ou false est attendu",
    "string_type": "un texte entre guillemets est attendu",
    "date_type": "une date aaaa-mm-jj sans guillemets est attendue",
    "is_instance_of": "un nombre est attendu",
    "decimal_type": "un nombre est attendu",
    "tuple_type": "une liste entre crochets est attendue",
    "model_type": "une section est attendue",
    "string_too_short": "le texte est vide",
    "too_short": "la liste est vide",
    "string_pattern_mismatch": "le format n'est pas celui attendu",
    "literal_error": "valeur hors liste",
}


def _french(error: dict[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx") or {}
    if kind == "value_error":
        return str(context["error"])
    if kind == "greater_than_equal":
        return f"la valeur doit être au moins {context['ge']}"
    if kind == "less_than_equal":
        return f"la valeur doit être au plus {context['le']}"
    written = error.get("input")
    shown = f" (écrit : {written!r})" if isinstance(written, str | int) and kind not in ("missing", "extra_forbidden") else ""
    return _MESSAGES.get(kind, "valeur incorrecte") + shown
