"""Dossiers, statements and decisions for the tests of money, as grids of cells: a balanced dossier around any financing plan."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from schemas.financers import OWN_RESOURCES
from tests.grids import at, identification, sheet
from workbooks.reader import RawSheet

PLAN = (
    "Type de financeur",
    "Financeur",
    "SIRET",
    "Exercice",
    "Montant sollicité",
    "Montant acquis",
    "Statut",
    "Date de décision",
    "Référence",
)
Line = Sequence[Any]


def asked(kind: str, name: str, amount: Any, *, year: int = 2010, siret: str | None = None) -> Line:
    """A line of the plan that is asked for."""
    return [kind, name, siret, year, amount, None, "sollicité", None, None]


def secured(
    kind: str, name: str, amount: Any, *, year: int = 2010, day: date | None = date(2010, 5, 10), reference: str | None = "D-1",
    statut: str = "voté", counted: float | None = None,
) -> Line:  # fmt: skip
    """A line that is secured, by default with a date and a reference."""
    return [kind, name, None, year, amount if counted is None else counted, amount, statut, at(day) if day else None, reference]


def funded(
    lines: Sequence[Line], *, pays: str = "Pays de Vannes", campaign: int = 2010, depot: date = date(2010, 6, 15), project: int = 1,
    cost: float | None = None,
) -> list[RawSheet]:  # fmt: skip
    """A Dossier de préfiguration with this plan. What the lines bring, by type and exercice, is in its budget, paid for by charges.

    `cost`: the charges of each exercice, own resources making up the rest.
    """
    years = sorted({line[3] for line in lines} | {campaign})
    brought: Counter[tuple[str, int]] = Counter()
    for kind, _, _, year, wanted, got, statut, *_ in (line for line in lines if line[0] != OWN_RESOURCES):
        brought[kind, year] += (
            _cents(got) if statut in ("voté", "conventionné", "versé") else 0 if statut == "refusé" else _most(wanted, got)
        )
    total = {year: sum(cents for (_, y), cents in brought.items() if y == year) for year in years}
    own = {year: max(round((cost or 0) * 100) - total[year], 0) for year in years}
    kinds = sorted({kind for kind, _ in brought})
    budget = [
        ["Compte", "Libellé", *years],
        [604, "Prestations de services", *((total[y] + own[y]) / 100 for y in years)],
        *([74, kind, *(brought[kind, y] / 100 for y in years)] for kind in kinds),
        ["RP", "Ressources propres", *(own[y] / 100 for y in years)],
    ]
    return [
        identification(
            "Dossier de préfiguration", Campagne=campaign, Date_de_dépôt=at(depot), Pays=pays, Projet=project,
            Structure_porteuse="Association exemple", Date_de_début=at(date(min(years), 1, 1)), Date_de_fin=at(date(max(years), 12, 31)),
        ),
        sheet("Budget", budget),
        sheet("Plan de financement", [PLAN, *lines]),
        sheet("Partenaires", [["Partenaire", "Famille"], ["Coopérative exemple", "coopérative"]]),
    ]  # fmt: skip


def _cents(amount: Any) -> int:
    return round(float(str(amount or 0).split(" ")[0]) * 100)


def _most(wanted: Any, got: Any) -> int:
    return max(_cents(wanted), _cents(got))


def answer(
    rows: Sequence[Line], *, name: str | None = "CG 56", kind: str | None = "Département", campaign: int = 2010,
    depot: date = date(2010, 9, 1), siret: str | None = None,
) -> list[RawSheet]:  # fmt: skip
    """An État cofinanceur about studies. Rows: Pays, exercice, voted, paid, and if need be the day of the vote, the financer, its type."""
    head = ["Pays", "Volet", "Exercice", "Montant voté", "Montant versé", "Date de délibération", "Financeur", "Type de financeur"]
    lines = []
    for pays, year, voted, paid, *more in rows:
        day, *who = [*more, None, None, None][:3]
        lines.append([pays, "préfiguration", year, voted, paid, at(day) if day else None, *who])
    labels = {
        "Campagne": campaign,
        "Date_de_dépôt": at(depot),
        "Financeur": name,
        "Type_de_financeur": kind,
        "SIRET": siret,
    }
    return [identification("État cofinanceur", **labels), sheet("Engagements", [head, *lines])]


def voted(
    rows: Sequence[Line], *, payments: Sequence[Line] = (), steps: Sequence[Line] = (), depot: date = date(2010, 11, 2)
) -> list[RawSheet]:
    """A Décisions Région about studies of Pays de Vannes unless a Pays is given.

    Rows: nature, amount, first exercice, years, day, and if need be reference, day of the convention, number, Pays. Payments: exercice,
    number of the mandat, nature, amount, and if need be the engagement's number, the Pays. Steps: étape, day.
    """
    head = ["Pays", "Volet", "Nature", "Montant voté", "Premier exercice", "Durée (années)", "Date de décision", "Référence"]
    lines = []
    for nature, amount, first, years, day, *more in rows:
        reference, signed, number, pays = [*more, None, None, None, None][:4]
        where = pays or "Pays de Vannes"
        lines.append([where, "préfiguration", nature, amount, first, years, at(day), reference, at(signed) if signed else None, number])
    paid = []
    for year, mandat, nature, amount, *more in payments:
        number, pays = [*more, None, None][:2]
        paid.append([pays or "Pays de Vannes", "préfiguration", year, number, mandat, nature, at(date(year, 12, 1)), amount])
    sheets = [identification("Décisions Région", Campagne=2010, Date_de_dépôt=at(depot))]
    sheets.append(sheet("Décisions", [[*head, "Date de convention", "N° d'engagement"], *lines]))
    sheets.append(sheet("Étapes", [["Pays", "Étape", "Date"], *(["Pays de Vannes", step, at(day)] for step, day in steps)]))
    names = ["Pays", "Volet", "Exercice", "N° d'engagement", "N° de mandat", "Nature", "Date d'émission", "Montant"]
    sheets.append(sheet("Mandats", [names, *paid]))
    return sheets
