"""The same work as people would script it today, with pandas, openpyxl and pandera: `python benchmarks/baseline.py DIR OUT.xlsx`.

Read every sheet, clean amounts, validate a schema per sheet and file, check totals and caps, reject faulty files, reconcile, write the
consolidated workbook. It shares no code with the pipeline, and does less: no cell addresses, no supersession, no .xls, no safety checks.
Prints one line of JSON: seconds, peak memory, workbooks accepted, euros consolidated.
"""

import argparse
import json
import resource
import time
import unicodedata
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

STUDY_CAP, POST_CAP, POSTS_MAX, YEARS_MAX, TOLERANCE = 25_000, 35_000, 2, 3, 1
TYPES = ["Région", "État", "Département", "EPCI", "Commune", "Organisme social", "Europe", "ASP", "Autre public", "Acteur ESS", "Privé"]
STATUSES = ["à solliciter", "sollicité", "voté", "conventionné", "versé", "refusé"]
SECURED = ["voté", "conventionné", "versé"]
VOLETS = ["préfiguration", "fonctionnement"]
FAMILIES = [
    "association",
    "coopérative",
    "mutuelle",
    "fondation",
    "structure d'insertion",
    "entreprise",
    "syndicat",
    "collectivité",
    "autre",
]

text = lambda **k: pa.Column(None, nullable=True, **k)  # noqa: E731
amount = lambda **k: pa.Column(float, pa.Check.ge(0), nullable=True, **k)  # noqa: E731
year = pa.Column(int, pa.Check.in_range(1990, 2100))
SCHEMAS = {
    "Budget": pa.DataFrameSchema({"Compte": text(), "Libellé": text(), "Exercice": year, "Montant": amount()}),
    "Plan de financement": pa.DataFrameSchema(
        {
            "Type de financeur": pa.Column(None, pa.Check.isin([*TYPES, "Ressources propres"])),
            "Financeur": pa.Column(None),
            "Exercice": year,
            "Montant sollicité": amount(),
            "Montant acquis": amount(),
            "Statut": pa.Column(None, pa.Check.isin(STATUSES), nullable=True),
        },
        checks=pa.Check(lambda df: ~df["Statut"].isin(SECURED) | (df["Montant acquis"] > 0), error="statut"),
    ),
    "Postes": pa.DataFrameSchema(
        {
            "Poste": pa.Column(None),
            "Annuité": pa.Column(int, pa.Check.in_range(1, YEARS_MAX)),
            "Exercice": year,
            "Coût chargé": amount(),
            "Aide Région demandée": pa.Column(float, pa.Check.in_range(0, POST_CAP)),
        },
        checks=pa.Check(lambda df: df["Aide Région demandée"] <= df["Coût chargé"], error="aide supérieure au coût"),
    ),
    "Partenaires": pa.DataFrameSchema({"Partenaire": pa.Column(None), "Famille": pa.Column(None, pa.Check.isin(FAMILIES))}),
    "Engagements": pa.DataFrameSchema(
        {"Pays": pa.Column(None), "Volet": pa.Column(None, pa.Check.isin(VOLETS)), "Exercice": year, "Montant voté": amount()}
    ),
    "Décisions": pa.DataFrameSchema(
        {
            "Pays": pa.Column(None),
            "Volet": pa.Column(None, pa.Check.isin(VOLETS)),
            "Montant voté": pa.Column(float),
            "Premier exercice": year,
        }
    ),
    "Étapes": pa.DataFrameSchema({"Pays": pa.Column(None), "Étape": pa.Column(None)}),
    "Mandats": pa.DataFrameSchema({"Pays": pa.Column(None), "Exercice": year, "Montant": amount()}),
}
AMOUNTS = ["Montant", "Montant sollicité", "Montant acquis", "Coût chargé", "Aide Région demandée", "Montant voté", "Montant versé"]
INTEGERS = ["Exercice", "Annuité", "Premier exercice"]


def normalise(value: Any) -> str:
    """Labels without accents or case."""
    decomposed = unicodedata.normalize("NFKD", str(value))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower().strip()


def clean_amount(value: Any) -> float | None:
    """35 000,50 € → 35000.5; raises ValueError where it cannot be read."""
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return None
    if isinstance(value, int | float):
        return float(value)
    digits = str(value).replace("€", "").replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".")
    return float(digits) if digits not in ("", "-") else 0.0


def table(raw: pd.DataFrame, first: str) -> pd.DataFrame:
    """The table under its header row, found by its first label."""
    starts = raw.index[raw[0].map(normalise) == normalise(first)]
    if starts.empty:
        raise ValueError(f"colonne « {first} » introuvable")
    frame = raw.loc[starts[0] + 1 :].copy()
    frame.columns = [str(c) for c in raw.loc[starts[0]]]
    return frame.dropna(how="all").reset_index(drop=True)


