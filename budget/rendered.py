"""The comptes rendus beside the budgets: table `compte_rendu` (prévu, réalisé, écart per account)."""

import polars as pl

from budget.frames import ZERO
from budget.lines import PROJECT
from budget.provenance import cited
from budget.rows import in_order, shape
from schemas.accounts import SUBSIDIES, account_of, accounts
from schemas.accounts_rendered import CompteRendu
from schemas.financers import type_of
from schemas.tables import KEPT

YEAR = [*PROJECT, "exercice"]
_LINE = [*YEAR, "compte", "libelle"]
_GROUP = [*YEAR, "rubrique"]


def rendered_table(realises: pl.DataFrame, budget: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Table `compte_rendu` from the tables `realises` and `budget`, and its provenances."""
    spent = _counted(_with_account(realises.filter(pl.col("etat") == KEPT)))
    files = spent.group_by(YEAR).agg(pl.col("fichier").max().alias("compte_rendu"))
    planned = _with_account(budget.filter(pl.col("etat") == KEPT).join(files, on=YEAR, how="semi", maintain_order="left"))
    spent, planned = _at_one_level(spent, planned)
    ours = spent.group_by(_LINE).agg(
        pl.col("realise_eur").sum(),
        prevu_declare_eur=pl.col("prevu_eur").sum(),
        explication=pl.col("explication").drop_nulls().unique(maintain_order=True).str.join(" ; "),
    )
    budgeted = planned.group_by(_LINE).agg(budget_eur=pl.col("montant_eur").sum())
    known = planned.select(YEAR).unique().with_columns(connu=pl.lit(True))
    rows = ours.join(budgeted, on=_LINE, how="full", coalesce=True).join(known, on=YEAR, how="left").join(files, on=YEAR)
    money = ("realise_eur", "prevu_declare_eur", "budget_eur")
    rows = rows.with_columns(pl.col(name).fill_null(ZERO) for name in money).with_columns(
        prevu_eur=pl.when("connu").then("budget_eur").otherwise("prevu_declare_eur"),
        explication=pl.when(pl.col("explication") != "").then("explication"),
        sens=pl.col("compte").replace_strict({a.code: a.side for a in accounts().values()}, return_dtype=pl.String),
        fichier="compte_rendu",
    )  # fmt: skip
    rows = rows.with_columns(ecart_eur=pl.col("realise_eur") - pl.col("prevu_eur"))
    sources = [
        cited("compte_rendu", spent.filter(pl.col("realise_eur") != 0), _LINE, "realise_eur", "cellule"),
        cited("compte_rendu", spent.filter(pl.col("prevu_eur") != 0), _LINE, "prevu_declare_eur", "cellule_prevu"),
        cited("compte_rendu", planned, _LINE, "prevu_eur", "cellule"),
    ]
    return in_order(shape(rows, CompteRendu), _LINE), pl.concat(sources)


def _with_account(lines: pl.DataFrame) -> pl.DataFrame:
    """Read each line under its listed account: `compte, libelle, rubrique`, and whether it is a sub-line (`detail`)."""
    given = lines.select("compte", "libelle").unique()
    rows = []
    for written, label in given.iter_rows():
        account = account_of(written)
        if account is None:
            continue
        kind = type_of(label or "") if account.code == SUBSIDIES else None
        rows.append((written, label, account.code, kind or account.label, account.heading, not account.is_heading or kind is not None))
    schema = {"compte": pl.String, "libelle": pl.String, "_compte": pl.String, "_libelle": pl.String, "rubrique": pl.String}
    named = pl.DataFrame(rows, schema={**schema, "detail": pl.Boolean}, orient="row")
    joined = lines.join(named, on=["compte", "libelle"], nulls_equal=True, maintain_order="left")
    return joined.with_columns(compte="_compte", libelle="_libelle").drop("_compte", "_libelle")


def _counted(spent: pl.DataFrame) -> pl.DataFrame:
    """Without the headings whose sub-lines have amounts, as in a budget."""
    filled = pl.col("detail") & ((pl.col("realise_eur") != 0) | (pl.col("prevu_eur") != 0))
    return spent.filter(pl.col("detail") | ~filled.any().over(_GROUP))


def _at_one_level(spent: pl.DataFrame, planned: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Where one side gives only a heading, both are compared by heading."""
    whole = pl.concat([f.filter(~pl.col("detail")).select(_GROUP) for f in (spent, planned)]).unique().with_columns(entier=pl.lit(True))
    labels = {a.code: a.label for a in accounts().values()}
    made = []
    for frame in (spent, planned):
        joined = frame.join(whole, on=_GROUP, how="left", maintain_order="left")
        heading = pl.col("rubrique").replace_strict(labels, return_dtype=pl.String)
        made.append(
            joined.with_columns(
                compte=pl.when("entier").then("rubrique").otherwise("compte"), libelle=pl.when("entier").then(heading).otherwise("libelle")
            )
        )
    return made[0], made[1]
