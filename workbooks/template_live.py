"""Formulas that know what they give: each operation writes the formula and works out its result, as Excel and LibreOffice do.

    asked = Live("Postes!$H$5:$H$6", (35000, None))
    count(asked > 30000)          # Live("SUMPRODUCT(1*(Postes!$H$5:$H$6>30000))", 1)

A value is one cell's, or a tuple: a range's. Only functions that both programs know, and that need no array entry, are used here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import repeat
from typing import Any, Final, TypeAlias

from schemas.text import NBSP, euros


class _Error:
    """What a cell in error gives, and a formula that uses one, or counts with a text."""


ERROR: Final = _Error()
Scalar: TypeAlias = str | int | Decimal | bool | date | _Error | None
_LITERAL = 255
"""Excel refuses a longer text inside a formula."""
_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True, eq=False)
class Live:
    """A formula without its « = », and what it gives."""

    text: str
    value: Scalar | tuple[Scalar, ...]

    def __mul__(self, other: "Term") -> "Live":
        return _both(self, "*", other, lambda a, b: _number(a) * _number(b))

    def __add__(self, other: "Term") -> "Live":
        return _both(self, "+", other, lambda a, b: _number(a) + _number(b))

    def __sub__(self, other: "Term") -> "Live":
        return _both(self, "-", other, lambda a, b: _number(a) - _number(b))

    def __gt__(self, other: "Term") -> "Live":
        return _both(self, ">", other, lambda a, b: _order(a, b) > 0)

    def __lt__(self, other: "Term") -> "Live":
        return _both(self, "<", other, lambda a, b: _order(a, b) < 0)

    @property
    def one(self) -> Scalar:
        """What a single cell gives."""
        return self.value[0] if isinstance(self.value, tuple) else self.value

    def is_(self, other: "Term") -> "Live":
        """Whether both are the same; a blank cell is the same as an empty text and as 0."""
        return _both(self, "=", other, lambda a, b: _order(a, b) == 0)

    def is_not(self, other: "Term") -> "Live":
        """Whether they differ."""
        return _both(self, "<>", other, lambda a, b: _order(a, b) != 0)


Term: TypeAlias = Live | str | int | Decimal
NO = Live("FALSE", False)
YES = Live("TRUE", True)


def live(term: Term) -> Live:
    """A constant as a formula writes it."""
    if isinstance(term, Live):
        return term
    if isinstance(term, str):
        if len(term) > _LITERAL:
            raise ValueError(term)
        return Live('"' + term.replace('"', '""') + '"', term)
    return Live(f"{term}", term)


def _both(a: Term, sign: str, b: Term, work: Callable[[Any, Any], Any]) -> Live:
    left, right = live(a), live(b)
    return Live(f"({left.text}{sign}{right.text})", _each(work, left.value, right.value))


def _each(work: Callable[..., Any], *values: Any) -> Any:
    """Apply to the cells of ranges of one size, a single value serving for each."""
    sizes = {len(v) for v in values if isinstance(v, tuple)}
    if not sizes:
        return _once(work, *values)
    (size,) = sizes
    columns = [v if isinstance(v, tuple) else tuple(repeat(v, size)) for v in values]
    # Most rows of a range are blank, so hold the very same objects: what they give is worked out once.
    keys = list(zip(*(map(id, column) for column in columns), strict=True))
    known = {key: _once(work, *row) for key, row in dict(zip(keys, zip(*columns, strict=True), strict=True)).items()}
    return tuple(map(known.__getitem__, keys))


def _once(work: Callable[..., Any], *values: Any) -> Any:
    """Apply to single values; an error, or a text that should be a number, gives an error."""
    if ERROR in values:
        return ERROR
    try:
        return work(*values)
    except TypeError:
        return ERROR


def _over(work: Callable[..., Any], *items: Live) -> Any:
    """Apply to whole ranges: a cell in error gives an error."""
    ranges = [_cells(item) for item in items]
    return ERROR if any(ERROR in cells for cells in ranges) else _once(work, *ranges)


def _cells(item: Live) -> tuple[Scalar, ...]:
    return item.value if isinstance(item.value, tuple) else (item.value,)


def _number(value: Any) -> Decimal:
    """A number, a truth, a blank or a day. Raises TypeError for a text."""
    if isinstance(value, str):
        raise TypeError(value)
    return Decimal((value - _EPOCH).days if isinstance(value, date) else value or 0)


def _order(a: Any, b: Any) -> int:
    """Below, at or above 0, as spreadsheets sort: numbers and days, then texts (without case), then truths."""
    one, other = _comparable(a, b), _comparable(b, a)
    return (one > other) - (one < other)


def _comparable(value: Any, other: Any) -> tuple[int, Any]:
    if value is None:
        value = "" if isinstance(other, str) else 0
    if isinstance(value, str):
        return 1, value.casefold()
    return (2 if isinstance(value, bool) else 0), _number(value)


def _counts(value: Any) -> bool:
    """Whether the cell holds a number or a day."""
    return value is not None and not isinstance(value, str | bool | _Error)


def is_number(item: Live) -> Live:
    """ISNUMBER, cell by cell: days are numbers."""
    told = tuple(map(_counts, _cells(item)))
    return Live(f"ISNUMBER({item.text})", told if isinstance(item.value, tuple) else told[0])


def is_text(item: Live) -> Live:
    """ISTEXT, cell by cell."""
    told = tuple(isinstance(v, str) for v in _cells(item))
    return Live(f"ISTEXT({item.text})", told if isinstance(item.value, tuple) else told[0])


def total(item: Live) -> Live:
    """The sum of a range; texts count for nothing."""
    return Live(f"SUM({item.text})", _over(lambda cells: sum(map(_number, filter(_counts, cells)), Decimal(0)), item))


def numbers_in(item: Live) -> Live:
    """How many cells of a range hold a number."""
    return Live(f"COUNT({item.text})", sum(map(_counts, _cells(item))))


def total_of(amounts: Live, where: Live) -> Live:
    """The sum of the amounts of the rows where that is true; texts count for nothing."""

    def work(cells: tuple[Any, ...], truths: tuple[Any, ...]) -> Decimal:
        return sum((_number(a) * _number(t) for a, t in zip(cells, truths, strict=True) if _counts(a)), Decimal(0))

    return Live(f"SUMPRODUCT(1*{where.text},{amounts.text})", _over(work, amounts, where))


def count(where: Live) -> Live:
    """On how many rows that is true."""
    return Live(f"SUMPRODUCT(1*{where.text})", _over(lambda truths: int(sum(map(_number, truths))), where))


def count_where(cells: Live, wanted: str) -> Live:
    """How many cells of a range hold that text."""
    return Live(f"COUNTIF({cells.text},{live(wanted).text})", sum(v == wanted for v in _cells(cells)))


def greatest(item: Live) -> Live:
    """The greatest of computed numbers."""
    return Live(f"SUMPRODUCT(MAX({item.text}))", _over(lambda cells: max(map(_number, cells)), item))


def sums_by(amounts: Live, *keys: Live) -> Live:
    """For each row, the sum of the amounts of the rows that bear the same keys; 0 where a key is blank."""
    rows = [_key(cells) for cells in zip(*(_cells(k) for k in keys), strict=True)]
    sums: dict[tuple[Any, ...], Any] = {}
    for value, row in zip(_cells(amounts), rows, strict=True):
        sums[row] = _once(
            lambda a, b: a + b, sums.get(row, Decimal(0)), ERROR if value is ERROR else _number(value) if _counts(value) else 0
        )
    pairs = ",".join(f"{k.text},{k.text}" for k in keys)
    return Live(f"SUMIFS({amounts.text},{pairs})", tuple(Decimal(0) if None in row else sums[row] for row in rows))


def _key(cells: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(c.casefold() if isinstance(c, str) else c for c in cells)


def is_first(keys: Live, column: Live) -> Live:
    """For each row, whether none above bears the same key; `column` is a range of the same rows."""
    cells = _key(_cells(keys))
    where = f"(MATCH({keys.text},{keys.text},0)=ROW({column.text})-MIN(ROW({column.text}))+1)"
    return Live(where, tuple(cells.index(c) == i for i, c in enumerate(cells)))


def is_among(item: Live, known: Live) -> Live:
    """Whether each cell is one of a list's."""
    listed = set(_key(_cells(known)))
    return Live(f"ISNUMBER(MATCH({item.text},{known.text},0))", _each(lambda v: v is not None and _key([v])[0] in listed, item.value))


