"""Messy budgets: the cerfa as people fill it, without account numbers, with details, parts and subtotals."""

from typing import Any

from tests.messy import POSTS, POSTS_FIGURES, REJECTED, RESERVED, STUDY, STUDY_FIGURES, Figures, Mess, of_study
from tests.messy_files import Look, xlsx

BUDGET = "Budget"


def _budget(*rows: Any, look: Look | None = None) -> Any:
    return lambda: xlsx({**STUDY, BUDGET: rows}, look or Look())


_LINES = STUDY[BUDGET][1:]
_SIDE_BY_SIDE = [
    ["BUDGET PRÉVISIONNEL"], ["CHARGES", None, None, None, "PRODUITS"], ["Compte", "Libellé", 2010, None, "Compte", "Libellé", 2010],
    [60, "Achats", 20000, None, 74, "Subventions d'exploitation", 23000],
    [604, "Prestations de services", 18000, None, 74, "Région(s)", 20000],
    [606, "Autres fournitures", 2000, None, 74, "Département(s)", 3000],
    [62, "Autres services extérieurs", 1500, None, "RP", "Ressources propres", 2000],
    [625, "Déplacements, missions", 1500], [64, "Charges de personnel", 3500], [641, "Rémunération des personnels", 3500],
    ["TOTAL DES CHARGES", None, 25000, None, "TOTAL DES PRODUITS", None, 25000],
]  # fmt: skip
_HEADINGS: Figures = {
    **STUDY_FIGURES, "Budget 60 2010": 20000, "Budget 62 2010": 1500, "Budget 64 2010": 3500, "Budget 74 2010": 23000,
}  # fmt: skip
"""The same, with what the headings say; the sub-lines alone count."""
_NO_NUMBERS = [[None if str(cell) in ("604", "606", "625", "641") else cell for cell in row] for row in _SIDE_BY_SIDE]
_CERFA = [
    ["6. Budget prévisionnel de l'action", None, None, None], ["Exercice 2010", None, None, None],
    ["CHARGES", "Montant (2)", "PRODUITS", "Montant"],
    ["CHARGES DIRECTES", None, "RESSOURCES DIRECTES", None],
    ["60 – Achats", 20000, "70 – Vente de produits finis, de marchandises, prestations de services", None],
    ["Prestations de services", 18000, "74 – Subventions d'exploitation", 23000],
    ["Achats matières et fournitures", None, "État : précisez le(s) ministère(s) sollicité(s)", None],
    ["Autres fournitures", 2000, "-", None],
    ["61 – Services extérieurs", None, "Région(s) :", None],
    ["Locations", None, "- Conseil régional de Bretagne", 20000],
    ["62 – Autres services extérieurs", 1500, "Département(s) :", None],
    ["Rémunérations intermédiaires et honoraires", None, "-", 3000],
    ["Déplacements, missions", 1500, "Commune(s) :", None],
    ["63 – Impôts et taxes", None, "Autres recettes", None],
    ["64 – Charges de personnel", 3500, "75 – Autres produits de gestion courante", None],
    ["Rémunération des personnels", 3500, "RESSOURCES PROPRES", 2000],
    ["TOTAL DES CHARGES", 25000, "TOTAL DES PRODUITS", 25000],
    ["CONTRIBUTIONS VOLONTAIRES EN NATURE", None, None, None],
    ["86 – Emplois des contributions volontaires en nature", 800, "87 – Contributions volontaires en nature", 800],
    ["Mise à disposition gratuite de biens et prestations", None, "Bénévolat", 800],
    ["Personnel bénévole", 800, "Dons en nature", None],
    ["TOTAL", 25800, "TOTAL", 25800],
    ["La subvention de 20 000 € représente 80 % du total des produits", None, None, None],
]  # fmt: skip
_IN_KIND: Figures = {"Budget 86 2010": 800, "Budget 864 2010": 800, "Budget 87 2010": 800, "Budget 870 2010": 800}


def _without(figures: Figures, *keys: str) -> Figures:
    return {key: value for key, value in figures.items() if key not in keys}


