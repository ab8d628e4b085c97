"""What to ask again of each Pays, from the output tables alone (contract §4, `relances`): files to mend, statements awaited, what is late.

A Pays is asked where a file waits for a corrected version, a warning is open, a co-financer has not answered or its stage is overdue. Only
the configured campaign is looked at, with the files whose campaign could not be read; a version that another follows asks for nothing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

import polars as pl

from schemas.financers import OWN_RESOURCES, REGION
from schemas.financing import UNANSWERED
from schemas.packed import drawn, lazy
from schemas.parameters import Config
from schemas.reminders import FOLDER, FileToMend, ReceivedFile, Relances, Remark, Reminder, Share, Unanswered
from schemas.rules import GRAVITIES, STATES
from schemas.spec import COMPTE_RENDU, DOSSIERS, STATEMENT
from schemas.tables import ACCEPTED, IGNORED, REJECTED, REPLACED, polars_schema
from schemas.text import count, euros, french_date, normalise

Tables = Mapping[str, pl.DataFrame]
_ERROR, _WARNING = GRAVITIES[:2]


def reminders(tables: Tables, config: Config, day: date) -> tuple[Reminder, ...]:
    """One per Pays of which something is expected, by code."""
    campagne = config.campagne.annee
    received = _received(tables, campagne)
    to_mend = _to_mend(tables, received)
    unanswered = _unanswered(tables, campagne, day)
    deadline = day + timedelta(days=config.relances.delai_jours)
    found = []
    for pays in tables["suivi_pays"].sort("pays_code").to_dicts():
        code = pays["pays_code"]
        overdue = pays["echeance"] if pays["echeance"] and pays["echeance"] < day else None
        files, silent = to_mend.get(code, ()), unanswered.get(code, ())
        reasons = _reasons(files, silent, overdue)
        if reasons:
            found.append(
                Reminder(
                    code, pays["pays"], campagne, day, deadline, reasons, tuple(_as_received(r) for r in received.get(code, ())), files,
                    silent, pays["etape"], pays["prochaine_action"], overdue, f"{FOLDER}/{page_name(code, pays['pays'])}",
                )
            )  # fmt: skip
    return tuple(found)


def page_name(code: str, pays: str) -> str:
    """`08-pays-de-dinan.html`."""
    return f"{code}-{normalise(pays).replace(' ', '-')}.html"


def reminders_table(made: Sequence[Reminder]) -> pl.DataFrame:
    """Table `relances`: a row per page."""
    rows = [
        (
            r.pays_code, r.pays, r.page, " ; ".join(r.reasons), len(r.to_mend), _number(r.to_mend, error=True),
            _number(r.to_mend, error=False), len(r.unanswered), sum((_awaited(u) for u in r.unanswered), Decimal(0)), r.deadline,
        )
        for r in made
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=polars_schema(Relances), orient="row")


def _number(files: Sequence[FileToMend], *, error: bool) -> int:
    return sum(remark.error is error for file in files for remark in file.remarks)


def _awaited(financer: Unanswered) -> Decimal:
    return sum((share.amount for share in financer.shares), Decimal(0))


def _reasons(files: Sequence[FileToMend], silent: Sequence[Unanswered], overdue: date | None) -> tuple[str, ...]:
    """Why this Pays is asked, most pressing first; nothing where nothing is expected."""
    rejected = [f for f in files if f.rejected]
    errors, warnings = _number(files, error=True), _number(files, error=False)
    reasons = []
    if rejected:
        reasons.append(f"{count(len(rejected), 'classeur')} à corriger ({count(errors, 'erreur')})")
    if warnings:
        reasons.append(f"{count(warnings, 'avertissement')} à lever")
    if silent:
        amount = euros(sum((_awaited(u) for u in silent), Decimal(0)))
        reasons.append(f"{count(len(silent), 'cofinanceur')} sans réponse ({amount})")
    if overdue:
        reasons.append(f"échéance dépassée depuis le {french_date(overdue)}")
    return tuple(reasons)


def _received(tables: Tables, campagne: int) -> dict[str, list[dict[str, Any]]]:
    """The files of each Pays that count or wait for another version, in the order of their deposit."""
    followed = tables["versions"]["precedent"].implode()
    mine = tables["depots"].filter(
        pl.col("pays_code").is_not_null(),
        pl.col("type_document").is_in([*DOSSIERS, COMPTE_RENDU]),
        ~pl.col("decision").is_in([REPLACED, IGNORED]),
        (pl.col("campagne") == campagne) | pl.col("campagne").is_null(),
        (pl.col("decision") != REJECTED) | ~pl.col("fichier").is_in(followed),
    )
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in mine.sort("date_depot", "version", "fichier", nulls_last=True).to_dicts():
        found[row["pays_code"]].append(row)
    return found


def _as_received(row: Mapping[str, Any]) -> ReceivedFile:
    return ReceivedFile(row["fichier"], row["type_document"], row["date_depot"], row["version"], _verdict(row))


def _verdict(row: Mapping[str, Any]) -> str:
    if row["decision"] == REJECTED:
        return f"refusé en l'état : {count(row['erreurs'], 'erreur')}" if row["erreurs"] else row["motif"]
    if row["decision"] == ACCEPTED or not row["avertissements"]:
        return str(row["decision"])
    return f"accepté, avec {count(row['avertissements'], 'avertissement')}"


def _to_mend(tables: Tables, received: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, tuple[FileToMend, ...]]:
    """The latest version of each file that has an open error or warning: rejected files first."""
    followed = set(tables["versions"]["precedent"])
    remarks = _remarks(lazy(tables, "constats"), [row["fichier"] for rows in received.values() for row in rows])
    found: dict[str, tuple[FileToMend, ...]] = {}
    for code, rows in received.items():
        files = [_file_to_mend(r, remarks[r["fichier"]]) for r in rows if r["fichier"] not in followed and r["fichier"] in remarks]
        if files:
            found[code] = tuple(sorted(files, key=lambda f: not f.rejected))
    return found


def _file_to_mend(row: Mapping[str, Any], remarks: Sequence[Remark]) -> FileToMend:
    annotated = PurePosixPath(row["retour"]).name if row["retour"] else ""
    return FileToMend(row["fichier"], annotated, (row["version"] or 1) + 1, row["decision"] == REJECTED, tuple(remarks))


def _remarks(constats: pl.LazyFrame, files: Sequence[str]) -> dict[str, list[Remark]]:
    """Open errors and warnings of each of these files, errors first."""
    mine = pl.col("fichier").is_in(files)
    asked = drawn(constats.filter(mine, pl.col("etat") == STATES[0], pl.col("gravite").is_in([_ERROR, _WARNING])))
    found: dict[str, list[Remark]] = defaultdict(list)
    for r in asked.sort(pl.col("gravite") != _ERROR, maintain_order=True).to_dicts():
        place = f"{r['feuille']} {r['cellule']}".strip()
        found[r["fichier"]].append(Remark(r["gravite"] == _ERROR, place, r["message"], r["correction"]))
    return found


def awaited_statements(financements: pl.LazyFrame, campagne: int, day: date) -> pl.LazyFrame:
    """The lines of the campaign for which a statement is due: of an exercice begun by `day`, or secured according to the dossier."""
    due = (pl.col("exercice") <= day.year) | (pl.col("acquis_eur") > 0)
    return financements.filter(
        pl.col("campagne") == campagne,
        pl.col("etat") == UNANSWERED,
        ~pl.col("type_financeur").is_in([REGION, OWN_RESOURCES]),
        due & (pl.max_horizontal("sollicite_eur", "acquis_eur") > 0),
    )


def _unanswered(tables: Tables, campagne: int, day: date) -> dict[str, tuple[Unanswered, ...]]:
    """The co-financers of each Pays that have sent no statement, with what the dossiers expect of them by exercice."""
    refused = tables["depots"].filter(type_document=STATEMENT, decision=REJECTED, campagne=campagne)
    set_aside = set(refused["financeur"].drop_nulls())
    secured = pl.col("acquis_eur") > 0
    lines = awaited_statements(lazy(tables, "financements"), campagne, day).with_columns(
        montant=pl.when(secured).then(pl.col("acquis_eur")).otherwise(pl.col("sollicite_eur")), acquis=secured
    )
    by = ["pays_code", "type_financeur", "financeur", "financeur_id"]
    shares = drawn(lines.group_by(*by, "exercice", "acquis").agg(pl.col("montant").sum())).sort(*by, "exercice", "acquis")
    found: dict[str, dict[tuple[str, str, str], list[Share]]] = defaultdict(lambda: defaultdict(list))
    for code, kind, name, identity, exercice, acquired, amount in shares.iter_rows():
        found[code][identity, name, kind].append(Share(exercice, amount, acquired))
    return {
        code: tuple(Unanswered(name, kind, tuple(rows), name in set_aside) for (_, name, kind), rows in financers.items())
        for code, financers in found.items()
    }
