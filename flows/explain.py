"""`poles explain`: where a figure of the finance workbook comes from, from the tables of the last run. No Prefect."""

import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from budget.explain import Explanation, explain
from budget.explain_lines import DIVISOR, Part
from budget.views import build_views
from flows.errors import RunError
from flows.steps import Job, inputs_link
from flows.terminal import show, show_json
from schemas.pays import find_pays, nearest_pays
from schemas.tables import TABLES
from schemas.text import count, euros, listing, nearest, normalise, number, visible
from workbooks.cells import address as cell_address
from workbooks.cells import indices
from workbooks.charts import NAME as GRAPHIQUES
from workbooks.charts import places as chart_places
from workbooks.finance_sheets import finance_sheets
from workbooks.front import DEFINITIONS
from workbooks.report_context import ReportContext
from workbooks.sheet import FIRST_ROW, TOTAL_ROW, Col, TableSheet
from workbooks.synthese import NAME as SYNTHESE
from workbooks.synthese import places as synthese_places

_WIDTH = 100
_ADDRESS = re.compile(r"(?:'(?P<quoted>.+)'|(?P<plain>[^!]+))!(?P<cell>\$?[A-Za-z]{1,3}\$?[0-9]{1,7})")
_FIGURES = ("euros", "montant", "nombre", "taux")


class UnknownFigure(Exception):
    """What was asked for is no figure of the workbook; `str()` says why and what there is."""


@dataclass(frozen=True)
class Figure:
    """A figure of the workbook with its explanation: where it stands, its words, and how it is written."""

    place: str
    label: str
    kind: str
    about: str
    explanation: Explanation


@dataclass(frozen=True)
class Placed:
    """A small table of a sheet that holds several: the row of its title, its view, its columns with their labels, those without a total."""

    title: int
    view: str
    columns: tuple[tuple[str, str], ...]
    not_added: tuple[str, ...] = ()

    @property
    def first(self) -> int:
        """The row of its first line."""
        return self.title + 2


def read_tables(job: Job) -> dict[str, pl.DataFrame]:
    """The tables of the last run. Raises RunError where there are none."""
    try:
        return {name: pl.read_parquet((job.outputs / "donnees" / f"{name}.parquet").read_bytes()) for name in TABLES}
    except (OSError, PolarsError):
        raise RunError(
            f"Les tables de « {job.outputs / 'donnees'} » manquent ou sont d'une autre version : lancez « poles run »."
        ) from None


def explain_cell(job: Job, tables: Mapping[str, pl.DataFrame], address: str) -> list[Figure]:
    """The figure of a cell written `Par Pays!I7`; a total is the figures of its column. Raises UnknownFigure."""
    found = _ADDRESS.fullmatch(address.strip())
    if found is None:
        raise UnknownFigure(f"« {address} » n'est pas une cellule : écrivez par exemple « Par Pays!I7 ».")
    views, sheets = _workbook(job, tables)
    name = found["quoted"] or found["plain"]
    row, column = indices(found["cell"].replace("$", "").upper())
    blocks = _blocks(views, job.config.campagne.annee)
    shown = next((s for s in blocks if normalise(s) == normalise(name)), None)
    if shown:
        return _figures_of_block(job, tables, views, shown, blocks[shown], row, column)
    spec = _sheet(sheets, name, blocks)
    if column >= len(spec.columns):
        raise UnknownFigure(f"La feuille « {spec.name} » n'a que {len(spec.columns)} colonnes.")
    wanted = spec.columns[column]
    if wanted.kind not in _FIGURES:
        raise UnknownFigure(f"La colonne « {wanted.label} » de « {spec.name} » ne porte pas de chiffre.")
    frame = views[spec.view]
    if row == TOTAL_ROW:
        return [_figure(job, tables, spec, wanted, frame.row(n, named=True), n) for n in range(frame.height) if frame[wanted.name][n]]
    if not FIRST_ROW <= row < FIRST_ROW + frame.height:
        last = FIRST_ROW + frame.height
        raise UnknownFigure(
            f"La feuille « {spec.name} » a ses lignes de {FIRST_ROW + 1} à {last}, et ses totaux à la ligne {TOTAL_ROW + 1}."
        )
    return [_figure(job, tables, spec, wanted, frame.row(row - FIRST_ROW, named=True), row - FIRST_ROW)]


