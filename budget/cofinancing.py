"""The rules on co-financers that need several files (`schemas.cofinancing`): their frames, and their findings."""

import polars as pl

from budget.lines import LINE, PROJECT, pays_name
from budget.reconcile import Reconciled
from budget.statements import Statements
from budget.validate import Located, check_group
from budget.waivers import TOLERANCE
from schemas import cofinancing as models
from schemas.table import polars_schema
from schemas.tables import KEPT

_PLACE = ["fichier", "feuille", "cellule"]


def tolerances(dossiers: pl.DataFrame, waivers: pl.DataFrame) -> pl.DataFrame:
    """The tolerance of each dossier, `fichier, tolerance_eur`, and the cell of the waiver it comes from, `derogation`, if any."""
    places = waivers.select(numero="numero", derogation=pl.struct("fichier", "feuille", cellule="adresse"))
    mine = dossiers.select("fichier", TOLERANCE, numero=f"{TOLERANCE}_derogation")
    return mine.join(places, on="numero", how="left").drop("numero")


def cross_file_findings(made: Reconciled, budget: pl.LazyFrame, admitted: pl.DataFrame) -> list[Located]:
    """COF401 to COF404 and COF408: dossiers against statements and the Région's decisions.

    `budget`: the table of that name, for the same Pays; `admitted`: what `tolerances` gives.
    """
    frames = (
        (models.LignesDuDossier, _dossier_side(made, admitted)),
        (models.LignesDuFinanceur, _financer_side(made)),
        (models.FinancementsEtCharges, _against_charges(made, budget)),
    )
    return [located for model, frame in frames for located in check_group(model, frame)]


def statement_findings(stated: Statements) -> list[Located]:
    """COF405: each statement against the one before it."""
    return check_group(models.LignesReprises, _followed(stated))


def _dossier_side(made: Reconciled, admitted: pl.DataFrame) -> pl.DataFrame:
    """Model LignesDuDossier: the finding stands at the first line that secures something, else at the first."""
    secures = pl.col("acquis_eur") > 0
    first = pl.coalesce(pl.col("_acquis").filter(secures).first(), pl.col("_acquis").first())
    lines = made.asked.sort("fichier", "feuille", "ligne").with_columns(_acquis=pl.coalesce("cellule_acquis_eur", "cellule"))
    ours = lines.group_by(LINE, maintain_order=True).agg(
        pl.col("feuille").first(),
        sources=pl.concat_str("feuille", "cellule", separator="!"),
        cellule=first,
        valeur_eur=pl.col("acquis_eur").filter(secures).first(),
    )
    both = made.matched.filter("ligne").drop("feuille", strict=False).join(ours, on=LINE, how="left")
    both = both.join(_elsewhere(made), on=LINE, how="left").join(admitted, on="fichier", how="left")
    waived = pl.concat_list(pl.col("ailleurs").fill_null([]), pl.col("derogation"))
    ailleurs = pl.when(pl.col("derogation").is_not_null()).then(waived).otherwise("ailleurs")
    return both.sort(LINE).select(*polars_schema(models.LignesDuDossier), "sources", ailleurs=ailleurs)


def _elsewhere(made: Reconciled) -> pl.DataFrame:
    """The cells of the votes of each LINE, in the files of the financers."""
    voted = made.said.filter(pl.col("vote_eur").is_not_null()).with_columns(cellule=pl.col("cellule_vote")).sort(_PLACE)
    return voted.group_by(LINE, maintain_order=True).agg(ailleurs=pl.struct(_PLACE))


def _financer_side(made: Reconciled) -> pl.DataFrame:
    """Model LignesDuFinanceur: only where an accepted dossier covers the exercice; it stands at the first vote."""
    votes = made.said.filter(pl.col("vote_eur") > 0).with_columns(cellule=pl.col("cellule_vote")).sort("fichier", "feuille", "ligne")
    sums = votes.group_by("fichier", *LINE, maintain_order=True).agg(
        pl.col("feuille").first(),
        pl.col("cellule").first(),
        pl.col("vote_eur").sum(),
        sources=pl.concat_str("feuille", "cellule", separator="!"),
        valeur_eur=pl.col("vote_eur").first(),
    )
    known = made.matched.filter("accepte").select(*LINE, "financeur", dans_dossier=pl.col("ligne"))
    return sums.join(known, on=LINE, maintain_order="left").with_columns(pays_name())


def _followed(stated: Statements) -> pl.DataFrame:
    """Model LignesReprises."""
    sheets = stated.rows.group_by("fichier").agg(pl.col("feuille").min())
    lines = stated.followed.join(sheets.rename({"feuille": "_feuille"}), on="fichier", how="left")
    place = pl.struct(fichier="avant", feuille="feuille", cellule="cellule_vote_eur")
    grouped = lines.group_by("fichier", *LINE).agg(
        pl.col("_feuille").first(), pl.col("vote_eur").sum(), pl.col("reprise").all(), ailleurs=place.sort_by("avant", "cellule_vote_eur")
    )
    return grouped.sort("fichier", *LINE).with_columns(pays_name(), feuille=pl.col("_feuille").fill_null("Engagements"))


def _against_charges(made: Reconciled, budget: pl.LazyFrame) -> pl.DataFrame:
    """Model FinancementsEtCharges, for the exercices of which the accepted dossier has a budget."""
    key = ["fichier", *PROJECT, "exercice"]
    mine = budget.filter(pl.col("etat") == KEPT, pl.col("sens") == "charge", ~pl.col("compte").str.starts_with("86"))
    charges = mine.group_by(key).agg(pl.col("feuille").first(), charges_eur=pl.col("montant_eur").sum()).collect()
    funded = made.matched.filter("accepte").group_by(key).agg(total_eur=(pl.col("confirme_eur") + pl.col("declare_eur")).sum())
    return funded.join(charges, on=key).sort(key)
