"""The frames of suivi.xlsx on what is awaited and what moved: co-financers, relances, versions. For one campaign, from the tables alone."""

from collections.abc import Mapping
from decimal import Decimal

import polars as pl

from budget.lines import pays_name
from budget.versions import heading_label
from schemas.financers import OWN_RESOURCES, REGION, TYPES
from schemas.financing import UNANSWERED
from schemas.packed import drawn, lazy
from schemas.rules import GRAVITIES
from schemas.spec import STATEMENT, VOLETS
from schemas.tables import ACCEPTED, ACCEPTED_WITH_RESERVES, KEPT
from schemas.versions import EVOLUTIONS, MENDED, UNKNOWN

Tables = Mapping[str, pl.DataFrame]
Control = tuple[str, Decimal, Decimal]
AMOUNT, UNCHANGED = "montant", "sans changement"
"""What a row of the sheet Versions is beside a finding: a heading that moved, or that nothing did."""
_LINE = ["pays_code", "projet", "volet", "exercice", "financeur_id"]


def follow_up_views(tables: Tables, depots: pl.DataFrame, campagne: int) -> dict[str, pl.DataFrame]:
    """The views by name. `depots`: the files that the sheet Dépôts shows."""
    return {
        "cofinanceurs": cofinancers(tables, campagne),
        "relances": tables["relances"].sort("pays_code"),
        "versions": versions(tables, depots),
    }


def cofinancers(tables: Tables, campagne: int) -> pl.DataFrame:
    """A row per project, exercice and co-financer of the campaign: what the dossier expects, what the statement says, and which one."""
    rank = {kind: place for place, kind in enumerate(TYPES)}
    answered = pl.col("etat") != UNANSWERED
    return (
        _of_others(tables, campagne)
        .join(_statement_lines(tables), on=_LINE, how="left", maintain_order="left")
        .join(_statements(tables), on="financeur_id", how="left", maintain_order="left")
        .with_columns(pays_name(), _rang=pl.col("type_financeur").replace_strict(rank, default=len(rank), return_dtype=pl.Int64))
        .with_columns(pl.when(answered).then(pl.coalesce(name, f"{name}_autre")).alias(name) for name in ("etat_recu", "recu_le"))
        .sort("pays_code", pl.col("volet") != VOLETS[0], "projet", "exercice", "_rang", "financeur", "financeur_id")
        .select(
            "pays_code", "pays", "projet", "volet", "exercice", "type_financeur", "financeur", "sollicite_eur", "acquis_eur", "vote_eur",
            "verse_eur", "ecart_eur", "etat", "etat_recu", "recu_le",
        )
    )  # fmt: skip


def _of_others(tables: Tables, campagne: int) -> pl.DataFrame:
    """The financings of the campaign by co-financers."""
    mine = pl.col("campagne") == campagne, ~pl.col("type_financeur").is_in([REGION, OWN_RESOURCES])
    return drawn(lazy(tables, "financements").filter(*mine))


def _statement_lines(tables: Tables) -> pl.DataFrame:
    """The statement behind each line of a co-financer, with its day of deposit; the latest where several speak."""
    days = tables["depots"].select("fichier", recu_le="date_depot")
    lines = tables["votes"].filter(etat=KEPT).join(days, on="fichier", how="left").sort("recu_le", "fichier", nulls_last=False)
    return lines.group_by(_LINE).agg(etat_recu=pl.col("fichier").last(), recu_le=pl.col("recu_le").last())


def _statements(tables: Tables) -> pl.DataFrame:
    """The latest statement that counts of each co-financer, whatever its lines."""
    counting = tables["depots"].filter(type_document=STATEMENT).filter(pl.col("decision").is_in([ACCEPTED, ACCEPTED_WITH_RESERVES]))
    days = counting.select("fichier", "financeur", recu_le_autre="date_depot")
    names = drawn(lazy(tables, "financements").select("financeur", "financeur_id").unique())
    by_line = tables["votes"].select("fichier", "financeur_id").join(days.drop("financeur"), on="fichier")
    by_name = days.join(names, on="financeur").select(by_line.columns)
    every = pl.concat([by_line, by_name]).unique().sort("recu_le_autre", "fichier", nulls_last=False)
    return every.group_by("financeur_id").agg(etat_recu_autre=pl.col("fichier").last(), recu_le_autre=pl.col("recu_le_autre").last())


