"""The lines behind the figures of Synthèse, which speaks of one campaign, and of Graphiques.

A row of Synthèse bears its campaign as `campagne`, beside the columns of its view.
"""

from decimal import Decimal

import polars as pl

from budget.explain_lines import Lines, Part, Row, Tables, asked, due, from_budget, payments, shares, votes
from budget.lines import PROJECT, pays_name
from budget.view_sums import CHARGE, COUNTED, IN_KIND_LINE, OTHERS, OWN, SHARES
from budget.views import status_files
from schemas.programme import DUE
from schemas.tables import KEPT

_ONE = Decimal(1)


def _of_campaign(lines: Lines) -> Lines:
    """The same lines, of the row's campaign alone."""

    def found(tables: Tables, row: Row) -> list[Part]:
        mine = pl.col("campagne") == row["campagne"]
        return lines({name: frame.filter(mine) if "campagne" in frame.columns else frame for name, frame in tables.items()}, row)

    return found


def _at_stage(tables: Tables, row: Row) -> list[Part]:
    """The Pays at that stage, one by one."""
    return [Part(_ONE, name) for name in tables["suivi_pays"].filter(pl.col("etape") == row["etape"]).sort("pays_code")["pays"]]


def _decided(tables: Tables, row: Row) -> list[Part]:
    """The files of the campaign with that decision, one by one."""
    files = status_files(tables, row["campagne"]).filter(pl.col("decision") == row["decision"])
    return [Part(_ONE, r["motif"] or "", r["fichier"]) for r in files.sort("fichier").to_dicts()]


def _projects(tables: Tables, row: Row) -> list[Part]:
    """The dossiers that count, one by one; `fichier` is that of their budget."""
    by = "volet" if "volet" in row else "exercice"
    kept = tables["budget"].filter(pl.col("etat") == KEPT, pl.col(by) == row[by]).unique(PROJECT, keep="first", maintain_order=True)
    return [
        Part(_ONE, f"{r['pays']} · {r['volet']} · {r['projet']}", r["fichier"])
        for r in kept.with_columns(pays_name()).sort(PROJECT).to_dicts()
    ]


def _voted(tables: Tables, row: Row) -> list[Part]:
    """What was voted in the campaign's year: a decision bears a date, not a campaign."""
    of_year = tables["decisions"].filter(pl.col("date_decision").dt.year() == row["campagne"])
    return votes({**tables, "decisions": of_year}, row)


def _from_others(tables: Tables, row: Row) -> list[Part]:
    """What financers other than the Région bring: confirmed, declared and hoped for."""
    others = {**tables, "financements": tables["financements"].filter(OTHERS)}
    return [part for column in SHARES for part in shares(column)(others, row)]


def _due_in(nature: str) -> Lines:
    """What the Région pays or will pay in that exercice, all projects together."""

    def found(tables: Tables, row: Row) -> list[Part]:
        mine = tables["echeancier"].filter(pl.col("exercice") == row["exercice"], pl.col("nature") == nature)
        return [part for r in mine.sort(PROJECT).to_dicts() for part in due(tables, r)]

    return found


_IN_KIND: Lines = from_budget((pl.col("etat") == KEPT) & IN_KIND_LINE & CHARGE)
_MONEY: dict[str, Lines] = {
    "dossiers": _projects, "cout_eur": from_budget(COUNTED & CHARGE), "nature_eur": _IN_KIND, "demande_eur": asked,
    "autres_eur": _from_others, "propres_eur": from_budget(OWN),
}  # fmt: skip
SUMMARIES: dict[tuple[str, str], Lines] = {
    ("synthese_etapes", "nombre"): _at_stage,
    ("synthese_decisions", "nombre"): _decided,
    ("synthese_volets", "vote_eur"): _voted,
    **{(view, name): _of_campaign(lines) for view in ("synthese_volets", "synthese_exercices") for name, lines in _MONEY.items()},
    **{("par_exercice", name): _due_in(nature) for name, nature in zip(("ferme_eur", "demande_eur", "prevision_eur"), DUE, strict=True)},
    ("par_exercice", "mandate_eur"): payments,
    **{("par_type", name): shares(name) for name in SHARES},
}
"""What lies behind each figure of these two sheets, by view and column."""
