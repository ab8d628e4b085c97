"""FON303, FON304, IDE205: the dossiers that count against the Région's steps and decisions, and against the dossiers before them."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import polars as pl

from budget.check import Examined
from budget.decide import Decided
from budget.frames import Batch
from budget.grants import Project, Vote, granted_posts, votes_by_project
from budget.rows import coverage
from budget.standing import Standing
from budget.validate import Located, check_group
from schemas import cross as models
from schemas.spec import DOSSIERS, FONCTIONNEMENT, VOLETS
from schemas.tables import ACCEPTED, ACCEPTED_WITH_RESERVES, REJECTED
from schemas.text import normalise

VALIDATED = ("projet validé", "pôle créé")
CARRIER_CHANGED = "changement de porteur"
_PROJECT = ["pays_code", "projet"]
_PLACES = pl.List(pl.Struct({"fichier": pl.String(), "feuille": pl.String(), "cellule": pl.String()}))
_GRANTED: dict[str, pl.DataType] = {
    "pays_code": pl.String(), "projet": pl.Int64(), "exercice": pl.Int64(), "accordes": pl.Int64(), "decision": pl.String(),
    "ailleurs": _PLACES,
}  # fmt: skip


def project_findings(examined: Examined, decided: Decided) -> list[Located]:
    """All findings on projects."""
    frames = (
        (models.ProjetsValides, _validated(examined, decided)),
        (models.PostesAccordes, _granted(examined, decided)),
        (models.Porteurs, _carriers(examined.batch, decided)),
    )
    return [located for model, frame in frames for located in check_group(model, frame)]


def _validated(examined: Examined, decided: Decided) -> pl.DataFrame:
    """Model ProjetsValides."""
    counting = examined.dossiers.join(decided.counting(), on="fichier", how="semi", maintain_order="left")
    dated = counting.filter(pl.col("date_validation").is_not_null()).select(_PROJECT)
    steps = decided.word.rows["etapes"].filter(pl.col("etape").is_in(VALIDATED)).select(_PROJECT)
    known = pl.concat([dated, steps]).unique().with_columns(valide=pl.lit(value=True))
    mine = counting.filter(pl.col("type_document") == FONCTIONNEMENT).join(
        examined.overview.aided, on="fichier", how="semi", maintain_order="left"
    )
    joined = mine.join(known, on=_PROJECT, how="left", maintain_order="left")
    return joined.select("fichier", "feuille", pl.col("valide").fill_null(value=False))


def _granted(examined: Examined, decided: Decided) -> pl.DataFrame:
    """Model PostesAccordes: the posts of the exercices that the dossier covers and that are voted."""
    rows = [row for project, votes in votes_by_project(decided.word.rows["decisions"]).items() for row in _granted_years(project, votes)]
    granted = pl.DataFrame(rows, schema=_GRANTED, orient="row")
    covered = coverage(examined.overview.covered, examined.batch, decided)
    asked = examined.overview.posts.join(covered, on=["fichier", "exercice"], how="semi", maintain_order="left")
    named = asked.join(examined.dossiers.select("fichier", *_PROJECT), on="fichier", how="left", maintain_order="left")
    return named.join(granted, on=[*_PROJECT, "exercice"], maintain_order="left")


def _granted_years(project: Project, votes: list[Vote]) -> Iterator[tuple[Any, ...]]:
    if project[2] != VOLETS[1]:
        return
    for exercice, count in granted_posts(votes).items():
        said = [vote for vote in votes if vote.covers(exercice)]
        places = [dict(zip(("fichier", "feuille", "cellule"), vote.place, strict=True)) for vote in said]
        yield project[0], project[1], exercice, count, said[-1].name, places


def _carriers(batch: Batch, decided: Decided) -> pl.DataFrame:
    """Model Porteurs: each dossier that counts beside the one before it, of its campaign or of the campaign before."""
    steps = decided.word.rows["etapes"].filter(pl.col("etape") == CARRIER_CHANGED)
    changes: dict[tuple[str, int], list[date]] = defaultdict(list)
    for pays, projet, day in steps.select(*_PROJECT, "date_etape").iter_rows():
        changes[pays, projet].append(day)
    chains: dict[tuple[str, str, int], list[Standing]] = defaultdict(list)
    for s in decided.standings:
        if s.identity.get("type_document") in DOSSIERS and s.alone in (ACCEPTED, ACCEPTED_WITH_RESERVES) and s.decision != REJECTED:
            chains[s.identity["type_document"], s.identity["pays_code"], s.identity["projet"]].append(s)
    rows = []
    for (_, pays, projet), chain in chains.items():
        for before, after in pairwise(sorted(chain, key=lambda s: (s.identity["campagne"], s.order))):
            recorded = any(day >= before.order[0] for day in changes[pays, projet])
            if after.counts and not (recorded or _same_carrier(before, after)):
                rows.append(
                    (
                        after.path,
                        after.identity["feuille"],
                        before.path,
                        before.identity["feuille"],
                        after.identity["structure_porteuse"],
                        before.identity["structure_porteuse"],
                        False,
                    )
                )
    schema = {
        "fichier": pl.String,
        "feuille": pl.String,
        "avant": pl.String,
        "feuille_avant": pl.String,
        "porteur": pl.String,
        "precedent": pl.String,
        "meme": pl.Boolean,
    }
    return _with_places(pl.DataFrame(rows, schema=schema, orient="row"), batch)


def _same_carrier(one: Standing, other: Standing) -> bool:
    sirens = [(s.identity["siret"] or "")[:9] for s in (one, other)]
    named = [normalise(s.identity["structure_porteuse"] or "") for s in (one, other)]
    return named[0] == named[1] or (len(sirens[0]) == 9 and sirens[0] == sirens[1])


def _with_places(rows: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """The cell of the carrier in each of both dossiers."""
    places = batch.positions.filter((pl.col("kind") == "identification") & (pl.col("champ") == "structure_porteuse"))
    cells = places.select("fichier", cellule_porteur=pl.concat_str("lettre", "ligne"))
    own = rows.join(cells, on="fichier", how="left", maintain_order="left")
    both = own.join(cells.rename({"fichier": "avant", "cellule_porteur": "cellule_avant"}), on="avant", how="left", maintain_order="left")
    return both.with_columns(
        sources=pl.concat_list(pl.concat_str("feuille", "cellule_porteur", separator="!")),
        ailleurs=pl.concat_list(pl.struct(fichier="avant", feuille="feuille_avant", cellule="cellule_avant")),
    )
