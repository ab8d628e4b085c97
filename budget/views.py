"""The frames that the finance and status workbooks show, computed from the output tables alone.

Money is exact Decimal(38, 2) from end to end; a null amount means that nothing is known, 0 that nothing is due. Each function states its
grain. `sheet_controls` proves that each sheet's total is its table's.
"""

from collections.abc import Mapping
from decimal import Decimal

import polars as pl

from budget.lines import PROJECT, pays_name
from budget.shares import without_reserve
from budget.view_sums import (
    CHARGE,
    COUNTED,
    EUROS,
    OTHERS,
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
from budget.views_finance import finance_controls, finance_views
from budget.views_status import follow_up_controls, follow_up_views
from schemas.accounts import accounts
from schemas.packed import Held, Packed, drawn, frames, lazy
from schemas.packed import Tables as Views
from schemas.rules import GRAVITIES, STATES
from schemas.spec import VOLETS
from schemas.tables import ACCEPTED, ACCEPTED_WITH_RESERVES, DECISIONS, IGNORED, KEPT, REJECTED, REPLACED, STAGES

Tables = Mapping[str, pl.DataFrame]
Control = tuple[str, Decimal, Decimal]
"""(controle, attendu, obtenu), as the `controles` table holds them."""

_ACTION_FIRST = (REJECTED, ACCEPTED_WITH_RESERVES, ACCEPTED, REPLACED, IGNORED)


def build_views(tables: Tables, campagne: int) -> Views:
    """All views by name; those that grow with the files are packed, in the parts of their tables.

    Finance sheets hold all campaigns; `synthese_*`, `suivi_pays`, `depots` and `constats` the given one.
    """
    depots = status_files(tables, campagne)
    views: dict[str, Held] = {
        "budget_consolide": Packed.of(budget_lines(part) for part in frames(tables, "budget")),
        **finance_views(tables),
        "synthese_etapes": _counts(tables["suivi_pays"], "etape", STAGES),
        "synthese_decisions": _counts(depots, "decision", DECISIONS),
        "synthese_volets": _summary(tables, campagne, "volet").join(_votes_of_year(tables, campagne), on="volet", how="left"),
        "synthese_exercices": _summary(tables, campagne, "exercice"),
        "suivi_pays": tables["suivi_pays"].sort("pays_code"),
        "depots": depots,
        "constats": status_findings(tables, depots),
        **follow_up_views(tables, depots, campagne),
        "campagne": pl.DataFrame({"campagne": [campagne]}),
        "autres_campagnes": _counts(tables["depots"].filter(pl.col("campagne") != campagne), "decision", DECISIONS),
    }
    return Views(views)


def budget_lines(budget: pl.DataFrame) -> pl.DataFrame:
    """A row per leaf line and exercice, all campaigns, in the form's order.

    Each amount stands in one of three columns: `charges_eur` and `produits_eur` hold what the totals count (retained lines without 86
    and 87), `hors_totaux_eur` the rest.
    """
    amount = pl.col("montant_eur")
    rank = {code: place for place, code in enumerate(accounts())}
    return (
        budget.with_columns(
            pl.when(COUNTED & CHARGE).then(amount).alias("charges_eur"),
            pl.when(COUNTED & ~CHARGE).then(amount).alias("produits_eur"),
            pl.when(~COUNTED).then(amount).alias("hors_totaux_eur"),
            pl.col("compte").replace_strict(rank, default=len(rank), return_dtype=pl.Int64).alias("_rang"),
            *_cell_order(),
        )
        .sort(*PROJECT, "campagne", "exercice", "_rang", "compte", "libelle", "fichier", "_ligne", "_colonne", "cellule", nulls_last=True)
        .select(
            "pays_code", "pays", "projet", "pole", "porteur", "volet", "campagne", "exercice", "compte", "libelle", "charges_eur",
            "produits_eur", "hors_totaux_eur", "etat", "fichier", "feuille", "cellule",
        )
    )  # fmt: skip


def status_files(tables: Tables, campagne: int) -> pl.DataFrame:
    """A row per file of the campaign, or whose campaign could not be read; those that need action first."""
    shown = (pl.col("campagne") == campagne) | pl.col("campagne").is_null()
    rank = {decision: place for place, decision in enumerate(_ACTION_FIRST)}
    return (
        tables["depots"]
        .filter(shown)
        .with_columns(pays_name(), pl.col("decision").replace_strict(rank, return_dtype=pl.Int64).alias("_rang"))
        .sort("_rang", "pays_code", "financeur", "fichier", nulls_last=True)
        .drop("_rang")
    )


def status_findings(tables: Tables, depots: pl.DataFrame) -> pl.DataFrame:
    """A row per finding on these files: open ones first, errors first, then file by file in reading order."""
    ranks = {"gravite": GRAVITIES, "etat": STATES}
    order = [
        pl.col(name).replace_strict({v: i for i, v in enumerate(values)}, return_dtype=pl.Int64).alias(f"_{name}")
        for name, values in ranks.items()
    ]
    return (
        drawn(lazy(tables, "constats").join(depots.lazy().select("fichier"), on="fichier", how="semi"))
        .with_columns(pays_name(), *order, *_cell_order())
        .sort("_gravite", "_etat", "fichier", "feuille", "_ligne", "_colonne", "code", "constat_id", nulls_last=True)
        .drop("_gravite", "_etat", "_ligne", "_colonne")
    )


def sheet_controls(tables: Tables, views: Mapping[str, pl.DataFrame]) -> list[Control]:
    """One control per sheet and figure: what the table holds, what the sheet shows. The difference is 0, or the run is wrong."""
    amount, columns = pl.col("montant_eur"), ("charges_eur", "produits_eur", "hors_totaux_eur")
    lines = totals(lazy(tables, "budget"), toutes=amount, charges=amount.filter(COUNTED & CHARGE))
    shown = totals(lazy(views, "budget_consolide"), **{name: pl.col(name) for name in columns})
    files = views["depots"].height + int(total(views["autres_campagnes"], "nombre"))
    found: list[Control] = [
        ("Budget consolidé : toutes les lignes (€)", lines["toutes"], sum(shown.values(), Decimal(0))),
        ("Budget consolidé : charges comptées (€)", lines["charges"], shown["charges_eur"]),
        ("Suivi des Pays : lignes (nombre)", Decimal(tables["suivi_pays"].height), Decimal(views["suivi_pays"].height)),
        ("Dépôts : fichiers de la campagne et des autres (nombre)", Decimal(tables["depots"].height), Decimal(files)),
    ]
    return found + finance_controls(tables, views) + _summary_controls(tables, views) + follow_up_controls(tables, views)


def _summary_controls(tables: Tables, views: Mapping[str, pl.DataFrame]) -> list[Control]:
    """Both blocks of Synthèse against the tables of its campaign."""
    campaign, amount = pl.col("campagne") == views["campagne"].item(), pl.col("montant_eur")
    own = totals(lazy(tables, "budget").filter(campaign), cout_eur=amount.filter(COUNTED & CHARGE), propres_eur=amount.filter(OWN))
    shares = {name: pl.col(name).filter(OTHERS) for name in SHARES}
    funding = totals(lazy(tables, "financements").filter(campaign), demande_eur=asked_amount().filter(OURS), **shares)
    wanted = {
        ("cout_eur", "coût total"): own["cout_eur"],
        ("demande_eur", "demandé"): funding["demande_eur"],
        ("autres_eur", "autres financements"): sum((funding[name] for name in SHARES), Decimal(0)),
        ("propres_eur", "ressources propres"): own["propres_eur"],
    }
    blocks = (("volet", views["synthese_volets"]), ("exercice", views["synthese_exercices"]))
    return [(f"Synthèse : {w} par {by} (€)", expected, total(frame, c)) for by, frame in blocks for (c, w), expected in wanted.items()]


def _counts(frame: pl.DataFrame, name: str, values: tuple[str, ...]) -> pl.DataFrame:
    """A row per listed value, in its order, 0 included."""
    counted = dict(frame.group_by(name).len().iter_rows())
    return pl.DataFrame({name: list(values), "nombre": [counted.get(v, 0) for v in values]}, schema={name: pl.String, "nombre": pl.Int64})


def _summary(tables: Tables, campagne: int, by: str) -> pl.DataFrame:
    """A row per volet or exercice, for the dossiers of one campaign over all their exercices. `autres_eur`: financers but the Région."""
    budget = lazy(tables, "budget").filter((pl.col("campagne") == campagne) & (pl.col("etat") == KEPT))
    funding = lazy(tables, "financements").filter(pl.col("campagne") == campagne)
    others = funding.filter(OTHERS)
    amount = pl.sum_horizontal(*SHARES).cast(EUROS).alias("autres_eur")
    projects = budget.select(sorted({*PROJECT, by})).unique()
    frame = pl.DataFrame({by: list(VOLETS)}) if by == "volet" else drawn(pl.concat([budget.select(by), funding.select(by)]).unique())
    for part in (
        projects.group_by(by).agg(pl.len().cast(pl.Int64).alias("dossiers")),
        budget_totals(budget, [by]).drop("_produits"),
        asked_of_region(funding, [by]),
        sums(others.with_columns(amount), [by], ("autres_eur",)),
    ):
        frame = frame.join(drawn(part), on=by, how="left")
    money = [pl.col(c).fill_null(0).cast(EUROS) for c in ("cout_eur", "nature_eur", "demande_eur", "autres_eur", "propres_eur")]
    return frame.select(by, pl.col("dossiers").fill_null(0), *money).sort(by, descending=by == "volet")


def _votes_of_year(tables: Tables, campagne: int) -> pl.DataFrame:
    """What the commission permanente voted in the campaign's year, by volet. A decision bears a date, not a campaign."""
    voted = lazy(tables, "decisions").filter(without_reserve(), pl.col("date_decision").dt.year() == campagne)
    frame = pl.DataFrame({"volet": list(VOLETS)}).join(drawn(sums(voted, ["volet"], ("vote_eur",))), on="volet", how="left")
    return frame.with_columns(pl.col("vote_eur").fill_null(0).cast(EUROS))


def _cell_order() -> tuple[pl.Expr, pl.Expr]:
    """Row number and column letters (padded), so that C10 comes after C9 and AA after Z."""
    cell = pl.col("cellule")
    letters = cell.str.extract(r"^([A-Z]+)", 1)
    return cell.str.extract(r"(\d+)$", 1).cast(pl.Int64).alias("_ligne"), letters.str.pad_start(3, " ").alias("_colonne")
