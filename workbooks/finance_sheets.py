"""The sheets of `budget-consolide.xlsx` that are one frame each: columns, widths, links."""

from workbooks.links import link_to
from workbooks.report_context import ReportContext
from workbooks.sheet import Col, TableSheet
from workbooks.style import CONTROL_FILLS, DUE_FILLS, LINE_FILLS, MATCH_FILLS, RULING_FILLS, SETTLED_FILLS

_PROJECT = (Col("pays", "Pays", 22, "long"), Col("volet", "Volet", 14), Col("projet", "Projet", 8, "nombre"))


def finance_sheets(context: ReportContext, *, forecast: bool) -> tuple[TableSheet, ...]:
    """The sheets in the contract's order, then what it does not name, then the controls. `forecast`: a scenario is played."""
    played = (_PREVISION, _ECARTS) if forecast else ()
    ours = (_lines(context), _PAR_PAYS, _PAR_FINANCEUR, _matching(context), _commitments(context), _ECHEANCIER)
    return (*ours, *played, _SOLDES, _accounts(context), _waivers(context), _rulings(context), _CONTROLES)


def _lines(context: ReportContext) -> TableSheet:
    return TableSheet(
        "Budget consolidé",
        "Une ligne par ligne de budget et par exercice, toutes campagnes. Hors totaux : comptes 86 et 87, lignes réactualisées. "
        "Fichier, feuille et cellule : à l'écran seulement.",
        "budget_consolide",
        "budget",
        (
            Col("pays", "Pays", 25, "long"), Col("pole", "Pôle", 20, "long"), Col("porteur", "Porteur", 40, "long"),
            Col("volet", "Volet", 14), Col("projet", "Projet", 8, "nombre"), Col("campagne", "Campagne", 11, "annee"),
            Col("exercice", "Exercice", 10, "annee"), Col("compte", "Compte", 9), Col("libelle", "Libellé", 36, "long"),
            Col("charges_eur", "Charges", 16, "euros"), Col("produits_eur", "Produits", 16, "euros"),
            Col("hors_totaux_eur", "Hors totaux", 16, "euros"), Col("etat", "État", 11, fills=LINE_FILLS),
            Col("fichier", "Fichier", 50), Col("feuille", "Feuille", 12),
            Col("cellule", "Cellule", 10, link=link_to(context.inputs_link, "fichier", "feuille", "cellule")),
        ),
        printed=13,
    )  # fmt: skip


_PAR_PAYS = TableSheet(
    "Par Pays",
    "Une ligne par Pays, projet et volet, toutes campagnes, lignes retenues. Confirmé, déclaré, espéré : tous les financeurs.",
    "par_pays",
    "budget",
    (
        Col("pays", "Pays", 18, "long"), Col("pole", "Pôle", 15, "long"), Col("porteur", "Porteur", 18, "long"),
        Col("volet", "Volet", 14), Col("projet", "Projet", 7, "nombre"), Col("exercices", "Exercices", 11),
        Col("annuite", "Annuité", 8), Col("postes", "Postes", 7, "nombre"), Col("cout_eur", "Coût total", 15, "euros"),
        Col("demande_eur", "Demandé", 15, "euros"), Col("plafond_eur", "Plafond", 15, "euros"), Col("vote_eur", "Voté", 15, "euros"),
        Col("engage_eur", "Engagé", 15, "euros"), Col("mandate_eur", "Mandaté", 15, "euros"),
        Col("reste_eur", "Reste à mandater", 16, "euros"), Col("confirme_eur", "Confirmé", 15, "euros"),
        Col("declare_eur", "Déclaré", 15, "euros"), Col("espere_eur", "Espéré", 15, "euros"),
        Col("taux_region", "Taux Région", 8, "taux"), Col("propres_eur", "Ressources propres", 15, "euros"),
        Col("ecart_eur", "Écart du coût", 15, "euros"),
    ),
    pages_wide=2,
)  # fmt: skip
_PAR_FINANCEUR = TableSheet(
    "Par financeur",
    "Une ligne par financeur, toutes campagnes réunies : dossiers acceptés, états des cofinanceurs et décisions de la Région.",
    "par_financeur",
    "financements",
    (
        Col("type_financeur", "Type de financeur", 20), Col("financeur", "Financeur", 40, "long"), Col("nb_pays", "Pays", 7, "nombre"),
        Col("sollicite_eur", "Sollicité", 16, "euros"), Col("acquis_eur", "Acquis", 16, "euros"), Col("vote_eur", "Voté", 16, "euros"),
        Col("verse_eur", "Versé", 16, "euros"), Col("confirme_eur", "Confirmé", 16, "euros"), Col("declare_eur", "Déclaré", 16, "euros"),
        Col("espere_eur", "Espéré", 16, "euros"), Col("ecart_eur", "Écart", 16, "euros"),
    ),
    2,
)  # fmt: skip


