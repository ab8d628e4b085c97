"""Which file counts (contract §2): rejected by its own errors, replaced by a newer one, withdrawn, or accepted."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from budget.frames import Batch
from budget.validate import Located
from schemas.financers import FinancerDirectory
from schemas.finding import Finding
from schemas.reading import Received
from schemas.rules import RULES
from schemas.spec import COMPTE_RENDU, DECISIONS, DOSSIERS, STATEMENT
from schemas.tables import ACCEPTED, ACCEPTED_WITH_RESERVES, IGNORED, REJECTED, REPLACED
from schemas.text import count, french_date

ROW_DECIDED = ("engagements", "decisions", "etapes", "mandats", "derogations", "arbitrages")
"""Kinds of sheets where an error sets aside its row only."""
Key = tuple[Any, ...]


@dataclass
class Standing:
    """A file's place in the campaign: its identity, its key, and what is decided of it."""

    received: Received
    identity: Mapping[str, Any] = field(default_factory=dict)
    key: Key | None = None
    decision: str = ""
    reason: str = ""
    alone: str = ""
    """The decision that the file's own rules make, before any other file is looked at."""

    @property
    def path(self) -> str:
        """Relative to the inputs."""
        return self.received.path

    @property
    def order(self) -> tuple[date, int, int, str]:
        """Later counts: date of deposit, then version, then arrival in the register; then path, for those that arrived in one run."""
        return self.identity.get("date_depot") or date.min, self.identity.get("version") or 1, self.received.arrival, self.path

    @property
    def counts(self) -> bool:
        """Whether its amounts are consolidated."""
        return self.decision in (ACCEPTED, ACCEPTED_WITH_RESERVES)


@dataclass
class Decided:
    """The outcome for all files: one standing each, the rows set aside, and the findings that deciding raised."""

    standings: list[Standing]
    rows_set_aside: pl.DataFrame
    findings: list[Located]

    def counting(self) -> pl.DataFrame:
        """The files that count, as a frame with one column `fichier`."""
        return pl.DataFrame({"fichier": [s.path for s in self.standings if s.counts]}, schema={"fichier": pl.String})


def decide(files: Sequence[Received], batch: Batch, found: Sequence[Located], directory: FinancerDirectory) -> Decided:
    """Decide of each file. `found` holds the findings of single-file rules."""
    identities = {row["fichier"]: row for row in batch.sheets["identification"].to_dicts()}
    file_errors, row_errors = _split_errors(found, batch)
    warnings = Counter(path for path, f in found if RULES[f.code].gravity == "avertissement")
    rows = Counter(row_errors["fichier"])
    standings = [Standing(received, identities.get(received.path, {})) for received in files]
    raised: list[Located] = []
    keys = _keys(identities, batch, directory)
    for s in standings:
        s.key = keys.get(s.path)
        if s.received.ignored:
            s.decision, s.reason = IGNORED, _sentence(s.received.ignored)
            if s.received.same_as:
                raised.append((s.path, Finding("FIC007", facts={"autre": s.received.same_as})))
        elif file_errors.get(s.path):
            s.decision, s.reason = REJECTED, _why_rejected(file_errors[s.path])
        else:
            s.decision = ACCEPTED_WITH_RESERVES if warnings[s.path] or rows[s.path] else ACCEPTED
            s.reason = _why_accepted(warnings[s.path], rows[s.path])
        s.alone = s.decision
    raised += _supersede(standings)
    _withdraw(standings, batch)
    return Decided(standings, row_errors, raised)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _split_errors(found: Sequence[Located], batch: Batch) -> tuple[dict[str, list[Finding]], pl.DataFrame]:
    """Errors that reject a file, and (fichier, kind, ligne) of the rows that errors set aside."""
    kinds = {(r["fichier"], r["feuille"]): r["kind"] for r in batch.positions.unique(["fichier", "feuille"]).to_dicts()}
    files: dict[str, list[Finding]] = defaultdict(list)
    rows = []
    for path, finding in found:
        if RULES[finding.code].gravity != "erreur":
            continue
        kind = kinds.get((path, finding.sheet))
        if kind in ROW_DECIDED and finding.cell and not finding.code.startswith("TAB"):
            rows.append((path, kind, int(finding.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))))
        else:
            files[path].append(finding)
    schema = {"fichier": pl.String, "kind": pl.String, "ligne": pl.Int64}
    return files, pl.DataFrame(sorted(set(rows)), schema=schema, orient="row")


def _why_rejected(errors: Sequence[Finding]) -> str:
    shown = list(dict.fromkeys(_named(f) for f in errors))
    more = f", et {count(len(shown) - 3, 'autre')}" if len(shown) > 3 else ""
    return f"{count(len(errors), 'erreur')} à corriger : {', '.join(shown[:3])}{more}."


def _named(error: Finding) -> str:
    """A rule's title, its code and its place: « aide à l'étude au-dessus du plafond (PRE201, Plan de financement E5) »."""
    title = RULES[error.code].title
    lowered = title if title[1:2].isupper() else title[0].lower() + title[1:]
    return f"{lowered} ({', '.join(filter(None, (error.code, f'{error.sheet} {error.cell}'.strip())))})"


