"""Why each figure changed: two sets of tables compared, every euro of difference put down to a file, a ruling, a parameter or a rule.

Amounts that come from one file (budget lines, votes, payments) are compared file by file. Shares of a financing come from two sides:
they are compared key by key, and put down to the files behind that key which changed.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from budget.control import Control
from budget.frames import MONEY, ZERO
from budget.lines import PROJECT
from budget.shares import without_reserve
from schemas.accounts import IN_KIND
from schemas.changes import ALTERED, ARRIVED, CAPPED, DECIDED, LEFT, MEASURES, OVERLAPPED, RULED, RULES, Changements
from schemas.financers import REGION
from schemas.packed import Packed, drawn, held, lazy
from schemas.pays import all_pays
from schemas.tables import KEPT, polars_schema
from schemas.text import listing

Tables = Mapping[str, pl.DataFrame]
COMPARED = ("depots", "budget", "financements", "votes", "decisions", "mandats", "arbitrages", "plafonds", "provenances")
"""The tables that a later run needs of this one."""
_CELL = [*PROJECT, "exercice"]
_KEY = ["mesure", *_CELL, "fichier"]
_SUM = pl.col("montant").sum().cast(MONEY)
_OUTSIDE = pl.col("compte").str.head(2).is_in(list(IN_KIND))


def changes(before: Tables, after: Tables, reference: str) -> pl.DataFrame:
    """Table `changements`: `before` and `after` hold the tables COMPARED; `reference` names what `before` is."""
    moved, financed = list[dict[str, Any]](), list[dict[str, Any]]()
    for mine in _some_pays(after):
        former, now = (_file_amounts(tables).filter(mine).group_by(_KEY).agg(_SUM) for tables in (before, after))
        moved += _differences(former, now, _KEY)
        financed += _differences(_shares(before).filter(mine), _shares(after).filter(mine), ["mesure", *_CELL, "cle"])
    sources = _sources({row["cle"] for row in financed}, before, after)
    facts = _Facts.of(before, after, {row["fichier"] for row in moved}.union(*sources.values()))
    rows = [*_by_file(moved, facts), *_by_financing(financed, sources, facts)]
    schema = polars_schema(Changements)
    frame = pl.DataFrame([{**row, "reference": reference} for row in rows], schema=schema, orient="row")
    rank = {name: place for place, name in enumerate(MEASURES)}
    order = pl.col("mesure").replace_strict(rank, return_dtype=pl.Int64)
    return frame.sort(order, *_CELL, "fichier")


def _some_pays(tables: Tables) -> Iterator[pl.Expr]:
    """What takes all Pays, some at a time where the budget is held in parts: both sides of these alone are compared at once."""
    codes, budget = sorted(all_pays()), held(tables, "budget")
    groups = min(len(budget.parts), len(codes)) if isinstance(budget, Packed) else 1
    for rank in range(groups):
        yield pl.col("pays_code").is_in(codes[rank::groups])


def change_controls(before: Tables, after: Tables, changed: pl.DataFrame) -> list[Control]:
    """For each measure: what the totals differ by = the sum of the changes told."""
    told = dict(changed.group_by("mesure").agg(pl.col("ecart_eur").sum()).iter_rows())
    totals = [_totals(tables) for tables in (before, after)]
    return [
        (f"Changements = différence des totaux : {name} (€)", totals[1][name] - totals[0][name], told.get(name, Decimal(0)))
        for name in MEASURES
    ]


def _totals(tables: Tables) -> dict[str, Decimal]:
    cells = pl.concat([rows.select("mesure", "montant") for rows in (_file_amounts(tables), _shares(tables))])
    sums = dict(drawn(cells.group_by("mesure").agg(_SUM)).iter_rows())
    return {name: sums.get(name, Decimal(0)) for name in MEASURES}


def _file_amounts(tables: Tables) -> pl.LazyFrame:
    """The amounts that one file alone gives: several rows per measure, project, exercice and file."""
    lines = lazy(tables, "budget").filter((pl.col("etat") == KEPT) & ~_OUTSIDE)
    names = dict(zip(("charge", "produit"), MEASURES[:2], strict=True))
    votes = lazy(tables, "votes").filter(pl.col("etat") == KEPT)
    decisions = lazy(tables, "decisions").filter(without_reserve()).rename({"premier_exercice": "exercice"})
    parts = (
        (lines, pl.col("sens").replace_strict(names, return_dtype=pl.String), "montant_eur"),
        (votes, pl.lit(MEASURES[6]), "vote_eur"),
        (decisions, pl.lit(MEASURES[7]), "vote_eur"),
        (lazy(tables, "mandats"), pl.lit(MEASURES[8]), "montant_eur"),
    )
    return pl.concat([rows.select(*_CELL, "fichier", mesure=measure, montant=pl.col(amount)) for rows, measure, amount in parts])


def _shares(tables: Tables) -> pl.LazyFrame:
    """A row per measure and financing: the amounts that are drawn from both sides. `cle` is the financing's."""
    funding = lazy(tables, "financements").with_columns(cle=pl.concat_str(*_CELL, "financeur_id", separator="|"))
    asked = funding.filter(pl.col("type_financeur") == REGION)
    parts = [(asked, MEASURES[2], "sollicite_eur")]
    parts += [(funding, name, column) for name, column in zip(MEASURES[3:6], ("confirme_eur", "declare_eur", "espere_eur"), strict=True)]
    return pl.concat([rows.select(*_CELL, "cle", mesure=pl.lit(name), montant=pl.col(column).cast(MONEY)) for rows, name, column in parts])


