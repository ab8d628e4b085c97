"""Messy headers: title rows, other words, line breaks, two rows, units, taxes, exercices said in every way."""

from typing import Any

from tests.messy import (
    POSTS,
    POSTS_FIGURES,
    REJECTED,
    STUDY,
    STUDY_FIGURES,
    Book,
    Mess,
    Rows,
    of_study,
)
from tests.messy_files import Look, xlsx

PLAN = "Plan de financement"
_PLAN = STUDY[PLAN]


def _head(rows: Rows, *header: Any) -> list[list[Any]]:
    """The same table under another header."""
    return [list(header), *(list(row) for row in rows[1:])]


def _plan(*rows: Any) -> Book:
    return {**STUDY, PLAN: rows}


_GROUPED = [
    ["Financeur", None, "Exercice", "Montant", None, "Statut"],
    ["Type", "Nom", None, "sollicité", "acquis", None],
    *_PLAN[1:],
]
_ACROSS = [
    ["Type de financeur", "Financeur", "Montant sollicité", None],
    [None, None, 2010, 2011],
    ["Région", "Région Bretagne", 35000, 35000],
    ["Département", "CG 56", 7000, 8000],
]

HEADERS: list[Mess] = [
    Mess(
        "titres-au-dessus",
        "Lignes de titre au-dessus de l'en-tête",
        "Passées ; les adresses restent vraies.",
        lambda: xlsx(
            _plan(["ANNEXE 2"], [], ["Plan de financement prévisionnel", None, "Exercice"], ["(à remplir par le porteur)"], *_PLAN)
        ),
        STUDY_FIGURES,
    ),
    Mess(
        "autres-colonnes",
        "Autres mots pour une colonne (`Montant demandé`, `Subvention sollicitée`, `Nom du financeur`…)",
        "Reconnus s'ils sont dans le [dictionnaire](dictionnaire.md), aux articles et aux pluriels près.",
        lambda: xlsx(
            _plan(
                *_head(
                    _PLAN, "Catégorie", "Nom du financeur", "Année", "Subventions sollicitées", "Montant de l'aide obtenue", "Avancement"
                )
            )
        ),
        STUDY_FIGURES,
        told=[f"{PLAN} E1 TAB003"],
    ),
    Mess(
        "retours-a-la-ligne",
        "En-têtes avec des retours à la ligne, des notes `(1)`, des précisions `(obligatoire)`",
        "Lus comme s'ils n'y étaient pas.",
        lambda: xlsx(
            _plan(
                *_head(
                    _PLAN,
                    "Type de\nfinanceur*",
                    "Financeur (obligatoire)",
                    "Exercice\n(année civile)",
                    "Montant\r\nsollicité (1)",
                    "Montant acquis [2]",
                    "Statut\n",
                )
            )
        ),
        STUDY_FIGURES,
    ),
    Mess(
        "entete-sur-deux-lignes",
        "En-tête sur deux lignes : `Montant` au-dessus de `sollicité` et `acquis`",
        "Les deux lignes sont lues ensemble.",
        lambda: xlsx(_plan(*_GROUPED)),
        STUDY_FIGURES,
    ),
    Mess(
        "entete-fusionnee",
        "Le même, avec des cellules fusionnées en largeur et en hauteur",
        "Lu de même.",
        lambda: xlsx(_plan(["Financement du projet"], [], *_GROUPED), Look(merges={PLAN: ["A3:B3", "C3:C4", "D3:E3", "F3:F4"]})),
        STUDY_FIGURES,
    ),
    Mess(
        "entetes-repetes",
        "En-tête répété au milieu du tableau, lignes vides",
        "Passés.",
        lambda: xlsx(
            _plan(_PLAN[0], _PLAN[1], [], _PLAN[0], _PLAN[2], [None] * 6, [v.upper() if v else v for v in map(str, _PLAN[0])], _PLAN[3])
        ),
        STUDY_FIGURES,
    ),
    of_study(
        "colonne-inconnue",
        "Colonne que le contrat ne connaît pas",
        "Dite, avec le nombre et la somme des nombres qu'elle contient ; elle n'est pas lue.",
        {f"{PLAN}!G1": "Avis du trésorier", f"{PLAN}!G2": 150, f"{PLAN}!G3": 250.5},
        told=[f"{PLAN} G1 TAB003"],
        asks="(2 nombres, de somme 400,5)",
    ),
    of_study(
        "pour-memoire",
        "Colonne « Pour mémoire… » (celle des modèles préremplis, ou une autre)",
        "Jamais lue : ses montants ne sont ni comptés ni signalés.",
        {"Budget!D1": "Pour mémoire : budget 2009 retenu (€)", "Budget!D2": 17000, "Budget!D5": 8000},
    ),
    of_study(
        "colonne-sans-intitule",
        "Colonne de nombres sans intitulé",
        "Dite de même : rien n'est perdu en silence.",
        {f"{PLAN}!H2": 150, f"{PLAN}!H3": 250},
        told=[f"{PLAN} H1 TAB003"],
        asks="« H, sans intitulé »",
    ),
    of_study(
        "colonne-en-double",
        "Deux colonnes pour un même montant, qui diffèrent",
        "**Question** : laquelle compte ?",
        {f"{PLAN}!G1": "Montant demandé", f"{PLAN}!G2": 21000},
        told=[f"{PLAN} G1 TAB004"],
        decision=REJECTED,
    ),
    Mess(
        "exercices-en-colonnes",
        "Plan de financement avec une colonne par exercice",
        "**Question** : une ligne par exercice ?",
        lambda: xlsx({**POSTS, PLAN: _ACROSS}),
        {k: v for k, v in POSTS_FIGURES.items() if not k.startswith("Plan")},
        told=[f"{PLAN} TAB002", f"{PLAN} D2 TAB003"],
        changes={"Plan Région Bretagne None sollicité": 35000, "Plan CG 56 None sollicité": 7000},
        decision=REJECTED,
        asks="2010 et 2011 y sont en colonnes",
    ),
    of_study(
        "colonne-manquante",
        "Colonne obligatoire absente, un intitulé voisin présent (`Financement`)",
        "**Question** : est-ce elle ?",
        {f"{PLAN}!B1": "Financeurr"},
        told=[f"{PLAN} TAB002", f"{PLAN} B1 TAB003"],
        changes={
            **{k: None for k in STUDY_FIGURES if k.startswith("Plan")},
            "Plan None 2010 sollicité": 25000,
        },
        decision=REJECTED,
        asks="Est-ce « Financeurr » ?",
    ),
]
