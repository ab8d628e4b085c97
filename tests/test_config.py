"""config.toml: what is wrong is said in French, with the key's name."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from schemas.parameters import ConfigError, check_config, load_config
from tests.grids import CONFIG, ROOT


def raw() -> dict[str, Any]:
    return tomllib.loads((ROOT / "config.toml").read_text("utf-8"), parse_float=Decimal)


def test_the_caps_of_the_programme_with_their_text() -> None:
    caps = CONFIG.parametres
    for parameter, value in (
        (caps.plafond_etude_eur, 25000),
        (caps.plafond_poste_eur, 35000),
        (caps.duree_poste_ans, 3),
        (caps.postes_max, 2),
    ):
        dated = parameter.at(date(2010, 10, 28))
        assert dated is not None
        assert dated.valeur == value
        assert "Fiche action" in dated.reference


@pytest.mark.parametrize(("day", "study", "post", "posts"), [
    (date(2007, 12, 31), None, None, None),
    (date(2013, 4, 23), 25000, 35000, 2),
    (date(2015, 1, 1), None, None, None),
    (date(2018, 1, 1), None, 30000, 1),
])  # fmt: skip
def test_a_date_picks_its_value_and_never_a_default(day: date, study: int | None, post: int | None, posts: int | None) -> None:
    caps = CONFIG.parametres
    found = [p.at(day) for p in (caps.plafond_etude_eur, caps.plafond_poste_eur, caps.postes_max)]
    assert [dated.valeur if dated else None for dated in found] == [study, post, posts]


WRONG: list[tuple[tuple[str | int, ...], Any, str]] = [
    (("campagne", "anee"), 2010, "clé « campagne.anee » : clé inconnue"),
    (("campagne", "annee"), "2010", "clé « campagne.annee » : un nombre entier est attendu"),
    (("campagne", "annee"), 10, "au moins 1990"),
    (("limites", "parties"), 0, "clé « limites.parties » : la valeur doit être au moins 1"),
    (("seuils", "tolerance_eur"), "un", "clé « seuils.tolerance_eur »"),
    (("parametres", "postes_max", "valeurs", 0, "depuis"), "2008", "clé « parametres.postes_max.valeurs.n° 1.depuis » : une date"),
    (("parametres", "postes_max", "valeurs", 0, "reference"), "", "le texte est vide"),
    (("parametres", "postes_max", "valeurs", 0, "inconnu"), True, "soit une valeur, soit « inconnu = true »"),
    (("parametres", "postes_max", "valeurs", 1, "depuis"), date(2001, 1, 1), "croissantes"),
    (("financeurs",), [{"code": "x", "nom": "X", "type": "Banque"}], "clé « financeurs.n° 1.type » : valeur hors liste"),
    (("dossiers", "entrees"), 3, "clé « dossiers.entrees » : un texte"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "told"), WRONG)
def test_a_wrong_key_is_named_in_french(path: tuple[str | int, ...], value: Any, told: str) -> None:
    config = raw()
    place: Any = config
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    with pytest.raises(ConfigError) as error:
        check_config(config)
    assert told in str(error.value)
    for english in ("Input", "should", "valid", "Field", "required"):
        assert english not in str(error.value)


def test_a_missing_key_is_named() -> None:
    config = raw()
    del config["limites"]["cellules"]
    with pytest.raises(ConfigError, match=r"clé « limites\.cellules » : clé obligatoire absente"):
        check_config(config)


@pytest.mark.parametrize(("content", "told"), [("annee = ", "pas du TOML valide"), ("[campagne\nannee = 2010", "ligne 1")])
def test_a_file_that_is_no_toml_is_said(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "config.toml").write_text(content)
    with pytest.raises(ConfigError) as error:
        load_config(tmp_path / "config.toml")
    assert told in str(error.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="n'existe pas"):
        load_config(tmp_path / "absent.toml")


def test_configured_financers_are_known() -> None:
    config = raw()
    config["financeurs"] = [{"code": "epci-brest", "nom": "Brest métropole océane", "type": "EPCI", "alias": ["BMO"]}]
    from schemas.financers import FinancerDirectory

    directory = FinancerDirectory(check_config(config).extra_financers())
    assert directory.find("B.M.O", "EPCI", None).name != "Brest métropole océane"
    assert directory.find("bmo", "EPCI", None).code == "epci-brest"
    assert directory.find("bmo", "Commune", None).code != "epci-brest"
