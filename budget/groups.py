"""The frames of the group rules, one per model of `schemas.groups`, from all dossiers at once.

A total whose cells could not all be read is null: its rule is unknown and stays silent (contract §3).
"""

import polars as pl

from budget.frames import MONEY, ZERO, Batch, with_cells
from schemas.accounts import IN_KIND, SUBSIDIES
from schemas.financers import OWN_RESOURCES, REGION
from schemas.plan import SECURED, line_amount
from schemas.spec import FONCTIONNEMENT, PREFIGURATION


def total(amount: pl.Expr, mine: pl.Expr | None = None) -> pl.Expr:
    """Σ of an amount over the group's rows that are `mine`; null where one of them is unreadable, negative or out of period."""
    known = amount.is_not_null() & (amount >= 0) & in_period()
    if mine is not None:
        known, amount = known | ~mine, amount.filter(mine)
    return pl.when(known.all()).then(amount.sum())


def sources(cell: str = "cellule") -> pl.Expr:
    """The source cells of a group, as `feuille!cellule`."""
    return pl.concat_str("feuille", cell, separator="!").alias("sources")


def in_period() -> pl.Expr:
    """Whether the row's exercice lies within its dossier's period, as far as that is known."""
    return pl.col("exercice").is_between(pl.col("annee_debut"), pl.col("annee_fin")).fill_null(True)


def balances(lines: pl.DataFrame, budget: pl.DataFrame, batch: Batch, tolerance: pl.Expr) -> pl.DataFrame:
    """Model Equilibres."""
    files = batch.readable_files("budget").lazy()
    rows = budget.lazy().filter(pl.col("niveau") == "total").join(files, on="fichier", how="semi", maintain_order="left")
    counted = lines.lazy().filter("compte_seul").join(files, on="fichier", how="semi", maintain_order="left")
    heading = pl.col("rubrique")
    # A line of no known account could belong to either side: it silences all four sums.
    sides = {
        "charges_eur": (pl.col("sens") == "charge") & ~heading.is_in(IN_KIND),
        "produits_eur": (pl.col("sens") == "produit") & ~heading.is_in(IN_KIND),
        "emplois_eur": heading == IN_KIND[0],
        "ressources_eur": heading == IN_KIND[1],
    }
    sums = counted.group_by("fichier", "exercice", maintain_order=True).agg(
        pl.col("feuille").first(),
        *(
            pl.when(heading.is_not_null().all()).then(total(pl.col("montant_eur"), mine.fill_null(False))).alias(name)
            for name, mine in sides.items()
        ),
        sources(),
        cellule_86=pl.col("cellule").filter(heading == IN_KIND[0]).first(),
        valeur_86=pl.col("montant_eur").filter(heading == IN_KIND[0]).first(),
    )
    totals = rows.group_by("fichier", "exercice", maintain_order=True).agg(
        pl.col("feuille").first().alias("feuille_total"),
        *(pl.col("montant_eur").filter(pl.col("sens") == s).first().alias(f"total_{s}s_eur") for s in ("charge", "produit")),
        *(pl.col("cellule").filter(pl.col("sens") == s).first().alias(f"cellule_total_{s}s") for s in ("charge", "produit")),
    )
    joined = sums.join(totals, on=["fichier", "exercice"], how="full", coalesce=True, maintain_order="left_right")
    # Totals stated over an exercice with no line at all are compared with 0.
    bare = pl.col("feuille").is_null()
    filled = [pl.when(bare).then(ZERO).otherwise(pl.col(name)).alias(name) for name in sides]
    return joined.with_columns(*filled, feuille=pl.coalesce("feuille", "feuille_total"), tolerance_eur=tolerance).collect()


def headings(remainders: pl.DataFrame, tolerance: pl.Expr) -> pl.DataFrame:
    """Model Rubriques."""
    return remainders.filter(~pl.col("muet")).with_columns(tolerance_eur=tolerance)


def plan_lines(batch: Batch) -> pl.DataFrame:
    """The plan of each dossier, each line with its `montant_eur` (contract §1) and the address of that amount."""
    plan = with_cells(batch.sheets["plan"], batch, "plan", "sollicite_eur", "acquis_eur")
    # A secured line counts for what is secured, whatever was asked.
    secured = (pl.col("acquis_eur") > pl.col("sollicite_eur")) | pl.col("statut").is_in(SECURED)
    own = pl.when(secured.fill_null(False)).then(pl.col("cellule_acquis_eur")).otherwise(pl.col("cellule_sollicite_eur"))
    return plan.with_columns(montant_eur=line_amount(), cellule=pl.coalesce(own, "cellule_acquis_eur", "cellule_sollicite_eur"))


