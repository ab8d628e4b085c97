"""What the template of a dossier checks in its Budget while it is filled: the period, the balance, the totals and the headings."""

from dataclasses import replace
from functools import reduce
from operator import add

from schemas.budget import CHARGES_TOTAL, PRODUITS_TOTAL
from workbooks.template_board import LOOK, UNUSED, Board, Check, listed, per_year
from workbooks.template_layout import BALANCE, IN_KIND_BALANCE
from workbooks.template_live import NO, Live, all_of, any_of, apart, is_number, joined, money, numbers_in, plural, total, when, year_of

EQUAL = "Charges et produits"
_NO_BUDGET = "Aucune charge, aucun produit n'est encore écrit."


def add_period(board: Board) -> None:
    """The dates of the period, and the exercices within it (IDE203)."""
    cells, years = board.cells, board.years()
    if "budget" not in cells.layout.sheets():
        return
    start, end = cells.field("date_debut"), cells.field("date_fin")
    known = all_of(is_number(start), is_number(end))
    used = [_total(board, CHARGES_TOTAL, y) + _total(board, PRODUITS_TOTAL, y) for y in board.exercices]
    outside = [
        when(known, all_of(amount.is_not(0), any_of([year < year_of(start), year > year_of(end)])), NO)
        for year, amount in zip(years, used, strict=True)
    ]
    backwards = when(known, end < start, NO)
    strays = when(
        any_of(outside), joined("Le budget porte des montants hors de la période : ", listed(zip(outside, years, strict=True)), "."), ""
    )
    told = joined(when(backwards, "La date de fin précède la date de début. ", ""), strays)
    right = "Les années du budget qui portent des montants sont dans la période."
    board.add(Check("Période", any_of([backwards, *outside]), told, known, right, "Écrivez les dates de début et de fin."))


def _total(board: Board, compte: str, exercice: int) -> Live:
    return board.cells.amount(board.cells.row(compte), exercice)


def add_budget(board: Board) -> None:
    """The balances, the totals and the headings (BUD301 to BUD304)."""
    board.section("budget")
    main = _balance(board, EQUAL, BALANCE, ("de produits", "de charges"))
    board.add(replace(main, right="Les charges et les produits sont égaux.", todo=_NO_BUDGET, tall=True))
    kind = _balance(board, "Comptes 86 et 87", IN_KIND_BALANCE, ("au compte 87", "au compte 86"))
    board.add(replace(kind, right="Les comptes 86 et 87 sont égaux.", todo="Aucune contribution en nature.", gravity=LOOK, idle=UNUSED))
    for label, compte in (("Total des charges", CHARGES_TOTAL), ("Total des produits", PRODUITS_TOTAL)):
        _add_total(board, label, board.cells.row(compte))
    _add_headings(board)


def _balance(board: Board, label: str, row: str, lacking: tuple[str, str]) -> Check:
    """The figures are those of the Budget's own line; what lacks is said year by year."""
    cells = board.cells
    index = cells.row(row)
    figures = tuple(cells.amount(index, y) for y in board.exercices)
    beside = board.beside(figures)
    above, below = [f > board.tolerance for f in beside], [f + board.tolerance < 0 for f in beside]
    more, less = ([joined("il manque ", money(f), f" {words}") for f in beside] for words in lacking)
    filled = any_of(_total(board, side, y).is_not(0) for side in cells.balanced(row) for y in board.exercices)
    return Check(label, any_of([*above, *below]), per_year(board.years(), (above, more), (below, less)), filled, figures=figures)


def _add_total(board: Board, label: str, index: int) -> None:
    """The figures are what the written total has too much."""
    cells = board.cells
    totals = [cells.amount(index, y) for y in board.exercices]
    figures = tuple(t - cells.summed(index, y) for t, y in zip(totals, board.exercices, strict=True))
    beside = board.beside(figures)
    above, below = [f > board.tolerance for f in beside], [f + board.tolerance < 0 for f in beside]
    more, less = ([joined("il est ", words, money(f)) for f in beside] for words in ("trop grand de ", "trop petit de "))
    told = per_year(board.years(), (above, more), (below, less))
    check = Check(label, any_of([*above, *below]), told, any_of(t.is_not(0) for t in totals), figures=figures)
    board.add(replace(check, right="Le total est la somme des lignes.", todo=_NO_BUDGET, idle=UNUSED))


def _add_headings(board: Board) -> None:
    """How many headings, typed by hand, are not the sum of their sub-lines."""
    cells = board.cells
    headings = [(i, len(r.children)) for i, r in enumerate(cells.layout.budget) if r.children]

    def differing(exercice: int) -> Live:
        parts = ((cells.amount(i, exercice), cells.amounts(i + 1, i + size, exercice)) for i, size in headings)
        return reduce(add, ((numbers_in(p) > 0) * apart(heading, total(p), board.tolerance) for heading, p in parts))

    figures = tuple(map(differing, board.exercices))
    beside = board.beside(figures)
    wrong = [f > 0 for f in beside]
    sentences = [joined(plural(f, "rubrique diffère", "rubriques diffèrent"), " de la somme de ses lignes (en orange)") for f in beside]
    started = any_of(_total(board, c, y).is_not(0) for c in (CHARGES_TOTAL, PRODUITS_TOTAL) for y in board.exercices)
    check = Check("Rubriques", any_of(wrong), per_year(board.years(), (wrong, sentences)), started, figures=figures, counts=True)
    board.add(replace(check, right="Chaque rubrique est la somme de ses lignes.", todo=_NO_BUDGET, gravity=LOOK, idle=UNUSED))


def balance_in_words(board: Board) -> list[Live]:
    """For each exercice, what stands above it in the Budget: « Il manque 1 200 € de produits »."""
    return [_in_words(board, rank, exercice) for rank, exercice in enumerate(board.exercices)]


def _in_words(board: Board, rank: int, exercice: int) -> Live:
    gap = board.figure(EQUAL, rank)
    filled = any_of(_total(board, side, exercice).is_not(0) for side in (CHARGES_TOTAL, PRODUITS_TOTAL))
    even = when(filled, "Équilibré", "À remplir")
    lacking = when(gap + board.tolerance < 0, joined("Il manque ", money(gap), " de charges"), even)
    return when(gap > board.tolerance, joined("Il manque ", money(gap), " de produits"), lacking)
