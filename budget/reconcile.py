"""Each co-financing euro seen from both sides and counted once: tables `financements` and `rapprochement` (contract §4)."""

from dataclasses import dataclass

import polars as pl

from budget.frames import MONEY, ZERO
from budget.lines import LINE, PROJECT
from budget.provenance import cited
from budget.rows import in_order, shape
from budget.sides import refusals
from budget.statements import Statements
from schemas.financers import REGION_CODE
from schemas.financing import AGREE, DIFFER, DOSSIER_ONLY, FINANCER_ONLY, UNANSWERED, Financements, Rapprochement

_REGION = pl.col("financeur_id") == REGION_CODE
_ASKED = ("sollicite_eur", "acquis_eur", "reserve_eur", "demande_eur", "prouve_eur", "montant_eur")
_SAID = ("vote_eur", "ferme_eur", "verse_eur")


@dataclass(frozen=True)
class Reconciled:
    """The tables, their provenances, and for the rules on co-financers both sides line by line and `matched`, a row per `LINE`.

    `matched` has the columns of `financements` and `dossier_eur` (what the dossier says), `repondu` (a statement covers the exercice; null
    for the Région), `vote_connu` (null where a row of the financer could not be read), `fichier` and `date_depot` of the accepted dossier.
    """

    financements: pl.DataFrame
    rapprochement: pl.DataFrame
    provenances: pl.DataFrame
    matched: pl.DataFrame
    asked: pl.DataFrame
    said: pl.DataFrame


def reconcile(
    asked: pl.DataFrame, said: pl.DataFrame, covered: pl.DataFrame, stated: Statements, decisions: pl.DataFrame, named: pl.DataFrame
) -> Reconciled:
    """Compare the plans of some Pays with the statements, and with the Région's decisions and payments (tables of that name).

    `asked` and `said`: the lines of both sides (`sides`); `covered`: the accepted dossier of each project and exercice (`rows.coverage`);
    `named`: what each financer is called (`financers.names`).
    """
    matched = _with_verdict(_with_shares(_sums(asked, said, covered, stated, decisions)))
    matched = matched.join(named, on="financeur_id", how="left")
    table = in_order(shape(matched, Financements), LINE)
    return Reconciled(table, _side_by_side(asked, said, matched), _provenances(asked, said, table), matched, asked, said)


def _sums(asked: pl.DataFrame, said: pl.DataFrame, covered: pl.DataFrame, stated: Statements, decisions: pl.DataFrame) -> pl.DataFrame:
    """Both sides summed per LINE, with what the exercice's accepted dossier and the financer's statements are."""
    ours = asked.group_by(LINE).agg(*(pl.col(name).sum() for name in _ASKED), ligne=pl.lit(True))
    known = [pl.when(pl.col(n).is_not_null().any()).then(pl.col(n).sum()).alias(n) for n in ("vote_eur", "verse_eur")]
    theirs = said.group_by(LINE).agg(*known, pl.col("ferme_eur").sum(), campagne_financeur=pl.col("campagne").max())
    both = ours.join(theirs, on=LINE, how="full", coalesce=True)
    both = both.join(covered.select(*PROJECT, "exercice", "campagne", "fichier", "date_depot"), on=[*PROJECT, "exercice"], how="left")
    both = both.join(stated.covered.with_columns(couvert=pl.lit(True)), on=["financeur_id", "exercice"], how="left")
    both = both.join(_unread(stated), on=LINE, how="left").join(_lost(stated), on="financeur_id", how="left")
    refused = refusals(decisions, covered).with_columns(financeur_id=pl.lit(REGION_CODE), refus=pl.lit(True))
    both = both.join(refused, on=LINE, how="left")
    flags = [pl.col(name).fill_null(False) for name in ("ligne", "couvert", "muet", "perdu", "refus")]
    return both.with_columns(*flags, *(pl.col(n).fill_null(ZERO) for n in (*_ASKED, "ferme_eur"))).with_columns(
        campagne=pl.coalesce("campagne", "campagne_financeur"), accepte=pl.col("fichier").is_not_null()
    )


def _unread(stated: Statements) -> pl.DataFrame:
    """The LINEs of which the financer has a row that could not be read."""
    return stated.unread.select(LINE).drop_nulls().unique().with_columns(muet=pl.lit(True))


def _lost(stated: Statements) -> pl.DataFrame:
    """The financers that have a row which could be about any LINE."""
    lost = stated.unread.filter(pl.any_horizontal(pl.col(name).is_null() for name in LINE))
    return lost.select("financeur_id").drop_nulls().unique().with_columns(perdu=pl.lit(True))


def _with_shares(both: pl.DataFrame) -> pl.DataFrame:
    """Add what is confirmed, declared and hoped for. Without an accepted dossier the vote is shown, and none of the three."""
    voted = pl.col("vote_eur").is_not_null()
    answered = pl.when(_REGION).then(voted).otherwise(pl.col("couvert") | voted)
    confirmed = pl.when(pl.col("accepte")).then(pl.col("ferme_eur")).otherwise(ZERO)
    declared = pl.when(~answered).then(pl.col("prouve_eur")).otherwise(ZERO)
    both = both.with_columns(confirme_eur=confirmed, declare_eur=declared, repondu=pl.when(~_REGION).then(answered))
    rest = pl.col("montant_eur") - pl.max_horizontal("confirme_eur", ZERO) - pl.col("declare_eur")
    promised = pl.col("vote_eur").fill_null(ZERO) - pl.col("ferme_eur")
    hoped = pl.when(pl.col("accepte") & ~pl.col("refus")).then(pl.max_horizontal(rest, promised, ZERO)).otherwise(ZERO)
    return both.with_columns(espere_eur=hoped)