def _why_accepted(warnings: int, rows: int) -> str:
    reserves = [count(warnings, "avertissement")] if warnings else []
    if rows:
        reserves.append(count(rows, "ligne écartée", "lignes écartées"))
    return f"Compté, avec {' et '.join(reserves)}." if reserves else "Compté."


def _keys(identities: Mapping[str, Mapping[str, Any]], batch: Batch, directory: FinancerDirectory) -> dict[str, Key]:
    """What each file is the only one of: (Pays, projet, volet, campagne), with its exercices for a compte rendu; (financer, campagne)."""
    keys: dict[str, Key] = {}
    exercices = _values_by_file(batch.sheets["realise"], "exercice")
    financers = statement_financers(batch, directory)
    for path, row in identities.items():
        document, campaign = row["type_document"], row["campagne"]
        if document in DOSSIERS or document == COMPTE_RENDU:
            volet = row["volet"] if document == COMPTE_RENDU else document
            key: Key = (document, row["pays_code"], row["projet"], volet, campaign)
            key += (exercices.get(path, ()),) if document == COMPTE_RENDU else ()
        elif document == STATEMENT:
            key = (document, financers.get(path) or None, campaign)
        else:
            continue
        if None not in key:
            keys[path] = key
    return keys


def _values_by_file(frame: pl.DataFrame, column: str) -> dict[str, tuple[Any, ...]]:
    grouped = frame.group_by("fichier").agg(pl.col(column).drop_nulls().unique().sort())
    return {r["fichier"]: tuple(r[column]) for r in grouped.to_dicts()}


def statement_financers(batch: Batch, directory: FinancerDirectory) -> dict[str, tuple[str, ...]]:
    """The codes of the financers for whom each statement speaks: its rows', else its Identification's."""
    found: dict[str, set[str]] = defaultdict(set)
    for kind in ("engagements", "identification"):
        rows = batch.sheets[kind].filter(pl.col("financeur").is_not_null())
        for row in rows.unique(["fichier", "financeur", "type_financeur"], maintain_order=True).to_dicts():
            if kind == "engagements" or row["fichier"] not in found:
                found[row["fichier"]].add(directory.find(row["financeur"], row["type_financeur"], row.get("siret")).code)
    return {path: tuple(sorted(codes)) for path, codes in found.items()}


def _supersede(standings: Iterable[Standing]) -> list[Located]:
    """Of several files for one key the latest accepted counts; the other accepted ones, and older rejected ones, are replaced."""
    by_key: dict[Key, list[Standing]] = defaultdict(list)
    for standing in standings:
        if standing.key is not None and standing.decision != IGNORED:
            by_key[standing.key].append(standing)
    raised: list[Located] = []
    for group in by_key.values():
        accepted = sorted((s for s in group if s.counts), key=lambda s: s.order)
        if not accepted or len(group) == 1:
            continue
        winner = accepted[-1]
        for other in accepted[:-1]:
            raised += _disagreements(winner, other)
        for other in group:
            if other is winner:
                continue
            if other.counts or other.order[:2] < winner.order[:2]:
                other.decision = REPLACED
                other.reason = f"Remplacé par « {winner.path} », déposé le {french_date(winner.identity['date_depot'])}."
            else:
                other.reason += f" « {winner.path} » reste compté."
    return raised


def _disagreements(winner: Standing, other: Standing) -> list[Located]:
    (winner_day, winner_version), (day, version) = winner.order[:2], other.order[:2]
    facts = {"retenu": winner.path}
    if (day, version) == (winner_day, winner_version):
        return [(w.path, Finding("FIC009", facts={**facts, "autre": o.path})) for w, o in ((winner, other), (other, winner))]
    if version > winner_version:
        return [(w.path, Finding("FIC010", facts={**facts, "autre": o.path})) for w, o in ((winner, other), (other, winner))]
    return []


def _withdraw(standings: Iterable[Standing], batch: Batch) -> None:
    """An Étape « retiré » takes back the latest dossier of its project deposited by then: it no longer counts (contract §1)."""
    counting = [s for s in standings if s.counts]
    believed = {s.path for s in counting if s.identity.get("type_document") == DECISIONS}
    for row in batch.sheets["etapes"].filter(pl.col("etape") == "retiré").to_dicts():
        if row["fichier"] not in believed or row["date_etape"] is None:
            continue
        mine = [
            s
            for s in counting
            if s.identity.get("type_document") in DOSSIERS
            and (s.identity.get("pays_code"), s.identity.get("projet")) == (row["pays_code"], row["projet"])
            and s.order[0] <= row["date_etape"]
        ]
        if mine:
            latest = max(mine, key=lambda s: s.order)
            latest.decision = REJECTED
            latest.reason = f"Retiré le {french_date(row['date_etape'])}, étape enregistrée dans « {row['fichier']} »."
