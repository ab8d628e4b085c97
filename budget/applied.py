"""Tables `derogations`, `arbitrages` and `plafonds`: what staff decided, and which value applied to which dossier."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import polars as pl

from budget.caps import NAMES, PARAMETERS_OF, with_caps
from budget.checking import Checked
from budget.rows import shape
from budget.settle import rulings_table, waivers_table
from budget.validate import Located
from schemas.packed import Packed, Tables
from schemas.parameters import Config
from schemas.region_tables import Plafonds
from schemas.tables import TABLES, Provenances, empty, key_of, polars_schema


def applied_tables(checked: Checked, found: Iterable[Located], config: Config, day: date) -> dict[str, pl.DataFrame]:
    """The three tables as of `day`; `found`: all findings, rulings applied."""
    hashes = {s.path: s.received.sha256 for s in checked.decided.standings}
    return {
        "derogations": waivers_table(checked.examined.waivers, _where_used(checked, config), day),
        "arbitrages": rulings_table(checked.settled, found, hashes),
        "plafonds": _caps_table(checked, config),
    }


def citing_corrections(cited: Packed, tables: Tables, checked: Checked) -> pl.DataFrame:
    """What to add to these provenances: beside each corrected cell, the ruling that replaced its value."""
    cells = checked.settled.effects.cells.items()
    rows = [(path, sheet, cell, r.file, r.sheet, r.cell) for path, mine in cells for (sheet, cell), r in mine.items()]
    if not rows:
        return empty(Provenances)
    place = ["fichier", "feuille", "cellule"]
    corrected = pl.DataFrame(rows, schema=dict.fromkeys([*place, *(f"{name}_arbitrage" for name in place)], pl.String), orient="row")
    own = [
        tables.lazy(name).select(
            *place, table=pl.lit(name), cle=pl.concat_str(*key_of(TABLES[name]), separator="|"), champ=pl.lit(champ)
        )
        for name, champ in _AMOUNTS.items()
    ]  # fmt: skip
    known = pl.concat([frame.select(*place, "table", "cle", "champ") for frame in (cited.lazy(), *own)]).join(corrected.lazy(), on=place)
    ruled = known.select("table", "cle", "champ", *(pl.col(f"{name}_arbitrage").alias(name) for name in place)).collect()
    return shape(ruled, Provenances)


_AMOUNTS = {
    "budget": "montant_eur", "votes": "vote_eur", "decisions": "vote_eur", "mandats": "montant_eur", "realises": "realise_eur",
}  # fmt: skip
"""Tables whose rows bear the cell of their amount."""


def _where_used(checked: Checked, config: Config) -> dict[int, list[str]]:
    """The dossiers and decisions to which each waiver gives a value."""
    decisions = checked.decided.word.rows["decisions"].with_columns(date_regle=pl.col("date_decision"))
    used: dict[int, list[str]] = defaultdict(list)
    for frame in (checked.examined.dossiers, with_caps(decisions, config, checked.examined.waivers)):
        for name in NAMES:
            for path, number in frame.select("fichier", f"{name}_derogation").drop_nulls().iter_rows():
                used[number].append(path)
    return used


def _caps_table(checked: Checked, config: Config) -> pl.DataFrame:
    """Table `plafonds`."""
    places = checked.examined.waivers.select(
        "numero", fichier_derogation="fichier", feuille_derogation="feuille", cellule_derogation="adresse"
    )
    parts = [
        checked.examined.dossiers.filter(pl.col("volet") == volet).select(
            "fichier", "pays_code", "projet", "volet", "campagne", "date_regle", parametre=pl.lit(name),
            valeur=pl.col(name).cast(pl.Decimal(38, 2)), unite=pl.lit(getattr(config.parametres, name).unite),
            reference=f"{name}_reference", numero=f"{name}_derogation",
        )
        for volet, names in PARAMETERS_OF.items()
        for name in names
    ]  # fmt: skip
    schema = polars_schema(Plafonds)
    joined = pl.concat(parts).join(places, on="numero", how="left", maintain_order="left")
    return joined.select(pl.col(name).cast(dtype) for name, dtype in schema.items()).sort("fichier", "parametre")
