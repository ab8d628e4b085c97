"""Whole documents as grids of cells, without Excel: what the reader would hand to `extract`. Everything in them is invented."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from budget.pipeline import Checked, check_readings, make_tables
from schemas.documents import sheet_specs
from schemas.packed import Tables
from schemas.parameters import Config, load_config
from schemas.reading import Reading, Received
from workbooks.amend import extract_amended
from workbooks.extract import extract
from workbooks.reader import RawSheet

ROOT = Path(__file__).parent.parent
CONFIG: Config = load_config(ROOT / "config.toml")
SPECS = sheet_specs()
DAY = date(2010, 11, 30)
Rows = Sequence[Sequence[Any]]


def sheet(name: str, rows: Rows) -> RawSheet:
    """A sheet whose rows start at A1; None is a blank cell."""
    return RawSheet(name, [["" if cell is None else cell for cell in row] for row in rows])


def at(day: date) -> datetime:
    """A day as the reader gives it."""
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001


def identification(document: str, **labels: Any) -> RawSheet:
    """An Identification sheet; labels are written as given, `_` for a space."""
    rows = [["Type de document", document], *([label.replace("_", " "), value] for label, value in labels.items())]
    return sheet("Identification", rows)


def study(
    pays: str = "Pays de Dinan", asked: Any = 20000, *, own: Any = 5000, campaign: int = 2010, depot: date = date(2010, 6, 15),
    version: int = 1, project: int = 1, carrier: str = "Association exemple", statut: str = "sollicité", acquis: Any = None,
    heading: Any = None,
) -> list[RawSheet]:  # fmt: skip
    """A balanced Dossier de préfiguration: the Région's aid and own resources pay for a study."""
    total = asked + own
    budget: list[list[Any]] = [["Compte", "Libellé", campaign]]
    if heading is not None:
        budget.append([60, "Achats", heading])
    budget += [[604, "Prestations de services", total], [74, "Région", asked], ["RP", "Ressources propres", own]]
    return [
        identification(
            "Dossier de préfiguration", Campagne=campaign, Date_de_dépôt=at(depot), Version=version, Pays=pays, Projet=project,
            Structure_porteuse=carrier, Date_de_début=at(date(campaign, 1, 1)), Date_de_fin=at(date(campaign, 12, 31)),
        ),
        sheet("Budget", budget),
        sheet(
            "Plan de financement",
            [
                ["Type de financeur", "Financeur", "Exercice", "Montant sollicité", "Montant acquis", "Statut"],
                ["Région", "Région Bretagne", campaign, asked, acquis, statut],
                ["Ressources propres", carrier, campaign, own, None, None],
            ],
        ),
        sheet("Partenaires", [["Partenaire", "Famille"], ["Coopérative exemple", "coopérative"], ["Amicale exemple", "association"]]),
    ]  # fmt: skip


def posts(
    pays: str = "Pays de Vannes", asked: Any = 35000, *, cost: Any = 42000, campaign: int = 2010, years: int = 1,
    depot: date = date(2010, 6, 15), version: int = 1, project: int = 1, count: int = 1, etp: Any = 1, grant: Any = 7000,
    pole: str = "Pôle exemple", carrier: str = "Association exemple",
) -> list[RawSheet]:  # fmt: skip
    """A balanced Dossier de fonctionnement: `count` posts over `years` exercices, paid by the Région and the Département."""
    exercices = range(campaign, campaign + years)
    region, total = asked * count, (asked + grant) * count
    plan: list[list[Any]] = [["Type de financeur", "Financeur", "Exercice", "Montant sollicité", "Montant acquis", "Statut"]]
    lines: list[list[Any]] = [["Poste", "Annuité", "ETP", "Exercice", "Coût chargé", "Aide Région demandée"]]
    for rank, year in enumerate(exercices, 1):
        plan.append(["Région", "Région Bretagne", year, region, None, "sollicité"])
        plan.append(["Département", "CG 56", year, grant * count, None, "sollicité"])
        lines += [[f"Poste {n}", rank, etp, year, cost, asked] for n in range(1, count + 1)]
    return [
        identification(
            "Dossier de fonctionnement", Campagne=campaign, Date_de_dépôt=at(depot), Version=version, Pays=pays, Projet=project, Pôle=pole,
            Structure_porteuse=carrier, Date_de_début=at(date(campaign, 1, 1)), Date_de_fin=at(date(campaign + years - 1, 12, 31)),
            Date_de_validation_du_projet=at(date(2009, 11, 20)),
        ),
        sheet(
            "Budget",
            [
                ["Compte", "Libellé", *exercices],
                [641, "Rémunération des personnels", *[total] * years],
                [74, "Région", *[region] * years],
                [74, "Département", *[grant * count] * years],
                ["TOTAL DES CHARGES", None, *[total] * years],
                ["TOTAL DES PRODUITS", None, *[total] * years],
            ],
        ),
        sheet("Plan de financement", plan),
        sheet("Postes", lines),
        sheet("Partenaires", [["Partenaire", "Famille"], ["Coopérative exemple", "coopérative"]]),
    ]  # fmt: skip