def _matching(context: ReportContext) -> TableSheet:
    folder = context.inputs_link
    return TableSheet(
        "Rapprochement",
        "Une ligne par ligne du plan de financement d'un dossier, en regard de celle du financeur ; chacune n'y est qu'une fois. "
        "Les deux cellules mènent aux classeurs reçus.",
        "rapprochement",
        "rapprochement",
        (
            *_PROJECT, Col("exercice", "Exercice", 9, "annee"), Col("type_financeur", "Type", 14, "long"),
            Col("financeur", "Financeur", 26, "long"), Col("sollicite_eur", "Sollicité (dossier)", 15, "euros"),
            Col("acquis_eur", "Acquis (dossier)", 15, "euros"), Col("statut", "Statut", 12),
            Col("cellule_dossier", "Cellule du dossier", 9, link=link_to(folder, "fichier_dossier", "feuille_dossier", "cellule_dossier")),
            Col("vote_eur", "Voté (financeur)", 15, "euros"), Col("verse_eur", "Versé (financeur)", 15, "euros"),
            Col("date_vote", "Voté le", 12, "date"), Col("reference", "Référence", 16, "long"),
            Col(
                "cellule_financeur", "Cellule du financeur", 10,
                link=link_to(folder, "fichier_financeur", "feuille_financeur", "cellule_financeur"),
            ),
            Col("ecart_eur", "Écart", 15, "euros"), Col("etat", "État", 14, fills=MATCH_FILLS),
        ),
        1,
        size=11,
    )  # fmt: skip


def _commitments(context: ReportContext) -> TableSheet:
    return TableSheet(
        "Engagements",
        "Une ligne par décision de la Région : voté, engagé une fois la convention signée, mandaté, reste à mandater.",
        "engagements",
        "engagements",
        (
            *_PROJECT, Col("nature", "Nature", 12), Col("beneficiaire", "Bénéficiaire", 26, "long"), Col("vote_eur", "Voté", 16, "euros"),
            Col("engage_eur", "Engagé", 16, "euros"), Col("mandate_eur", "Mandaté", 16, "euros"),
            Col("reste_a_mandater_eur", "Reste à mandater", 16, "euros"), Col("premier_exercice", "Premier exercice", 10, "annee"),
            Col("duree_ans", "Années", 8, "nombre"), Col("date_decision", "Décidé le", 12, "date"),
            Col("date_convention", "Convention du", 12, "date"), Col("reference", "Référence", 14, "long"),
            Col("numero_engagement", "N° d'engagement", 14, "long"),
            Col("cellule", "Cellule", 9, link=link_to(context.inputs_link, "fichier", "feuille", "cellule")),
        ),
    )  # fmt: skip


_ECHEANCIER = TableSheet(
    "Échéancier",
    "Une ligne par projet, exercice et nature. Ferme : voté, réparti sur sa durée ; demandé : dossier accepté, pas encore voté ; "
    "prévision : scénario.",
    "echeancier",
    "echeancier",
    (
        *_PROJECT, Col("exercice", "Exercice", 10, "annee"), Col("nature", "Nature", 14, fills=DUE_FILLS),
        Col("prevu_eur", "Prévu", 18, "euros"), Col("mandate_eur", "Mandaté", 18, "euros"),
        Col("reste_eur", "Reste à mandater", 18, "euros"),
    ),
)  # fmt: skip
_PREVISION = TableSheet(
    "Prévision",
    "Une ligne par pôle du scénario et par exercice : ce qu'il ajoute à ce qui est déjà voté ou demandé.",
    "previsions",
    "previsions",
    (
        Col("pays", "Pays", 28, "long"), Col("scenario", "Scénario", 18), Col("projet", "Projet", 8, "nombre"),
        Col("exercice", "Exercice", 10, "annee"), Col("annuite", "Annuité", 9, "nombre"), Col("postes", "Postes", 8, "nombre"),
        Col("plafond_eur", "Aide par poste", 16, "euros"), Col("scenario_eur", "Coût du scénario", 16, "euros"),
        Col("deja_eur", "Déjà voté ou demandé", 16, "euros"), Col("prevision_eur", "Ajouté", 16, "euros"),
        Col("reference", "Texte ou hypothèse", 46, "long"),
    ),
)  # fmt: skip
_ECARTS = TableSheet(
    "Effet du scénario",
    "Une ligne par demande que les valeurs du scénario traiteraient autrement : qui est touché, de combien.",
    "scenario_ecarts",
    "scenario_ecarts",
    (
        Col("pays", "Pays", 24, "long"), Col("code", "Règle", 9), Col("volet", "Volet", 14), Col("projet", "Projet", 8, "nombre"),
        Col("poste", "Poste", 16, "long"), Col("annuite", "Annuité", 9, "nombre"), Col("exercice", "Exercice", 10, "annee"),
        Col("demande_eur", "Demandé", 16, "euros"), Col("admis_actuel_eur", "Admis aujourd'hui", 16, "euros"),
        Col("admis_scenario_eur", "Admis selon le scénario", 16, "euros"), Col("ecart_eur", "Écart", 16, "euros"),
        Col("fichier", "Fichier", 34, "long"),
    ),
)  # fmt: skip
_SOLDES = TableSheet(
    "Soldes",
    "Une ligne par projet et exercice aidés : ce qui est payé, la part de la Région dans la dépense réelle, ce qui manque avant le solde.",
    "soldes",
    "soldes",
    (
        *_PROJECT, Col("exercice", "Exercice", 10, "annee"), Col("vote_eur", "Voté", 16, "euros"),
        Col("mandate_eur", "Mandaté", 16, "euros"), Col("reste_eur", "Reste", 16, "euros"),
        Col("charges_prevues_eur", "Charges prévues", 16, "euros"),
        Col("charges_realisees_eur", "Charges réalisées", 16, "euros"), Col("taux_region", "Part de la Région", 10, "taux"),
        Col("etat", "Solde", 18, fills=SETTLED_FILLS), Col("manque", "Ce qui manque", 44, "long"),
    ),
)  # fmt: skip


