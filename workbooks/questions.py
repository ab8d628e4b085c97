"""What a careful colleague would ask of a cell that cannot be read: the question in words, or nothing where the rule says enough."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from schemas.text import NBSP, bare, euros, french_date, listing, normalise
from workbooks.cells import Cell
from workbooks.words import one_line

_PART = r"\d{1,3}(?:[ .]\d{3})+(?:,\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_K = r"(?: ?(?P<k>k) ?(?:€|eur(?:os?)?\b|\b))?"
_AMOUNT = re.compile(rf"(?<![\d,.])(?P<n>{_PART}){_K}", re.IGNORECASE)
_TIMES = re.compile(rf"({_PART}) ?(?:€|euros?)? ?[x×*] ?({_PART}) ?(?:€|euros?)?", re.IGNORECASE)
_UNKNOWN = {
    "nc", "n c", "nd", "n d", "nr", "n r", "n a", "na", "non communique", "non connu", "non renseigne", "inconnu", "pas encore connu",
    "a definir", "a preciser", "a determiner", "a completer", "a venir", "a voir", "en attente", "en cours", "x", "xx", "xxx", "",
}  # fmt: skip
_SAME = re.compile(r"(?:idem|id|ibid|ditto|meme|pareil|comme|voir|cf)\b")


def _value(text: str, thousand: bool = False) -> Decimal:
    text = text.replace(" ", "")
    text = re.sub(r"\.(?=\d{3}(?:\D|$))", "", text).replace(",", ".")
    try:
        return Decimal(text) * (1000 if thousand else 1)
    except InvalidOperation:
        return Decimal(0)


def about_amount(cell: Cell) -> str:
    """A question about an amount that cannot be read."""
    if isinstance(cell, date | datetime):
        return "Cette cellule est au format date : quel est le montant ?"
    if isinstance(cell, bool) or not isinstance(cell, str):
        return ""
    line = one_line(cell)
    words = normalise(line)
    if words in _UNKNOWN:
        return "Ce montant est-il nul, ou pas encore connu ?"
    if _SAME.match(words) or line in ('"', "''", "〃", "″", "//"):
        return "Quel montant faut-il reprendre ici ?"
    if times := _TIMES.search(line):
        return f"Faut-il compter {euros(_value(times[1]) * _value(times[2]))} ?"
    return _about_several(line, words)


def _about_several(line: str, words: str) -> str:
    if doubtful := _DOUBTFUL.fullmatch(line):
        whole = Decimal(doubtful["a"] + (doubtful["b"] or doubtful["c"]))
        other = whole * 1000 if doubtful["k"] else whole / 1000
        return f"Faut-il compter {euros(whole)} ou {euros(other)} ?"
    found = list(_AMOUNT.finditer(line))
    amounts = [_value(part["n"], bool(part["k"])) for part in found]
    if found and re.search(r"\b(?:an|ans|annee|mois|trimestre|semestre)\b", words):
        return "Quel est le montant de l'exercice ?"
    if len(amounts) > 1 and "+" in line:
        return f"Faut-il compter {euros(sum(amounts, Decimal(0)))} en tout, ou écrire une ligne par montant ?"
    if any(amount >= _VAST for amount in amounts):
        return ""
    if len(amounts) == 2 and _EITHER.search(line[found[0].end() : found[1].start()]):
        return f"Faut-il compter {euros(amounts[0])} ou {euros(amounts[1])} ?"
    if len(amounts) == 1 and not re.search(r"[\d$£]", line[: found[0].start()] + line[found[0].end() :]):
        if "%" in line:
            return "De quel montant est-ce le pourcentage ?"
        return "" if found[0]["n"].startswith("0") else f"Est-ce bien {euros(amounts[0])} qu'il faut compter ?"
    return "Ce montant est-il nul, ou pas encore connu ?" if not amounts and line.endswith("?") else ""


_DOUBTFUL = re.compile(
    r"(?P<a>[1-9]\d{0,2})(?:\.(?P<b>\d{3}) ?(?P<k>k) ?(?:€|eur(?:os?)?)|,(?P<c>\d{3}) ?(?:€|eur(?:os?)?)?)", re.IGNORECASE
)
"""`1.250 k€`: 1 250 or 1 250 000 euros? `1,234`: 1 234 or 1.234?"""
_VAST = 10**15
"""No euro amount is as large: nothing is worth asking about one."""
_EITHER = re.compile(r"\b(?:ou|et|à)\b|[/;–-]")


def about_unit(cell: Cell, factor: int) -> str:
    """A question about an amount in euros under a header that announces thousands or millions."""
    (found, *_) = [_value(m["n"]) for m in _AMOUNT.finditer(one_line(str(cell)))] or [Decimal(0)]
    unit = "milliers" if factor == 1000 else "millions"
    return f"La colonne annonce des {unit} d'euros : faut-il compter {euros(found)} ou {euros(found * factor)} ?"


_SHORT_YEAR = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2})")
_FULL = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_EIGHT = re.compile(r"(?:(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)|(?P<d2>\d\d)(?P<m2>\d\d)(?P<y2>(?:19|20)\d\d))")
_PERIODS = re.compile(r"\b(?:trimestre|semestre|saison|quinzaine|annee|exercice|fin|debut|mi|courant|ete|automne|hiver|printemps)\b")
_MONTH_AND_YEAR = re.compile(r"(?:[a-z]+ (?:19|20)\d\d|\d{1,2} (?:19|20)\d\d|(?:19|20)\d\d)")


def about_date(cell: Cell) -> str:
    """A question about a date that cannot be read."""
    if isinstance(cell, date):
        return "De quel jour s'agit-il ?"
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return ""
    line = one_line(cell) if isinstance(cell, str) else str(int(cell)) if cell == cell and abs(cell) < 1e9 and cell == int(cell) else ""
    words = normalise(line)
    if len(re.findall(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}", line)) > 1:
        return "Laquelle de ces dates faut-il retenir ?"
    if short := _SHORT_YEAR.fullmatch(line):
        return _is_it(_day(2000 + int(short[3]), int(short[2]), int(short[1])))
    if full := _FULL.fullmatch(line):
        swapped = _day(int(full[3]), int(full[1]), int(full[2]))
        return _is_it(swapped) or "Ce jour n'existe pas : quelle est la date ?"
    if eight := _EIGHT.fullmatch(line):
        parts = [int(eight[name] or eight[f"{name}2"]) for name in "ymd"]
        return _is_it(_day(*parts))
    if _PERIODS.search(words) or _MONTH_AND_YEAR.fullmatch(words):
        return "De quel jour s'agit-il ?"
    return ""


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _is_it(day: date | None) -> str:
    return f"S'agit-il du {french_date(day)} ?" if day else ""


def about_year(cell: Cell) -> str:
    """A question about an exercice that cannot be read."""
    if isinstance(cell, date | datetime):
        return "Cette cellule est au format date : de quelle année s'agit-il ?"
    if not isinstance(cell, str):
        return ""
    years = re.findall(r"\b(?:19|20)\d\d\b", cell)
    if len(set(years)) > 1:
        return f"S'agit-il de {' ou de '.join(dict.fromkeys(years))} ?"
    return f"S'agit-il de {years[0]} ?" if years else "De quelle année s'agit-il ?"


def about_number(cell: Cell) -> str:
    """A question about a quantity that cannot be read."""
    words = bare(normalise(cell)) if isinstance(cell, str) else ""
    if re.fullmatch(r"(?:mi temp|demi)(?: .*)?|1 2", words):
        return "Est-ce 0,5 ?"
    return "Est-ce 1 ?" if re.fullmatch(r"(?:plein temp|temp plein|temp complet|complet)(?: .*)?", words) else ""


QUESTIONS: dict[str, Callable[[Cell], str]] = {
    "montant": about_amount,
    "date": about_date,
    "annee": about_year,
    "nombre": about_number,
    "entier": about_number,
}


_ANSWERS = re.compile(rf"[0-9{NBSP},]+{NBSP}€|[0-9]{{2}}/[0-9]{{2}}/[0-9]{{4}}|(?<= de )[0-9]{{4}}|(?<=Est-ce )[0-9,]+")


def question(kind: str, cell: Cell) -> dict[str, str]:
    """The facts that a rule adds: the question, after a space, and what it proposes to write; none where there is nothing to ask."""
    asked = QUESTIONS[kind](cell)
    answers = dict.fromkeys(_ANSWERS.findall(asked))
    return ({"question": f" {asked}"} if asked else {}) | ({"cas": "propose", "propose": listing(answers)} if answers else {})
