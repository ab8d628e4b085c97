"""The frames of budget-consolide.xlsx beside the budget itself, from the output tables alone: all campaigns together."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

import polars as pl

from budget.lines import PROJECT, pays_name
from budget.shares import without_reserve
from budget.view_sums import (
    CHARGE,
    COUNTED,
    EUROS,
    OURS,
    OWN,
    SHARES,
    asked_amount,
    asked_of_region,
    budget_totals,
    sums,
    total,
    totals,
)
from schemas.changes import MEASURES
from schemas.decisions import AWARD
from schemas.financers import TYPES
from schemas.packed import Held, Packed, drawn, frames, lazy
from schemas.programme import ASKED, DUE, FIRM, FORECAST
from schemas.spec import VOLETS
from schemas.tables import KEPT

Tables = Mapping[str, pl.DataFrame]
Control = tuple[str, Decimal, Decimal]


def finance_views(tables: Tables) -> dict[str, Held]:
    """The views by name."""
    matched = (_named(part, "exercice", "financeur", "rang") for part in frames(tables, "rapprochement"))
    return {
        "par_pays": by_pays(tables),
        "par_financeur": by_financer(tables),
        "rapprochement": Packed.of(matched),
        "engagements": _named(tables["engagements"], "date_decision", "fichier", "cellule"),
        "echeancier": due(tables),
        "previsions": _named(tables["previsions"], "exercice"),
        "scenario_ecarts": _named(tables["scenario_ecarts"], "fichier", "exercice", "poste", "annuite"),
        "soldes": _named(tables["soldes"], "exercice"),
        "compte_rendu": _named(tables["compte_rendu"], "exercice", "compte", "libelle"),
        "derogations": _named(tables["derogations"], "du"),
        "arbitrages": tables["arbitrages"].sort("fichier", "feuille", "ligne"),
        "changements": _named(tables["changements"], "exercice", "fichier", first=("_rang",)),
        "par_exercice": by_year(tables),
        "par_type": by_type(tables),
    }


def _named(table: pl.DataFrame, *order: str, first: tuple[str, ...] = ()) -> pl.DataFrame:
    """A table with the name of each Pays, in the order of projects."""
    rank = {name: place for place, name in enumerate(MEASURES)}
    ranked = table.with_columns(_rang=pl.col("mesure").replace_strict(rank, return_dtype=pl.Int64)) if first else table
    project = [name for name in PROJECT if name in table.columns]
    return ranked.with_columns(pays_name()).sort(*first, *project, *order, nulls_last=True).drop(first)


def due(tables: Tables) -> pl.DataFrame:
    """A row per project, exercice and nature, with what is left to pay of what is firm."""
    left = pl.when(pl.col("nature") == FIRM).then(pl.col("prevu_eur") - pl.col("mandate_eur").fill_null(0)).cast(EUROS)
    return _named(tables["echeancier"], "exercice", "nature").with_columns(reste_eur=left)


def by_year(tables: Tables) -> pl.DataFrame:
    """A row per exercice: what the programme costs the Région, by nature, and what is paid."""
    amount = pl.col("prevu_eur")
    columns = {"ferme_eur": FIRM, "demande_eur": ASKED, "prevision_eur": FORECAST}
    by_nature = [amount.filter(pl.col("nature") == nature).sum().cast(EUROS).alias(name) for name, nature in columns.items()]
    return tables["echeancier"].group_by("exercice").agg(
        *by_nature, amount.sum().cast(EUROS).alias("total_eur"), pl.col("mandate_eur").sum().cast(EUROS)
    ).sort("exercice")  # fmt: skip


def by_type(tables: Tables) -> pl.DataFrame:
    """A row per type of financer, in the form's order."""
    rank = {kind: place for place, kind in enumerate(TYPES)}
    summed = lazy(tables, "financements").group_by("type_financeur").agg(pl.col(name).sum().cast(EUROS) for name in SHARES)
    order = pl.col("type_financeur").replace_strict(rank, default=len(rank), return_dtype=pl.Int64)
    return drawn(summed).sort(order, "type_financeur")