def statement(
    rows: Rows, *, name: str = "CG 56", kind: str = "Département", campaign: int = 2010, depot: date = date(2010, 9, 1)
) -> list[RawSheet]:
    """An État cofinanceur; rows are Pays, volet, exercice, voted, paid."""
    head = ["Pays", "Volet", "Exercice", "Montant voté", "Montant versé"]
    labels = {"Campagne": campaign, "Date_de_dépôt": at(depot), "Financeur": name, "Type_de_financeur": kind}
    return [identification("État cofinanceur", **labels), sheet("Engagements", [head, *rows])]


def decisions(
    rows: Rows = (), *, steps: Rows = (), payments: Rows = (), waivers: Rows = (), rulings: Rows = (), depot: date = date(2010, 11, 2),
    version: int = 1,
) -> list[RawSheet]:  # fmt: skip
    """A Décisions Région. Rows: Pays, volet, nature, voted, posts, first exercice, years, day, reference, project. Steps: Pays, étape, day.

    Payments: Pays, volet, exercice, number, nature, day, amount. Waivers: Pays, rule, value, from, to, reference. Rulings: digest, code,
    sheet, cell, action, value kept.
    """
    sheets = [identification("Décisions Région", Campagne=2010, Date_de_dépôt=at(depot), Version=version)]
    if rows:
        head = ["Pays", "Volet", "Nature", "Montant voté", "Postes accordés", "Premier exercice", "Durée (années)", "Date de décision"]
        sheets.append(sheet("Décisions", [[*head, "Référence", "Projet"], *rows]))
    if steps:
        sheets.append(sheet("Étapes", [["Pays", "Étape", "Date"], *steps]))
    if payments:
        head = ["Pays", "Volet", "Exercice", "N° de mandat", "Nature", "Date d'émission", "Montant"]
        sheets.append(sheet("Mandats", [head, *payments]))
    if waivers:
        sheets.append(sheet("Dérogations", [["Pays", "Règle", "Valeur autorisée", "Du", "Au", "Référence"], *waivers]))
    if rulings:
        head = ["Empreinte", "Code", "Feuille", "Cellule", "Action", "Valeur retenue", "Motif", "Référence", "Date"]
        why = ["Le service en a décidé ainsi", "NOTE-1", at(date(2010, 11, 2))]
        sheets.append(sheet("Arbitrages", [head, *[[*row, *[None] * (6 - len(row)), *why] for row in rulings]]))
    return sheets


def digest(path: str) -> str:
    """The first signs of the hash of a document given by path."""
    return hashlib.sha256(path.encode()).hexdigest()[:12]


def told(files: dict[str, list[RawSheet]], *wanted: str, config: Config = CONFIG) -> list[str]:
    """What files together are told of these rules: « a.xlsx Postes B4 FON302 », sorted."""
    found = check(files, config).found
    return sorted(" ".join(filter(None, (path, f.sheet, f.cell, f.code))) for path, f in found if f.code in wanted)


def report(lines: Rows, *, pays: str = "Pays de Vannes", campaign: int = 2010, depot: date = date(2011, 2, 1)) -> list[RawSheet]:
    """A Compte rendu financier; lines are account, exercice, planned, spent."""
    return [
        identification(
            "Compte rendu financier", Campagne=campaign, Date_de_dépôt=at(depot), Volet="fonctionnement", Pays=pays,
            Structure_porteuse="Association exemple",
        ),
        sheet("Réalisé", [["Compte", "Exercice", "Prévu", "Réalisé"], *lines]),
    ]  # fmt: skip


def read(path: str, sheets: Sequence[RawSheet]) -> Reading:
    """Extract a document as if it stood at `path` in the inputs."""
    return extract(Received(path, sha256=hashlib.sha256(path.encode()).hexdigest()), sheets, SPECS)


def check(files: dict[str, list[RawSheet]], config: Config = CONFIG) -> Checked:
    """Check documents given by path."""
    readings = [read(path, sheets) for path, sheets in files.items()]

    def reread(wanted: Sequence[Received]) -> list[Reading]:
        return [extract_amended(received, files[received.path], SPECS) for received in wanted]

    return check_readings([r.received for r in readings], readings, config, reread)


def tables(files: dict[str, list[RawSheet]], config: Config = CONFIG, day: date = DAY) -> Tables:
    """All tables made of documents given by path."""
    return make_tables(check(files, config), config, day)


def codes(sheets: list[RawSheet], path: str = "essai.xlsx") -> list[str]:
    """What one document is told, as « B4 CEL101 » (the code alone where the finding has no cell), in the order of raising."""
    return [f"{f.cell} {f.code}".strip() for _, f in check({path: sheets}).found]


def decided(files: dict[str, list[RawSheet]], config: Config = CONFIG) -> dict[str, str]:
    """Decision by path."""
    return {s.path: s.decision for s in check(files, config).decided.standings}


def edit(sheets: list[RawSheet], name: str, cell: str, value: Any) -> list[RawSheet]:
    """The same document with one cell changed, the grid grown where needed."""
    from workbooks.cells import indices

    row, column = indices(cell)
    changed = []
    for raw in sheets:
        grid = [list(line) for line in raw.grid]
        if raw.name == name:
            grid += [[] for _ in range(row + 1 - len(grid))]
            grid[row] += [""] * (column + 1 - len(grid[row]))
            grid[row][column] = value
        changed.append(RawSheet(raw.name, grid))
    return changed


def without(sheets: list[RawSheet], name: str) -> list[RawSheet]:
    """The same document without one sheet."""
    return [s for s in sheets if s.name != name]
