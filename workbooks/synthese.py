"""The sheet Synthèse: the campaign's key figures, block by block, each with its live total."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from schemas.text import count
from workbooks.sheet import ROWS
from workbooks.style import DECISION_FILLS, EUROS, GREEN, NUMBER, RED, STAGE_FILLS, YEAR, House

NAME = "Synthèse"
TOTAL = "Total"
_MONEY = (
    ("cout_eur", "Coût total"), ("nature_eur", "En nature (86)"), ("demande_eur", "Demandé à la Région"),
    ("autres_eur", "Autres financements"), ("propres_eur", "Ressources propres"),
)  # fmt: skip


@dataclass(frozen=True)
class Block:
    """A block of the sheet: one frame, its first column a word or a year, the others counts or euros.

    `not_added`: columns without a total, where a dossier stands in several rows and adding them up would count it several times.
    """

    view: str
    title: str
    columns: tuple[tuple[str, str], ...]
    fills: Mapping[str, str]
    not_added: tuple[str, ...] = ()


def blocks(campagne: int) -> tuple[Block, ...]:
    """The blocks in the order of the sheet."""
    volets = ("volet", "Volet"), ("dossiers", "Dossiers"), *_MONEY, ("vote_eur", f"Voté en {campagne}")
    years = ("exercice", "Exercice"), ("dossiers", "Dossiers"), *_MONEY
    return (
        Block("synthese_etapes", "Pays par étape", (("etape", "Étape"), ("nombre", "Pays")), STAGE_FILLS),
        Block("synthese_decisions", "Fichiers par décision", (("decision", "Décision"), ("nombre", "Fichiers")), DECISION_FILLS),
        Block("synthese_volets", "Montants par volet, sur toute la durée des dossiers", volets, {}),
        Block("synthese_exercices", "Montants par exercice (un dossier compte dans chacun de ses exercices)", years, {}, ("dossiers",)),
    )


_FIRST = 4


def places(frames: Mapping[str, pl.DataFrame], campagne: int) -> list[tuple[int, Block]]:
    """The blocks with the row of their title: the header stands below it, then a row per row of the frame, then the total."""
    found, row = [], _FIRST
    for block in blocks(campagne):
        found.append((row, block))
        row += frames[block.view].height + 4
    return found


def write_synthese(house: House, frames: Mapping[str, pl.DataFrame], controls: pl.DataFrame) -> None:
    """Write the sheet for the campaign of the configuration."""
    context = house.context
    sheet = house.sheet(NAME)
    sheet.fit_to_pages(1, 1)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 12)
    sheet.set_column(2, 7, 20)
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, f"Synthèse de la campagne {context.campagne} — {context.stamp.lower()}", house.title())
    sheet.write_string(1, 0, context.config.campagne.nom, house.hint())
    _write_controls(house, sheet, controls)
    end = 0
    for row, block in places(frames, context.campagne):
        end = _write_block(house, sheet, row, block, frames[block.view])
    votes = f"Voté en {context.campagne} : décisions de la commission permanente datées de {context.campagne}."
    sheet.write_string(end + 1, 0, f"{votes} Coût total : charges sans le compte 86.", house.hint())


def _write_controls(house: House, sheet: Any, controls: pl.DataFrame) -> None:
    gaps = controls.filter(pl.col("ecart") != 0).height
    if gaps:
        text, colour = f"{count(gaps, 'contrôle')} en écart sur {controls.height} : ne pas utiliser ces chiffres (feuille Contrôles)", RED
    else:
        text, colour = f"Contrôles : les {controls.height} écarts sont à zéro", GREEN
    for column in range(8):
        sheet.write_blank(2, column, None, house.get(bg_color=colour))
    sheet.write_string(2, 0, text, house.get(bg_color=colour, bold=True))


def _write_block(house: House, sheet: Any, row: int, block: Block, frame: pl.DataFrame) -> int:
    """Title, header, rows and total; returns the total's row."""
    sheet.write_string(row, 0, block.title, house.section())
    first, last = row + 2, row + 1 + frame.height
    for place, (name, label) in enumerate(block.columns):
        sheet.write_string(row + 1, place, label, house.header())
        euros = name.endswith("_eur")
        look = {"num_format": EUROS if euros else NUMBER, "align": "right" if euros else "center"}
        for line, value in enumerate(frame[name].to_list(), first):
            if place:
                sheet.write_number(line, place, float(value), house.cell(**look))
            elif isinstance(value, int):
                sheet.write_number(line, 0, value, house.cell(num_format=YEAR, align="left"))
            else:
                sheet.write_string(line, 0, value, house.cell(**_filled(block, value)))
        if not place:
            sheet.write_string(last + 1, 0, TOTAL, house.total())
        elif name in block.not_added:
            sheet.write_blank(last + 1, place, None, house.total())
        else:
            letters = xl_col_to_name(place)
            total = float(Decimal(frame[name].sum() or 0))
            sheet.write_formula(last + 1, place, f"=SUM({letters}{first + 1}:{letters}{last + 1})", house.total(**look), total)
    return last + 1


def _filled(block: Block, value: str) -> dict[str, str]:
    return {"bg_color": block.fills[value]} if value in block.fills else {}


def synthese_sums(frames: Mapping[str, pl.DataFrame], campagne: int) -> dict[str, dict[str, Decimal]]:
    """What reading the sheet back must find, block by block."""
    found = {}
    for block in blocks(campagne):
        frame = frames[block.view]
        sums = {label: Decimal(frame[name].sum() or 0) for name, label in block.columns[1:]}
        found[f"{NAME} · {block.title}"] = {ROWS: Decimal(frame.height)} | sums
    return found
