"""What the Région voted, engaged and paid, when it falls due, and what is missing before a solde (contract §4)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.fundings import asked, funded, voted
from tests.grids import at, decisions, edit, posts, report, tables
from workbooks.reader import RawSheet

DAY, SIGNED = date(2010, 10, 28), date(2010, 11, 20)
Files = dict[str, list[RawSheet]]


def engaged(*rows: Any, payments: Any = ()) -> list[tuple[str, float, float, float, float]]:
    """Reference, vote, engaged, paid, left."""
    table = tables({"region/d.xlsx": voted(rows, payments=payments)})["engagements"].sort("reference")
    money = table.select("vote_eur", "engage_eur", "mandate_eur", "reste_a_mandater_eur").rows()
    return [(reference, *map(float, line)) for reference, line in zip(table["reference"], money, strict=True)]


def due(files: Files) -> list[tuple[int, str, float, float]]:
    """Exercice, nature, expected, paid."""
    table = tables(files)["echeancier"]
    return [(e, n, float(p), float(m)) for e, n, p, m in table.select("exercice", "nature", "prevu_eur", "mandate_eur").rows()]


# --- Engagements ----------------------------------------------------------------------------------------------------------------


def test_nothing_is_engaged_until_a_convention_is_signed() -> None:
    rows = engaged(["attribution", 20000, 2010, 1, DAY, "A"], ["attribution", 15000, 2011, 1, DAY, "B", SIGNED])
    assert rows == [("A", 20000, 0, 0, 0), ("B", 15000, 15000, 0, 15000)]


def test_payments_go_to_the_decision_that_bears_their_number() -> None:
    rows = engaged(
        ["attribution", 20000, 2010, 1, DAY, "A", SIGNED, "E1"], ["attribution", 15000, 2011, 1, DAY, "B", SIGNED, "E2"],
        payments=[[2011, "M1", "avance", 7000, "E2"], [2011, "M2", "reversement", 500, "E2"]],
    )  # fmt: skip
    assert rows == [("A", 20000, 20000, 0, 20000), ("B", 15000, 15000, 6500, 8500)]


def test_payments_without_a_number_fill_the_oldest_decision_first() -> None:
    rows = engaged(
        ["attribution", 20000, 2010, 1, date(2010, 3, 1), "A", SIGNED], ["attribution", 15000, 2011, 1, DAY, "B", SIGNED],
        payments=[[2010, "M1", "avance", 12000], [2011, "M2", "solde", 14000]],
    )  # fmt: skip
    assert rows == [("A", 20000, 20000, 20000, 0), ("B", 15000, 15000, 6000, 9000)]


def test_what_is_paid_beyond_goes_to_the_last_award() -> None:
    rows = engaged(
        ["attribution", 20000, 2010, 1, DAY, "A", SIGNED], ["refus", 0, 2011, 1, date(2010, 12, 1), "B"],
        payments=[[2010, "M1", "avance", 23000]],
    )  # fmt: skip
    assert rows == [("A", 20000, 20000, 23000, -3000), ("B", 0, 0, 0, 0)]


@pytest.mark.parametrize(("signed", "taken_back"), [(SIGNED, -5000), (None, 0)])
def test_a_cancellation_takes_back_what_was_engaged(signed: date | None, taken_back: float) -> None:
    rows = engaged(["attribution", 20000, 2010, 1, DAY, "A", signed], ["annulation", 5000, 2010, 1, date(2010, 12, 1), "B"])
    assert rows[1] == ("B", -5000, taken_back, 0, taken_back)


def test_an_amendment_bears_its_own_convention() -> None:
    rows = engaged(
        ["attribution", 20000, 2010, 1, DAY, "A", SIGNED],
        ["avenant", -2000, 2010, 1, DAY, "B"],
        ["avenant", 1000, 2010, 1, DAY, "C", SIGNED],
    )
    assert [(r[0], r[2]) for r in rows] == [("A", 20000), ("B", 0), ("C", 1000)]


def test_a_payment_of_a_project_without_a_decision_is_in_no_row_and_is_controlled() -> None:
    made = tables({"region/d.xlsx": voted([], payments=[[2010, "M1", "avance", 1000]])})
    assert made["engagements"].is_empty()
    assert made["echeancier"].select("nature", "prevu_eur", "mandate_eur").rows() == [("ferme", Decimal(0), Decimal(1000))]
    assert set(made["controles"]["ecart"]) == {0}


# --- Échéancier -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "years", "parts"),
    [
        (105000, 3, [35000, 35000, 35000]),
        (100000, 3, [33333.33, 33333.33, 33333.34]),
        (0.05, 3, [0.01, 0.01, 0.03]),
        (20000, 1, [20000]),
        (0.01, 2, [0.01]),
    ],
)
def test_a_vote_spreads_in_equal_cents_and_the_last_year_takes_the_rest(amount: float, years: int, parts: list[float]) -> None:
    rows = due({"region/d.xlsx": voted([["attribution", amount, 2010, years, DAY, "A"]])})
    assert [r[2] for r in rows] == parts
    assert [r[0] for r in rows][-1] == 2010 + years - 1


def test_a_vote_under_reserve_is_neither_firm_nor_engaged() -> None:
    files = {"a.xlsx": funded([asked("Région", "Région Bretagne", 10000)])}
    files["region/d.xlsx"] = voted([["attribution", "10000 € (sous réserve)", 2010, 1, DAY, "A", SIGNED]])
    assert due(files) == [(2010, "demandé", 10000, 0)]
    row = tables(files)["engagements"].row(0, named=True)
    assert (row["vote_eur"], row["engage_eur"]) == (Decimal(10000), Decimal(0))
    assert set(tables(files)["controles"]["ecart"]) == {0}


def test_a_cancellation_is_truncated_towards_zero_too() -> None:
    rows = [["attribution", 30000, 2010, 3, DAY, "A"], ["annulation", 0.05, 2010, 2, DAY, "B"]]
    assert [r[2] for r in due({"region/d.xlsx": voted(rows)})] == [9999.98, 9999.97, 10000]


def test_payments_stand_at_their_own_exercice() -> None:
    payments = [[2010, "M1", "avance", 5000], [2012, "M2", "solde", 6000], [2012, "M3", "annulation", 1000]]
    rows = due({"region/d.xlsx": voted([["attribution", 10000, 2010, 1, DAY, "A"]], payments=payments)})
    assert rows == [(2010, "ferme", 10000, 5000), (2012, "ferme", 0, 5000)]


def test_what_an_accepted_dossier_asks_is_due_until_a_decision_settles_it() -> None:
    lines = [asked("Région", "Région Bretagne", 10000, year=year) for year in (2010, 2011)]
    dossier = {"a.xlsx": funded(lines)}
    assert due(dossier) == [(2010, "demandé", 10000, 0), (2011, "demandé", 10000, 0)]
    part = {**dossier, "region/d.xlsx": voted([["attribution", 8000, 2010, 1, DAY, "A"]])}
    assert due(part) == [(2010, "ferme", 8000, 0), (2011, "demandé", 10000, 0)]
    refused = {**dossier, "region/d.xlsx": voted([["refus", 0, 2010, 2, DAY, "A"]])}
    assert due(refused) == []
    put_off = {**dossier, "region/d.xlsx": voted([["ajournement", 0, 2010, 2, DAY, "A"]])}
    assert due(put_off) == due(dossier)


def test_what_is_asked_beyond_an_older_vote_is_due_as_well() -> None:
    """Three years voted at once; the next campaign asks for more in the second one."""
    files = {
        "a.xlsx": funded([asked("Région", "Région Bretagne", 15000, year=2011)], campaign=2011, depot=date(2011, 3, 1)),
        "region/d.xlsx": voted([["attribution", 20000, 2010, 2, DAY, "A"]]),
    }
    assert due(files) == [(2010, "ferme", 10000, 0), (2011, "demandé", 5000, 0), (2011, "ferme", 10000, 0)]


# --- Comptes rendus and soldes --------------------------------------------------------------------------------------------------

POSTS = {"a.xlsx": posts(years=2)}
AWARD = ["Vannes", "fonctionnement", "attribution", 70000, 1, 2010, 2, at(DAY), "CP-1"]


def spent(lines: Any, campaign: int = 2010) -> list[tuple[str, str, float, float, float]]:
    table = tables({**POSTS, "r.xlsx": report(lines, campaign=campaign)})["compte_rendu"]
    return [(c, li, *map(float, m)) for c, li, *m in table.select("compte", "libelle", "prevu_eur", "realise_eur", "ecart_eur").rows()]


def test_planned_and_spent_stand_side_by_side_by_account() -> None:
    rows = spent([[6411, 2010, 0, 30000.5], [6412, 2010, 0, 5000], [625, 2010, 0, 700]])
    assert rows == [
        ("625", "Déplacements, missions", 0, 700, 700),
        ("641", "Rémunération des personnels", 42000, 35000.5, -6999.5),
        ("74", "Département", 7000, 0, -7000),
        ("74", "Région", 35000, 0, -35000),
    ]


def test_where_the_report_gives_a_heading_the_budget_is_compared_by_heading() -> None:
    assert spent([[64, 2010, 0, 40000]])[0] == ("64", "Charges de personnel", 42000, 40000, -2000)
    assert spent([[64, 2010, 0, 99999], [641, 2010, 0, 40000]])[0] == ("641", "Rémunération des personnels", 42000, 40000, -2000)


def test_without_a_budget_for_the_exercice_the_report_s_own_plan_is_compared() -> None:
    table = tables({"r.xlsx": report([[641, 2010, 500, 450]])})["compte_rendu"]
    assert table.select("prevu_eur", "prevu_declare_eur", "ecart_eur").row(0) == (Decimal(500), Decimal(500), Decimal(-50))


def test_an_exercice_reported_twice_counts_once() -> None:
    old = report([[641, 2010, 0, 100], [641, 2011, 0, 300]], depot=date(2011, 2, 1))
    new = report([[641, 2010, 0, 200]], campaign=2011, depot=date(2011, 3, 1))
    made = tables({"r.xlsx": old, "s.xlsx": new})
    assert made["compte_rendu"].select("exercice", "realise_eur").rows() == [(2010, Decimal(200)), (2011, Decimal(300))]
    assert made["realises"]["etat"].to_list() == ["réactualisé", "retenu", "retenu"]
    assert set(made["controles"]["ecart"]) == {0}


def settled(day: date, *, signed: bool = True, steps: Any = (), payments: Any = (), **files: Any) -> list[tuple[int, str, str | None]]:
    """Exercice, state, what is missing, for 70 000 € voted for the posts over two years."""
    region = decisions([AWARD], steps=steps, payments=payments)
    if signed:
        region = edit(edit(region, "Décisions", "K1", "Date de convention"), "Décisions", "K2", at(SIGNED))
    table = tables({**POSTS, "region/d.xlsx": region, **files}, day=day)["soldes"]
    return table.select("exercice", "etat", "manque").rows()


def test_a_solde_waits_for_the_convention_and_the_report() -> None:
    assert settled(date(2011, 3, 1), signed=False)[0] == (
        2010, "pièces manquantes", "la convention signée (CP-1) ; le compte rendu financier de 2010",
    )  # fmt: skip
    assert settled(date(2011, 3, 1)) == [
        (2010, "pièces manquantes", "le compte rendu financier de 2010"), (2011, "à venir", None),
    ]  # fmt: skip


def test_a_report_received_or_told_by_a_step_makes_the_solde_payable() -> None:
    told = [["Vannes", "compte rendu reçu", at(date(2011, 2, 20))]]
    assert settled(date(2011, 3, 1), steps=told)[0] == (2010, "solde possible", None)
    received = {"r.xlsx": report([[641, 2010, 0, 41000]])}
    assert settled(date(2011, 3, 1), **received)[0] == (2010, "solde possible", None)


def test_an_exercice_is_settled_once_paid_or_once_its_solde_is() -> None:
    whole = [["Vannes", "fonctionnement", 2010, "M1", "avance", at(date(2010, 12, 1)), 35000]]
    assert settled(date(2011, 3, 1), payments=whole)[0][1] == "soldé"
    less = [["Vannes", "fonctionnement", 2010, "M1", "solde", at(date(2011, 2, 1)), 20000]]
    assert settled(date(2011, 3, 1), payments=less)[0][1] == "soldé"


def test_the_share_of_the_region_is_that_of_what_was_spent() -> None:
    made = tables({**POSTS, "region/d.xlsx": decisions([AWARD]), "r.xlsx": report([[641, 2010, 0, 40000], [86, 2010, 0, 900]])})
    row = made["soldes"].row(0, named=True)
    assert (row["charges_realisees_eur"], row["taux_region"]) == (Decimal(40000), Decimal("0.8750"))


def test_a_study_waits_for_its_report_too() -> None:
    vote = ["attribution", 20000, 2010, 1, DAY, "A", SIGNED]
    missing = tables({"region/d.xlsx": voted([vote])})["soldes"]["manque"][0]
    assert missing == "l'étude rendue (étape à enregistrer) ; le compte rendu financier de 2010"
    steps = [["étude rendue", date(2010, 11, 25)], ["compte rendu reçu", date(2010, 11, 28)]]
    assert tables({"region/d.xlsx": voted([vote], steps=steps)})["soldes"]["etat"][0] == "solde possible"
