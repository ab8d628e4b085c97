"""The same mess in the other documents: statements, compte rendu, decisions."""

from tests.builders import midnight
from tests.messy import (
    DECISIONS,
    REPORT,
    REPORT_FIGURES,
    RESERVED,
    STATEMENT,
    STATEMENT_FIGURES,
    Mess,
    of_decisions,
    of_report,
    of_statement,
)
from tests.messy_files import Look, xlsx

VOTES = "Engagements"

DOCUMENTS: list[Mess] = [
    of_statement(
        "etat-noms-de-pays",
        "État : Pays par leur code, leur nom court, un alias, une ancienne orthographe",
        "Reconnus.",
        {f"{VOTES}!A2": "VANNES", f"{VOTES}!A3": 1.0},
    ),
    Mess(
        "etat-par-pole",
        "État : le pôle à la place du Pays (`BRAS`)",
        "Le Pays est celui du pôle, s'il n'y en a qu'un.",
        lambda: xlsx({**STATEMENT, VOTES: [["Pôle", *STATEMENT[VOTES][0][1:]], ["BRAS", "fonctionnement", 2010, 7000, 3500]]}),
        {"Engagements 03 2010 voté": 7000, "Engagements 03 2010 versé": 3500},
    ),
    Mess(
        "etat-pole-de-deux-pays",
        "État : un pôle qui désigne deux Pays (`ADESS`)",
        "**Question** : lequel ? La ligne est écartée.",
        lambda: xlsx({**STATEMENT, VOTES: [["Pôle", *STATEMENT[VOTES][0][1:]], ["ADESS", "fonctionnement", 2010, 7000, 3500]]}),
        {"Engagements None 2010 voté": 7000, "Engagements None 2010 versé": 3500},
        [f"{VOTES} A2 IDE202"],
        decision=RESERVED,
        asks="Pays de Brest et Pays de Morlaix",
    ),
    Mess(
        "etat-en-milliers",
        "État : autres mots, montants en `k€`, lignes de total par Pays",
        "Lu, multiplié, montré ; les totaux sont passés.",
        lambda: xlsx(
            {
                **STATEMENT,
                VOTES: [
                    ["Aides votées en 2010"],
                    [],
                    ["Territoire", "Volet", "Année", "Subvention votée (K€)", "Montant payé (K€)"],
                    ["Pays de Vannes", "fonctionnement", 2010, 7, 3.5],
                    ["Total Pays de Vannes", None, None, 7, 3.5],
                    ["Pays d'Auray", "préfiguration", 2010, 4, None],
                    ["TOTAL", None, None, 11, 3.5],
                ],
            }
        ),
        STATEMENT_FIGURES,
        [f"{VOTES} D4 CEL109", f"{VOTES} D6 CEL109", f"{VOTES} E4 CEL109"],
    ),
    Mess(
        "compte-rendu-autres-mots",
        "Compte rendu : `Prévision`, `Réalisation`, sous-totaux par rubrique",
        "Lu ; les sous-totaux sont passés.",
        lambda: xlsx(
            {
                **REPORT,
                "Réalisé": [
                    ["COMPTE RENDU FINANCIER 2010"],
                    ["N° de compte", "Intitulé", "Année", "Prévision", "Réalisation", "Justification"],
                    REPORT["Réalisé"][1],
                    REPORT["Réalisé"][2],
                    [None, "Sous-total 64", None, 42000, 41300],
                    REPORT["Réalisé"][3],
                    ["TOTAL", None, None, 77000, 76300],
                ],
            }
        ),
        REPORT_FIGURES,
    ),
    Mess(
        "compte-rendu-sans-numeros",
        "Compte rendu : intitulés du cerfa sans numéro de compte, sous le titre de leur rubrique",
        "Chaque intitulé est cherché sous sa rubrique ; le titre est passé, et dit.",
        lambda: xlsx(
            {
                **REPORT,
                "Réalisé": [
                    REPORT["Réalisé"][0],
                    [None, "Charges de personnel"],
                    [None, "Rémunération des personnels", 2010, 32000, 31500],
                    [None, "Charges sociales", 2010, 10000, 9800],
                    REPORT["Réalisé"][3],
                ],
            }
        ),
        REPORT_FIGURES,
        ["Réalisé B2 TAB009"],
    ),
    of_report(
        "compte-rendu-colonne-d-ecart",
        "Compte rendu : colonne `Écart` calculée",
        "Dite, et non lue.",
        {"Réalisé!G1": "Écart", "Réalisé!G2": ("=E2-D2", -500), "Réalisé!G3": ("=E3-D3", -200)},
        told=["Réalisé G1 TAB003"],
        asks="(2 nombres, de somme -700)",
    ),
    of_decisions(
        "decisions-dates-en-texte",
        "Décisions : dates en lettres, montants à points, durée `3 ans`",
        "Lus, et montrés.",
        {"Décisions!D2": "105.000 €", "Décisions!G2": "3 ans", "Décisions!H2": "28 octobre 2010", "Mandats!G2": "17 500,00 €"},
        told=["Décisions D2 CEL109", "Décisions G2 CEL109", "Décisions H2 CEL109", "Mandats G2 CEL109"],
    ),
    Mess(
        "decisions-pays-fusionne",
        "Décisions : le Pays écrit une fois, fusionné sur ses lignes",
        "Il vaut pour chacune, et c'est dit.",
        lambda: xlsx(
            {
                **DECISIONS,
                "Mandats": [*DECISIONS["Mandats"], [None, "fonctionnement", 2010, "M-2", "acompte", midnight(2010, 12, 20), 5000]],
            },
            Look(merges={"Mandats": ["A2:A3"]}),
        ),
        {"Décisions 20 attribution voté": 105000, "Mandats M-1 avance": 17500, "Mandats M-2 acompte": 5000},
        ["Mandats A2 TAB007"],
        region=True,
    ),
    of_decisions(
        "decisions-feuille-vide",
        "Décisions : feuilles laissées vides ou absentes",
        "Rien à dire.",
        sheets={"Dérogations": [], "Étapes": [["Pays", "Étape", "Date"]]},
    ),
]
