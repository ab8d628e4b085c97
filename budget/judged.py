"""What the rules on one file found in each dossier, kept from one run to the next beside what the dossier says.

It holds as long as the dossier's content, the code and the configuration (`rules`, their hash), and the caps in force for it, which
depend on the Région's decisions. Rulings and waivers are applied afterwards: what is kept is what the rules raise.
"""

from collections.abc import Iterable
from hashlib import sha256

import orjson
import polars as pl

from budget.caps import NAMES
from budget.said import JUDGED, finding_of_row, finding_to_row
from budget.validate import Located


def still_true(judged: pl.DataFrame, dossiers: pl.DataFrame, rules: str) -> pl.DataFrame:
    """The rows of what an earlier run kept that hold for these dossiers now (`Examined.dossiers`)."""
    if judged.is_empty():
        return judged
    return judged.join(_keys(dossiers, rules), on=["fichier", "regles"], how="semi", maintain_order="left")


def found_in(judged: pl.DataFrame) -> list[Located]:
    """The findings of these rows, in the order in which they were raised."""
    rows = judged.drop_nulls("code").iter_rows(named=True)
    return [(row["fichier"], finding_of_row(row, sources=[(s, c) for s, c in orjson.loads(row["sources"])])) for row in rows]


def to_keep(found: Iterable[Located], dossiers: pl.DataFrame, rules: str) -> pl.DataFrame:
    """What was found in these dossiers, a row per finding; one that bears no code for a dossier in which nothing was found."""
    rows = [(path, *finding_to_row(f), orjson.dumps(f.sources).decode()) for path, f in found]
    schema = {name: dtype for name, dtype in JUDGED.items() if name != "regles"}
    return _keys(dossiers, rules).join(pl.DataFrame(rows, schema, orient="row"), on="fichier", how="left", maintain_order="left_right")


def _keys(dossiers: pl.DataFrame, rules: str) -> pl.DataFrame:
    """On what the findings of each dossier depend besides its content: `fichier, regles`."""
    columns = ["date_regle", *(f"{name}{suffix}" for name in NAMES for suffix in ("", "_reference"))]
    written = pl.concat_str((pl.col(name).cast(pl.String).fill_null("") for name in columns), separator="|")
    keyed = dossiers.select("fichier", regles=written)
    known = {text: sha256(f"{rules}|{text}".encode()).hexdigest()[:16] for text in keyed["regles"].unique()}
    return keyed.with_columns(pl.col("regles").replace_strict(known, return_dtype=pl.String))
