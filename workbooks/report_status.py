"""`suivi.xlsx`, for the Région's staff: the 21 Pays, files and findings, who has not answered, whom to ask, what versions changed."""

from collections.abc import Mapping
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import polars as pl

from schemas.packed import Tables, as_tables
from schemas.tables import STAGES
from workbooks.front import NAME as FRONT
from workbooks.front import Front, write_front
from workbooks.links import link_to
from workbooks.report_context import ReportContext
from workbooks.sheet import Col, TableSheet, expected_sums, write_table
from workbooks.style import DECISION_FILLS, EVOLUTION_FILLS, GRAVITY_FILLS, MATCH_FILLS, STAGE_FILLS, STATE_FILLS, House, new_book

Frames = Mapping[str, pl.DataFrame]
_WORDS = ("Accepté", "Rejeté", "Remplacé", "Ignoré", "Compté", "Écarté", "Sans réponse", "Réglé", "Non vérifié")
_PURPOSES = {
    "Suivi des Pays": "Une ligne par Pays : où il en est, ce que le service doit faire et pour quand.",
    "Dépôts": "Une ligne par fichier reçu, d'abord ceux qui demandent une action : la décision et sa raison.",
    "Cofinanceurs": "Une ligne par Pays, exercice et cofinanceur : ce que le dossier attend, ce que dit l'état reçu, et lequel.",
    "Constats": "Une ligne par constat, les erreurs d'abord : où, pourquoi, que faire, avec un lien vers la cellule du classeur reçu.",
    "Relances": "Une ligne par Pays dont quelque chose est attendu : pourquoi, pour quand, avec un lien vers la page à envoyer.",
    "Changements": "Ce qui a bougé depuis le dernier arrêté, sinon depuis le passage d'avant, et pourquoi : fichier, arbitrage, paramètre.",
    "Versions": "Ce que chaque nouvelle version a changé : constats réglés, restants ou nouveaux, et montants par rubrique.",
}
_STATUS = TableSheet(
    "Suivi des Pays",
    "Une ligne par Pays.",
    "suivi_pays",
    "suivi_pays",
    (
        Col("pays", "Pays", 34), Col("pays_code", "Code", 11), Col("departements", "Départements", 15),
        Col("etape", "Étape", 24, fills=STAGE_FILLS),
        Col("etude", "Étude en cours", 20, "long"), Col("pole", "Pôle", 28, "long"), Col("annuite", "Annuité", 10, "nombre"),
        Col("postes", "Postes", 9, "nombre"), Col("prochaine_action", "Prochaine action", 52, "long"),
        Col("echeance", "Échéance", 13, "date"),
    ),
)  # fmt: skip


def _sheets(context: ReportContext) -> tuple[TableSheet, ...]:
    """The sheets in the contract's order, then what it does not name."""
    to_file, to_return = link_to(context.inputs_link, "fichier"), link_to("", "retour")
    to_source = link_to(context.inputs_link, "fichier", "feuille", "cellule")
    files = TableSheet(
        "Dépôts",
        "Une ligne par fichier de la campagne, ou dont la campagne n'a pas pu être lue.",
        "depots",
        "depots",
        (
            Col("decision", "Décision", 13, "long", fills=DECISION_FILLS), Col("fichier", "Fichier", 28, "long"),
            Col("ouvrir", "Lien", 8, link=to_file),
            Col("type_document", "Document", 16, "long"), Col("envoyeur", "Pays ou cofinanceur", 19, "long"),
            Col("version", "Version", 9, "nombre"), Col("date_depot", "Déposé le", 12, "date"), Col("motif", "Raison", 42, "long"),
            Col("erreurs", "Erreurs", 9, "nombre"), Col("avertissements", "Avertissements", 15, "nombre"),
            Col("compte_eur", "Compté", 16, "euros"), Col("ecarte_eur", "Écarté", 16, "euros"),
            Col("a_renvoyer", "À renvoyer", 12, link=to_return), Col("empreinte_courte", "Empreinte", 14),
        ),
        2,
    )  # fmt: skip
    findings = TableSheet(
        "Constats",
        "Une ligne par constat sur ces fichiers, les erreurs d'abord.",
        "constats",
        "constats",
        (
            Col("gravite", "Gravité", 14, fills=GRAVITY_FILLS), Col("code", "Code", 9), Col("fichier", "Fichier", 24, "long"),
            Col("pays", "Pays", 15, "long"), Col("feuille", "Feuille", 13, "long"), Col("cellule", "Cellule", 9, link=to_source),
            Col("champ", "Champ", 15, "long"), Col("valeur", "Valeur", 15, "long"), Col("limite", "Limite", 10, "long"),
            Col("reference", "Référence", 22, "long"), Col("message", "Message", 42, "long"), Col("correction", "Correction", 34, "long"),
            Col("etat", "État", 9, fills=STATE_FILLS),
        ),
        2,
    )  # fmt: skip
    return (_STATUS, files, _cofinancers(context), findings, _RELANCES, _changes(context), _versions(context))


def _cofinancers(context: ReportContext) -> TableSheet:
    return TableSheet(
        "Cofinanceurs",
        "Une ligne par projet, exercice et cofinanceur, selon les dossiers et les états de la campagne ; la Région n'y est pas.",
        "cofinanceurs",
        "financements",
        (
            Col("pays", "Pays", 24, "long"), Col("volet", "Volet", 14), Col("projet", "Projet", 8, "nombre"),
            Col("exercice", "Exercice", 9, "annee"), Col("type_financeur", "Type", 14, "long"), Col("financeur", "Cofinanceur", 28, "long"),
            Col("sollicite_eur", "Sollicité (dossier)", 16, "euros"), Col("acquis_eur", "Acquis (dossier)", 16, "euros"),
            Col("vote_eur", "Voté (état reçu)", 16, "euros"), Col("verse_eur", "Versé (état reçu)", 16, "euros"),
            Col("ecart_eur", "Écart", 16, "euros"), Col("etat", "Réponse", 14, fills=MATCH_FILLS),
            Col("etat_recu", "État reçu", 34, "long", link=link_to(context.inputs_link, "etat_recu")),
            Col("recu_le", "Déposé le", 12, "date"),
        ),
        2,
    )  # fmt: skip


