"""The frames that the finance and status workbooks show, computed from the output tables alone.

Money is exact Decimal(38, 2) from end to end; a null amount means that nothing is known, 0 that nothing is due. Each function states its
grain. `sheet_controls` proves that each sheet's total is its table's.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

import polars as pl

from budget.lines import PROJECT, pays_name
from budget.views_status import follow_up_controls, follow_up_views
from schemas.accounts import IN_KIND, SUBSIDIES, accounts
from schemas.decisions import AWARD
from schemas.financers import OWN_RESOURCES, REGION, TYPES
from schemas.rules import GRAVITIES, STATES
from schemas.spec import VOLETS
from schemas.tables import ACCEPTED, ACCEPTED_WITH_RESERVES, DECISIONS, IGNORED, KEPT, REJECTED, REPLACED, STAGES

Tables = Mapping[str, pl.DataFrame]
Views = dict[str, pl.DataFrame]
Control = tuple[str, Decimal, Decimal]
"""(controle, attendu, obtenu), as the `controles` table holds them."""

_EUROS = pl.Decimal(38, 2)
_ACTION_FIRST = (REJECTED, ACCEPTED_WITH_RESERVES, ACCEPTED, REPLACED, IGNORED)
_IN_KIND = pl.col("compte").str.head(2).is_in(list(IN_KIND))
_COUNTED = (pl.col("etat") == KEPT) & ~_IN_KIND
_CHARGE = pl.col("sens") == "charge"
_OTHERS = ~pl.col("type_financeur").is_in([REGION, OWN_RESOURCES])
_SHARES = ("confirme_eur", "declare_eur", "espere_eur")
_OWN = _COUNTED & ~_CHARGE & ~pl.col("compte").str.starts_with(SUBSIDIES)


def build_views(tables: Tables, campagne: int) -> Views:
    """All views by name. Finance sheets hold all campaigns; `synthese_*`, `suivi_pays`, `depots` and `constats` the given one."""
    depots = status_files(tables, campagne)
    return {
        "budget_consolide": budget_lines(tables),
        "par_pays": by_pays(tables),
        "par_financeur": by_financer(tables),
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


def budget_lines(tables: Tables) -> pl.DataFrame:
    """A row per leaf line and exercice, all campaigns, in the form's order.

    Each amount stands in one of three columns: `charges_eur` and `produits_eur` hold what the totals count (retained lines without 86
    and 87), `hors_totaux_eur` the rest.
    """
    amount = pl.col("montant_eur")
    rank = {code: place for place, code in enumerate(accounts())}
    return (
        tables["budget"]
        .with_columns(
            pl.when(_COUNTED & _CHARGE).then(amount).alias("charges_eur"),
            pl.when(_COUNTED & ~_CHARGE).then(amount).alias("produits_eur"),
            pl.when(~_COUNTED).then(amount).alias("hors_totaux_eur"),
            pl.col("compte").replace_strict(rank, default=len(rank), return_dtype=pl.Int64).alias("_rang"),
            *_cell_order(),
        )
        .sort(*PROJECT, "campagne", "exercice", "_rang", "compte", "libelle", "fichier", "_ligne", "_colonne", "cellule", nulls_last=True)
        .select(
            "pays_code", "pays", "projet", "pole", "porteur", "volet", "campagne", "exercice", "compte", "libelle", "charges_eur",
            "produits_eur", "hors_totaux_eur", "etat", "fichier", "feuille", "cellule",
        )
    )  # fmt: skip


def by_pays(tables: Tables) -> pl.DataFrame:
    """A row per (Pays, projet, volet) known from a dossier, a financing, a decision or a payment, all campaigns together.

    `cout_eur` is the retained charges without 86; `taux_region` the aid asked over the produits without 87, with 4 decimals.
    """
    budget, funding, decisions = tables["budget"], tables["financements"], tables["decisions"]
    spine = pl.concat([tables[name].select(PROJECT) for name in ("budget", "financements", "decisions", "mandats")]).unique()
    frame = spine
    for part in (
        _budget_totals(budget, PROJECT),
        _asked(funding, PROJECT),
        _sums(funding, PROJECT, _SHARES),
        _sums(decisions, PROJECT, ("vote_eur",)),
        _sums(tables["engagements"], PROJECT, ("engage_eur",)),
        _sums(tables["mandats"], PROJECT, ("montant_eur",)).rename({"montant_eur": "mandate_eur"}),
        _carriers(tables),
        _years(tables),
        _posts(tables, spine),
    ):
        frame = frame.join(part, on=PROJECT, how="left")
    return _with_rate(frame).with_columns(pays_name()).sort(PROJECT).select(
        "pays_code", "pays", "projet", "volet", "pole", "porteur", "exercices", "annuite", "postes", "cout_eur", "demande_eur", "vote_eur",
        "engage_eur", "mandate_eur", "confirme_eur", "declare_eur", "espere_eur", "propres_eur", "taux_region",
    )  # fmt: skip


def by_financer(tables: Tables) -> pl.DataFrame:
    """A row per financer and type, all campaigns, in the order of the types; `nb_pays` counts distinct Pays."""
    money = ("sollicite_eur", "acquis_eur", "confirme_eur", "declare_eur", "espere_eur", "verse_eur")
    rank = {kind: place for place, kind in enumerate(TYPES)}
    return (
        tables["financements"]
        .group_by("financeur_id", "type_financeur", "financeur")
        .agg(pl.col("pays_code").n_unique().alias("nb_pays"), *(_sum(name) for name in money))
        .with_columns(pl.col("type_financeur").replace_strict(rank, default=len(rank), return_dtype=pl.Int64).alias("_rang"))
        .sort("_rang", "type_financeur", "financeur", "financeur_id")
        .select("type_financeur", "financeur", "nb_pays", *money)
    )


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
        tables["constats"]
        .join(depots.select("fichier"), on="fichier", how="semi")
        .with_columns(pays_name(), *order, *_cell_order())
        .sort("_gravite", "_etat", "fichier", "feuille", "_ligne", "_colonne", "code", "constat_id", nulls_last=True)
        .drop("_gravite", "_etat", "_ligne", "_colonne")
    )


def sheet_controls(tables: Tables, views: Mapping[str, pl.DataFrame]) -> list[Control]:
    """One control per sheet and figure: what the table holds, what the sheet shows. The difference is 0, or the run is wrong."""
    budget, funding, decisions = tables["budget"], tables["financements"], tables["decisions"]
    shown, pays, financer = views["budget_consolide"], views["par_pays"], views["par_financeur"]
    placed = sum((_total(shown, c) for c in ("charges_eur", "produits_eur", "hors_totaux_eur")), Decimal(0))
    cost, own = _total(budget.filter(_COUNTED & _CHARGE), "montant_eur"), _total(budget.filter(_OWN), "montant_eur")
    files = views["depots"].height + int(_total(views["autres_campagnes"], "nombre"))
    found: list[Control] = [
        ("Budget consolidé : toutes les lignes (€)", _total(budget, "montant_eur"), placed),
        ("Budget consolidé : charges comptées (€)", cost, _total(shown, "charges_eur")),
        ("Par Pays : coût total (€)", cost, _total(pays, "cout_eur")),
        ("Par Pays : ressources propres (€)", own, _total(pays, "propres_eur")),
        ("Par Pays : demandé à la Région (€)", _total(_asked(funding, ["type_financeur"]), "demande_eur"), _total(pays, "demande_eur")),
        ("Par Pays : voté (€)", _total(decisions, "vote_eur"), _total(pays, "vote_eur")),
        ("Par Pays : engagé (€)", _total(tables["engagements"], "engage_eur"), _total(pays, "engage_eur")),
        ("Par Pays : mandaté (€)", _total(tables["mandats"], "montant_eur"), _total(pays, "mandate_eur")),
        ("Suivi des Pays : lignes (nombre)", Decimal(tables["suivi_pays"].height), Decimal(views["suivi_pays"].height)),
        ("Dépôts : fichiers de la campagne et des autres (nombre)", Decimal(tables["depots"].height), Decimal(files)),
    ]
    words = {
        "confirme": "confirmé", "declare": "déclaré", "espere": "espéré", "sollicite": "sollicité", "acquis": "acquis", "verse": "versé",
    }  # fmt: skip
    for sheet, view in (("Par Pays", pays), ("Par financeur", financer)):
        both = [name for name in words if f"{name}_eur" in view.columns]
        found += [(f"{sheet} : {words[n]} (€)", _total(funding, f"{n}_eur"), _total(view, f"{n}_eur")) for n in both]
    return found + _summary_controls(tables, views) + follow_up_controls(tables, views)


def _summary_controls(tables: Tables, views: Mapping[str, pl.DataFrame]) -> list[Control]:
    """Both blocks of Synthèse against the tables of its campaign."""
    campaign = pl.col("campagne") == views["campagne"].item()
    budget, funding = tables["budget"].filter(campaign), tables["financements"].filter(campaign)
    others = funding.filter(_OTHERS)
    wanted = {
        ("cout_eur", "coût total"): _total(budget.filter(_COUNTED & _CHARGE), "montant_eur"),
        ("demande_eur", "demandé"): _total(_asked(funding, ["type_financeur"]), "demande_eur"),
        ("autres_eur", "autres financements"): sum((_total(others, c) for c in _SHARES), Decimal(0)),
        ("propres_eur", "ressources propres"): _total(budget.filter(_OWN), "montant_eur"),
    }
    blocks = (("volet", views["synthese_volets"]), ("exercice", views["synthese_exercices"]))
    return [(f"Synthèse : {w} par {by} (€)", total, _total(frame, c)) for by, frame in blocks for (c, w), total in wanted.items()]


def _sum(name: str) -> pl.Expr:
    """The sum of the known amounts; null where none is known."""
    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).cast(_EUROS).alias(name)


def _sums(frame: pl.DataFrame, by: list[str], names: tuple[str, ...]) -> pl.DataFrame:
    return frame.group_by(by).agg(_sum(name) for name in names)


def _total(frame: pl.DataFrame, name: str) -> Decimal:
    return Decimal(frame[name].sum() or 0)


def _counts(frame: pl.DataFrame, name: str, values: tuple[str, ...]) -> pl.DataFrame:
    """A row per listed value, in its order, 0 included."""
    counted = dict(frame.group_by(name).len().iter_rows())
    return pl.DataFrame({name: list(values), "nombre": [counted.get(v, 0) for v in values]}, schema={name: pl.String, "nombre": pl.Int64})


def _budget_totals(budget: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    amount = pl.col("montant_eur")
    in_kind = (pl.col("etat") == KEPT) & _IN_KIND & _CHARGE
    return budget.filter(pl.col("etat") == KEPT).group_by(by).agg(
        amount.filter(_COUNTED & _CHARGE).sum().alias("cout_eur"),
        amount.filter(in_kind).sum().alias("nature_eur"),
        amount.filter(_COUNTED & ~_CHARGE).sum().alias("_produits"),
        amount.filter(_OWN).sum().alias("propres_eur"),
    )  # fmt: skip


def _asked(funding: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """What the dossiers ask of the Région: the amount sollicité, or acquis where nothing is asked."""
    asked = pl.when(pl.col("sollicite_eur") > 0).then(pl.col("sollicite_eur")).otherwise(pl.col("acquis_eur")).alias("demande_eur")
    return _sums(funding.filter(pl.col("type_financeur") == REGION).with_columns(asked), by, ("demande_eur",))


def _carriers(tables: Tables) -> pl.DataFrame:
    """Pôle and carrier of each project: those of its latest dossier, else the beneficiary of its latest decision."""
    lines = tables["budget"].filter(pl.col("etat") == KEPT).sort("campagne", "exercice", "fichier", "cellule")
    dossier = lines.group_by(PROJECT).agg(pl.col("pole", "porteur").last())
    decisions = tables["decisions"].sort("date_decision", "fichier", "ligne")
    voted = decisions.group_by(PROJECT).agg(pl.col("beneficiaire").drop_nulls().last())
    both = dossier.join(voted, on=PROJECT, how="full", coalesce=True)
    return both.with_columns(pl.coalesce("porteur", "beneficiaire").alias("porteur")).drop("beneficiaire")


def _years(tables: Tables) -> pl.DataFrame:
    """The exercices that a project's figures cover, as text: `2010` or `2010–2012`."""
    keys = [*PROJECT, "exercice"]
    covered = pl.concat([tables["budget"].filter(pl.col("etat") == KEPT).select(keys), tables["financements"].select(keys)])
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


