"""Rules across files, but for those on co-financers: each model is a frame whose grain is the rule's (see `schemas.group`).

Caps are columns, null where no text fixes them that day: the rule passes, and REG401 says so. History is the Région's earlier decisions,
else the earlier accepted dossiers (contract §2.4).
"""

from datetime import date

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from schemas.columns import Euros
from schemas.group import Group, at, fact


class EtudesCumulees(Group):
    """A row per dossier de préfiguration that asks for aid: with what the Pays's other files have used up before it."""

    total_eur: Euros = at("cellule", "valeur_eur", "Part de la Région")
    historique_eur: Euros = fact("Voté, ou demandé par les dossiers acceptés, avant ce dossier")
    plafond_etude_eur: Euros = fact()
    plafond_etude_eur_reference: str = fact()
    cellule: str = fact()
    valeur_eur: Euros = fact()

    @pa.check("total_eur", name="PRE301", error="PRE301")
    def within_cap(cls, data: PolarsData) -> pl.LazyFrame:
        """The aid to the studies of a Pays, all files together, stays within the cap."""
        alone = pl.col("historique_eur") <= 0
        return data.lazyframe.select((pl.col("total_eur") <= pl.col("plafond_etude_eur")) | alone)


class AnnuitesCumulees(Group):
    """A row per dossier, post and annuité that asks for aid, where the post was funded by another campaign."""

    poste: str
    annuite: int = at("cellule_annuite", "annuite", "Annuité")
    rang: int = fact("Rang de l'annuité depuis la première année aidée du poste")
    duree_poste_ans: int = fact()
    duree_poste_ans_reference: str = fact()
    cellule_annuite: str = fact()

    @pa.check("annuite", name="FON302", error="FON302")
    def within_duration(cls, data: PolarsData) -> pl.LazyFrame:
        """A post is funded for no more annuités than allowed, earlier campaigns included."""
        return data.lazyframe.select(pl.col("rang") <= pl.col("duree_poste_ans"))


class ProjetsValides(Group):
    """A row per dossier de fonctionnement that counts and asks for aid."""

    valide: bool = at(label="Date de validation du projet")

    @pa.check("valide", name="FON303", error="FON303")
    def is_validated(cls, data: PolarsData) -> pl.LazyFrame:
        """The project is known as validated."""
        return data.lazyframe.select(pl.col("valide"))


class PostesAccordes(Group):
    """A row per dossier that counts, exercice that the Région has voted, and post that asks for aid."""

    exercice: int
    poste: str = at("cellule", "poste", "Poste")
    rang: int = fact("Rang du poste dans l'exercice, dans l'ordre du tableau")
    accordes: int = fact("Postes accordés pour l'exercice")
    decision: str = fact("La décision qui le dit")
    cellule: str = fact()

    @pa.check("poste", name="FON304", error="FON304")
    def within_grant(cls, data: PolarsData) -> pl.LazyFrame:
        """No more posts than the Région granted."""
        return data.lazyframe.select(pl.col("rang") <= pl.col("accordes"))


class Porteurs(Group):
    """A row per dossier that follows another of its project and volet."""

    porteur: str = at(label="Structure porteuse")
    precedent: str = fact("Structure porteuse du dossier précédent")
    meme: bool = fact("La même structure, ou un changement enregistré")

    @pa.check("porteur", name="IDE205", error="IDE205")
    def same_or_recorded(cls, data: PolarsData) -> pl.LazyFrame:
        """The carrier is the same, or its change is a recorded step."""
        return data.lazyframe.select(pl.col("meme"))


class VotesEtPlafonds(Group):
    """A row per decision and cap: what is voted up to it, and what the cap in force that day allows."""

    parametre: str
    date_regle: date
    total: Euros = at("cellule", "vote_eur", "Montant voté")
    permis: Euros = fact("Ce que permet le plafond")
    cellule: str = fact()
    vote_eur: Euros = fact()

    @pa.check("total", name="DEC401", error="DEC401")
    def within_cap(cls, data: PolarsData) -> pl.LazyFrame:
        """What the Région votes stays within its own caps, or a waiver says otherwise."""
        return data.lazyframe.select(pl.col("total") <= pl.col("permis"))


class MandatsEtVotes(Group):
    """A row per project and volet that was paid: all campaigns together."""

    total_eur: Euros = at("cellule", "montant_eur", "Montant")
    vote_eur: Euros = fact("Σ des votes")
    cellule: str = fact()
    montant_eur: Euros = fact()

    @pa.check("total_eur", name="DEC402", error="DEC402")
    def within_vote(cls, data: PolarsData) -> pl.LazyFrame:
        """No more is paid than was voted."""
        return data.lazyframe.select(pl.col("total_eur") <= pl.col("vote_eur"))


class VotesEtDossiers(Group):
    """A row per award that still holds."""

    vote_eur: Euros = at("cellule", "vote_eur", "Montant voté")
    recu: bool = fact("Un dossier a été reçu pour l'un des exercices votés")
    cellule: str = fact()

    @pa.check("vote_eur", name="DEC403", error="DEC403")
    def dossier_received(cls, data: PolarsData) -> pl.LazyFrame:
        """What is voted answers a dossier."""
        return data.lazyframe.select(pl.col("recu"))


class LignesRepetees(Group):
    """A row per line of Décisions Région whose key another line bears with another content."""

    ligne: int
    autre: str = fact("Fichier de l'autre ligne")
    autre_ligne: int = fact()
    seule: bool = at(label="Ligne")

    @pa.check("seule", name="DEC404", error="DEC404")
    def said_once(cls, data: PolarsData) -> pl.LazyFrame:
        """One decision or payment is said in one way."""
        return data.lazyframe.select(pl.col("seule"))