def joined(*parts: Term) -> Live:
    """Texts and whole numbers one after the other."""
    items = [live(p) for p in parts]
    return Live("&".join(i.text for i in items), _each(lambda *v: "".join(map(_written, v)), *(i.value for i in items)))


def _written(value: Any) -> str:
    return "" if value is None else str(int(value)) if isinstance(value, bool | int | Decimal) else str(value)


def when(condition: Live, then: Term, otherwise: Term) -> Live:
    """One thing or the other."""
    yes, no = live(then), live(otherwise)
    value = ERROR if condition.value is ERROR else yes.value if condition.value else no.value
    return Live(f"IF({condition.text},{yes.text},{no.text})", value)


def any_of(conditions: Iterable[Live]) -> Live:
    """Whether one of them holds, in any row."""
    found = list(conditions)
    value = _over(lambda *ranges: any(map(any, ranges)), *found)
    return Live(f"OR({','.join(c.text for c in found)})", value)


def all_of(*conditions: Live) -> Live:
    """Whether all of them hold."""
    return Live(f"AND({','.join(c.text for c in conditions)})", _over(lambda *ranges: all(map(all, ranges)), *conditions))


def apart(a: Live, b: Live, tolerance: Term) -> Live:
    """Whether two amounts differ by more than is tolerated."""
    gap = a - b
    return Live(f"(ABS({gap.text})>{live(tolerance).text})", _each(lambda g, t: abs(g) > t, gap.value, live(tolerance).value))


