"""Sheet `Réalisé` of a Compte rendu financier: what was planned, what was spent."""

from schemas.columns import COMMENT_WORDS, COMPTE_WORDS, EXERCICE_WORDS, LIBELLE_WORDS, Euros, Sheet, field


class Realise(Sheet):
    """A row per account and exercice."""

    compte: str = field("Compte", "compte", "Numéro de compte du cerfa.", required=True, aliases=COMPTE_WORDS, example="641")
    libelle: str = field("Libellé", "texte", "Intitulé du compte.", aliases=LIBELLE_WORDS, example="Rémunération des personnels")
    exercice: int = field("Exercice", "annee", "Année de la dépense.", required=True, aliases=EXERCICE_WORDS, example=2010)
    prevu_eur: Euros = field(
        "Prévu", "montant", "Montant du budget accepté.", unit="€", example=30000, ge=0,
        aliases=("Montant prévu", "Montant prévisionnel", "Prévision", "Prévisionnel", "Budget prévisionnel", "Budget", "Budgété"),
    )  # fmt: skip
    realise_eur: Euros = field(
        "Réalisé", "montant", "Montant constaté.", required=True, unit="€", example=29500, ge=0,
        aliases=("Montant réalisé", "Réalisation", "Constaté", "Exécuté", "Réel"),
    )  # fmt: skip
    explication: str = field(
        "Explication", "texte", "Raison de l'écart.", aliases=("Explication de l'écart", "Justification", *COMMENT_WORDS),
        example="Recrutement en février",
    )  # fmt: skip
