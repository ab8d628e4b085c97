"""Every rule on one file at a time, for all files of a part at once: each kind of sheet and each kind of group is validated once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import polars as pl

from budget import groups
from budget.caps import rules_in_force, with_caps
from budget.errors import ROW_DECIDED, Errors, Places, split_errors
from budget.financers import statement_rows
from budget.financers_cited import single_file_findings
from budget.found import Found
from budget.frames import MONEY, Batch, Batches
from budget.judged import found_in, still_true, to_keep
from budget.lines import account_lines
from budget.overview import Overview, joined, overview_of
from budget.poles import resolve_poles
from budget.region import KINDS, RegionWord, region_word
from budget.rulings import NO_EFFECT, Effects, Rulings, read_rulings
from budget.standing import deposit_order
from budget.validate import Located, check_group, check_sheet
from budget.waivers import PARAMETER_OF, TOLERANCE, read_waivers
from schemas import groups as models
from schemas.decisions import AWARD
from schemas.documents import SHEETS
from schemas.financers import FinancerDirectory
from schemas.finding import OPEN, Finding
from schemas.packed import Packed, packed
from schemas.parameters import Config
from schemas.reading import Received
from schemas.rules import RULES
from schemas.spec import DOSSIERS, VOLETS


@dataclass(frozen=True)
class Examined:
    """What single-file rules find, and what the Région says: its rows, its waivers, its rulings.

    `batch`: of all files the Identification, and the rows of the sheets whose rows are decided one by one, each statement's with the Pays
    that its pôle names, and with its financer; `overview` is what else is needed of all dossiers at once. `dossiers`: the Identification
    of the dossiers, with `volet`, `date_regle` and the caps in force. `warnings`: how many of each file are open. `judged`: for each
    part, what its rules found in its dossiers, to be kept for the next run.
    """

    batch: Batch
    overview: Overview
    found: Found
    places: Places
    warnings: Mapping[str, int]
    errors: Errors
    word: RegionWord
    waivers: pl.DataFrame
    rulings: Rulings
    dossiers: pl.DataFrame
    judged: list[Packed]


def examine(batches: Batches, config: Config, rulings: Rulings | None = None, effects: Effects = NO_EFFECT, rules: str = "") -> Examined:
    """All findings of single-file rules, those of reading first. `rulings` are those of the Région's files where they are not given.

    What an earlier run found in a dossier is not looked for again where it still holds: `rules` is the hash of the code and configuration.
    """
    first = batches.open(0)
    judge, found = _judge(first, batches, config, rulings, effects, rules)
    looked = judge.look(first)
    found += judge.judged(looked.known_and_raised, looked)
    everything, wrong, heads = Found(batches.parts), dict[str, list[Finding]](), list[_Head]()
    for place in range(1, len(batches)):
        part = judge.look(batches.open(place))
        part.raised += single_file_findings(judge.with_financers(part.fresh, part.fresh.sheets["engagements"]), judge.directory)
        mine = judge.judged(part.batch.found + _check_sheets(part.batch, _AT_ONCE, config) + part.known_and_raised, part)
        everything.add(mine)
        wrong |= split_errors(mine, judge.places).by_file
        heads.append(_head(part, mine, rules))
    known = pl.concat([first.sheets["identification"], *(head.identification for head in heads)])
    engagements, found = resolve_poles(first, known, found, {*wrong, *split_errors(found, judge.places).by_file})
    first = judge.with_financers(first, engagements)
    batches.state(first.sheets["engagements"])
    late = single_file_findings(judge.with_financers(looked.fresh, engagements), judge.directory)
    looked.raised += late
    found += judge.judged(late, looked)
    everything.add(found)
    errors = split_errors(found, judge.places, effects.rows)
    heads.insert(0, _head(looked, found, rules))
    rows = {kind: rows for kind, rows in first.sheets.items() if kind in ROW_DECIDED}
    return Examined(
        Batch(sheets={**rows, "identification": known}, positions=pl.concat(head.positions for head in heads)),
        joined([head.overview for head in heads]),
        everything,
        judge.places,
        {path: count for head in heads for path, count in head.warnings.items()},
        Errors({**wrong, **errors.by_file}, errors.rows),
        judge.word,
        judge.waivers,
        judge.rulings,
        pl.concat(head.dossiers for head in heads),
        [head.judged for head in heads],
    )


@dataclass(frozen=True)
class _Judge:
    """What bears on every file: the Région's word, waivers and rulings, and what these change."""

    config: Config
    rules: str
    directory: FinancerDirectory
    places: Places
    word: RegionWord
    waivers: pl.DataFrame
    rulings: Rulings
    effects: Effects

    def look(self, batch: Batch) -> "_Looked":
        """Apply to a part the rules on sheets, but for those _AT_ONCE, and on groups, where nothing is known that still holds."""
        dossiers = _dossiers(batch, self.word.rows["decisions"], self.config, self.waivers)
        known = still_true(batch.judged, dossiers, self.rules)
        posts, fresh = groups.posts_by_exercice(dossiers, batch), batch.without(known.select("fichier").unique())
        new, theirs = (frame.join(known, on="fichier", how="anti", maintain_order="left") for frame in (dossiers, posts))
        sheets = _check_sheets(fresh, [kind for kind in SHEETS if kind not in _AT_ONCE], self.config)
        return _Looked(batch, dossiers, posts, known, new, fresh, sheets + _check_groups(new, theirs, fresh, self.config))

    def judged(self, raised: Iterable[Located], looked: "_Looked") -> list[Located]:
        """The findings of a part, with the waivers that they cite, those that staff lift or exclude marked so."""
        return self.effects.excluded(self.rulings.judge(_with_waivers(raised, looked.dossiers, self.waivers)), self.places)

    def with_financers(self, batch: Batch, engagements: pl.DataFrame) -> Batch:
        """A part with these rows of statements, each with its financer."""
        return replace(batch, sheets={**batch.sheets, "engagements": statement_rows(engagements, batch, self.directory)})


