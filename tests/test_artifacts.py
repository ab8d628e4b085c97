"""What a run shows in Prefect: totals beside those of the consolidation before, and where the outputs are."""

from decimal import Decimal
from pathlib import Path

import polars as pl

from flows.artifacts import outputs_list, rejected_list, status_rows, totals_line, totals_table
from flows.steps import Outcome, job
from tests.grids import CONFIG, DAY, ROOT

MONEY = pl.Decimal(38, 2)


def depots(*rows: tuple[str, int]) -> pl.DataFrame:
    """A table of files: their decision, and the euros that they count for."""
    columns = {"decision": [d for d, _ in rows], "fichier": [f"{n}.xlsx" for n in range(len(rows))]}
    amounts = {name: pl.Series([Decimal(e) for _, e in rows], dtype=MONEY) for name in ("lu_eur", "compte_eur", "ecarte_eur")}
    return pl.DataFrame({**columns, **amounts}).with_columns(erreurs=1, motif=pl.lit("PRE201"), retour=pl.lit("retours/0-corrections.xlsx"))


def outcome(now: pl.DataFrame, before: pl.DataFrame | None = None) -> Outcome:
    return Outcome({"depots": now, "controles": pl.DataFrame({"controle": ["a", "b"]})}, (), before)


def test_totals_are_shown_with_what_changed() -> None:
    before = depots(("accepté", 1000), ("rejeté", 500))
    text = totals_table(outcome(depots(("accepté", 1000), ("accepté", 200), ("ignoré", 99)), before))
    assert "| Fichiers : accepté | 2 | 1 | + 1 |" in text
    assert "| Fichiers : rejeté | 0 | 1 | − 1 |" in text
    assert "| Fichiers : remplacé | 0 | 0 | = |" in text
    assert "| Euros comptés | 1 200 € | 1 500 € | − 300 € |".replace(" ", "") in text.replace("\u202f", "").replace("\xa0", "").replace(
        " ", ""
    )
    assert "2 contrôles, tous à zéro" in text


def test_the_first_consolidation_is_compared_with_nothing() -> None:
    text = totals_table(outcome(depots(("accepté", 1000))))
    assert "Première consolidation" in text
    assert "| Fichiers : accepté | 1 |  |  |" in text


def test_tables_of_another_version_are_compared_with_nothing() -> None:
    assert "Première consolidation" in totals_table(outcome(depots(("accepté", 1)), pl.DataFrame({"decision": ["accepté"]})))


def test_rejected_files_have_their_reason_and_their_return() -> None:
    text = rejected_list(outcome(depots(("accepté", 1), ("rejeté", 2))))
    assert text == "- **1.xlsx** : PRE201 Retour : retours/0-corrections.xlsx"
    assert rejected_list(outcome(depots(("accepté", 1)))) == "Aucun fichier rejeté."


def test_what_a_sender_wrote_is_no_markdown() -> None:
    named = depots(("rejeté", 2)).with_columns(fichier=pl.lit("[ici](http://ailleurs) <b>|*gras*\n# titre.xlsx"))
    (line,) = rejected_list(outcome(named)).split("\n")
    assert r"\[ici\](http\://ailleurs) \<b\>\|\*gras\*" in line


def test_the_nearest_deadline_comes_first() -> None:
    followed = {"pays_code": ["01", "02", "03"], "pays": ["A", "B", "C"], "etape": ["sans démarche", "aide échue", "étude en cours"]}
    frame = pl.DataFrame({**followed, "echeance": [None, None, DAY], "prochaine_action": ["", "y", "z"]})
    rows = status_rows(Outcome({"suivi_pays": frame.with_columns(pole=pl.lit(None, pl.String))}, ()))
    assert [row["Pays"] for row in rows] == ["03 C", "02 B", "01 A"]


def test_a_run_is_told_in_one_sentence() -> None:
    line = totals_line(outcome(depots(("accepté", 1), ("rejeté", 2))))
    assert line.startswith("Accepté : 1, rejeté : 1. Comptés : 3")
    assert line.endswith("2 contrôles, tous à zéro.")


def test_outputs_are_named_by_their_path_or_their_address(tmp_path: Path) -> None:
    work = job(ROOT / "config.toml", tmp_path, tmp_path / "out", DAY)
    (tmp_path / "out" / "relances").mkdir(parents=True)
    (tmp_path / "out" / "index.html").write_text("")
    text = outputs_list(work)
    assert f"`{tmp_path / 'out' / 'index.html'}`" in text
    assert "suivi.xlsx" not in text
    addressed = CONFIG.model_copy(update={"service": CONFIG.service.model_copy(update={"adresse_sorties": "https://intranet/poles/"})})
    text = outputs_list(type(work)(addressed, work.inputs, work.outputs, DAY))
    assert "(https://intranet/poles/index.html)" in text
    assert "(https://intranet/poles/relances/)" in text
