"""The first sheet of each report, Lisez-moi: what is counted, what each sheet holds, the words, the rules in force, what to beware of."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from schemas.parameters import Parameter
from schemas.text import NBSP, bound, count, euros, french_date, number
from workbooks.report_context import ReportContext
from workbooks.style import House
from workbooks.textcells import height_for, lines_of

NAME = "Lisez-moi"
_LEFT, _RIGHT = 34, 118
Lines = Sequence[tuple[str, str]]

DEFINITIONS: Lines = (
    ("Accepté", "Le fichier est sans erreur : il compte. « Avec réserves » : il compte, avec un avertissement ou une ligne écartée."),
    ("Rejeté", "Le fichier comporte au moins une erreur : il ne compte pas. Un dossier accepté auparavant reste compté."),
    ("Remplacé", "Un fichier plus récent du même dossier a été accepté : seul le plus récent compte."),
    ("Ignoré", "Double exact d'un autre fichier, fichier verrou ou temporaire, format qui n'est pas un classeur."),
    ("Compté", "Euros du fichier qui comptent : lignes du budget (charges et produits), montants votés ou mandatés. Sert aux contrôles."),
    ("Écarté", "Euros lus qui ne comptent pas : fichier rejeté, ligne en erreur, reste d'une rubrique sans sous-ligne qui l'explique."),
    ("Retenu", "La ligne de budget compte dans les totaux (hors comptes 86 et 87, que le cerfa laisse hors total)."),
    ("Réactualisé", "Une campagne plus récente couvre le même exercice : la ligne reste montrée, elle ne compte plus."),
    ("Coût total", "Somme des charges retenues, sans les emplois des contributions volontaires en nature (compte 86)."),
    ("Demandé", "Ce que le plan de financement du dossier demande à la Région : montant sollicité, ou acquis si rien n'est sollicité."),
    ("Voté", "Commission permanente : attributions et avenants, moins les annulations. Vide : aucune décision enregistrée."),
    ("Engagé", "Part du voté dont la convention est signée (date de convention enregistrée), moins ce qui en est annulé."),
    ("Plafond", "Ce que la Région peut accorder au plus : plafond de l'étude, ou plafond par poste × postes × années d'aide."),
    ("Reste à mandater", "Engagé, moins mandaté."),
    ("Écart du coût", "Ce dont le coût total a bougé depuis le dernier arrêté, sinon depuis le passage d'avant (suivi.xlsx, Changements)."),
    ("Mandaté", "Mandats émis, moins les reversements et annulations."),
    ("Confirmé", "Ce que le financeur dit lui-même avoir voté, sans réserve, là où un dossier accepté existe. Pour la Région : ses votes."),
    ("Déclaré", "Acquis selon le dossier, avec date et référence de décision, sans état reçu du financeur."),
    ("Espéré", "Le reste du montant demandé au financeur, ni confirmé ni déclaré, promesses sous réserve comprises ; rien après un refus."),
    ("Versé", "Ce que le financeur dit avoir payé. Pour la Région : ses mandats."),
    ("Sans réponse", "Aucun état du cofinanceur ne couvre cet exercice : il est à demander."),
    ("Réglé", "Le constat de la version d'avant n'est plus fait : c'est corrigé."),
    ("Non vérifié", "Le constat n'est plus fait, mais la nouvelle version ne se lit pas assez pour savoir s'il est réglé."),
    ("Ressources propres", "Produits des comptes autres que 74, sans les contributions en nature (compte 87)."),
    ("Taux Région", "Demandé à la Région, divisé par les produits sans le compte 87."),
)  # fmt: skip


@dataclass(frozen=True)
class Front:
    """What the first sheet says. `words` lists the definitions to print; `notes` what the reader must know of this very run."""

    title: str
    sheets: Lines
    words: tuple[str, ...]
    notes: Sequence[str]


def write_front(house: House, sheet: Any, front: Front, decisions: pl.DataFrame, others: pl.DataFrame) -> None:
    """Fill the first sheet. `decisions` and `others`: number of files by decision, of the campaign and of the other ones."""
    context = house.context
    sheet.fit_to_pages(1, 1)
    sheet.set_column(0, 0, _LEFT)
    sheet.set_column(1, 1, _RIGHT)
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, front.title, house.title())
    sheet.write_string(1, 0, context.config.campagne.nom, house.hint())
    terms = dict(DEFINITIONS)
    blocks: list[tuple[str, Lines]] = [
        ("Ce que montre ce classeur", _facts(context, decisions, others)),
        ("À savoir", [("", note) for note in front.notes]),
        ("Feuilles", front.sheets),
        ("Mots employés", [(word, terms[word]) for word in front.words]),
        (f"Règles en vigueur au {french_date(context.date_arrete)}", rules_in_force(context)),
    ]
    row = 3
    for name, lines in blocks:
        if lines:
            row = _write_block(house, sheet, row, name, lines)


def _write_block(house: House, sheet: Any, row: int, name: str, lines: Lines) -> int:
    sheet.write_string(row, 0, name, house.section())
    sheet.write_blank(row, 1, None, house.section())
    left, right = (lines_of(pl.Series([line[side] for line in lines]), width).to_list() for side, width in enumerate((_LEFT, _RIGHT)))
    for (term, text), *taken in zip(lines, left, right, strict=True):
        row += 1
        sheet.set_row(row, height_for(max(taken)))
        sheet.write_string(row, 0, bound(term), house.cell(bold=True, text_wrap=True))
        sheet.write_string(row, 1, bound(text), house.cell(text_wrap=True))
    return row + 2


def _facts(context: ReportContext, decisions: pl.DataFrame, others: pl.DataFrame) -> Lines:
    counts = [(str(word), int(n)) for word, n in decisions.iter_rows()]
    files = f"{count(sum(n for _, n in counts), 'fichier')}, dont " + ", ".join(f"{_agreed(word, n)}" for word, n in counts)
    elsewhere = int(others["nombre"].sum() or 0)
    facts = [
        ("Arrêté", f"{context.stamp} : l'état de tout ce qui était déposé ce jour-là."),
        ("Campagne", f"{context.campagne} ; les tables de donnees/ portent toutes les campagnes."),
        ("Fichiers de la campagne", files + "."),
    ]
    if elsewhere:
        shown = ", ".join(_agreed(str(word), int(n)) for word, n in others.iter_rows() if n)
        facts.append(("Fichiers d'autres campagnes", f"{count(elsewhere, 'fichier')} ({shown}) : voir donnees/depots.csv."))
    return facts


def _agreed(word: str, n: int) -> str:
    """`2 rejetés`, `1 accepté avec réserves`: the participle agrees."""
    first, _, rest = word.partition(" ")
    return f"{count(n, first)} {rest}".strip()


def rules_in_force(context: ReportContext) -> Lines:
    """Each dated parameter at the day of the arrêté: value, unit, since when, text behind it; or plainly that none is known."""
    parameters = context.config.parametres
    lines = [(parameter.libelle, _rule(parameter, context)) for _, parameter in parameters]
    tolerance = euros(context.config.seuils.tolerance_eur)
    return [*lines, ("Écart admis", f"{tolerance} entre un total annoncé et la somme de ses lignes (cerfa 12156, sans centimes).")]


def _rule(parameter: Parameter, context: ReportContext) -> str:
    value = parameter.at(context.date_arrete)
    if value is None:
        return "Aucune valeur à cette date : la règle n'est pas contrôlée."
    since = f"depuis le {french_date(value.depuis)} ({value.reference} ; vérifié le {french_date(value.verifie_le)})"
    if value.valeur is None:
        return f"Valeur inconnue {since} : la règle n'est pas contrôlée."
    return f"{_grouped(value.valeur)}{NBSP}{parameter.unite} {since}"


def _grouped(value: Decimal) -> str:
    return euros(value).removesuffix(f"{NBSP}€") if value >= 1000 else number(value)