def money(amount: Live) -> Live:
    """An amount without its sign, as French people write it; cents only where there are some."""
    x = amount.text
    shown = f'FIXED(ABS({x}),IF(ROUND({x},2)=ROUND({x},0),0,2))&"{NBSP}€"'
    return Live(shown, _each(lambda v: euros(abs(_number(v)).quantize(Decimal("0.01"), ROUND_HALF_UP)), amount.value))


def plural(number: Live, noun: str, nouns: str = "") -> Live:
    """`1 ligne`, `2 lignes`."""
    return joined(number, when(number > 1, f" {nouns or noun + 's'}", f" {noun}"))


def year_of(day: Live) -> Live:
    """The year of a day; 1899 for a blank, as spreadsheets say."""
    return Live(f"YEAR({day.text})", _each(_year, day.value))


def _year(value: Any) -> int:
    return (value if isinstance(value, date) else _EPOCH + timedelta(int(_number(value)))).year


def trimmed(text: Live) -> Live:
    """A text without the spaces at its ends."""
    return Live(f"TRIM({text.text})", _each(lambda v: v.strip(), text.value))


def after(text: Live, signs: int) -> Live:
    """A text without its first signs."""
    return Live(f"MID({text.text},{signs + 1},999)", _each(lambda v: v[signs:], text.value))


def or_else(item: Live, otherwise: Term) -> Live:
    """What to give where a cell that the formula uses is in error."""
    return Live(f"IFERROR({item.text},{live(otherwise).text})", live(otherwise).value if item.value is ERROR else item.value)


def first_beside(told: Live, states: Live, wanted: str) -> Live:
    """The text beside the first state that is the one wanted; used only where there is one."""
    found = dict(zip(reversed(_cells(states)), reversed(_cells(told)), strict=True)).get(wanted, ERROR)
    return Live(f"INDEX({told.text},MATCH({live(wanted).text},{states.text},0))", found)
