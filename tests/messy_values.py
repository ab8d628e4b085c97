"""Messy amounts: every way of writing a figure, and what nobody can tell."""

from decimal import Decimal
from typing import Any

from tests.builders import midnight
from tests.messy import REJECTED, RESERVED, Mess, of_decisions, of_posts, of_statement, of_study

NBSP, THIN = "\u00a0", "\u202f"
PLAN, BUDGET, VOTES = "Plan de financement", "Budget", "Engagements"


def _read(slug: str, form: str, outcome: str, *written: str, noted: bool = True) -> Mess:
    """The Département's 3 000 € of the plan, and its 20 000 and 2 000 beside it, written in these ways."""
    cells = dict(zip((f"{PLAN}!D3", f"{PLAN}!D2", f"{PLAN}!D4"), written, strict=False))
    return of_study(slug, form, outcome, cells, told=[f"{place.replace('!', ' ')} CEL109" for place in cells] if noted else ())


def _asked(slug: str, form: str, written: Any, question: str) -> Mess:
    """An amount of a statement that cannot be read: its row is set aside."""
    outcome = f"**Question** : {question[0].lower()}{question[1:]} La ligne est écartée."
    return of_statement(
        slug, form, outcome, {f"{VOTES}!D2": written}, told=[f"{VOTES} D2 CEL102"], changes={"Engagements 20 2010 voté": None},
        decision=RESERVED, asks=question,
    )  # fmt: skip


AMOUNTS: list[Mess] = [
    _read(
        "montants-avec-espaces",
        "`20 000 €` avec une espace, insécable ou fine",
        "Lu au centime, et montré.",
        f"3{THIN}000{NBSP}€",
        f"20{NBSP}000 €",
        "2 000",
    ),
    _read(
        "montants-avec-centimes", "`1 235 000,50`, `47800,20`, `35000.50`", "Lu au centime, et montré.", "3 000,00", "20000,00", "2000.00"
    ),
    _read(
        "montants-a-points",
        "Point de milliers de la fiche action : `35.000`, `105.000 €`",
        "Lu comme des milliers, jamais comme des décimales.",
        "3.000",
        "20.000 €",
        "2.000,00 €",
    ),
    _read("montants-en-milliers", "`35 k€`, `35k€`, `35,5 k€`", "Multiplié par 1 000, et montré.", "3 k€", "20k€", "2,0 k€"),
    _read(
        "montants-avec-taxes",
        "`20 000 € HT`, `3 000 € TTC`, `2000 euros`, `€ 2000`",
        "Lu, et montré.",
        "3 000 € TTC",
        "20 000 € HT",
        "2000 euros",
    ),
    _read(
        "montants-invisibles",
        "Signes invisibles collés par un copier-coller, apostrophe devant un nombre",
        "Lu comme s'ils n'y étaient pas, et montré.",
        "3000\u200b",
        "\ufeff20000",
        "'2000",
    ),
    of_statement(
        "zeros-en-lettres",
        "`-`, `néant`, case vide",
        "Zéro.",
        {f"{VOTES}!E2": "néant", f"{VOTES}!E3": " - "},
        changes={"Engagements 20 2010 versé": None},
    ),
    of_decisions(
        "negatif-entre-parentheses",
        "`(12 345,68)`",
        "Lu comme un montant négatif, et montré.",
        {
            "Décisions!C3": "avenant",
            "Décisions!A3": "20",
            "Décisions!B3": "fonctionnement",
            "Décisions!D3": "(12 345,68)",
            "Décisions!E3": 1,
            "Décisions!F3": 2010,
            "Décisions!G3": 3,
            "Décisions!H3": "2 novembre 2010",
            "Décisions!I3": "EX-2",
        },
        told=["Décisions D3 CEL109", "Décisions H3 CEL109"],
        changes={"Décisions 20 avenant voté": Decimal("-12345.68")},
    ),
    of_posts(
        "negatif",
        "`-500`, ou un montant négatif là où il n'en faut pas",
        "Lu, puis refusé à sa cellule.",
        {f"{BUDGET}!C3": "-500"},
        told=[f"{BUDGET} C3 CEL107", f"{BUDGET} C3 CEL109"],
        changes={"Budget 645 2010": -500},
        decision=REJECTED,
    ),
    of_study(
        "sous-reserve",
        "`3 000 € (sous réserve)`",
        "Compté comme espéré, jamais comme acquis ; avertissement.",
        {f"{PLAN}!D3": "3 000 € (sous réserve)"},
        told=[f"{PLAN} D3 CEL110"],
        decision=RESERVED,
    ),
    _asked("calcul", "`2x35000`", "2x35000", "Faut-il compter 70 000 € ?"),
    _asked("non-communique", "`NC`, `à définir`, `?`", "NC", "Ce montant est-il nul, ou pas encore connu ?"),
    _asked("idem", "`idem 2010`, `voir ci-dessus`", "idem 2010", "Quel montant faut-il reprendre ici ?"),
    _asked(
        "deux-montants",
        "`5000 droit commun + 4000 cdv`",
        "5000 droit commun + 4000 cdv",
        "Faut-il compter 9 000 € en tout, ou écrire une ligne par montant ?",
    ),
    _asked("l-un-ou-l-autre", "`35 000 ou 40 000`, `10 000 à 12 000`", "35 000 ou 40 000", "Faut-il compter 35 000 € ou 40 000 € ?"),
    _asked("virgule-de-milliers", "`35,000 €` (anglais, ou trois décimales ?)", "35,000 €", "Faut-il compter 35 000 € ou 35 € ?"),
    _asked("par-an", "`35 000 €/an`", "35 000 €/an", "Quel est le montant de l'exercice ?"),
    _asked("environ", "`environ 35 000 €`", "environ 35 000 €", "Est-ce bien 35 000 € qu'il faut compter ?"),
    _asked(
        "montant-en-date",
        "Montant devenu une date (`12/06`)",
        midnight(2010, 6, 12),
        "Cette cellule est au format date : quel est le montant ?",
    ),
    of_posts(
        "temps-de-travail",
        "Temps de travail : `80 %`, `0,8`, `1 ETP`",
        "Lu, et montré.",
        {"Postes!C2": "1 ETP", "Postes!C3": "100 %"},
        told=["Postes C2 CEL109", "Postes C3 CEL109"],
    ),
    of_posts(
        "mi-temps",
        "Temps de travail en lettres : `mi-temps`",
        "**Question** : est-ce 0,5 ?",
        {"Postes!C2": "mi-temps"},
        told=["Postes C2 CEL102"],
        decision=REJECTED,
        asks="Est-ce 0,5 ?",
    ),
    of_posts(
        "rang-en-lettres",
        "Rang : `1re`, `2ème`, `Annuité 2`",
        "Lu, et montré.",
        {"Postes!B2": "1re", "Postes!B3": "Annuité 2"},
        told=["Postes B2 CEL109", "Postes B3 CEL109"],
    ),
    of_study(
        "choix-mal-ecrit",
        "Valeur hors liste (`Conseil regional`, `demandée`)",
        "Refusée : les valeurs proches sont proposées.",
        {f"{PLAN}!F2": "sollicitée"},
        told=[f"{PLAN} F2 CEL104"],
        decision=REJECTED,
        asks="« sollicité »",
    ),
]