def by_pays(tables: Tables) -> pl.DataFrame:
    """A row per (Pays, projet, volet) known from a dossier, a financing, a decision or a payment, all campaigns together.

    `cout_eur` is the retained charges without 86; `plafond_eur` what the Région may grant at most for the whole project; `taux_region` the
    aid asked over the produits without 87, with 4 decimals; `ecart_eur` what moved the cost since the reference (table `changements`).
    """
    budget, funding = lazy(tables, "budget"), lazy(tables, "financements")
    spine = drawn(pl.concat([lazy(tables, name).select(PROJECT) for name in ("budget", "financements", "decisions", "mandats")]).unique())
    frame = spine
    for part in (
        drawn(budget_totals(budget, PROJECT)),
        drawn(asked_of_region(funding, PROJECT)),
        drawn(sums(funding, PROJECT, SHARES)),
        drawn(sums(lazy(tables, "decisions").filter(without_reserve()), PROJECT, ("vote_eur",))),
        drawn(sums(lazy(tables, "engagements"), PROJECT, ("engage_eur",))),
        drawn(sums(lazy(tables, "mandats"), PROJECT, ("montant_eur",)).rename({"montant_eur": "mandate_eur"})),
        _carriers(tables),
        drawn(_years(tables)),
        _posts(tables, spine),
        _caps(tables),
        drawn(_moved(lazy(tables, "changements"))),
    ):
        frame = frame.join(part, on=PROJECT, how="left")
    named = _with_rate(frame).with_columns(pays_name(), plafond_eur=_ceiling(), reste_eur=_left_to_pay())
    return named.sort(PROJECT).select(
        "pays_code", "pays", "projet", "volet", "pole", "porteur", "exercices", "annuite", "postes", "cout_eur", "demande_eur",
        "plafond_eur", "vote_eur", "engage_eur", "mandate_eur", "reste_eur", "confirme_eur", "declare_eur", "espere_eur", "taux_region",
        "propres_eur", "ecart_eur",
    )  # fmt: skip


def by_financer(tables: Tables) -> pl.DataFrame:
    """A row per financer and type, all campaigns, in the order of the types; `nb_pays` counts distinct Pays."""
    money = ("sollicite_eur", "acquis_eur", "vote_eur", "verse_eur", *SHARES, "ecart_eur")
    rank = {kind: place for place, kind in enumerate(TYPES)}
    who = ["financeur_id", "type_financeur", "financeur"]
    places = lazy(tables, "financements").select(*who, "pays_code").unique().group_by(who).agg(nb_pays=pl.len())
    return (
        drawn(sums(lazy(tables, "financements"), who, money).join(places, on=who, nulls_equal=True))
        .with_columns(pl.col("type_financeur").replace_strict(rank, default=len(rank), return_dtype=pl.Int64).alias("_rang"))
        .sort("_rang", "type_financeur", "financeur", "financeur_id")
        .select("type_financeur", "financeur", "nb_pays", *money)
    )


def _carriers(tables: Tables) -> pl.DataFrame:
    """Pôle and carrier of each project: those of its latest dossier, else the beneficiary of its latest decision."""
    order = ("campagne", "exercice", "fichier")
    told = lazy(tables, "budget").filter(pl.col("etat") == KEPT).group_by(*PROJECT, *order, "pole", "porteur").agg(pl.col("cellule").max())
    dossier = drawn(told).group_by(PROJECT).agg(pl.col("pole", "porteur").sort_by(*order, "cellule").last())
    decisions = tables["decisions"].sort("date_decision", "fichier", "ligne")
    voted = decisions.group_by(PROJECT).agg(pl.col("beneficiaire").drop_nulls().last())
    both = dossier.join(voted, on=PROJECT, how="full", coalesce=True)
    return both.with_columns(pl.coalesce("porteur", "beneficiaire").alias("porteur")).drop("beneficiaire")


def _years(tables: Tables) -> pl.LazyFrame:
    """The exercices that a project's figures cover, as text: `2010` or `2010–2012`."""
    keys = [*PROJECT, "exercice"]
    covered = pl.concat([lazy(tables, "budget").filter(pl.col("etat") == KEPT).select(keys), lazy(tables, "financements").select(keys)])
    first, last = pl.col("exercice").min(), pl.col("exercice").max()
    text = pl.when(first == last).then(first.cast(pl.String)).otherwise(pl.format("{}–{}", first, last))
    return covered.group_by(PROJECT).agg(text.alias("exercices"))


def _posts(tables: Tables, spine: pl.DataFrame) -> pl.DataFrame:
    """Annuité `n/N` and posts, from the follow-up: only where one fonctionnement project of that Pays can be meant."""
    alone = spine.filter((pl.col("volet") == "fonctionnement") & (pl.len().over("pays_code", "volet") == 1))
    award = tables["decisions"].filter(pl.col("nature") == AWARD).sort("date_decision", "fichier", "ligne")
    duration = award.group_by(PROJECT).agg(pl.col("duree_ans").last())
    status = tables["suivi_pays"].select("pays_code", "annuite", "postes")
    year, of = pl.col("annuite"), pl.col("duree_ans")
    rank = pl.when(of.is_null()).then(year.cast(pl.String)).otherwise(pl.format("{}/{}", year, of))
    return alone.join(status, on="pays_code").join(duration, on=PROJECT, how="left").select(*PROJECT, rank.alias("annuite"), "postes")


def _with_rate(frame: pl.DataFrame) -> pl.DataFrame:
    rates = [
        (asked / produits).quantize(Decimal("0.0001"), ROUND_HALF_UP) if asked is not None and produits else None
        for asked, produits in frame.select("demande_eur", "_produits").iter_rows()
    ]
    return frame.with_columns(pl.Series("taux_region", rates, pl.Decimal(38, 4)))


