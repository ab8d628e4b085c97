"""Messy units and exercices: thousands, taxes, conditions and years, said in headers, titles and notes."""

from typing import Any

from tests.builders import midnight
from tests.messy import POSTS, POSTS_FIGURES, REJECTED, RESERVED, STUDY, STUDY_FIGURES, Book, Mess, Rows, of_posts, of_statement, of_study
from tests.messy_files import Look, put, xlsx

PLAN, BUDGET = "Plan de financement", "Budget"
_PLAN, _BUDGET = STUDY[PLAN], STUDY[BUDGET]


def _head(rows: Rows, *header: Any) -> list[list[Any]]:
    """The same table under another header."""
    return [list(header), *(list(row) for row in rows[1:])]


def _plan(*rows: Any) -> Book:
    return {**STUDY, PLAN: rows}


def _divided(rows: Rows, *columns: int) -> list[list[Any]]:
    """The same table with the amounts of some columns in thousands."""
    return [[v / 1000 if c in columns and isinstance(v, int) and n else v for c, v in enumerate(row)] for n, row in enumerate(rows)]


def _told(sheet: str, *cells: str, code: str = "CEL109") -> list[str]:
    return [f"{sheet} {cell} {code}" for cell in cells]


_YEARS_ABOVE = [[None, None, "Exercices", None], ["Compte", "Libellé", 2010, 2011], *POSTS[BUDGET][1:]]
_YEARS_BELOW = [["Compte", "Libellé", "Exercice", None], [None, None, 2010, 2011], *POSTS[BUDGET][1:]]
_ONE_YEAR = [["BUDGET PRÉVISIONNEL DU PROJET"], ["Exercice 2010"], [], *_head(_BUDGET, "Compte", "Libellé", "Montant")]

UNITS: list[Mess] = [
    Mess(
        "milliers-dans-l-entete",
        "`k€` dit dans un en-tête : `Montant sollicité (k€)`",
        "Les montants de cette colonne sont multipliés par 1 000 ; chacun est montré.",
        lambda: xlsx(_plan(*put(_divided(_PLAN, 3), {"D1": "Montant sollicité (k€)"}))),
        STUDY_FIGURES,
        told=_told(PLAN, "D2", "D3", "D4"),
        asks="« 20 » a été lu comme 20 000 €",
    ),
    Mess(
        "milliers-au-dessus",
        "`en milliers d'euros` dit au-dessus du tableau",
        "Tous les montants du tableau sont multipliés par 1 000 ; chacun est montré.",
        lambda: xlsx({**STUDY, BUDGET: [["Budget prévisionnel (en milliers d'euros)"], [], *_divided(_BUDGET, 2)]}),
        STUDY_FIGURES,
        told=_told(BUDGET, *(f"C{n}" for n in range(4, 13) if n)),
    ),
    Mess(
        "milliers-sous-une-annee",
        "`k€` dit dans l'en-tête d'un exercice : `2010 (k€)`",
        "De même, pour cet exercice.",
        lambda: xlsx({**STUDY, BUDGET: put(_divided(_BUDGET, 2), {"C1": "2010 (k€)"})}),
        STUDY_FIGURES,
        told=_told(BUDGET, *(f"C{n}" for n in range(2, 11))),
    ),
    of_study(
        "euros-dans-une-colonne-en-milliers",
        "Montant en euros dans une colonne en `k€` : `3 000 €`",
        "**Question** : 3 000 € ou 3 000 000 € ?",
        {f"{PLAN}!D1": "Montant sollicité (k€)", f"{PLAN}!D2": 20, f"{PLAN}!D3": "3 000 €", f"{PLAN}!D4": "2 k€"},
        told=[*_told(PLAN, "D2", "D4"), f"{PLAN} D3 CEL102"],
        changes={"Plan CG 22 2010 sollicité": None},
        decision=REJECTED,
        asks="faut-il compter 3 000 € ou 3 000 000 € ?",
    ),
    of_study(
        "deux-unites",
        "Une unité au-dessus du tableau, une autre dans l'en-tête",
        "**Question** : laquelle ?",
        {f"{PLAN}!D1": "Montant sollicité (k€)"},
        sheets={PLAN: [["Plan de financement, en euros"], *_head(_PLAN, *_PLAN[0][:3], "Montant sollicité (k€)", *_PLAN[0][4:])]},
        told=[*_told(PLAN, "D3", "D4", "D5"), f"{PLAN} D2 CEL102"],
        changes={
            f"Plan {who} 2010 sollicité": amount * 1000
            for who, amount in (("Région Bretagne", 20000), ("CG 22", 3000), ("Association exemple", 2000))
        },
        decision=REJECTED,
        asks="en euros, ou en milliers d'euros ?",
    ),
    of_study(
        "unite-en-note",
        "Unité dite sous le tableau, ou deux unités dites au-dessus",
        "**Question** : laquelle ?",
        {f"{BUDGET}!B12": "NB : montants en milliers d'euros"},
        told=[f"{BUDGET} B12 CEL102"],
        decision=REJECTED,
        asks="en euros, ou en milliers d'euros ?",
    ),
    of_study(
        "hors-taxes",
        "`HT` dit dans un en-tête",
        "Les montants sont lus tels quels, et c'est dit.",
        {f"{PLAN}!D1": "Montant sollicité HT", f"{BUDGET}!C1": "2010 (hors taxes)"},
        told=[f"{BUDGET} C1 TAB008", f"{PLAN} D1 TAB008"],
    ),
    of_study(
        "ttc",
        "`TTC`, `en euros`, `(€)` dits dans un en-tête",
        "C'est l'usage : rien à dire.",
        {f"{PLAN}!D1": "Montant sollicité TTC (€)", f"{BUDGET}!C1": "2010 - TTC, en euros"},
    ),
    of_study(
        "entete-sous-reserve",
        "`(sous réserve)` dit dans un en-tête",
        "Chaque montant de la colonne est compté comme espéré, avec un avertissement.",
        {f"{PLAN}!D1": "Montant sollicité (sous réserve)"},
        told=_told(PLAN, "D2", "D3", "D4", code="CEL110"),
        decision=RESERVED,
    ),
]

