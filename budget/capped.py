"""PRE301 and FON302 over campaigns: the only rules across files that decide, applied once, in the order of deposit (contract §2.4)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from budget.asked import Asked
from budget.grants import Project, Vote
from budget.history import Deposit, Deposits, Row
from budget.rulings import Rulings
from budget.standing import Standing
from budget.validate import Located, check_group
from schemas.cross import AnnuitesCumulees, EtudesCumulees
from schemas.finding import OPEN, Finding
from schemas.spec import VOLETS
from schemas.tables import REJECTED

_PLACES: pl.DataType = pl.List(pl.Struct({"fichier": pl.String(), "feuille": pl.String(), "cellule": pl.String()}))
_CITED: dict[str, pl.DataType] = {"noms": pl.List(pl.String()), "ailleurs": _PLACES, "sources": pl.List(pl.String())}
_EUROS = pl.Decimal(38, 2)
_STUDIES: dict[str, pl.DataType] = {
    "fichier": pl.String(), "feuille": pl.String(), "total_eur": _EUROS, "historique_eur": _EUROS, "plafond_etude_eur": _EUROS,
    "plafond_etude_eur_reference": pl.String(), "cellule": pl.String(), "valeur_eur": _EUROS, **_CITED,
}  # fmt: skip
_ANNUITIES: dict[str, pl.DataType] = {
    "fichier": pl.String(), "feuille": pl.String(), "poste": pl.String(), "annuite": pl.Int64(), "rang": pl.Int64(),
    "duree_poste_ans": pl.Int64(), "duree_poste_ans_reference": pl.String(), "total_eur": _EUROS, "cellule_annuite": pl.String(), **_CITED,
}  # fmt: skip
CAPS = ("plafond_etude_eur", "plafond_etude_eur_reference", "duree_poste_ans", "duree_poste_ans_reference")
"""The columns of the dossiers' frame that these rules need."""


def reject_beyond_caps(
    deposits: Iterable[Standing], caps: Mapping[str, Mapping[str, Any]], asked: Mapping[str, Asked],
    votes: Mapping[Project, Sequence[Vote]], rulings: Rulings, why: Callable[[Sequence[Finding]], str],
) -> list[Located]:  # fmt: skip
    """Reject each dossier that goes beyond a cap with those accepted before it; returns the findings.

    `deposits`: the dossiers that their own rules accept, in the order of deposit. `caps`: those in force for each, by path; `why` words
    a rejection.
    """
    accepted = Deposits(asked, votes)
    studies: list[Row] = []
    annuities: list[Row] = []
    for standing in deposits:
        deposit = deposit_of(standing, caps[standing.path])
        if deposit.project[2] == VOLETS[0]:
            rows = [row for row in [accepted.study(deposit)] if row]
            studies += rows
            beyond = [_probe("PRE301", row, row["cellule"]) for row in rows if _study_beyond(row)]
        else:
            rows = accepted.annuities(deposit)
            annuities += rows
            beyond = [_probe("FON302", row, row["cellule_annuite"]) for row in rows if _annuity_beyond(row)]
        if still := [f for _, f in rulings.judge((standing.path, f) for f in beyond) if f.state == OPEN]:
            standing.decision, standing.reason = REJECTED, why(still)
        else:
            accepted.add(deposit)
    found = check_group(EtudesCumulees, pl.DataFrame(studies, schema=_STUDIES))
    return found + check_group(AnnuitesCumulees, pl.DataFrame(annuities, schema=_ANNUITIES))


def deposit_of(standing: Standing, caps: Mapping[str, Any]) -> Deposit:
    """A dossier as the history takes it, with the caps in force for it."""
    identity = standing.identity
    years = sorted((identity["date_debut"].year, identity["date_fin"].year))
    project = (identity["pays_code"], identity["projet"], caps["volet"])
    return Deposit(standing.path, project, identity["campagne"], identity["date_depot"], years[0], years[1], caps)


# A rejected dossier is no history for the next one, so each must be judged in its turn: what the models say, row by row.


def _study_beyond(row: Row) -> bool:
    cap: Decimal | None = row["plafond_etude_eur"]
    return cap is not None and row["historique_eur"] > 0 and row["total_eur"] > cap


def _annuity_beyond(row: Row) -> bool:
    return row["duree_poste_ans"] is not None and row["rang"] > row["duree_poste_ans"]


def _probe(code: str, row: Row, cell: str) -> Finding:
    """The finding that the model raises, as far as a ruling and a reason need it."""
    return Finding(code, row["feuille"], cell)
