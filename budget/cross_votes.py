"""DEC401 to DEC404: the Région's decisions and payments against its own caps, against each other and against the dossiers received."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

import polars as pl

from budget.caps import rules_in_force, with_caps
from budget.decide import Decided
from budget.frames import ZERO
from budget.lines import PROJECT
from budget.validate import Located, check_group
from schemas import cross as models
from schemas.decisions import AMENDMENT, AWARD, signed_payment, signed_vote
from schemas.groups import ReglesEnVigueur
from schemas.parameters import Config
from schemas.spec import DOSSIERS, VOLETS
from schemas.tables import IGNORED

Row = Mapping[str, Any]
_EUROS = pl.Decimal(38, 2)
_PLACES = pl.List(pl.Struct({"fichier": pl.String(), "feuille": pl.String(), "cellule": pl.String()}))
_CAPPED: dict[str, pl.DataType] = {
    "fichier": pl.String(), "feuille": pl.String(), "parametre": pl.String(), "date_regle": pl.Date(), "total": _EUROS, "permis": _EUROS,
    "exercice": pl.Int64(), "postes": pl.Int64(), "cellule": pl.String(), "vote_eur": _EUROS, "reference": pl.String(),
    "derogation": pl.Int64(),
}  # fmt: skip
_ORDER = ["date_decision", "rang", "ligne"]


def vote_findings(decided: Decided, config: Config, waivers: pl.DataFrame) -> list[Located]:
    """All findings on decisions and payments; REG401 where no text fixes a cap on the day of a decision."""
    decisions = decided.word.rows["decisions"].with_columns(date_regle=pl.col("date_decision"), signe_eur=signed_vote())
    capped = with_caps(decisions, config, waivers)
    unknown = rules_in_force(capped.filter(pl.col("nature").is_in([AWARD, AMENDMENT])), config.parametres, "DEC401")
    frames = (
        (models.VotesEtPlafonds, _against_caps(capped, waivers)),
        (models.MandatsEtVotes, _paid_and_voted(decisions, decided.word.rows["mandats"])),
        (models.VotesEtDossiers, _without_dossier(decisions, decided)),
        (models.LignesRepetees, decided.word.repeated),
        (ReglesEnVigueur, unknown),
    )
    return [located for model, frame in frames for located in check_group(model, frame)]


def _against_caps(capped: pl.DataFrame, waivers: pl.DataFrame) -> pl.DataFrame:
    """Model VotesEtPlafonds: each decision with what was voted up to it, in the order of their days."""
    firm = capped.filter(~pl.col("sous_reserve")).sort(_ORDER)
    studies = _studies(firm.filter(pl.col("volet") == VOLETS[0]).to_dicts())
    posts = _posts(firm.filter(pl.col("volet") == VOLETS[1]).to_dicts())
    rows = pl.DataFrame([*studies, *posts], schema=_CAPPED, orient="row")
    places = waivers.select(derogation="numero", ailleurs=pl.concat_list(pl.struct("fichier", "feuille", cellule="adresse")))
    return rows.join(places, on="derogation", how="left", maintain_order="left")


Judged = tuple[Any, ...]
"""A row of VotesEtPlafonds."""


def _judged(row: Row, parameter: str, total: Any, allowed: Any, exercice: int, posts: int = 0) -> Judged:
    return (
        row["fichier"], row["feuille"], parameter, row["date_regle"], total, allowed, exercice, posts, row["adresse"], row["vote_eur"],
        row[f"{parameter}_reference"], row[f"{parameter}_derogation"],
    )  # fmt: skip


def _grants(row: Row) -> bool:
    return row["nature"] in (AWARD, AMENDMENT) and row["signe_eur"] > 0


def _studies(rows: Sequence[Row]) -> Iterator[Judged]:
    """The cap on studies is the Pays's, over all its projects and campaigns."""
    voted: dict[str, Any] = defaultdict(int)
    for row in rows:
        voted[row["pays_code"]] += row["signe_eur"]
        if _grants(row):
            yield _judged(row, "plafond_etude_eur", voted[row["pays_code"]], row["plafond_etude_eur"], row["premier_exercice"])


@dataclass
class _Year:
    """What is voted so far for one project and exercice: exact cents, posts awarded, posts that an avenant states."""

    cents: Fraction = Fraction(0)
    awarded: int = 0
    stated: int = 0

    def add(self, row: Row, cents: Fraction) -> None:
        """One more decision."""
        if self.cents <= 0:
            # Nothing is left of what was voted before.
            self.cents, self.awarded, self.stated = Fraction(0), 0, 0
        self.cents += cents
        if row["nature"] == AWARD:
            self.awarded += row["postes_accordes"] or 0
        elif row["nature"] == AMENDMENT:
            self.stated = max(self.stated, row["postes_accordes"] or 0)

    @property
    def posts(self) -> int:
        """How many posts these euros are for."""
        return max(self.awarded, self.stated, 1)