YEARS: list[Mess] = [
    of_posts(
        "annees-en-toutes-lettres",
        "Exercices écrits `Année 2010`, `Exercice 2011`, `Budget prévisionnel 2010`",
        "Lus.",
        {f"{BUDGET}!C1": "Année 2010", f"{BUDGET}!D1": "Budget prévisionnel\n2011", f"{PLAN}!C2": "Exercice 2010", "Postes!D3": "2011"},
    ),
    of_posts(
        "n-et-n-plus-1",
        "Exercices écrits `N`, `N+1`",
        "Lus d'après la campagne, et montrés.",
        {f"{BUDGET}!C1": "N", f"{BUDGET}!D1": "Année N+1", f"{PLAN}!C3": "N+1"},
        told=_told(BUDGET, "C1", "D1") + _told(PLAN, "C3"),
    ),
    of_posts(
        "annee-en-date",
        "Exercice enregistré comme le 1er janvier (cellule au format `aaaa`)",
        "Lu, et montré.",
        {f"{BUDGET}!C1": midnight(2010, 1, 1), "Postes!D3": midnight(2011, 1, 1)},
        told=[f"{BUDGET} C1 CEL109", "Postes D3 CEL109"],
    ),
    Mess(
        "exercices-groupes",
        "`Exercices` sur une ligne, les années sur la suivante (ou au-dessus)",
        "Les deux lignes sont lues ensemble.",
        lambda: xlsx({**POSTS, BUDGET: _YEARS_BELOW}, Look(merges={BUDGET: ["C1:D1", "A1:A2", "B1:B2"]})),
        POSTS_FIGURES,
    ),
    Mess(
        "annees-au-dessus",
        "Le mot `Exercices` au-dessus de la ligne des années",
        "Passé.",
        lambda: xlsx({**POSTS, BUDGET: _YEARS_ABOVE}),
        POSTS_FIGURES,
    ),
    Mess(
        "montant-sans-annee",
        "Une seule colonne `Montant`, l'année dite dans le titre",
        "L'exercice du titre est pris, et montré.",
        lambda: xlsx({**STUDY, BUDGET: _ONE_YEAR}),
        STUDY_FIGURES,
        told=_told(BUDGET, "C4"),
        asks="« Montant » a été lu comme l'exercice 2010",
    ),
    of_study(
        "montant-sans-annee-nulle-part",
        "Une seule colonne `Montant`, aucune année : la période du dossier tient en un an",
        "Cet exercice est pris, et montré.",
        {f"{BUDGET}!C1": "Montant (€)"},
        told=_told(BUDGET, "C1"),
    ),
    of_posts(
        "montant-sur-deux-ans",
        "Une seule colonne `Montant`, aucune année, un dossier de deux ans",
        "**Question** : quel exercice ?",
        {f"{BUDGET}!C1": "Montant", f"{BUDGET}!D1": "Observations"},
        told=[f"{BUDGET} TAB002", f"{BUDGET} C1 TAB003", f"{BUDGET} D1 TAB003"],
        changes={k: None for k in POSTS_FIGURES if k.startswith("Budget")},
        decision=REJECTED,
    ),
    of_posts(
        "deux-annees-en-une",
        "Deux années dans un en-tête : `2010-2011`, `Saison 2010/2011`, `Année 2`",
        "**Question** : quel exercice ?",
        {f"{BUDGET}!D1": "2010-2011"},
        told=[f"{BUDGET} D1 CEL102"],
        changes={k: None for k in POSTS_FIGURES if k.startswith("Budget") and k.endswith("2011")},
        decision=REJECTED,
        asks="S'agit-il de 2010 ou de 2011 ?",
    ),
    of_statement(
        "exercice-en-saison",
        "Exercice d'une ligne écrit `SAISON 2013/2014`",
        "**Question** : quel exercice ? La ligne est écartée.",
        {"Engagements!C2": "SAISON 2013/2014"},
        told=["Engagements C2 CEL102"],
        changes={
            "Engagements 20 2010 voté": None,
            "Engagements 20 2010 versé": None,
            "Engagements 20 None voté": 7000,
            "Engagements 20 None versé": 3500,
        },
        decision=RESERVED,
        asks="S'agit-il de 2013 ou de 2014 ?",
    ),
]
