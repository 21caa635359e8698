"""Measure the use cases' models, and hold them to their goals.

    python -m benchmarks.models            # all of them; writes docs/models.md as well
    python -m benchmarks.models bikes      # one

Prints every figure, writes benchmarks/results/models.json; exit 1 when a goal is missed. Each use case is measured in a
process of its own, whose memory goes with it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from benchmarks.models import page
from benchmarks.models.plans import PLANS
from benchmarks.models.policies import ROOT
from benchmarks.models.report import measure
from cumulet.adapters import environments

RESULTS = ROOT / "benchmarks" / "results" / "models.json"
PAGE = ROOT / "docs" / "models.md"
Reports = Mapping[str, Mapping[str, Any]]


def main() -> None:
    """Measure those that are named, or all."""
    parser = argparse.ArgumentParser(prog="benchmarks.models", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="USE_CASE", help=f"{', '.join(PLANS)}; all by default")
    names = parser.parse_args().names or list(PLANS)
    if unknown := set(names) - set(PLANS):
        parser.error(f"no plan for {', '.join(sorted(unknown))}; there are {', '.join(PLANS)}")
    keep({name: report for name, report in kept().items() if name not in names})
    if len(names) == 1:
        measure_one(names[0])
    else:
        for name in names:
            subprocess.run([sys.executable, "-m", "benchmarks.models", name], check=False)
    found = {name: report for name, report in kept().items() if name in names}
    if set(found) == set(PLANS):
        PAGE.write_text(page.whole(found), encoding="utf-8")
    missed = conclude(names, found, summary=len(names) > 1)
    print("\n".join(f"missed: {goal}" for goal in missed) or "all goals met")
    if missed:
        raise SystemExit(1)


def measure_one(name: str) -> None:
    """Measure, print and keep one use case, in the environment that its training has."""
    environments.enter(name, ["benchmarks.models", name])
    report = measure(PLANS[name], partial(say, name))
    print(f"\n{page.section(name, report)}\n\n{page.goals({name: report})}\n", flush=True)
    keep({**kept(), name: report})


def conclude(names: list[str], found: Reports, *, summary: bool) -> list[str]:
    """Print what it took, with all goals in one table when there are several use cases; the goals that are missed."""
    if summary:
        print(page.goals(found))
    for name, report in found.items():
        print(f"{name}: {report['seconds']} s, {report['processor_seconds']} s of processor time")
    unmeasured = [f"{name}: was not measured" for name in names if name not in found]
    goals = [f"{name}: {each['goal']}" for name, report in found.items() for each in report["goals"] if not each["met"]]
    return unmeasured + goals


def say(name: str, step: str) -> None:
    """A line of progress."""
    print(f"{time.strftime('%H:%M:%S')} {name}: {step}", file=sys.stderr, flush=True)


def kept() -> dict[str, Any]:
    """The reports that were kept, in the order of the plans."""
    found = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    return {name: found[name] for name in PLANS if name in found}


def keep(reports: Reports) -> None:
    """Keep these reports, and no others."""
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(reports, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
