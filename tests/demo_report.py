"""Checks what `make demo` reported: `python -m tests.demo_report .cumulet/demo.json`. Exits 1 naming what is wrong."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MAX_SECONDS = 480
MAX_AUC = 0.85


def failures(report: dict[str, Any]) -> Iterator[str]:
    """Everything that the demo promised and the report does not show."""
    if report["seconds"]["total"] > MAX_SECONDS:
        yield f"it took {report['seconds']['total']} s, at most {MAX_SECONDS}"
    first, *_ = candidates(report["baselines"])
    for baseline in (m for m in report["baselines"] if m["role"] == "baseline"):
        if first["roc_auc"] <= baseline["roc_auc"] or first["skill"] <= baseline["skill"]:
            yield f"the candidate does not beat {baseline['model']}"
    aucs = [m["roc_auc"] for m in report["baselines"] + report["retraining"]["models"]]
    aucs += [m["RocAuc"] for m in report["months"]]
    if max(aucs) > MAX_AUC:
        yield f"an AUC of {max(aucs):.3f} is a leak"
    if not 0 < report["prediction"]["prediction"] < 1:
        yield f"the prediction is {report['prediction']}"
    history = report["history"]
    if not any(c["alarm"] == report["retraining"]["alarm"] and "to ALARM" in c["summary"] for c in history):
        yield f"no alarm fired: {report['retraining']['alarm']!r} started Training"
    if [m["version"] for m in report["models"] if m["live"]] != ["2"]:
        yield f"model 2 is not live: {report['models']}"
    if not report["endpoint"]["curl"].startswith("curl "):
        yield "no curl line"
    if report["nights"][-1]["date"] != report["retraining"]["night"]:
        yield "the last night is not the one of the retraining"


def candidates(models: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The candidates among the compared models."""
    return [m for m in models if m["role"] == "candidate"]


def main() -> None:
    """Read the report that is named on the command line and say what is wrong with it."""
    report = json.loads(Path(sys.argv[1]).read_text())
    wrong = list(failures(report))
    for reason in wrong:
        print(f"demo: {reason}")
    if wrong:
        sys.exit(1)
    print(f"demo: {len(report['nights'])} nights, retrained by {report['retraining']['alarm']}, all as promised")


if __name__ == "__main__":
    main()
