"""Scenarios: what they add to votes and requests, who another cap affects, and what a wrong one is told."""

import json
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from budget.pipeline import make_tables
from flows.steps import Outcome
from flows.summary import print_summary
from schemas.packed import Tables
from schemas.parameters import Config, ConfigError, check_config
from tests.grids import ROOT, at, check, decisions, posts, study
from workbooks.reader import RawSheet

DAY = date(2010, 11, 30)


def configured(text: str) -> Config:
    """The shipped configuration with other scenarios."""
    raw = tomllib.loads((ROOT / "config.toml").read_text("utf-8"), parse_float=Decimal)
    return check_config({**raw, "scenarios": {}, **tomllib.loads(text, parse_float=Decimal)})


def played(text: str, files: dict[str, list[RawSheet]], day: date = DAY) -> Tables:
    """All tables with the scenario `s`."""
    config = configured(f"[scenarios.s]\nlibelle = 'Essai'\n{text}")
    return make_tables(check(files, config), config, day, "s")


def added(text: str, files: dict[str, list[RawSheet]], day: date = DAY) -> list[tuple[int, float]]:
    """What the scenario adds, by exercice."""
    rows = played(text, files, day)["echeancier"].filter(nature="prévision").select("exercice", "prevu_eur").rows()
    return [(year, float(amount)) for year, amount in rows]


def test_a_study_that_becomes_a_pole_costs_its_posts_at_the_cap_for_its_years() -> None:
    assert added('poles = [{ pays = "Dinan", annee = 2012, postes = 2 }]', {}) == [(2012, 70000), (2013, 70000), (2014, 70000)]


def test_a_scenario_may_say_its_own_amount_and_years() -> None:
    assert added('poles = [{ pays = "08", annee = 2013, postes = 1, plafond_eur = 28000.50, duree_ans = 2 }]', {}) == [
        (2013, 28000.5), (2014, 28000.5),
    ]  # fmt: skip


def test_the_forecast_starts_with_the_year_of_the_day_and_stops_at_its_horizon() -> None:
    assert [year for year, _ in added('poles = [{ pays = "08", annee = 2009, postes = 1, duree_ans = 20 }]', {})] == list(range(2010, 2016))


def test_what_is_voted_or_asked_already_is_taken_off() -> None:
    pole = 'poles = [{ pays = "Vannes", annee = 2010, postes = 2 }]'
    assert added(pole, {"a.xlsx": posts(years=1)}) == [(2010, 35000), (2011, 70000), (2012, 70000)]
    vote = decisions([["Vannes", "fonctionnement", "attribution", 210000, 2, 2010, 3, at(date(2010, 10, 28)), "CP"]])
    assert added(pole, {"region/d.xlsx": vote}) == []


def test_without_a_scenario_nothing_is_forecast() -> None:
    made = make_tables(check({"a.xlsx": posts()}), configured(""), DAY)
    assert made["previsions"].is_empty()
    assert made["scenario_ecarts"].is_empty()
    assert "prévision" not in made["echeancier"]["nature"].to_list()


def gaps(text: str, files: dict[str, list[RawSheet]]) -> list[tuple[Any, ...]]:
    """Who is affected: file, rule, post, admitted now and then."""
    table = played(text, files)["scenario_ecarts"]
    return table.select("fichier", "code", "poste", "admis_actuel_eur", "admis_scenario_eur").rows()


CAP = 'parametres = [{{ nom = "{}", depuis = {}, valeur = {} }}]'


def test_a_lower_cap_affects_the_dossiers_that_its_day_rules() -> None:
    files = {"a.xlsx": posts(asked=33000, depot=date(2010, 6, 15)), "b.xlsx": posts(pays="Dinan", asked=35000, depot=date(2010, 7, 2))}
    assert gaps(CAP.format("plafond_poste_eur", "2010-07-01", 30000), files) == [("b.xlsx", "FON201", "Poste 1", 35000, 30000)]
    assert gaps(CAP.format("plafond_poste_eur", "2010-07-01", 35000), files) == []


def test_a_higher_cap_admits_what_is_rejected_today() -> None:
    files = {"a.xlsx": study(asked=28000)}
    made = played(CAP.format("plafond_etude_eur", "2010-01-01", 30000), files)["scenario_ecarts"].row(0, named=True)
    assert (made["code"], made["decision"], made["ecart_eur"]) == ("PRE201", "rejeté", Decimal(3000))
    assert (made["limite_actuelle"], made["limite_scenario"], made["demande_eur"]) == ("25000", "30000", Decimal(28000))


def test_fewer_posts_or_years_affect_those_beyond() -> None:
    files = {"a.xlsx": posts(years=2, count=2)}
    assert gaps(CAP.format("postes_max", "2010-01-01", 1), files) == [("a.xlsx", "FON301", "Poste 2", 35000, 0)] * 2
    assert gaps(CAP.format("duree_poste_ans", "2010-01-01", 1), files) == [
        ("a.xlsx", "FON302", "Poste 1", 35000, 0), ("a.xlsx", "FON302", "Poste 2", 35000, 0),
    ]  # fmt: skip


