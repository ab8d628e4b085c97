"""Messy Identification sheets: forms of every shape, SIRET, dates and Pays in every way."""

from tests.builders import midnight
from tests.messy import REJECTED, RESERVED, STUDY, STUDY_FIGURES, Book, Mess, of_posts, of_statement, of_study
from tests.messy_files import Look, xlsx

ID = "Identification"
_FORM = STUDY[ID]
NBSP, THIN = "\u00a0", "\u202f"


def _form(*rows: list[object]) -> Book:
    return {**STUDY, ID: rows}


_TWO_COLUMNS = [
    ["DEMANDE DE SUBVENTION"], [],
    ["Type de document :", "Dossier de préfiguration", None, "Campagne :", 2010],
    ["Date de dépôt :", midnight(2010, 6, 15), None, "Version :", 2],
    ["Pays :", "Pays de Dinan", None, "Projet :", 1], ["Structure porteuse :", "Association exemple", None, "SIRET :", None],
    ["Date de début :", midnight(2010, 1, 1), None, "Date de fin :", midnight(2010, 12, 31)],
]  # fmt: skip
_OTHER_WORDS = {
    "Campagne": "Année de la campagne", "Date de dépôt": "Déposé le", "Version": "N° de version", "Pays": "Territoire",
    "Projet": "N° de projet", "Structure porteuse": "Porteur du projet", "Date de début": "Début du projet", "Date de fin": "Fin du projet",
}  # fmt: skip
_SIRET = "23350001600040"
_NO_ZERO = 1234567800010
"""An invented SIRET whose key holds once its first zero is back."""

