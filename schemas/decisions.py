"""The sheets of `Décisions Région`: votes, stages, payments, waivers and staff's own rulings."""

from datetime import date

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from schemas.columns import EXERCICE_WORDS, PAYS_WORDS, PROJET_WORDS, REFERENCE_WORDS, SIRET_WORDS, Euros, Sheet, conditional, field
from schemas.spec import VOLETS

AWARD = "attribution"
AMENDMENT = "avenant"
CANCELLATION = "annulation"
REFUSAL = "refus"
NATURES = (AWARD, AMENDMENT, CANCELLATION, REFUSAL, "ajournement")
STAGES = (
    "étude rendue", "projet validé", "pôle créé", "changement de porteur", "compte rendu reçu", "retiré", "abandonné", "pôle dissous",
)  # fmt: skip
PAYMENT_NATURES = ("avance", "acompte", "solde", "reversement", "annulation")
SUBTRACTED_PAYMENTS = ("reversement", "annulation")
ACTIONS = LIFT, CORRECT, EXCLUDE = ("lever", "corriger", "exclure")
"""What a ruling does with a finding."""


def signed_vote() -> pl.Expr:
    """What a decision adds to the votes: an annulation is subtracted; a refus or ajournement votes nothing."""
    nature = pl.col("nature")
    return (
        pl.when(nature == CANCELLATION)
        .then(-pl.col("vote_eur"))
        .when(nature.is_in([AWARD, AMENDMENT]))
        .then(pl.col("vote_eur"))
        .otherwise(pl.lit(0, pl.Decimal(38, 2)))
    )


def signed_payment() -> pl.Expr:
    """What a mandat pays: a reversement and an annulation are subtracted."""
    return pl.when(pl.col("nature").is_in(SUBTRACTED_PAYMENTS)).then(-pl.col("montant_eur")).otherwise(pl.col("montant_eur"))


class Decisions(Sheet):
    """A row per decision of the commission permanente."""

    pays_code: str = field("Pays", "pays", "Nom ou code du Pays.", required=True, aliases=PAYS_WORDS, example="Pays de Vannes")
    projet: int = field("Projet", "entier", "Numéro du projet dans le Pays.", default=1, aliases=PROJET_WORDS, example=1)
    volet: str = field("Volet", "choix", "Préfiguration ou fonctionnement.", required=True, choices=VOLETS, example="fonctionnement")
    nature: str = field(
        "Nature", "choix", "Ce que la commission permanente a décidé.", required=True, choices=NATURES,
        aliases=("Nature de la décision",), example=AWARD,
    )  # fmt: skip
    beneficiaire: str = field(
        "Bénéficiaire", "texte", "Structure qui reçoit l'aide.", aliases=("Structure bénéficiaire", "Structure porteuse", "Porteur"),
        example="Association exemple",
    )  # fmt: skip
    siret: str = field("SIRET", "siret", "14 chiffres.", aliases=SIRET_WORDS)
    vote_eur: Euros = field(
        "Montant voté", "montant", "Un avenant ajoute, ou retire s'il est négatif ; une annulation est positive et se soustrait.",
        required=True, unit="€", example=105000, aliases=("Montant attribué", "Montant accordé", "Subvention votée", "Montant"),
    )  # fmt: skip
    postes_accordes: int = field(
        "Postes accordés", "entier", "Nombre de postes, pour le fonctionnement.", required=("fonctionnement",), example=1, ge=0,
        aliases=("Nombre de postes", "Nombre de postes accordés", "Postes"),
    )  # fmt: skip
    premier_exercice: int = field(
        "Premier exercice", "annee", "Première année aidée.", required=True, aliases=("1er exercice", "Première année"), example=2010
    )
    duree_ans: int = field(
        "Durée (années)", "entier", "Nombre d'années aidées.", required=True, example=3, ge=1, le=99,
        aliases=("Durée", "Durée en années", "Nombre d'années"),
    )  # fmt: skip
    date_decision: date = field(
        "Date de décision", "date", "Jour de la commission permanente.", required=True, example="2010-10-28",
        aliases=("Date du vote", "Date de délibération", "Date de la commission permanente"),
    )  # fmt: skip
    reference: str = field("Référence", "texte", "Numéro de la délibération.", aliases=REFERENCE_WORDS, example="CP-2010-001")
    date_convention: date = field("Date de convention", "date", "Jour de la signature.", aliases=("Date de signature",))
    numero_engagement: str = field("N° d'engagement", "texte", "Numéro dans l'outil comptable.", aliases=("Numéro d'engagement",))
    sous_reserve: bool = conditional()

    @pa.check("vote_eur", name="CEL107", error="CEL107")
    def negative_only_amends(cls, data: PolarsData) -> pl.LazyFrame:
        """Only an avenant may take money away by a negative amount (contract §1)."""
        return data.lazyframe.select((pl.col("vote_eur") >= 0) | (pl.col("nature") == AMENDMENT).fill_null(True))


