"""The lines behind a figure of the finance workbook, read from the output tables: each function gives those of one measure for one row."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from budget.lines import PROJECT
from budget.shares import without_reserve
from budget.view_sums import CHARGE, COUNTED, asked_amount
from schemas.changes import MEASURES
from schemas.financers import REGION
from schemas.financing import DECISION_LINE
from schemas.programme import ASKED, FIRM
from schemas.tables import TABLES, key_of
from schemas.text import french_date

Tables = Mapping[str, pl.DataFrame]
Row = Mapping[str, Any]
Lines = Callable[[Tables, Row], list["Part"]]
SUM, DIVISOR = "+", "÷"


@dataclass(frozen=True)
class Part:
    """A line behind a figure: its amount, what it is, and where it is written. `role` says whether it adds up or divides."""

    amount: Decimal
    text: str
    file: str = ""
    sheet: str = ""
    cell: str = ""
    role: str = SUM


def lines_of_row(frame: pl.DataFrame, row: Row) -> pl.DataFrame:
    """The lines of a table that bear the keys of that row, those that the row has."""
    keys = [name for name in (*PROJECT, "exercice", "financeur_id", "type_financeur", "financeur") if name in row and name in frame.columns]
    return frame.filter([pl.col(name) == row[name] for name in keys])


def as_parts(
    frame: pl.DataFrame, amount: str, text: Callable[[Row], str], place: tuple[str, str, str] = ("fichier", "feuille", "cellule")
) -> list[Part]:
    """The rows of a table whose amount is known and not 0, as lines; `place` names the columns of their source."""
    return [
        Part(Decimal(row[amount]), text(row), *(row.get(name) or "" for name in place))
        for row in frame.filter(pl.col(amount).is_not_null() & (pl.col(amount) != 0)).to_dicts()
    ]


def from_budget(condition: pl.Expr) -> Lines:
    """The lines of the budgets that fulfil the condition."""

    def lines(tables: Tables, row: Row) -> list[Part]:
        return as_parts(
            lines_of_row(tables["budget"].filter(condition), row),
            "montant_eur",
            lambda r: f"{r['exercice']} · {r['compte']} {r['libelle']}",
        )

    return lines


def shares(column: str) -> Lines:
    """The amounts of the financings, each with the first of its source cells; the other ones are named in its text."""

    def lines(tables: Tables, row: Row) -> Iterable[Part]:
        sources = tables["provenances"].filter((pl.col("table") == "financements") & (pl.col("champ") == column))
        places = {
            key[0]: part.select("fichier", "feuille", "cellule").rows() for key, part in sources.partition_by("cle", as_dict=True).items()
        }
        for r in lines_of_row(tables["financements"], row).filter(pl.col(column).fill_null(0) != 0).to_dicts():
            where = sorted(places.get("|".join(str(r[name]) for name in key_of(TABLES["financements"])), []))
            others = f" ; aussi {listed(where[1:])}" if len(where) > 1 else ""
            yield Part(r[column], f"{r['exercice']} · {r['financeur']} ({r['etat']}){others}", *(where[0] if where else ("", "", "")))

    return lambda tables, row: list(lines(tables, row))


def listed(places: Iterable[tuple[str, str, str]]) -> str:
    """Source cells in a row, for a text."""
    return ", ".join(f"{file} › {sheet} {cell}" for file, sheet, cell in places)


def matched(column: str, side: str) -> Lines:
    """The lines of one side of the reconciliation."""
    place = (f"fichier_{side}", f"feuille_{side}", f"cellule_{side}")
    return lambda tables, row: as_parts(
        lines_of_row(tables["rapprochement"], row), column, lambda r: f"{r['exercice']} · {r['financeur']}", place
    )


def asked(tables: Tables, row: Row) -> list[Part]:
    """What the dossiers ask of the Région, line by line of their plans: what is sollicité, or acquis where nothing is asked."""
    plans = tables["rapprochement"].filter(pl.col("type_financeur") == REGION)
    whole = lines_of_row(tables["financements"].filter(pl.col("type_financeur") == REGION), row).with_columns(demande=asked_amount())
    lines = lines_of_row(plans, row)
    parts = []
    for r in whole.filter(pl.col("demande").fill_null(0) != 0).to_dicts():
        mine = lines.filter(pl.col(name) == r[name] for name in (*PROJECT, "exercice", "financeur_id"))
        column = "sollicite_eur" if r["sollicite_eur"] and r["sollicite_eur"] > 0 else "acquis_eur"
        parts += as_parts(
            mine,
            column,
            lambda line: f"{line['exercice']} · {line['financeur']}",
            ("fichier_dossier", "feuille_dossier", "cellule_dossier"),
        )
    return parts


def votes(tables: Tables, row: Row) -> list[Part]:
    """The Région's votes, those under reserve left out."""
    return as_parts(
        lines_of_row(tables["decisions"].filter(without_reserve()), row),
        "vote_eur",
        lambda r: f"{r['nature']} du {french_date(r['date_decision'])}, {r['reference'] or 'sans référence'}",
    )


