"""Sheet `Partenaires`: who takes part. The programme wants more than associations."""

from schemas.columns import Sheet, field

FAMILIES = (
    "association", "coopérative", "mutuelle", "fondation", "structure d'insertion", "entreprise", "syndicat", "collectivité", "autre",
)  # fmt: skip


class Partenaires(Sheet):
    """A row per partner."""

    partenaire: str = field(
        "Partenaire", "texte", "Nom de la structure partenaire.", required=True, example="Coopérative exemple",
        aliases=("Nom du partenaire", "Structure partenaire", "Nom de la structure", "Structure", "Organisme"),
    )  # fmt: skip
    famille: str = field(
        "Famille", "choix", "Famille de l'économie sociale, ou autre.", required=True, choices=FAMILIES, example="coopérative",
        aliases=("Famille de l'ESS", "Type de structure", "Catégorie", "Type"),
    )  # fmt: skip
    role: str = field(
        "Rôle", "texte", "Ce qu'elle apporte.", aliases=("Rôle dans le projet", "Contribution", "Apport"),
        example="Membre du comité de pilotage",
    )  # fmt: skip
