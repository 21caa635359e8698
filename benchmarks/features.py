"""The context features of a year and of one day of flights: ours, polars, DuckDB, and pandas by hand, in one run.

    python -m benchmarks.features

Each in a process of its own that has read the same Parquet files; measured is tables in memory to features in memory.
What the others compute is compared with ours, value by value, to the bit. The processes take turns, since a machine is
not equally fast all the time; of each the median of its rounds counts, and its largest memory.
"""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import resource
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import usecases
from benchmarks.history import ROOT, tables
from cumulet.adapters import parquet
from cumulet.core.cutoff import nights
from cumulet.core.schema import concatenate, select

RESULTS = ROOT / "benchmarks" / "results" / "features.json"
FIRST, LAST, DAY = date(2013, 1, 1), date(2013, 12, 31), date(2013, 9, 18)
OURS, BY_HAND = "cumulet", "pandas"
TOOLS = (OURS, BY_HAND, "polars", "duckdb")
GOALS = {"year": 0.35, "day": 0.15}
"""At most so much of what pandas takes."""
MOST_MB = 500
REPEATS = {"year": 2, "day": 15}


def prepared(folder: Path) -> None:
    """Write the tables of the year, and those that one night reads, as Parquet."""
    use_case = usecases.load("flights")
    days = nights(FIRST, LAST)
    found = dict(zip(days, (tables(use_case, day) for day in days), strict=True))
    known = {day: np.full(len(each.labels["id"]), np.datetime64(day)) for day, each in found.items()}
    whole = {
        "records": concatenate(each.records for each in found.values()),
        "labels": concatenate({**each.labels, "known": known[day]} for day, each in found.items()),
        "weather": concatenate(each.side["weather"] for each in found.values()),
    }
    window = [DAY - timedelta(days=n) for n in reversed(range(use_case.context.nights))]
    night = {
        "records": found[DAY].records,
        "labels": concatenate({**found[day].labels, "known": known[day]} for day in window),
        "weather": found[DAY].side["weather"],
    }
    for name, part in (("year", whole), ("day", night)):
        (folder / name).mkdir()
        for table, columns in part.items():
            order = np.argsort(columns["known"], kind="stable") if table == "labels" else slice(None)
            (folder / name / f"{table}.parquet").write_bytes(parquet.encode(select(columns, order)))


def work(tool: str, what: str, folder: Path) -> dict[str, Any]:
    """In this process: milliseconds of each repetition and peak memory; the features are written beside the tables."""
    module = importlib.import_module(f"benchmarks.features_by.by_{tool}")
    given = module.load(folder / what)
    arguments = (given,) if what == "year" else (given, np.datetime64(DAY))
    taken, found = [], None
    for _ in range(REPEATS[what]):
        del found
        started = time.perf_counter()
        found = getattr(module, what)(*arguments)
        taken.append((time.perf_counter() - started) * 1e3)
    peak = peak_mb()
    columns = module.columns(found, usecases.load("flights").context.names)
    np.savez(folder / f"{what}-{tool}.npz", **columns)
    return {"ms": taken[1:], "mb": peak}


def peak_mb() -> float:
    """The most memory that this process has held; `ru_maxrss` would count what its parent held before it began."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(float(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))


def differing(folder: Path, what: str, tool: str) -> list[str]:
    """The features in which a tool differs from ours in any bit of any value."""
    ours, theirs = (np.load(folder / f"{what}-{name}.npz") for name in (OURS, tool))
    return [name for name in ours.files if not np.array_equal(ours[name], theirs[name], equal_nan=True)]


def measure(folder: Path, rounds: int) -> dict[str, dict[str, Any]]:
    """Figures by part and tool."""
    prepared(folder)
    found: dict[str, dict[str, Any]] = {what: {tool: {"ms": [], "mb": 0.0} for tool in TOOLS} for what in GOALS}
    for what, tool in [(what, tool) for _ in range(rounds) for what in GOALS for tool in TOOLS]:
        command = [sys.executable, "-m", "benchmarks.features", "--work", tool, what, str(folder)]
        answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout)
        figures = found[what][tool]
        figures["ms"] += answer["ms"]
        figures["mb"] = max(figures["mb"], answer["mb"])
    for what, by_tool in found.items():
        for tool, figures in by_tool.items():
            figures["ms"] = median(figures["ms"])
            figures["differs in"] = differing(folder, what, tool)
        for figures in by_tool.values():
            figures["of pandas"] = figures["ms"] / by_tool[BY_HAND]["ms"]
    return found


def missed(found: dict[str, dict[str, Any]]) -> list[str]:
    """The goals that were not reached, in words."""
    reasons = [
        f"{w} by {t} differs in {f['differs in']}" for w, by in found.items() for t, f in by.items() if f["differs in"]
    ]
    for what, goal in GOALS.items():
        ours = found[what][OURS]
        if ours["of pandas"] > goal:
            reasons.append(f"{what}: {ours['of pandas']:.2f} of pandas, goal {goal}")
        if ours["mb"] > MOST_MB:
            reasons.append(f"{what}: {ours['mb']:.0f} MB, at most {MOST_MB}")
    return reasons


def main() -> None:
    """Measure, print, and write benchmarks/results/features.json; exit 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks.features", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", nargs=3, metavar=("TOOL", "PART", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        tool, what, folder = arguments.work
        print(json.dumps(work(tool, what, Path(folder))))
        return
    with TemporaryDirectory() as folder:
        found = measure(Path(folder), arguments.rounds)
    print(f"{'':18}{'ms':>9}{'of pandas':>11}{'peak MB':>9}  differs in")
    for what, by_tool in found.items():
        for tool, figures in by_tool.items():
            share = f"{figures['of pandas']:.3f}"
            differs = ", ".join(figures["differs in"]) or "nothing"
            print(f"{what + ', ' + tool:18}{figures['ms']:9.1f}{share:>11}{figures['mb']:9.0f}  {differs}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"python": platform.python_version(), "figures": found}, indent=1) + "\n")
    reasons = missed(found)
    print("\n".join(reasons) or "all goals reached")
    sys.exit(bool(reasons))


if __name__ == "__main__":
    main()
