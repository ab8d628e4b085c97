"""What deciding needs to know of all dossiers at once, once the rows of each part are closed again: few and small columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from budget.asked import Asked, asked_by_file
from budget.frames import Batch
from budget.rows import spoken_of


@dataclass(frozen=True)
class Overview:
    """`asked`: what each file asks of the Région, by path. As frames:

    - `covered`, the exercices of which each budget or plan speaks, and `rendered`, those of each compte rendu: `fichier, exercice`;
    - `aided`, how many posts each file asks aid for: `fichier, postes`;
    - `posts`, what the model PostesParExercice judges.
    """

    asked: Mapping[str, Asked]
    covered: pl.DataFrame
    rendered: pl.DataFrame
    aided: pl.DataFrame
    posts: pl.DataFrame


def overview_of(batch: Batch, posts: pl.DataFrame) -> Overview:
    """That of one part; `posts` is what `groups.posts_by_exercice` gives."""
    aided = batch.sheets["postes"].filter(pl.col("aide_eur") > 0).group_by("fichier", maintain_order=True)
    rendered = batch.sheets["realise"].select("fichier", "exercice").drop_nulls().unique(maintain_order=True)
    return Overview(asked_by_file(batch), spoken_of(batch), rendered, aided.agg(postes=pl.col("poste").n_unique().cast(pl.Int64)), posts)


def joined(parts: Sequence[Overview]) -> Overview:
    """Those of all parts as one."""
    return Overview(
        {path: asked for part in parts for path, asked in part.asked.items()},
        *(pl.concat([getattr(part, name) for part in parts]) for name in ("covered", "rendered", "aided", "posts")),
    )
