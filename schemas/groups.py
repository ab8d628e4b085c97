"""Rules on groups of cells: each model is a frame whose grain is the rule's, with the cell at which its finding stands.

The dated caps in force are columns (`plafond_eur`, `plafond_reference`), so the checks are static; a null cap passes and is REG401.
A null total means that one of its cells could not be read: the rule is unknown, not failed, and passes too.
"""

from datetime import date

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from schemas.columns import Euros, Quantity
from schemas.group import Group as Group
from schemas.group import at as _at
from schemas.group import fact as _fact


def _close(data: PolarsData, left: str, right: str) -> pl.LazyFrame:
    """Equal within the tolerance, which is a column."""
    return data.lazyframe.select((pl.col(left) - pl.col(right)).abs() <= pl.col("tolerance_eur"))


class Equilibres(Group):
    """A row per dossier and exercice of its budget (cerfa 12156*03: total des charges = total des produits)."""

    exercice: int
    charges_eur: Euros = _fact("Σ 60 à 69 et CI")
    produits_eur: Euros = _at("cellule_total_produits", "total_produits_eur", "Total des produits")
    emplois_eur: Euros = _at("cellule_86", "valeur_86", "Compte 86")
    ressources_eur: Euros = _fact("Σ 87")
    total_charges_eur: Euros = _at("cellule_total_charges", "total_charges_eur", "total des charges")
    total_produits_eur: Euros = _at("cellule_total_produits", "total_produits_eur", "total des produits")
    cellule_total_charges: str = _fact()
    cellule_total_produits: str = _fact()
    cellule_86: str = _fact()
    valeur_86: Euros = _fact()
    tolerance_eur: Euros

    @pa.check("produits_eur", name="BUD301", error="BUD301")
    def balanced(cls, data: PolarsData) -> pl.LazyFrame:
        """Charges and produits agree, 86 and 87 apart."""
        return _close(data, "charges_eur", "produits_eur")

    @pa.check("emplois_eur", name="BUD302", error="BUD302")
    def in_kind_balanced(cls, data: PolarsData) -> pl.LazyFrame:
        """86 and 87 agree."""
        return _close(data, "emplois_eur", "ressources_eur")

    @pa.check("total_charges_eur", name="BUD303 charges", error="BUD303")
    def stated_charges(cls, data: PolarsData) -> pl.LazyFrame:
        """The stated total is the sum of its lines."""
        return _close(data, "total_charges_eur", "charges_eur")

    @pa.check("total_produits_eur", name="BUD303 produits", error="BUD303")
    def stated_produits(cls, data: PolarsData) -> pl.LazyFrame:
        """The stated total is the sum of its lines."""
        return _close(data, "total_produits_eur", "produits_eur")


class Rubriques(Group):
    """A row per dossier, exercice and heading that has both an amount of its own and sub-lines with amounts."""

    exercice: int
    rubrique: str
    rubrique_eur: Euros = _at("", "rubrique_eur", "Rubrique")
    detail_eur: Euros = _fact("Σ des sous-lignes")
    cellule_rubrique: str = _fact("Cellule de la rubrique, citée dans le message")
    tolerance_eur: Euros

    @pa.check("rubrique_eur", name="BUD304", error="BUD304")
    def sum_of_sublines(cls, data: PolarsData) -> pl.LazyFrame:
        """A heading is the sum of its sub-lines."""
        return _close(data, "rubrique_eur", "detail_eur")


class PlanEtBudget(Group):
    """A row per dossier, exercice and type of financer (one row for all types where account 74 has no sub-line)."""

    exercice: int
    type_financeur: str = _fact()
    plan_eur: Euros = _fact("Σ du plan de financement")
    budget_eur: Euros = _at("cellule", "valeur_eur", "Compte 74")
    cellule: str = _fact()
    valeur_eur: Euros = _fact()
    tolerance_eur: Euros

    @pa.check("budget_eur", name="BUD305", error="BUD305")
    def same_amount(cls, data: PolarsData) -> pl.LazyFrame:
        """The plan and the 74 lines agree."""
        return _close(data, "plan_eur", "budget_eur")


class PlanEtPostes(Group):
    """A row per dossier de fonctionnement and exercice: the Région's share in the plan and in the posts."""

    exercice: int
    plan_eur: Euros = _at("cellule", "valeur_eur", "Part de la Région")
    postes_eur: Euros = _fact("Σ des aides demandées aux postes")
    cellule: str = _fact()
    valeur_eur: Euros = _fact()
    tolerance_eur: Euros

    @pa.check("plan_eur", name="BUD306", error="BUD306")
    def same_share(cls, data: PolarsData) -> pl.LazyFrame:
        """The plan and the posts agree on the Région's share."""
        return _close(data, "plan_eur", "postes_eur")


