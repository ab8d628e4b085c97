"""Messy rows and layouts: totals, blanks, notes, phantom rows, merged and hidden cells."""

from typing import Any

from tests.messy import (
    POSTS,
    POSTS_FIGURES,
    REJECTED,
    RESERVED,
    STATEMENT,
    STATEMENT_FIGURES,
    STUDY,
    STUDY_FIGURES,
    Book,
    Mess,
    of_decisions,
    of_posts,
    of_study,
)
from tests.messy_files import Look, phantom_xlsx, xlsx

PLAN, BUDGET, VOTES = "Plan de financement", "Budget", "Engagements"
_HEAD, *_LINES = STUDY[PLAN]


def _plan(*rows: Any) -> Book:
    return {**STUDY, PLAN: [_HEAD, *rows]}


def _merged_types(*blocks: str, hides: bool = False) -> Any:
    rows = [list(row) for row in POSTS[PLAN]]
    rows[2][0] = "Région" if hides else None
    return lambda: xlsx({**POSTS, PLAN: rows}, Look(merges={PLAN: blocks}))


_SHARED = [
    ["Pays", "Volet", "Exercice", "Montant voté", "Montant versé"],
    ["Pays de Vannes", "fonctionnement", 2010, 7000, 3500],
    ["Pays d'Auray", "préfiguration", 2010, None, None],
]

ROWS: list[Mess] = [
    Mess(
        "totaux-partout",
        "Lignes de sous-total et de total, n'importe où, en capitales, espacées (`T O T A L`), dans la deuxième colonne",
        "Passées : elles ne sont pas comptées deux fois.",
        lambda: xlsx(
            _plan(
                _LINES[0],
                ["Sous-total Région", None, None, 20000],
                ["S/Total", None, None, 20000],
                _LINES[1],
                [None, "SOUS TOTAL", 2010, 23000],
                _LINES[2],
                ["Total 2010", None, None, 25000],
                [None, "T O T A L", None, 25000],
                ["TOTAL GÉNÉRAL :", None, None, 25000, 0],
            )
        ),
        STUDY_FIGURES,
    ),
    Mess(
        "sous-total-par-type",
        "Sous-total dont la première colonne répète le type : `Région | Sous-total`",
        "Passé de même.",
        lambda: xlsx(
            _plan(_LINES[0], ["Région", "Sous-total Région", 2010, 20000], _LINES[1], ["Département", "Total", None, 3000], _LINES[2])
        ),
        STUDY_FIGURES,
    ),
    of_study(
        "total-ou-entreprise",
        "Ligne complète dont le financeur est écrit `Total`",
        "**Question** : un total, ou le nom d'une structure ?",
        {f"{PLAN}!A5": "Privé", f"{PLAN}!B5": "Total", f"{PLAN}!C5": 2010, f"{PLAN}!D5": 25000},
        told=[f"{PLAN} B5 CEL104", f"{PLAN} B5 COF406", "Budget BUD305"],
        changes={"Plan Total 2010 sollicité": 25000},
        decision=REJECTED,
        asks="Est-ce une ligne de total, ou le nom d'une structure ?",
    ),
    of_study(
        "nom-qui-commence-par-total",
        "Partenaire dont le nom commence par « Total »",
        "Lu : la ligne est complète.",
        {"Partenaires!A4": "Total Énergies solidaires", "Partenaires!B4": "entreprise"},
        changes={"Partenaires": "Coopérative exemple, Amicale exemple, Total Énergies solidaires"},
    ),
    Mess(
        "lignes-vides",
        "Lignes vides, lignes de tirets, lignes d'espaces",
        "Passées.",
        lambda: xlsx(_plan([], _LINES[0], [None] * 6, ["-", "–", "-", "-", "-", "-"], _LINES[1], ["  ", "\u00a0"], _LINES[2])),
        STUDY_FIGURES,
    ),
    Mess(
        "lignes-fantomes",
        "996 lignes mises en forme et vides sous le tableau",
        "Passées.",
        lambda: phantom_xlsx(STUDY, PLAN, 1000),
        STUDY_FIGURES,
    ),
    Mess(
        "notes-et-signatures",
        "Notes, titres de partie, date et signature dans le tableau (`NB : …`, `Financements publics`, `Fait à Dinan, le…`)",
        "Passés, et dits.",
        lambda: xlsx(
            _plan(["Financements publics"], _LINES[0], _LINES[1], _LINES[2], ["* sous réserve du vote"], ["Fait à Dinan, le 15 juin 2010"])
        ),
        STUDY_FIGURES,
        told=[f"{PLAN} A2 TAB009", f"{PLAN} A6 TAB009", f"{PLAN} A7 TAB009"],
    ),
    of_study(
        "ligne-a-moitie-remplie",
        "Ligne à moitié remplie",
        "**Question** à chaque case qui manque : rien n'est supposé.",
        {f"{PLAN}!A5": "Commune", f"{PLAN}!D5": 500},
        told=[f"{PLAN} B5 CEL101", f"{PLAN} C5 CEL101"],
        changes={"Plan None None sollicité": 500},
        decision=REJECTED,
    ),
]

