"""Sheet `Réalisé` of a Compte rendu financier: what was planned, what was spent."""

from schemas.columns import Euros, Sheet, field


class Realise(Sheet):
    """A row per account and exercice."""

    compte: str = field("Compte", "compte", "Numéro de compte du cerfa.", required=True, example="641")
    libelle: str = field("Libellé", "texte", "Intitulé du compte.", aliases=("Intitulé",), example="Rémunération des personnels")
    exercice: int = field("Exercice", "annee", "Année de la dépense.", required=True, aliases=("Année",), example=2010)
    prevu_eur: Euros = field("Prévu", "montant", "Montant du budget accepté.", unit="€", example=30000, ge=0)
    realise_eur: Euros = field("Réalisé", "montant", "Montant constaté.", required=True, unit="€", example=29500, ge=0)
    explication: str = field("Explication", "texte", "Raison de l'écart.", example="Recrutement en février")