_RELANCES = TableSheet(
    "Relances",
    "Une ligne par page de relances/, pour la campagne ; un Pays dont rien n'est attendu n'en a pas.",
    "relances",
    "relances",
    (
        Col("pays", "Pays", 30), Col("pays_code", "Code", 8), Col("motifs", "Pourquoi", 62, "long"),
        Col("date_limite", "Réponse avant le", 13, "date"), Col("classeurs", "Classeurs à corriger", 11, "nombre"),
        Col("erreurs", "Erreurs", 9, "nombre"), Col("avertissements", "Avertissements", 15, "nombre"),
        Col("cofinanceurs", "Cofinanceurs sans réponse", 14, "nombre"), Col("attendu_eur", "Montant sans réponse", 16, "euros"),
        Col("page", "Page à envoyer", 40, "long", link=link_to("", "page")),
    ),
)  # fmt: skip


def _changes(context: ReportContext) -> TableSheet:
    return TableSheet(
        "Changements",
        "De chaque euro qui a bougé, ce qui l'a fait bouger. Filtrez une mesure à la fois : elles ne s'additionnent pas.",
        "changements",
        "changements",
        (
            Col("mesure", "Mesure", 22, "long"), Col("pays", "Pays", 24, "long"), Col("volet", "Volet", 14),
            Col("projet", "Projet", 8, "nombre"), Col("exercice", "Exercice", 10, "annee"),
            Col("avant_eur", "Avant", 16, "montant"), Col("apres_eur", "Après", 16, "montant"), Col("ecart_eur", "Écart", 16, "montant"),
            Col("cause", "Cause", 16, "long"), Col("explication", "Explication", 48, "long"), Col("fichier", "Fichier", 30, "long"),
        ),
    )  # fmt: skip


def _versions(context: ReportContext) -> TableSheet:
    to_file, to_former = link_to(context.inputs_link, "fichier"), link_to(context.inputs_link, "precedent")
    to_source = link_to(context.inputs_link, "source", "feuille", "cellule")
    return TableSheet(
        "Versions",
        "Chaque fichier comparé à celui d'avant, de même dossier, compte rendu ou état : une ligne par constat, puis par rubrique changée.",
        "versions",
        "versions_constats",
        (
            Col("fichier", "Fichier", 28, "long", link=to_file), Col("precedent", "Version d'avant", 28, "long", link=to_former),
            Col("envoyeur", "Pays ou cofinanceur", 22, "long"),
            Col("quoi", "Quoi", 15, fills=EVOLUTION_FILLS), Col("gravite", "Gravité", 14, fills=GRAVITY_FILLS), Col("code", "Code", 9),
            Col("feuille", "Feuille", 15, "long"), Col("cellule", "Cellule", 9, link=to_source),
            Col("texte", "Constat, ou exercice et rubrique", 54, "long"),
            Col("avant_eur", "Avant", 16, "euros"), Col("apres_eur", "Après", 16, "euros"), Col("ecart_eur", "Écart", 16, "euros"),
        ),
        2,
    )  # fmt: skip


def write_status(target: Path | BytesIO, tables: Frames, views: Frames, context: ReportContext) -> None:
    """Write the workbook for the campaign of the configuration. `views` come from `budget.views.build_views`."""
    frames = _frames(views)
    book = new_book(target, context, "Suivi des pôles ESS")
    try:
        house = House(book, context)
        first = house.sheet(FRONT)
        notes: list[str] = []
        for spec in _sheets(context):
            remark = _stages(views) if spec is _STATUS else _compared(views) if spec.view == "changements" else ""
            notes += write_table(house, spec, frames, remark)
        front = Front("Suivi des pôles ESS", tuple(_PURPOSES.items()), _WORDS, notes)
        write_front(house, first, front, views["synthese_decisions"], views["autres_campagnes"])
    finally:
        book.close()


def expected_status(tables: Frames, views: Frames, context: ReportContext) -> dict[str, dict[str, Decimal]]:
    """What `verify_report` must find in the workbook."""
    frames = _frames(views)
    return expected_sums(_sheets(context), frames)


def _compared(views: Frames) -> str:
    """What the changes are counted from."""
    names = views["changements"]["reference"].unique().to_list()
    return f"Par rapport à : {names[0]}." if names else "Rien n'a bougé, ou c'est le premier passage."


def _stages(views: Frames) -> str:
    counts = dict(views["synthese_etapes"].iter_rows())
    text = " · ".join(f"{stage} : {counts[stage]}" for stage in reversed(STAGES) if counts.get(stage))
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _frames(views: Frames) -> Tables:
    """The views, with what Dépôts shows in fewer columns: who sent the file, a short link text, the hash that Arbitrages asks for."""
    files = views["depots"].with_columns(
        pl.lit("ouvrir").alias("ouvrir"),
        pl.coalesce("pays", "financeur").alias("envoyeur"),
        pl.when(pl.col("retour").is_not_null()).then(pl.lit("corrections")).alias("a_renvoyer"),
        pl.col("empreinte").str.head(12).alias("empreinte_courte"),
    )
    return as_tables(views).with_tables({"depots": files, "changements": views["changements"].with_columns(unite=pl.lit("€"))})
