"""What every template checks while it is filled: answers that are missing, rows left unfinished, numbers written as texts."""

from collections.abc import Callable
from functools import reduce
from operator import add

from schemas.siret import key_holds
from schemas.spec import DOCUMENTS, STATEMENT, Column
from schemas.text import NBSP
from workbooks.template_board import LOOK, MUST, NO_ROW, TODO, UNUSED, WHOLE, Board, Check, listed
from workbooks.template_lists import list_name
from workbooks.template_live import YES, Live, all_of, any_of, count, is_among, is_number, is_text, joined, live, plural

_FINANCER_FIELDS = ("financeur", "type_financeur")
_NUMERIC = ("montant", "nombre", "entier", "annee", "date")


def add_identification(board: Board) -> None:
    """The compulsory answers, and the SIRET."""
    cells = board.cells
    board.section("identification")
    needed = [c for c in cells.fields() if c.required_in(cells.layout.document)]
    blanks = [(c.label, _is_missing(board, c)) for c in needed] + _backing(board)
    board.add(
        Check(
            "Réponses obligatoires",
            any_of(blank for _, blank in blanks),
            joined("Il manque : ", listed((blank, label) for label, blank in blanks), "."),
            right="Toutes les réponses obligatoires sont là.",
            gravity=TODO,
            tall=True,
        )
    )
    if any(c.name == "siret" for c in cells.fields()):
        siret = cells.field("siret")
        told = live("Ce SIRET n'a pas 14 chiffres, ou sa clé est fausse : relisez-le.")
        filled = siret.is_not("")
        sound = "Le SIRET a ses 14 chiffres et sa clé est juste."
        board.add(Check("SIRET", siret_is_wrong(siret), told, filled, sound, "Laissez vide si vous ne l'avez pas.", LOOK, UNUSED))


def siret_is_wrong(cell: Live) -> Live:
    """Whether a cell holds something else than nine digits, or than a SIRET with a sound key (schemas.siret)."""
    digits = "" if cell.value is None else str(cell.value).replace(" ", "").replace(NBSP, "")
    sound = digits.isascii() and digits.isdigit() and (len(digits) == 9 or (len(digits) == 14 and key_holds(digits)))
    d = f'SUBSTITUTE(SUBSTITUTE({cell.text}," ",""),"{NBSP}","")'
    odd, even = (f"MID({d},{{{','.join(str(n) for n in range(start, 15, 2))}}},1)" for start in (1, 2))
    luhn = f"MOD(SUMPRODUCT({odd}*2-9*({odd}*1>4))+SUMPRODUCT({even}*1),10)<>0"
    post = f'AND(LEFT({d},9)="356000000",MOD(SUMPRODUCT({odd}*1)+SUMPRODUCT({even}*1),5)=0)'
    wrong = f"IFERROR(IF(LEN({d})=14,AND({luhn},NOT({post})),OR(LEN({d})<>9,{d}*1<0)),TRUE)"
    return Live(f'AND({d}<>"",{wrong})', bool(digits) and not sound)


def _backing(board: Board) -> list[tuple[str, Live]]:
    """A pôle that leans on a structure names it (IDE204)."""
    fields = {c.name: c for c in board.cells.fields()}
    if not {"mode_creation", "structure_adossement"} <= set(fields):
        return []
    mode, backing = (board.cells.field(name) for name in ("mode_creation", "structure_adossement"))
    return [(fields["structure_adossement"].label, all_of(mode.is_("adossement"), backing.is_("")))]


def _is_missing(board: Board, column: Column) -> Live:
    """Whether a compulsory answer is blank; that of a statement's financer may be given row by row."""
    cells = board.cells
    blank = cells.field(column.name).is_("")
    if cells.layout.document != STATEMENT or column.name not in _FINANCER_FIELDS or not cells.has("engagements", column.name):
        return blank
    started = cells.started("engagements")
    lacking = count(started * cells.column("engagements", column.name).is_(""))
    return all_of(blank, any_of([lacking > 0, count(started).is_(0)]))


