"""The arithmetic from readings to tables, in two steps: what is wrong, then what counts. Runs without Prefect, the clock or a disk."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from budget.applied import applied_tables, citing_corrections
from budget.checking import Checked as Checked
from budget.checking import check_readings as check_readings
from budget.checking import check_said as check_said
from budget.constats import FileFacts, constats_table
from budget.control import amounts_by_file, controls_table, euro_controls, file_controls, money_controls
from budget.euros import euros_read, euros_set_aside
from budget.financers import statement_names
from budget.grants import votes_by_project
from budget.money import money_tables
from budget.open_data import unpublishable
from budget.reminders import reminders, reminders_table
from budget.rows import identities
from budget.status import Sources, status_table
from budget.versions import versions_tables
from schemas.financers import FinancerDirectory
from schemas.packed import Tables as Tables
from schemas.packed import packed
from schemas.parameters import Config
from schemas.spec import DOSSIERS
from schemas.table import validated
from schemas.tables import IGNORED, TABLES, Depots, empty, polars_schema

GROWING = ("budget", "financements", "rapprochement", "constats", "provenances")
"""The tables that have several rows for each file: they are kept packed."""


def make_tables(checked: Checked, config: Config, day: date, scenario: str = "") -> Tables:
    """All output tables, each valid against its model, with the controls on files and euros; what a scenario adds, if one is named."""
    batch, decided = checked.batch, checked.decided
    directory = FinancerDirectory(config.extra_financers())
    tables = {name: empty(model) for name, model in TABLES.items()}
    money = money_tables(batch, decided, checked.examined, config, day, scenario)
    tables |= money.tables
    found = checked.settle(money.found + unpublishable(tables["decisions"], batch, config.open_data, day))
    tables |= applied_tables(checked, found, config, day)
    tables["constats"], constat_sources = constats_table(found, _file_facts(checked))
    tables["depots"] = _depots(checked, tables, directory)
    tables["suivi_pays"] = status_table(_status_sources(checked, tables), config.suivi, day)
    tables |= versions_tables(batch, decided, checked.found, _file_facts(checked))
    tables["relances"] = reminders_table(reminders(tables, config, day))
    tables["provenances"] = _each_once(citing_corrections(pl.concat([money.provenances, constat_sources]), tables, checked))
    tables["controles"] = controls_table(
        [*file_controls(len(decided.standings), tables["depots"]), *euro_controls(tables["depots"], tables), *money_controls(tables)]
    )
    for name, model in TABLES.items():
        validated(model, tables[name])
    return Tables({name: packed(table) if name in GROWING else table for name, table in tables.items()})


def _each_once(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows in order, each once: looking at the one above takes a third of the memory of `unique`."""
    return rows.sort(pl.all()).filter(pl.struct(pl.all()).rle_id().diff().fill_null(1) != 0)


def _file_facts(checked: Checked) -> dict[str, FileFacts]:
    return {s.path: FileFacts(s.received.sha256, s.identity.get("pays_code")) for s in checked.decided.standings}


def _status_sources(checked: Checked, tables: Mapping[str, pl.DataFrame]) -> Sources:
    batch, decided = checked.batch, checked.decided
    posts = batch.sheets["postes"].filter(pl.col("aide_eur") > 0).group_by("fichier").agg(postes=pl.col("poste").n_unique().cast(pl.Int64))
    starts = batch.sheets["identification"].select("fichier", "date_debut")
    known = identities(batch).join(starts, on="fichier").join(decided.counting(), on="fichier", how="semi")
    reports = tables["realises"].select("fichier", "pays_code", "projet", "exercice").unique()
    return Sources(
        known.filter(pl.col("type_document").is_in(DOSSIERS)).join(posts, on="fichier", how="left").sort("campagne", "fichier"),
        votes_by_project(decided.word.rows["decisions"]),
        decided.word.rows["etapes"],
        reports.join(known.select("fichier", "date_depot"), on="fichier"),
        tables["depots"],
    )


def _depots(checked: Checked, tables: Mapping[str, pl.DataFrame], directory: FinancerDirectory) -> pl.DataFrame:
    """Table `depots`: a row per file found, with its identity, its decision, its findings and its euros."""
    standings = checked.decided.standings
    financers = statement_names(checked.batch, directory)
    volets = {r["fichier"]: r["volet"] for r in identities(checked.batch).to_dicts()}
    rows = [
        (
            s.path, s.received.sha256 or None, s.identity.get("type_document"), s.identity.get("pays_code"), s.identity.get("projet"),
            financers.get(s.path), volets.get(s.path), s.identity.get("campagne"), s.identity.get("version"), s.identity.get("date_depot"),
            s.decision, s.reason,
        )
        for s in standings
    ]  # fmt: skip
    schema = polars_schema(Depots)
    head = {name: schema[name] for name in list(schema)[:12]}
    depots = pl.DataFrame(rows, schema=head, orient="row")
    for gravity, name in (("erreur", "erreurs"), ("avertissement", "avertissements")):
        counts = tables["constats"].filter(pl.col("gravite") == gravity, pl.col("etat") == "ouvert").group_by("fichier")
        depots = depots.join(counts.agg(pl.len().cast(pl.Int64).alias(name)), on="fichier", how="left", maintain_order="left")
    depots = depots.with_columns(pl.col("erreurs", "avertissements").fill_null(0), retour=pl.lit(None, pl.String))
    read = euros_read(checked.batch)
    with_amounts = amounts_by_file(depots, read, euros_set_aside(checked.batch, checked.decided), tables)
    blank = pl.col("decision") == IGNORED
    amounts = [pl.when(~blank).then(pl.col(name)).alias(name) for name in ("lu_eur", "compte_eur", "ecarte_eur")]
    return with_amounts.with_columns(amounts).select(list(schema)).sort("fichier")