def commitments(tables: Tables, row: Row) -> list[Part]:
    """The conventions signed."""
    text = "{nature}, convention du {day}"
    return as_parts(
        lines_of_row(tables["engagements"], row),
        "engage_eur",
        lambda r: text.format(nature=r["nature"], day=french_date(r["date_convention"])),
    )


def payments(tables: Tables, row: Row) -> list[Part]:
    """The payments made, reversements taken off."""
    return as_parts(
        lines_of_row(tables["mandats"], row),
        "montant_eur",
        lambda r: f"{r['exercice']} · {r['nature']} {r['numero_mandat']} du {french_date(r['date_emission'])}",
    )


def left_to_pay(tables: Tables, row: Row) -> list[Part]:
    """What is engaged, less what is paid."""
    paid = [Part(-p.amount, f"moins : {p.text}", p.file, p.sheet, p.cell) for p in payments(tables, row)]
    return [*commitments(tables, row), *paid]


def left_due(tables: Tables, row: Row) -> list[Part]:
    """What is due, less what is paid."""
    return [*due(tables, row), *(Part(-p.amount, f"moins : {p.text}", p.file, p.sheet, p.cell) for p in payments(tables, row))]


def rate(tables: Tables, row: Row) -> list[Part]:
    """The aid asked, then the produits that divide it."""
    produits = from_budget(COUNTED & ~CHARGE)(tables, row)
    return [*asked(tables, row), *(Part(p.amount, p.text, p.file, p.sheet, p.cell, DIVISOR) for p in produits)]


def moved(tables: Tables, row: Row) -> list[Part]:
    """What moved the cost since the reference."""
    cost = tables["changements"].filter(pl.col("mesure") == MEASURES[0])
    return as_parts(
        lines_of_row(cost, row), "ecart_eur", lambda r: f"{r['exercice']} · {r['cause']} : {r['explication']}", ("fichier", "", "")
    )


def ceiling(tables: Tables, row: Row) -> list[Part]:
    """The cap itself: its texts say what it is made of."""
    return [Part(row["plafond_eur"], "plafond de l'aide, selon les textes ci-dessous")]


def posts(tables: Tables, row: Row) -> list[Part]:
    """The posts that the last decision grants, or those that the dossier asks for."""
    granted = lines_of_row(tables["decisions"], row).filter(pl.col("postes_accordes").is_not_null()).sort("date_decision")
    last = granted.tail(1).to_dicts()
    place = (last[0]["fichier"], last[0]["feuille"], last[0]["cellule"]) if last else ("", "", "")
    return [Part(Decimal(row["postes"]), "postes accordés par la Région" if last else "postes demandés par le dossier", *place)]


def due(tables: Tables, row: Row) -> list[Part]:
    """What one row of the échéancier is made of: votes, requests, or the scenario."""
    if row["nature"] == FIRM:
        ours = tables["rapprochement"].filter((pl.col("type_financeur") == REGION) & (pl.col("origine") == DECISION_LINE))
        place = ("fichier_financeur", "feuille_financeur", "cellule_financeur")
        return as_parts(
            lines_of_row(ours, row), "vote_eur", lambda r: f"part de {r['exercice']} dans la décision {r['reference'] or ''}".strip(), place
        )
    if row["nature"] == ASKED:
        return asked(tables, row)
    return as_parts(
        lines_of_row(tables["previsions"], row),
        "prevision_eur",
        lambda r: f"scénario « {r['scenario']} », {r['postes']} poste(s)",
        ("", "", ""),
    )
