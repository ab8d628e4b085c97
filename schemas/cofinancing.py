"""Rules on co-financers, each on a frame whose grain is the rule's (see `schemas.group`).

A null amount or flag means that the rule cannot be judged: it passes.
"""

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from schemas.columns import Euros
from schemas.group import Group, at, fact


class FinanceursCites(Group):
    """A row per file, sheet and financer named there: who its SIREN and its name point to."""

    financeur: str = at("cellule", "financeur", "Financeur")
    connu: bool = fact("Le SIREN ou le nom est dans la table des financeurs")
    par_siren: str = fact("Nom du financeur connu que désigne le SIREN")
    par_nom: str = fact("Nom du financeur connu que désigne le nom, au sein du type")
    cellule: str = fact()

    @pa.check("financeur", name="COF406", error="COF406")
    def is_known(cls, data: PolarsData) -> pl.LazyFrame:
        """The financer is in the table."""
        return data.lazyframe.select(pl.col("connu"))

    @pa.check("financeur", name="COF407", error="COF407")
    def one_and_the_same(cls, data: PolarsData) -> pl.LazyFrame:
        """SIREN and name point to one financer."""
        return data.lazyframe.select(pl.col("par_siren") == pl.col("par_nom"))


class VersesEtVotes(Group):
    """A row per statement, financer, project, volet and exercice."""

    exercice: int
    pays: str = fact()
    volet: str = fact()
    verse_eur: Euros = at(label="Montant versé")
    vote_eur: Euros = fact()

    @pa.check("verse_eur", name="COF409", error="COF409")
    def within_vote(cls, data: PolarsData) -> pl.LazyFrame:
        """A co-financer pays no more than it voted."""
        return data.lazyframe.select(pl.col("verse_eur") <= pl.col("vote_eur"))


class LignesDuDossier(Group):
    """A row per project, volet, exercice and financer of an accepted dossier's plan, with what the financer answers."""

    exercice: int
    financeur: str
    ecart_eur: Euros = at("cellule", "valeur_eur", "Montant acquis")
    acquis_eur: Euros = at("cellule", "valeur_eur", "Montant acquis")
    dossier_eur: Euros = fact("Ce que dit le dossier")
    vote_eur: Euros = fact("Ce que dit le financeur")
    repondu: bool = fact("Un état du financeur couvre l'exercice ; vide pour la Région")
    vote_connu: bool = fact("Le financeur a une ligne ; vide si l'une des siennes n'a pas pu être lue")
    cellule: str = fact()
    valeur_eur: Euros = fact()
    tolerance_eur: Euros

    @pa.check("ecart_eur", name="COF401", error="COF401")
    def same_amount(cls, data: PolarsData) -> pl.LazyFrame:
        """Dossier and co-financer state the same amount."""
        return data.lazyframe.select((pl.col("ecart_eur").abs() <= pl.col("tolerance_eur")) | ~pl.col("vote_connu"))

    @pa.check("acquis_eur", name="COF402", error="COF402")
    def in_the_statement(cls, data: PolarsData) -> pl.LazyFrame:
        """What is secured is in the statement received."""
        return data.lazyframe.select((pl.col("acquis_eur") <= 0) | ~pl.col("repondu") | pl.col("vote_connu"))

    @pa.check("acquis_eur", name="COF404", error="COF404")
    def answered(cls, data: PolarsData) -> pl.LazyFrame:
        """What is secured has been answered for by the financer."""
        return data.lazyframe.select((pl.col("acquis_eur") <= 0) | pl.col("repondu"))


class LignesDuFinanceur(Group):
    """A row per project, volet, exercice and financer that has voted for a dossier accepted."""

    exercice: int
    financeur: str
    pays: str = fact()
    volet: str = fact()
    vote_eur: Euros = at("cellule", "valeur_eur", "Montant voté")
    dans_dossier: bool = fact("Le dossier accepté cite ce financeur pour cet exercice")
    cellule: str = fact()
    valeur_eur: Euros = fact()

    @pa.check("vote_eur", name="COF403", error="COF403")
    def in_the_dossier(cls, data: PolarsData) -> pl.LazyFrame:
        """The accepted dossier has what the financer voted."""
        return data.lazyframe.select((pl.col("vote_eur") <= 0) | pl.col("dans_dossier"))


class LignesReprises(Group):
    """A row per line of a statement that a newer one of the same financer follows."""

    exercice: int
    pays: str = fact()
    volet: str = fact()
    vote_eur: Euros = fact()
    reprise: bool = at(label="Engagements")

    @pa.check("reprise", name="COF405", error="COF405")
    def still_there(cls, data: PolarsData) -> pl.LazyFrame:
        """The newer statement still has the line."""
        return data.lazyframe.select(pl.col("reprise"))


class FinancementsEtCharges(Group):
    """A row per accepted dossier and exercice: what is confirmed and declared, and the charges without 86."""

    exercice: int
    total_eur: Euros = at(label="Financements")
    charges_eur: Euros = fact()

    @pa.check("total_eur", name="COF408", error="COF408")
    def within_charges(cls, data: PolarsData) -> pl.LazyFrame:
        """Confirmed and declared funding does not exceed the charges."""
        return data.lazyframe.select(pl.col("total_eur") <= pl.col("charges_eur"))
