"""Nothing but reading: every sheet of every workbook by python-calamine, on all processors: `python benchmarks/raw.py DIR`. Prints JSON.

No guard, no address, no check: the floor under any reading of these files with this library.
"""

import argparse
import json
import os
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from python_calamine import CalamineWorkbook


def cells(path: str) -> int:
    """How many cells a workbook's sheets have."""
    book = CalamineWorkbook.from_path(path)
    return sum(len(row) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Lecture brute par python-calamine.")
    parser.add_argument("entrees", type=Path)
    paths = sorted(map(str, parser.parse_args().entrees.rglob("*.xlsx")))
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("forkserver")) as processes:
        list(processes.map(cells, paths[:2]))  # the processes are there before the clock starts
        start = time.perf_counter()
        found = sum(processes.map(cells, paths, chunksize=16))
        seconds = time.perf_counter() - start
    print(json.dumps({"secondes": seconds, "fichiers": len(paths), "cellules": found}))


if __name__ == "__main__":
    main()
