"""Where a figure comes from: the lines behind one cell of a finance sheet, each with its source cell, and what was left out and why.

The lines of a figure add up to it; a rate is one sum divided by another. All is read from the output tables.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

import polars as pl

from budget.explain_lines import (
    DIVISOR,
    SUM,
    Lines,
    Part,
    Row,
    Tables,
    asked,
    ceiling,
    commitments,
    due,
    from_budget,
    left_due,
    left_to_pay,
    lines_of_row,
    listed,
    matched,
    moved,
    payments,
    posts,
    rate,
    shares,
    votes,
)  # fmt: skip
from budget.explain_summary import SUMMARIES
from budget.lines import PROJECT
from budget.view_sums import CHARGE, COUNTED, OWN
from schemas.dated import Parameters
from schemas.tables import ACCEPTED, ACCEPTED_WITH_RESERVES, IGNORED, KEPT, TABLES, key_of
from schemas.text import count, french_date, number


@dataclass(frozen=True)
class Explanation:
    """A figure with the lines behind it, the texts that decided, and what was left out, with why."""

    amount: Decimal | None
    parts: tuple[Part, ...] = ()
    texts: tuple[str, ...] = ()
    left_out: tuple[Part, ...] = field(default=())

    def computed(self) -> Decimal:
        """What the lines come to."""
        added = sum((p.amount for p in self.parts if p.role == SUM), Decimal(0))
        divisor = sum((p.amount for p in self.parts if p.role == DIVISOR), Decimal(0))
        return (added / divisor).quantize(Decimal("0.0001"), ROUND_HALF_UP) if divisor else added


def explain(tables: Tables, view: str, column: str, row: Row, parameters: Parameters) -> Explanation:
    """Explain the figure of `column` in that row of a view (see `budget.views`). A blank figure has no line."""
    amount = row[column]
    found = _MEASURES.get((view, column)) or (_MEASURES.get(("", column)) if view in _GROUPED else None)
    parts = tuple(found(tables, row)) if found and amount is not None else tuple(_own_line(tables, view, column, row))
    return Explanation(amount, parts, _texts(tables, row, column, parameters), tuple(_left_out(tables, row)))


_GROUPED = ("par_pays", "par_financeur", "echeancier")
_MEASURES: dict[tuple[str, str], Lines] = {
    ("", "cout_eur"): from_budget(COUNTED & CHARGE),
    ("", "propres_eur"): from_budget(OWN),
    ("", "demande_eur"): asked,
    ("", "plafond_eur"): ceiling,
    ("", "engage_eur"): commitments,
    ("", "mandate_eur"): payments,
    ("", "reste_eur"): left_to_pay,
    ("", "taux_region"): rate,
    ("", "postes"): posts,
    **{("", name): shares(name) for name in ("confirme_eur", "declare_eur", "espere_eur")},
    ("par_pays", "vote_eur"): votes,
    ("par_pays", "ecart_eur"): moved,
    ("par_financeur", "vote_eur"): matched("vote_eur", "financeur"),
    ("par_financeur", "verse_eur"): matched("verse_eur", "financeur"),
    ("par_financeur", "sollicite_eur"): matched("sollicite_eur", "dossier"),
    ("par_financeur", "acquis_eur"): matched("acquis_eur", "dossier"),
    ("par_financeur", "ecart_eur"): shares("ecart_eur"),
    ("echeancier", "prevu_eur"): due,
    ("echeancier", "reste_eur"): left_due,
    **SUMMARIES,
}
"""What lies behind each figure that several lines make: by view and column, or by column for all of them."""


def _own_line(tables: Tables, view: str, column: str, row: Row) -> Iterable[Part]:
    """The figure of a sheet whose row is a line of a table: the line itself, with its own cell or the cells that the table cites."""
    value = row[column]
    if value is None:
        return
    if row.get("cellule"):
        yield Part(Decimal(value), "la ligne elle-même", row["fichier"], row["feuille"], row["cellule"])
        return
    table = TABLES.get(view)
    keys = key_of(table) if table else []
    key = "|".join(str(row[name]) for name in keys) if all(name in row for name in keys) else ""
    cited = tables["provenances"].filter((pl.col("table") == view) & (pl.col("cle") == key) & (pl.col("champ") == column))
    where = sorted(cited.select("fichier", "feuille", "cellule").rows())
    yield Part(
        Decimal(value),
        "la ligne elle-même" + (f" ; aussi {listed(where[1:])}" if where[1:] else ""),
        *(where[0] if where else ("", "", "")),
    )


def _texts(tables: Tables, row: Row, column: str, parameters: Parameters) -> tuple[str, ...]:
    """The caps that applied, with the text behind each, where the figure is an aid or its cap."""
    if column not in ("plafond_eur", "demande_eur", "vote_eur") or not all(name in row for name in PROJECT):
        return ()
    counting = tables["budget"].filter(pl.col("etat") == KEPT).select("fichier").unique()
    mine = lines_of_row(tables["plafonds"], row).join(counting, on="fichier", how="semi").sort("campagne", "fichier", "parametre")
    return tuple(
        f"{getattr(parameters, r['parametre']).libelle} : {_value(r)} au {french_date(r['date_regle'])} – "
        f"{r['reference'] or 'aucun texte'} ({r['fichier']})"
        for r in mine.to_dicts()
    )


def _value(cap: Row) -> str:
    return "inconnu" if cap["valeur"] is None else f"{number(cap['valeur'])} {cap['unite']}"


def _left_out(tables: Tables, row: Row) -> Iterable[Part]:
    """Files of that project that do not count, with why; lines of those that do and stand outside the totals."""
    if not all(name in row for name in PROJECT):
        return
    files = lines_of_row(tables["depots"].filter(~pl.col("decision").is_in([ACCEPTED, ACCEPTED_WITH_RESERVES, IGNORED])), row)
    for r in files.sort("fichier").to_dicts():
        yield Part(r["lu_eur"] or Decimal(0), f"{r['decision']} : {r['motif']}", r["fichier"])
    for r in (
        lines_of_row(tables["depots"].filter(pl.col("decision").is_in([ACCEPTED, ACCEPTED_WITH_RESERVES])), row).sort("fichier").to_dicts()
    ):
        if r["ecarte_eur"]:
            yield Part(r["ecarte_eur"], "écarté de ce fichier : lignes en erreur, ou restes de rubriques", r["fichier"])
    outside = lines_of_row(tables["budget"].filter(~COUNTED), row)
    for key, part in outside.partition_by("fichier", "etat", as_dict=True, maintain_order=True).items():
        why = "comptes 86 et 87, hors totaux" if key[1] == KEPT else "lignes réactualisées par une campagne plus récente"
        yield Part(Decimal(part["montant_eur"].sum()), f"{why} ({count(part.height, 'ligne')})", str(key[0]))