def read_budget(raw: pd.DataFrame) -> pd.DataFrame:
    """One row per line and exercice; headings that have sub-lines are marked."""
    frame = table(raw, "Compte")
    years = [c for c in frame.columns if c.replace(".0", "").isdigit()]
    frame["Compte"] = frame["Compte"].map(lambda v: "" if pd.isna(v) else str(v))
    frame["Total"] = frame["Libellé"].astype(str).str.upper().str.startswith("TOTAL")
    frame["Rubrique"] = frame["Compte"].str[:2]
    lines = frame[~frame["Total"]].groupby("Rubrique", sort=False)["Compte"].transform("size")
    first = ~frame.duplicated("Rubrique")
    frame["Tête"] = first & (lines.reindex(frame.index) > 1)
    long = frame.melt(["Compte", "Libellé", "Total", "Rubrique", "Tête"], years, "Exercice", "Montant")
    long["Exercice"] = long["Exercice"].astype(float).astype(int)
    return long


def read_workbook(path: Path) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Identification and the tables of a workbook."""
    sheets = pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl")
    identity = sheets["Identification"]
    facts = {str(k): v for k, v in zip(identity[0], identity[1], strict=True) if not pd.isna(k) and not pd.isna(v)}
    frames = {}
    for name, schema in SCHEMAS.items():
        if name in sheets:
            raw = sheets[name]
            frame = read_budget(raw) if name == "Budget" else table(raw, next(iter(schema.columns)))
            for column in frame.columns.intersection(AMOUNTS):
                frame[column] = frame[column].map(clean_amount).astype(float)
            for column in frame.columns.intersection(INTEGERS):
                frame[column] = frame[column].astype(int)
            frames[name] = frame
    return facts, frames


def validate(frames: dict[str, pd.DataFrame]) -> list[str]:
    """What pandera says of each sheet."""
    found = []
    for name, frame in frames.items():
        try:
            SCHEMAS[name].validate(frame, lazy=True)
        except pa.errors.SchemaErrors as errors:
            found += [f"{name} : {row.column} {row.check} {row.failure_case}" for row in errors.failure_cases.itertuples()]
    return found


def line_amount(plan: pd.DataFrame) -> pd.Series:
    """Secured, or the greater of asked and secured; nothing after a refusal."""
    asked, secured = plan["Montant sollicité"].fillna(0), plan["Montant acquis"].fillna(0)
    amounts = secured.where(plan["Statut"].isin(SECURED), pd.concat([asked, secured], axis=1).max(axis=1))
    return amounts.where(plan["Statut"] != "refusé", 0.0)


def check_dossier(facts: dict[str, Any], frames: dict[str, pd.DataFrame]) -> list[str]:
    """Totals, caps and the agreement of sheets."""
    budget, plan = frames["Budget"], frames["Plan de financement"]
    leaves = budget[~budget["Total"] & ~budget["Tête"]]
    charges = leaves["Rubrique"].str.match("6|CI")
    produits = leaves["Rubrique"].str.match("7|RP")
    sums = pd.DataFrame(
        {
            "charges": leaves[charges].groupby("Exercice")["Montant"].sum(),
            "produits": leaves[produits].groupby("Exercice")["Montant"].sum(),
        }
    )
    found = [f"exercice {y} : charges et produits diffèrent" for y, s in sums.iterrows() if abs(s.charges - s.produits) > TOLERANCE]
    for label in ("charges", "produits"):
        stated = budget[budget["Libellé"] == f"TOTAL DES {label.upper()}"].set_index("Exercice")["Montant"]
        found += [f"exercice {y} : total des {label}" for y in stated.index if abs(stated[y] - sums.loc[y, label]) > TOLERANCE]
    nature = leaves[leaves["Rubrique"].isin(["86", "87"])].pivot_table(
        index="Exercice", columns="Rubrique", values="Montant", aggfunc="sum"
    )
    found += [f"avertissement exercice {y} : 86 et 87" for y in nature.index if abs(nature.loc[y].diff().iloc[-1]) > TOLERANCE]
    for (head, y), rows in budget[~budget["Total"]].groupby(["Rubrique", "Exercice"]):
        stated, lines = rows.loc[rows["Tête"], "Montant"], rows.loc[~rows["Tête"], "Montant"]
        if len(stated) and abs(stated.iloc[0] - lines.sum()) > TOLERANCE:
            found.append(f"avertissement exercice {y} : rubrique {head}")
    plan = plan.assign(Retenu=line_amount(plan))
    planned = plan[plan["Type de financeur"] != "Ressources propres"].groupby(["Type de financeur", "Exercice"])["Retenu"].sum()
    subsidies = leaves[leaves["Compte"] == "74"].groupby(["Libellé", "Exercice"])["Montant"].sum()
    gaps = planned.rename_axis(["t", "e"]).sub(subsidies.rename_axis(["t", "e"]), fill_value=0)
    found += [f"{t} {e} : plan et budget diffèrent" for (t, e), gap in gaps.items() if abs(gap) > TOLERANCE]
    region = plan[plan["Type de financeur"] == "Région"].groupby("Exercice")["Retenu"].sum()
    if facts["Type de document"] == "Dossier de préfiguration":
        return found + (["plafond de l'étude"] if region.sum() > STUDY_CAP else [])
    posts = frames["Postes"]
    aid = posts.groupby("Exercice")["Aide Région demandée"].sum()
    found += [f"exercice {e} : plan et postes" for e, gap in region.sub(aid, fill_value=0).items() if abs(gap) > TOLERANCE]
    found += ["plafond d'un poste"] if (posts.groupby(["Poste", "Annuité"])["Aide Région demandée"].sum() > POST_CAP).any() else []
    return found + (["trop de postes"] if (posts.groupby("Exercice")["Poste"].nunique() > POSTS_MAX).any() else [])


def consolidate(folder: Path) -> tuple[dict[str, list[pd.DataFrame]], pd.DataFrame, pd.DataFrame]:
    """Accepted frames by sheet, a row per file, a row per finding."""
    kept: dict[str, list[pd.DataFrame]] = {name: [] for name in SCHEMAS}
    files, findings = [], []
    for path in sorted(folder.rglob("*.xlsx")):
        name = path.relative_to(folder).as_posix()
        try:
            facts, frames = read_workbook(path)
            problems = validate(frames)
            problems += check_dossier(facts, frames) if "Budget" in frames else []
        except (ValueError, KeyError) as error:
            facts, frames, problems = {}, {}, [str(error)]
        errors = [p for p in problems if not p.startswith("avertissement")]
        findings += [{"fichier": name, "message": p} for p in problems]
        kind = facts.get("Type de document")
        files.append({"fichier": name, "type": kind, "pays": facts.get("Pays"), "decision": "rejeté" if errors else "accepté"})
        if not errors:
            identity = {
                "Fichier": name,
                "Campagne": facts["Campagne"],
                "Pays": facts.get("Pays"),
                "Porteur": facts.get("Structure porteuse"),
            }
            identity |= {"Volet": str(kind).removeprefix("Dossier de "), "Projet": facts.get("Projet"), "Financeur": facts.get("Financeur")}
            for sheet, frame in frames.items():
                kept[sheet].append(frame.assign(**{k: v for k, v in identity.items() if k not in frame.columns}))
    return kept, pd.DataFrame(files), pd.DataFrame(findings, columns=["fichier", "message"])


def reconcile(plan: pd.DataFrame, votes: pd.DataFrame) -> pd.DataFrame:
    """Dossiers against co-financers' statements."""
    key = ["Pays", "Projet", "Volet", "Exercice", "Financeur"]
    left = plan.assign(Retenu=line_amount(plan)).groupby(key, as_index=False)[["Montant sollicité", "Montant acquis", "Retenu"]].sum()
    right = votes.groupby(key, as_index=False)["Montant voté"].sum()
    merged = left.merge(right, on=key, how="outer", indicator=True)
    merged["Écart"] = merged["Montant voté"] - merged["Montant acquis"]
    labels = {"both": "rapproché", "left_only": "sans réponse", "right_only": "financeur seul"}
    return merged.assign(Etat=merged.pop("_merge").astype(str).map(labels))


