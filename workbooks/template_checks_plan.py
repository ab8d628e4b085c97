"""What the template of a dossier checks in its plan while it is filled: account 74 type by type, years, statuses, the cap of a study."""

from dataclasses import replace
from functools import reduce
from operator import add

from schemas.financers import OWN_RESOURCES, REGION, TYPES
from schemas.parameters import DatedValue
from schemas.spec import PREFIGURATION
from schemas.text import euros
from workbooks.template_board import LOOK, NO_ROW, UNUSED, Board, Check, per_year, source, unchecked
from workbooks.template_live import any_of, count, is_among, joined, live, money, plural


def add_plan(board: Board, study: DatedValue | None) -> None:
    """The plan against account 74, type by type (BUD305), its years, its statuses (CEL111), and the cap of a study (PRE201)."""
    if board.cells.has("plan", "type_financeur", "exercice", "sollicite_eur", "acquis_eur", "statut"):
        add_years(board, "plan")
        _add_statuses(board)
        if board.cells.layout.document == PREFIGURATION:
            _add_study(board, study)
        for kind in TYPES:
            if kind != OWN_RESOURCES:
                _add_type(board, kind)


def add_years(board: Board, kind: str) -> None:
    """The rows whose exercice is not one of the Budget's: no formula of the Budget counts them."""
    cells = board.cells
    exercice = cells.column(kind, "exercice")
    lost = count(exercice.is_not("") * (live(1) - is_among(exercice, cells.exercices())))
    told = joined(plural(lost, "ligne a", "lignes ont"), " un exercice qui n'est pas dans la feuille Budget : ce n'est pas compté.")
    done = count(exercice.is_not("")) > 0
    board.add(Check("Exercices", lost > 0, told, done, "Chaque exercice est une année de la feuille Budget.", NO_ROW, idle=UNUSED))


def _add_statuses(board: Board) -> None:
    cells = board.cells
    secured, granted = is_among(cells.column("plan", "statut"), cells.secured()), cells.column("plan", "acquis_eur") > 0
    wrong = count(secured * (live(1) - granted) + (live(1) - secured) * granted)
    told = joined(plural(wrong, "ligne a", "lignes ont"), " un statut acquis sans montant acquis, ou l'inverse (en orange).")
    done = count(cells.started("plan")) > 0
    right = "Statuts et montants acquis disent la même chose."
    board.add(Check("Statuts", wrong > 0, told, done, right, NO_ROW, LOOK, UNUSED))


def _add_study(board: Board, cap: DatedValue | None) -> None:
    label = "Aide de la Région à l'étude"
    figures = tuple(board.cells.planned(REGION, year) for year in board.years())
    if cap is None or cap.valeur is None:
        board.add(unchecked(label, figures))
        return
    asked = reduce(add, board.beside(figures))
    told = joined(money(asked), f" demandés ; le plafond est de {euros(cap.valeur)}. ", source(cap))
    right = f"Le plafond de {euros(cap.valeur)} est respecté."
    check = Check(label, asked > cap.valeur, told, asked > 0, right, "Aucune aide n'est encore demandée à la Région.", figures=figures)
    board.add(replace(check, idle=UNUSED, tall=True))


def _add_type(board: Board, kind: str) -> None:
    """One type of financer: the figures are what the plan gives more than the line of account 74."""
    cells, years = board.cells, board.years()
    lines = [cells.subsidy(kind, y) for y in board.exercices]
    figures = tuple(cells.planned(kind, year) - line for year, line in zip(years, lines, strict=True))
    beside = board.beside(figures)
    above, below = [f > board.tolerance for f in beside], [f + board.tolerance < 0 for f in beside]
    more = [joined("le compte 74 a ", money(f), " de moins que le plan") for f in beside]
    less = [joined("le compte 74 a ", money(f), " de plus que le plan") for f in beside]
    told = per_year(years, (above, more), (below, less))
    check = Check(f"Plan moins compte 74 : {kind}", any_of([*above, *below]), told, any_of(x.is_not(0) for x in lines), figures=figures)
    board.add(replace(check, right="Le même montant des deux côtés.", todo="Rien n'est demandé.", idle=UNUSED))
