"""Writes docs/lecture.md from the messy set, so that the page says what the tests prove. `python -m tests.lecture`, or `make docs`."""

import re
from collections.abc import Iterator
from pathlib import Path

from schemas.rules import RULES
from tests.messy import Mess
from tests.messy_set import ALL, SECTIONS

PAGE = Path(__file__).parent.parent / "docs" / "lecture.md"
_GENERATED = "<!-- Page produite par tests/lecture.py à partir des classeurs d'essai : ne pas la modifier à la main (make docs). -->"
_INTRO = """\
# Ce que le logiciel lit

Les classeurs arrivent comme ils sont. Le logiciel lit ce qu'un collègue attentif lirait ; il dit ce qu'il a compris autrement qu'écrit ; là
où ce collègue devrait demander, il pose la question, à la cellule, et ne suppose rien.

- **Lu** : aucun constat. Le classeur compte tel quel.
- **Montré** : un constat d'*information* donne ce qui est écrit et ce qui a été lu ([CEL109](regles.md#cel109)), ou ce qui a été fait d'une
  mise en forme ([TAB006](regles.md#tab006) à [TAB009](regles.md#tab009)). Il n'y a rien à faire si la lecture est bonne.
- **Question** : un constat d'*erreur*. Un dossier est renvoyé ; dans un état de cofinanceur ou des décisions, seule la ligne est écartée.

Chaque ligne de cette page est un classeur d'essai, relu à chaque test par le chemin complet : les montants lus, les constats et la décision
sont comparés à ce qu'un lecteur attentif en tire. Il y en a {count}."""


def page() -> str:
    """The whole text of the page."""
    return "\n".join([_GENERATED, "", *_lines()]).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield _INTRO.format(count=len(ALL))
    yield ""
    for title, messes in SECTIONS.items():
        yield f"## {title}"
        yield ""
        yield "| Ce qui arrive | Ce qui en est fait | Constats |"
        yield "| --- | --- | --- |"
        for mess in messes:
            yield f"| {_cell(mess.form)} | {_cell(mess.outcome)} | {_codes(mess)} |"
        yield ""


def _cell(text: str) -> str:
    """A text in a table: a bar would end its cell, even in code."""
    return text.replace("|", "\\|")


def _codes(mess: Mess) -> str:
    """The rules that speak, in the catalogue's order, each with a link."""
    said = {match for told in mess.told for match in re.findall(r"[A-Z]{3}\d{3}$", told)}
    return ", ".join(f"[{code}](regles.md#{code.lower()})" for code in RULES if code in said) or "—"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8", newline="\n")
