"""What each dossier asks of the Région, file by file: the lines of its plan, the rows of its posts, the exercices it speaks of."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import polars as pl

from budget.frames import Batch, with_cells
from budget.groups import plan_lines
from budget.lines import account_lines
from schemas.financers import REGION


@dataclass(frozen=True)
class Line:
    """An amount asked of the Région and its place; for a post's, its annuité, and its rank among the exercice's posts."""

    sheet: str
    cell: str
    exercice: int
    amount: Decimal
    post: str = ""
    annuity: int = 0
    annuity_cell: str = ""
    rank: int = 0


@dataclass
class Asked:
    """One dossier's lines, in the order of its sheets."""

    lines: list[Line] = field(default_factory=list)
    posts: list[Line] = field(default_factory=list)
    exercices: set[int] = field(default_factory=set)


def asked_by_file(batch: Batch) -> Mapping[str, Asked]:
    """What each file asks; a file that asks nothing has no line."""
    found: dict[str, Asked] = defaultdict(Asked)
    plan = plan_lines(batch).filter(pl.col("type_financeur") == REGION, pl.col("montant_eur") != 0)
    for file, *line in plan.select("fichier", "feuille", "cellule", "exercice", "montant_eur").drop_nulls().iter_rows():
        found[file].lines.append(Line(*line))
    posts = with_cells(batch.sheets["postes"], batch, "postes", "annuite", "aide_eur").filter(pl.col("aide_eur") > 0)
    names = ["fichier", "feuille", "cellule_aide_eur", "exercice", "aide_eur", "poste", "annuite", "cellule_annuite"]
    for file, *line in _ranked(posts.select(names).drop_nulls()).iter_rows():
        found[file].posts.append(Line(*line))
    for file, exercice in _spoken_of(batch).iter_rows():
        found[file].exercices.add(exercice)
    return found


def _ranked(posts: pl.DataFrame) -> pl.DataFrame:
    """The posts with the rank of each among those of its file and exercice, in the order of the table."""
    first = posts.with_row_index("_premier").with_columns(pl.col("_premier").min().over("fichier", "exercice", "poste"))
    return first.with_columns(rang=pl.col("_premier").rank("dense").over("fichier", "exercice").cast(pl.Int64)).drop("_premier")


def _spoken_of(batch: Batch) -> pl.DataFrame:
    """The exercices of which each dossier speaks: `fichier, exercice`."""
    lines = account_lines(batch.sheets["budget"].select("fichier", "exercice", "montant_eur", "compte_seul"))
    sheets = (lines.filter(pl.col("montant_eur") != 0), batch.sheets["plan"], batch.sheets["postes"])
    return pl.concat([sheet.select("fichier", "exercice") for sheet in sheets]).drop_nulls().unique()