CERFA: list[Mess] = [
    Mess(
        "cerfa-cote-a-cote",
        "Les deux blocs du cerfa côte à côte (charges | produits)",
        "Lus tous les deux, chacun avec ses exercices et ses totaux.",
        _budget(*_SIDE_BY_SIDE),
        _HEADINGS,
    ),
    Mess(
        "cerfa-sans-numeros",
        "Le même, sans numéro de compte aux sous-lignes",
        "Chaque intitulé du cerfa est cherché sous sa rubrique.",
        _budget(*_NO_NUMBERS),
        _HEADINGS,
    ),
    Mess(
        "cerfa-comme-imprime",
        "Le cerfa tel qu'il s'imprime : `CHARGES | Montant | PRODUITS | Montant`, « 60 – Achats » dans une seule colonne, "
        "l'année dans le titre, `Région(s) :` puis une ligne à tiret",
        "Lu ; l'exercice du titre et les financeurs compris par leur ligne sont montrés.",
        _budget(*_CERFA),
        {**_HEADINGS, **_IN_KIND},
        [f"{BUDGET} B3 CEL109", f"{BUDGET} D3 CEL109", f"{BUDGET} C10 CEL109"],
    ),
    of_study(
        "compte-avec-libelle",
        "Compte et intitulé dans une même cellule : `604 - Prestations de services`, `Compte 606`",
        "Le compte est lu, l'intitulé gardé.",
        {f"{BUDGET}!A2": "604 - Prestations de services", f"{BUDGET}!B2": None, f"{BUDGET}!A3": "Compte 606 : fournitures"},
    ),
    of_study(
        "compte-plus-long",
        "Compte plus long que ceux de la liste (`64131`)",
        "Lu sous le compte de la liste par lequel il commence.",
        {f"{BUDGET}!A5": "64131"},
    ),
    Mess(
        "details-sans-compte",
        "Détails sans numéro ni intitulé du cerfa, dont la somme est le montant de leur rubrique",
        "Lus comme des détails de cette rubrique, et montrés.",
        _budget(
            ["Compte", "Libellé", 2010], [60, "Achats", 20000], [None, "Étude de marché", 18000], [None, "Papeterie", 2000], *_LINES[2:]
        ),
        {**_without(STUDY_FIGURES, "Budget 604 2010", "Budget 606 2010"), "Budget 60 2010": 40000},
        [f"{BUDGET} B3 CEL109", f"{BUDGET} B4 CEL109"],
    ),
    Mess(
        "ligne-sans-compte",
        "Ligne sans compte, sous une rubrique dont elle n'est pas le détail",
        "**Question** : quel compte ?",
        _budget(*STUDY[BUDGET], [None, "Frais de siège", 500]),
        STUDY_FIGURES,
        [f"{BUDGET} A11 CEL101"],
        {"Budget ? 2010": 500},
        REJECTED,
        asks="le numéro de compte de « Frais de siège »",
    ),
    Mess(
        "compte-en-toutes-lettres",
        "Intitulé inconnu dans la colonne des comptes (`Autofinancement`)",
        "**Question** : quel compte ?",
        _budget(["Compte", "Libellé", 2010], *_LINES[:7], ["Autofinancement", None, 2000], _LINES[8]),
        STUDY_FIGURES,
        [f"{BUDGET} A9 CEL112"],
        {"Budget RP 2010": None, "Budget ? 2010": 2000},
        REJECTED,
        asks="« RP Ressources propres »",
    ),
    Mess(
        "financeur-avec-detail",
        "Financeur et son nom sur une ligne : `Région : conseil régional`, `Département (CG 22)`",
        "Le type de financeur est lu.",
        _budget(
            ["Compte", "Libellé", 2010],
            *_LINES[:5],
            [74, "Région : conseil régional", 20000],
            [74, "Département (CG 22)", 3000],
            *_LINES[7:],
        ),
        STUDY_FIGURES,
    ),
    Mess(
        "financeur-par-son-nom",
        "Sous-ligne du 74 au nom d'un financeur connu (`Conseil régional de Bretagne`, `CG 22`)",
        "Son type est pris dans la table des financeurs, et montré.",
        _budget(["Compte", "Libellé", 2010], *_LINES[:5], [74, "Conseil régional de Bretagne", 20000], [74, "CG 22", 3000], *_LINES[7:]),
        STUDY_FIGURES,
        [f"{BUDGET} B7 CEL109", f"{BUDGET} B8 CEL109"],
    ),
    Mess(
        "financeur-inconnu",
        "Sous-ligne du 74 d'un type inconnu",
        "**Question** : quel type de financeur ?",
        _budget(["Compte", "Libellé", 2010], *_LINES[:5], [74, "Région", 20000], [74, "Fonds de dotation", 3000], *_LINES[7:]),
        STUDY_FIGURES,
        [f"{BUDGET} B8 CEL104"],
        {"Budget 74 Département 2010": None, "Budget 74 2010": 3000},
        REJECTED,
    ),
    Mess(
        "details-d-un-financeur",
        "Détails sous un financeur, dont la somme est son montant",
        "Passés : ils sont déjà comptés ; c'est dit.",
        _budget(
            ["Compte", "Libellé", 2010],
            *_LINES[:6],
            [74, "Département", 3000],
            [None, "Direction de la culture", 2000],
            [None, "Direction de l'emploi", 1000],
            *_LINES[7:],
        ),
        STUDY_FIGURES,
        [f"{BUDGET} B9 TAB009", f"{BUDGET} B10 TAB009"],
    ),
    Mess(
        "dont",
        "« dont cotisations » sous une ligne qui a son montant",
        "Passé : c'est une partie de cette ligne ; c'est dit.",
        _budget(
            ["Compte", "Libellé", 2010],
            *_LINES[:7],
            [75, "Autres produits de gestion courante", 2000],
            [None, "dont cotisations, dons manuels ou legs", 1500],
            _LINES[8],
        ),
        STUDY_FIGURES,
        [f"{BUDGET} B10 TAB009"],
        {"Budget RP 2010": None, "Budget 75 2010": 2000},
    ),
    Mess(
        "charges-directes",
        "`CHARGES DIRECTES` ou `RESSOURCES DIRECTES` avec un montant",
        "Passé comme un sous-total, et dit.",
        _budget(["Compte", "Libellé", 2010], [None, "CHARGES DIRECTES", 25000], *_LINES),
        STUDY_FIGURES,
        [f"{BUDGET} B2 TAB009"],
    ),
    Mess(
        "total-avec-benevolat",
        "Total qui comprend le bénévolat (compte 87)",
        "Refusé : l'écart est dit.",
        _budget(*STUDY[BUDGET][:-1], [864, "Personnel bénévole", 800], [870, "Bénévolat", 800], ["TOTAL DES PRODUITS", None, 25800]),
        STUDY_FIGURES,
        [f"{BUDGET} C12 BUD303"],
        {"Budget 864 2010": 800, "Budget 870 2010": 800, "Budget TOTAL DES PRODUITS 2010": 25800},
        REJECTED,
    ),
    Mess(
        "entetes-repetes-autres-annees",
        "En-tête répété dans le budget, avec d'autres années",
        "Les nouvelles années valent à partir de là.",
        lambda: xlsx(
            {
                **POSTS,
                BUDGET: [
                    ["Compte", "Libellé", 2010],
                    *(row[:3] for row in POSTS[BUDGET][1:]),
                    [],
                    ["Compte", "Libellé", 2011],
                    *([*row[:2], row[3]] for row in POSTS[BUDGET][1:]),
                ],
            }
        ),
        POSTS_FIGURES,
    ),
    Mess(
        "rubrique-et-sous-lignes",
        "Rubrique qui dit plus que ses sous-lignes",
        "Les sous-lignes comptent ; le reste est montré, avec un avertissement.",
        _budget(["Compte", "Libellé", 2010], [60, "Achats", 20500], *_LINES),
        STUDY_FIGURES,
        [f"{BUDGET} BUD304"],
        {"Budget 60 2010": 20500},
        RESERVED,
    ),
]
