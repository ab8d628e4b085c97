"""The catalogue: every rule of the contract (§3), with its gravity, its words and where it is raised.

`message` and `correction` are French sentences with named fields; `Rule.say` fills them. Nothing else writes a finding's text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Gravity = Literal["erreur", "avertissement", "information"]
Stage = Literal["lecture", "pandera", "croisement"]

GRAVITIES: tuple[Gravity, ...] = ("erreur", "avertissement", "information")
STATES = ("ouvert", "levé", "corrigé", "exclu")
MESSAGE_LIMIT = 300


@dataclass(frozen=True)
class Rule:
    """One rule. `stage` says where it is raised; `parameter` names the dated value it applies, where there is one."""

    code: str
    gravity: Gravity
    title: str
    message: str
    correction: str
    stage: Stage
    parameter: str = ""

    def say(self, facts: Mapping[str, str]) -> tuple[str, str]:
        """The message and the correction for these facts; a fact that is not known reads as nothing."""
        known = _Blank(facts)
        return _fit(self.message.format_map(known)), _fit(self.correction.format_map(known))


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _fit(sentence: str) -> str:
    tidy = " ".join(sentence.split(" ")).replace("  ", " ").strip()
    return tidy if len(tidy) <= MESSAGE_LIMIT else tidy[: MESSAGE_LIMIT - 1].rstrip() + "…"


def _rule(code: str, gravity: Gravity, stage: Stage, title: str, message: str, correction: str, parameter: str = "") -> Rule:
    return Rule(code, gravity, title, message, correction, stage, parameter)


_ALL = (
    _rule("FIC001", "erreur", "lecture", "Fichier illisible",
          "Le fichier ne peut pas être lu comme un classeur : {detail}.",
          "Ouvrez-le dans Excel ou LibreOffice, enregistrez-le au format .xlsx et déposez-le de nouveau."),
    _rule("FIC002", "erreur", "lecture", "Fichier protégé par un mot de passe",
          "Le classeur est protégé par un mot de passe et ne peut pas être ouvert.",
          "Retirez le mot de passe (Fichier, Informations, Protéger le classeur), enregistrez et déposez de nouveau."),
    _rule("FIC003", "erreur", "lecture", "Fichier refusé par sécurité",
          "Le classeur dépasse une limite de sécurité : {detail}.",
          "Recopiez les feuilles utiles dans un classeur neuf, ou dans le modèle, et déposez celui-ci."),
    _rule("FIC004", "erreur", "lecture", "Document non reconnu",
          "Ce classeur n'est aucun des cinq documents attendus : {detail}.",
          "Partez du modèle qui convient, ou indiquez dans la feuille Identification le « Type de document » : {attendus}."),
    _rule("FIC006", "erreur", "pandera", "Décisions hors de leur dossier",
          "Un classeur « Décisions Région » n'est pris en compte que dans le dossier réservé au service de la Région.",
          "Si ce fichier vient bien du service, placez-le dans le sous-dossier « {dossier} » des dépôts."),
    _rule("FIC007", "information", "croisement", "Même fichier déposé deux fois",
          "Ce fichier a le même contenu que « {autre} », qui seul est compté.",
          "Rien à faire ; vous pouvez retirer ce double."),
    _rule("FIC009", "avertissement", "croisement", "Deux fichiers de même version et de même date",
          "« {autre} » porte la même date de dépôt et la même version, avec un autre contenu ; « {retenu} » est compté.",
          "Augmentez la version du bon fichier, ou retirez l'autre."),
    _rule("FIC010", "avertissement", "croisement", "Date et version se contredisent",
          "La date de dépôt et la version se contredisent avec « {autre} » ; la date l'emporte : « {retenu} » est compté.",
          "Corrigez la date de dépôt ou la version du fichier qui se trompe."),
    _rule("TAB001", "erreur", "lecture", "Feuille manquante",
          "La feuille « {champ} » est absente ; feuilles trouvées : {trouve}.",
          "Ajoutez la feuille « {champ} », ou donnez ce nom à la feuille qui en tient lieu."),
    _rule("TAB002", "erreur", "lecture", "Colonne manquante",
          "Il manque {champ} dans la feuille « {feuille} ».",
          "Ajoutez ce libellé avec ses valeurs, comme dans le modèle."),
    _rule("TAB003", "information", "lecture", "Colonne inconnue",
          "La colonne « {valeur} » n'est pas prévue : elle n'est pas lue.",
          "Rien à faire si elle ne sert qu'à vous ; sinon vérifiez son intitulé."),
    _rule("TAB004", "erreur", "lecture", "Colonne en double",
          "La colonne « {champ} » figure deux fois dans le tableau.",
          "Gardez une seule de ces colonnes, ou renommez l'autre."),
    _rule("CEL101", "erreur", "lecture", "Valeur manquante",
          "« {champ} » n'est pas rempli.",
          "Indiquez {attendu}."),
    _rule("CEL102", "erreur", "lecture", "Nombre ou montant illisible",
          "« {valeur} » ne peut pas être lu comme {attendu} dans « {champ} ».",
          "Écrivez {exemple}, sans texte ni calcul."),
    _rule("CEL103", "erreur", "lecture", "Date illisible",
          "« {valeur} » ne peut pas être lu comme une date dans « {champ} ».",
          "Écrivez la date sous la forme jj/mm/aaaa, par exemple 15/06/2010."),
    _rule("CEL104", "erreur", "lecture", "Valeur hors liste",
          "« {valeur} » n'est pas une valeur prévue pour « {champ} ».{proches}",
          "Choisissez : {attendus}."),
    _rule("CEL105", "erreur", "lecture", "Cellule en erreur",
          "La cellule affiche l'erreur {valeur} dans « {champ} ».",
          "Corrigez la formule, ou écrivez la valeur à la main."),
    _rule("CEL106", "erreur", "lecture", "Formule sans résultat enregistré",
          "La cellule « {champ} » contient une formule dont le résultat n'est pas enregistré dans le fichier.",
          "Ouvrez le classeur dans Excel ou LibreOffice, laissez-le recalculer et enregistrez-le."),
    _rule("CEL107", "erreur", "pandera", "Montant négatif",
          "{valeur} est négatif dans « {champ} », où seul un montant positif ou nul est admis.",
          "Écrivez un montant positif ; une dépense va en charges, une recette en produits."),
    _rule("CEL108", "avertissement", "lecture", "SIRET non valide",
          "« {valeur} » n'est pas un SIRET valide : {detail}.",
          "Vérifiez les 14 chiffres sur l'avis de situation de la structure."),
    _rule("CEL109", "information", "lecture", "Valeur écrite comme un texte",
          "« {valeur} » a été lu comme {lu} dans « {champ} ».",
          "Rien à faire si la lecture est bonne ; sinon écrivez la valeur au format nombre ou date."),
    _rule("CEL110", "avertissement", "lecture", "Montant sous réserve",
          "« {valeur} » est un montant sous réserve : il est compté comme espéré, jamais comme acquis.",
          "Écrivez le montant seul quand la réserve est levée."),
    _rule("CEL111", "avertissement", "pandera", "Statut et montants se contredisent",
          "Le statut « {valeur} » ne va pas avec un montant acquis de {acquis}.",
          "Indiquez un montant acquis pour « voté », « conventionné » ou « versé » ; sinon laissez-le vide."),
    _rule("CEL112", "erreur", "lecture", "Compte inconnu",
          "Le compte « {valeur} » n'est pas un compte du budget.{proches}",
          "Utilisez un compte du modèle (60 à 69, CI, 70 à 79, RP, 86 ou 87)."),
    _rule("IDE201", "erreur", "lecture", "Pays inconnu",
          "« {valeur} » n'est aucun des 21 Pays.{proches}",
          "Écrivez le nom du Pays ou son code, de 01 à 21."),
    _rule("IDE202", "erreur", "lecture", "Pôle qui désigne plusieurs Pays",
          "« {valeur} » désigne plusieurs Pays : {proches}.",
          "Indiquez le Pays dans la colonne « Pays »."),
    _rule("IDE203", "erreur", "pandera", "Dates incohérentes",
          "{detail}.",
          "Corrigez l'exercice, ou les dates de début et de fin."),
    _rule("IDE204", "erreur", "pandera", "Adossement sans structure",
          "Le mode de création est « adossement », mais la structure d'adossement n'est pas indiquée.",
          "Indiquez la structure d'adossement, ou choisissez « création ex nihilo »."),
    _rule("IDE205", "avertissement", "croisement", "Changement de porteur",
          "La structure porteuse « {valeur} » diffère de celle du dossier précédent, « {autre} ».",
          "Enregistrez l'étape « changement de porteur », ou corrigez le nom."),
    _rule("PRE201", "erreur", "pandera", "Aide à l'étude au-dessus du plafond",
          "L'aide demandée à la Région pour l'étude est de {total} ; le plafond est de {limite} ({reference}).",
          "Ramenez l'aide demandée à {limite} au plus, et complétez par d'autres financements.", "plafond_etude_eur"),
    _rule("PRE301", "erreur", "croisement", "Aide aux études du Pays au-dessus du plafond",
          "Avec les autres études du Pays ({autres}), l'aide demandée atteint {total} ; le plafond est de {limite} ({reference}).",
          "Ramenez l'aide demandée à {reste} au plus.", "plafond_etude_eur"),
    _rule("FON201", "erreur", "pandera", "Aide à un poste au-dessus du plafond",
          "L'aide demandée pour le poste « {poste} », annuité {annuite}, est de {total} ; le plafond est de {limite} par an ({reference}).",
          "Ramenez l'aide de cette annuité à {limite} au plus.", "plafond_poste_eur"),
    _rule("FON202", "avertissement", "pandera", "Aide au-dessus du plafond au prorata du temps de travail",
          "L'aide demandée pour le poste « {poste} », annuité {annuite}, est de {total} pour {etp} ETP ; "
          "au prorata le plafond serait de {limite} ({reference}).",
          "Vérifiez le temps de travail ou l'aide demandée ; le service appréciera.", "plafond_poste_eur"),
    _rule("FON301", "erreur", "pandera", "Trop de postes",
          "« {poste} » est le poste n° {total} demandé pour {exercice} ; il en est admis {limite} ({reference}).",
          "Retirez ce poste de la demande pour {exercice}.", "postes_max"),
    _rule("FON302", "erreur", "pandera", "Trop d'annuités pour un poste",
          "Le poste « {poste} » demande une aide pour l'annuité {annuite} ; il en est admis {limite} ({reference}).",
          "Retirez cette annuité : l'aide à un poste s'arrête après {limite} ans.", "duree_poste_ans"),
    _rule("FON303", "avertissement", "croisement", "Projet non validé",
          "Une aide au fonctionnement est demandée, mais le projet n'est pas connu comme validé par ses parties prenantes.",
          "Indiquez la date de validation du projet, ou enregistrez l'étape « projet validé »."),
    _rule("FON304", "avertissement", "croisement", "Plus de postes que la Région n'en a accordé",
          "« {poste} » dépasse le nombre de postes que la Région a accordés, {limite} ({reference}).",
          "Retirez ce poste, ou demandez au service une nouvelle décision."),
    _rule("FON306", "avertissement", "pandera", "Aide supérieure au coût du poste",
          "L'aide demandée, {valeur}, dépasse le coût chargé du poste, {limite}.",
          "Complétez le coût chargé, ou réduisez l'aide demandée."),
    _rule("BUD301", "erreur", "pandera", "Budget non équilibré",
          "En {exercice}, les charges ({charges}) et les produits ({produits}) diffèrent de {ecart} (hors comptes 86 et 87).",
          "Équilibrez l'exercice : {manque}."),
    _rule("BUD302", "avertissement", "pandera", "Contributions en nature non équilibrées",
          "En {exercice}, le compte 86 ({charges}) et le compte 87 ({produits}) diffèrent de {ecart}.",
          "Inscrivez le même montant de contributions volontaires en emplois (86) et en ressources (87)."),
    _rule("BUD303", "erreur", "pandera", "Total inexact",
          "En {exercice}, le {champ} annoncé est de {valeur} ; la somme de ses lignes est de {attendu}, soit un écart de {ecart}.",
          "Corrigez le total ou les lignes ; le total ne comprend ni le compte 86 ni le compte 87."),
    _rule("BUD304", "avertissement", "pandera", "Rubrique différente de ses sous-lignes",
          "En {exercice}, la rubrique {compte} ({valeur}, cellule {autre}) n'est pas la somme de ses sous-lignes ({attendu}) : "
          "seules celles-ci sont comptées.",
          "Répartissez {ecart} entre les sous-lignes, ou corrigez la rubrique."),
    _rule("BUD305", "erreur", "pandera", "Plan de financement et budget différents",
          "En {exercice}, « {type} » : {plan} dans le plan de financement, {budget} au compte 74 du budget, soit un écart de {ecart}.",
          "Inscrivez le même montant dans les deux feuilles."),
    _rule("BUD306", "erreur", "pandera", "Part de la Région différente entre plan et postes",
          "En {exercice}, la Région apporte {plan} selon le plan de financement et {postes} selon la feuille Postes.",
          "Inscrivez le même montant dans les deux feuilles."),
    _rule("PAR301", "avertissement", "pandera", "Partenaires uniquement associatifs",
          "Tous les partenaires sont des associations, ce que le programme déconseille ({reference}).",
          "Ajoutez les coopératives, mutuelles, structures d'insertion ou autres partenaires du projet."),
    _rule("PAR302", "avertissement", "pandera", "Aucun partenaire",
          "La feuille Partenaires ne cite aucun partenaire.",
          "Citez les structures qui prennent part au projet."),
    _rule("COF401", "avertissement", "croisement", "Montants différents entre dossier et cofinanceur",
          "{financeur} déclare {vote} ; le dossier indique {valeur}.",
          "Rapprochez-vous de {financeur} et corrigez le montant."),
    _rule("COF402", "avertissement", "croisement", "Acquis absent de l'état du cofinanceur",
          "Le dossier donne {valeur} pour acquis, mais l'état reçu de {financeur} ne le mentionne pas.",
          "Joignez la décision, ou corrigez le statut."),
    _rule("COF403", "avertissement", "croisement", "Financement absent du dossier",
          "{financeur} déclare {valeur} que le dossier accepté ne mentionne pas.",
          "Ajoutez ce financement au plan, ou vérifiez le Pays et l'exercice."),
    _rule("COF404", "information", "croisement", "Acquis sans réponse du cofinanceur",
          "Le dossier donne {valeur} pour acquis ; {financeur} n'a pas encore envoyé d'état.",
          "Relancez {financeur}."),
    _rule("COF405", "avertissement", "croisement", "Ligne disparue d'un état plus récent",
          "L'état plus récent ne contient plus la ligne {detail} de l'état précédent.",
          "Confirmez avec le cofinanceur que l'aide est retirée."),
    _rule("COF406", "information", "croisement", "Cofinanceur inconnu",
          "« {valeur} » n'est pas dans la table des financeurs.{proches}",
          "Ajoutez-le à la configuration, ou reprenez le nom connu."),
    _rule("COF407", "avertissement", "croisement", "SIREN et nom désignent deux financeurs",
          "Le SIREN désigne « {autre} », le nom désigne « {valeur} ».",
          "Corrigez le SIRET ou le nom."),
    _rule("COF408", "avertissement", "croisement", "Financements supérieurs aux charges",
          "En {exercice}, les financements confirmés et déclarés ({total}) dépassent les charges ({limite}).",
          "Vérifiez les montants ; une aide est peut-être comptée deux fois."),
    _rule("COF409", "avertissement", "croisement", "Versé supérieur au voté",
          "{valeur} versés dépassent les {limite} votés.",
          "Vérifiez les deux montants auprès du cofinanceur."),
    _rule("DEC401", "avertissement", "croisement", "Vote au-dessus du plafond",
          "{valeur} votés dépassent le plafond de {limite} ({reference}), sans dérogation enregistrée.",
          "Enregistrez la dérogation, ou vérifiez le montant."),
    _rule("DEC402", "avertissement", "croisement", "Mandaté supérieur au voté",
          "{total} mandatés dépassent les {limite} votés, toutes campagnes réunies.",
          "Vérifiez les mandats et les votes."),
    _rule("DEC403", "avertissement", "croisement", "Vote sans dossier",
          "{valeur} ont été votés sans qu'aucun dossier accepté n'ait été reçu.",
          "Déposez le dossier correspondant."),
    _rule("DEC404", "avertissement", "croisement", "Deux lignes pour une même décision",
          "Cette ligne diffère de celle de « {autre} » pour la même décision ou le même paiement ; la plus récente est comptée.",
          "Corrigez ou retirez la ligne qui se trompe."),
    _rule("PUB401", "avertissement", "croisement", "Convention non publiée",
          "Cette convention, signée le {jour}, doit être publiée en données ouvertes ; il y manque {manque}, valable et complet.",
          "Inscrivez sur cette ligne le bénéficiaire et son SIRET à 14 chiffres."),
    _rule("REG401", "information", "pandera", "Règle sans valeur à cette date",
          "Le paramètre « {champ} » n'a pas de valeur connue au {valeur} : {regles} non contrôlé.",
          "Complétez la configuration si un texte fixe cette valeur."),
)  # fmt: skip

RULES: dict[str, Rule] = {rule.code: rule for rule in _ALL}
"""Every rule by code, in the order in which people meet them: from the file and its cells to what concerns several files."""
