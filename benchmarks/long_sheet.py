"""A long « Budget consolidé » written by the project or by openpyxl: `python benchmarks/long_sheet.py ours|openpyxl ROWS`. Prints JSON."""

import argparse
import json
import tempfile
import time
from datetime import date
from pathlib import Path

import polars as pl

from schemas.parameters import load_config
from workbooks.finance_sheets import finance_sheets
from workbooks.report_context import ReportContext
from workbooks.sheet import TableSheet, write_table
from workbooks.style import House, new_book

CONFIG = Path(__file__).parent.parent / "config.toml"


def lines(count: int) -> pl.DataFrame:
    """Budget lines as the sheet shows them: a hundred lines a file, eleven texts and three amounts each."""
    n = pl.int_range(count, eager=True)
    amounts = (n % 9973 * 12.5).cast(pl.Decimal(38, 2))
    texts = {
        "pays": "Pays exemple " + (n // 100 % 21).cast(pl.String), "pole": "Pôle exemple " + (n // 100).cast(pl.String),
        "porteur": "Association exemple " + (n // 100).cast(pl.String), "volet": "fonctionnement", "libelle": "Rémunération des personnels",
        "compte": "641", "etat": "retenu", "fichier": "2010-000/dossier-" + (n // 100).cast(pl.String) + ".xlsx", "feuille": "Budget",
        "cellule": "C" + (n % 100 + 5).cast(pl.String),
    }  # fmt: skip
    frame = pl.DataFrame({name: value for name, value in texts.items() if isinstance(value, pl.Series)})
    constant = [pl.lit(value).alias(name) for name, value in texts.items() if isinstance(value, str)]
    years = {"projet": n // 100 + 1, "campagne": pl.repeat(2010, count, eager=True), "exercice": 2010 + n % 3}
    euros = {"charges_eur": amounts, "produits_eur": amounts, "hors_totaux_eur": amounts}
    return frame.with_columns(*constant, **years, **euros)


def ours(target: Path, spec: TableSheet, frame: pl.DataFrame, context: ReportContext) -> None:
    """The sheet in the house style, with its live totals and its links."""
    book = new_book(target, context, "Budget consolidé")
    write_table(House(book, context), spec, {spec.view: frame})
    book.close()


def plain(target: Path, spec: TableSheet, frame: pl.DataFrame) -> None:
    """The same values and totals by openpyxl's fastest way: neither style nor link."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(spec.name)
    letters = "ABCDEFGHIJKLMNOP"
    totals = [
        f"=SUBTOTAL(109,{letters[i]}3:{letters[i]}{frame.height + 2})" if c.kind == "euros" else "" for i, c in enumerate(spec.columns)
    ]
    sheet.append(totals)
    sheet.append([c.label for c in spec.columns])
    for row in frame.select(c.name for c in spec.columns).iter_rows():
        sheet.append(row)
    book.save(target)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Écriture d'une longue feuille.")
    parser.add_argument("par", choices=("ours", "openpyxl"))
    parser.add_argument("lignes", type=int)
    arguments = parser.parse_args()
    context = ReportContext(load_config(CONFIG), date(2010, 11, 30), "../inputs")
    spec = next(s for s in finance_sheets(context, forecast=False) if s.name == "Budget consolidé")
    frame = lines(arguments.lignes)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "budget.xlsx"
        start = time.perf_counter()
        if arguments.par == "ours":
            ours(target, spec, frame, context)
        else:
            plain(target, spec, frame)
        print(json.dumps({"secondes": time.perf_counter() - start, "octets": target.stat().st_size}))


if __name__ == "__main__":
    main()