def write(out: Path, kept: dict[str, list[pd.DataFrame]], files: pd.DataFrame, findings: pd.DataFrame) -> float:
    """The consolidated workbook; returns the euros that its budget holds."""
    frames = {name: pd.concat(parts, ignore_index=True) if parts else pd.DataFrame() for name, parts in kept.items()}
    budget = frames["Budget"]
    leaves = budget[~budget["Total"] & ~budget["Tête"]].drop(columns=["Total", "Tête"])
    side = leaves["Rubrique"].str.match("6|CI|86").map({True: "charge", False: "produit"})
    leaves = leaves.assign(Sens=side.where(leaves["Rubrique"] != "86", "charge"))
    per_pays = leaves.pivot_table(index=["Pays", "Volet", "Exercice"], columns="Sens", values="Montant", aggfunc="sum").reset_index()
    plan = frames["Plan de financement"]
    per_financer = plan.groupby(["Type de financeur", "Financeur", "Exercice"], as_index=False)[
        ["Montant sollicité", "Montant acquis"]
    ].sum()
    summary = files.groupby(["type", "decision"], as_index=False, dropna=False).size()
    sheets = {"Synthèse": summary, "Budget consolidé": leaves, "Par Pays": per_pays, "Par financeur": per_financer}
    if not frames["Engagements"].empty:
        sheets["Rapprochement"] = reconcile(plan, frames["Engagements"])
    sheets |= {"Décisions": frames["Décisions"], "Mandats": frames["Mandats"], "Dépôts": files, "Constats": findings}
    with pd.ExcelWriter(out, engine="openpyxl") as writer:
        for name, frame in sheets.items():
            frame.to_excel(writer, sheet_name=name, index=False)
    return float(leaves["Montant"].sum())


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Référence : pandas, openpyxl et pandera.")
    parser.add_argument("entrees", type=Path)
    parser.add_argument("sortie", type=Path)
    arguments = parser.parse_args()
    start = time.perf_counter()
    kept, files, findings = consolidate(arguments.entrees)
    euros = write(arguments.sortie, kept, files, findings)
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    accepted = int((files["decision"] == "accepté").sum())
    print(json.dumps({"secondes": seconds, "memoire_mo": memory, "acceptes": accepted, "fichiers": len(files), "euros": euros}))


if __name__ == "__main__":
    main()
