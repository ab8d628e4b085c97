"""The catalogue: every rule of the contract (§3), with its gravity, its words and where it is raised.

`message` and `correction` are French sentences with named fields; `Rule.say` fills them. Nothing else writes a finding's text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Gravity = Literal["erreur", "avertissement", "information"]
Stage = Literal["lecture", "pandera", "croisement"]

GRAVITIES: tuple[Gravity, ...] = ("erreur", "avertissement", "information")
STATES = ("ouvert", "levé", "corrigé", "exclu")
MESSAGE_LIMIT = 300


@dataclass(frozen=True)
class Rule:
    """One rule. `stage` says where it is raised; `parameter` names the dated value it applies, where there is one.

    `cases` are other corrections, by name: the fact `cas` chooses one (« proche »: a word that looks like the one written is known).
    """

    code: str
    gravity: Gravity
    title: str
    message: str
    correction: str
    stage: Stage
    parameter: str = ""
    cases: Mapping[str, str] = field(default_factory=dict)

    def say(self, facts: Mapping[str, str]) -> tuple[str, str]:
        """The message and the correction for these facts; a fact that is not known reads as nothing.

        `ici` is made of the fact `cellule`: « dans la cellule E5 », or nothing.
        """
        cell = facts.get("cellule")
        known = _Blank(facts, ici=f" dans la cellule {cell}" if cell else "")
        correction = self.cases.get(facts.get("cas", ""), self.correction)
        return _fit(self.message.format_map(known)), _fit(correction.format_map(known))


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _fit(sentence: str) -> str:
    tidy = " ".join(sentence.split(" ")).replace("  ", " ").strip()
    return tidy if len(tidy) <= MESSAGE_LIMIT else tidy[: MESSAGE_LIMIT - 1].rstrip() + "…"


def _rule(
    code: str, gravity: Gravity, stage: Stage, title: str, message: str, correction: str, parameter: str = "", **cases: str
) -> Rule:  # fmt: skip
    return Rule(code, gravity, title, message, correction, stage, parameter, cases)


_REPLACED = "reportez cette baisse de {ecart} au compte 74 du budget, et remplacez-la par un autre produit"
_REPORTED = "reportez cette baisse de {ecart} au plan de financement et au compte 74 du budget, et remplacez-la par un autre produit"

_ALL = (
    _rule("FIC001", "erreur", "lecture", "Fichier illisible",
          "Le fichier ne peut pas être lu comme un classeur : {detail}.",
          "Ouvrez l'original dans Excel ou LibreOffice, enregistrez-le au format .xlsx et déposez-le de nouveau ; "
          "un document Word, PDF ou image se recopie dans le modèle."),
    _rule("FIC002", "erreur", "lecture", "Fichier protégé par un mot de passe",
          "Le classeur est protégé par un mot de passe et ne peut pas être ouvert.",
          "Retirez le mot de passe (dans Excel : Fichier, Informations, Protéger le classeur), enregistrez et déposez de nouveau."),
    _rule("FIC003", "erreur", "lecture", "Fichier refusé par sécurité",
          "Le classeur est refusé par sécurité : {detail}.",
          "Recopiez vos tableaux dans le modèle vierge, enregistrez-le et déposez-le à la place de ce fichier."),
    _rule("FIC004", "erreur", "lecture", "Document non reconnu",
          "Ce classeur n'est aucun des cinq documents attendus : {detail}.{proches}",
          "Recopiez vos tableaux dans le modèle qui convient, ou ajoutez une feuille « Identification » qui dit "
          "le « Type de document » : {attendus}.",
          proche="Écrivez {proche}{ici}, ou un autre des cinq documents : {attendus}.",
          type="Écrivez{ici} un des cinq documents : {attendus}.",
          feuille="Renommez la feuille {proche} en « Identification » ; son « Type de document » est l'un des cinq : {attendus}.",
          libelle="Ajoutez dans la feuille Identification le libellé « Type de document » et, à sa droite, l'un des cinq : {attendus}."),
    _rule("FIC006", "erreur", "pandera", "Décisions hors de leur dossier",
          "Un classeur « Décisions Région » n'est pris en compte que dans le dossier réservé au service de la Région.",
          "Si ce fichier vient bien du service, déplacez-le dans le dossier « {dossier} »."),
    _rule("FIC007", "information", "croisement", "Même fichier déposé deux fois",
          "Ce fichier a le même contenu que « {autre} », qui seul est compté.",
          "Rien à faire ; vous pouvez retirer ce double."),
    _rule("FIC009", "avertissement", "croisement", "Deux fichiers de même version et de même date",
          "« {autre} » porte la même date de dépôt et la même version, avec un autre contenu ; c'est « {retenu} » qui est compté.",
          "Écrivez une version plus élevée dans la feuille Identification du bon fichier, ou retirez l'autre."),
    _rule("FIC010", "avertissement", "croisement", "Date et version se contredisent",
          "La date de dépôt et la version se contredisent avec « {autre} » ; la date l'emporte : c'est « {retenu} » qui est compté.",
          "Corrigez la date de dépôt ou la version dans la feuille Identification du fichier qui se trompe."),
    _rule("TAB001", "erreur", "lecture", "Feuille manquante",
          "La feuille « {champ} » manque ; feuilles trouvées : {trouve}.{proches}",
          "Ajoutez la feuille « {champ} » du modèle et remplissez-la, ou donnez ce nom à la feuille qui en tient lieu.",
          proche="Renommez la feuille {proche} en « {champ} » ; si c'est une autre, ajoutez la feuille « {champ} » du modèle."),
    _rule("TAB002", "erreur", "lecture", "Colonne manquante",
          "Il manque {champ} dans la feuille « {feuille} ».{proches}",
          "Ajoutez cette colonne au tableau et remplissez-la, comme dans le modèle.",
          proche="Écrivez « {attendu} » dans la cellule {autre}, à la place de {proche} ; si c'est autre chose, ajoutez ce qui manque.",
          libelle="Ajoutez ce libellé et, à sa droite, sa valeur, comme dans le modèle.",
          entetes="Ajoutez cette ligne d'en-têtes au-dessus du tableau, comme dans le modèle.",
          exercices="Écrivez une ligne par exercice, avec l'année dans une colonne « {attendu} »."),
    _rule("TAB003", "information", "lecture", "Colonne inconnue",
          "{quoi} « {valeur} » {pourquoi} : ce qui y figure n'est pas lu{contenu}.{proches}",
          "Rien à faire si cela ne sert qu'à vous ; sinon vérifiez l'intitulé.",
          proche="Si c'est elle, écrivez {proche}{ici} ; sinon, rien à faire.",
          double="Rien à faire si la première suffit ; sinon effacez l'intitulé de celle qui est de trop."),
    _rule("TAB004", "erreur", "lecture", "Colonne en double",
          "« {champ} » figure deux fois : rien ne dit quelles valeurs compter.",
          "Effacez l'intitulé de trop, dans la cellule {cellule} ou {autre}."),
    _rule("TAB005", "erreur", "lecture", "Feuille en double",
          "Plusieurs feuilles peuvent être « {champ} », et rien ne dit laquelle lire : {trouve}.",
          "Renommez la feuille « {autre} » en « Ancien {champ} » si elle ne compte pas ; sinon renommez l'autre."),
    _rule("TAB006", "information", "lecture", "Contenu masqué",
          "La feuille « {feuille} » a du contenu masqué, qui est lu comme le reste : {detail}.",
          "Rien à faire si ce contenu compte ; sinon supprimez-le."),
    _rule("TAB007", "information", "lecture", "Cellules fusionnées",
          "{detail}.",
          "Rien à faire si la lecture est bonne ; sinon défusionnez ces cellules et remplissez chacune d'elles."),
    _rule("TAB008", "information", "lecture", "Montants hors taxes",
          "La colonne « {valeur} » annonce des montants hors taxes : ils sont lus tels quels.",
          "Rien à faire si la TVA est récupérée ; sinon écrivez les montants toutes taxes comprises."),
    _rule("TAB009", "information", "lecture", "Ligne non comptée",
          "« {valeur} » est compris comme {detail} : cette ligne n'est pas comptée.",
          "Rien à faire si c'est bien cela ; sinon complétez la ligne comme les autres."),
    _rule("CEL101", "erreur", "lecture", "Valeur manquante",
          "« {champ} » est vide.",
          "Remplissez la cellule {cellule} : {attendu}."),
    _rule("CEL102", "erreur", "lecture", "Nombre ou montant illisible",
          "« {valeur} » ne peut pas être lu comme {attendu} dans « {champ} ».{question}",
          "Écrivez{ici} {exemple}, sans texte ni calcul.",
          propose="Écrivez {propose}{ici} si c'est bien cela ; sinon {exemple}, sans texte ni calcul."),
    _rule("CEL103", "erreur", "lecture", "Date illisible",
          "« {valeur} » ne peut pas être lu comme une date dans « {champ} ».{question}",
          "Écrivez{ici} une date complète, jour, mois et année, par exemple 15/06/2010.",
          propose="Écrivez {propose}{ici} si c'est bien cela ; sinon une date complète, jour, mois et année."),
    _rule("CEL104", "erreur", "lecture", "Valeur hors liste",
          "« {valeur} » n'est pas une valeur prévue pour « {champ} ».{proches}",
          "Écrivez{ici} une de ces valeurs : {attendus}.",
          proche="Écrivez {proche}{ici}, ou une autre de ces valeurs : {attendus}.",
          total="Si c'est un total, effacez l'exercice de cette ligne ; si c'est une structure, écrivez{ici} son nom complet."),
    _rule("CEL105", "erreur", "lecture", "Cellule en erreur",
          "La cellule affiche l'erreur {valeur} dans « {champ} ».",
          "Corrigez la formule de la cellule {cellule}, ou écrivez la valeur à sa place."),
    _rule("CEL106", "erreur", "lecture", "Formule sans résultat enregistré",
          "La cellule « {champ} » contient une formule dont le résultat n'est pas enregistré dans le fichier.",
          "Ouvrez le classeur dans Excel ou LibreOffice et enregistrez-le, ou écrivez la valeur{ici}."),
    _rule("CEL107", "erreur", "pandera", "Montant négatif",
          "{valeur} est négatif dans « {champ} », où seul un montant positif ou nul est admis.",
          "Écrivez {positif}{ici} si le signe est de trop ; sinon, une dépense s'inscrit en charges et une recette en produits."),
    _rule("CEL108", "avertissement", "lecture", "SIRET non valide",
          "« {valeur} » n'est pas un SIRET valide : {detail}.",
          "Écrivez{ici} les 14 chiffres de l'avis de situation de la structure."),
    _rule("CEL109", "information", "lecture", "Valeur écrite comme un texte",
          "« {valeur} » a été lu comme {lu} dans « {champ} ».",
          "Rien à faire si la lecture est bonne ; sinon écrivez{ici} la valeur au format nombre ou date."),
    _rule("CEL110", "avertissement", "lecture", "Montant sous réserve",
          "« {valeur} » est un montant sous réserve : il est compté comme espéré, jamais comme acquis.",
          "Quand la réserve est levée, écrivez{ici} le montant seul."),
    _rule("CEL111", "avertissement", "pandera", "Statut et montants se contredisent",
          "Le statut « {valeur} » ne va pas avec un montant acquis de {acquis}.",
          "Si l'aide est accordée, écrivez{ici} « voté », « conventionné » ou « versé » ; sinon effacez le montant acquis.",
          sans_montant="Écrivez le montant accordé dans « Montant acquis », ou « sollicité »{ici} si rien n'est décidé."),
    _rule("CEL112", "erreur", "lecture", "Compte inconnu",
          "Le compte « {valeur} » n'est pas un compte du budget.{proches}",
          "Écrivez{ici} un compte du modèle : 60 à 69, CI, 70, 73 à 79, RP, 86 ou 87, ou l'une de leurs sous-lignes.",
          proche="Écrivez {proche}{ici}, ou un autre compte du modèle : 60 à 69, CI, 70, 73 à 79, RP, 86 ou 87."),
    _rule("IDE201", "erreur", "lecture", "Pays inconnu",
          "« {valeur} » n'est aucun des 21 Pays.{proches}",
          "Écrivez{ici} le nom d'un des 21 Pays ou son code, de 01 à 21.",
          proche="Écrivez {proche}{ici}, ou le nom d'un autre Pays ou son code, de 01 à 21.",
          pole="Écrivez le nom du Pays, ou son code de 01 à 21, dans la colonne « Pays » de cette ligne."),
    _rule("IDE202", "erreur", "lecture", "Pôle qui désigne plusieurs Pays",
          "« {valeur} » désigne plusieurs Pays : {proches}.",
          "Écrivez celui qui convient dans la colonne « Pays » de cette ligne."),
    _rule("IDE203", "erreur", "pandera", "Dates incohérentes",
          "{detail}.",
          "Corrigez l'exercice{ici} ; s'il est juste, écrivez {jour} comme « {borne} » dans la feuille Identification.",
          dates="Écrivez{ici} une date de fin qui ne précède pas le {jour}, ou corrigez la date de début."),
    _rule("IDE204", "erreur", "pandera", "Adossement sans structure",
          "Le mode de création est « adossement », mais la structure d'adossement n'est pas indiquée.",
          "Écrivez le nom de cette structure{ici}, ou « création ex nihilo » comme « Mode de création »."),
    _rule("IDE205", "avertissement", "croisement", "Changement de porteur",
          "La structure porteuse « {valeur} » diffère de celle du dossier précédent, « {autre} ».",
          "Si le porteur a changé, le service enregistre l'étape « changement de porteur » ; sinon corrigez le nom{ici}."),
    _rule("PRE201", "erreur", "pandera", "Aide à l'étude au-dessus du plafond",
          "L'aide demandée à la Région pour l'étude est de {total} ; le plafond est de {limite} ({reference}).",
          "Écrivez {nouveau} au plus{ici}, " + _REPLACED + ".", "plafond_etude_eur",
          lignes="Retirez {ecart} en tout des montants demandés à la Région ({cellules}), " + _REPLACED + "."),
    _rule("PRE301", "erreur", "croisement", "Aide aux études du Pays au-dessus du plafond",
          "Avec les autres études du Pays ({autres}), l'aide demandée atteint {total} ; le plafond est de {limite} ({reference}).",
          "Ramenez l'aide demandée à {reste} au plus{ici}, " + _REPLACED + ".", "plafond_etude_eur"),
    _rule("FON201", "erreur", "pandera", "Aide à un poste au-dessus du plafond",
          "L'aide demandée pour le poste « {poste} », annuité {annuite}, est de {total} ; le plafond est de {limite} par an ({reference}).",
          "Écrivez {nouveau} au plus{ici}, " + _REPORTED + ".", "plafond_poste_eur",
          lignes="Retirez {ecart} en tout des aides de cette annuité ({cellules}), " + _REPORTED + "."),
    _rule("FON202", "avertissement", "pandera", "Aide au-dessus du plafond au prorata du temps de travail",
          "L'aide demandée pour le poste « {poste} », annuité {annuite}, est de {total} pour {etp} ETP ; "
          "au prorata le plafond serait de {limite} ({reference}).",
          "Vérifiez l'ETP de ce poste et l'aide demandée{ici} ; le service appréciera.", "plafond_poste_eur"),
    _rule("FON301", "erreur", "pandera", "Trop de postes",
          "« {poste} » est le poste n° {total} demandé pour {exercice} ; il en est admis {limite} ({reference}).",
          "Écrivez 0 comme aide demandée pour ce poste ({cellules}), " + _REPORTED + ".", "postes_max"),
    _rule("FON302", "erreur", "pandera", "Trop d'annuités pour un poste",
          "Le poste « {poste} » demande une aide pour l'annuité {annuite}{detail} ; il en est admis {limite} ({reference}).",
          "Corrigez le rang de l'annuité{ici}, de 1 à {limite} ; s'il est juste, écrivez 0 comme aide demandée ({cellules}), "
          + _REPORTED + ".", "duree_poste_ans",
          suite="Écrivez 0 comme aide demandée pour cette annuité ({cellules}), " + _REPORTED + "."),
    _rule("FON303", "avertissement", "croisement", "Projet non validé",
          "Une aide au fonctionnement est demandée, mais le projet n'est pas connu comme validé par ses parties prenantes.",
          "Écrivez la « Date de validation du projet » dans la feuille Identification ; sinon le service enregistre l'étape "
          "« projet validé »."),
    _rule("FON304", "avertissement", "croisement", "Plus de postes que la Région n'en a accordé",
          "« {poste} » dépasse le nombre de postes que la Région a accordés, {limite} ({reference}).",
          "Retirez ce poste, ou demandez au service une nouvelle décision."),
    _rule("FON306", "avertissement", "pandera", "Aide supérieure au coût du poste",
          "L'aide demandée, {valeur}, dépasse le coût chargé du poste, {limite}.",
          "Complétez le « Coût chargé » de cette ligne, ou écrivez {limite} au plus{ici}."),
    _rule("BUD301", "erreur", "pandera", "Budget non équilibré",
          "En {exercice}, les charges ({charges}) et les produits ({produits}) diffèrent de {ecart} (hors comptes 86 et 87).",
          "Ajoutez {ecart} de {manque}, ou retirez {ecart} de {trop} ; mettez aussi à jour les totaux écrits à la main."),
    _rule("BUD302", "avertissement", "pandera", "Contributions en nature non équilibrées",
          "En {exercice}, le compte 86 ({charges}) et le compte 87 ({produits}) diffèrent de {ecart}.",
          "Inscrivez le même montant en emplois (compte 86) et en ressources (compte 87) : {charges} ou {produits}."),
    _rule("BUD303", "erreur", "pandera", "Total inexact",
          "Le {champ} annoncé est de {valeur} ; la somme de ses lignes est de {attendu}, soit un écart de {ecart}.",
          "Écrivez {attendu}{ici}, ou corrigez les lignes ; les comptes 86 et 87 n'entrent pas dans ce total."),
    _rule("BUD304", "avertissement", "pandera", "Rubrique différente de ses sous-lignes",
          "En {exercice}, la rubrique {compte} ({valeur}, cellule {autre}) n'est pas la somme de ses sous-lignes ({attendu}) : "
          "seules celles-ci sont comptées.",
          "Écrivez {attendu} dans la cellule {autre}, ou corrigez ses sous-lignes de {ecart} en tout."),
    _rule("BUD305", "erreur", "pandera", "Plan de financement et budget différents",
          "En {exercice}, le montant {quoi} est de {plan} dans le plan de financement et de {budget} au compte 74 du budget, "
          "soit un écart de {ecart}.",
          "Si le budget est juste, écrivez {budget} dans le plan de financement ({cellules}) ; sinon écrivez {plan} dans le budget "
          "({autres}) et équilibrez-le.",
          sans_plan="Ajoutez {budget} au plan de financement, sur une ligne de ce type pour {exercice}, ou retirez-les du budget "
          "({autres}) et équilibrez-le.",
          sans_budget="Ajoutez {plan} au compte 74 du budget, sur une ligne de ce type, et équilibrez-le ; ou retirez-les du plan de "
          "financement ({cellules})."),
    _rule("BUD306", "erreur", "pandera", "Part de la Région différente entre plan et postes",
          "En {exercice}, la Région apporte {plan} selon le plan de financement et {postes} selon la feuille Postes.",
          "Si le plan est juste, écrivez {plan} dans la feuille Postes ({autres}) ; sinon écrivez {postes} dans le plan de financement "
          "({cellules}), et équilibrez le budget.",
          sans_plan="Ajoutez au plan de financement une ligne « Région » de {postes} pour {exercice}, ou écrivez 0 dans la feuille Postes "
          "({autres}).",
          sans_postes="Inscrivez {plan} d'aide demandée dans la feuille Postes pour {exercice}, ou retirez-les du plan de financement "
          "({cellules}), et équilibrez le budget."),
    _rule("PAR301", "avertissement", "pandera", "Partenaires uniquement associatifs",
          "Tous les partenaires sont des associations, ce que le programme déconseille ({reference}).",
          "Ajoutez à la feuille Partenaires les coopératives, mutuelles, structures d'insertion ou autres partenaires du projet."),
    _rule("PAR302", "avertissement", "pandera", "Aucun partenaire",
          "La feuille Partenaires ne cite aucun partenaire.",
          "Écrivez dans la feuille Partenaires le nom et la famille des structures qui prennent part au projet."),
    _rule("COF401", "avertissement", "croisement", "Montants différents entre dossier et cofinanceur",
          "{financeur} déclare {vote} pour {exercice} ; le dossier indique {valeur}.",
          "Rapprochez-vous de {financeur}, puis écrivez le montant voté{ici} ou faites corriger son état."),
    _rule("COF402", "avertissement", "croisement", "Acquis absent de l'état du cofinanceur",
          "Le dossier donne {valeur} pour acquis en {exercice}, mais l'état reçu de {financeur} ne le mentionne pas.",
          "Joignez la décision de {financeur}, ou corrigez le statut et le montant acquis de cette ligne."),
    _rule("COF403", "avertissement", "croisement", "Financement absent du dossier",
          "{financeur} déclare {valeur} ({ligne}, {exercice}) que le dossier accepté ne mentionne pas.",
          "Ajoutez ce financement au plan du dossier, ou vérifiez le Pays et l'exercice de cette ligne."),
    _rule("COF404", "information", "croisement", "Acquis sans réponse du cofinanceur",
          "Le dossier donne {valeur} pour acquis en {exercice} ; {financeur} n'a pas encore envoyé d'état pour cet exercice.",
          "Rien à faire pour le porteur ; le service relance {financeur}."),
    _rule("COF405", "avertissement", "croisement", "Ligne disparue d'un état plus récent",
          "L'état plus récent ne contient plus la ligne {detail} de l'état précédent.",
          "Confirmez avec le cofinanceur que l'aide est retirée ; sinon remettez la ligne."),
    _rule("COF406", "information", "pandera", "Cofinanceur inconnu",
          "« {valeur} » n'est pas dans la table des financeurs.{proches}",
          "Rien à faire si le nom est exact : le service peut l'ajouter à la table.",
          proche="Si c'est lui, écrivez {proche}{ici} ; sinon, rien à faire : le service peut l'ajouter à la table."),
    _rule("COF407", "avertissement", "pandera", "SIREN et nom désignent deux financeurs",
          "Le SIRET désigne « {autre} », mais le nom désigne « {valeur} ».",
          "Corrigez le SIRET ou le nom de cette ligne : les deux doivent désigner le même financeur."),
    _rule("COF408", "avertissement", "croisement", "Financements supérieurs aux charges",
          "En {exercice}, les financements confirmés et déclarés ({total}) dépassent les charges ({limite}).",
          "Vérifiez les montants acquis : une aide est peut-être comptée deux fois."),
    _rule("COF409", "avertissement", "pandera", "Versé supérieur au voté",
          "{ligne}, {exercice} : {valeur} versés dépassent les {limite} votés.",
          "Vérifiez les deux montants auprès du cofinanceur, et corrigez celui qui se trompe."),
    _rule("DEC401", "avertissement", "croisement", "Vote au-dessus du plafond",
          "{detail} ; le plafond est de {limite} ({reference}){suite}.",
          "Corrigez le montant{ici}, ou enregistrez la dérogation dans la feuille Dérogations."),
    _rule("DEC402", "avertissement", "croisement", "Mandaté supérieur au voté",
          "{total} mandatés dépassent les {limite} votés pour ce projet, toutes campagnes réunies.",
          "Vérifiez les mandats et les votes de ce projet, et corrigez la ligne qui se trompe."),
    _rule("DEC403", "avertissement", "croisement", "Vote sans dossier",
          "{valeur} ont été votés sans qu'aucun dossier n'ait été reçu pour ces exercices.",
          "Déposez le dossier correspondant, ou corrigez le Pays, le projet ou le volet de cette ligne."),
    _rule("DEC404", "avertissement", "croisement", "Deux lignes pour une même décision",
          "La ligne {ligne} diffère de {autre} pour la même décision ou le même paiement ; {suite}.",
          "Corrigez ou retirez la ligne qui se trompe.",
          deux="Si ce sont deux décisions ou deux paiements, donnez-leur des références ou des numéros différents ; sinon retirez "
          "la ligne qui se trompe."),
    _rule("PUB401", "avertissement", "croisement", "Convention non publiée",
          "Cette convention, signée le {jour}, doit être publiée en données ouvertes ; il y manque {manque}, valable et complet.",
          "Inscrivez sur cette ligne le bénéficiaire et son SIRET à 14 chiffres."),
    _rule("REG401", "information", "pandera", "Règle sans valeur à cette date",
          "Aucun texte connu ne fixe « {champ} » au {valeur} ; non contrôlé : {regles}.",
          "Rien à faire pour l'expéditeur ; le service complète la configuration si un texte fixe cette valeur."),
)  # fmt: skip

RULES: dict[str, Rule] = {rule.code: rule for rule in _ALL}
"""Every rule by code, in the order in which people meet them: from the file and its cells to what concerns several files."""
