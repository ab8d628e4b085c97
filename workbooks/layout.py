"""What a sheet's layout does to its values: hidden rows and columns are read and said; merged cells are understood, or asked about."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.finding import Finding
from schemas.spec import Kind
from schemas.text import listing
from workbooks.cells import Cell, address, is_blank, letters, shown
from workbooks.reader import RawSheet
from workbooks.scan import Block

_SUMMED: tuple[Kind, ...] = ("montant", "nombre")
"""What is counted row by row: one figure merged over several rows may be a total or each one's."""


def hidden_content(sheet: RawSheet, rows: Iterable[int], columns: Iterable[int]) -> list[Finding]:
    """TAB006 where rows or columns that were read, or the whole sheet, are hidden. Zero-based."""
    layout = sheet.layout
    if layout.state == "visible" and not layout.hidden_rows and not layout.hidden_columns:
        return []
    columns = sorted(set(columns))
    known = sorted(set(rows))
    lines = sorted({row for first, last in layout.hidden_rows for row in known[bisect_left(known, first) : bisect_right(known, last)]})
    places = [column for column in columns if any(first <= column <= last for first, last in layout.hidden_columns)]
    parts = ["la feuille entière"] if layout.state != "visible" else []
    parts += [_named("la ligne", "les lignes", [str(n + 1) for n in lines], _runs(lines))] if lines else []
    parts += [_named("la colonne", "les colonnes", [letters(n) for n in places], _runs(places))] if places else []
    if not parts:
        return []
    cell = address(lines[0], columns[0]) if lines else address(known[0], places[0]) if places and known else ""
    return [Finding("TAB006", sheet.name, cell, "Contenu masqué", facts={"detail": listing(parts, "et")})]


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """First and last index in `numbers` of each run of neighbours."""
    runs: list[tuple[int, int]] = []
    for index, number in enumerate(numbers):
        if index and number == numbers[index - 1] + 1:
            runs[-1] = runs[-1][0], index
        else:
            runs.append((index, index))
    return runs


_MOST_RUNS = 6


def _named(one: str, several: str, names: Sequence[str], runs: Sequence[tuple[int, int]]) -> str:
    shown_runs = [names[a] if a == b else f"{names[a]} à {names[b]}" for a, b in runs[:_MOST_RUNS]]
    more = [f"{len(runs) - _MOST_RUNS} autres"] if len(runs) > _MOST_RUNS else []
    return f"{one if len(names) == 1 else several} {listing([*shown_runs, *more], 'et')}"


@dataclass
class Overlay:
    """Rows as merged cells mean them, where they differ from the grid; and the cells whose meaning has been asked (unread)."""

    rows: dict[int, list[Cell]] = field(default_factory=dict)
    unread: set[tuple[int, int]] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def unmerged(sheet: RawSheet, first_row: int, kinds: Mapping[int, Kind], labels: Mapping[int, str], *, spreads: bool = True) -> Overlay:
    """What the merged cells of a table mean. `kinds` and `labels` describe its columns; `first_row` is the one below its header.

    A text, a year or a date merged over several lines holds for each of them. A figure merged over several lines, or over several
    amounts of one line, is asked about. A value that a merge hides is read, and said. Without `spreads`, texts hold for their line alone.
    """
    overlay = Overlay()
    for merge in sorted(sheet.layout.merges):
        top, left, bottom, right = merge
        if top >= first_row and top < len(sheet.grid) and (bottom > top or right > left):
            _read_hidden(sheet, merge, kinds, overlay)
            if left in kinds and (spreads or kinds[left] in _SUMMED) and not is_blank(_at(sheet, top, left)):
                _spread(sheet, merge, kinds, labels, overlay)
    return overlay


def _at(sheet: RawSheet, row: int, column: int) -> Cell:
    line = sheet.grid[row] if row < len(sheet.grid) else []
    return line[column] if column < len(line) else ""


def _name(merge: Block) -> str:
    return f"{address(*merge[:2])}:{address(*merge[2:])}"


def _read_hidden(sheet: RawSheet, merge: Block, kinds: Mapping[int, Kind], overlay: Overlay) -> None:
    top, left, bottom, right = merge
    for row in range(top, min(bottom + 1, len(sheet.grid))):
        for column in range(left, min(right + 1, len(sheet.grid[row]))):
            cell = sheet.grid[row][column]
            if (row, column) != (top, left) and column in kinds and not is_blank(cell):
                detail = f"« {shown(cell)} » ({address(row, column)}) est caché par la fusion des cellules {_name(merge)} ; il est lu"
                overlay.findings.append(
                    Finding("TAB007", sheet.name, address(row, column), "Cellules fusionnées", shown(cell), facts={"detail": detail})
                )


def _spread(sheet: RawSheet, merge: Block, kinds: Mapping[int, Kind], labels: Mapping[int, str], overlay: Overlay) -> None:
    top, left, bottom, right = merge
    kind, cell = kinds[left], sheet.grid[top][left]
    lines = [row for row in range(top + 1, min(bottom + 1, len(sheet.grid))) if _is_line(sheet, row, merge, kinds)]
    blank = [row for row in lines if is_blank(_at(sheet, row, left))]
    if kind in _SUMMED:
        across = [c for c in range(left + 1, right + 1) if kinds.get(c) in _SUMMED and is_blank(_at(sheet, top, c))]
        if blank or across:
            what = f"les lignes {top + 1} à {max(lines) + 1}" if blank else f"« {labels[left]} » et « {labels[across[-1]]} »"
            question = f" Ces cellules sont fusionnées ({_name(merge)}) : vaut-il pour {what} en tout, ou pour chaque cellule ?"
            facts = {"valeur": shown(cell), "attendu": "un montant", "cas": "fusion", "question": question}
            overlay.findings.append(Finding("CEL102", sheet.name, address(top, left), labels[left], shown(cell), facts=facts))
            overlay.unread |= {(top, left), *((row, left) for row in blank), *((top, c) for c in across)}
        return
    for row in blank:
        line = overlay.rows.setdefault(row, list(sheet.grid[row]))
        line.extend([""] * (left + 1 - len(line)))
        line[left] = cell
    if blank:
        detail = f"« {shown(cell)} », écrit une fois dans les cellules fusionnées {_name(merge)}, vaut pour chacune de ces lignes"
        overlay.findings.append(Finding("TAB007", sheet.name, address(top, left), labels[left], shown(cell), facts={"detail": detail}))


def _is_line(sheet: RawSheet, row: int, merge: Block, kinds: Mapping[int, Kind]) -> bool:
    """Whether the row holds something of its own in the table, beside that merge."""
    _, left, _, right = merge
    return any(not is_blank(cell) for column, cell in enumerate(sheet.grid[row]) if column in kinds and not left <= column <= right)
