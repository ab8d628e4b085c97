"""Properties of the money, for random plans, statements, votes and payments: no euro counted twice, none lost, cents exact."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.packed import Tables
from schemas.tables import TABLES
from tests.fundings import answer, asked, funded, secured, voted
from tests.grids import tables
from workbooks.reader import RawSheet

PAYS = ("Pays de Vannes", "Pays de Dinan")
FINANCERS = (("Région", "Région Bretagne"), ("Département", "CG 56"), ("Commune", "Vannes"), ("EPCI", "Rennes Métropole"))
YEARS = st.sampled_from([2010, 2011, 2012])
euros = st.integers(1, 3_000_000).map(lambda cents: cents / 100)
days = st.dates(date(2010, 1, 1), date(2010, 12, 31))


@st.composite
def dossiers(draw: st.DrawFn) -> list[RawSheet]:
    """A study financed by anyone, asked or secured, over up to three years."""
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        kind, name = draw(st.sampled_from(FINANCERS))
        make = draw(st.sampled_from([asked, secured]))
        amount = draw(euros) if kind != "Région" else draw(st.integers(1, 500_000)) / 100
        lines.append(make(kind, name, amount, year=draw(YEARS)))
    campaign = draw(st.sampled_from([2010, 2011]))
    return funded(lines, pays=draw(st.sampled_from(PAYS)), campaign=campaign, depot=date(campaign, 1 + draw(st.integers(0, 11)), 15))


@st.composite
def statements(draw: st.DrawFn) -> list[RawSheet]:
    """What one or several co-financers say, now and then the same thing twice."""
    kind, name = draw(st.sampled_from(FINANCERS[1:]))
    rows = []
    for _ in range(draw(st.integers(0, 3))):
        other = draw(st.sampled_from([[], list(reversed(draw(st.sampled_from(FINANCERS[1:]))))]))
        rows.append([draw(st.sampled_from(PAYS)), draw(YEARS), draw(euros), 0, draw(st.none() | days), *other])
    campaign = draw(st.sampled_from([2010, 2011]))
    return answer(rows, name=name, kind=kind, campaign=campaign, depot=date(campaign, 1 + draw(st.integers(0, 11)), 20))


@st.composite
def regions(draw: st.DrawFn) -> list[RawSheet]:
    """Votes, all with their convention, and payments."""
    rows: list[list[Any]] = []
    for rank in range(draw(st.integers(0, 4))):
        nature = draw(st.sampled_from(["attribution", "attribution", "avenant", "annulation", "refus", "ajournement"]))
        amount = 0 if nature in ("refus", "ajournement") else draw(euros) * (draw(st.sampled_from([1, -1])) if nature == "avenant" else 1)
        number, pays = draw(st.sampled_from([None, "E1"])), draw(st.sampled_from(PAYS))
        rows.append([nature, amount, draw(YEARS), draw(st.integers(1, 7)), draw(days), f"CP-{rank}", date(2010, 12, 31), number, pays])
    payments = []
    for rank in range(draw(st.integers(0, 4))):
        nature, number = draw(st.sampled_from(["avance", "solde", "reversement"])), draw(st.sampled_from([None, "E1"]))
        payments.append([draw(YEARS), f"M{rank}", nature, draw(euros), number, draw(st.sampled_from(PAYS))])
    return voted(rows, payments=payments)


def _named(plans: list[list[RawSheet]], answers: list[list[RawSheet]], region: list[RawSheet]) -> dict[str, list[RawSheet]]:
    named = {f"d{n}.xlsx": plan for n, plan in enumerate(plans)} | {f"e{n}.xlsx": one for n, one in enumerate(answers)}
    return named | {"region/r.xlsx": region}


campaigns = st.builds(_named, st.lists(dossiers(), max_size=3), st.lists(statements(), max_size=3), regions())


def total(frame: pl.DataFrame, name: str) -> Decimal:
    return Decimal(frame[name].sum() or 0)


@settings(max_examples=8, deadline=None)
@given(campaigns)
def test_no_euro_is_counted_twice_nor_lost(files: dict[str, list[RawSheet]]) -> None:
    made = tables(files)
    assert made["controles"].filter(pl.col("ecart") != 0).is_empty()
    assert_votes_spread(made)
    assert_each_side_once(made)
    assert_engaged_covers_paid(made)


def assert_votes_spread(made: Tables) -> None:
    """Σ échéancier ferme = Σ votes, in all and for each project."""
    by = ["pays_code", "projet", "volet"]
    firm = made["echeancier"].filter(nature="ferme").group_by(by).agg(pl.col("prevu_eur").sum())
    votes = made["decisions"].group_by(by).agg(pl.col("vote_eur").sum())
    both = votes.join(firm, on=by, how="left").with_columns(pl.col("prevu_eur").fill_null(0))
    assert both["vote_eur"].to_list() == both["prevu_eur"].to_list()


def assert_each_side_once(made: Tables) -> None:
    """A line stands in one financing; a financing confirms no more than its financer voted, and hopes for no more than is left."""
    funding, pairs = made["financements"], made["rapprochement"]
    for side in ("dossier", "financeur"):
        lines = pairs.filter(pl.col(f"fichier_{side}").is_not_null())
        place = [f"fichier_{side}", f"feuille_{side}", f"cellule_{side}", "exercice"]
        assert not lines.select(place).is_duplicated().any()
    for row in funding.to_dicts():
        confirmed, declared, hoped = (row[f"{name}_eur"] for name in ("confirme", "declare", "espere"))
        said = max(row["sollicite_eur"], row["acquis_eur"])
        assert declared == 0 or row["vote_eur"] is None
        assert confirmed <= max(row["vote_eur"] or 0, 0)
        assert declared <= row["acquis_eur"]
        assert hoped >= 0
        assert max(confirmed, 0) + declared + hoped <= max(row["sollicite_eur"] + row["acquis_eur"], row["vote_eur"] or 0, confirmed)
        assert row["etat"] != "concordant" or row["vote_eur"] in (said, row["acquis_eur"], row["sollicite_eur"])
    retained = made["votes"].filter(etat="retenu")
    assert total(funding.filter(pl.col("type_financeur") != "Région"), "vote_eur") == total(retained, "vote_eur")
    key = ["financeur_id", "exercice"]
    assert (retained.group_by(key).agg(pl.col("campagne").n_unique())["campagne"] == 1).all(), "one campaign answers for an exercice"
    assert (retained.group_by("financeur_id", "campagne").agg(pl.col("fichier").n_unique())["fichier"] == 1).all()


def assert_engaged_covers_paid(made: Tables) -> None:
    """With every convention signed, a project is paid no more than it engages unless DEC402 says so."""
    by = ["pays_code", "projet", "volet"]
    engaged = made["engagements"].group_by(by).agg(pl.col("engage_eur", "mandate_eur", "vote_eur").sum())
    beyond = engaged.filter(pl.col("mandate_eur") > pl.max_horizontal("engage_eur", pl.lit(0)))
    assert beyond.is_empty() or "DEC402" in made["constats"]["code"].to_list()
    assert (engaged["engage_eur"] == engaged["vote_eur"]).all()


@settings(max_examples=8, deadline=None)
@given(campaigns, st.randoms())
def test_the_order_of_files_changes_no_table(files: dict[str, list[RawSheet]], chance: Any) -> None:
    shuffled = list(files.items())
    chance.shuffle(shuffled)
    one, other = tables(files), tables(dict(shuffled))
    for name in TABLES:
        assert one[name].equals(other[name]), name


@settings(max_examples=8, deadline=None)
@given(campaigns)
def test_every_amount_that_is_not_0_names_its_cells(files: dict[str, list[RawSheet]]) -> None:
    made = tables(files)
    cited = {(t, key, champ) for t, key, champ, *_ in made["provenances"].iter_rows()}
    keys = {"financements": ["pays_code", "projet", "volet", "exercice", "financeur_id"], "engagements": ["decision"]}
    for name, key in keys.items():
        for row in made[name].to_dicts():
            where = "|".join(str(row[part]) for part in key)
            for champ in (
                "sollicite_eur",
                "acquis_eur",
                "vote_eur",
                "verse_eur",
                "confirme_eur",
                "declare_eur",
                "espere_eur",
                "mandate_eur",
            ):
                # Votes that add up to nothing have sources all the same; an amount without one would come from nowhere.
                assert not row.get(champ) or (name, where, champ) in cited, (name, where, champ)
