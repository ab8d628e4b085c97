"""What a new version of a file changed: findings mended, left or new, and euros per heading (contract §2.2; tables `versions*`).

The files of one key are put in their order, and each is compared with the one before it, whatever is decided of either. Only what the
file's own rules say is compared: what another file causes (rules of « croisement ») is no merit or fault of a version.

Two findings of two versions are one and the same when they have the same code, in the same kind of sheet, on the same subject
(`budget.subjects`): cells may move, so the address is the last resort. One that is gone is mended, unless what it rests on can no longer
be read: then nothing is known of it.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import polars as pl

from budget.constats import FileFacts, Told, told
from budget.decide import Standing
from budget.frames import MONEY, ZERO, Batch
from budget.subjects import Subject, Subjects
from budget.validate import Located
from schemas.accounts import account_of, accounts
from schemas.packed import drawn, lazy
from schemas.pays import all_pays
from schemas.returns import HeadingChange, ReturnLine, VersionChange
from schemas.rules import GRAVITIES, RULES
from schemas.tables import IGNORED, TABLES, empty, polars_schema
from schemas.versions import ADDED, EVOLUTIONS, MENDED, STAYS, UNKNOWN, Versions, VersionsConstats, VersionsMontants

Pair = tuple[str, str]
"""A file and the one before it."""
_COUNTS = {STAYS: "restent", ADDED: "nouveaux", UNKNOWN: "non_verifies", MENDED: "regles"}
_EXPECTED = GRAVITIES[:2]
"""The gravities that ask for something of the sender; the others are compared, and not counted."""


NAMES = ("versions", "versions_constats", "versions_montants")


def versions_tables(
    batch: Batch, pairs: Sequence[Pair], found: Iterable[Located], files: Mapping[str, FileFacts]
) -> dict[str, pl.DataFrame]:
    """Tables `versions`, `versions_constats` and `versions_montants` of the files of a part.

    `pairs` are those of all files, `found` all findings; `files` as for the table of findings.
    """
    here = {received.path for received in batch.files}
    pairs = [pair for pair in pairs if pair[0] in here]
    if not pairs:
        return {name: empty(TABLES[name]) for name in NAMES}
    constats = _constats_table(pairs, batch, found, files)
    amounts = _amounts(batch, {path for pair in pairs for path in pair})
    montants = _montants_table(pairs, amounts)
    return dict(zip(NAMES, (_versions_table(pairs, constats, amounts), constats, montants), strict=True))


def joined(parts: Sequence[Mapping[str, pl.DataFrame]]) -> dict[str, pl.DataFrame]:
    """The tables of all parts as one, in the order of their files."""
    return {name: pl.concat([part[name] for part in parts]).sort("fichier", maintain_order=True) for name in NAMES}


def pairs_of(standings: Iterable[Standing]) -> list[Pair]:
    """Each file that has one of its key before it in order, with that one."""
    by_key: dict[Any, list[Standing]] = defaultdict(list)
    for standing in standings:
        if standing.key is not None and standing.decision != IGNORED:
            by_key[standing.key].append(standing)
    ordered = [sorted(group, key=lambda s: s.order) for group in by_key.values()]
    return sorted((after.path, before.path) for group in ordered for before, after in pairwise(group))


@dataclass(frozen=True)
class _Known:
    """A finding of one of the compared files, with what it is about."""

    told: Told
    subject: Subject

    @property
    def place(self) -> tuple[str, str, str, str]:
        """What tells it apart where its subject has no full name."""
        finding = self.told.finding
        return finding.code, self.subject.kind, finding.champ, finding.cell


Compared = tuple[str, _Known, str]
"""An evolution, the finding that bears it, and its cell in the version before."""


def _constats_table(pairs: Sequence[Pair], batch: Batch, found: Iterable[Located], files: Mapping[str, FileFacts]) -> pl.DataFrame:
    wanted = {path for pair in pairs for path in pair}
    own = [(path, f) for path, f in found if path in wanted and RULES[f.code].stage != "croisement"]
    subjects = Subjects(batch, own)
    by_file: dict[str, list[_Known]] = defaultdict(list)
    for t in told(own, files):
        by_file[t.file].append(_Known(t, subjects.of(t.file, t.finding)))
    rows = []
    for file, before in pairs:
        compared = _compare(by_file[before], by_file[file], file, subjects)
        rows += [(evolution, _row(file, before, evolution, known, cell)) for evolution, known, cell in sorted(compared, key=_rank)]
    return pl.DataFrame([row for _, row in rows], schema=polars_schema(VersionsConstats), orient="row")


def _rank(compared: Compared) -> tuple[int, int]:
    """What is left to do first; then as findings are listed (the sort is stable)."""
    evolution, known, _ = compared
    return EVOLUTIONS.index(evolution), GRAVITIES.index(RULES[known.told.finding.code].gravity)


def _row(file: str, before: str, evolution: str, known: _Known, cell: str) -> tuple[Any, ...]:
    t, finding = known.told, known.told.finding
    return (
        file, t.key, before, evolution, RULES[finding.code].gravity, finding.code, finding.sheet, finding.cell,
        cell if evolution == STAYS else None, t.message, t.correction,
    )  # fmt: skip


def _compare(before: Sequence[_Known], after: Sequence[_Known], file: str, subjects: Subjects) -> list[Compared]:
    """Pair the findings of two versions: by subject, then by cell where one of the two has no full name."""
    gone, left, same = _paired(before, after, lambda k: (k.told.finding.code, k.subject.kind, k.subject.name))
    vague = {k.place for k in (*gone, *left) if not k.subject.complete}
    gone, left, near = _paired(gone, left, lambda k: k.place if k.place in vague else id(k))
    kept: list[Compared] = [(STAYS, new, old.told.finding.cell) for old, new in same + near]
    added: list[Compared] = [(ADDED, k, "") for k in left]
    return kept + added + [(MENDED if subjects.can_tell(file, k.subject) else UNKNOWN, k, "") for k in gone]


def _paired(
    before: Sequence[_Known], after: Sequence[_Known], name: Callable[[_Known], Hashable]
) -> tuple[list[_Known], list[_Known], list[tuple[_Known, _Known]]]:
    """What only the one has, what only the other has, and the pairs of one name, in order."""
    waiting: dict[Hashable, list[_Known]] = defaultdict(list)
    for known in before:
        waiting[name(known)].append(known)
    pairs, left = [], []
    for known in after:
        same = waiting.get(name(known))
        if same:
            pairs.append((same.pop(0), known))
        else:
            left.append(known)
    remaining = {id(k) for group in waiting.values() for k in group}
    return [k for k in before if id(k) in remaining], left, pairs


def _amounts(batch: Batch, files: set[str]) -> pl.DataFrame:
    """Euros read per heading: `fichier, rubrique, exercice, libelle, montant_eur`; their sum is the file's `lu_eur`."""
    kept = pl.col("fichier").is_in(sorted(files))
    rest = batch.remainders.filter(kept).select("fichier", "rubrique", "exercice", montant_eur="reste_eur")
    budget = pl.concat([batch.sheets["budget"].filter("compte_seul", kept).select(rest.columns), rest])
    spent = batch.sheets["realise"].filter(kept).select("fichier", rubrique="compte", exercice="exercice", montant_eur="realise_eur")
    headings = {code: account.heading for code in spent["rubrique"].unique().drop_nulls() if (account := account_of(code))}
    spent = spent.with_columns(pl.col("rubrique").replace_strict(headings, default=None, return_dtype=pl.String))
    accounted = pl.concat([budget, spent])
    labels = {code: account.label for code, account in accounts().items()}
    named = accounted.with_columns(libelle=pl.col("rubrique").replace_strict(labels, default="Compte non lu", return_dtype=pl.String))
    rows = pl.concat([named, _votes(batch.sheets["engagements"].filter(kept)).select(named.columns)])
    grouped = rows.with_columns(pl.col("rubrique").fill_null("")).group_by("fichier", "rubrique", "exercice", "libelle")
    return grouped.agg(pl.col("montant_eur").sum())


