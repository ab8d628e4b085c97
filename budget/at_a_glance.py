"""What the status page says, from the output tables: stages, what falls due, how sure the funding is, files and what they lack."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl

from budget.views import status_files
from schemas import reminders, returns
from schemas.at_a_glance import PAID, SHARES, Bar, Chart, FileGlance, Glance, Output, PaysGlance, Row
from schemas.financers import TYPES
from schemas.packed import drawn, lazy
from schemas.parameters import Config
from schemas.pays import all_pays
from schemas.programme import DUE
from schemas.tables import ACCEPTED_WITH_RESERVES, DECISIONS, REJECTED, STAGES

Tables = Mapping[str, pl.DataFrame]
Amounts = Mapping[str, Mapping[str, Decimal]]
_ZERO = Decimal(0)
_TENTH = Decimal("0.1")
_REMINDERS, _RETURNS = f"{reminders.FOLDER}/", f"{returns.FOLDER}/"
_OUTPUTS = (
    ("suivi.xlsx", "Suivi", "Classeur de l'équipe : les Pays, chaque dépôt, chaque constat avec sa cellule, les relances, les versions."),
    (
        "budget-consolide.xlsx",
        "Budget consolidé",
        "Classeur des finances : synthèse, budgets, financeurs, engagements, échéancier, contrôles.",
    ),
    ("modeles/", "Modèles vierges", "Les classeurs à envoyer, un par document."),
    (_REMINDERS, "Relances", "Une page à imprimer par Pays dont quelque chose est attendu."),
    (_RETURNS, "Retours", "Les classeurs annotés à renvoyer, rangés comme les dépôts."),
    ("open-data/subventions.csv", "Données ouvertes", "Les conventions que la loi demande de publier."),
    ("donnees/", "Tables", "Les mêmes chiffres pour d'autres logiciels, en Parquet et en CSV."),
)


def at_a_glance(tables: Tables, config: Config, day: date, missing: frozenset[str] = frozenset()) -> Glance:
    """The page's facts; `missing`: those of `output_paths` that no run has made yet.

    Stages are those of `day`; files and funding are of the configured campaign, what falls due of all of them.
    """
    campagne = config.campagne.annee
    files = status_files(tables, campagne)
    pays = _pays(tables, day)
    found = files["decision"].to_list()
    stages = [p.stage for p in pays]
    without = {_REMINDERS: tables["relances"].is_empty(), _RETURNS: not files["retour"].count()}
    return Glance(
        programme=config.campagne.nom,
        campagne=campagne,
        day=day,
        pays=pays,
        stages={stage: stages.count(stage) for stage in STAGES if stage in stages},
        due=_due(tables["echeancier"]),
        funding=_funding(lazy(tables, "financements").filter(pl.col("campagne") == campagne)),
        files=tuple(_file(row) for row in files.to_dicts()),
        decisions={decision: found.count(decision) for decision in DECISIONS},
        to_mend=found.count(REJECTED) + found.count(ACCEPTED_WITH_RESERVES),
        other_files=tables["depots"].height - files.height,
        controls=tables["controles"].height,
        gaps=tables["controles"].filter(pl.col("ecart") != 0).height,
        outputs=tuple(Output(path, title, said, path not in missing) for path, title, said in _OUTPUTS if not without.get(path)),
    )


def output_paths() -> tuple[str, ...]:
    """The outputs that the page leads to, relative to the outputs' folder; a folder ends with « / »."""
    return tuple(path for path, _, _ in _OUTPUTS)


def _pays(tables: Tables, day: date) -> tuple[PaysGlance, ...]:
    known = all_pays()
    asked = {r["pays_code"]: r for r in tables["relances"].to_dicts()}
    return tuple(
        PaysGlance(
            code=r["pays_code"],
            name=r["pays"],
            short_name=known[r["pays_code"]].short_name,
            stage=r["etape"],
            study=r["etude"] or "",
            pole=r["pole"] or "",
            year=r["annuite"],
            posts=r["postes"],
            next_action=r["prochaine_action"],
            due=r["echeance"],
            overdue=bool(r["echeance"] and r["echeance"] < day),
            reminder=asked[r["pays_code"]]["page"] if r["pays_code"] in asked else "",
            reasons=asked[r["pays_code"]]["motifs"] if r["pays_code"] in asked else "",
        )
        for r in tables["suivi_pays"].sort("pays_code").to_dicts()
    )


def _file(row: Mapping[str, Any]) -> FileGlance:
    return FileGlance(
        path=row["fichier"],
        document=row["type_document"] or "",
        sender=row["pays"] or row["financeur"] or "",
        day=row["date_depot"],
        decision=row["decision"],
        reason=row["motif"],
        errors=row["erreurs"],
        warnings=row["avertissements"],
        returned=row["retour"] or "",
    )


def _due(echeancier: pl.DataFrame) -> Chart:
    """By exercice: voted, asked, forecast, and what is paid of it. A series without any amount is left out."""
    amounts: dict[str, dict[str, Decimal]] = {}
    by_year = echeancier.group_by("exercice", "nature").agg(pl.col("prevu_eur", "mandate_eur").sum()).sort("exercice", "nature")
    for year, nature, due, paid in by_year.iter_rows():
        row = amounts.setdefault(str(year), dict.fromkeys((*DUE, PAID), _ZERO))
        row[nature] += due
        row[PAID] += paid
    return _chart(amounts, (*DUE, PAID))


def _funding(financements: pl.LazyFrame) -> Chart:
    """By type of financer: what the financer confirms, what only the dossier declares, what it hopes for."""
    columns = dict(zip(("confirme_eur", "declare_eur", "espere_eur"), SHARES, strict=True))
    by_type = drawn(financements.group_by("type_financeur").agg(pl.col(*columns).sum()))
    found = {row.pop("type_financeur"): row for row in by_type.to_dicts()}
    amounts = {kind: {word: found[kind][name] for name, word in columns.items()} for kind in TYPES if kind in found}
    return _chart({kind: row for kind, row in amounts.items() if any(row.values())}, SHARES)


def _chart(amounts: Amounts, series: Sequence[str]) -> Chart:
    """Bars side by side, but for what is paid, which starts again at 0; the longest row takes the whole width."""
    shown = tuple(s for s in series if any(row[s] for row in amounts.values()))
    widest = max((max(_reach(row, shown), row.get(PAID, _ZERO)) for row in amounts.values()), default=_ZERO)
    rows = tuple(_row(label, row, shown, widest) for label, row in amounts.items())
    sums = {s: sum((row[s] for row in amounts.values()), _ZERO) for s in shown}
    return Chart(shown, rows, _row("Total", sums, shown, _ZERO))


def _reach(row: Mapping[str, Decimal], series: Sequence[str]) -> Decimal:
    return sum((max(row[s], _ZERO) for s in series if s != PAID), _ZERO)


def _row(label: str, amounts: Mapping[str, Decimal], series: Sequence[str], widest: Decimal) -> Row:
    bars, start = [], _ZERO
    for name in series:
        amount = amounts[name]
        end = max(amount, _ZERO) + (_ZERO if name == PAID else start)
        left = _percent(_ZERO if name == PAID else start, widest)
        bars.append(Bar(name, amount, left, _percent(end, widest) - left))
        start = start if name == PAID else end
    return Row(label, tuple(bars), sum((amounts[s] for s in series if s != PAID), _ZERO))


def _percent(amount: Decimal, whole: Decimal) -> Decimal:
    return (100 * amount / whole).quantize(_TENTH, ROUND_HALF_UP) if whole > 0 else _ZERO
