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
from budget.dossiers import Dossiers, dossiers_of
from budget.euros import euros_by_file
from budget.financers import statement_names
from budget.found import Found
from budget.grants import votes_by_project
from budget.money import money_tables
from budget.open_data import unpublishable
from budget.provenance import in_table_order
from budget.reminders import reminders, reminders_table
from budget.rows import identities
from budget.status import Sources, status_table
from budget.validate import Located
from budget.versions import joined, pairs_of, versions_tables
from budget.what_if import gaps_of_all, scenario_gaps, under
from schemas.financers import FinancerDirectory
from schemas.packed import Packed, Tables, holding, in_order, packed
from schemas.parameters import Config
from schemas.spec import DOSSIERS
from schemas.table import validated
from schemas.tables import IGNORED, TABLES, Depots, empty, polars_schema


def make_tables(checked: Checked, config: Config, day: date, scenario: str = "") -> Tables:
    """All output tables, each valid against its model, with the controls on files and euros; what a scenario adds, if one is named.

    Those that have several rows for each file are packed.
    """
    decided, examined = checked.decided, checked.examined
    directory, facts = FinancerDirectory(config.extra_financers()), _file_facts(checked)
    pairs, then = pairs_of(decided.standings), _then(checked, config, scenario)
    dossiers, euros, versions, gaps = list[Dossiers](), list[pl.DataFrame](), list[dict[str, pl.DataFrame]](), list[pl.DataFrame]()
    for place, batch in enumerate(checked.batches):
        euros.append(euros_by_file(batch, decided))
        versions.append(versions_tables(batch, pairs, checked.found.of(place), facts))
        if batch.pays:
            dossiers.append(dossiers_of(batch, decided, directory, holding(len(checked.batches))))
        if then is not None:
            gaps.append(scenario_gaps(scenario, examined, then, batch, decided))
    money = money_tables(dossiers, decided, examined, config, day, scenario)
    tables = Tables({**{name: empty(model) for name, model in TABLES.items()}, **money.tables, **joined(versions)})
    if gaps:
        tables = tables.with_tables({"scenario_ecarts": gaps_of_all(gaps)})
    money.found.add(unpublishable(tables["decisions"], examined.batch, config.open_data, day))
    constats, sources, ruled = _constats(checked, money.found, facts)
    tables = tables.with_tables({**applied_tables(checked, ruled, config, day), "constats": constats})
    tables = tables.with_tables({"depots": _depots(checked, pl.concat(euros), tables, directory)})
    tables = tables.with_tables({"suivi_pays": status_table(_status_sources(checked, tables), config.suivi, day)})
    cited = Packed.joined([money.cited, sources])
    cited = Packed.joined([cited, packed(citing_corrections(cited, tables, checked))])
    tables = tables.with_tables(
        {
            "relances": reminders_table(reminders(tables, config, day)),
            "provenances": Packed.of(in_table_order(cited)),
            "controles": controls_table(
                [
                    *file_controls(len(decided.standings), tables["depots"]),
                    *euro_controls(tables["depots"], tables),
                    *money_controls(tables),
                ]
            ),
        }
    )
    for name, model in TABLES.items():
        for frame in tables.frames(name):
            validated(model, frame)
    return tables


def _constats(checked: Checked, later: Found, facts: Mapping[str, FileFacts]) -> tuple[Packed, Packed, list[Located]]:
    """Table `constats`, what it cites, and the findings on which staff have ruled. `later`: what was found since the checks."""
    tables, sources, ruled = list[Packed](), list[Packed](), list[Located]()
    hold = holding(len(checked.batches))
    for place in range(len(checked.batches)):
        found = checked.settle(place, later.of(place))
        table, cited = constats_table(found, facts)
        tables.append(hold(table))
        sources.append(hold(cited))
        ruled += [(path, finding) for path, finding in found if finding.ruling]
    return Packed.of(in_order(Packed.joined(tables), "fichier")), Packed.joined(sources), ruled


def _then(checked: Checked, config: Config, scenario: str) -> pl.DataFrame | None:
    """The dossiers with the caps of a scenario that changes them."""
    if not scenario or not config.scenarios[scenario].parametres:
        return None
    changed = config.model_copy(update={"parametres": config.scenarios[scenario].applied_to(config.parametres)})
    return under(checked.examined.dossiers, changed, checked.examined.waivers)


def _file_facts(checked: Checked) -> dict[str, FileFacts]:
    return {s.path: FileFacts(s.received.sha256, s.identity.get("pays_code")) for s in checked.decided.standings}


def _status_sources(checked: Checked, tables: Tables) -> Sources:
    batch, decided = checked.examined.batch, checked.decided
    starts = batch.sheets["identification"].select("fichier", "date_debut")
    known = identities(batch).join(starts, on="fichier").join(decided.counting(), on="fichier", how="semi")
    reports = tables.lazy("realises").select("fichier", "pays_code", "projet", "exercice").unique().collect()
    return Sources(
        known.filter(pl.col("type_document").is_in(DOSSIERS))
        .join(checked.examined.overview.aided, on="fichier", how="left")
        .sort("campagne", "fichier"),
        votes_by_project(decided.word.rows["decisions"]),
        decided.word.rows["etapes"],
        reports.join(known.select("fichier", "date_depot"), on="fichier"),
        tables["depots"],
    )


def _depots(checked: Checked, euros: pl.DataFrame, tables: Tables, directory: FinancerDirectory) -> pl.DataFrame:
    """Table `depots`: a row per file found, with its identity, its decision, its findings and its euros."""
    standings = checked.decided.standings
    financers = statement_names(checked.examined.batch, directory)
    volets = {r["fichier"]: r["volet"] for r in identities(checked.examined.batch).to_dicts()}
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
        counts = tables.lazy("constats").filter(pl.col("gravite") == gravity, pl.col("etat") == "ouvert").group_by("fichier")
        depots = depots.join(counts.agg(pl.len().cast(pl.Int64).alias(name)).collect(), on="fichier", how="left", maintain_order="left")
    depots = depots.with_columns(pl.col("erreurs", "avertissements").fill_null(0), retour=pl.lit(None, pl.String))
    with_amounts = amounts_by_file(depots, euros, tables)
    blank = pl.col("decision") == IGNORED
    amounts = [pl.when(~blank).then(pl.col(name)).alias(name) for name in ("lu_eur", "compte_eur", "ecarte_eur")]
    return with_amounts.with_columns(amounts).select(list(schema)).sort("fichier")