def _with_known_keys(frame: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Drop the files one of whose rows could belong to any group, because its key could not be read."""
    lost = pl.any_horizontal(pl.col(k).is_null() for k in keys).any().over("fichier")
    return frame.filter(~lost)


def _files_with_known_keys(frame: pl.DataFrame, files: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Leave out the files with a row that could belong to another group: a key unreadable, or an exercice out of period."""
    unknown = pl.any_horizontal(*(pl.col(k).is_null() for k in keys), ~in_period())
    lost = frame.filter(unknown).select("fichier").unique()
    return files.join(lost, on="fichier", how="anti", maintain_order="left")


def plan_against_budget(plan: pl.DataFrame, lines: pl.DataFrame, batch: Batch, tolerance: pl.Expr) -> pl.DataFrame:
    """Model PlanEtBudget: by type of financer where account 74 has sub-lines, as a whole where it has only its heading."""
    files = _files_with_known_keys(plan, batch.readable_files("plan", "budget"), "exercice", "type_financeur")
    files = _files_with_known_keys(lines, files, "rubrique")
    grants = lines.filter("compte_seul", pl.col("rubrique") == SUBSIDIES).join(files, on="fichier", how="semi", maintain_order="left")
    # A sub-line whose type could not be read could be any: silent for the file.
    lost = (pl.col("niveau") == "detail") & pl.col("type_financeur").is_null()
    grants = grants.filter(~lost.any().over("fichier"))
    files = files.join(lines.filter((pl.col("rubrique") == SUBSIDIES) & lost).select("fichier").unique(), on="fichier", how="anti")
    keys = ["fichier", "exercice", "type_financeur"]
    budget_side = grants.group_by(keys, maintain_order=True).agg(
        pl.col("feuille").first(),
        sources().alias("sources_budget"),
        budget_eur=total(pl.col("montant_eur")),
        cellule=pl.col("cellule").first(),
        valeur_eur=pl.col("montant_eur").first(),
    )
    asked = plan.filter(pl.col("type_financeur") != OWN_RESOURCES).join(files, on="fichier", how="semi", maintain_order="left")
    whole = budget_side.filter(pl.col("type_financeur").is_null()).select("fichier", "exercice", entier=pl.lit(True))
    asked = asked.join(whole, on=["fichier", "exercice"], how="left", maintain_order="left").with_columns(
        type_financeur=pl.when(pl.col("entier").is_null()).then(pl.col("type_financeur"))
    )
    plan_side = asked.group_by(keys, maintain_order=True).agg(
        sources().alias("sources_plan"), plan_eur=total(pl.col("montant_eur")), muet=~in_period().all()
    )
    joined = budget_side.join(plan_side, on=keys, how="full", coalesce=True, nulls_equal=True, maintain_order="left_right")
    return joined.with_columns(
        plan_eur=pl.when(pl.col("muet").is_null()).then(ZERO).otherwise(pl.col("plan_eur")),
        budget_eur=pl.when(pl.col("feuille").is_null()).then(ZERO).otherwise(pl.col("budget_eur")),
        feuille=pl.col("feuille").fill_null("Budget"),
        sources=_both("sources_budget", "sources_plan"),
        tolerance_eur=tolerance,
    )


def plan_against_posts(plan: pl.DataFrame, batch: Batch, tolerance: pl.Expr) -> pl.DataFrame:
    """Model PlanEtPostes."""
    posts = with_cells(batch.sheets["postes"], batch, "postes", "aide_eur")
    files = _files_with_known_keys(plan, batch.readable_files("plan", "postes"), "exercice", "type_financeur")
    files = _files_with_known_keys(posts, files, "exercice")
    keys = ["fichier", "exercice"]
    share = plan.filter(pl.col("type_financeur") == REGION).join(files, on="fichier", how="semi", maintain_order="left")
    plan_side = share.group_by(keys, maintain_order=True).agg(
        pl.col("feuille").first(),
        sources().alias("sources_plan"),
        plan_eur=total(pl.col("montant_eur")),
        cellule=pl.col("cellule").first(),
        valeur_eur=pl.col("montant_eur").first(),
    )
    asked = posts.join(files, on="fichier", how="semi", maintain_order="left")
    post_side = asked.group_by(keys, maintain_order=True).agg(
        sources("cellule_aide_eur").alias("sources_postes"), postes_eur=total(pl.col("aide_eur")), vu=pl.lit(True)
    )
    joined = plan_side.join(post_side, on=keys, how="full", coalesce=True, maintain_order="left_right")
    return joined.with_columns(
        plan_eur=pl.when(pl.col("feuille").is_null()).then(ZERO).otherwise(pl.col("plan_eur")),
        postes_eur=pl.when(pl.col("vu").is_null()).then(ZERO).otherwise(pl.col("postes_eur")),
        feuille=pl.col("feuille").fill_null("Plan de financement"),
        sources=_both("sources_plan", "sources_postes"),
        tolerance_eur=tolerance,
    )


def studies(plan: pl.DataFrame, dossiers: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """Model Etudes: the finding stands at the Région's amount with which the running total passes the cap."""
    files = _files_with_known_keys(plan, batch.readable_files("plan"), "type_financeur")
    caps = dossiers.filter(pl.col("type_document") == PREFIGURATION).select("fichier", "plafond_etude_eur", "plafond_etude_eur_reference")
    share = plan.filter(pl.col("type_financeur") == REGION).join(files, on="fichier", how="semi", maintain_order="left")
    share = share.join(caps, on="fichier", maintain_order="left")
    return share.group_by("fichier", "plafond_etude_eur", "plafond_etude_eur_reference", maintain_order=True).agg(
        pl.col("feuille").first(),
        sources(),
        total_eur=total(pl.col("montant_eur")),
        cellule=_first_beyond("cellule", "montant_eur", "plafond_etude_eur"),
        valeur_eur=_first_beyond("montant_eur", "montant_eur", "plafond_etude_eur"),
    )


def _both(one: str, other: str) -> pl.Expr:
    return pl.concat_list(pl.col(name).fill_null(pl.lit([], pl.List(pl.String))) for name in (one, other))


def _first_beyond(wanted: str, amount: str, cap: str) -> pl.Expr:
    return pl.col(wanted).filter((pl.col(amount).cum_sum() > pl.col(cap)).fill_null(False)).first()


def annuities(dossiers: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """Model Annuites: a row per post and annuité, since an annuité can straddle two exercices."""
    posts = with_cells(batch.sheets["postes"], batch, "postes", "annuite", "aide_eur")
    posts = _with_known_keys(posts, "poste", "annuite").join(
        batch.readable_files("postes"), on="fichier", how="semi", maintain_order="left"
    )
    names = ["plafond_poste_eur", "plafond_poste_eur_reference", "duree_poste_ans", "duree_poste_ans_reference"]
    caps = dossiers.filter(pl.col("type_document") == FONCTIONNEMENT).select("fichier", *names)
    posts = posts.join(caps, on="fichier", maintain_order="left")
    rows = posts.group_by("fichier", "poste", "annuite", *names, maintain_order=True).agg(
        pl.col("feuille").first(),
        sources("cellule_aide_eur"),
        etp=pl.when(pl.col("etp").is_not_null().any()).then(pl.col("etp").max()),
        total_eur=total(pl.col("aide_eur")),
        cellule=pl.coalesce(_first_beyond("cellule_aide_eur", "aide_eur", "plafond_poste_eur"), pl.col("cellule_aide_eur").first()),
        valeur_eur=pl.coalesce(_first_beyond("aide_eur", "aide_eur", "plafond_poste_eur"), pl.col("aide_eur").first()),
        cellule_annuite=pl.col("cellule_annuite").first(),
    )
    funded = pl.when(pl.col("total_eur") > 0).then(pl.col("annuite"))
    return rows.with_columns(
        rang=funded.rank("dense").over("fichier", "poste").cast(pl.Int64),
        prorata_eur=(pl.col("plafond_poste_eur") * pl.col("etp")).round(2, mode="half_away_from_zero").cast(MONEY),
    )


def posts_by_exercice(dossiers: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """Model PostesParExercice."""
    posts = with_cells(batch.sheets["postes"], batch, "postes", "poste", "aide_eur")
    posts = _with_known_keys(posts, "poste", "exercice").join(
        batch.readable_files("postes"), on="fichier", how="semi", maintain_order="left"
    )
    asking = posts.filter(pl.col("aide_eur") > 0, in_period())
    rows = asking.group_by("fichier", "exercice", "poste", maintain_order=True).agg(
        pl.col("feuille").first(),
        pl.col("ligne").min(),
        sources("cellule_aide_eur"),
        aide_eur=pl.col("aide_eur").sum(),
        cellule=pl.col("cellule_poste").first(),
    )
    caps = dossiers.select("fichier", "postes_max", "postes_max_reference")
    rang = pl.col("ligne").rank("ordinal").over("fichier", "exercice").cast(pl.Int64)
    return rows.with_columns(rang=rang).join(caps, on="fichier", how="left", maintain_order="left")


def partnerships(dossiers: pl.DataFrame, batch: Batch, reference: str) -> pl.DataFrame:
    """Model Partenariats."""
    partners = _with_known_keys(batch.sheets["partenaires"], "famille")
    lost = batch.sheets["partenaires"].filter(pl.col("famille").is_null()).select("fichier").unique()
    counts = partners.group_by("fichier").agg(
        partenaires=pl.len().cast(pl.Int64), hors_associations=(pl.col("famille") != "association").sum().cast(pl.Int64)
    )
    files = dossiers.filter(pl.col("type_document").is_in([PREFIGURATION, FONCTIONNEMENT])).select("fichier")
    files = files.join(batch.readable_files("partenaires"), on="fichier", how="semi", maintain_order="left")
    rows = files.join(lost, on="fichier", how="anti", maintain_order="left").join(counts, on="fichier", how="left", maintain_order="left")
    # The findings stand at no cell: the sheet says where.
    return rows.with_columns(
        pl.col("partenaires", "hors_associations").fill_null(0), feuille=pl.lit("Partenaires"), partenariat_reference=pl.lit(reference)
    )