class Etudes(Group):
    """A row per dossier de préfiguration: what it asks of the Région (fiche action: « 25 000 € maximum »)."""

    total_eur: Euros = _at("cellule", "valeur_eur", "Part de la Région")
    plafond_etude_eur: Euros = _fact()
    plafond_etude_eur_reference: str = _fact()
    cellule: str = _fact()
    valeur_eur: Euros = _fact()

    @pa.check("total_eur", name="PRE201", error="PRE201")
    def within_cap(cls, data: PolarsData) -> pl.LazyFrame:
        """The aid asked for a study stays within the cap."""
        return data.lazyframe.select(pl.col("total_eur") <= pl.col("plafond_etude_eur"))


class Annuites(Group):
    """A row per dossier, post and annuité (fiche action: « 35.000 € par an sur 3 ans par poste »)."""

    poste: str
    annuite: int = _at("cellule_annuite", "annuite", "Annuité")
    rang: int = _fact("Rang de l'annuité parmi celles du poste qui demandent une aide")
    etp: Quantity = _fact()
    total_eur: Euros = _at("cellule", "valeur_eur", "Aide Région demandée")
    plafond_poste_eur: Euros = _fact()
    plafond_poste_eur_reference: str = _fact()
    prorata_eur: Euros = _at("cellule", "valeur_eur", "Aide Région demandée")
    duree_poste_ans: int = _fact()
    duree_poste_ans_reference: str = _fact()
    cellule: str = _fact()
    valeur_eur: Euros = _fact()
    cellule_annuite: str = _fact()

    @pa.check("total_eur", name="FON201", error="FON201")
    def within_cap(cls, data: PolarsData) -> pl.LazyFrame:
        """The aid asked for a post and annuité stays within the cap."""
        return data.lazyframe.select(pl.col("total_eur") <= pl.col("plafond_poste_eur"))

    @pa.check("prorata_eur", name="FON202", error="FON202")
    def within_prorata(cls, data: PolarsData) -> pl.LazyFrame:
        """The aid stays within cap × ETP; above the cap itself FON201 speaks alone."""
        above_cap = pl.col("total_eur") > pl.col("plafond_poste_eur")
        return data.lazyframe.select((pl.col("total_eur") <= pl.col("prorata_eur")) | above_cap)

    @pa.check("annuite", name="FON302", error="FON302")
    def within_duration(cls, data: PolarsData) -> pl.LazyFrame:
        """A post is funded for no more annuités than allowed."""
        over = (pl.col("annuite") > pl.col("duree_poste_ans")) | (pl.col("rang") > pl.col("duree_poste_ans"))
        return data.lazyframe.select(~(over & (pl.col("total_eur") > 0)))


class PostesParExercice(Group):
    """A row per dossier, exercice and post that asks for aid (fiche action: « 1 ou 2 postes »)."""

    exercice: int
    poste: str = _at("cellule", "poste", "Poste")
    rang: int = _fact("Rang du poste dans l'exercice, dans l'ordre du tableau")
    postes_max: int = _fact()
    postes_max_reference: str = _fact()
    cellule: str = _fact()

    @pa.check("poste", name="FON301", error="FON301")
    def within_number(cls, data: PolarsData) -> pl.LazyFrame:
        """No more posts in one exercice than allowed."""
        return data.lazyframe.select(pl.col("rang") <= pl.col("postes_max"))


class Partenariats(Group):
    """A row per dossier (fiche action: « ne pas se limiter au seul secteur associatif »)."""

    partenaires: int = _at()
    hors_associations: int = _at()
    partenariat_reference: str = _fact()

    @pa.check("hors_associations", name="PAR301", error="PAR301")
    def beyond_associations(cls, data: PolarsData) -> pl.LazyFrame:
        """Some partner is not an association."""
        return data.lazyframe.select((pl.col("hors_associations") > 0) | (pl.col("partenaires") == 0))

    @pa.check("partenaires", name="PAR302", error="PAR302")
    def some_partner(cls, data: PolarsData) -> pl.LazyFrame:
        """A partner is listed."""
        return data.lazyframe.select(pl.col("partenaires") > 0)


class ReglesEnVigueur(Group):
    """A row per dossier and dated parameter that applies to it; `connu` is false where no text fixes the value that day."""

    parametre: str
    libelle: str
    date_regle: date
    regles: str
    connu: bool = _at()

    @pa.check("connu", name="REG401", error="REG401")
    def has_value(cls, data: PolarsData) -> pl.LazyFrame:
        """A parameter without a value at that date is said, never replaced by a default."""
        return data.lazyframe.select(pl.col("connu"))