def _summary(tables: Tables, campagne: int, by: str) -> pl.DataFrame:
    """A row per volet or exercice, for the dossiers of one campaign over all their exercices. `autres_eur`: financers but the Région."""
    budget = tables["budget"].filter((pl.col("campagne") == campagne) & (pl.col("etat") == KEPT))
    funding = tables["financements"].filter(pl.col("campagne") == campagne)
    others = funding.filter(_OTHERS)
    amount = pl.sum_horizontal(*_SHARES).cast(_EUROS).alias("autres_eur")
    frame = pl.DataFrame({by: list(VOLETS)}) if by == "volet" else pl.concat([budget.select(by), funding.select(by)]).unique()
    for part in (
        budget.group_by(by).agg(pl.struct("pays_code", "projet", "volet").n_unique().cast(pl.Int64).alias("dossiers")),
        _budget_totals(budget, [by]).drop("_produits"),
        _asked(funding, [by]),
        _sums(others.with_columns(amount), [by], ("autres_eur",)),
    ):
        frame = frame.join(part, on=by, how="left")
    money = [pl.col(c).fill_null(0).cast(_EUROS) for c in ("cout_eur", "nature_eur", "demande_eur", "autres_eur", "propres_eur")]
    return frame.select(by, pl.col("dossiers").fill_null(0), *money).sort(by, descending=by == "volet")


def _votes_of_year(tables: Tables, campagne: int) -> pl.DataFrame:
    """What the commission permanente voted in the campaign's year, by volet. A decision bears a date, not a campaign."""
    voted = tables["decisions"].filter(pl.col("date_decision").dt.year() == campagne)
    frame = pl.DataFrame({"volet": list(VOLETS)}).join(_sums(voted, ["volet"], ("vote_eur",)), on="volet", how="left")
    return frame.with_columns(pl.col("vote_eur").fill_null(0).cast(_EUROS))


def _cell_order() -> tuple[pl.Expr, pl.Expr]:
    """Row number and column letters (padded), so that C10 comes after C9 and AA after Z."""
    cell = pl.col("cellule")
    letters = cell.str.extract(r"^([A-Z]+)", 1)
    return cell.str.extract(r"(\d+)$", 1).cast(pl.Int64).alias("_ligne"), letters.str.pad_start(3, " ").alias("_colonne")
