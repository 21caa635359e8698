"""Measure the use cases' models, and hold them to their goals.

    python -m benchmarks.models            # all of them; writes docs/models.md as well
    python -m benchmarks.models bikes      # one

Prints every figure, writes benchmarks/results/models.json; exit 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from functools import partial
from typing import Any

from benchmarks.models import page
from benchmarks.models.plans import PLANS
from benchmarks.models.policies import ROOT
from benchmarks.models.report import measure

RESULTS = ROOT / "benchmarks" / "results" / "models.json"
PAGE = ROOT / "docs" / "models.md"


def say(name: str, step: str) -> None:
    """A line of progress."""
    print(f"{time.strftime('%H:%M:%S')} {name}: {step}", file=sys.stderr, flush=True)


def main() -> None:
    """Measure those that are named, or all."""
    parser = argparse.ArgumentParser(prog="benchmarks.models", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="USE_CASE", help=f"{', '.join(PLANS)}; all by default")
    names = parser.parse_args().names or list(PLANS)
    if unknown := set(names) - set(PLANS):
        parser.error(f"no plan for {', '.join(sorted(unknown))}; there are {', '.join(PLANS)}")
    found: dict[str, Any] = {}
    for name in names:
        found[name] = measure(PLANS[name], partial(say, name))
        print(f"\n{page.section(name, found[name])}\n", flush=True)
    write(found)
    print(page.goals(found))
    for name, report in found.items():
        print(f"{name}: {report['seconds']} s, {report['processor_seconds']} s of processor time")
    missed = [
        f"{name}: {each['goal']}" for name, report in found.items() for each in report["goals"] if not each["met"]
    ]
    print("\n".join(f"missed: {goal}" for goal in missed) or "all goals met")
    if missed:
        raise SystemExit(1)


def write(found: dict[str, Any]) -> None:
    """The results of these use cases beside those of the others; the page when all were measured."""
    earlier = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    kept = {name: earlier[name] for name in PLANS if name in earlier}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({**kept, **found}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if set(found) == set(PLANS):
        PAGE.write_text(page.whole(found), encoding="utf-8")


if __name__ == "__main__":
    main()