def _posts(rows: Sequence[Row]) -> Iterator[Judged]:
    """The caps on posts: euros per post and exercice, posts per exercice, years per award."""
    voted: dict[tuple[str, int], dict[int, _Year]] = defaultdict(lambda: defaultdict(_Year))
    for row in rows:
        years = voted[row["pays_code"], row["projet"]]
        # A year's share is exact: the cents that an échéancier must place somewhere put no year above the cap.
        each = Fraction(int(row["signe_eur"] * 100), row["duree_ans"])
        mine = range(row["premier_exercice"], row["premier_exercice"] + row["duree_ans"])
        for exercice in mine:
            years[exercice].add(row, each)
        if _grants(row):
            dearest = max(mine, key=lambda exercice: (years[exercice].cents / years[exercice].posts, -exercice))
            yield _euros_of(row, dearest, years[dearest])
            fullest = max(mine, key=lambda exercice: (years[exercice].posts, -exercice))
            yield _judged(row, "postes_max", years[fullest].posts, row["postes_max"], fullest)
            if row["nature"] == AWARD:
                yield _judged(row, "duree_poste_ans", row["duree_ans"], row["duree_poste_ans"], row["premier_exercice"])


def _euros_of(row: Row, exercice: int, year: _Year) -> Judged:
    cap = row["plafond_poste_eur"]
    allowed = cap * year.posts if cap is not None else None
    return _judged(row, "plafond_poste_eur", Decimal(ceil(year.cents)) / 100, allowed, exercice, year.posts)


def _paid_and_voted(decisions: pl.DataFrame, payments: pl.DataFrame) -> pl.DataFrame:
    """Model MandatsEtVotes: it stands at the payment with which the running total passes the votes."""
    votes = decisions.filter(~pl.col("sous_reserve")).group_by(PROJECT).agg(
        vote_eur=pl.col("signe_eur").sum(),
        ailleurs=pl.struct("fichier", "feuille", cellule="adresse").filter(pl.col("signe_eur") != 0),
    )  # fmt: skip
    paid = payments.with_columns(signe_eur=signed_payment()).sort("date_emission", "rang", "ligne")
    joined = paid.join(votes, on=PROJECT, how="left", maintain_order="left").with_columns(pl.col("vote_eur").fill_null(ZERO))
    running = pl.col("signe_eur").cum_sum().over(PROJECT)
    passing = (running > pl.col("vote_eur")) & ((running - pl.col("signe_eur") <= pl.col("vote_eur")) | (running == pl.col("signe_eur")))
    marked = joined.with_columns(passe=passing)
    first = {name: pl.col(name).filter("passe").first() for name in ("fichier", "feuille", "adresse", "montant_eur")}
    return marked.group_by(*PROJECT, "vote_eur", maintain_order=True).agg(
        **{name: pl.coalesce(expr, pl.col(name).last()) for name, expr in first.items()},
        total_eur=pl.col("signe_eur").sum(),
        ailleurs=pl.col("ailleurs").first().fill_null(pl.lit([], _PLACES)).list.concat(
            pl.struct("fichier", "feuille", cellule="adresse").implode()
        ),
    ).rename({"adresse": "cellule"})  # fmt: skip


def _without_dossier(decisions: pl.DataFrame, decided: Decided) -> pl.DataFrame:
    """Model VotesEtDossiers: the awards of projects that are still voted, and whether a dossier was received for one of their exercices."""
    known = [s.identity for s in decided.standings if s.decision != IGNORED and _is_known(s.identity)]
    schema = {"pays_code": pl.String, "projet": pl.Int64, "volet": pl.String, "debut": pl.Int64, "fin": pl.Int64}
    received = pl.DataFrame([_period(identity) for identity in known], schema=schema, orient="row")
    voted = pl.col("signe_eur").sum().over(PROJECT) > 0
    awards = decisions.filter(voted).filter((pl.col("nature") == AWARD) & (pl.col("vote_eur") > 0)).with_row_index("numero")
    last = pl.col("premier_exercice") + pl.col("duree_ans") - 1
    meets = (pl.col("debut") <= last) & (pl.col("fin") >= pl.col("premier_exercice"))
    met = awards.join(received, on=PROJECT).filter(meets).select("numero").unique().with_columns(recu=pl.lit(value=True))
    joined = awards.join(met, on="numero", how="left", maintain_order="left")
    return joined.with_columns(pl.col("recu").fill_null(value=False), cellule="adresse")


def _is_known(identity: Row) -> bool:
    return identity.get("type_document") in DOSSIERS and identity["pays_code"] is not None and identity["projet"] is not None


def _period(identity: Row) -> tuple[Any, ...]:
    """The project of a dossier and the exercices of its period; one that could not be read is open."""
    first, last = identity["date_debut"], identity["date_fin"]
    volet = VOLETS[DOSSIERS.index(identity["type_document"])]
    return identity["pays_code"], identity["projet"], volet, first.year if first else 0, last.year if last else 9999
