"""Times the flow against the pandas script, on the same workbooks: `make bench`.

Both must accept the same files and consolidate the same euros, or the comparison is worth nothing and the command fails.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from generate import generate

HERE = Path(__file__).parent
SIZES = (21, 1000)


def measure(*command: str | Path) -> dict[str, Any]:
    """Run one side in a process of its own and read the line of JSON that it ends with."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{Path(command[1]).name} a échoué :\n{done.stderr[-3000:]}")
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def compare(count: int, pandas: Path, rounds: int) -> bool:
    """Measure both sides on `count` workbooks, keep the best round of each, print a line; says whether the results agree."""
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder) / "entrees"
        generate(inputs, count)
        theirs = [measure(pandas, HERE / "baseline.py", inputs, Path(folder) / "reference.xlsx") for _ in range(rounds)]
        ours = [measure(sys.executable, HERE / "ours.py", inputs, Path(folder) / f"sorties-{n}") for n in range(rounds)]
    best, other = (min(side, key=lambda m: m["secondes"]) for side in (ours, theirs))
    ratio = other["secondes"] / best["secondes"]
    print(
        f"{count:>9} | {other['secondes']:>8.1f} s {other['memoire_mo']:>6.0f} Mo | {best['secondes']:>8.1f} s "
        f"{best['memoire_mo']:>6.0f} Mo (+ {best['memoire_serveur_mo']:.0f} Mo pour Prefect) | rapport {ratio:.1f}"
    )
    same = all(best[key] == other[key] for key in ("fichiers", "acceptes", "euros"))
    if not same:
        print(f"  résultats différents : référence {other}, ici {best}")
    return same


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Compare le flux à un script pandas, openpyxl et pandera.")
    parser.add_argument("--pandas", type=Path, required=True, help="Python de l'environnement qui contient pandas")
    parser.add_argument("--tailles", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--passages", type=int, default=2, help="le meilleur est gardé")
    arguments = parser.parse_args()
    print("classeurs | pandas + openpyxl + pandera | flux « consolider », Prefect démarré")
    same = [compare(count, arguments.pandas, arguments.passages) for count in arguments.tailles]
    raise SystemExit(0 if all(same) else 1)


if __name__ == "__main__":
    main()
