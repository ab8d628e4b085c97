"""`budget-consolide.xlsx`, for the finance department."""

from collections.abc import Mapping
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import polars as pl

from workbooks.front import NAME as FRONT
from workbooks.front import Front, write_front
from workbooks.links import Links, source_links
from workbooks.report_context import ReportContext
from workbooks.sheet import COUNT_UNIT, Col, TableSheet, expected_sums, write_table
from workbooks.style import CONTROL_FILLS, LINE_FILLS, House, new_book
from workbooks.synthese import NAME as SYNTHESE
from workbooks.synthese import synthese_sums, write_synthese

Frames = Mapping[str, pl.DataFrame]
_WORDS = (
    "Accepté", "Rejeté", "Retenu", "Réactualisé", "Coût total", "Demandé", "Voté", "Engagé", "Mandaté", "Confirmé", "Déclaré", "Espéré",
    "Versé", "Ressources propres", "Taux Région",
)  # fmt: skip
_PURPOSES = {
    SYNTHESE: "Chiffres clés de la campagne : Pays par étape, fichiers par décision, montants par volet et par exercice.",
    "Budget consolidé": "Une ligne par ligne de budget et par exercice, toutes campagnes, avec un lien vers la cellule du classeur reçu.",
    "Par Pays": "Une ligne par Pays, projet et volet, toutes campagnes réunies.",
    "Par financeur": "Une ligne par financeur, toutes campagnes réunies.",
    "Contrôles": "Une ligne par contrôle : ce qui est attendu, ce qui est obtenu ; l'écart doit être nul.",
}


def _sheets(context: ReportContext) -> tuple[TableSheet, ...]:
    def to_source(frame: pl.DataFrame) -> Links:
        return source_links(context.inputs_link, frame.select("fichier", "feuille", "cellule").iter_rows())

    lines = TableSheet(
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
            Col("fichier", "Fichier", 50), Col("feuille", "Feuille", 12), Col("cellule", "Cellule", 10, link=to_source),
        ),
        printed=13,
    )  # fmt: skip
    return (lines, *_SUMMARIES)


_SUMMARIES = (
    TableSheet(
        "Par Pays",
        "Une ligne par Pays, projet et volet, toutes campagnes réunies, lignes retenues. Confirmé, déclaré, espéré : tous les financeurs.",
        "par_pays",
        "budget",
        (
            Col("pays", "Pays", 20, "long"), Col("pole", "Pôle", 17, "long"), Col("porteur", "Porteur", 21, "long"),
            Col("volet", "Volet", 15), Col("projet", "Projet", 8, "nombre"), Col("exercices", "Exercices", 11),
            Col("annuite", "Annuité", 9), Col("postes", "Postes", 8, "nombre"), Col("cout_eur", "Coût total", 16, "euros"),
            Col("demande_eur", "Demandé", 16, "euros"), Col("vote_eur", "Voté", 16, "euros"), Col("engage_eur", "Engagé", 16, "euros"),
            Col("mandate_eur", "Mandaté", 16, "euros"), Col("confirme_eur", "Confirmé", 16, "euros"),
            Col("declare_eur", "Déclaré", 16, "euros"), Col("espere_eur", "Espéré", 16, "euros"),
            Col("propres_eur", "Ressources propres", 16, "euros"), Col("taux_region", "Taux Région", 9, "taux"),
        ),
        size=11,
    ),
    TableSheet(
        "Par financeur",
        "Une ligne par financeur, toutes campagnes réunies : dossiers acceptés, états des cofinanceurs et décisions de la Région.",
        "par_financeur",
        "financements",
        (
            Col("type_financeur", "Type de financeur", 22), Col("financeur", "Financeur", 48), Col("nb_pays", "Pays", 9, "nombre"),
            Col("sollicite_eur", "Sollicité", 18, "euros"), Col("acquis_eur", "Acquis", 18, "euros"),
            Col("confirme_eur", "Confirmé", 18, "euros"), Col("declare_eur", "Déclaré", 18, "euros"),
            Col("espere_eur", "Espéré", 18, "euros"), Col("verse_eur", "Versé", 18, "euros"),
        ),
        2,
    ),
    TableSheet(
        "Contrôles",
        "Une ligne par contrôle ; l'écart doit être nul.",
        "controles",
        "controles",
        (
            Col("controle", "Contrôle", 76, "long"), Col("attendu", "Attendu", 20, "montant"), Col("obtenu", "Obtenu", 20, "montant"),
            Col("ecart", "Écart", 18, "montant"), Col("verdict", "Verdict", 12, fills=CONTROL_FILLS),
        ),
    ),
)  # fmt: skip


def write_finance(target: Path | BytesIO, tables: Frames, views: Frames, context: ReportContext) -> None:
    """Write the workbook. `views` come from `budget.views.build_views`; the controls from the table `controles`."""
    frames = _frames(tables, views)
    book = new_book(target, context, "Budget consolidé des pôles ESS")
    try:
        house = House(book, context)
        first = house.sheet(FRONT)
        write_synthese(house, frames, tables["controles"])
        notes: list[str] = []
        for spec in _sheets(context):
            notes += write_table(house, spec, frames[spec.view])
        front = Front("Budget consolidé des pôles ESS", tuple(_PURPOSES.items()), _WORDS, notes)
        write_front(house, first, front, views["synthese_decisions"], views["autres_campagnes"])
    finally:
        book.close()


def expected_finance(tables: Frames, views: Frames, context: ReportContext) -> dict[str, dict[str, Decimal]]:
    """What `verify_report` must find in the workbook."""
    frames = _frames(tables, views)
    return synthese_sums(frames, context.campagne) | expected_sums(_sheets(context), frames)


def _frames(tables: Frames, views: Frames) -> dict[str, pl.DataFrame]:
    label = pl.col("controle").str.to_lowercase()
    counted = label.str.contains("(nombre)", literal=True) | (label.str.contains("fichier|ligne") & ~label.str.contains("€|euro"))
    unit = pl.when(counted).then(pl.lit(COUNT_UNIT)).otherwise(pl.lit("€")).alias("unite")
    verdict = pl.when(pl.col("ecart") == 0).then(pl.lit("à zéro")).otherwise(pl.lit("écart")).alias("verdict")
    return {**views, "controles": tables["controles"].with_columns(unit, verdict)}