def _accounts(context: ReportContext) -> TableSheet:
    return TableSheet(
        "Comptes rendus",
        "Une ligne par compte et exercice d'un compte rendu financier retenu : prévu, réalisé, écart.",
        "compte_rendu",
        "compte_rendu",
        (
            *_PROJECT, Col("exercice", "Exercice", 10, "annee"), Col("sens", "Sens", 9), Col("compte", "Compte", 9),
            Col("libelle", "Libellé", 34, "long"), Col("prevu_eur", "Prévu", 16, "euros"), Col("realise_eur", "Réalisé", 16, "euros"),
            Col("ecart_eur", "Écart", 16, "euros"), Col("explication", "Explication", 36, "long"),
            Col("fichier", "Fichier", 34, "long", link=link_to(context.inputs_link, "fichier")),
        ),
    )  # fmt: skip


def _waivers(context: ReportContext) -> TableSheet:
    return TableSheet(
        "Dérogations",
        "Une ligne par dérogation enregistrée, en vigueur ou non à la date d'arrêté : ce qu'elle remplace, et où elle a servi.",
        "derogations",
        "derogations",
        (
            Col("pays", "Pays", 24, "long"), Col("projet", "Projet", 8, "nombre"), Col("regle", "Règle", 9),
            Col("parametre", "Paramètre remplacé", 22), Col("valeur_autorisee", "Valeur autorisée", 12, "nombre"),
            Col("du", "Du", 12, "date"), Col("au", "Au", 12, "date"), Col("etat", "État", 13, fills=RULING_FILLS),
            Col("reference", "Référence", 28, "long"), Col("fichiers", "Fichiers concernés", 36, "long"),
            Col("pourquoi", "Pourquoi", 30, "long"),
            Col("fichier", "Écrite dans", 30, "long", link=link_to(context.inputs_link, "fichier")),
        ),
    )  # fmt: skip


def _rulings(context: ReportContext) -> TableSheet:
    return TableSheet(
        "Arbitrages",
        "Une ligne par arbitrage du service : le fichier et la cellule visés, les deux valeurs, et s'il s'applique.",
        "arbitrages",
        "arbitrages",
        (
            # The hash comes first: a ruling that has lapsed aims at no file, and a row is known by its first cell.
            Col("empreinte", "Empreinte", 14), Col("fichier_vise", "Fichier visé", 32, "long"), Col("code", "Code", 9),
            Col("feuille_visee", "Feuille", 16, "long"),
            Col("cellule_visee", "Cellule", 9, link=link_to(context.inputs_link, "fichier_vise", "feuille_visee", "cellule_visee")),
            Col("action", "Action", 10), Col("valeur_ecrite", "Valeur écrite", 16, "long"),
            Col("valeur_retenue", "Valeur retenue", 16, "long"),
            Col("motif", "Motif", 34, "long"), Col("reference", "Référence", 16, "long"), Col("date_arbitrage", "Date", 12, "date"),
            Col("etat", "État", 13, fills=RULING_FILLS), Col("pourquoi", "Pourquoi", 30, "long"),
        ),
    )  # fmt: skip


_CONTROLES = TableSheet(
    "Contrôles",
    "Une ligne par contrôle ; l'écart doit être nul.",
    "controles",
    "controles",
    (
        Col("controle", "Contrôle", 76, "long"), Col("attendu", "Attendu", 20, "montant"), Col("obtenu", "Obtenu", 20, "montant"),
        Col("ecart", "Écart", 18, "montant"), Col("verdict", "Verdict", 12, fills=CONTROL_FILLS),
    ),
)  # fmt: skip
