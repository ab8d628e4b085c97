"""Writes N workbooks such as the Région receives, all valid by the contract: `python benchmarks/generate.py 1000 DIR`.

A campaign is 21 workbooks: 8 dossiers de fonctionnement, 6 de préfiguration, 6 états cofinanceur, 1 Décisions Région. Each campaign
has its own project number, so that no file supersedes another. The same N gives the same bytes.
"""

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice, repeat
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter

CREATED = datetime(2010, 6, 15)  # noqa: DTZ001
CAMPAIGN = PAYS = 21
WORTH_SHARING = 20
"""Campaigns that one process writes in less time than it takes to start another."""
FIRST_YEAR, YEARS = 2008, 6
STUDY_AID, STUDY_CAP = (1000, 500), 25_000
"""The cap on studies is cumulated over all the files of a Pays: its first studies ask for a little, those beyond the cap for nothing."""
STUDIES = range(8, 14)
"""The numbers of a campaign's studies; those before them are dossiers de fonctionnement."""
POST_AID, POST_COST = 35_000, 43_500
HEADINGS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "60": ("Achats", (("604", "Prestations de services"), ("606", "Autres fournitures"))),
    "61": ("Services extérieurs", (("613", "Locations"), ("616", "Assurance"), ("618", "Documentation"))),
    "62": (
        "Autres services extérieurs",
        (("622", "Honoraires"), ("623", "Publicité, publication"), ("625", "Déplacements, missions"), ("627", "Services bancaires")),
    ),
    "63": ("Impôts et taxes", (("631", "Impôts et taxes sur rémunération"),)),
    "64": ("Charges de personnel", (("641", "Rémunération des personnels"), ("645", "Charges sociales"))),
    "65": ("Autres charges de gestion courante", ()),
    "CI": ("Charges indirectes", (("CI1", "Charges fixes de fonctionnement"), ("CI2", "Frais financiers"))),
}
OTHER_TYPES = ("État", "Département", "EPCI", "Commune", "Acteur ESS")
SECURED = {"Département": "voté", "EPCI": "voté", "Acteur ESS": "conventionné"}
DEPARTMENTS = ("22", "29", "35", "56")
PARTNERS = (("Association exemple", "association"), ("Coopérative exemple", "coopérative"), ("Mutuelle exemple", "mutuelle"))


@dataclass
class Dossier:
    """One dossier's figures, in whole euros, by exercice."""

    pays: str
    number: int
    campaign: int
    year: int
    posts: int
    years: tuple[int, ...]
    charges: dict[str, list[int]]
    funding: dict[str, list[int]]
    own: dict[str, list[int]]

    @property
    def volet(self) -> str:
        """A dossier with posts is one of fonctionnement."""
        return "fonctionnement" if self.posts else "préfiguration"

    def financer(self, kind: str) -> str:
        """Who funds, by type; the EPCI of a campaign answer with a statement."""
        names = {
            "Région": "Région Bretagne",
            "État": "DIRECCTE",
            "Département": f"CG {DEPARTMENTS[int(self.pays) % 4]}",
            "EPCI": epci(self.campaign, self.number),
            "Commune": f"Commune exemple {self.pays}",
            "Acteur ESS": "Mutuelle exemple",
        }
        return names[kind]


def epci(campaign: int, number: int) -> str:
    """The community that funds a dossier: six of them for each campaign."""
    return f"Communauté de communes exemple {campaign}-{number % 6}"


def pays_rank(campaign: int, number: int) -> int:
    """The Pays of a dossier, from 0: it moves on by one at each campaign."""
    return (campaign + number) % PAYS


def studies_before(campaign: int, pays: int) -> int:
    """How many studies a Pays has had in the campaigns before this one."""
    rounds, rest = divmod(campaign, PAYS)
    return rounds * len(STUDIES) + sum(pays_rank(c, number) == pays for c in range(rest) for number in STUDIES)


def study_aid(campaign: int, number: int) -> list[int]:
    """What a study asks of the Région, by exercice: nothing once its Pays has reached the cap."""
    asked = sum(STUDY_AID)
    within = (studies_before(campaign, pays_rank(campaign, number)) + 1) * asked <= STUDY_CAP
    return list(STUDY_AID) if within else [0] * len(STUDY_AID)


