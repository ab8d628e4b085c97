"""What the template of a dossier checks in its posts and partners while it is filled: shares, numbers, caps, families."""

from dataclasses import replace

from schemas.financers import REGION
from schemas.parameters import DatedValue
from schemas.text import euros, number
from workbooks.template_board import LOOK, NO_ROW, UNUSED, Board, Check, listed, per_year, source, unchecked
from workbooks.template_checks_plan import add_years
from workbooks.template_live import (
    all_of,
    any_of,
    count,
    greatest,
    is_first,
    is_number,
    joined,
    live,
    money,
    plural,
    sums_by,
    total_of,
)  # fmt: skip
from workbooks.template_rules import Caps


def add_posts(board: Board, caps: Caps) -> None:
    """The Région's share (BUD306), the number of posts (FON301), the aid (FON201, FON202, FON306) and the annuités (FON302)."""
    if not board.cells.has("postes", "poste", "annuite", "exercice", "etp", "cout_charge_eur", "aide_eur"):
        return
    add_years(board, "postes")
    if board.cells.has("plan", "type_financeur", "exercice"):
        _add_share(board)
    _add_number(board, caps.postes_max)
    _add_aid(board, caps.poste)
    _add_annuities(board, caps.duree)
    _add_cost(board)


def _add_share(board: Board) -> None:
    cells = board.cells
    asked, exercice = cells.column("postes", "aide_eur"), cells.column("postes", "exercice")
    figures = tuple(cells.planned(REGION, year) - total_of(asked, exercice.is_(year)) for year in board.years())
    beside = board.beside(figures)
    above, below = [f > board.tolerance for f in beside], [f + board.tolerance < 0 for f in beside]
    more = [joined("le plan demande ", money(f), " de plus que les postes") for f in beside]
    less = [joined("le plan demande ", money(f), " de moins que les postes") for f in beside]
    done = any_of([count(cells.started("postes")) > 0, count(cells.column("plan", "type_financeur").is_(REGION)) > 0])
    told = per_year(board.years(), (above, more), (below, less))
    right = "La part de la Région est la même dans le plan et dans les postes."
    board.add(
        Check("Région : plan moins postes", any_of([*above, *below]), told, done, right, NO_ROW, idle=UNUSED, figures=figures, tall=True)
    )


def _add_number(board: Board, cap: DatedValue | None) -> None:
    cells = board.cells
    post, exercice, aided = cells.column("postes", "poste"), cells.column("postes", "exercice"), cells.column("postes", "aide_eur") > 0
    first = is_first(joined(post, "|", exercice, "|", aided * 1), post)
    figures = tuple(count(first * aided * exercice.is_(year)) for year in board.years())
    if cap is None or cap.valeur is None:
        board.add(replace(unchecked("Postes aidés", figures), counts=True))
        return
    beside, limit = board.beside(figures), number(cap.valeur)
    wrong = [f > cap.valeur for f in beside]
    told = joined(f"Plus de {limit} postes aidés en ", listed(zip(wrong, board.years(), strict=True)), ". ", source(cap))
    started, right = any_of(f > 0 for f in beside), f"Jamais plus de {limit} postes aidés la même année."
    check = Check("Postes aidés", any_of(wrong), told, started, right, NO_ROW, idle=UNUSED, figures=figures, counts=True)
    board.add(replace(check, tall=True))


def _add_aid(board: Board, cap: DatedValue | None) -> None:
    """The aid of each post and annuité against the cap, and against the cap in proportion to its working time."""
    cells = board.cells
    asked, exercice, etp = (cells.column("postes", name) for name in ("aide_eur", "exercice", "etp"))
    figures = tuple(total_of(asked, exercice.is_(year)) for year in board.years())
    if cap is None or cap.valeur is None:
        board.add(unchecked("Aide par poste et annuité", figures))
        return
    sums = sums_by(asked, cells.column("postes", "poste"), cells.column("postes", "annuite"))
    most = greatest(sums)
    told = joined(money(most), f" pour un poste et une annuité ; le plafond est de {euros(cap.valeur)}. ", source(cap))
    started = count(asked > 0) > 0
    right = f"Le plafond de {euros(cap.valeur)} par poste et par an est respecté."
    check = Check("Aide par poste et annuité", most > cap.valeur, told, started, right, NO_ROW, idle=UNUSED, figures=figures)
    board.add(replace(check, tall=True))
    partial = count(is_number(etp) * (sums > etp * cap.valeur) * (live(1) - (sums > cap.valeur)))
    told = joined(plural(partial, "ligne demande", "lignes demandent"), f" plus que {euros(cap.valeur)} × l'ETP du poste.")
    right = "L'aide est en proportion du temps de travail."
    board.add(Check("Aide et temps de travail", partial > 0, told, started, right, NO_ROW, LOOK, UNUSED))


def _add_annuities(board: Board, cap: DatedValue | None) -> None:
    cells = board.cells
    if cap is None or cap.valeur is None:
        board.add(unchecked("Annuités"))
        return
    annuity = cells.column("postes", "annuite")
    late = count((cells.column("postes", "aide_eur") > 0) * (annuity > cap.valeur))
    told = joined(plural(late, "ligne est", "lignes sont"), f" au-delà de {number(cap.valeur)} annuités. ", source(cap))
    right = f"Aucune annuité au-delà de la {number(cap.valeur)}e."
    board.add(Check("Annuités", late > 0, told, count(annuity.is_not("")) > 0, right, NO_ROW, idle=UNUSED, tall=True))


def _add_cost(board: Board) -> None:
    cells = board.cells
    asked, cost = cells.column("postes", "aide_eur"), cells.column("postes", "cout_charge_eur")
    more = count(is_number(asked) * (asked > cost))
    told = joined(plural(more, "ligne demande", "lignes demandent"), " plus que le coût chargé du poste (en orange).")
    right = "L'aide ne dépasse jamais le coût du poste."
    board.add(Check("Aide et coût", more > 0, told, count(asked > 0) > 0, right, NO_ROW, LOOK, UNUSED))


def add_partners(board: Board, partnership: str) -> None:
    """More than associations among the partners (PAR301, PAR302)."""
    cells = board.cells
    if not cells.has("partenaires", "famille"):
        return
    started = cells.started("partenaires")
    others = count(started * cells.column("partenaires", "famille").is_not("association"))
    some = count(started) > 0
    told = joined("Tous les partenaires sont des associations. ", partnership[:250])
    right = "Les partenaires ne sont pas seulement des associations."
    wrong = all_of(some, others.is_(0))
    board.add(Check("Familles des partenaires", wrong, told, some, right, "Aucun partenaire n'est encore écrit.", LOOK, UNUSED, tall=True))
