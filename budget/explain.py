"""Where a figure comes from: the lines behind one cell of a finance sheet, each with its source cell, and what was left out and why.

The lines of a figure add up to it; a rate is one sum divided by another. All is read from the output tables.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl

from budget.lines import PROJECT
from budget.shares import without_reserve
from budget.view_sums import CHARGE, COUNTED, OWN, asked_amount
from schemas.changes import MEASURES
from schemas.dated import Parameters
from schemas.financers import REGION
from schemas.financing import DECISION_LINE
from schemas.programme import ASKED, FIRM
from schemas.tables import ACCEPTED, ACCEPTED_WITH_RESERVES, IGNORED, KEPT, TABLES, key_of
from schemas.text import count, french_date, number

Tables = Mapping[str, pl.DataFrame]
Row = Mapping[str, Any]
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
    found = _MEASURES.get((view, column)) or _MEASURES.get(("", column)) if view in _GROUPED else None
    parts = tuple(found(tables, row)) if found and amount is not None else tuple(_own_line(tables, view, column, row))
    return Explanation(amount, parts, _texts(tables, row, column, parameters), tuple(_left_out(tables, row)))


def _of(frame: pl.DataFrame, row: Row) -> pl.DataFrame:
    """The lines of a table that bear the keys of that row, those that the row has."""
    keys = [name for name in (*PROJECT, "exercice", "financeur_id", "type_financeur", "financeur") if name in row and name in frame.columns]
    return frame.filter([pl.col(name) == row[name] for name in keys])


def _parts(
    frame: pl.DataFrame, amount: str, text: Callable[[Row], str], place: tuple[str, str, str] = ("fichier", "feuille", "cellule")
) -> list[Part]:
    return [
        Part(Decimal(row[amount]), text(row), *(row.get(name) or "" for name in place))
        for row in frame.filter(pl.col(amount).is_not_null() & (pl.col(amount) != 0)).to_dicts()
    ]


def _budget(condition: pl.Expr) -> Callable[[Tables, Row], list[Part]]:
    def lines(tables: Tables, row: Row) -> list[Part]:
        return _parts(
            _of(tables["budget"].filter(condition), row), "montant_eur", lambda r: f"{r['exercice']} · {r['compte']} {r['libelle']}"
        )

    return lines


def _shares(column: str) -> Callable[[Tables, Row], list[Part]]:
    """The amounts of the financings, each with the first of its source cells; the other ones are named in its text."""

    def lines(tables: Tables, row: Row) -> Iterable[Part]:
        sources = tables["provenances"].filter((pl.col("table") == "financements") & (pl.col("champ") == column))
        places = {
            key[0]: part.select("fichier", "feuille", "cellule").rows() for key, part in sources.partition_by("cle", as_dict=True).items()
        }
        for r in _of(tables["financements"], row).filter(pl.col(column).fill_null(0) != 0).to_dicts():
            where = sorted(places.get("|".join(str(r[name]) for name in key_of(TABLES["financements"])), []))
            others = f" ; aussi {_listed(where[1:])}" if len(where) > 1 else ""
            yield Part(r[column], f"{r['exercice']} · {r['financeur']} ({r['etat']}){others}", *(where[0] if where else ("", "", "")))

    return lambda tables, row: list(lines(tables, row))


def _listed(places: Iterable[tuple[str, str, str]]) -> str:
    return ", ".join(f"{file} › {sheet} {cell}" for file, sheet, cell in places)


def _matched(column: str, side: str) -> Callable[[Tables, Row], list[Part]]:
    """The lines of one side of the reconciliation."""
    place = (f"fichier_{side}", f"feuille_{side}", f"cellule_{side}")
    return lambda tables, row: _parts(_of(tables["rapprochement"], row), column, lambda r: f"{r['exercice']} · {r['financeur']}", place)


def _asked(tables: Tables, row: Row) -> list[Part]:
    asked = tables["rapprochement"].filter(pl.col("type_financeur") == REGION)
    whole = _of(tables["financements"].filter(pl.col("type_financeur") == REGION), row).with_columns(demande=asked_amount())
    lines = _of(asked, row)
    parts = []
    for r in whole.filter(pl.col("demande").fill_null(0) != 0).to_dicts():
        mine = lines.filter((pl.col("exercice") == r["exercice"]) & (pl.col("financeur_id") == r["financeur_id"]))
        column = "sollicite_eur" if r["sollicite_eur"] and r["sollicite_eur"] > 0 else "acquis_eur"
        parts += _parts(
            mine,
            column,
            lambda line: f"{line['exercice']} · {line['financeur']}",
            ("fichier_dossier", "feuille_dossier", "cellule_dossier"),
        )
    return parts


def _votes(tables: Tables, row: Row) -> list[Part]:
    return _parts(
        _of(tables["decisions"].filter(without_reserve()), row),
        "vote_eur",
        lambda r: f"{r['nature']} du {french_date(r['date_decision'])}, {r['reference'] or 'sans référence'}",
    )


def _commitments(tables: Tables, row: Row) -> list[Part]:
    text = "{nature}, convention du {day}"
    return _parts(
        _of(tables["engagements"], row), "engage_eur", lambda r: text.format(nature=r["nature"], day=french_date(r["date_convention"]))
    )


def _payments(tables: Tables, row: Row) -> list[Part]:
    return _parts(
        _of(tables["mandats"], row),
        "montant_eur",
        lambda r: f"{r['exercice']} · {r['nature']} {r['numero_mandat']} du {french_date(r['date_emission'])}",
    )


def _left_to_pay(tables: Tables, row: Row) -> list[Part]:
    paid = [Part(-p.amount, f"moins : {p.text}", p.file, p.sheet, p.cell) for p in _payments(tables, row)]
    return [*_commitments(tables, row), *paid]


def _left_due(tables: Tables, row: Row) -> list[Part]:
    return [*_due(tables, row), *(Part(-p.amount, f"moins : {p.text}", p.file, p.sheet, p.cell) for p in _payments(tables, row))]


def _rate(tables: Tables, row: Row) -> list[Part]:
    produits = _budget(COUNTED & ~CHARGE)(tables, row)
    return [*_asked(tables, row), *(Part(p.amount, p.text, p.file, p.sheet, p.cell, DIVISOR) for p in produits)]


def _moved(tables: Tables, row: Row) -> list[Part]:
    cost = tables["changements"].filter(pl.col("mesure") == MEASURES[0])
    return _parts(_of(cost, row), "ecart_eur", lambda r: f"{r['exercice']} · {r['cause']} : {r['explication']}", ("fichier", "", ""))


def _ceiling(tables: Tables, row: Row) -> list[Part]:
    """The cap itself: its texts say what it is made of."""
    return [Part(row["plafond_eur"], "plafond de l'aide, selon les textes ci-dessous")]


def _posts(tables: Tables, row: Row) -> list[Part]:
    granted = _of(tables["decisions"], row).filter(pl.col("postes_accordes").is_not_null()).sort("date_decision")
    last = granted.tail(1).to_dicts()
    place = (last[0]["fichier"], last[0]["feuille"], last[0]["cellule"]) if last else ("", "", "")
    return [Part(Decimal(row["postes"]), "postes accordés par la Région" if last else "postes demandés par le dossier", *place)]


def _due(tables: Tables, row: Row) -> list[Part]:
    if row["nature"] == FIRM:
        ours = tables["rapprochement"].filter((pl.col("type_financeur") == REGION) & (pl.col("origine") == DECISION_LINE))
        place = ("fichier_financeur", "feuille_financeur", "cellule_financeur")
        return _parts(
            _of(ours, row), "vote_eur", lambda r: f"part de {r['exercice']} dans la décision {r['reference'] or ''}".strip(), place
        )
    if row["nature"] == ASKED:
        return _asked(tables, row)
    return _parts(
        _of(tables["previsions"], row), "prevision_eur", lambda r: f"scénario « {r['scenario']} », {r['postes']} poste(s)", ("", "", "")
    )


_GROUPED = ("par_pays", "par_financeur", "echeancier")
_MEASURES: dict[tuple[str, str], Callable[[Tables, Row], list[Part]]] = {
    ("", "cout_eur"): _budget(COUNTED & CHARGE),
    ("", "propres_eur"): _budget(OWN),
    ("", "demande_eur"): _asked,
    ("", "plafond_eur"): _ceiling,
    ("", "engage_eur"): _commitments,
    ("", "mandate_eur"): _payments,
    ("", "reste_eur"): _left_to_pay,
    ("", "taux_region"): _rate,
    ("", "postes"): _posts,
    **{("", name): _shares(name) for name in ("confirme_eur", "declare_eur", "espere_eur")},
    ("par_pays", "vote_eur"): _votes,
    ("par_pays", "ecart_eur"): _moved,
    ("par_financeur", "vote_eur"): _matched("vote_eur", "financeur"),
    ("par_financeur", "verse_eur"): _matched("verse_eur", "financeur"),
    ("par_financeur", "sollicite_eur"): _matched("sollicite_eur", "dossier"),
    ("par_financeur", "acquis_eur"): _matched("acquis_eur", "dossier"),
    ("par_financeur", "ecart_eur"): _shares("ecart_eur"),
    ("echeancier", "prevu_eur"): _due,
    ("echeancier", "reste_eur"): _left_due,
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
        "la ligne elle-même" + (f" ; aussi {_listed(where[1:])}" if where[1:] else ""),
        *(where[0] if where else ("", "", "")),
    )


def _texts(tables: Tables, row: Row, column: str, parameters: Parameters) -> tuple[str, ...]:
    """The caps that applied, with the text behind each, where the figure is an aid or its cap."""
    if column not in ("plafond_eur", "demande_eur", "vote_eur") or not all(name in row for name in PROJECT):
        return ()
    counting = tables["budget"].filter(pl.col("etat") == KEPT).select("fichier").unique()
    mine = _of(tables["plafonds"], row).join(counting, on="fichier", how="semi").sort("campagne", "fichier", "parametre")
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
    files = _of(tables["depots"].filter(~pl.col("decision").is_in([ACCEPTED, ACCEPTED_WITH_RESERVES, IGNORED])), row)
    for r in files.sort("fichier").to_dicts():
        yield Part(r["lu_eur"] or Decimal(0), f"{r['decision']} : {r['motif']}", r["fichier"])
    for r in _of(tables["depots"].filter(pl.col("decision").is_in([ACCEPTED, ACCEPTED_WITH_RESERVES])), row).sort("fichier").to_dicts():
        if r["ecarte_eur"]:
            yield Part(r["ecarte_eur"], "écarté de ce fichier : lignes en erreur, ou restes de rubriques", r["fichier"])
    outside = _of(tables["budget"].filter(~COUNTED), row)
    for key, part in outside.partition_by("fichier", "etat", as_dict=True, maintain_order=True).items():
        why = "comptes 86 et 87, hors totaux" if key[1] == KEPT else "lignes réactualisées par une campagne plus récente"
        yield Part(Decimal(part["montant_eur"].sum()), f"{why} ({count(part.height, 'ligne')})", str(key[0]))
