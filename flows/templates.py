"""`poles templates --pays`: what the last consolidation knows of a Pays, read from the outputs and from the register's copies."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from budget.said import gather
from flows.errors import NO_READER, RunError
from flows.publish import staging
from flows.register import read_register
from flows.steps import Job, publish_all, reader_pool
from schemas.financers import OWN_RESOURCES, TYPES
from schemas.pays import all_pays, nearest_pays
from schemas.reading import Received
from schemas.spec import DOSSIERS
from schemas.tables import ACCEPTED, ACCEPTED_WITH_RESERVES, TABLES, polars_schema
from schemas.text import listing
from workbooks.pool import ReaderBroken
from workbooks.template_pays import Known, KnownDossier, Line, write_pays_templates

_NEEDED = ("depots", "budget", "financements", "suivi_pays")
Row = Mapping[str, Any]


def unknown_pays(name: str) -> str:
    """What to answer to a name that no Pays bears."""
    near = listing(f"« {n} »" for n in nearest_pays(name))
    asked = f" Voulez-vous dire {near} ?" if near else ""
    return f"« {name} » n'est aucun des {len(all_pays())} Pays.{asked} Donnez son nom, ou son code de 01 à 21."


def replace_pays_templates(job: Job, folder: Path, code: str) -> list[Path]:
    """Write the templates of one Pays, prefilled, in a folder of their own, replaced as the outputs are."""
    with staging(folder) as staged:
        write_pays_templates(staged, known_of(job, code), job.config, job.day)
        return list(publish_all(replace(job, outputs=folder), staged))


def known_of(job: Job, code: str) -> Known:
    """What the outputs say of a Pays; its name and code alone where no consolidation was made."""
    pays = all_pays()[code]
    tables = _tables(job.outputs / "donnees")
    if tables is None:
        return Known(pays)
    mine = {name: table.filter(pl.col("pays_code") == code) for name, table in tables.items()}
    pole = mine["suivi_pays"]["pole"].drop_nulls().to_list()
    dossiers = {d["type_document"]: d for d in _last_dossiers(mine["depots"])}
    identities = _identities(job, list(dossiers.values()))
    known = {document: _known_dossier(d, identities.get(d["fichier"], {}), mine["budget"]) for document, d in dossiers.items()}
    return Known(pays, _day(job), pole[0] if pole else "", known, _financers(mine["financements"]))


def _tables(folder: Path) -> dict[str, pl.DataFrame] | None:
    """The tables needed; None where no run has made them. Raises RunError where one cannot be read."""
    paths = {name: folder / f"{name}.parquet" for name in _NEEDED}
    if not all(path.is_file() for path in paths.values()):
        return None
    try:
        return {name: pl.read_parquet(path, columns=list(polars_schema(TABLES[name]))) for name, path in paths.items()}
    except (PolarsError, OSError):
        raise RunError(f"Les tables de « {folder} » ne se lisent pas : relancez « poles run », puis cette commande.") from None


def _day(job: Job) -> date:
    """The day for which the last run that had news spoke."""
    days = read_register(job.register).journal.sort("numero")["date_arrete"].to_list()
    return days[-1] if days else job.day


def _last_dossiers(depots: pl.DataFrame) -> list[dict[str, Any]]:
    """The last accepted dossier of each kind."""
    accepted = depots.filter(pl.col("type_document").is_in(DOSSIERS), pl.col("decision").is_in([ACCEPTED, ACCEPTED_WITH_RESERVES]))
    latest = accepted.sort("campagne", "date_depot", "version", "fichier").unique("type_document", keep="last", maintain_order=True)
    return latest.to_dicts()


def _identities(job: Job, dossiers: Sequence[Row]) -> dict[str, Row]:
    """The Identification of each dossier by file, read again from the register's copy; nothing where there is no copy."""
    copies = {d["fichier"]: f"{d['empreinte']}{PurePosixPath(d['fichier']).suffix.lower()}" for d in dossiers}
    kept = {path: name for path, name in copies.items() if (job.register / "copies" / name).is_file()}
    if not kept:
        return {}
    received = [Received(name, sha256=name.partition(".")[0]) for name in kept.values()]
    try:
        with reader_pool(job.config) as readers:
            said = gather(readers.read(job.register / "copies", received))
    except ReaderBroken as error:
        raise RunError(NO_READER) from error
    found = {row["fichier"]: row for row in said.sheets["identification"].drop("feuille", "ligne").to_dicts()}
    return {path: found.get(name, {}) for path, name in kept.items()}


def _known_dossier(depot: Row, identity: Row, budget: pl.DataFrame) -> KnownDossier:
    lines = budget.filter(pl.col("fichier") == depot["fichier"]).sort("exercice", "compte", "libelle", "cellule")
    first = lines.row(0, named=True) if lines.height else {}
    base = {"projet": depot["projet"], "pole": first.get("pole"), "structure_porteuse": first.get("porteur")}
    return KnownDossier(
        depot["campagne"], depot["version"] or 1, depot["date_depot"], {**base, **identity},
        [Line(r["compte"], r["libelle"], r["exercice"], r["montant_eur"]) for r in lines.to_dicts()],
    )  # fmt: skip


def _financers(lines: pl.DataFrame) -> tuple[str, ...]:
    """The names of those who finance a Pays, by type; the Région first."""
    named = lines.filter(pl.col("type_financeur") != OWN_RESOURCES).select("type_financeur", "financeur").unique()
    ranked = sorted(named.rows(), key=lambda row: (TYPES.index(row[0]) if row[0] in TYPES else len(TYPES), row[1]))
    return tuple(dict.fromkeys(name for _, name in ranked if name))