def _votes(rows: pl.DataFrame) -> pl.DataFrame:
    """What a statement says was voted, by Pays, project and volet."""
    names = {p.code: p.name for p in all_pays().values()}
    pays = pl.col("pays_code").replace_strict(names, default="Pays non lu", return_dtype=pl.String)
    volet, projet = pl.col("volet").fill_null("volet non lu"), pl.col("projet").fill_null(1)
    beyond = pl.when(projet > 1).then(pl.format(", projet {}", projet)).otherwise(pl.lit(""))
    return rows.select(
        "fichier", "exercice", montant_eur="vote_eur", libelle=pl.format("{}, {}{}", pays, volet, beyond),
        rubrique=pl.concat_str(pl.col("pays_code").fill_null("?"), projet, volet, separator="|"),
    )  # fmt: skip


def _montants_table(pairs: Sequence[Pair], amounts: pl.DataFrame) -> pl.DataFrame:
    """The headings whose amount moved."""
    paths = pl.DataFrame(pairs, schema={"fichier": pl.String, "precedent": pl.String}, orient="row")
    key = ["fichier", "precedent", "rubrique", "exercice", "libelle"]
    after = paths.join(amounts, on="fichier").rename({"montant_eur": "apres_eur"})
    before = paths.join(amounts.rename({"fichier": "precedent", "montant_eur": "avant_eur"}), on="precedent").select(*key, "avant_eur")
    both = after.join(before, on=key, how="full", coalesce=True, nulls_equal=True).with_columns(
        pl.col("avant_eur", "apres_eur").fill_null(ZERO)
    )
    rank = {code: place for place, code in enumerate(accounts())}
    order = pl.col("rubrique").replace_strict(rank, default=len(rank), return_dtype=pl.Int64)
    moved = both.with_columns(ecart_eur=pl.col("apres_eur") - pl.col("avant_eur"), _rang=order).filter(pl.col("ecart_eur") != 0)
    return moved.sort("fichier", "exercice", "_rang", "rubrique").select(list(polars_schema(VersionsMontants)))


