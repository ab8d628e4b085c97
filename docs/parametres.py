"""parametres.md: every key of config.toml, and the dated values with the texts behind them."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from ecriture import anchor, table
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from schemas.parameters import Config, DatedValue
from schemas.rules import RULES
from schemas.scenarios import Scenario, ScenarioPole, ScenarioValue
from schemas.text import french_date

SECTIONS = {
    "campagne": "Campagne",
    "dossiers": "Dossiers",
    "parametres": "Paramètres datés",
    "seuils": "Seuils",
    "textes": "Textes cités",
    "limites": "Limites de lecture",
    "execution": "Exécution",
    "service": "Service",
    "suivi": "Suivi des Pays",
    "relances": "Relances",
    "retours": "Retours",
    "notifications": "Messages",
    "prevision": "Prévision",
    "scenarios": "Scénarios",
    "open_data": "Données ouvertes",
    "financeurs": "Cofinanceurs ajoutés",
}


def parameters(config: Config) -> Iterator[str]:
    """The lines of the page."""
    yield "# Les paramètres de `config.toml`"
    yield ""
    yield "Une clé inconnue, absente ou mal écrite arrête la commande en la nommant (code de sortie 2). Autre fichier : `--config FICHIER`."
    yield ""
    for section, info in Config.model_fields.items():
        yield f"## {SECTIONS[section]}"
        yield ""
        if section == "parametres":
            yield from _dated(config)
            continue
        if section == "scenarios":
            yield from _scenarios(config)
            continue
        model, repeated = _part(info.annotation)
        yield f"Section `[[{section}]]`, une fois par élément. {info.description}" if repeated else f"Section `[{section}]`."
        yield ""
        now = None if repeated else getattr(config, section)
        yield from _keys(model, section, now)


def _dated(config: Config) -> Iterator[str]:
    yield "Chaque valeur vaut depuis sa date jusqu'à la suivante. La date qui la choisit est celle de la décision de la Région, "
    yield "sinon du dépôt. Avant la première date, et là où la valeur est inconnue, la règle n'est pas contrôlée et c'est dit (REG401)."
    yield ""
    yield "Chaque valeur, dans `valeurs`, se décrit ainsi :"
    yield ""
    yield from _keys(DatedValue, "", None)
    for name, info in type(config.parametres).model_fields.items():
        parameter = getattr(config.parametres, name)
        codes = [f"[{r.code}](regles.md#{anchor(r.code)})" for r in RULES.values() if r.parameter == name]
        yield f"### {name}"
        yield ""
        yield f"`parametres.{name}` – {parameter.libelle} ({parameter.unite}). {info.description} Règles : {', '.join(codes)}."
        yield ""
        yield from table(
            ("Depuis le", "Valeur", "Texte qui la fixe", "Vérifié le"),
            (
                (french_date(v.depuis), "inconnue" if v.inconnu else f"**{_thousands(v.valeur)}**", v.reference, french_date(v.verifie_le))
                for v in parameter.valeurs
            ),
        )


def _scenarios(config: Config) -> Iterator[str]:
    yield "Sections `[scenarios.NOM]`, une par scénario ; `poles run --scenario NOM` en calcule un. Ses montants s'ajoutent à ce qui est "
    yield "voté et demandé, sans jamais compter deux fois un euro (tables [previsions](dictionnaire.md#table-previsions) et "
    yield "[echeancier](dictionnaire.md#table-echeancier)) ; ses paramètres disent qui serait concerné par d'autres plafonds (table "
    yield "[scenario_ecarts](dictionnaire.md#table-scenario_ecarts))."
    yield ""
    yield from table(
        ("Clé", "Contenu", "Description"), [["`scenarios.NOM.libelle`", "texte", Scenario.model_fields["libelle"].description or ""]]
    )
    for name, model in (("poles", ScenarioPole), ("parametres", ScenarioValue)):
        yield f"{Scenario.model_fields[name].description} Dans `scenarios.NOM.{name}` :"
        yield ""
        yield from _keys(model, f"scenarios.NOM.{name}", None)
    if config.scenarios:
        yield "Scénarios livrés :"
        yield ""
        yield from table(("Nom", "Ce qu'il suppose"), ((f"`{name}`", scenario.libelle) for name, scenario in config.scenarios.items()))


def _thousands(value: Decimal | None) -> str:
    return f"{value:,}".replace(",", " ").replace(".", ",") if value is not None else ""


def _keys(model: type[BaseModel], section: str, now: BaseModel | None) -> Iterator[str]:
    prefix = f"{section}." if section else ""
    header = ["Clé", "Contenu", "Description"]
    rows = [[f"`{prefix}{name}`", _kind(info), info.description or ""] for name, info in model.model_fields.items()]
    if now is not None:
        header.append("Valeur livrée")
        rows = [[*row, _value(getattr(now, name))] for row, name in zip(rows, model.model_fields, strict=True)]
    yield from table(header, rows)


def _part(annotation: Any) -> tuple[type[BaseModel], bool]:
    """The model behind a section, and whether the section is a list of them."""
    return (get_args(annotation)[0], True) if get_origin(annotation) is tuple else (annotation, False)


def _kind(info: FieldInfo) -> str:
    words = _type_words(info.annotation)
    low, high = (next((getattr(m, side) for m in _metadata(info) if hasattr(m, side)), None) for side in ("ge", "le"))
    bounds = [f"au moins {low}"] if low is not None else []
    bounds += [f"au plus {high}"] if high is not None else []
    needed = [] if info.is_required() else ["facultatif"]
    return ", ".join([words, *bounds, *needed])


def _metadata(info: FieldInfo) -> list[Any]:
    """Bounds of a field, its own and those that come with an annotated type."""
    found = list(info.metadata)
    for item in list(found):
        found += getattr(item, "metadata", [])
    return found


def _type_words(annotation: Any) -> str:
    origin, args = get_origin(annotation), [a for a in get_args(annotation) if a is not NoneType]
    if origin in (UnionType, Union):
        return _type_words(args[0])
    if origin is tuple:
        return "liste de textes"
    if args and all(isinstance(a, str) for a in args):
        return f"un de : {', '.join(args)}"
    if hasattr(annotation, "__metadata__"):
        return _type_words(args[0])
    return {str: "texte", int: "nombre entier", bool: "true ou false", Decimal: "nombre", date: "date aaaa-mm-jj"}[annotation]


def _value(value: Any) -> str:
    """A value as config.toml writes it, texts without their quotation marks."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if value in ("", ()):
        return "vide"
    return f"`{', '.join(map(str, value)) if isinstance(value, tuple) else value}`"