IDENTIFICATION: list[Mess] = [
    Mess(
        "formulaire-deplace",
        "Titre au-dessus, libellés dans une autre colonne, dans un autre ordre, en capitales, avec « : »",
        "Lus par leur libellé.",
        lambda: xlsx(_form(["Dossier de demande"], [], *([None, None, f"{row[0]} :".upper(), row[1]] for row in reversed(_FORM)))),
        STUDY_FIGURES,
    ),
    Mess(
        "formulaire-en-deux-colonnes",
        "Formulaire en deux colonnes : deux libellés par ligne",
        "Les deux sont lus.",
        lambda: xlsx(_form(*_TWO_COLUMNS)),
        STUDY_FIGURES,
        identity={"version": 2, "campagne": 2010, "date_fin": "2010-12-31"},
    ),
    Mess(
        "colonne-vide-entre-deux",
        "Colonne vide entre les libellés et les valeurs",
        "La valeur est prise dans la première colonne remplie.",
        lambda: xlsx(_form(*([row[0], None, row[1]] for row in _FORM))),
        STUDY_FIGURES,
        identity={"pays_code": "08"},
    ),
    Mess(
        "libelles-fusionnes",
        "Libellés sur des cellules fusionnées",
        "La valeur est prise après la fusion.",
        lambda: xlsx(_form(*([row[0], None, row[1]] for row in _FORM)), Look(merges={ID: [f"A{n}:B{n}" for n in range(1, 11)]})),
        STUDY_FIGURES,
        identity={"pays_code": "08", "campagne": 2010},
    ),
    Mess(
        "autres-libelles",
        "Autres mots pour un libellé (`Porteur du projet`, `Déposé le`, `Territoire`…)",
        "Reconnus s'ils sont dans le [dictionnaire](dictionnaire.md).",
        lambda: xlsx(_form(*([_OTHER_WORDS.get(str(row[0]), row[0]), row[1]] for row in _FORM))),
        STUDY_FIGURES,
        identity={"structure_porteuse": "Association exemple"},
    ),
    of_study(
        "libelle-inconnu",
        "Libellé inconnu ou mal écrit, avec une valeur (`Verson`)",
        "Dit, avec le libellé le plus proche ; jamais deviné.",
        {f"{ID}!A4": "Verson", f"{ID}!B4": 3},
        told=[f"{ID} A4 TAB003"],
        identity={"version": 1},
        asks="« Version »",
    ),
    of_study(
        "libelle-en-double",
        "Libellé obligatoire écrit deux fois, avec deux valeurs",
        "**Question** : lequel compte ?",
        {f"{ID}!A12": "Pays", f"{ID}!B12": "Pays d'Auray"},
        told=[f"{ID} A12 TAB004"],
        decision=REJECTED,
    ),
    of_study(
        "siret-en-nombre",
        "SIRET enregistré comme un nombre",
        "Lu chiffre à chiffre, et montré.",
        {f"{ID}!B8": 23350001600040.0},
        told=[f"{ID} B8 CEL109"],
        identity={"siret": _SIRET},
    ),
    of_study(
        "siret-exporte",
        "SIRET exporté d'un tableur : `23350001600040.0`",
        "Lu, et montré.",
        {f"{ID}!B8": "23350001600040.0"},
        told=[f"{ID} B8 CEL109"],
        identity={"siret": _SIRET},
    ),
    of_study(
        "siret-sans-zero",
        "SIRET sans son premier zéro",
        "Le zéro est remis, et montré.",
        {f"{ID}!B8": _NO_ZERO},
        told=[f"{ID} B8 CEL109"],
        identity={"siret": f"0{_NO_ZERO}"},
    ),
    of_study(
        "siret-avec-espaces",
        "SIRET avec des espaces, de toutes sortes",
        "Lu.",
        {f"{ID}!B8": f"233 500{NBSP}016{THIN}00040"},
        identity={"siret": _SIRET},
    ),
    of_study(
        "siret-faux",
        "SIRET dont la clé est fausse",
        "Gardé tel quel, avec un avertissement : jamais un refus.",
        {f"{ID}!B8": "23350001600041"},
        told=[f"{ID} B8 CEL108"],
        decision=RESERVED,
        identity={"siret": "23350001600041"},
    ),
    of_study(
        "date-en-lettres",
        "Date en lettres : `1er mars 2010`, `le lundi 15 juin 2010`, `15 janv. 2010`",
        "Lue, et montrée.",
        {f"{ID}!B3": "le mardi 15 juin 2010", f"{ID}!B9": "1er janvier 2010", f"{ID}!B10": "31 déc. 2010"},
        told=[f"{ID} B10 CEL109", f"{ID} B3 CEL109", f"{ID} B9 CEL109"],
        identity={"date_depot": "2010-06-15", "date_debut": "2010-01-01", "date_fin": "2010-12-31"},
    ),
    of_study(
        "date-en-numero",
        "Date enregistrée comme un numéro de série (`43655`)",
        "Lue, et montrée.",
        {f"{ID}!B3": 40344},
        told=[f"{ID} B3 CEL109"],
        identity={"date_depot": "2010-06-15"},
    ),
    of_study(
        "date-en-texte",
        "Date tapée comme un texte : `15/06/2010`, `15.06.2010`, `2010-06-15`",
        "Lue, et montrée.",
        {f"{ID}!B3": "15/06/2010", f"{ID}!B9": "01.01.2010", f"{ID}!B10": "2010-12-31"},
        told=[f"{ID} B10 CEL109", f"{ID} B3 CEL109", f"{ID} B9 CEL109"],
        identity={"date_fin": "2010-12-31"},
    ),
    of_study(
        "date-sans-barre",
        "Date où il manque une barre : `15/062010`",
        "Lue : rien d'autre ne peut être compris ; montrée.",
        {f"{ID}!B3": "15/062010"},
        told=[f"{ID} B3 CEL109"],
        identity={"date_depot": "2010-06-15"},
    ),
    of_study(
        "date-trimestre",
        "Trimestre, saison, mois : `4 EME TRIMESTRE 2014`, `SAISON 2013/2014`, `mars 2010`",
        "**Question** : quel jour ?",
        {f"{ID}!B3": "4 EME TRIMESTRE 2014"},
        told=[f"{ID} B3 CEL103"],
        decision=REJECTED,
        asks="De quel jour s'agit-il ?",
    ),
    of_posts(
        "date-saison",
        "Saison dans une date facultative",
        "**Question** : quel jour ?",
        {f"{ID}!B11": "SAISON 2013/2014"},
        told=[f"{ID} B11 CEL103"],
        decision=REJECTED,
        asks="De quel jour s'agit-il ?",
    ),
    of_study(
        "date-annee-courte",
        "Année à deux chiffres : `15/06/10`",
        "**Question** : le 15/06/2010 ?",
        {f"{ID}!B3": "15/06/10"},
        told=[f"{ID} B3 CEL103"],
        decision=REJECTED,
        asks="S'agit-il du 15/06/2010 ?",
    ),
    of_study(
        "pays-en-capitales",
        "Nom d'un Pays en capitales, abrégé ou sans « Pays de » (`COB`, `St-Brieuc`)",
        "Reconnu par la liste des noms et alias, jamais par ressemblance.",
        {f"{ID}!B5": "PAYS DE DINAN"},
        identity={"pays_code": "08"},
    ),
    of_study(
        "pays-ressemblant",
        "Nom qui ressemble à celui d'un Pays (`CC du Pays de Dinan`)",
        "Refusé : les noms proches sont proposés.",
        {f"{ID}!B5": "CC du Pays de Dinan"},
        told=[f"{ID} B5 IDE201"],
        decision=REJECTED,
        asks="« Pays de Dinan »",
    ),
    of_statement(
        "tiret-pour-rien",
        "Tiret ou « néant » dans une case qui n'est pas un nombre",
        "Compris comme une case vide.",
        {f"{ID}!A6": "SIRET", f"{ID}!B6": "néant"},
        identity={"siret": None},
    ),
]