def explain_pays(job: Job, tables: Mapping[str, pl.DataFrame], pays: str, label: str) -> list[Figure]:
    """The figures of a column of Par Pays for one Pays: one per project and volet. Raises UnknownFigure."""
    code = find_pays(pays)
    if code is None:
        near = listing((f"« {name} »" for name in nearest_pays(pays)), "ou")
        raise UnknownFigure(f"« {pays} » n'est aucun des 21 Pays." + (f" Voulez-vous dire {near} ?" if near else ""))
    views, sheets = _workbook(job, tables)
    spec = next(s for s in sheets if s.view == "par_pays")
    figures = [c for c in spec.columns if c.kind in _FIGURES]
    wanted = next((c for c in figures if normalise(c.label) == normalise(label)), None)
    if wanted is None:
        known = nearest(label, [c.label for c in figures]) or [c.label for c in figures]
        raise UnknownFigure(f"« {label} » n'est aucune colonne chiffrée de « {spec.name} ». Colonnes : {', '.join(known)}.")
    frame = views["par_pays"].with_row_index("_rang").filter(pl.col("pays_code") == code)
    if frame.is_empty():
        raise UnknownFigure("Ce Pays n'a aucune ligne dans « Par Pays » : ni dossier accepté, ni décision, ni mandat.")
    return [_figure(job, tables, spec, wanted, row, int(row["_rang"])) for row in frame.iter_rows(named=True)]


def _workbook(job: Job, tables: Mapping[str, pl.DataFrame]) -> tuple[Mapping[str, pl.DataFrame], tuple[TableSheet, ...]]:
    context = ReportContext(job.config, job.day, inputs_link(job))
    forecast = bool(tables["previsions"].height or tables["scenario_ecarts"].height)
    sheets = tuple(s for s in finance_sheets(context, forecast=forecast) if s.view != "controles")
    return build_views(tables, job.config.campagne.annee), sheets


def _sheet(sheets: tuple[TableSheet, ...], name: str, others: Iterable[str]) -> TableSheet:
    found = next((s for s in sheets if normalise(s.name) == normalise(name)), None)
    if found is None:
        known = ", ".join([*(s.name for s in sheets), *others])
        raise UnknownFigure(f"« {name} » n'est pas une feuille dont les chiffres s'expliquent : {known}.")
    return found


def _blocks(views: Mapping[str, pl.DataFrame], campagne: int) -> dict[str, list[Placed]]:
    """The small tables of the sheets that hold several."""
    charts = [Placed(row, c.view, (c.first, *((name, label) for name, label, _ in c.series))) for row, c in chart_places(views)]
    return {SYNTHESE: [Placed(row, b.view, b.columns, b.not_added) for row, b in synthese_places(views, campagne)], GRAPHIQUES: charts}


def _figures_of_block(
    job: Job, tables: Mapping[str, pl.DataFrame], views: Mapping[str, pl.DataFrame], sheet: str, blocks: list[Placed], row: int, column: int
) -> list[Figure]:
    """The figure of a cell of such a table; its total is the figures of its column. Raises UnknownFigure."""
    inside = (b for b in blocks if b.first <= row <= b.first + views[b.view].height and 0 < column < len(b.columns))
    block = next(inside, None)
    at_total = block is not None and row == block.first + views[block.view].height
    if block is None or (at_total and block.columns[column][0] in block.not_added):
        raise UnknownFigure(f"La cellule {cell_address(row, column)} de « {sheet} » ne porte pas de chiffre.")
    name, label = block.columns[column]
    frame = views[block.view].with_columns(campagne=pl.lit(job.config.campagne.annee))
    ranks = [n for n in range(frame.height) if frame[name][n]] if at_total else [row - block.first]
    kind = "euros" if name.endswith("_eur") else "nombre"
    return [
        Figure(
            f"{sheet}!{cell_address(block.first + n, column)}", label, kind, str(frame[block.columns[0][0]][n]),
            explain(tables, block.view, name, frame.row(n, named=True), job.config.parametres),
        )
        for n in ranks
    ]  # fmt: skip