def _versions_table(pairs: Sequence[Pair], constats: pl.DataFrame, amounts: pl.DataFrame) -> pl.DataFrame:
    totals = amounts.group_by("fichier").agg(pl.col("montant_eur").sum())
    table = pl.DataFrame(pairs, schema={"fichier": pl.String, "precedent": pl.String}, orient="row")
    asked = constats.filter(pl.col("gravite").is_in(_EXPECTED))
    for evolution, name in _COUNTS.items():
        counts = asked.filter(pl.col("evolution") == evolution).group_by("fichier").agg(pl.len().cast(pl.Int64).alias(name))
        table = table.join(counts, on="fichier", how="left", maintain_order="left").with_columns(pl.col(name).fill_null(0))
    for path, name in (("precedent", "avant_eur"), ("fichier", "apres_eur")):
        table = table.join(totals.rename({"fichier": path, "montant_eur": name}), on=path, how="left", maintain_order="left")
    table = table.with_columns(pl.col("avant_eur", "apres_eur").fill_null(ZERO).cast(MONEY))
    return table.with_columns(ecart_eur=pl.col("apres_eur") - pl.col("avant_eur")).select(list(polars_schema(Versions)))


def version_changes(tables: Mapping[str, pl.DataFrame]) -> dict[str, VersionChange]:
    """What each file that has a version before it says of it in its return, from the tables."""
    mine = pl.col("constat_id").is_in(tables["versions_constats"]["constat_id"].unique().implode())
    references = dict(drawn(lazy(tables, "constats").filter(mine).select("constat_id", "reference")).iter_rows())
    lines: dict[tuple[str, str], list[ReturnLine]] = defaultdict(list)
    for r in tables["versions_constats"].filter(pl.col("gravite").is_in(_EXPECTED)).to_dicts():
        title, reference = RULES[r["code"]].title, references.get(r["constat_id"], "")
        line = ReturnLine(r["gravite"], r["code"], r["feuille"], r["cellule"], title, r["message"], r["correction"], reference)
        lines[r["fichier"], r["evolution"]].append(line)
    headings: dict[str, list[HeadingChange]] = defaultdict(list)
    for r in tables["versions_montants"].to_dicts():
        headings[r["fichier"]].append(HeadingChange(heading_label(r), r["avant_eur"], r["apres_eur"]))
    return {
        file: VersionChange(
            before,
            mended=tuple(lines[file, MENDED]),
            remaining=tuple(lines[file, STAYS]),
            new=tuple(lines[file, ADDED]),
            unverified=tuple(lines[file, UNKNOWN]),
            headings=tuple(headings[file]),
        )
        for file, before in tables["versions"].select("fichier", "precedent").iter_rows()
    }


def heading_label(row: Mapping[str, Any]) -> str:
    """A heading of `versions_montants` in words: « 2010, 60 Achats »."""
    known = f"{row['rubrique']} {row['libelle']}" if row["rubrique"] in accounts() else row["libelle"]
    return f"{row['exercice']}, {known}" if row["exercice"] else str(known)
