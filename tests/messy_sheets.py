"""Messy sheets and Identification: useless, hidden or doubled sheets, forms of every shape."""

import unicodedata

from tests.messy import (
    REJECTED,
    STATEMENT,
    STATEMENT_FIGURES,
    STUDY,
    STUDY_FIGURES,
    Book,
    Mess,
    Rows,
    of_study,
)
from tests.messy_files import Look, as_ods, as_xls, xlsx

ID = "Identification"
NBSP, THIN = "\u00a0", "\u202f"


def _renamed(names: dict[str, str]) -> Book:
    return {names.get(name, name): rows for name, rows in STUDY.items()}


def _first(book: Book, **sheets: Rows) -> Book:
    return {**sheets, **book}


SHEETS: list[Mess] = [
    Mess(
        "feuilles-inutiles",
        "Premières feuilles inutiles : `Feuil1` vide, notice, sommaire",
        "Passées : seules comptent les feuilles du document, où qu'elles soient.",
        lambda: xlsx(_first(STUDY, Feuil1=[], Notice=[["Compte", "voir la notice", 2010], ["Pays", "à lire"]])),
        STUDY_FIGURES,
    ),
    Mess(
        "noms-de-feuilles",
        "Noms de feuilles en capitales, sans accents, avec des espaces, un numéro ou une année",
        "Reconnus : `1. IDENTIFICATION`, `Budget 2010`, `PLAN  DE FINANCEMENT`.",
        lambda: xlsx(_renamed({ID: "1. IDENTIFICATION", "Budget": "Budget 2010", "Plan de financement": "PLAN  DE FINANCEMENT"})),
        STUDY_FIGURES,
    ),
    Mess(
        "autres-noms-de-feuilles",
        "Autre nom courant d'une feuille",
        "Reconnu s'il est dans le [dictionnaire](dictionnaire.md#autres-noms-des-feuilles) : `Budget prévisionnel`, `Partenariats`.",
        lambda: xlsx(_renamed({"Budget": "Budget prévisionnel", "Partenaires": "Partenariats"})),
        STUDY_FIGURES,
    ),
    Mess(
        "accents-decomposes",
        "Accents en deux signes (fichiers passés par un Mac), tabulations, espaces insécables et fines",
        "Lus comme les autres.",
        lambda: xlsx({unicodedata.normalize("NFD", name): [[_mac(cell) for cell in row] for row in rows] for name, rows in STUDY.items()}),
        STUDY_FIGURES,
        identity={"pays_code": "08", "structure_porteuse": "Association exemple"},
    ),
    Mess(
        "deux-feuilles-de-meme-nom",
        "Deux feuilles qui ont le même nom, à la casse ou la ponctuation près",
        "**Question** : laquelle compte ? Aucune n'est lue.",
        lambda: xlsx({**STUDY, "Budget.": STUDY["Budget"]}),
        {k: v for k, v in STUDY_FIGURES.items() if not k.startswith("Budget")},
        ["TAB005"],
        decision=REJECTED,
        asks="« Budget » et « Budget. »",
    ),
    of_study(
        "feuille-masquee",
        "Feuille masquée",
        "Lue comme les autres, et c'est dit.",
        look=Look(hidden_sheets=["Plan de financement"]),
        told=["Plan de financement TAB006"],
    ),
    Mess("fichier-ods", "Classeur LibreOffice (`.ods`)", "Lu comme un `.xlsx`.", lambda: as_ods(STUDY), STUDY_FIGURES, suffix=".ods"),
    Mess(
        "fichier-xls",
        "Ancien classeur (`.xls`), dates en numéros de série",
        "Lu ; chaque date lue d'un numéro est montrée.",
        lambda: as_xls(STUDY),
        STUDY_FIGURES,
        [f"{ID} B10 CEL109", f"{ID} B3 CEL109", f"{ID} B9 CEL109"],
        suffix=".xls",
        identity={"date_depot": "2010-06-15"},
    ),
    Mess(
        "calendrier-1904-xls",
        "Ancien classeur de Mac : jours comptés depuis 1904, en numéros de série",
        "Lus avec le calendrier du classeur, et montrés.",
        lambda: as_xls(STATEMENT, from_1904=True),
        STATEMENT_FIGURES,
        [f"{ID} B3 CEL109"],
        suffix=".xls",
        identity={"date_depot": "2010-09-01"},
    ),
    of_study(
        "calendrier-1904",
        "Calendrier de 1904 dans un `.xlsx` : vraies dates, et un numéro de série nu",
        "Toutes lues avec le calendrier du classeur ; le numéro est montré.",
        {f"{ID}!B3": 38882},
        look=Look(from_1904=True),
        told=[f"{ID} B3 CEL109"],
        identity={"date_depot": "2010-06-15", "date_fin": "2010-12-31"},
    ),
]


def _mac(cell: object) -> object:
    return unicodedata.normalize("NFD", cell).replace(" ", NBSP).replace(",", f",\t{THIN}") if isinstance(cell, str) else cell