def _caps(tables: Tables) -> pl.DataFrame:
    """The values that applied to the latest dossier of each project that counts: `plafond_etude`, `plafond_poste`, `duree`."""
    counting = drawn(lazy(tables, "budget").filter(pl.col("etat") == KEPT).select("fichier").unique())
    mine = tables["plafonds"].join(counting, on="fichier", how="semi").sort("campagne", "fichier")
    value = pl.col("valeur")
    return mine.drop_nulls(PROJECT).group_by(PROJECT).agg(
        value.filter(pl.col("parametre") == "plafond_etude_eur").last().alias("_etude"),
        value.filter(pl.col("parametre") == "plafond_poste_eur").last().alias("_poste"),
        value.filter(pl.col("parametre") == "duree_poste_ans").last().alias("_duree"),
    )  # fmt: skip


def _ceiling() -> pl.Expr:
    """A study: its cap. Posts: the yearly cap, for each post and year; null where the posts or a value are not known."""
    years = pl.col("_duree").cast(pl.Int64) * pl.col("postes")
    return pl.when(pl.col("volet") == VOLETS[0]).then(pl.col("_etude")).otherwise(pl.col("_poste") * years).cast(EUROS)


def _left_to_pay() -> pl.Expr:
    paid = pl.col("mandate_eur").fill_null(0)
    return pl.when(pl.col("engage_eur").is_not_null()).then(pl.col("engage_eur") - paid).cast(EUROS)


def _moved(changes: pl.LazyFrame) -> pl.LazyFrame:
    """What the cost of each project moved by; nothing where there is no reference or nothing moved."""
    return sums(changes.filter(pl.col("mesure") == MEASURES[0]), PROJECT, ("ecart_eur",))


def finance_controls(tables: Tables, views: Mapping[str, pl.DataFrame]) -> list[Control]:
    """What the tables hold and what these sheets show: their difference is 0."""
    amount, ours = pl.col("montant_eur"), asked_amount().filter(OURS)
    own = totals(lazy(tables, "budget"), cout_eur=amount.filter(COUNTED & CHARGE), propres_eur=amount.filter(OWN))
    expected = {
        ("cout_eur", "coût total"): own["cout_eur"],
        ("propres_eur", "ressources propres"): own["propres_eur"],
        ("demande_eur", "demandé à la Région"): totals(lazy(tables, "financements"), demande_eur=ours)["demande_eur"],
        ("vote_eur", "voté"): total(tables["decisions"].filter(without_reserve()), "vote_eur"),
        ("engage_eur", "engagé"): total(tables["engagements"], "engage_eur"),
        ("mandate_eur", "mandaté"): total(tables["mandats"], "montant_eur"),
    }
    found = [(f"Par Pays : {word} (€)", wanted, total(views["par_pays"], name)) for (name, word), wanted in expected.items()]
    for sheet, view, columns in _SAME:
        table, amounts = "financements" if view in _BY else view, {name: pl.col(name) for name in columns}
        wanted, shown = totals(lazy(tables, table), **amounts), totals(lazy(views, view), **amounts)
        found += [(f"{sheet} : {_WORDS[name]} (€)", wanted[name], shown[name]) for name in columns]
    natures = zip(("ferme_eur", "demande_eur", "prevision_eur"), DUE, strict=True)
    dues = tables["echeancier"]
    return found + [
        (f"Par exercice : {nature} (€)", total(dues.filter(pl.col("nature") == nature), "prevu_eur"), total(views["par_exercice"], name))
        for name, nature in natures
    ]


_BY = ("par_pays", "par_financeur", "par_type")
"""Views of the table `financements`."""
_SAME = (
    ("Par Pays", "par_pays", SHARES),
    ("Par financeur", "par_financeur", ("sollicite_eur", "acquis_eur", "vote_eur", "verse_eur", *SHARES, "ecart_eur")),
    ("Par type de financeur", "par_type", SHARES),
    ("Rapprochement", "rapprochement", ("sollicite_eur", "acquis_eur", "vote_eur", "verse_eur", "ecart_eur")),
    ("Engagements", "engagements", ("vote_eur", "engage_eur", "mandate_eur", "reste_a_mandater_eur")),
    ("Échéancier", "echeancier", ("prevu_eur", "mandate_eur")),
    ("Prévision", "previsions", ("prevision_eur",)),
    ("Soldes", "soldes", ("vote_eur", "mandate_eur", "reste_eur")),
    ("Comptes rendus", "compte_rendu", ("prevu_eur", "realise_eur", "ecart_eur")),
    ("Changements", "changements", ("ecart_eur",)),
)
"""Sheet, view and the columns whose sum is the table's."""
_WORDS = {
    "sollicite_eur": "sollicité", "acquis_eur": "acquis", "vote_eur": "voté", "verse_eur": "versé", "ecart_eur": "écart",
    "engage_eur": "engagé", "mandate_eur": "mandaté", "reste_a_mandater_eur": "reste à mandater", "prevu_eur": "prévu",
    "prevision_eur": "prévision", "reste_eur": "reste", "realise_eur": "réalisé", "confirme_eur": "confirmé", "declare_eur": "déclaré",
    "espere_eur": "espéré",
}  # fmt: skip