def _figure(job: Job, tables: Mapping[str, pl.DataFrame], spec: TableSheet, column: Col, row: Mapping[str, Any], rank: int) -> Figure:
    about = " · ".join(str(row[c.name]) for c in spec.columns if row.get(c.name) is not None and c.name in _WHO)
    made = explain(tables, spec.view, column.name, row, job.config.parametres)
    return Figure(f"{spec.name}!{cell_address(rank + FIRST_ROW, spec.columns.index(column))}", column.label, column.kind, about, made)


_WHO = ("pays", "volet", "projet", "exercice", "type_financeur", "financeur", "nature", "reference", "compte", "libelle")


def written(value: Decimal | None, kind: str) -> str:
    """A figure as the sheet shows it."""
    if value is None:
        return "vide"
    if kind == "taux":
        return f"{number((value * 100).quantize(Decimal('0.1')))} %"
    return euros(value) if kind in ("euros", "montant") else number(value)


def print_figures(figures: list[Figure]) -> None:
    """The figures, each with its lines, in lines of at most 100 signs."""
    for figure in figures:
        made = figure.explanation
        show(f"{figure.place} – {figure.label} : {written(made.amount, figure.kind)}", *_wrapped(figure.about, "  "))
        meaning = dict(DEFINITIONS).get(figure.label)
        show(*_wrapped(meaning, "  ") if meaning else ())
        if made.amount is None:
            show("  Rien n'est connu : la cellule est vide.")
        _print_parts("Ce qui le compose", made.parts, "euros" if figure.kind == "taux" else figure.kind)
        for text in made.texts:
            show(*_wrapped(text, "  § "))
        _print_parts("Ce qui n'y est pas, et pourquoi", made.left_out, "euros")
        show("")


def _print_parts(title: str, parts: tuple[Part, ...], kind: str) -> None:
    if not parts:
        return
    show(f"  {title} ({count(len(parts), 'ligne')}) :")
    for part in parts:
        sign = "÷ " if part.role == DIVISOR else ""
        where = " › ".join(filter(None, (part.file, part.sheet)))
        place = f" [{where}{' ' + part.cell if part.cell else ''}]" if where else ""
        show(*_wrapped(f"{sign}{written(part.amount, kind):>16}  {part.text}{place}", "    ", "                      "))


def _wrapped(text: str, start: str, rest: str = "    ") -> list[str]:
    return textwrap.wrap(visible(text), _WIDTH, initial_indent=start, subsequent_indent=rest, drop_whitespace=True)


def print_json(figures: list[Figure]) -> None:
    """The same facts for a program."""

    def parts(found: tuple[Part, ...]) -> list[dict[str, str]]:
        return [
            {"montant": str(p.amount), "role": p.role, "texte": p.text, "fichier": p.file, "feuille": p.sheet, "cellule": p.cell}
            for p in found
        ]

    show_json(
        [
            {
                "cellule": f.place, "colonne": f.label, "ligne": f.about,
                "montant": None if f.explanation.amount is None else str(f.explanation.amount), "calcule": str(f.explanation.computed()),
                "lignes": parts(f.explanation.parts), "textes": list(f.explanation.texts), "ecarte": parts(f.explanation.left_out),
            }
            for f in figures
        ]
    )  # fmt: skip