def make_dossier(campaign: int, number: int) -> Dossier:
    """A balanced dossier: what is left to find is covered by the carrier's own resources."""
    rng = Random(campaign * 100 + number)
    year, pole = FIRST_YEAR + campaign % YEARS, number not in STUDIES
    posts = 1 + number % 2 if pole else 0
    years = tuple(range(year, year + (3 if pole else 2)))
    aid = [POST_AID * posts] * 3 if pole else study_aid(campaign, number)
    codes = [code for heading, (_, lines) in HEADINGS.items() for code in ([c for c, _ in lines] or [heading])]
    charges = {code: [rng.randrange(4, 30) * 100 + 50 for _ in years] for code in codes}
    if pole:
        charges["641"] = [posts * (POST_COST - 13_500) for _ in years]
        charges["645"] = [posts * 13_500 for _ in years]
    else:
        charges["622"] = [rng.randrange(60, 120) * 100 for _ in years]
    totals = [sum(amounts[i] for amounts in charges.values()) for i in range(len(years))]
    left = [total - amount for total, amount in zip(totals, aid, strict=True)]
    funding = {"Région": aid} if any(aid) else {}
    funding |= {kind: [amount * (1 + rank) // 2500 * 100 for amount in left] for rank, kind in enumerate(OTHER_TYPES)}
    rest = [total - sum(f[i] for f in funding.values()) for i, total in enumerate(totals)]
    own = {"70": [r // 3 for r in rest], "756": [r // 5 for r in rest]}
    own["RP"] = [r - own["70"][i] - own["756"][i] for i, r in enumerate(rest)]
    return Dossier(f"{1 + pays_rank(campaign, number):02d}", number, campaign, year, posts, years, charges, funding, own)


class Book:
    """A workbook with the few formats that such files have."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.book = xlsxwriter.Workbook(path, {"in_memory": True})
        self.book.set_properties({"created": CREATED})
        self.title = self.book.add_format({"bold": True, "font_size": 14})
        self.head = self.book.add_format({"bold": True, "bg_color": "#DDE7F0", "border": 1, "text_wrap": True})
        self.bold = self.book.add_format({"bold": True, "num_format": "#,##0", "top": 1})
        self.money = self.book.add_format({"num_format": '#,##0 "€"'})
        self.day = self.book.add_format({"num_format": "dd/mm/yyyy"})

    def table(self, name: str, header: list[Any], rows: list[list[Any]]) -> Any:
        """A sheet with a title, a line of advice and a header on row 4, as forms have."""
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, name, self.title)
        sheet.write_string(1, 0, "Remplir une ligne par élément ; montants en euros, sans centimes.")
        sheet.set_column(0, len(header), 18)
        sheet.write_row(3, 0, header, self.head)
        for r, row in enumerate(rows, start=4):
            self.row(sheet, r, row)
        return sheet

    def row(self, sheet: Any, r: int, row: list[Any]) -> None:
        """One row of values; a blank stays blank."""
        for c, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(r, c, datetime(value.year, value.month, value.day), self.day)  # noqa: DTZ001
            elif isinstance(value, int) and value > 9999:
                sheet.write_number(r, c, value, self.money)
            elif value not in ("", None):
                sheet.write(r, c, value)

    def identification(self, facts: dict[str, Any]) -> None:
        """Labels in one column, values in the next."""
        sheet = self.book.add_worksheet("Identification")
        sheet.write_string(0, 0, "Pôles de développement de l'économie sociale et solidaire", self.title)
        sheet.set_column(0, 1, 34)
        for r, (label, value) in enumerate(facts.items(), start=2):
            sheet.write_string(r, 0, label, self.head)
            self.row(sheet, r, ["", value])


def write_dossier(path: Path, d: Dossier) -> None:
    """The workbook of one dossier."""
    book = Book(path)
    facts: dict[str, Any] = {
        "Type de document": f"Dossier de {d.volet}",
        "Campagne": d.year,
        "Date de dépôt": date(d.year, 6, 1 + d.number),
        "Version": 1,
        "Pays": d.pays,
        "Projet": d.campaign + 1,
        "Pôle": f"Pôle exemple {d.pays}",
        "Structure porteuse": f"Association exemple {d.pays}",
        "Forme juridique": "Association",
        "Date de début": date(d.years[0], 1, 1),
        "Date de fin": date(d.years[-1], 12, 31),
    }
    if d.posts:
        facts |= {"Mode de création": "création ex nihilo", "Date de validation du projet": date(d.year - 1, 11, 20)}
    book.identification(facts)
    write_budget(book, d)
    plan = [plan_row(d, kind, i) for kind in d.funding for i in range(len(d.years))]
    header = ["Type de financeur", "Financeur", "SIRET", "Exercice", "Montant sollicité", "Montant acquis", "Statut", "Date de décision"]
    book.table("Plan de financement", [*header, "Référence", "Commentaire"], plan)
    if d.posts:
        header = ["Poste", "Annuité", "Intitulé", "ETP", "Date de début", "Exercice", "Coût chargé", "Aide Région demandée"]
        rows = [
            [f"Poste {p + 1}", i + 1, "Chargé de mission ESS", 1, date(d.year, 1, 1), year, POST_COST, POST_AID]
            for p in range(d.posts)
            for i, year in enumerate(d.years)
        ]
        book.table("Postes", header, rows)
    book.table("Partenaires", ["Partenaire", "Famille", "Rôle"], [[*partner, "Membre du comité de pilotage"] for partner in PARTNERS])
    book.book.close()


def plan_row(d: Dossier, kind: str, i: int) -> list[Any]:
    """A line of the plan: secured ones bear a date and a reference."""
    amount, status = d.funding[kind][i], SECURED.get(kind, "sollicité")
    secured = [amount, status, date(d.year, 5, 20), f"DEL-{d.year}-{d.number:03d}"] if kind in SECURED else ["", status, "", ""]
    return [kind, d.financer(kind), "", d.years[i], amount, *secured, "Décision jointe" if kind in SECURED else ""]


def write_budget(book: Book, d: Dossier) -> None:
    """The budget in one block: headings and totals are formulas with their value; some amounts are typed as text."""
    sheet = book.table("Budget", ["Compte", "Libellé", *d.years], [])
    r, width = 4, len(d.years)

    def line(code: str, label: str, amounts: list[int], formulas: list[str] | None = None) -> None:
        nonlocal r
        sheet.write_string(r, 0, code, book.bold if formulas else None)
        sheet.write_string(r, 1, label, book.bold if formulas else None)
        for i, amount in enumerate(amounts):
            if formulas:
                sheet.write_formula(r, 2 + i, formulas[i], book.bold, amount)
            elif code == "625" and i == 0:
                sheet.write_string(r, 2, f"{amount:,} €".replace(",", " "))
            else:
                sheet.write_number(r, 2 + i, amount, book.money)
        r += 1

    def heading(code: str, label: str, lines: list[tuple[str, str, list[int]]]) -> int:
        """A heading that sums the lines under it; returns its row."""
        top = r
        spans = [f"=SUM({'CDE'[i]}{top + 2}:{'CDE'[i]}{top + 1 + len(lines)})" for i in range(width)]
        line(code, label, [sum(a[i] for _, _, a in lines) for i in range(width)], spans)
        for each in lines:
            line(*each)
        return top + 1

    def total(label: str, rows: list[int], amounts: list[int]) -> None:
        line("", label, amounts, ["=" + "+".join(f"{'CDE'[i]}{n}" for n in rows) for i in range(width)])

    rows = []
    for code, (label, lines) in HEADINGS.items():
        if lines:
            rows.append(heading(code, label, [(c, text, d.charges[c]) for c, text in lines]))
        else:
            line(code, label, d.charges[code])
            rows.append(r)
    totals = [sum(a[i] for a in d.charges.values()) for i in range(width)]
    total("TOTAL DES CHARGES", rows, totals)
    in_kind = [1200] * width
    heading(
        "86", "Emplois des contributions volontaires en nature", [("861", "Mise à disposition", in_kind), ("864", "Bénévolat", in_kind)]
    )
    line("70", "Ventes et prestations", d.own["70"])
    rows = [r, heading("74", "Subventions d'exploitation", [("74", kind, amounts) for kind, amounts in d.funding.items()])]
    rows.append(heading("75", "Autres produits de gestion courante", [("756", "Cotisations", d.own["756"])]))
    line("RP", "Ressources propres", d.own["RP"])
    total("TOTAL DES PRODUITS", [*rows, r], totals)
    heading("87", "Contributions volontaires en nature", [("870", "Bénévolat", in_kind), ("871", "Prestations en nature", in_kind)])


def write_statement(path: Path, campaign: int, rank: int, dossiers: list[Dossier]) -> None:
    """An EPCI's own statement: what it has voted, as the dossiers say."""
    book, year = Book(path), FIRST_YEAR + campaign % YEARS
    facts = {"Type de document": "État cofinanceur", "Campagne": year, "Date de dépôt": date(year, 9, 1), "Version": 1}
    book.identification(facts | {"Financeur": epci(campaign, rank), "Type de financeur": "EPCI"})
    header = ["Pays", "Projet", "Volet", "Exercice", "Montant voté", "Montant versé", "Date de délibération", "Référence", "Observation"]
    rows = [
        [d.pays, campaign + 1, d.volet, y, d.funding["EPCI"][i], "", date(d.year, 5, 20), f"DEL-{d.year}-{d.number:03d}", ""]
        for d in dossiers
        if d.number % 6 == rank
        for i, y in enumerate(d.years)
    ]
    book.table("Engagements", header, rows)
    book.book.close()


def write_decisions(path: Path, campaign: int, dossiers: list[Dossier]) -> None:
    """The Région's votes, stages and payments of a campaign."""
    book, year = Book(path), FIRST_YEAR + campaign % YEARS
    book.identification({"Type de document": "Décisions Région", "Campagne": year, "Date de dépôt": date(year, 12, 1), "Version": 1})
    header = ["Pays", "Projet", "Volet", "Nature", "Bénéficiaire", "SIRET", "Montant voté", "Postes accordés", "Premier exercice"]
    poles = [d for d in dossiers if d.posts]
    votes = [
        [
            *(
                d.pays,
                campaign + 1,
                d.volet,
                "attribution",
                f"Association exemple {d.pays}",
                "",
                sum(d.funding["Région"]),
                d.posts,
                year,
                3,
            ),
            *(date(year, 10, 28), f"CP-{year}-{d.number:03d}", date(year, 11, 15), f"E{year}-{campaign:03d}-{d.number:02d}"),
        ]
        for d in poles
    ]
    book.table("Décisions", [*header, "Durée (années)", "Date de décision", "Référence", "Date de convention", "N° d'engagement"], votes)
    stages = [[d.pays, campaign + 1, "projet validé", date(year - 1, 11, 20), "Courrier"] for d in poles]
    book.table("Étapes", ["Pays", "Projet", "Étape", "Date", "Référence"], stages)
    header = [
        "Pays",
        "Projet",
        "Volet",
        "Exercice",
        "N° d'engagement",
        "N° de mandat",
        "Nature",
        "Date d'émission",
        "Date de paiement",
        "Montant",
    ]
    payments = [
        [
            *(d.pays, campaign + 1, d.volet, year, f"E{year}-{campaign:03d}-{d.number:02d}", f"M{year}-{campaign:03d}-{d.number:02d}"),
            *("avance", date(year, 12, 1), date(year, 12, 15), POST_AID // 2),
        ]
        for d in poles
    ]
    book.table("Mandats", header, payments)
    book.book.close()


def write_campaign(folder: Path, campaign: int, most: int) -> int:
    """Write at most `most` workbooks of one campaign; returns how many."""
    dossiers = [make_dossier(campaign, number) for number in range(14)]
    name = f"{FIRST_YEAR + campaign % YEARS}-{campaign:03d}"
    jobs: list[tuple[Callable[..., None], tuple[Any, ...]]] = [
        (write_decisions, (folder / "region" / f"decisions-{name}.xlsx", campaign, dossiers))
    ]
    jobs += [(write_dossier, (folder / name / f"dossier-{d.number:02d}-{d.pays}.xlsx", d)) for d in dossiers]
    jobs += [(write_statement, (folder / name / f"etat-{rank}.xlsx", campaign, rank, dossiers)) for rank in range(6)]
    for write, arguments in islice(jobs, most):
        write(*arguments)
    return min(len(jobs), most)


def generate(folder: Path, count: int, campaign: int = 0) -> None:
    """Write `count` workbooks under `folder`, from that campaign on; thousands of them on all processors."""
    wanted = [(campaign + rank, min(CAMPAIGN, count - start)) for rank, start in enumerate(range(0, count, CAMPAIGN))]
    if len(wanted) < WORTH_SHARING:
        for number, most in wanted:
            write_campaign(folder, number, most)
        return
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        numbers, most_of_each = zip(*wanted, strict=True)
        for _ in pool.map(write_campaign, repeat(folder), numbers, most_of_each, chunksize=WORTH_SHARING):
            pass


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Écrit N classeurs réalistes et valides.")
    parser.add_argument("nombre", type=int)
    parser.add_argument("dossier", type=Path)
    arguments = parser.parse_args()
    generate(arguments.dossier, arguments.nombre)


if __name__ == "__main__":
    main()
