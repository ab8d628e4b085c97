"""Output tables made up for the tests of the views and reports: a small case, October 2010 as it was, and as many lines as one likes.

Amounts and structures are invented; no one is named. Every frame conforms to its model, which validates it.
"""

from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import polars as pl

from schemas.accounts import accounts
from schemas.pays import Pays, all_pays
from schemas.rules import RULES
from schemas.spec import DOCUMENT_TYPES
from schemas.tables import TABLES, empty, polars_schema
from schemas.text import listing

Tables = dict[str, pl.DataFrame]
Row = dict[str, Any]
Lines = dict[str, tuple[str, int]]

CHARGES = {
    "604": ("Prestations de services", 3200), "606": ("Autres fournitures", 950), "613": ("Locations", 4800),
    "618": ("Documentation", 350), "622": ("Rémunérations intermédiaires et honoraires", 2600), "623": ("Publicité, publication", 1900),
    "625": ("Déplacements, missions", 2450), "631": ("Impôts et taxes sur rémunération", 1150),
    "641": ("Rémunération des personnels", 29800), "645": ("Charges sociales", 12516), "CI1": ("Charges fixes de fonctionnement", 2400),
}  # fmt: skip
STUDY_CHARGES = {
    "606": ("Autres fournitures", 300),
    "622": ("Rémunérations intermédiaires et honoraires", 21500),
    "625": ("Déplacements, missions", 1200),
}
AWARDS = {"02": 2008, "03": 2009, "12": 2008, "14": 2009, "15": 2008, "17": 2009, "19": 2009, "20": 2010}
"""Pôle in operation in October 2010 → year of its award."""
CARRIERS = {"15": "Réso solidaire", "20": "Association de préfiguration du pôle E2S du Pays de Vannes"}


def table(name: str, rows: list[Row]) -> pl.DataFrame:
    """These rows as the table of that name, validated by its model; columns that are left out are null."""
    model = TABLES[name]
    schema = polars_schema(model)
    frame = pl.DataFrame([{column: row.get(column) for column in schema} for row in rows], schema=schema) if rows else empty(model)
    model.validate(frame)
    return frame


def tables(**rows: list[Row]) -> Tables:
    """All tables, empty but for these rows."""
    return {name: table(name, rows.get(name, [])) for name in TABLES}


def sha(text: str) -> str:
    """A content hash that stays the same."""
    return sha256(text.encode()).hexdigest()


def file_row(fichier: str, decision: str = "accepté", motif: str = "Aucune erreur.", **more: Any) -> Row:
    """A row of `depots`."""
    base = {"empreinte": sha(fichier), "campagne": 2010, "version": 1, "projet": 1, "erreurs": 0, "avertissements": 0}
    return {**base, "fichier": fichier, "decision": decision, "motif": motif, **more}


def finding_row(code: str, fichier: str, feuille: str = "", cellule: str = "", etat: str = "ouvert", **facts: str) -> Row:
    """A row of `constats` in the catalogue's own words."""
    rule = RULES[code]
    message, correction = rule.say({"feuille": feuille, **facts})
    return {
        "constat_id": sha(f"{code}|{fichier}|{feuille}|{cellule}")[:16], "fichier": fichier, "empreinte": sha(fichier),
        "pays_code": facts.get("pays_code"), "feuille": feuille, "cellule": cellule, "code": code, "gravite": rule.gravity, "etat": etat,
        "champ": facts.get("champ", ""), "valeur": facts.get("valeur", ""), "limite": facts.get("limite", ""),
        "reference": facts.get("reference", ""), "message": message, "correction": correction,
    }  # fmt: skip


def funding_row(key: Row, code: str, kind: str, name: str, asked: Decimal, declared: Decimal) -> Row:
    """A row of `financements` to which no financer has answered."""
    return {
        **key, "financeur_id": code, "type_financeur": kind, "financeur": name, "sollicite_eur": asked, "acquis_eur": declared,
        "confirme_eur": Decimal(0), "declare_eur": declared, "espere_eur": asked - declared, "etat": "sans réponse",
    }  # fmt: skip