def _judge(
    first: Batch, batches: Batches, config: Config, rulings: Rulings | None, effects: Effects, rules: str
) -> tuple[_Judge, list[Located]]:
    """The Région's word, from the first part; and what reading it and its small sheets found there."""
    places = Places(first)
    found = first.found + _check_sheets(first, _AT_ONCE, config)
    order = _file_order(first.files, first)
    word = None
    if rulings is None:
        word = region_word(first, split_errors(found, places), order)
        hashes = {received.path: received.sha256 for part in batches.parts for received in part.files}
        rulings = read_rulings(word.rows["arbitrages"], first, hashes)
    found = effects.excluded(rulings.judge(found), places)
    if word is None or rulings.known:
        # What staff lift or exclude changes which rows are believed.
        word = region_word(first, split_errors(found, places, effects.rows), order, effects.files)
    directory, waivers = FinancerDirectory(config.extra_financers()), read_waivers(word.rows["derogations"])
    return _Judge(config, rules, directory, places, word, waivers, rulings, effects), found


@dataclass
class _Looked:
    """A part as its rules see it: `known` is what an earlier run found that still holds, `raised` what is found now in the other files.

    `new`: the other dossiers; `fresh`: all rows but those of the known ones.
    """

    batch: Batch
    dossiers: pl.DataFrame
    posts: pl.DataFrame
    known: pl.DataFrame
    new: pl.DataFrame
    fresh: Batch
    raised: list[Located]

    @property
    def known_and_raised(self) -> list[Located]:
        return found_in(self.known) + self.raised


class _Head(NamedTuple):
    """What is kept of each part once it is checked."""

    identification: pl.DataFrame
    positions: pl.DataFrame
    dossiers: pl.DataFrame
    overview: Overview
    warnings: Mapping[str, int]
    judged: Packed


def _head(looked: _Looked, found: Iterable[Located], rules: str) -> _Head:
    batch, dossiers = looked.batch, looked.dossiers
    judged = looked.known
    if rules:
        rows = pl.concat([judged, to_keep(looked.raised, looked.new, rules)])
        judged = dossiers.select("fichier").join(rows, on="fichier", maintain_order="left_right").select(rows.columns)
    warnings = Counter(path for path, f in found if RULES[f.code].gravity == "avertissement" and f.state == OPEN)
    identity, positions = batch.sheets["identification"], batch.positions.filter(_OF_ALL)
    return _Head(identity, positions, dossiers, overview_of(batch, looked.posts), warnings, packed(judged))


_OF_ALL = pl.col("kind").is_in(ROW_DECIDED) | ((pl.col("kind") == "identification") & (pl.col("champ") == "structure_porteuse"))
"""The positions that rules on several files cite."""


_AT_ONCE = ("identification", *KINDS)
"""Sheets that are checked before anything else: the Région's word depends on them, and each has few rows."""


def _check_sheets(batch: Batch, kinds: Sequence[str], config: Config) -> list[Located]:
    folder = pl.lit(f"{config.dossiers.entrees}/{config.dossiers.region}")
    frames = {**batch.sheets, "identification": batch.sheets["identification"].with_columns(dossier_region=folder)}
    return [located for kind in kinds for located in check_sheet(kind, SHEETS[kind][1], frames[kind], batch)]


