"""Every rule on one file at a time, for all files at once: each kind of sheet and each kind of group is validated once."""

from collections.abc import Sequence

import polars as pl

from budget import groups
from budget.caps import rules_in_force, with_caps
from budget.financers_cited import single_file_findings
from budget.frames import MONEY, Batch
from budget.lines import account_lines, heading_remainders
from budget.validate import Located, check_group, check_sheet
from schemas import groups as models
from schemas.decisions import AWARD
from schemas.documents import SHEETS
from schemas.financers import FinancerDirectory
from schemas.parameters import Config
from schemas.reading import Reading
from schemas.spec import DECISIONS, DOSSIERS


def check(readings: Sequence[Reading], batch: Batch, config: Config) -> list[Located]:
    """All findings of single-file rules, those of reading first."""
    found = [(r.received.path, finding) for r in readings for finding in r.findings]
    identity = batch.sheets["identification"].with_columns(dossier_region=pl.lit(f"{config.dossiers.entrees}/{config.dossiers.region}"))
    for kind, (_, model) in SHEETS.items():
        found += check_sheet(kind, model, identity if kind == "identification" else batch.sheets[kind], batch)
    found += _check_groups(dossiers_with_caps(batch, config), batch, config)
    found += single_file_findings(batch, FinancerDirectory(config.extra_financers()))
    return found


def dossiers_with_caps(batch: Batch, config: Config) -> pl.DataFrame:
    """The dossiers' identification with the caps in force: at the Région's decision where there is one, else at the deposit."""
    identity = batch.sheets["identification"]
    dossiers = identity.filter(pl.col("type_document").is_in(DOSSIERS)).with_columns(
        volet=pl.when(pl.col("type_document") == DOSSIERS[0]).then(pl.lit("préfiguration")).otherwise(pl.lit("fonctionnement"))
    )
    return with_caps(_with_rule_date(dossiers, _awards(batch)), config.parametres)


def _awards(batch: Batch) -> pl.DataFrame:
    """The Région's awards, from the files that are believed."""
    identity = batch.sheets["identification"]
    trusted = identity.filter((pl.col("type_document") == DECISIONS) & pl.col("dans_dossier_region")).select("fichier")
    decisions = batch.sheets["decisions"].filter(pl.col("nature") == AWARD)
    return decisions.join(trusted, on="fichier", how="semi").select("pays_code", "projet", "volet", "premier_exercice", "date_decision")


def _with_rule_date(dossiers: pl.DataFrame, awards: pl.DataFrame) -> pl.DataFrame:
    """Add `date_regle`: the first award to that project whose first exercice lies in the dossier's period, else the deposit."""
    matched = dossiers.select("fichier", "pays_code", "projet", "volet", "date_depot", "date_debut", "date_fin").join(
        awards, on=["pays_code", "projet", "volet"]
    )
    covers = pl.col("premier_exercice").is_between(pl.col("date_debut").dt.year(), pl.col("date_fin").dt.year())
    first = matched.filter(covers).group_by("fichier").agg(decision=pl.col("date_decision").min())
    joined = dossiers.join(first, on="fichier", how="left", maintain_order="left")
    return joined.with_columns(date_regle=pl.coalesce("decision", "date_depot")).drop("decision")


def _check_groups(dossiers: pl.DataFrame, batch: Batch, config: Config) -> list[Located]:
    tolerance = pl.lit(config.seuils.tolerance_eur, MONEY)
    lines = account_lines(batch.sheets["budget"])
    plan = groups.plan_lines(batch)
    frames = (
        (models.Equilibres, groups.balances(lines, batch.sheets["budget"], batch, tolerance)),
        (models.Rubriques, groups.headings(heading_remainders(lines), tolerance)),
        (models.PlanEtBudget, groups.plan_against_budget(plan, lines, batch, tolerance)),
        (models.PlanEtPostes, groups.plan_against_posts(plan, batch, tolerance)),
        (models.Etudes, groups.studies(plan, dossiers, batch)),
        (models.Annuites, groups.annuities(dossiers, batch)),
        (models.PostesParExercice, groups.posts_by_exercice(dossiers, batch)),
        (models.Partenariats, groups.partnerships(dossiers, batch, config.textes.partenariat)),
        (models.ReglesEnVigueur, rules_in_force(dossiers, config.parametres)),
    )
    return [located for model, frame in frames for located in check_group(model, frame)]
