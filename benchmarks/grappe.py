"""Reading by the run's own processes, by Prefect's, and by a local Dask cluster of 2 workers: `python benchmarks/grappe.py`.

The same workbooks, batches and columns each time, in one run; only the reading of batches as Prefect tasks is measured, the server and the
cluster already up. Dask is optional: `pip install .[dask]`.
"""

import argparse
import hashlib
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

CONFIG = Path(__file__).parent.parent / "config.toml"
WORKERS = 2


def processor_s() -> dict[int, float]:
    """Seconds of processor of each process under this one, those that it has ended and waited for included."""
    tick = os.sysconf("SC_CLK_TCK")
    parents, spent = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = int(state[1])
        spent[int(folder.name)] = sum(map(int, state[11:15])) / tick
    mine = {os.getpid()}
    while more := {child for child, parent in parents.items() if parent in mine} - mine:
        mine |= more
    return {pid: spent[pid] for pid in mine}


@contextmanager
def clocked(into: dict[str, float], but: set[int]) -> Iterator[None]:
    """Wall and processor seconds of the block, all processes but `but` together."""
    before, start = processor_s(), time.perf_counter()
    yield
    into["mur"] = time.perf_counter() - start
    after = processor_s()
    into["processeur"] = sum(s for p, s in after.items() if p not in but) - sum(s for p, s in before.items() if p not in but)


def read(job: Any, files: list[Any]) -> str:
    """Read every file as the flow does, and say what came back as one digest."""
    from prefect import flow

    from budget.said import joined
    from flows import steps
    from flows.reading import read_lots

    @flow(name="lecture", validate_parameters=False)
    def lecture() -> str:
        lots = steps.lots(files, job.config)
        with steps.reader_pool(job.config) as readers:
            said = joined(list(read_lots(readers, job, lots)))
        digest = hashlib.sha256()
        for frame in (*said.sheets.values(), said.positions):
            digest.update(str(frame.hash_rows(0).sum()).encode())
        return digest.hexdigest()

    return lecture()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Compare la lecture par processus et par une grappe locale.")
    parser.add_argument("--classeurs", type=int, default=1000)
    parser.add_argument("--passages", type=int, default=2, help="le meilleur est gardé")
    arguments = parser.parse_args()
    sys.path.insert(0, str(CONFIG.parent))
    from generate import generate

    from flows import runner, steps

    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        os.environ["PREFECT_HOME"] = f"{folder}/prefect"
        server = stack.enter_context(runner.server_for_the_run())
        generate(Path(folder) / "entrees", arguments.classeurs)
        from distributed import LocalCluster
        from prefect.settings import PREFECT_API_URL, temporary_settings

        stack.enter_context(temporary_settings({PREFECT_API_URL: server.url} if server else {}))
        begun = time.perf_counter()
        cluster = stack.enter_context(LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None))
        print(f"grappe de {WORKERS} prête en {time.perf_counter() - begun:.1f} s")
        job = steps.job(CONFIG, Path(folder) / "entrees", Path(folder) / "sorties", None)
        files = steps.list_files(job, steps.open_register(job))
        apart = {server._process.pid} if server else set()
        ways = {"fils": {}, "processus": {}, "dask": {"dask": cluster.scheduler_address}}
        best: dict[str, dict[str, float]] = {}
        said = set()
        for _ in range(arguments.passages):
            for way, more in ways.items():
                execution = job.config.execution.model_copy(update={"taches": way, "processus": WORKERS, **more})
                configured = job.config.model_copy(update={"execution": execution})
                taken: dict[str, float] = {}
                with clocked(taken, apart):
                    said.add(read(type(job)(configured, job.inputs, job.outputs, job.day), files))
                if way not in best or taken["mur"] < best[way]["mur"]:
                    best[way] = taken
        print(f"{arguments.classeurs} classeurs, lots de {job.config.execution.fichiers_par_lot}")
        for way, taken in best.items():
            ratios = [taken[name] / best["fils"][name] for name in ("mur", "processeur")]
            print(
                f"{way:>10} | {taken['mur']:6.2f} s | {taken['processeur']:6.2f} s de processeur | × {ratios[0]:.2f} et × {ratios[1]:.2f}"
            )
    print(f"mémoire de la commande : {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} Mo")
    raise SystemExit(0 if len(said) == 1 else "les colonnes lues diffèrent d'une façon à l'autre")


if __name__ == "__main__":
    main()