def add_rows(board: Board, kind: str) -> None:
    """The rows of a table that lack a compulsory value."""
    cells = board.cells
    document = cells.layout.document
    started = cells.started(kind)
    gaps = [(c.label, count(started * gap)) for c in cells.layout.columns(kind) if (gap := _gap(board, kind, c)) is not None]
    optional = kind in DOCUMENTS[document].optional
    board.add(
        Check(
            "Lignes complètes",
            any_of(n > 0 for _, n in gaps),
            joined("Il manque : ", listed((n > 0, label) for label, n in gaps), "."),
            count(started) > 0,
            "Chaque ligne commencée est complète.",
            "Feuille laissée vide." if optional else NO_ROW,
            # The rows of a compte rendu are often there already: what was spent is still to be written, nothing is wrong.
            gravity=TODO if kind == "realise" else MUST,
            idle=UNUSED if optional else TODO,
            tall=True,
        )
    )


def _gap(board: Board, kind: str, column: Column) -> Live | None:
    """On which rows a compulsory value is missing; None for a column that is never compulsory."""
    cells = board.cells
    blank = cells.column(kind, column.name).is_("")
    if column.required_in(cells.layout.document):
        if column.alternative and cells.has(kind, column.alternative):
            return blank * cells.column(kind, column.alternative).is_("")
        return blank
    volets = [r for r in column.required if r not in DOCUMENTS]
    if volets and cells.has(kind, "volet"):
        return blank * cells.column(kind, "volet").is_(volets[0])
    return None


def add_writing(board: Board) -> None:
    """What no formula counts, on any sheet: numbers and dates written as texts, values that are in no list."""
    board.section(WHOLE)
    found = _by_sheet(board, _texts)
    told = joined("Écrits comme un texte, donc non comptés : ", listed(found), ". Retapez le nombre ou la date, sans rien d'autre.")
    right = "Aucun nombre, aucune date n'est écrit comme un texte."
    board.add(Check("Nombres et dates", any_of(wrong for wrong, _ in found), told, YES, right))
    found = _by_sheet(board, _strangers)
    told = joined("Des valeurs ne sont dans aucune liste : ", listed(found), ". Choisissez-les dans la liste de leur cellule.")
    board.add(Check("Listes", any_of(wrong for wrong, _ in found), told, YES, "Chaque valeur vient de sa liste.", gravity=LOOK))


def _by_sheet(board: Board, counts: Callable[[Board, str], list[Live]]) -> list[tuple[Live, str]]:
    """Whether there is something to say of each sheet where there can be, and its name."""
    layout = board.cells.layout
    found = ((counts(board, kind), layout.title(kind)) for kind in layout.sheets())
    return [(reduce(add, numbers) > 0, title) for numbers, title in found if numbers]


def _strangers(board: Board, kind: str) -> list[Live]:
    """How many values of a sheet are not in their column's list, column by column."""
    cells = board.cells
    if kind == "budget":
        return []
    columns = [c for c in (cells.fields() if kind == "identification" else cells.layout.columns(kind)) if c.choices]
    values = [(cells.field(c.name) if kind == "identification" else cells.column(kind, c.name), c) for c in columns]
    return [count(v.is_not("") * (live(1) - is_among(v, Live(list_name(c) or "", c.choices)))) for v, c in values]


def _texts(board: Board, kind: str) -> list[Live]:
    """How many numbers and dates of a sheet are texts, column by column."""
    cells = board.cells
    if kind == "identification":
        return [count(is_text(cells.field(c.name))) for c in cells.fields() if c.kind in _NUMERIC]
    if kind == "budget":
        last = len(cells.layout.budget) - 1
        return [count(is_text(cells.amounts(0, last, exercice))) for exercice in board.exercices]
    return [count(is_text(cells.column(kind, c.name))) for c in cells.layout.columns(kind) if c.kind in _NUMERIC]


def add_statement(board: Board) -> None:
    """Paid more than voted (COF409)."""
    cells = board.cells
    if not cells.has("engagements", "vote_eur", "verse_eur"):
        return
    voted, paid = (cells.column("engagements", name) for name in ("vote_eur", "verse_eur"))
    more = count(is_number(paid) * (paid > voted))
    told = joined(plural(more, "ligne verse", "lignes versent"), " plus que le montant voté.")
    done = count(cells.started("engagements")) > 0
    board.add(Check("Montants versés", more > 0, told, done, "Rien n'est versé au-delà du vote.", NO_ROW, LOOK, UNUSED))
