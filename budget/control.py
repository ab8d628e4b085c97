"""Prove that nothing is lost: files found, euros read, sheets against tables. One gap makes the run fail (contract §4)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

import polars as pl

from budget.frames import MONEY, ZERO
from budget.lines import PROJECT
from budget.shares import without_reserve
from schemas.packed import drawn, lazy
from schemas.programme import FIRM
from schemas.spec import COMPTE_RENDU, DECISIONS, DOCUMENT_TYPES, FONCTIONNEMENT, PREFIGURATION, STATEMENT
from schemas.tables import DECISIONS as FILE_DECISIONS
from schemas.tables import IGNORED, KEPT, REJECTED, REPLACED, Controles, polars_schema

Control = tuple[str, Decimal, Decimal]
"""What is controlled, what is expected, what was found."""


def controls_table(controls: Iterable[Control]) -> pl.DataFrame:
    """Table `controles`, in the order given."""
    rows = [(name, expected, found, found - expected) for name, expected, found in controls]
    return pl.DataFrame(rows, schema=polars_schema(Controles), orient="row")


def gaps(controles: pl.DataFrame) -> list[str]:
    """The names of the controls that do not hold."""
    return controles.filter(pl.col("ecart") != 0)["controle"].to_list()


def file_controls(found: int, depots: pl.DataFrame) -> list[Control]:
    """Files found = the sum of the five decisions."""
    decided = depots.filter(pl.col("decision").is_in(FILE_DECISIONS)).height
    return [("Fichiers trouvés = somme des cinq décisions (nombre)", Decimal(found), Decimal(decided))]


def euro_controls(depots: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> list[Control]:
    """For each kind of document: euros read = consolidated + set aside + replaced + réactualisé.

    What is consolidated comes from the tables, cell by cell, not from the files' own sums.
    """
    return [
        (
            f"Euros lus = consolidés + écartés + remplacés + réactualisés : {document} (€)",
            _read(depots, document),
            _found(depots, tables, document),
        )
        for document in DOCUMENT_TYPES
    ]


def _of(depots: pl.DataFrame, document: str) -> pl.DataFrame:
    return depots.filter(pl.col("type_document") == document)


def _read(depots: pl.DataFrame, document: str) -> Decimal:
    return _total(_of(depots, document), "lu_eur")


def _found(depots: pl.DataFrame, tables: Mapping[str, pl.DataFrame], document: str) -> Decimal:
    mine = _of(depots, document)
    sources = {
        PREFIGURATION: [("budget", "montant_eur")],
        FONCTIONNEMENT: [("budget", "montant_eur")],
        COMPTE_RENDU: [("realises", "realise_eur")],
        STATEMENT: [("votes", "vote_eur")],
        DECISIONS: [("decisions", "vote_eur"), ("mandats", "montant_eur")],
    }[document]
    files = mine.lazy().select("fichier")
    kept = [(lazy(tables, name).join(files, on="fichier", how="semi").select(pl.col(c).sum()).collect(), c) for name, c in sources]
    counted = sum((_total(frame, c) for frame, c in kept), Decimal(0))
    replaced = _total(mine.filter(pl.col("decision") == REPLACED), "lu_eur")
    return counted + _total(mine, "ecarte_eur") + replaced


def _total(frame: pl.DataFrame, column: str) -> Decimal:
    return Decimal(frame[column].sum() or 0)


def money_controls(tables: Mapping[str, pl.DataFrame]) -> list[Control]:
    """What the tables of the Région and of the co-financers hold is what the decisions, payments and statements say, to the cent."""
    votes, decisions, payments = tables["votes"].filter(pl.col("etat") == KEPT), tables["decisions"], tables["mandats"]
    engaged, due = tables["engagements"], tables["echeancier"]
    words = {"sollicite": "sollicité", "acquis": "acquis", "vote": "voté", "verse": "versé", "ecart": "écart"}
    sums = [pl.col(f"{name}_eur").sum() for name in words]
    funding, pairs = (drawn(lazy(tables, name).select(sums)) for name in ("financements", "rapprochement"))
    firm = due.filter(pl.col("nature") == FIRM)
    undecided = payments.join(decisions, on=PROJECT, how="anti")
    voted, paid = _total(decisions, "vote_eur"), _total(payments, "montant_eur")
    sure = _total(decisions.filter(without_reserve()), "vote_eur")
    found = [
        ("Échéancier ferme = votes de la Région, sans réserve (€)", sure, _total(firm, "prevu_eur")),
        ("Échéancier mandaté = mandats (€)", paid, _total(due, "mandate_eur")),
        ("Engagements votés = votes de la Région (€)", voted, _total(engaged, "vote_eur")),
        (
            "Engagements mandatés et mandats sans décision = mandats (€)",
            paid,
            _total(engaged, "mandate_eur") + _total(undecided, "montant_eur"),
        ),
        ("Financements votés = états retenus et votes de la Région (€)", _total(votes, "vote_eur") + voted, _total(funding, "vote_eur")),
        ("Financements versés = états retenus et mandats (€)", _total(votes, "verse_eur") + paid, _total(funding, "verse_eur")),
    ]
    return found + [
        (f"Rapprochement = financements : {word} (€)", _total(funding, f"{name}_eur"), _total(pairs, f"{name}_eur"))
        for name, word in words.items()
    ]


def amounts_by_file(depots: pl.DataFrame, euros: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Add `lu_eur, compte_eur, ecarte_eur` to the files (with their `decision`).

    `euros` has `fichier, lu_eur, ecarte_eur`, summed from the sheets; what is counted is summed from the tables. A rejected file is set
    aside whole, a replaced one sets nothing aside.
    """
    kept = {name: lazy(tables, name).filter(pl.col("etat") == KEPT) for name in ("budget", "votes", "realises")}
    sources = [
        (kept["budget"], "montant_eur"),
        (kept["votes"], "vote_eur"),
        (lazy(tables, "decisions"), "vote_eur"),
        (lazy(tables, "mandats"), "montant_eur"),
        (kept["realises"], "realise_eur"),
    ]
    counted = pl.concat([_by_file(frame, column) for frame, column in sources]).group_by("fichier").agg(pl.col("compte_eur").sum())
    for part in (euros, counted):
        depots = depots.join(part, on="fichier", how="left", maintain_order="left")
    amounts = depots.with_columns(pl.col("lu_eur", "compte_eur", "ecarte_eur").fill_null(ZERO))
    own = (
        pl.when(pl.col("decision").is_in([REPLACED, IGNORED]))
        .then(ZERO)
        .when(pl.col("decision") == REJECTED)
        .then(pl.col("lu_eur"))
        .otherwise(pl.col("ecarte_eur"))
    )
    return amounts.with_columns(ecarte_eur=own)


def _by_file(frame: pl.LazyFrame, column: str) -> pl.DataFrame:
    return frame.group_by("fichier").agg(compte_eur=pl.col(column).sum().cast(MONEY)).collect()
