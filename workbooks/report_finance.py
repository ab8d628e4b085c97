"""`budget-consolide.xlsx`, for the finance department."""

from collections.abc import Mapping
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import polars as pl

from schemas.packed import Tables, as_tables
from workbooks.charts import NAME as GRAPHIQUES
from workbooks.charts import chart_sums, write_charts
from workbooks.finance_sheets import finance_sheets
from workbooks.front import NAME as FRONT
from workbooks.front import Front, write_front
from workbooks.report_context import ReportContext
from workbooks.sheet import COUNT_UNIT, expected_sums, write_table
from workbooks.style import House, new_book
from workbooks.synthese import NAME as SYNTHESE
from workbooks.synthese import synthese_sums, write_synthese

Frames = Mapping[str, pl.DataFrame]
_WORDS = (
    "Accepté", "Rejeté", "Retenu", "Réactualisé", "Coût total", "Demandé", "Voté", "Engagé", "Mandaté", "Confirmé", "Déclaré", "Espéré",
    "Versé", "Plafond", "Reste à mandater", "Ressources propres", "Taux Région", "Écart du coût",
)  # fmt: skip
_PURPOSES = {
    SYNTHESE: "Chiffres clés de la campagne : Pays par étape, fichiers par décision, montants par volet et par exercice.",
    "Budget consolidé": "Une ligne par ligne de budget et par exercice, toutes campagnes, avec un lien vers la cellule du classeur reçu.",
    "Par Pays": "Une ligne par Pays, projet et volet, toutes campagnes réunies.",
    "Par financeur": "Une ligne par financeur, toutes campagnes réunies.",
    "Rapprochement": "Chaque ligne des dossiers en regard de celle du financeur, avec un lien vers chacune des deux cellules.",
    "Engagements": "Une ligne par décision de la Région : voté, engagé, mandaté, reste à mandater.",
    "Échéancier": "Ce que la Région paie ou paiera, par projet et par exercice : ferme, demandé, prévision.",
    "Prévision": "Ce qu'ajoute le scénario demandé : études qui deviennent des pôles.",
    "Effet du scénario": "Les demandes que les valeurs du scénario traiteraient autrement.",
    "Soldes": "Ce qui est payé par exercice, et ce qui manque avant de payer le solde.",
    "Comptes rendus": "Prévu, réalisé et écart par compte, selon les comptes rendus retenus.",
    "Dérogations": "Les dérogations enregistrées, en vigueur ou non.",
    "Arbitrages": "Les arbitrages du service sur un fichier, appliqués ou non.",
    GRAPHIQUES: "Trois graphiques, avec leurs chiffres : par exercice, par type de financeur, par année de la prévision.",
    "Contrôles": "Une ligne par contrôle : ce qui est attendu, ce qui est obtenu ; l'écart doit être nul.",
}


def write_finance(target: Path | BytesIO, tables: Frames, views: Frames, context: ReportContext) -> None:
    """Write the workbook. `views` come from `budget.views.build_views`; the controls from the table `controles`."""
    frames = _frames(tables, views)
    book = new_book(target, context, "Budget consolidé des pôles ESS")
    try:
        house = House(book, context)
        first = house.sheet(FRONT)
        write_synthese(house, frames, tables["controles"])
        notes: list[str] = []
        *sheets, controls = finance_sheets(context, forecast=_forecast(tables))
        for spec in sheets:
            notes += write_table(house, spec, frames)
        write_charts(house, frames)
        notes += write_table(house, controls, frames)
        purposes = tuple((name, text) for name, text in _PURPOSES.items() if name in book.sheetnames)
        front = Front("Budget consolidé des pôles ESS", purposes, _WORDS, notes)
        write_front(house, first, front, views["synthese_decisions"], views["autres_campagnes"])
    finally:
        book.close()


def expected_finance(tables: Frames, views: Frames, context: ReportContext) -> dict[str, dict[str, Decimal]]:
    """What `verify_report` must find in the workbook."""
    frames = _frames(tables, views)
    sheets = finance_sheets(context, forecast=_forecast(tables))
    return synthese_sums(frames, context.campagne) | expected_sums(sheets, frames) | chart_sums(frames)


def _forecast(tables: Frames) -> bool:
    """Whether a scenario is played."""
    return bool(tables["previsions"].height or tables["scenario_ecarts"].height)


def _frames(tables: Frames, views: Frames) -> Tables:
    label = pl.col("controle").str.to_lowercase()
    counted = label.str.contains("(nombre)", literal=True) | (label.str.contains("fichier|ligne") & ~label.str.contains("€|euro"))
    unit = pl.when(counted).then(pl.lit(COUNT_UNIT)).otherwise(pl.lit("€")).alias("unite")
    verdict = pl.when(pl.col("ecart") == 0).then(pl.lit("à zéro")).otherwise(pl.lit("écart")).alias("verdict")
    return as_tables(views).with_tables({"controles": tables["controles"].with_columns(unit, verdict)})