def _with_verdict(both: pl.DataFrame) -> pl.DataFrame:
    """Add `dossier_eur, ecart_eur, etat` and whether the vote is known at all."""
    says = pl.when(pl.col("acquis_eur") > 0).then("acquis_eur").when(pl.col("demande_eur") > 0).then("demande_eur").otherwise("reserve_eur")
    voted, silent = pl.col("vote_eur").is_not_null(), pl.col("muet") | pl.col("perdu")
    both = both.with_columns(dossier_eur=says, vote_connu=pl.when(~silent).then(voted))
    gap = pl.col("vote_eur").fill_null(ZERO) - pl.col("dossier_eur")
    state = (
        pl.when(pl.col("ligne") & voted)
        .then(pl.when(gap == 0).then(pl.lit(AGREE)).otherwise(pl.lit(DIFFER)))
        .when(~pl.col("ligne"))
        .then(pl.lit(FINANCER_ONLY))
        .when(pl.col("repondu").fill_null(False) & ~silent)
        .then(pl.lit(DOSSIER_ONLY))
        .otherwise(pl.lit(UNANSWERED))
    )
    return both.with_columns(etat=state).with_columns(ecart_eur=pl.when(pl.col("etat") != UNANSWERED).then(gap))


def _side_by_side(asked: pl.DataFrame, said: pl.DataFrame, matched: pl.DataFrame) -> pl.DataFrame:
    """Table `rapprochement`: within a LINE the first line of one side beside the first of the other, and so on; each stands once."""
    stated = pl.when(pl.col("acquis_eur") > 0).then("cellule_acquis_eur").otherwise("cellule")
    ours = _ranked(asked).select(
        *LINE, "rang", "sollicite_eur", "acquis_eur", "demande_eur", "reserve_eur", "statut", fichier_dossier="fichier",
        feuille_dossier="feuille", cellule_dossier=stated,
    )  # fmt: skip
    theirs = _ranked(said).select(
        *LINE, "rang", "origine", "vote_eur", "verse_eur", "date_vote", "reference", fichier_financeur="fichier",
        feuille_financeur="feuille", cellule_financeur=pl.coalesce("cellule_vote", "cellule_verse"),
    )  # fmt: skip
    pairs = ours.join(theirs, on=[*LINE, "rang"], how="full", coalesce=True)
    facts = matched.select(*LINE, "financeur", "type_financeur", "etat", secured=pl.col("acquis_eur") > 0, asked=pl.col("demande_eur") > 0)
    pairs = pairs.join(facts, on=LINE, how="left")
    says = pl.when("secured").then("acquis_eur").when("asked").then("demande_eur").otherwise("reserve_eur").fill_null(ZERO)
    gap = pl.when(pl.col("etat") != UNANSWERED).then(pl.col("vote_eur").fill_null(ZERO) - says)
    return in_order(shape(pairs.with_columns(ecart_eur=gap.cast(MONEY)), Rapprochement), [*LINE, "rang"])


def _ranked(lines: pl.DataFrame) -> pl.DataFrame:
    ordered = lines.sort("fichier", "feuille", "ligne", maintain_order=True)
    if "origine" in lines.columns:
        ordered = ordered.sort("origine", maintain_order=True)
    return ordered.with_columns(rang=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(LINE))


def _provenances(asked: pl.DataFrame, said: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """The source cells of each amount of `financements`."""
    used = table.select(*LINE, *(pl.col(n).fill_null(ZERO) != 0 for n in ("declare_eur", "espere_eur", "confirme_eur")))
    ours = asked.join(used, on=LINE, how="left", maintain_order="left")
    parts = [
        cited("financements", ours.filter(pl.col("sollicite_eur") != 0), LINE, "sollicite_eur", "cellule_sollicite_eur"),
        cited("financements", ours.filter(pl.col("acquis_eur") != 0), LINE, "acquis_eur", "cellule_acquis_eur"),
        cited("financements", ours.filter("declare_eur", pl.col("prouve_eur") != 0), LINE, "declare_eur", "cellule_acquis_eur"),
        cited("financements", ours.filter("espere_eur", pl.col("montant_eur") != 0), LINE, "espere_eur", "cellule"),
        cited("financements", said.filter(pl.col("vote_eur") != 0), LINE, "vote_eur", "cellule_vote"),
        cited("financements", said.filter(pl.col("verse_eur") != 0), LINE, "verse_eur", "cellule_verse"),
    ]
    theirs, promised = said.join(used, on=LINE, how="left", maintain_order="left"), pl.col("vote_eur") != pl.col("ferme_eur")
    parts += [
        cited("financements", theirs.filter("confirme_eur", pl.col("ferme_eur") != 0), LINE, "confirme_eur", "cellule_vote"),
        cited("financements", theirs.filter("espere_eur", promised), LINE, "espere_eur", "cellule_vote"),
    ]
    return pl.concat(parts)
