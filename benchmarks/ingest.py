"""What ingesting a year takes: every day of flights handed over and ingested, beside the floor of reading its files.

    python -m benchmarks.ingest               # about half a minute
    python -m benchmarks.ingest --workers 1

The code is the function's own; the lake is a folder, so the times are those of the code. Two processes share the days
by halves of the year: the second half judges its first days without history. The floor is pyarrow reading the same raw
CSV files, in the same run.
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

from pyarrow import csv

import usecases
from benchmarks.folder import FolderLake
from cumulet.adapters.handing_over import hand_over
from cumulet.cli.target import ROOT
from cumulet.core.cutoff import nights
from lambdas.ingest.handler import settle
from lambdas.ingest.reading import read
from lambdas.ingest.validation import LIMIT

RESULTS = ROOT / "benchmarks" / "results" / "ingest.json"
FIRST, LAST = date(2013, 1, 1), date(2013, 12, 31)


def year(folder: Path, days: list[date]) -> dict[str, float]:
    """Hand over and ingest some days in order; seconds of each part, rows, and days that were set aside."""
    lake, use_case = FolderLake(folder), usecases.load("flights")
    began, worked = time.perf_counter(), time.process_time()
    source = usecases.source("flights")
    for day in days:
        hand_over(source, lake, "flights", day)
    handed = time.perf_counter()
    done = [settle(lake, use_case, day, read(lake, use_case, day, LIMIT)) for day in days]
    return {
        "hand over s": handed - began,
        "ingest s": time.perf_counter() - handed,
        "processor s": time.process_time() - worked,
        "rows": sum(each.records + each.labels + each.quarantined for each in done),
        "quarantined": sum(each.quarantined for each in done),
        "set aside": sum(bool(each.set_aside) for each in done),
    }


def floor(folder: Path) -> float:
    """Seconds that pyarrow takes to read every raw CSV file."""
    began = time.perf_counter()
    for path in sorted((folder / "raw").rglob("*.csv")):
        csv.read_csv(io.BytesIO(path.read_bytes()))
    return time.perf_counter() - began


def main() -> None:
    """Measure, print, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=2, help="processes that share the days")
    workers = parser.parse_args().workers
    days = nights(FIRST, LAST)
    shares = [days[n * len(days) // workers : (n + 1) * len(days) // workers] for n in range(workers)]
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(workers) as pool:
        began = time.perf_counter()
        parts = list(pool.map(year, [Path(folder)] * workers, shares))
        seconds = time.perf_counter() - began
        figures = {"days": len(days), "workers": workers, "seconds": seconds, "floor s (pyarrow)": floor(Path(folder))}
    figures |= {name: sum(part[name] for part in parts) for name in parts[0]}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures, indent=1))
    if figures["set aside"]:
        raise SystemExit("real days were set aside")


if __name__ == "__main__":
    main()
