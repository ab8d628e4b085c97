"""Which file counts (contract §2): rejected by its errors, a ruling or a cap, replaced by a newer one, withdrawn, or accepted."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from budget.capped import CAPS, reject_beyond_caps
from budget.check import Examined
from budget.financers import statement_financers
from budget.grants import votes_by_project
from budget.rulings import NO_EFFECT, Effects
from budget.standing import Decided as Decided
from budget.standing import Key
from budget.standing import Standing as Standing
from budget.validate import Located
from schemas.financers import FinancerDirectory
from schemas.finding import Finding, Ruling
from schemas.reading import Received
from schemas.rules import RULES
from schemas.spec import COMPTE_RENDU, DOSSIERS, STATEMENT
from schemas.tables import ACCEPTED, ACCEPTED_WITH_RESERVES, IGNORED, REJECTED, REPLACED
from schemas.text import count, french_date

_KNOWN = (
    "type_document", "pays_code", "projet", "volet", "campagne", "version", "date_depot", "date_debut", "date_fin", "feuille",
    "structure_porteuse", "siret", "financeur",
)  # fmt: skip
"""What is asked of a file's identity once it is checked."""
WITHDRAWN = "retiré"
"""The Étape by which a dossier no longer counts."""


def decide(files: Sequence[Received], examined: Examined, directory: FinancerDirectory, effects: Effects = NO_EFFECT) -> Decided:
    """Decide of each file, given what its own rules found."""
    standings, raised = _alone(files, examined, effects)
    for path, key in _keys(examined, directory).items():
        standings[path].key = key
    withdrawn = _withdrawn(standings.values(), examined.word.rows["etapes"])
    dossiers = [s for s in standings.values() if s.counts and _is_dossier(s) and s.path not in withdrawn]
    raised += reject_beyond_caps(
        sorted(dossiers, key=lambda s: s.order), {r["fichier"]: r for r in examined.dossiers.select("fichier", "volet", *CAPS).to_dicts()},
        examined.overview.asked, votes_by_project(examined.word.rows["decisions"]), examined.rulings, _why_rejected,
    )  # fmt: skip
    raised += _supersede(standings.values())
    for path, reason in withdrawn.items():
        if standings[path].counts:
            standings[path].decision, standings[path].reason = REJECTED, reason
    return Decided(list(standings.values()), examined.errors.rows, examined.word, raised)


def _alone(files: Sequence[Received], examined: Examined, effects: Effects) -> tuple[dict[str, Standing], list[Located]]:
    """What each file's own rules make of it, by path."""
    identities = {row["fichier"]: row for row in examined.batch.sheets["identification"].select("fichier", *_KNOWN).iter_rows(named=True)}
    warnings = examined.warnings
    rows = Counter(examined.errors.rows["fichier"])
    standings: dict[str, Standing] = {}
    raised: list[Located] = []
    for received in files:
        s = standings[received.path] = Standing(received, identities.get(received.path, {}))
        errors = examined.errors.by_file.get(s.path)
        if received.ignored:
            s.decision, s.reason = IGNORED, _sentence(received.ignored)
            if received.same_as:
                raised.append((s.path, Finding("FIC007", facts={"autre": received.same_as})))
        elif s.path in effects.files:
            s.decision, s.reason = REJECTED, _why_excluded(effects.files[s.path])
        elif errors:
            s.decision, s.reason = REJECTED, _why_rejected(errors)
        else:
            s.decision = ACCEPTED_WITH_RESERVES if warnings.get(s.path) or rows[s.path] else ACCEPTED
            s.reason = _why_accepted(warnings.get(s.path, 0), rows[s.path])
        s.alone = s.decision
    return standings, raised


def _is_dossier(standing: Standing) -> bool:
    return standing.identity.get("type_document") in DOSSIERS


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _why_excluded(ruling: Ruling) -> str:
    reference = f" ({ruling.reference})" if ruling.reference else ""
    return f"Exclu par un arbitrage du service : {ruling.reason.rstrip('.')}{reference}."


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


def _keys(examined: Examined, directory: FinancerDirectory) -> dict[str, Key]:
    """What each file is the only one of: (Pays, projet, volet, campagne), with its exercices for a compte rendu; (financer, campagne)."""
    keys: dict[str, Key] = {}
    batch = examined.batch
    exercices = _values_by_file(examined.overview.rendered, "exercice")
    financers = _values_by_file(statement_financers(batch, directory), "financeur_id")
    for row in batch.sheets["identification"].iter_rows(named=True):
        document, campaign, path = row["type_document"], row["campagne"], row["fichier"]
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
    code = "FIC009" if (day, version) == (winner_day, winner_version) else "FIC010" if version > winner_version else ""
    if not code:
        return []
    return [
        (winner.path, Finding(code, facts={"autre": other.path, "retenu": "le présent fichier"})),
        (other.path, Finding(code, facts={"autre": winner.path, "retenu": "lui"})),
    ]


def _withdrawn(standings: Iterable[Standing], steps: pl.DataFrame) -> dict[str, str]:
    """An Étape « retiré » takes back the latest dossier of its project deposited by then, with its earlier versions (contract §1).

    Each file that no longer counts for that reason, with the sentence that says it.
    """
    accepted: dict[tuple[str, int], list[Standing]] = defaultdict(list)
    for s in standings:
        if s.counts and _is_dossier(s):
            accepted[s.identity["pays_code"], s.identity["projet"]].append(s)
    gone: dict[str, str] = {}
    for row in steps.filter(pl.col("etape") == WITHDRAWN).sort("date_etape", "fichier", "ligne").to_dicts():
        mine = [s for s in accepted[row["pays_code"], row["projet"]] if s.order[0] <= row["date_etape"] and s.path not in gone]
        if mine:
            latest = max(mine, key=lambda s: s.order)
            reason = f"Retiré le {french_date(row['date_etape'])}, étape enregistrée dans « {row['fichier']} »."
            gone |= {s.path: reason for s in mine if s.key == latest.key}
    return gone
