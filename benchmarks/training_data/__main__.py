"""Where work on training data helps, and where it harms.

    python -m benchmarks.training_data

Prints every figure with its interval over seeds, writes benchmarks/results/training_data.json and .html. Exits 1 when a
claim whose sign theory knows comes out the other way; a claim that comes out as nothing is reported, not failed.
"""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path

from threadpoolctl import threadpool_limits

import usecases
from benchmarks.history import History
from benchmarks.training_data import declared, drifting, images, labelling, page, peers, weighing
from benchmarks.training_data.outcomes import HARMS, HELPS

RESULTS = Path(__file__).resolve().parents[1] / "results"
FIRST, LAST = date(2013, 1, 1), date(2013, 3, 31)
OPPOSITE = {HELPS: HARMS, HARMS: HELPS}


def main() -> None:
    """Measure, print, write."""
    started = time.perf_counter()
    use_case = usecases.load("flights")
    rows = History(use_case, FIRST, LAST).rows
    matrix = use_case.transform(rows.columns, use_case.fit_state(rows.columns, rows.y))
    with threadpool_limits(1):  # small fits gain nothing from a second thread, and wait for it on a busy machine
        found = [*weighing.findings(rows, matrix), *declared.findings(use_case, rows)]
        found += [*images.findings(), *labelling.findings(rows, matrix)]
        drifts = drifting.run()
    seconds = round(time.perf_counter() - started, 1)
    findings = [each.to_json() for each in found]
    report = {"seconds": seconds, "findings": findings, "drift": drifts, "cleanlab": peers.beside_cleanlab()}
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(report, indent=1, ensure_ascii=False)
    (RESULTS / "training_data.json").write_text(text + "\n", encoding="utf-8")
    (RESULTS / "training_data.html").write_text(page.render(report), encoding="utf-8")
    wrong = [f"{each.case}: {each.found}" for each in found if each.found == OPPOSITE.get(each.expected)]
    print(f"\n{seconds} s; " + ("; ".join(wrong) or "no claim came out the other way"))
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