class Campaign:
    """Rows of a campaign, built dossier by dossier; each dossier is balanced, with and without 86 and 87."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {name: [] for name in TABLES}

    def dossier(self, pays: Pays, volet: str, years: list[int], campagne: int, region: int, lines: Lines, **more: Any) -> str:
        """Add the budget, the financing and the file of one accepted dossier; returns its path."""
        fichier = more.get("fichier") or f"{campagne}/{pays.code} {pays.short_name}/Dossier {volet}.xlsx"
        porteur = CARRIERS.get(pays.code, f"Association du pôle du {pays.name}" if volet == "fonctionnement" else pays.name)
        pole = pays.pole or None
        total = Decimal(0)
        for place, year in enumerate(years):
            grown = {code: (label, Decimal(amount) + Decimal(amount * place) / 50) for code, (label, amount) in lines.items()}
            cost = sum((amount for _, amount in grown.values()), Decimal(0))
            local, own = Decimal(9000 if volet == "fonctionnement" else 0), Decimal("1250.50")
            county = cost - region - local - own
            income = [("74", "Région", Decimal(region)), ("74", "Département", county), ("756", "Cotisations", own)]
            income += [("74", "EPCI", local)] if local else []
            in_kind = [("864", "Personnel bénévole", Decimal(1800)), ("870", "Bénévolat", Decimal(1800))]
            lines_of_year = [(c, label, a) for c, (label, a) in grown.items()] + income + in_kind
            for row, (code, label, amount) in enumerate(lines_of_year, 6):
                self.rows["budget"].append({
                    "pays_code": pays.code, "projet": 1, "volet": volet, "campagne": campagne, "exercice": year, "compte": code,
                    "libelle": label, "fichier": fichier, "cellule": f"{'CDEF'[place]}{row}", "feuille": more.get("feuille", "Budget"),
                    "pays": pays.name, "pole": pole, "porteur": porteur, "sens": accounts()[code].side, "montant_eur": amount,
                    "etat": "réactualisé" if year in more.get("updated", ()) else "retenu",
                })  # fmt: skip
                total += amount
            if year not in more.get("updated", ()):
                key = {"pays_code": pays.code, "projet": 1, "volet": volet, "exercice": year, "campagne": campagne}
                self.financing(pays, key, Decimal(region), county, local)
        self.rows["depots"].append(file_row(
            fichier, "accepté", "Aucune erreur.", type_document=f"Dossier de {volet}", pays_code=pays.code, volet=volet, campagne=campagne,
            date_depot=date(campagne, 6, 15) + timedelta(days=int(pays.code)), lu_eur=total, compte_eur=total, ecarte_eur=Decimal(0),
        ))  # fmt: skip
        return fichier

    def financing(self, pays: Pays, key: Row, region: Decimal, county: Decimal, local: Decimal) -> None:
        """The Région, the Département (declared in the first year, hoped for after) and the EPCI."""
        names = {"22": "des Côtes-d'Armor", "29": "du Finistère", "35": "d'Ille-et-Vilaine", "56": "du Morbihan"}
        department, zero = pays.departements[0], Decimal(0)
        declared = county if key["exercice"] == key["campagne"] else zero
        self.rows["financements"] += [
            funding_row(key, "region-bretagne", "Région", "Région Bretagne", region, zero),
            funding_row(key, f"dep-{department}", "Département", f"Département {names[department]}", county, declared),
        ]
        if local:
            name = f"Communauté de communes du {pays.name}"
            self.rows["financements"].append(funding_row(key, f"epci-{pays.code}", "EPCI", name, local, zero))

    def award(self, pays: Pays, volet: str, amount: int, day: date, years: int, signed: bool, posts: int | None = None) -> None:
        """A decision of the commission permanente, and half of it paid where the convention is signed."""
        number = len(self.rows["decisions"]) + 6
        base = {"pays_code": pays.code, "projet": 1, "volet": volet, "fichier": "region/Décisions.xlsx"}
        self.rows["decisions"].append({
            **base, "feuille": "Décisions", "ligne": number, "nature": "attribution", "beneficiaire": CARRIERS.get(pays.code, pays.name),
            "vote_eur": Decimal(amount), "postes_accordes": posts, "premier_exercice": day.year, "duree_ans": years, "date_decision": day,
            "reference": f"CP-{day.year}-{number:03}", "date_convention": day + timedelta(days=30) if signed else None,
            "numero_engagement": f"E{day.year}-{number:03}" if signed else None, "cellule": f"H{number}",
        })  # fmt: skip
        paid = Decimal(amount) / 2 if signed else Decimal(0)
        engaged = Decimal(amount) if signed else Decimal(0)
        self.rows["engagements"].append({
            **self.rows["decisions"][-1], "decision": f"region/Décisions.xlsx|Décisions|{number}", "engage_eur": engaged,
            "mandate_eur": paid, "reste_a_mandater_eur": engaged - paid,
        })  # fmt: skip
        if signed:
            self.rows["mandats"].append({
                **base, "feuille": "Mandats", "ligne": number, "exercice": day.year, "numero_engagement": f"E{day.year}-{number:03}",
                "numero_mandat": f"M{day.year}-{number:03}", "nature": "avance", "date_emission": day + timedelta(days=45),
                "montant_eur": paid, "cellule": f"J{number}",
            })  # fmt: skip


def _status(pays: Pays) -> Row:
    year = AWARDS.get(pays.code)
    actions = {
        "pôle en fonctionnement": "Contrôler le budget réactualisé et préparer le solde de l'annuité.",
        "étude en cours": "Demander au Pays la date de remise de l'étude de préfiguration.",
        "sans démarche": "Aucune : le Pays n'a pas engagé de démarche.",
    }
    return {
        "pays_code": pays.code, "pays": pays.name, "departements": ", ".join(pays.departements), "etape": pays.stage_2010,
        "pole": pays.pole or None, "annuite": 2010 - year + 1 if year else None, "postes": 2 if pays.code == "15" else 1 if year else None,
        "prochaine_action": actions[pays.stage_2010], "echeance": date(2010, 12, 31) if pays.stage_2010 != "sans démarche" else None,
    }  # fmt: skip


_STUDY_REFERENCE = "Fiche action, octobre 2010 : « Financement d'études de préfiguration : 25 000 € maximum »"
_REFERENCE = "Fiche action, octobre 2010 : « 35.000 € par an sur 3 ans par poste de chargé de mission »"


def october_2010() -> Tables:
    """21 Pays: 8 pôles in operation, 6 studies under way, 7 with nothing; a file of each decision, findings of each gravity."""
    made = Campaign()
    for pays in all_pays().values():
        made.rows["suivi_pays"].append(_status(pays))
        if pays.code in AWARDS:
            double = pays.code == "15"
            lines = {c: (label, amount * (2 if double and c in ("641", "645", "631") else 1)) for c, (label, amount) in CHARGES.items()}
            made.dossier(pays, "fonctionnement", [2010, 2011, 2012], 2010, 70000 if double else 35000, lines)
            day = date(2010, 10, 28) if pays.code == "20" else date(AWARDS[pays.code], 6, 5)
            made.award(pays, "fonctionnement", 210000 if double else 105000, day, 3, pays.code != "20", 2 if double else 1)
        elif pays.stage_2010 == "étude en cours":
            made.dossier(pays, "préfiguration", [2010], 2010, 20000, STUDY_CHARGES)
            made.award(pays, "préfiguration", 20000, date(2010, 4, 29), 1, pays.code != "09")
    brest = all_pays()["02"]
    odd = "2009/budget v2 (50 % corrigé) n°1.xlsx"
    made.dossier(brest, "fonctionnement", [2009, 2010], 2009, 35000, CHARGES, updated=(2010,), fichier=odd)
    _troubles(made)
    files = Decimal(len(made.rows["depots"]))
    made.rows["controles"] = [{"controle": "Fichiers trouvés et décidés (nombre)", "attendu": files, "obtenu": files, "ecart": Decimal(0)}]
    return {name: table(name, rows) for name, rows in made.rows.items()}


def _troubles(made: Campaign) -> None:
    """Rejected, replaced and ignored files, and findings as the catalogue words them."""
    rejected = "2010/16 St-Brieuc/Etude préfiguration v2 corrigé.xlsx"
    reserved = "2010/15 Rennes/Dossier fonctionnement.xlsx"
    common = {"type_document": "Dossier de préfiguration", "pays_code": "16", "volet": "préfiguration", "date_depot": date(2010, 9, 30)}
    motif = (
        "2 erreurs : aide à l'étude au-dessus du plafond (Plan de financement, E6) ; budget non équilibré. "
        "La version acceptée auparavant reste comptée."
    )
    made.rows["depots"] += [
        file_row(rejected, "rejeté", motif, erreurs=2, retour=f"retours/{rejected}-corrections.xlsx", lu_eur=Decimal(61000),
                 compte_eur=Decimal(0), ecarte_eur=Decimal(61000), **{**common, "version": 2}),
        file_row("2010/divers/courrier scanné #3.xlsx", "rejeté", "Ce classeur n'est aucun des cinq documents attendus.", erreurs=1,
                 campagne=None, version=None, projet=None),
        file_row("2010/16 St-Brieuc/Etude préfiguration v0.xlsx", "remplacé", "Remplacé par « Dossier préfiguration.xlsx », plus récent.",
                 lu_eur=Decimal(46000), compte_eur=Decimal(0), ecarte_eur=Decimal(0), **{**common, "date_depot": date(2010, 5, 3)}),
        file_row("2010/15 Rennes/Copie de Dossier fonctionnement.xlsx", "ignoré", "Même contenu que « Dossier fonctionnement.xlsx ».",
                 campagne=None, version=None, projet=None),
        file_row("region/Décisions.xlsx", type_document="Décisions Région", projet=None, date_depot=date(2010, 11, 3),
                 lu_eur=Decimal(1465000), compte_eur=Decimal(1465000), ecarte_eur=Decimal(0)),
    ]  # fmt: skip
    for row in made.rows["depots"]:
        if row["fichier"] == reserved:
            motif = "2 avertissements : aide au prorata du temps de travail, SIRET."
            row |= {"decision": "accepté avec réserves", "motif": motif, "avertissements": 2}
    made.rows["constats"] += [
        finding_row("PRE201", rejected, "Plan de financement", "E6", pays_code="16", champ="Montant sollicité", valeur="30 000 €",
                    total="30 000 €", limite="25 000 €", reference=_STUDY_REFERENCE),
        finding_row("BUD301", rejected, "Budget", "C41", pays_code="16", champ="TOTAL DES PRODUITS", valeur="30 000 €", exercice="2010",
                    charges="31 000 €", produits="30 000 €", ecart="1 000 €", manque="il manque 1 000 € de produits"),
        finding_row("FIC004", "2010/divers/courrier scanné #3.xlsx", detail="aucune feuille Identification",
                    attendus=listing(DOCUMENT_TYPES)),
        finding_row("FON202", reserved, "Postes", "H7", pays_code="15", champ="Aide Région demandée", valeur="35 000 €", poste="P2",
                    annuite="1", total="35 000 €", etp="0,8", limite="28 000 €", reference=_REFERENCE),
        finding_row("CEL108", reserved, "Identification", "B9", pays_code="15", champ="SIRET", valeur="23350001600041",
                    detail="sa clé de contrôle est fausse"),
        finding_row("CEL109", reserved, "Budget", "C12", etat="levé", pays_code="15", champ="2010", valeur="35.000 €", lu="35 000 €"),
        finding_row("FIC007", "2010/15 Rennes/Copie de Dossier fonctionnement.xlsx", autre=reserved),
    ]  # fmt: skip


def small_case() -> Tables:
    """Two dossiers, one of them of two campaigns, a vote, a rejected file and two findings: small enough for a golden dump."""
    made = Campaign()
    vannes, dinan = all_pays()["20"], all_pays()["08"]
    short = {"606": ("Autres fournitures", 500), "641": ("Rémunération des personnels", 48750)}
    made.dossier(vannes, "fonctionnement", [2010, 2011], 2010, 35000, short)
    made.dossier(vannes, "fonctionnement", [2009, 2010], 2009, 35000, short, updated=(2010,), fichier="2009/vannes.xlsx")
    made.dossier(dinan, "préfiguration", [2010], 2010, 20000, STUDY_CHARGES)
    made.award(vannes, "fonctionnement", 105000, date(2010, 10, 28), 3, False, 1)
    made.award(dinan, "préfiguration", 20000, date(2010, 4, 29), 1, True)
    made.rows["depots"].append(
        file_row("2010/pas un classeur.xlsx", "rejeté", "Le fichier est protégé par un mot de passe.", erreurs=1, campagne=None)
    )
    made.rows["constats"] += [
        finding_row("FIC002", "2010/pas un classeur.xlsx"),
        finding_row(
            "CEL109", "2010/08 Dinan/Dossier préfiguration.xlsx", "Budget", "C6", pays_code="08", champ="2010", valeur="300", lu="300 €"
        ),
    ]
    _second_try(made, dinan)
    made.rows["suivi_pays"] += [_status(p) for p in (dinan, vannes)]
    made.rows["controles"].append({"controle": "Euros lus (€)", "attendu": Decimal("1.50"), "obtenu": Decimal("1.50"), "ecart": Decimal(0)})
    return {name: table(name, rows) for name, rows in made.rows.items()}


def _second_try(made: Campaign, pays: Pays) -> None:
    """A statement that answers one line, what a second version changed, and the page that is to be sent."""
    dossier, rejected, statement = "2010/08 Dinan/Dossier préfiguration.xlsx", "2010/pas un classeur.xlsx", "2010/CG 22.xlsx"
    key = {"pays_code": pays.code, "projet": 1, "volet": "préfiguration", "exercice": 2010, "financeur_id": "dep-22"}
    made.rows["depots"].append(file_row(
        statement, type_document="État cofinanceur", projet=None, financeur="Département des Côtes-d'Armor", date_depot=date(2010, 9, 1),
        lu_eur=Decimal(1000), compte_eur=Decimal(1000), ecarte_eur=Decimal(0),
    ))  # fmt: skip
    made.rows["votes"].append({
        **key, "fichier": statement, "feuille": "Engagements", "ligne": 2, "financeur": "Département des Côtes-d'Armor",
        "type_financeur": "Département", "campagne": 2010, "vote_eur": Decimal(1000), "cellule": "D2",
        "sous_reserve": False, "etat": "retenu",
    })  # fmt: skip
    for row in made.rows["financements"]:
        if {name: row[name] for name in key} == key:
            row |= {"vote_eur": Decimal(1000), "ecart_eur": Decimal(1000) - row["acquis_eur"], "etat": "écart"}
    made.rows["versions"].append({
        "fichier": rejected, "precedent": dossier, "restent": 0, "nouveaux": 1, "non_verifies": 0, "regles": 1,
        "avant_eur": Decimal(49600), "apres_eur": Decimal(49000), "ecart_eur": Decimal(-600),
    })  # fmt: skip
    for evolution, code, at in (("nouveau", "FIC002", ""), ("réglé", "BUD301", "C41"), ("reste", "CEL109", "C6")):
        found = finding_row(code, rejected, "Budget" if at else "", at, exercice="2010")
        made.rows["versions_constats"].append({**found, "precedent": dossier, "evolution": evolution})
    made.rows["versions_montants"].append({
        "fichier": rejected, "precedent": dossier, "rubrique": "60", "exercice": 2010, "libelle": "Achats", "avant_eur": Decimal(800),
        "apres_eur": Decimal(200), "ecart_eur": Decimal(-600),
    })  # fmt: skip
    made.rows["relances"].append({
        "pays_code": pays.code, "pays": pays.name, "page": "relances/08-pays-de-dinan.html", "motifs": "1 classeur à corriger (1 erreur)",
        "classeurs": 1, "erreurs": 1, "avertissements": 0, "cofinanceurs": 0, "attendu_eur": Decimal(0), "date_limite": date(2010, 12, 21),
    })  # fmt: skip


def many_lines(count: int) -> pl.DataFrame:
    """`count` budget lines at most, 75 a file, from as many files as needed."""
    base = october_2010()["budget"].filter(pl.col("campagne") == 2010).head(75)
    path, files = "2010/{}/dossier {}.xlsx", range(-(-count // 75))
    return pl.concat([base.with_columns(pl.format(path, "pays_code", pl.lit(n)).alias("fichier")) for n in files]).head(count)