def _file_order(files: Sequence[Received], batch: Batch) -> Mapping[str, int]:
    """The rank of each file, by date of deposit, version, arrival and path."""
    identities = {r["fichier"]: r for r in batch.sheets["identification"].select("fichier", "date_depot", "version").to_dicts()}
    ordered = sorted(files, key=lambda received: deposit_order(received, identities.get(received.path, {})))
    return {received.path: rank for rank, received in enumerate(ordered)}


def _dossiers(batch: Batch, decisions: pl.DataFrame, config: Config, waivers: pl.DataFrame) -> pl.DataFrame:
    """The dossiers' identification with the caps in force: at the Région's decision where there is one, else at the deposit."""
    identity = batch.sheets["identification"]
    dossiers = identity.filter(pl.col("type_document").is_in(DOSSIERS)).with_columns(
        volet=pl.when(pl.col("type_document") == DOSSIERS[0]).then(pl.lit(VOLETS[0])).otherwise(pl.lit(VOLETS[1]))
    )
    return with_caps(_with_rule_date(dossiers, decisions.filter(pl.col("nature") == AWARD)), config, waivers)


def _with_rule_date(dossiers: pl.DataFrame, awards: pl.DataFrame) -> pl.DataFrame:
    """Add `date_regle`: the first award to that project whose first exercice lies in the dossier's period, else the deposit."""
    matched = dossiers.select("fichier", "pays_code", "projet", "volet", "date_debut", "date_fin").join(
        awards.select("pays_code", "projet", "volet", "premier_exercice", "date_decision"), on=["pays_code", "projet", "volet"]
    )
    covers = pl.col("premier_exercice").is_between(pl.col("date_debut").dt.year(), pl.col("date_fin").dt.year())
    first = matched.filter(covers).group_by("fichier").agg(decision=pl.col("date_decision").min())
    joined = dossiers.join(first, on="fichier", how="left", maintain_order="left")
    return joined.with_columns(date_regle=pl.coalesce("decision", "date_depot")).drop("decision")


def _check_groups(dossiers: pl.DataFrame, posts: pl.DataFrame, batch: Batch, config: Config) -> list[Located]:
    default = pl.lit(config.seuils.tolerance_eur, MONEY)
    lines = account_lines(batch.sheets["budget"])
    plan = groups.plan_lines(batch)
    waived = dossiers.filter(pl.col(f"{TOLERANCE}_derogation").is_not_null()).select("fichier", derogation=TOLERANCE)

    def within(frame: pl.DataFrame) -> pl.DataFrame:
        joined = frame.join(waived, on="fichier", how="left", maintain_order="left")
        return joined.with_columns(tolerance_eur=pl.coalesce("derogation", TOLERANCE)).drop("derogation")

    frames = (
        (models.Equilibres, within(groups.balances(lines, batch.sheets["budget"], batch, default))),
        (models.Rubriques, within(groups.headings(batch.remainders, default))),
        (models.PlanEtBudget, within(groups.plan_against_budget(plan, lines, batch, default))),
        (models.PlanEtPostes, within(groups.plan_against_posts(plan, batch, default))),
        (models.Etudes, groups.studies(plan, dossiers, batch)),
        (models.Annuites, groups.annuities(dossiers, batch)),
        (models.PostesParExercice, posts),
        (models.Partenariats, groups.partnerships(dossiers, batch, config.textes.partenariat)),
        (models.ReglesEnVigueur, rules_in_force(dossiers, config.parametres)),
    )
    return [located for model, frame in frames for located in check_group(model, frame)]


def _with_waivers(found: Iterable[Located], dossiers: pl.DataFrame, waivers: pl.DataFrame) -> list[Located]:
    """The findings, those that a waiver's value bounds citing its cell."""
    used = dict(_used(dossiers))
    if not used:
        return list(found)
    places = {r["numero"]: (r["fichier"], r["feuille"], r["adresse"]) for r in waivers.to_dicts()}
    cited = []
    for path, finding in found:
        number = used.get((path, PARAMETER_OF.get(finding.code, "")))
        cited.append((path, finding if number is None else replace(finding, elsewhere=(*finding.elsewhere, places[number]))))
    return cited


def _used(dossiers: pl.DataFrame) -> Iterator[tuple[tuple[str, str], int]]:
    """Which waiver gives each dossier's parameter its value."""
    for name in dict.fromkeys(PARAMETER_OF.values()):
        served = dossiers.select("fichier", f"{name}_derogation").drop_nulls()
        yield from (((path, name), number) for path, number in served.iter_rows())
