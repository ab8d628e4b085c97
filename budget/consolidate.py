"""From the files that count to the tables: budget lines, financements, votes, decisions, payments, accounts rendered."""

import polars as pl

from budget.decide import Decided
from budget.frames import MONEY, ZERO, Batch, with_cells
from budget.groups import plan_lines
from budget.lines import account_lines
from budget.rows import PROJECT, identities, in_order, kept_rows, shape, united_rows
from schemas.decisions import signed_payment, signed_vote
from schemas.financers import OWN_RESOURCES, FinancerDirectory
from schemas.plan import SECURED
from schemas.tables import KEPT, UPDATED, BudgetLines, DecisionsRegion, Financements, MandatsRegion, Provenances, Realises, Votes


def budget_table(batch: Batch, decided: Decided) -> pl.DataFrame:
    """Table `budget`: the lines that count, each with its source cell; a line of 0 is no line."""
    lines = account_lines(batch.sheets["budget"]).filter("compte_seul", pl.col("montant_eur") != 0)
    counted = lines.join(decided.counting(), on="fichier", how="semi", maintain_order="left")
    joined = counted.join(identities(batch), on="fichier", how="left", maintain_order="left")
    return in_order(shape(_with_state(joined), BudgetLines), [*PROJECT, "campagne", "exercice", "fichier", "feuille"])


def _with_state(lines: pl.DataFrame) -> pl.DataFrame:
    """Of several campaigns that cover one exercice of a project, the latest counts (contract §2.3)."""
    latest = pl.col("campagne").max().over(*PROJECT, "exercice")
    return lines.with_columns(etat=pl.when(pl.col("campagne") == latest).then(pl.lit(KEPT)).otherwise(pl.lit(UPDATED)))


def financements_table(batch: Batch, decided: Decided, directory: FinancerDirectory) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Table `financements` from the dossiers alone, and its provenances.

    No statement is reconciled yet: votes are null, nothing is confirmed, and each row is `sans réponse`.
    """
    plan = plan_lines(batch).join(decided.counting(), on="fichier", how="semi", maintain_order="left")
    plan = plan.filter(pl.col("type_financeur") != OWN_RESOURCES)
    plan = plan.join(identities(batch), on="fichier", how="left", maintain_order="left")
    plan = _with_financer(plan, directory)
    plan = _latest_only(plan, batch, decided)
    proven = pl.col("statut").is_in(SECURED) & pl.col("date_decision").is_not_null() & pl.col("reference").is_not_null()
    declared = pl.when(proven.fill_null(False) & ~pl.col("sous_reserve")).then(pl.col("acquis_eur")).otherwise(ZERO)
    key = [*PROJECT, "exercice", "financeur_id"]
    rows = plan.group_by(key, maintain_order=True).agg(
        pl.col("campagne").max(),
        pl.col("type_financeur").first(),
        pl.col("financeur_nom").first().alias("financeur"),
        pl.col("sollicite_eur").sum(),
        pl.col("acquis_eur").sum(),
        vote_eur=pl.lit(None, MONEY),
        verse_eur=pl.lit(None, MONEY),
        confirme_eur=ZERO,
        declare_eur=declared.sum(),
        total=pl.col("montant_eur").sum(),
        ecart_eur=pl.lit(None, MONEY),
        etat=pl.lit("sans réponse"),
    )
    rows = rows.with_columns(espere_eur=pl.max_horizontal(pl.col("total") - pl.col("declare_eur"), ZERO))
    return in_order(shape(rows, Financements), key), _plan_provenances(plan, key)


def _latest_only(plan: pl.DataFrame, batch: Batch, decided: Decided) -> pl.DataFrame:
    """Leave out the exercices that a later campaign's dossier covers, with a budget or a plan of its own."""
    budget = account_lines(batch.sheets["budget"]).join(decided.counting(), on="fichier", how="semi")
    covered = pl.concat([f.select("fichier", "exercice") for f in (budget, plan)]).unique()
    covered = covered.join(identities(batch).select("fichier", *PROJECT, "campagne"), on="fichier")
    latest = covered.group_by(*PROJECT, "exercice").agg(derniere=pl.col("campagne").max())
    joined = plan.join(latest, on=[*PROJECT, "exercice"], how="left", maintain_order="left")
    return joined.filter(pl.col("campagne") == pl.col("derniere"))