def _differences(before: pl.LazyFrame, after: pl.LazyFrame, key: list[str]) -> list[dict[str, Any]]:
    joined = before.join(after, on=key, how="full", coalesce=True, suffix="_apres").with_columns(
        avant_eur=pl.col("montant").fill_null(ZERO), apres_eur=pl.col("montant_apres").fill_null(ZERO)
    )
    moved = joined.with_columns(ecart_eur=pl.col("apres_eur") - pl.col("avant_eur")).filter(pl.col("ecart_eur") != 0)
    return drawn(moved.select(*key, "avant_eur", "apres_eur", "ecart_eur")).sort(key).to_dicts()


def _by_file(moved: Iterable[dict[str, Any]], facts: "_Facts") -> Iterable[dict[str, Any]]:
    for row in moved:
        cause, why = facts.cause(row["fichier"])
        yield {**row, "cause": cause, "explication": why}


def _by_financing(moved: Iterable[dict[str, Any]], sources: Mapping[str, list[str]], facts: "_Facts") -> Iterable[dict[str, Any]]:
    """Differences of one cell that have the same causes are one row."""
    summed: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in moved:
        files = [path for path in sources.get(row.pop("cle"), ()) if facts.moved(path)]
        cause, why = facts.cause(files[0]) if len(files) == 1 else facts.causes(files)
        named = {**{name: row[name] for name in ("mesure", *_CELL)}, "fichier": " ; ".join(files)}
        together = summed.setdefault(
            tuple(named.values()),
            {**named, "cause": cause, "explication": why, "avant_eur": Decimal(0), "apres_eur": Decimal(0), "ecart_eur": Decimal(0)},
        )
        for name in ("avant_eur", "apres_eur", "ecart_eur"):
            together[name] += row[name]
    # What moved from one financer to another within a cell is no difference of that cell.
    return [row for row in summed.values() if row["ecart_eur"]]


def _sources(keys: Collection[str], *sides: Tables) -> dict[str, list[str]]:
    """The files behind these financings, on either side, sorted."""
    wanted = (pl.col("table") == "financements") & pl.col("cle").is_in(list(keys))
    both = pl.concat([lazy(tables, "provenances").filter(wanted).select("cle", "fichier") for tables in sides])
    return dict(drawn(both.unique()).group_by("cle").agg(pl.col("fichier").sort()).iter_rows())


