"""Every figure of `docs/performances.md`, in one run: `make bench`, or `make bench-long` for a hundred thousand workbooks too.

The flow and the script must accept the same files and consolidate the same euros, or the comparison is worth nothing and the command
fails.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generate import generate, write_campaign
from measure import measure
from page import Campaign, Other, Start, page

HERE = Path(__file__).parent
PROJECT = HERE.parent
SIZES = (21, 1000)
SCRIPT_UP_TO = 1000
"""Beyond, the script's time is that of so many workbooks, by proportion."""
ONE_MORE_CAMPAIGN = 90_001
"""Far from the others: nobody has seen its file."""
LONG_SHEET = 200_000
POLES = (sys.executable, "-m", "flows.cli")


def campaign(count: int, pandas: Path, rounds: int) -> Campaign:
    """The script, the raw reading and the flow on `count` workbooks, the best of several rounds. Raises SystemExit where they differ."""
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder) / "entrees"
        generate(inputs, count)
        few = count <= SCRIPT_UP_TO
        theirs = [measure(pandas, HERE / "baseline.py", inputs, Path(folder) / "reference.xlsx") for _ in range(rounds if few else 0)]
        raw = [measure(sys.executable, HERE / "raw.py", inputs) for _ in range(rounds)]
        outputs = [Path(folder) / f"sorties-{rank}" for rank in range(rounds if few else 1)]
        ours = [measure(sys.executable, HERE / "ours.py", "flux", inputs, made) for made in outputs]
        write_campaign(inputs, ONE_MORE_CAMPAIGN, 1)
        more = [measure(sys.executable, HERE / "ours.py", "flux", inputs, made) for made in outputs]
    best, floor, night = (min(side, key=lambda m: m["secondes"]) for side in (ours, raw, more))
    script = min(theirs, key=lambda m: m["secondes"]) if theirs else None
    if script and any(best[key] != script[key] for key in ("fichiers", "acceptes", "euros")):
        raise SystemExit(f"Résultats différents : le script trouve {script}, le flux {best}.")
    return Campaign(count, script and script["secondes"], script and script["memoire_mo"], floor["secondes"], best["secondes"],
                    max(best["memoire_mo"], night["memoire_mo"]), night["secondes"], best["fixe"])  # fmt: skip


def profile(count: int) -> dict[str, float]:
    """The processor's time of each step, on `count` workbooks."""
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder) / "entrees", count)
        steps = measure(sys.executable, HERE / "ours.py", "etapes", Path(folder) / "entrees", Path(folder) / "sorties")["etapes"]
    return {str(title): float(seconds) for title, seconds in steps.items()}


def others() -> list[Other]:
    """One file checked, the example of October 2010 run, a long sheet written."""
    example = PROJECT / "examples" / "octobre-2010"
    one = next(path for path in sorted(example.rglob("*.xlsx")) if "region" not in path.parts)
    check = min(lasting(*POLES, "check", one) for _ in range(3))
    first, again, served = october(example)
    sheet, plain = (measure(sys.executable, HERE / "long_sheet.py", by, str(LONG_SHEET)) for by in ("ours", "openpyxl"))
    ratio = plain["secondes"] / sheet["secondes"]
    return [
        Other("`poles check` d'un classeur, démarrage compris", check, 0.8),
        Other("Octobre 2010, `poles run` sans serveur, la toute première fois", first, 5),
        Other("Octobre 2010, `poles run` sans serveur, les fois suivantes", again, 5),
        Other("Octobre 2010, `poles run` avec un serveur", served, 3),
        Other("Feuille de 200 000 lignes, rapport à openpyxl (sans styles ni liens)", ratio, 10, unit="×", at_least=True),
        Other("Feuille de 200 000 lignes, mémoire", sheet["memoire_mo"], 400, unit="Mo"),
    ]


def prefect_start() -> Start:
    """What Prefect takes to start."""
    with tempfile.TemporaryDirectory() as home:
        mine = {"PREFECT_HOME": home}
        ready = "from flows.own_server import OwnServer; server = OwnServer(); server.url; server.end()"
        times = [[lasting(sys.executable, "-c", code, env=mine) for _ in range(3)] for code in ("import prefect", ready)]
    return Start(*map(min, times))


def lasting(*command: str | Path, env: dict[str, str] | None = None) -> float:
    """The time of a command, from its start to its end."""
    return float(measure(*command, env={**os.environ, "PYTHONPATH": str(PROJECT), **(env or {})})["duree_s"])


def october(example: Path) -> tuple[float, float, float]:
    """`poles run` on the example: the first time ever, the next ones, and with a server of Prefect's running; the best of three each."""
    with tempfile.TemporaryDirectory() as folder:

        def run(home: str, name: str, **more: str) -> float:
            command = (*POLES, "run", "--entrees", example, "--sorties", Path(folder) / name, "--au", "2010-11-30")
            return lasting(*command, env={"PREFECT_HOME": str(Path(folder) / home), **more})

        first = min(run(f"prefect-{rank}", f"un-{rank}") for rank in range(3))
        again = min(run(f"prefect-{rank}", f"deux-{rank}") for rank in range(3))
        with server({"PREFECT_HOME": str(Path(folder) / "prefect-0")}) as address:
            served = [run("prefect-0", f"trois-{rank}", PREFECT_API_URL=address) for rank in range(4)]
    return first, again, min(served)


@contextmanager
def server(env: dict[str, str]) -> Iterator[str]:
    """A server of Prefect's for the time of the block: its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, env={**os.environ, **env}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        limit = time.monotonic() + 120
        while time.monotonic() < limit and not _answers(port):
            time.sleep(0.5)
        try:
            yield f"http://127.0.0.1:{port}/api"
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Compare le flux à un script pandas, openpyxl et pandera, et à la lecture brute.")
    parser.add_argument("--pandas", type=Path, required=True, help="Python de l'environnement qui contient pandas")
    parser.add_argument("--tailles", type=int, nargs="+", default=list(SIZES), help="nombres de classeurs, mille au moins une fois")
    parser.add_argument("--passages", type=int, default=2, help="le meilleur est gardé")
    parser.add_argument("--page", type=Path, help="écrit la page de documentation")
    arguments = parser.parse_args()
    os.environ["PYTHONPATH"] = str(PROJECT)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    rest = others()
    for other in rest:
        print(other.told(), flush=True)
    facts = rest, profile(SCRIPT_UP_TO), prefect_start(), os.cpu_count() or 1, load
    made = []
    for count in sorted(arguments.tailles):
        made.append(campaign(count, arguments.pandas, arguments.passages))
        print(made[-1].told(), flush=True)
        if arguments.page and count >= SCRIPT_UP_TO:
            # At each size: the longest may want more memory than this machine has.
            arguments.page.write_text(page(made, *facts), encoding="utf-8")
            print(f"Écrit : {arguments.page}", flush=True)


if __name__ == "__main__":
    main()