LAYOUTS: list[Mess] = [
    Mess(
        "libelle-fusionne",
        "Libellé écrit une fois dans des cellules fusionnées sur plusieurs lignes",
        "Il vaut pour chacune de ces lignes, et c'est dit.",
        _merged_types("A2:A3"),
        POSTS_FIGURES,
        told=[f"{PLAN} A2 TAB007"],
    ),
    Mess(
        "valeur-sous-une-fusion",
        "Valeur cachée sous une fusion",
        "Lue, et dite.",
        _merged_types("A2:A3", hides=True),
        POSTS_FIGURES,
        told=[f"{PLAN} A3 TAB007"],
    ),
    Mess(
        "montant-fusionne",
        "Montant dans des cellules fusionnées sur plusieurs lignes",
        "**Question** : pour toutes, ou pour chacune ? Ces lignes sont écartées.",
        lambda: xlsx({**STATEMENT, VOTES: _SHARED}, Look(merges={VOTES: ["D2:D3"]})),
        STATEMENT_FIGURES,
        told=[f"{VOTES} D2 CEL102"],
        changes={"Engagements 20 2010 voté": None, "Engagements 01 2010 voté": None},
        decision=RESERVED,
        asks="vaut-il pour les lignes 2 à 3 en tout, ou pour chaque cellule ?",
    ),
    of_posts(
        "montant-sur-deux-exercices",
        "Montant du budget fusionné sur deux exercices",
        "**Question** : pour les deux, ou pour chacun ?",
        {f"{BUDGET}!D2": None},
        look=Look(merges={BUDGET: ["C2:D2"]}),
        told=[f"{BUDGET} C2 CEL102"],
        changes={"Budget 641 2010": None, "Budget 641 2011": None},
        decision=REJECTED,
        asks="« 2010 » et « 2011 »",
    ),
    of_study(
        "lignes-masquees",
        "Lignes masquées ou filtrées",
        "Lues comme les autres, et c'est dit.",
        look=Look(hidden_rows={BUDGET: [3, 4], PLAN: [3]}),
        told=[f"{BUDGET} A3 TAB006", f"{PLAN} A3 TAB006"],
        asks="les lignes 3 à 4",
    ),
    of_decisions(
        "colonne-masquee",
        "Colonne masquée",
        "Lue comme les autres, et c'est dit.",
        look=Look(hidden_columns={"Décisions": ["D"]}),
        told=["Décisions D2 TAB006"],
        asks="la colonne D",
    ),
    of_study(
        "formule-sans-resultat",
        "Formule dont le résultat n'est pas enregistré, cellule en erreur (`#REF!`)",
        "**Question** à sa cellule : jamais lue comme vide ni comme 0.",
        {f"{PLAN}!D4": ("=1000*2", "#REF!")},
        told=[f"{PLAN} D4 CEL105"],
        changes={"Plan Association exemple 2010 sollicité": None},
        decision=REJECTED,
    ),
]
