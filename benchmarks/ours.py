"""One measured run of the flow, its server already up: `python benchmarks/ours.py DIR OUTPUTS`. Prints JSON, as baseline.py does."""

import argparse
import json
import os
import resource
import tempfile
import time
from datetime import date
from pathlib import Path

CONFIG = Path(__file__).parent.parent / "config.toml"
DAY = date(2013, 12, 31)
WARM_UP_CAMPAIGN = 900
"""Far from the measured ones: no file of the warm-up can be found in the cache."""


def facts(outputs: Path) -> dict[str, float]:
    """What the run consolidated, from its own tables."""
    import polars as pl

    files = pl.read_parquet(outputs / "donnees" / "depots.parquet")
    budget = pl.read_parquet(outputs / "donnees" / "budget.parquet")
    accepted = files.filter(pl.col("decision").str.starts_with("accepté")).height
    return {"acceptes": accepted, "fichiers": files.height, "euros": float(budget["montant_eur"].sum() or 0)}


def main() -> None:
    """Command line. The flow runs as « poles run » runs it."""
    parser = argparse.ArgumentParser(description="Mesure du flux « consolider ».")
    parser.add_argument("entrees", type=Path)
    parser.add_argument("sorties", type=Path)
    parser.add_argument("--profil", type=Path, help="écrit un profil cProfile du passage mesuré")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        # A Prefect of its own: neither the user's database nor a result cached by an earlier run.
        os.environ["PREFECT_HOME"] = home
        # Imported here and not above: each reading process imports this module again.
        from generate import generate

        from flows.runner import run_flow

        begun = time.perf_counter()
        generate(Path(home) / "entrees", 3, WARM_UP_CAMPAIGN)
        run_flow(CONFIG, Path(home) / "entrees", Path(home) / "sorties", DAY)
        start = time.perf_counter()
        if arguments.profil:
            import cProfile

            with cProfile.Profile() as profile:
                run_flow(CONFIG, arguments.entrees, arguments.sorties, DAY)
            profile.dump_stats(arguments.profil)
        else:
            run_flow(CONFIG, arguments.entrees, arguments.sorties, DAY)
        seconds = time.perf_counter() - start
    # The largest child is Prefect's server; a reading process stays under 40 MB.
    peak, children = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    measured = {"secondes": seconds, "demarrage": start - begun, "memoire_mo": peak, "memoire_serveur_mo": children}
    print(json.dumps(measured | facts(arguments.sorties)))


if __name__ == "__main__":
    main()
