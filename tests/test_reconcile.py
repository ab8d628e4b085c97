"""Each financing seen from both sides: what is confirmed, declared and hoped for, and what does not agree (contract §4, `financements`)."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from schemas.packed import Tables
from tests import grids
from tests.fundings import answer, asked, funded, secured, voted
from tests.grids import at, decided, edit, sheet
from workbooks.reader import RawSheet

DEP, VANNES, NEW_YEAR = "Département", "Pays de Vannes", date(2010, 1, 1)
Files = dict[str, list[RawSheet]]
_MADE: dict[str, Tables] = {}


def tables(files: Files) -> Tables:
    """All tables, made once for the same documents."""
    key = repr(files)
    if key not in _MADE:
        _MADE[key] = grids.tables(files)
    return _MADE[key]


def row(files: Files, financer: str = "dep-56", year: int = 2010) -> dict[str, Any]:
    """The financing of a financer, cents as whole euros where they are."""
    found = tables(files)["financements"].filter(pays_code="20", financeur_id=financer, exercice=year).to_dicts()
    assert len(found) == 1, found
    return {name.removesuffix("_eur"): float(value) if isinstance(value, Decimal) else value for name, value in found[0].items()}


def figures(files: Files, financer: str = "dep-56", year: int = 2010) -> tuple[Any, ...]:
    """Confirmed, declared, hoped for, gap, state."""
    found = row(files, financer, year)
    return tuple(found[name] for name in ("confirme", "declare", "espere", "ecart", "etat"))


def said(files: Files, code: str) -> list[tuple[str, str]]:
    """Where a rule spoke: file and cell."""
    return tables(files)["constats"].filter(code=code).select("fichier", "cellule").rows()


# --- Who is meant ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name", "siret", "code"),
    [
        (DEP, "CG 35", None, "dep-35"),
        (DEP, "Conseil général d'Ille-et-Vilaine", None, "dep-35"),
        (DEP, "Département 35", None, "dep-35"),
        (DEP, "conseil general d ILLE ET VILAINE", None, "dep-35"),
        (DEP, "Service inconnu", "22350001800013", "dep-35"),
        (DEP, "Service inconnu", "223500018", "dep-35"),
        ("EPCI", "CG 35", None, "epci-cg-35"),
        ("Commune", "Vannes", None, "commune-vannes"),
    ],
)
def test_a_financer_is_found_by_siren_then_by_name_within_its_type(kind: str, name: str, siret: str | None, code: str) -> None:
    made = tables({"a.xlsx": funded([asked(kind, name, 5000, siret=siret)])})
    assert made["financements"]["financeur_id"].to_list() == [code]


def test_names_of_one_financer_make_one_row() -> None:
    lines = [asked(DEP, name, 1000) for name in ("CG 35", "Conseil général d'Ille-et-Vilaine", "Département 35")]
    assert row({"a.xlsx": funded(lines)}, "dep-35")["sollicite"] == 3000


def test_an_unknown_financer_is_said_once_per_file_with_the_nearest() -> None:
    lines = [asked(DEP, "Consel général du Morbihan", 1000, year=year) for year in (2010, 2011)]
    found = tables({"a.xlsx": funded(lines)})
    finding = found["constats"].filter(code="COF406").row(0, named=True)
    assert (finding["cellule"], finding["gravite"]) == ("B2", "information")
    assert "« Département du Morbihan »" in finding["message"]
    assert found["provenances"].filter(table="constats", cle=finding["constat_id"])["cellule"].to_list() == ["B2", "B3"]
    assert said({"a.xlsx": funded([asked(DEP, "CG 56", 1000)])}, "COF406") == []


def test_siren_and_name_of_two_financers_are_said_and_the_siren_decides() -> None:
    files = {"a.xlsx": funded([asked(DEP, "CG 56", 1000, siret="222900011")])}
    assert said(files, "COF407") == [("a.xlsx", "B2")]
    assert row(files, "dep-29")["sollicite"] == 1000
    assert decided(files) == {"a.xlsx": "accepté avec réserves"}
    assert said({"a.xlsx": funded([asked(DEP, "CG 29", 1000, siret="222900011")])}, "COF407") == []


def test_own_resources_are_no_financer() -> None:
    files = {"a.xlsx": funded([asked("Ressources propres", "Association exemple", 2000), asked(DEP, "CG 56", 1000)])}
    assert tables(files)["financements"]["financeur_id"].to_list() == ["dep-56"]
    assert said(files, "COF406") == []


# --- Both sides -----------------------------------------------------------------------------------------------------------------


def test_what_the_financer_voted_is_confirmed_and_the_rest_hoped_for() -> None:
    files = {"a.xlsx": funded([asked(DEP, "CG 56", 10000)]), "b.xlsx": answer([[VANNES, 2010, 8000, 3000]])}
    assert figures(files) == (8000, 0, 2000, -2000, "écart")
    assert row(files)["verse"] == 3000
    assert said(files, "COF401") == [("a.xlsx", "F2")]


def test_the_same_amount_is_concordant() -> None:
    files = {"a.xlsx": funded([secured(DEP, "CG 56", 10000)]), "b.xlsx": answer([[VANNES, 2010, 10000, 0]])}
    assert figures(files) == (10000, 0, 0, 0, "concordant")
    assert said(files, "COF401") == []


@pytest.mark.parametrize(("vote", "fires"), [(9999, False), (9998.99, True), (10001, False), (10001.01, True)])
def test_a_gap_within_the_tolerance_is_shown_and_not_said(vote: float, fires: bool) -> None:
    files = {"a.xlsx": funded([secured(DEP, "CG 56", 10000)]), "b.xlsx": answer([[VANNES, 2010, vote, 0]])}
    assert row(files)["etat"] == "écart"
    assert bool(said(files, "COF401")) is fires


def test_a_waiver_widens_the_tolerance_and_is_cited() -> None:
    waivers = sheet("Dérogations", [["Pays", "Règle", "Valeur autorisée", "Du", "Référence"], [VANNES, "COF401", 500, at(NEW_YEAR), "N-1"]])
    files = {"a.xlsx": funded([secured(DEP, "CG 56", 10000)]), "region/d.xlsx": [*voted([]), waivers]}
    assert said({**files, "b.xlsx": answer([[VANNES, 2010, 9500, 0]])}, "COF401") == []
    beyond = {**files, "b.xlsx": answer([[VANNES, 2010, 9400, 0]])}
    finding = tables(beyond)["constats"].filter(code="COF401")["constat_id"][0]
    assert ("region/d.xlsx", "C2") in tables(beyond)["provenances"].filter(cle=finding).select("fichier", "cellule").rows()


def test_both_sides_are_summed_before_they_are_compared() -> None:
    files = {
        "a.xlsx": funded([secured(DEP, "CG 56", 4000), secured(DEP, "Morbihan", 6000)]),
        "b.xlsx": answer([[VANNES, 2010, 7000, 0], [VANNES, 2010, 3000, 0]]),
    }
    assert figures(files) == (10000, 0, 0, 0, "concordant")
    pairs = tables(files)["rapprochement"]
    assert pairs.select("cellule_dossier", "cellule_financeur").rows() == [("F2", "D2"), ("F3", "D3")]
    assert pairs["vote_eur"].sum() == pairs["acquis_eur"].sum() == 10000


def test_secured_with_date_and_reference_is_declared_until_the_financer_answers() -> None:
    dossier = funded([secured(DEP, "CG 56", 10000)])
    assert figures({"a.xlsx": dossier}) == (0, 10000, 0, None, "sans réponse")
    assert said({"a.xlsx": dossier}, "COF404") == [("a.xlsx", "F2")]
    answered = {"a.xlsx": dossier, "b.xlsx": answer([["Pays d'Auray", 2010, 500, 0]])}
    assert figures(answered) == (0, 0, 10000, -10000, "dossier seul")
    assert said(answered, "COF402") == [("a.xlsx", "F2")]
    assert said(answered, "COF404") == []


@pytest.mark.parametrize(("day", "reference"), [(None, "D-1"), (date(2010, 5, 10), None), (None, None)])
def test_without_a_date_or_a_reference_it_is_hoped_for(day: date | None, reference: str | None) -> None:
    assert figures({"a.xlsx": funded([secured(DEP, "CG 56", 10000, day=day, reference=reference)])})[:3] == (0, 0, 10000)


def test_what_is_only_asked_for_is_no_finding_when_the_statement_lacks_it() -> None:
    files = {"a.xlsx": funded([asked(DEP, "CG 56", 10000)]), "b.xlsx": answer([["Pays d'Auray", 2010, 500, 0]])}
    assert figures(files) == (0, 0, 10000, -10000, "dossier seul")
    assert {code for code in tables(files)["constats"]["code"] if code.startswith("COF40")} == set()


def test_a_statement_answers_for_the_exercices_it_names_and_its_campaign() -> None:
    lines = [secured(DEP, "CG 56", 1000, year=year) for year in (2010, 2011, 2012)]
    files = {"a.xlsx": funded(lines), "b.xlsx": answer([["Pays d'Auray", 2012, 500, 0]])}
    states = tables(files)["financements"].filter(pays_code="20").select("exercice", "etat").rows()
    assert states == [(2010, "dossier seul"), (2011, "sans réponse"), (2012, "dossier seul")]


def test_a_statement_without_a_line_has_answered() -> None:
    files = {"a.xlsx": funded([secured(DEP, "CG 56", 1000)]), "b.xlsx": answer([])}
    assert figures(files)[-1] == "dossier seul"


def test_a_refused_line_is_hoped_for_no_more() -> None:
    refused = [DEP, "CG 56", None, 2010, 8000, None, "refusé", None, None]
    assert figures({"a.xlsx": funded([refused, asked("Europe", "FSE", 1000)])})[:3] == (0, 0, 0)
    answered = {"a.xlsx": funded([refused, asked("Europe", "FSE", 1000)]), "b.xlsx": answer([[VANNES, 2010, 0, 0]])}
    assert figures(answered) == (0, 0, 0, 0, "concordant")


def test_a_vote_that_the_dossier_lacks_is_confirmed_and_said_at_its_cell() -> None:
    files = {"a.xlsx": funded([asked("Europe", "FSE", 1000)], cost=9000), "b.xlsx": answer([[VANNES, 2010, 8000, 0]])}
    assert figures(files) == (8000, 0, 0, 8000, "financeur seul")
    assert said(files, "COF403") == [("b.xlsx", "D2")]


def test_without_an_accepted_dossier_the_vote_is_shown_and_confirms_nothing() -> None:
    files = {"b.xlsx": answer([[VANNES, 2010, 8000, 500]])}
    assert figures(files) == (0, 0, 0, 8000, "financeur seul")
    assert (row(files)["vote"], row(files)["verse"]) == (8000, 500)
    assert said(files, "COF403") == []


def test_a_rejected_dossier_brings_nothing() -> None:
    wrong = edit(funded([secured(DEP, "CG 56", 8000)]), "Budget", "C2", "2x8000")
    files = {"a.xlsx": wrong, "b.xlsx": answer([[VANNES, 2010, 8000, 0]])}
    assert figures(files) == (0, 0, 0, 8000, "financeur seul")


# --- Communes, reserves ---------------------------------------------------------------------------------------------------------


def test_a_commune_confirms_only_the_year_of_its_vote() -> None:
    lines = [asked("Commune", "Vannes", 3000, year=year) for year in (2010, 2011)]
    rows = [[VANNES, year, 3000, 0, date(2010, 4, 1)] for year in (2010, 2011)]
    files = {"a.xlsx": funded(lines), "b.xlsx": answer(rows, name="Vannes", kind="Commune")}
    assert figures(files, "commune-vannes") == (3000, 0, 0, 0, "concordant")
    assert figures(files, "commune-vannes", 2011) == (0, 0, 3000, 0, "concordant")


def test_a_commune_s_undated_vote_is_no_later_than_its_statement() -> None:
    files = {
        "a.xlsx": funded([asked("Commune", "Vannes", 3000, year=year) for year in (2010, 2011)]),
        "b.xlsx": answer([[VANNES, year, 3000, 0] for year in (2010, 2011)], name="Vannes", kind="Commune"),
    }
    assert figures(files, "commune-vannes")[0] == 3000
    assert figures(files, "commune-vannes", 2011)[:3] == (0, 0, 3000)


def test_a_commune_s_later_years_are_not_declared_either() -> None:
    lines = [secured("Commune", "Vannes", 3000, year=year, day=date(2010, 4, 1)) for year in (2010, 2011)]
    files = {"a.xlsx": funded(lines)}
    assert figures(files, "commune-vannes")[:3] == (0, 3000, 0)
    assert figures(files, "commune-vannes", 2011)[:3] == (0, 0, 3000)
    epci = [secured("EPCI", "Vannes agglo", 3000, year=year, day=date(2010, 4, 1)) for year in (2010, 2011)]
    assert figures({"a.xlsx": funded(epci)}, "epci-vannes-agglo", 2011)[:3] == (0, 3000, 0)


def test_sous_reserve_is_hoped_for_on_both_sides() -> None:
    conditional = funded([secured(DEP, "CG 56", "5000 € (sous réserve)", counted=5000)])
    assert figures({"a.xlsx": conditional}) == (0, 0, 5000, None, "sans réponse")
    assert row({"a.xlsx": conditional})["acquis"] == 0
    assert said({"a.xlsx": conditional}, "COF404") == []
    files = {"a.xlsx": funded([asked(DEP, "CG 56", 5000)]), "b.xlsx": answer([[VANNES, 2010, "5000 € (sous réserve)", 0]])}
    assert figures(files) == (0, 0, 5000, 0, "concordant")
    assert row(files)["vote"] == 5000


def test_a_promise_that_the_dossier_lacks_is_hoped_for() -> None:
    files = {
        "a.xlsx": funded([asked("Europe", "FSE", 1000)], cost=9000),
        "b.xlsx": answer([[VANNES, 2010, "4000 € (sous réserve)", 0]]),
    }
    assert figures(files)[:3] == (0, 0, 4000)


# --- The Région -----------------------------------------------------------------------------------------------------------------

REGION = "region-bretagne"
VOTE = ["attribution", 20000, 2010, 1, date(2010, 10, 28), "CP-1"]


def of_region(*rows: list[Any], lines: Any = None, **more: Any) -> Files:
    return {"a.xlsx": funded(lines or [asked("Région", "Région Bretagne", 20000)]), "region/d.xlsx": voted(rows, **more)}


def test_the_region_is_reconciled_with_its_decisions_and_payments() -> None:
    files = of_region(VOTE, payments=[[2010, "M1", "avance", 12000], [2010, "M2", "reversement", 2000]])
    assert figures(files, REGION) == (20000, 0, 0, 0, "concordant")
    assert row(files, REGION)["verse"] == 10000


def test_without_a_decision_the_region_has_not_answered() -> None:
    files = of_region(["ajournement", 0, 2010, 1, date(2010, 10, 28), "CP-1"])
    assert figures(files, REGION) == (0, 0, 20000, None, "sans réponse")
    secured_line = {"a.xlsx": funded([secured("Région", "Région Bretagne", 20000)])}
    assert [said(secured_line, code) for code in ("COF402", "COF404")] == [[], []]


def test_after_a_refusal_nothing_is_hoped_for_until_it_is_asked_again() -> None:
    refusal = ["refus", 0, 2010, 1, date(2010, 10, 28), "CP-1"]
    assert figures(of_region(refusal), REGION)[:3] == (0, 0, 0)
    again = funded([asked("Région", "Région Bretagne", 20000)], depot=date(2010, 11, 15))
    assert figures({"a.xlsx": again, "region/d.xlsx": voted([refusal])}, REGION)[:3] == (0, 0, 20000)
    later = ["attribution", 15000, 2010, 1, date(2010, 12, 10), "CP-2"]
    assert figures(of_region(refusal, later), REGION)[:3] == (15000, 0, 5000)


def test_a_cancelled_vote_is_hoped_for_no_more() -> None:
    files = of_region(VOTE, ["annulation", 20000, 2010, 1, date(2010, 12, 1), "CP-2"])
    assert figures(files, REGION) == (0, 0, 0, -20000, "écart")


def test_a_vote_spreads_over_its_years() -> None:
    lines = [asked("Région", "Région Bretagne", 6666.66, year=year) for year in (2010, 2011, 2012)]
    files = of_region(["attribution", 20000, 2010, 3, date(2010, 10, 28), "CP-1"], lines=lines)
    votes = tables(files)["financements"].filter(financeur_id=REGION)["vote_eur"].to_list()
    assert votes == [Decimal("6666.66"), Decimal("6666.66"), Decimal("6666.68")]


def test_a_statement_that_speaks_for_the_region_is_not_its_word() -> None:
    files = of_region(VOTE) | {"b.xlsx": answer([[VANNES, 2010, 20000, 0]], name="Région Bretagne", kind="Région")}
    assert row(files, REGION)["vote"] == 20000
    assert tables(files)["votes"]["etat"].to_list() == ["hors rapprochement"]


# --- Which statement counts -----------------------------------------------------------------------------------------------------


def test_a_newer_statement_replaces_the_one_before_and_the_lines_it_drops_are_said() -> None:
    files = {
        "a.xlsx": funded([asked(DEP, "CG 56", 8000)]),
        "b.xlsx": answer([[VANNES, 2010, 8000, 0], ["Pays d'Auray", 2010, 500, 0]]),
        "c.xlsx": answer([["Pays d'Auray", 2010, 500, 0]], depot=date(2010, 10, 1)),
    }
    assert figures(files) == (0, 0, 8000, -8000, "dossier seul")
    made = tables(files)
    finding = made["constats"].filter(code="COF405").row(0, named=True)
    assert (finding["fichier"], finding["feuille"], finding["cellule"]) == ("c.xlsx", "Engagements", "")
    assert "Pays de Vannes, préfiguration, 2010, 8\u00a0000\u00a0€" in finding["message"]
    assert made["provenances"].filter(cle=finding["constat_id"]).select("fichier", "cellule").rows() == [("b.xlsx", "D2")]


def test_a_later_campaign_covers_its_exercices_and_leaves_the_others() -> None:
    lines = [asked(DEP, "CG 56", 1000, year=year) for year in (2010, 2011, 2012)]
    old = answer([[VANNES, year, 1000, 0] for year in (2010, 2011, 2012)])
    new = answer([[VANNES, 2011, 900, 0]], campaign=2011, depot=date(2011, 9, 1))
    files = {"a.xlsx": funded(lines), "b.xlsx": old, "c.xlsx": new}
    votes = tables(files)["financements"].select("exercice", "vote_eur").rows()
    assert votes == [(2010, Decimal(1000)), (2011, Decimal(900)), (2012, Decimal(1000))]
    assert tables(files)["votes"]["etat"].to_list() == ["retenu", "réactualisé", "retenu", "retenu"]
    assert said(files, "COF405") == []
    dropped = {**files, "c.xlsx": answer([["Pays d'Auray", 2011, 900, 0]], campaign=2011, depot=date(2011, 9, 1))}
    assert said(dropped, "COF405") == [("c.xlsx", "")]
    assert row(dropped, year=2011)["vote"] is None


def test_a_letter_told_twice_counts_once() -> None:
    """Staff type the answers of two financers in one workbook; one of them sends its own later."""
    both = [[VANNES, 2010, 8000, 0, None, "CG 56", DEP], [VANNES, 2010, 500, 0, None, "CG 22", DEP]]
    files = {
        "a.xlsx": funded([asked(DEP, "CG 56", 8000), asked(DEP, "CG 22", 500)]),
        "b.xlsx": answer(both, name=None, kind=None),
        "c.xlsx": answer([[VANNES, 2010, 8000, 0]], depot=date(2010, 10, 1)),
    }
    assert (row(files)["vote"], row(files, "dep-22")["vote"]) == (8000, 500)
    assert tables(files)["votes"].select("fichier", "etat").rows() == [("b.xlsx", "remplacé"), ("b.xlsx", "retenu"), ("c.xlsx", "retenu")]
    assert tables(files)["controles"].filter(pl.col("ecart") != 0).is_empty()


def test_a_statement_s_siret_is_not_lent_to_the_other_financers_it_names() -> None:
    rows = [[VANNES, 2010, 100, 0], [VANNES, 2010, 200, 0, None, "CG 22", DEP]]
    made = tables({"b.xlsx": answer(rows, name="Le Département", siret="225600014")})
    assert made["votes"].select("financeur_id", "vote_eur").rows() == [("dep-56", Decimal(100)), ("dep-22", Decimal(200))]


def test_a_row_that_cannot_be_read_silences_what_is_compared_with_it() -> None:
    files = {"a.xlsx": funded([secured(DEP, "CG 56", 8000)]), "b.xlsx": answer([[VANNES, 2010, "8x1000", 0], ["Auray", 2010, 1, 0]])}
    assert [said(files, code) for code in ("COF401", "COF402", "COF404")] == [[], [], []]
    assert figures(files) == (0, 0, 8000, None, "sans réponse")
    nowhere = {**files, "b.xlsx": answer([["Pays de nulle part", 2010, 8000, 0]])}
    assert [said(nowhere, code) for code in ("COF401", "COF402", "COF404")] == [[], [], []]


# --- Sums -----------------------------------------------------------------------------------------------------------------------


def test_confirmed_and_declared_above_the_charges_is_said() -> None:
    lines = [asked("Région", "Région Bretagne", 5000), secured(DEP, "CG 56", 3000)]
    files = {"a.xlsx": funded(lines), "b.xlsx": answer([[VANNES, 2010, 6000, 0]], name="FSE", kind="Europe")}
    assert said(files, "COF408") == [("a.xlsx", "")], "8 000 € of charges, 9 000 € of funding"
    fewer = {**files, "b.xlsx": answer([[VANNES, 2010, 5000, 0]], name="FSE", kind="Europe")}
    assert said(fewer, "COF408") == []


def test_paid_above_the_vote_is_said_for_the_line_as_a_whole() -> None:
    rows = [[VANNES, 2010, 5000, 0], [VANNES, 2010, 0, 5000.01]]
    files = {"b.xlsx": answer(rows)}
    assert said(files, "COF409") == [("b.xlsx", "")]
    assert decided(files) == {"b.xlsx": "accepté avec réserves"}
    assert said({"b.xlsx": answer([[VANNES, 2010, 5000, 0], [VANNES, 2010, 0, 5000]])}, "COF409") == []


def test_a_dossier_of_a_later_campaign_takes_over_its_exercices() -> None:
    files = {
        "a.xlsx": funded([asked(DEP, "CG 56", 1000, year=year) for year in (2010, 2011)]),
        "b.xlsx": funded([asked(DEP, "CG 56", 1500, year=2011)], campaign=2011, depot=date(2011, 3, 1)),
    }
    assert (row(files)["sollicite"], row(files, year=2011)["sollicite"]) == (1000, 1500)


def test_every_figure_names_its_cells() -> None:
    files = {"a.xlsx": funded([secured(DEP, "CG 56", 8000)]), "b.xlsx": answer([[VANNES, 2010, 6000, 500]])}
    cited = tables(files)["provenances"].filter(table="financements", cle="20|1|préfiguration|2010|dep-56")
    assert cited.select("champ", "fichier", "cellule").rows() == [
        ("acquis_eur", "a.xlsx", "F2"), ("confirme_eur", "b.xlsx", "D2"), ("espere_eur", "a.xlsx", "F2"), ("sollicite_eur", "a.xlsx", "E2"),
        ("verse_eur", "b.xlsx", "E2"), ("vote_eur", "b.xlsx", "D2"),
    ]  # fmt: skip