def versions(tables: Tables, depots: pl.DataFrame) -> pl.DataFrame:
    """A row per error or warning of a version and of the one before it, then per heading that moved; one row where nothing did."""
    pairs = tables["versions"].join(depots.select("fichier", "pays_code", "financeur"), on="fichier", maintain_order="left")
    findings = tables["versions_constats"].filter(pl.col("gravite").is_in(GRAVITIES[:2])).select(
        "fichier", "gravite", "code", "feuille", "cellule", quoi="evolution", texte="message",
        # The cell is in the workbook that bears the finding: the one before, where the other no longer has it.
        source=pl.when(pl.col("evolution").is_in([MENDED, UNKNOWN])).then(pl.col("precedent")).otherwise(pl.col("fichier")),
    )  # fmt: skip
    moved = tables["versions_montants"]
    labels = pl.Series("texte", [heading_label(row) for row in moved.to_dicts()], pl.String)
    amounts = moved.with_columns(labels, quoi=pl.lit(AMOUNT)).select("fichier", "quoi", "texte", "avant_eur", "apres_eur", "ecart_eur")
    told = pl.concat([findings, amounts], how="diagonal")
    still = pairs.join(told, on="fichier", how="anti").select(
        "fichier", quoi=pl.lit(UNCHANGED), texte=pl.lit("Aucune erreur, aucun avertissement ni aucun montant n'a changé.")
    )
    rank = {word: place for place, word in enumerate((*EVOLUTIONS, AMOUNT, UNCHANGED))}
    rows = pl.concat([told, still], how="diagonal").join(pairs.select("fichier", "precedent", "pays_code", "financeur"), on="fichier")
    return (
        rows.with_columns(pays_name(), pl.col("quoi").replace_strict(rank, return_dtype=pl.Int64).alias("_rang"))
        .with_columns(envoyeur=pl.coalesce("pays", "financeur"))
        .sort("pays_code", "financeur", "fichier", "_rang", nulls_last=True, maintain_order=True)
        .select(
            "envoyeur", "fichier", "precedent", "quoi", "gravite", "code", "feuille", "cellule", "texte", "avant_eur", "apres_eur",
            "ecart_eur", "source",
        )
    )  # fmt: skip


def follow_up_controls(tables: Tables, views: Mapping[str, pl.DataFrame]) -> list[Control]:
    """What the tables hold and what these sheets show: their difference is 0."""
    campagne, awaited, changes = views["campagne"].item(), views["cofinanceurs"], views["versions"]
    mine = _of_others(tables, campagne)
    shown = tables["versions"].join(views["depots"], on="fichier", how="semi")
    counted = sum((Decimal(shown[name].sum()) for name in ("restent", "nouveaux", "non_verifies", "regles")), Decimal(0))
    found = [
        (f"Cofinanceurs : {word} (€)", _total(mine, name), _total(awaited, name))
        for name, word in (("sollicite_eur", "sollicité"), ("acquis_eur", "acquis"), ("vote_eur", "voté"), ("verse_eur", "versé"))
    ]
    return [
        *found,
        ("Relances : Pays (nombre)", Decimal(tables["relances"].height), Decimal(views["relances"].height)),
        ("Versions : constats (nombre)", counted, Decimal(changes["code"].count())),
        ("Versions : écart (€)", _total(shown, "ecart_eur"), _total(changes, "ecart_eur")),
    ]


def _total(frame: pl.DataFrame, name: str) -> Decimal:
    return Decimal(frame[name].sum() or 0)
