"""The use cases beside flights go through the whole loop: deployed, trained in a job, served, scored by night."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cumulet.cli.target import ROOT

NIGHTS = {"digits": 6, "income": 6, "bikes": 60}
"""At most; bikes' demo ends at the retraining that it promises."""


def cumulet(state: Path, *arguments: str, module: str = "cumulet") -> str:
    """Run a command (or another module) with its state in a folder of its own; its standard output."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CUMULET_"))}
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**kept, "CUMULET_STATE": str(state)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-4_000:]
    return done.stdout


def demo(name: str, state: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the demo of a use case reported, and its first model; every command that reads has something to tell."""
    try:
        report = json.loads(cumulet(state, "demo", name, "--nights", str(NIGHTS[name]), "--json"))
        if report["retraining"]:  # the model that took over has scored no night yet
            following = date.fromisoformat(report["nights"][-1]["date"]) + timedelta(days=1)
            cumulet(state, "night", name, "--date", str(following), "--json")
        read = json.loads(cumulet(state, name, report["nights"][0]["date"], module="tests.loop.reads"))
        return report, read[f"model show {name} 1 --json"]
    finally:
        cumulet(state, "down")


def role(report: dict[str, Any], name: str) -> dict[str, Any]:
    return next(row for row in report["baselines"] if row["role"] == name)


def test_a_network_of_pytorch_is_trained_quantised_and_read_from_over_http(tmp_path: Path) -> None:
    report, model = demo("digits", tmp_path)
    int8, float32 = role(report, "candidate"), role(report, "not quantised")
    assert int8["accuracy"] >= 0.97
    assert float32["accuracy"] - int8["accuracy"] <= 0.01
    assert model["evaluation"]["model_bytes"] <= 120_000
    assert report["prediction"]["prediction"] == "7"
    assert len(report["nights"]) == NIGHTS["digits"]
    assert report["months"][-1]["Accuracy"] >= 0.95


@pytest.mark.parametrize(("name", "metric", "least"), [("bikes", "skill", 0.85), ("income", "roc_auc", 0.89)])
def test_the_others_reach_what_they_should(tmp_path: Path, name: str, metric: str, least: float) -> None:
    report, model = demo(name, tmp_path)
    assert role(report, "candidate")[metric] >= least
    assert all(
        role(report, "candidate")[metric] > row[metric] for row in report["baselines"] if row["role"] == "baseline"
    )
    assert model["reasons"] == []
    assert report["prediction"]["prediction"] is not None
    assert bool(report["retraining"]) == (name == "bikes")
