"""`poles inspect`: what the reader saw of a few files, on the terminal. Nothing is judged or written."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flows.terminal import show, show_json
from schemas.documents import sheet_specs
from schemas.parameters import Config
from schemas.reading import Received
from schemas.rules import RULES
from schemas.text import NBSP, count
from workbooks.pool import ReaderPool, ReadingRules

_WIDTH = 100
_SHOWN = 12
"""Addresses named on the terminal; `--json` gives them all."""
_LISTS = (
    ("erreurs", "en erreur"),
    ("illisibles", "de valeur illisible"),
    ("sans_valeur", "formules sans résultat enregistré"),
    ("lignes_masquees", "lignes masquées"),
    ("colonnes_masquees", "colonnes masquées"),
    ("fusions", "fusions qui cachent des valeurs"),
)


def inspect_files(paths: Sequence[Path], config: Config) -> list[dict[str, Any]]:
    """What the reader saw of each file: `fichier`, then `feuilles`, or `refus` (a rule's code) and `message`."""
    with ReaderPool(ReadingRules(sheet_specs(), config.limites), config.execution.processus) as readers:
        return [_facts(path, readers) for path in dict.fromkeys(paths)]


def _facts(path: Path, readers: ReaderPool) -> dict[str, Any]:
    (seen,) = readers.inspect(path.parent, [Received(path.name)])
    if "refus" not in seen:
        return {"fichier": str(path), **seen}
    message, correction = RULES[seen["refus"]].say({"detail": seen["detail"]})
    return {"fichier": str(path), "refus": seen["refus"], "message": message, "correction": correction}


def print_json(inspected: Sequence[dict[str, Any]]) -> None:
    """The same facts for a program."""
    show_json(inspected)


def print_report(inspected: Sequence[dict[str, Any]]) -> None:
    """Each file and its sheets, in lines of at most 100 signs."""
    for facts in inspected:
        show(facts["fichier"])
        if "refus" in facts:
            _print_filled(f"ERREUR {facts['refus']} {facts['message']}", "  ")
            _print_filled(facts["correction"], "  → ")
        for sheet in facts.get("feuilles", ()):
            _print_sheet(sheet)
        show("")


def _print_sheet(sheet: dict[str, Any]) -> None:
    state = "" if sheet["visibilite"] == "visible" else f" ({sheet['visibilite']})"
    _print_filled(f"Feuille « {sheet['feuille']} »{state} : {sheet['plage'] or 'vide'}", "  ")
    numbers = f", dont {count(sheet['nombres'], 'nombre')}, de somme {_number(sheet['somme'])}" if sheet["nombres"] else ""
    if sheet["plage"]:
        _print_filled(count(sheet["cellules"], "cellule remplie", "cellules remplies") + numbers, "    ")
    for key, words in _LISTS:
        if found := sheet[key]:
            more = f" et {len(found) - _SHOWN} de plus" if len(found) > _SHOWN else ""
            _print_filled(f"{words} ({len(found)}) : {', '.join(found[:_SHOWN])}{more}", "    ")


def _number(value: float) -> str:
    """A sum as French writes it, to the last digit that a double holds."""
    return f"{value:,.15g}".replace(",", NBSP).replace(".", ",")


def _print_filled(text: str, indent: str) -> None:
    show(*textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=" " * (len(indent) + 2)))
