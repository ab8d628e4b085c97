"""The project measured: `python benchmarks/ours.py flux|etapes INPUTS OUTPUTS`. Prints JSON, as baseline.py does.

`flux`: the Prefect flow, its server already up; on outputs that are there, a night on files that are known. `etapes`: the processor's
time of each step of a run without Prefect.
"""

import argparse
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

CONFIG = Path(__file__).parent.parent / "config.toml"
DAY = date(2013, 12, 31)
FEW = 3
"""Workbooks of the warm-up; a second run on them tells what a run costs before its files do."""
WARM_UP_CAMPAIGN = 90_000
"""Far from the measured ones: no file of the warm-up is known to the measured run."""


def facts(outputs: Path) -> dict[str, float]:
    """What the run consolidated, from its own tables."""
    import polars as pl

    files = pl.read_parquet(outputs / "donnees" / "depots.parquet")
    budget = pl.read_parquet(outputs / "donnees" / "budget.parquet")
    accepted = files.filter(pl.col("decision").str.starts_with("accepté")).height
    return {"acceptes": accepted, "fichiers": files.height, "euros": float(budget["montant_eur"].sum() or 0)}


def flow(inputs: Path, outputs: Path) -> dict[str, float]:
    """The flow as « poles run » runs it."""
    with tempfile.TemporaryDirectory() as home:
        # A Prefect of its own: neither the user's database nor a result of an earlier run.
        os.environ["PREFECT_HOME"] = home
        # Imported here and not above: each reading process imports this module again.
        from generate import generate

        from flows.runner import run_flow, server_for_the_run

        with server_for_the_run() as server:

            def timed(entries: Path, made: Path) -> float:
                start = time.perf_counter()
                run_flow(CONFIG, entries, made, DAY, server=server)
                return time.perf_counter() - start

            generate(Path(home) / "entrees", FEW, WARM_UP_CAMPAIGN)
            started, fixed = (timed(Path(home) / "entrees", Path(home) / f"sorties-{rank}") for rank in range(2))
            measured = timed(inputs, outputs)
        return {"secondes": measured, "demarrage": started, "fixe": fixed, **facts(outputs)}


def steps(inputs: Path, outputs: Path) -> dict[str, Any]:
    """The processor's time of each step, in seconds: this process's and, at reading and returns, its reading processes'."""
    from generate import generate
    from page import READING

    from flows import sequence
    from flows import steps as run_steps

    spent: dict[str, float] = {}

    def cpu() -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + children.ru_utime + children.ru_stime

    class Timed(sequence.Way):
        def step(self, kind: str, title: str, do: Callable[..., Any], *arguments: Any) -> Any:
            start = cpu()
            result = do(*arguments)
            spent[title] = cpu() - start
            return result

        def read(self, readers: Any, job: Any, lots: Sequence[Any]) -> Iterator[Any]:
            return (run_steps.read_lot(job, readers, lot) for lot in lots)

    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder) / "entrees", FEW, WARM_UP_CAMPAIGN)
        sequence.run(run_steps.job(CONFIG, Path(folder) / "entrees", Path(folder) / "sorties", DAY), sequence.Way())
    start = cpu()
    sequence.run(run_steps.job(CONFIG, inputs, outputs, DAY), Timed())
    whole = cpu() - start
    return {"total": whole, "etapes": {READING: whole - sum(spent.values()), **spent}}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Mesure d'un passage.")
    parser.add_argument("quoi", choices=("flux", "etapes"))
    parser.add_argument("entrees", type=Path)
    parser.add_argument("sorties", type=Path)
    arguments = parser.parse_args()
    measured = (flow if arguments.quoi == "flux" else steps)(arguments.entrees, arguments.sorties)
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
