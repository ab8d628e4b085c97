"""Readings to frames: all rows of one kind of sheet, from all files of a part, are one frame; so are all positions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from budget.lines import account_lines, heading_remainders, with_counted
from budget.parts import Part, Territory
from budget.said import Said, amounts
from schemas.finding import Finding
from schemas.reading import Received
from schemas.spec import IN_HEADER, IN_UNIT

MONEY = pl.Decimal(38, 2)
ZERO = pl.lit(0, MONEY)
_BROKEN_SHEET = ("TAB002", "TAB004")


@dataclass
class Batch:
    """Frames by kind of sheet, with `fichier`, `feuille` and `ligne`.

    `positions`: a row per file, kind and field: `lettre`, and `ligne` for Identification. `readable`: a row per file and kind whose
    sheet was found with all its columns. The Budget's rows say which count (`lines.with_counted`); `remainders` is what its headings
    leave beyond their sub-lines. `found`: what reading the files found; `judged`: what an earlier run found in them; `pays`: those whose
    dossiers are here.
    """

    files: list[Received] = field(default_factory=list)
    pays: Territory = frozenset()
    found: list[tuple[str, Finding]] = field(default_factory=list)
    judged: pl.DataFrame = field(default_factory=pl.DataFrame)
    sheets: dict[str, pl.DataFrame] = field(default_factory=dict)
    positions: pl.DataFrame = field(default_factory=pl.DataFrame)
    readable: pl.DataFrame = field(default_factory=pl.DataFrame)
    remainders: pl.DataFrame = field(default_factory=pl.DataFrame)

    def without(self, files: pl.DataFrame) -> "Batch":
        """The rows of the other files (`files`: frame with a column `fichier`)."""
        if files.is_empty():
            return self

        def others(rows: pl.DataFrame) -> pl.DataFrame:
            return rows.join(files, on="fichier", how="anti", maintain_order="left")

        sheets = {kind: others(rows) for kind, rows in self.sheets.items()}
        return replace(
            self, sheets=sheets, positions=others(self.positions), readable=others(self.readable), remainders=others(self.remainders)
        )

    def readable_files(self, *kinds: str) -> pl.DataFrame:
        """The files (column `fichier`) whose sheets of these kinds could all be read."""
        wanted = self.readable.filter(pl.col("kind").is_in(kinds))
        return wanted.group_by("fichier", maintain_order=True).len().filter(pl.col("len") == len(kinds)).select("fichier")


class Batches:
    """What all files say, as frames, a part at a time and in their order; one that is alone stays open."""

    def __init__(self, parts: Sequence[Part], region_folder: str) -> None:
        """`region_folder`: the subfolder whose decisions are believed."""
        self.parts = parts
        self._region_folder = region_folder
        self._alone: Batch | None = None
        self._engagements: pl.DataFrame | None = None

    def __len__(self) -> int:
        """How many parts."""
        return len(self.parts)

    def __iter__(self) -> Iterator[Batch]:
        """Each part, opened when it comes."""
        return map(self.open, range(len(self.parts)))

    def open(self, place: int) -> Batch:
        """One part."""
        if self._alone is not None:
            return self._alone
        part = self.parts[place]
        batch = assemble(part.open(), self._region_folder)
        batch.pays = part.pays
        if place == 0 and self._engagements is not None:
            batch.sheets["engagements"] = self._engagements
        if len(self.parts) == 1:
            self._alone = batch
        return batch

    def state(self, engagements: pl.DataFrame) -> None:
        """The rows of the statements, which are all in the first part, are these from now on."""
        self._engagements = engagements
        if self._alone is not None:
            self._alone.sheets["engagements"] = engagements


def money(cents: str) -> pl.Expr:
    """Whole cents to exact euros."""
    return pl.col(cents).cast(MONEY) / pl.lit(100, MONEY)


def assemble(said: Said, region_folder: str) -> Batch:
    """One frame per kind of sheet, amounts in euros. `region_folder` is the subfolder whose decisions are believed."""
    batch = Batch(files=said.files, found=said.found, judged=said.judged, positions=said.positions)
    for kind, rows in said.sheets.items():
        batch.sheets[kind] = rows.with_columns(money(name) for name in amounts(kind))
    identity = batch.sheets["identification"]
    first_folder = pl.col("fichier").str.split("/").list.first().str.to_lowercase()
    batch.sheets["identification"] = identity.with_columns(
        dans_dossier_region=(first_folder == region_folder.lower()) & pl.col("fichier").str.contains("/", literal=True)
    )
    _join_periods(batch)
    batch.sheets["budget"] = with_counted(batch.sheets["budget"])
    batch.remainders = heading_remainders(account_lines(batch.sheets["budget"]))
    batch.readable = _readable(batch, said.found)
    return batch


def _join_periods(batch: Batch) -> None:
    # A period that ends before it starts is said once (IDE203); it bounds nothing.
    sound = pl.col("date_fin") >= pl.col("date_debut")
    periods = batch.sheets["identification"].select(
        "fichier",
        annee_debut=pl.when(sound).then(pl.col("date_debut").dt.year().cast(pl.Int64)),
        annee_fin=pl.when(sound).then(pl.col("date_fin").dt.year().cast(pl.Int64)),
    )
    for kind in ("budget", "plan", "postes"):
        batch.sheets[kind] = batch.sheets[kind].join(periods, on="fichier", how="left", maintain_order="left")


def _readable(batch: Batch, found: Sequence[tuple[str, Finding]]) -> pl.DataFrame:
    named = [
        rows.select("fichier", "feuille").unique(maintain_order=True).with_columns(kind=pl.lit(kind)) for kind, rows in batch.sheets.items()
    ]
    sheets = pl.concat([batch.positions.select("fichier", "feuille", "kind"), *named]).unique(maintain_order=True)
    broken = [(path, finding.sheet) for path, finding in found if finding.code in _BROKEN_SHEET or finding.champ in (IN_HEADER, IN_UNIT)]
    lost = sheets.join(
        pl.DataFrame(broken, {"fichier": pl.String, "feuille": pl.String}, orient="row"), on=["fichier", "feuille"], how="semi"
    )
    return (
        sheets.select("fichier", "kind").unique(maintain_order=True).join(lost, on=["fichier", "kind"], how="anti", maintain_order="left")
    )


def with_cells(frame: pl.DataFrame, batch: Batch, kind: str, *champs: str) -> pl.DataFrame:
    """Add `cellule_<champ>`, the address of each row's cell in that column; null where the sheet does not have the column."""
    if frame.is_empty():
        return frame.with_columns(pl.lit(None, pl.String).alias(f"cellule_{champ}") for champ in champs)
    for champ in champs:
        places = batch.positions.filter((pl.col("kind") == kind) & (pl.col("champ") == champ)).select("fichier", _lettre="lettre")
        cell = (pl.col("_lettre") + pl.col("ligne").cast(pl.String)).alias(f"cellule_{champ}")
        frame = frame.join(places, on="fichier", how="left", maintain_order="left").with_columns(cell).drop("_lettre")
    return frame