class Etapes(Sheet):
    """A row per event in a project's life."""

    pays_code: str = field("Pays", "pays", "Nom ou code du Pays.", required=True, aliases=PAYS_WORDS, example="Pays de Vannes")
    projet: int = field("Projet", "entier", "Numéro du projet dans le Pays.", default=1, aliases=PROJET_WORDS, example=1)
    etape: str = field(
        "Étape", "choix", "Ce qui s'est passé.", required=True, choices=STAGES, aliases=("Événement",), example="étude rendue"
    )
    date_etape: date = field("Date", "date", "Jour de l'étape.", required=True, aliases=("Date de l'étape",), example="2010-09-30")
    reference: str = field("Référence", "texte", "Pièce qui l'atteste.", example="Courrier du 30/09/2010")


class Mandats(Sheet):
    """A row per payment."""

    pays_code: str = field("Pays", "pays", "Nom ou code du Pays.", required=True, aliases=PAYS_WORDS, example="Pays de Vannes")
    projet: int = field("Projet", "entier", "Numéro du projet dans le Pays.", default=1, aliases=PROJET_WORDS, example=1)
    volet: str = field("Volet", "choix", "Préfiguration ou fonctionnement.", required=True, choices=VOLETS, example="fonctionnement")
    exercice: int = field(
        "Exercice",
        "annee",
        "Exercice budgétaire, qui peut différer de l'année du paiement.",
        required=True,
        aliases=EXERCICE_WORDS,
        example=2010,
    )
    numero_engagement: str = field(
        "N° d'engagement", "texte", "Numéro dans l'outil comptable.", aliases=("Numéro d'engagement",), example="E2010-001"
    )
    numero_mandat: str = field(
        "N° de mandat", "texte", "Numéro du mandat.", required=True, aliases=("Numéro de mandat",), example="M2010-001"
    )
    nature: str = field(
        "Nature", "choix", "Avance, acompte, solde ; un reversement et une annulation se soustraient.", required=True,
        choices=PAYMENT_NATURES, example="avance",
    )  # fmt: skip
    date_emission: date = field(
        "Date d'émission", "date", "Jour du mandat.", required=True, aliases=("Date du mandat",), example="2010-12-01"
    )
    date_paiement: date = field("Date de paiement", "date", "Jour du paiement.", aliases=("Payé le",), example="2010-12-15")
    montant_eur: Euros = field(
        "Montant", "montant", "Montant mandaté, positif.", required=True, unit="€", aliases=("Montant mandaté", "Montant du mandat"),
        example=17500, ge=0,
    )  # fmt: skip
    sous_reserve: bool = conditional()


class Derogations(Sheet):
    """A row per waiver: it replaces the parameter behind a rule for one project between two dates."""

    pays_code: str = field("Pays", "pays", "Nom ou code du Pays.", required=True, aliases=PAYS_WORDS, example="Pays de Vannes")
    projet: int = field("Projet", "entier", "Numéro du projet dans le Pays.", default=1, aliases=PROJET_WORDS, example=1)
    regle: str = field("Règle", "texte", "Code de la règle (PRE201, FON201…).", required=True, example="PRE201")
    valeur_autorisee: Euros = field("Valeur autorisée", "montant", "Valeur qui remplace le paramètre.", required=True, example=30000, ge=0)
    du: date = field("Du", "date", "Premier jour de validité.", required=True, example="2010-01-01")
    au: date = field("Au", "date", "Dernier jour de validité ; vide si sans fin.", example="2010-12-31")
    reference: str = field("Référence", "texte", "Décision qui l'accorde.", required=True, example="CP-2010-002")
    sous_reserve: bool = conditional()

    @pa.check("au", name="IDE203", error="IDE203")
    def end_after_start(cls, data: PolarsData) -> pl.LazyFrame:
        """A waiver does not end before it starts."""
        return data.lazyframe.select(pl.col("au") >= pl.col("du"))


class Arbitrages(Sheet):
    """A row per ruling of staff on one finding of one file."""

    empreinte: str = field("Empreinte", "texte", "Les 12 premiers signes de l'empreinte du fichier.", required=True, example="0123456789ab")
    code: str = field("Code", "texte", "Code du constat visé.", required=True, example="PAR301")
    feuille_visee: str = field("Feuille", "texte", "Feuille du constat.", example="Partenaires")
    cellule: str = field("Cellule", "texte", "Cellule du constat.", example="B5")
    action: str = field("Action", "choix", "Ce que le service décide.", required=True, choices=ACTIONS, example="lever")
    valeur_retenue: str = field("Valeur retenue", "texte", "Valeur qui remplace celle de la cellule, si « corriger ».")
    motif: str = field("Motif", "texte", "Pourquoi.", required=True, example="Partenariat en cours de signature")
    reference: str = field("Référence", "texte", "Pièce qui l'appuie.")
    date_arbitrage: date = field("Date", "date", "Jour de l'arbitrage.", example="2010-11-02")