@dataclass(frozen=True)
class _Facts:
    """What is known of some files before and after."""

    before: Mapping[str, Mapping[str, Any]]
    after: Mapping[str, Mapping[str, Any]]
    ruled: frozenset[str]
    capped: Mapping[str, str]
    overlapped: frozenset[str]

    @classmethod
    def of(cls, before: Tables, after: Tables, files: Collection[str]) -> "_Facts":
        mine = pl.col("fichier").is_in(list(files))
        facts = ("fichier", "empreinte", "decision", "motif")
        known = [
            drawn(lazy(tables, "depots").filter(mine).select(facts)).rows_by_key("fichier", named=True, unique=True)
            for tables in (before, after)
        ]
        return cls(known[0], known[1], _ruled(before, after), _capped(before, after, mine), _overlapped(before, after, mine))

    def moved(self, path: str) -> bool:
        """Whether something of the file changed."""
        return self.cause(path)[0] != RULES

    def cause(self, path: str) -> tuple[str, str]:
        """What changed for a file, the most telling first, and the sentence that says so."""
        old, new = self.before.get(path), self.after.get(path)
        if old is None:
            return ARRIVED, f"Fichier arrivé depuis. {new['motif'] if new else ''}".strip()
        if new is None:
            return LEFT, "Fichier retiré des dépôts."
        if old["empreinte"] != new["empreinte"]:
            return ALTERED, "Le contenu du fichier a changé sous le même nom."
        if path in self.ruled:
            return RULED, "Un arbitrage ou une dérogation du service a changé pour ce fichier."
        if path in self.capped:
            return CAPPED, f"Un paramètre de ce dossier a changé : {self.capped[path]}."
        if old["decision"] != new["decision"]:
            return DECIDED, f"De « {old['decision']} » à « {new['decision']} ». {new['motif']}"
        if path in self.overlapped:
            return OVERLAPPED, "Un dossier d'une autre campagne couvre, ou ne couvre plus, les mêmes exercices."
        return RULES, "Ni le fichier ni sa décision n'ont changé : une règle du logiciel, la configuration ou la date d'arrêté."

    def causes(self, paths: list[str]) -> tuple[str, str]:
        """What changed behind a figure that comes from several files."""
        if not paths:
            return (
                RULES,
                "Aucun des fichiers d'où vient ce montant n'a changé : une règle du logiciel, la configuration ou la date d'arrêté.",
            )
        each = {path: self.cause(path)[0] for path in paths}
        cause = next(cause for cause in (ARRIVED, LEFT, ALTERED, RULED, CAPPED, DECIDED, OVERLAPPED) if cause in each.values())
        return cause, listing([f"« {path} » ({what})" for path, what in each.items()], "et") + "."


def _ruled(before: Tables, after: Tables) -> frozenset[str]:
    """The files that a ruling aims at on one side only, or otherwise."""
    columns = ["fichier_vise", "code", "feuille_visee", "cellule_visee", "action", "valeur_retenue", "etat"]
    sides = [t["arbitrages"].select(columns).filter(pl.col("fichier_vise").is_not_null()).unique() for t in (before, after)]
    differ = [a.join(b, on=columns, how="anti", nulls_equal=True) for a, b in (sides, sides[::-1])]
    return frozenset(pl.concat(differ)["fichier_vise"])


def _capped(before: Tables, after: Tables, mine: pl.Expr) -> dict[str, str]:
    """Of these dossiers, those whose caps are others, with which."""
    sides = [lazy(tables, "plafonds").filter(mine).select("fichier", "parametre", "valeur") for tables in (before, after)]
    both = sides[0].join(sides[1], on=["fichier", "parametre"], suffix="_apres")
    other = drawn(both.filter(pl.col("valeur").ne_missing(pl.col("valeur_apres")))).sort("fichier", "parametre")
    named = other.group_by("fichier", maintain_order=True).agg(pl.col("parametre"))
    return {path: listing(names, "et") for path, names in named.iter_rows()}


def _overlapped(before: Tables, after: Tables, mine: pl.Expr) -> frozenset[str]:
    """The dossiers, of these, of which a line counts on one side and not on the other."""
    place = ["fichier", "feuille", "cellule"]
    sides = [lazy(tables, "budget").filter(mine).select(*place, "etat") for tables in (before, after)]
    both = sides[0].join(sides[1], on=place, suffix="_apres")
    return frozenset(drawn(both.filter(pl.col("etat") != pl.col("etat_apres")).select("fichier").unique())["fichier"])
