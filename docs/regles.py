"""regles.md: every rule of the catalogue."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ecriture import anchor, table

from schemas.rules import GRAVITIES, RULES, Rule

STAGES = {
    "lecture": "à la lecture du fichier",
    "pandera": "au contrôle du fichier",
    "croisement": "au rapprochement de tous les fichiers",
}
EFFECTS = {
    "erreur": "un dossier ou un compte rendu est rejeté en entier ; dans un état cofinanceur ou des décisions, la ligne est écartée "
    "(le fichier est rejeté si l'erreur est dans Identification)",
    "avertissement": "le fichier est compté, avec réserves si l'avertissement ne tient qu'à lui",
    "information": "rien ne change ; c'est dit pour mémoire",
}
FAMILIES = {
    "FIC": "Fichiers",
    "TAB": "Feuilles et colonnes",
    "CEL": "Cellules",
    "IDE": "Identité et dates",
    "PRE": "Préfiguration",
    "FON": "Fonctionnement",
    "BUD": "Budget et plan de financement",
    "PAR": "Partenaires",
    "COF": "Cofinanceurs",
    "DEC": "Décisions de la Région",
    "PUB": "Données ouvertes",
    "REG": "Règles",
}

ROOT = Path(__file__).parent.parent
CHECKING = ("schemas", "workbooks", "budget")
ONLY_CITING = ("rules", "template", "mistakes", "demo", "report")
"""Modules that name rules without raising them: the catalogue, what is written, the faults of the examples."""


@cache
def raised() -> frozenset[str]:
    """The codes that some module raises: a rule of the contract may still wait for its code, and the page says so."""
    paths = (p for package in CHECKING for p in (ROOT / package).rglob("*.py") if not p.stem.startswith(ONLY_CITING))
    nodes = (node for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    return frozenset(n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str) and n.value in RULES)


def rules() -> Iterator[str]:
    """The lines of the page."""
    yield "# Les règles"
    yield ""
    yield "Chaque constat porte le code d'une de ces règles. Les mots entre ‹ › sont remplacés par ceux du fichier."
    yield ""
    yield from table(("Gravité", "Effet"), ((f"**{g}**", EFFECTS[g]) for g in GRAVITIES))
    yield "Les règles de croisement ne changent pas la décision sur un fichier, sauf PRE301 et FON302 (le plus récent est rejeté)."
    yield ""
    yield from table(
        ("Code", "Gravité", "Règle"),
        (
            (f"[{r.code}](#{anchor(r.code)})", r.gravity, r.title + ("" if r.code in raised() else " *(pas encore contrôlée)*"))
            for r in RULES.values()
        ),
    )
    family = ""
    for rule in RULES.values():
        if rule.code[:3] != family:
            family = rule.code[:3]
            yield f"## {FAMILIES[family]}"
            yield ""
        yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    yield f"### {rule.code}"
    yield ""
    yield f"**{rule.title}** – {rule.gravity}, {STAGES[rule.stage]}."
    yield ""
    if rule.code not in raised():
        yield "Cette règle n'est pas encore contrôlée."
        yield ""
    yield f"- Message : {_blanks(rule.message)}"
    yield f"- Correction : {_blanks(rule.correction)}"
    for case in rule.cases.values():
        yield f"- Ou, selon le cas : {_blanks(case)}"
    if rule.parameter:
        yield f"- Paramètre daté : [`{rule.parameter}`](parametres.md#{anchor(rule.parameter)})"
    yield ""


def _blanks(template: str) -> str:
    """A template with its fields shown as ‹field›; those that bring their own space (the nearest names, the cell) are set apart."""
    return template.replace("{proches}", " {proches}").replace("{ici}", " {ici}").replace("  {", " {").replace("{", "‹").replace("}", "›")