def _with_financer(frame: pl.DataFrame, directory: FinancerDirectory) -> pl.DataFrame:
    """Add `financeur_id` and `financeur_nom`, the known name where there is one."""
    given = frame.select("financeur", "type_financeur", "siret").unique(maintain_order=True)
    found = [directory.find(r["financeur"], r["type_financeur"], r["siret"]) for r in given.to_dicts()]
    named = given.with_columns(
        financeur_id=pl.Series([f.code for f in found], dtype=pl.String), financeur_nom=pl.Series([f.name for f in found], dtype=pl.String)
    )
    return frame.join(named, on=["financeur", "type_financeur", "siret"], how="left", nulls_equal=True, maintain_order="left")


def _plan_provenances(plan: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    parts = []
    for champ in ("sollicite_eur", "acquis_eur"):
        cited = plan.filter(pl.col(champ) != 0, pl.col(f"cellule_{champ}").is_not_null())
        parts.append(
            cited.select(
                table=pl.lit("financements"), cle=pl.concat_str(*key, separator="|"), champ=pl.lit(champ), fichier="fichier",
                feuille="feuille", cellule=f"cellule_{champ}",
            )
        )  # fmt: skip
    return shape(pl.concat(parts), Provenances).sort(pl.all())


def votes_table(batch: Batch, decided: Decided, directory: FinancerDirectory) -> pl.DataFrame:
    """Table `votes`: the rows of the statements that count."""
    rows = with_cells(kept_rows("engagements", batch, decided), batch, "engagements", "vote_eur")
    identity = batch.sheets["identification"].select("fichier", "campagne", siret_etat="siret")
    rows = rows.join(identity, on="fichier", how="left", maintain_order="left").with_columns(siret=pl.col("siret_etat"))
    named = _with_financer(rows, directory).with_columns(financeur=pl.col("financeur_nom"), cellule=pl.col("cellule_vote_eur"))
    return in_order(shape(named, Votes), ["fichier", "feuille", "ligne"])


def decisions_table(batch: Batch, decided: Decided) -> pl.DataFrame:
    """Table `decisions`: the Région's decisions that count, amounts signed."""
    rows = with_cells(united_rows("decisions", batch, decided), batch, "decisions", "vote_eur")
    signed = rows.with_columns(vote_eur=signed_vote(), cellule=pl.col("cellule_vote_eur"))
    return in_order(shape(signed, DecisionsRegion), ["fichier", "feuille", "ligne"])


def mandats_table(batch: Batch, decided: Decided) -> pl.DataFrame:
    """Table `mandats`: the Région's payments that count, amounts signed."""
    rows = with_cells(united_rows("mandats", batch, decided), batch, "mandats", "montant_eur")
    signed = rows.with_columns(montant_eur=signed_payment(), cellule=pl.col("cellule_montant_eur"))
    return in_order(shape(signed, MandatsRegion), ["fichier", "feuille", "ligne"])


def realises_table(batch: Batch, decided: Decided) -> pl.DataFrame:
    """Table `realises`: the lines of the comptes rendus that count."""
    rows = with_cells(kept_rows("realise", batch, decided), batch, "realise", "realise_eur")
    joined = rows.join(identities(batch), on="fichier", how="left", maintain_order="left").with_columns(
        cellule=pl.col("cellule_realise_eur")
    )
    return in_order(shape(joined, Realises), ["fichier", "feuille", "ligne"])


def statement_names(batch: Batch, directory: FinancerDirectory) -> dict[str, str]:
    """The financer of each statement, in words; `plusieurs` where its rows name several."""
    rows = pl.concat([batch.sheets[k].select("fichier", "financeur", "type_financeur") for k in ("engagements", "identification")])
    named: dict[str, list[str]] = {}
    for row in rows.filter(pl.col("financeur").is_not_null()).unique(maintain_order=True).to_dicts():
        names = named.setdefault(row["fichier"], [])
        name = directory.find(row["financeur"], row["type_financeur"], None).name
        if name not in names:
            names.append(name)
    return {path: names[0] if len(names) == 1 else "plusieurs" for path, names in named.items()}