def test_a_study_counts_with_those_of_its_pays_and_a_post_with_its_campaigns() -> None:
    two = {"a.xlsx": study(asked=15000), "b.xlsx": study(asked=8000, project=2, depot=date(2010, 7, 1))}
    assert gaps(CAP.format("plafond_etude_eur", "2010-01-01", 20000), two) == [("b.xlsx", "PRE301", "", 8000, 5000)]
    assert gaps(CAP.format("plafond_etude_eur", "2010-01-01", 14000), two) == [
        ("a.xlsx", "PRE201", "", 15000, 14000), ("b.xlsx", "PRE301", "", 8000, 0),
    ]  # fmt: skip
    again = {"a.xlsx": posts(years=2), "b.xlsx": posts(campaign=2012, depot=date(2012, 3, 1))}
    assert gaps(CAP.format("duree_poste_ans", "2012-01-01", 2), again) == [("b.xlsx", "FON302", "Poste 1", 35000, 0)]


def test_the_day_of_the_vote_picks_the_value_and_shields_from_a_later_one() -> None:
    vote = decisions([["Vannes", "fonctionnement", "attribution", 35000, 1, 2010, 1, at(date(2010, 5, 28)), "CP"]])
    files = {"a.xlsx": posts(depot=date(2010, 6, 15)), "region/d.xlsx": vote}
    assert gaps(CAP.format("plafond_poste_eur", "2010-06-01", 30000), files) == []


def test_another_value_serves_the_poles_of_the_scenario_too() -> None:
    both = 'poles = [{ pays = "08", annee = 2012, postes = 1 }]\n' + CAP.format("plafond_poste_eur", "2011-01-01", 30000)
    assert added(both, {}) == [(2012, 30000), (2013, 30000), (2014, 30000)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            'poles = [{ pays = "Dinnan", annee = 2012, postes = 1 }]',
            "« Dinnan » n'est aucun des 21 Pays ; voulez-vous dire « Pays de Dinan » ?",
        ),
        ('poles = [{ pays = "08", annee = 2012, postes = 1, poste = 2 }]', "clé « scenarios.s.poles.n° 1.poste » : clé inconnue"),
        ('poles = [{ pays = "08", annee = 2012 }]', "clé « scenarios.s.poles.n° 1.postes » : clé obligatoire absente"),
        ('poles = [{ pays = "08", annee = 2015, postes = 1 }]', "le plafond n'est pas connu au 01/01/2015 pour « Pays de Dinan »"),
        ('poles = [{ pays = "08", annee = 2012, postes = 1 }, { pays = "Dinan", annee = 2013, postes = 1 }]', "figure deux fois"),
        (
            'parametres = [{ nom = "plafond", depuis = 2011-01-01, valeur = 1 }]',
            "clé « scenarios.s.parametres.n° 1.nom » : valeur hors liste",
        ),
        ("[prevision]\nscenario = 'autre'\nhorizon_ans = 5", "« autre » n'est aucun des scénarios de la configuration (« s »)"),
    ],
)
def test_a_wrong_scenario_is_told_in_french(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as error:
        configured(f"[scenarios.s]\nlibelle = 'Essai'\n{text}")
    assert told in str(error.value)


def test_the_command_refuses_a_scenario_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    from flows.cli import main

    assert main(["--config", str(ROOT / "config.toml"), "run", "--scenario", "inconnu"]) == 2
    assert "« inconnu » n'est aucun des scénarios" in capsys.readouterr().err


def test_the_terminal_says_what_the_scenario_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = played(CAP.format("plafond_poste_eur", "2010-01-01", 30000), {"a.xlsx": posts()})
    print_summary(Outcome(made, ()), tmp_path, DAY, scenario="s", as_json=False)
    told = " ".join(capsys.readouterr().out.replace("\u00a0", " ").split())
    assert "Scénario « s » : 1 demande touchée, -5 000 € d'écart (donnees/scenario_ecarts.csv)." in told
    print_summary(Outcome(made, ()), tmp_path, DAY, scenario="s", as_json=True)
    facts = json.loads(capsys.readouterr().out)["scenario"]
    assert facts == {"nom": "s", "prevision_eur": "0", "demandes_touchees": 1, "ecart_eur": "-5000.00"}


def test_the_shipped_scenarios_are_those_of_october_2010() -> None:
    shipped = check_config(tomllib.loads((ROOT / "config.toml").read_text("utf-8"), parse_float=Decimal))
    made = make_tables(check({}, shipped), shipped, DAY, "etudes-abouties")["previsions"]
    assert made["pays_code"].n_unique() == 6
    assert made.group_by("exercice").agg().height == 4
    assert made["prevision_eur"].sum() == 6 * 3 * 35000
