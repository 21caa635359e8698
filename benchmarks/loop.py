"""What the loop takes on this machine: deploy, load, training, night, prediction; with the floor in the same run.

    python -m benchmarks.loop            # everything, about two minutes
    python -m benchmarks.loop --nights 3

It runs on an emulator of its own, on a free port and in a folder that is removed at the end. The floor is the same work
in this process without a cloud: no API, no queue, no process to start, no permission to check.
"""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.history import History
from cumulet.adapters import deployment, emulator
from cumulet.adapters.artifact import fetch, unpack
from cumulet.adapters.labels import read_labels
from cumulet.adapters.online import OnlineStore
from cumulet.cli.target import ROOT, Target, use_local_credentials
from cumulet.cli.workspace import Workspace, open_workspace
from cumulet.contracts import lake as keys
from cumulet.core.context import join, tables
from cumulet.core.cutoff import nights as window
from cumulet.core.model import Model
from training import fitting

RESULTS = ROOT / "benchmarks" / "results" / "loop.json"
FIRST_DAY, FIRST_NIGHT = date(2013, 1, 1), date(2013, 4, 1)
CALLS = 200


def seconds(work: Callable[[], Any]) -> float:
    """Wall-clock seconds of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def deploy() -> dict[str, float]:
    """Synthesis (unchanged inputs are kept), a first deployment and one that changes nothing."""
    assembly = deployment.synthesise(ROOT, target=Target.local.value, use_cases=["flights"])
    return {
        "deploy": seconds(lambda: list(deployment.deploy(assembly))),
        "deploy, unchanged": seconds(lambda: list(deployment.deploy(assembly))),
    }


def training(workspace: Workspace) -> tuple[float, float]:
    """Training and release through the state machines, and the bare fit of the candidate on the same rows."""
    rows = History(workspace.use_case, FIRST_DAY, FIRST_NIGHT).known_at(FIRST_NIGHT)
    use_case = workspace.use_case
    matrix = use_case.transform(rows.columns, use_case.fit_state(rows.columns, rows.y))
    through = seconds(lambda: workspace.trainings.run(FIRST_NIGHT))
    return through, seconds(lambda: fitting.fit_candidate(use_case.candidates[0], matrix, rows.y))


def nights(workspace: Workspace, count: int) -> tuple[float, float]:
    """The median night, and the context features and scoring of one of them in this process."""
    spans = [workspace.nights.run(FIRST_NIGHT + timedelta(days=n)).seconds for n in range(count)]
    use_case, lake, model = workspace.use_case, workspace.lake, champion(workspace)
    records = lake.read_table(keys.curated(workspace.name, FIRST_NIGHT))
    labels = read_labels(lake, workspace.name, window(FIRST_NIGHT - timedelta(days=27), FIRST_NIGHT))
    side = {n: lake.read_table(keys.curated(f"{workspace.name}_{n}", FIRST_NIGHT)) for n in use_case.side_tables}

    def bare() -> None:
        model.predict(join(use_case, records, tables(use_case, FIRST_NIGHT, records, labels, side)))

    return median(spans), median(seconds(bare) for _ in range(count))


def predictions(workspace: Workspace) -> tuple[float, float]:
    """The median answer over HTTP to one record, and the same join, transform and scoring in this process."""
    api, use_case, example = workspace.api, workspace.use_case, workspace.use_case.example
    model, (online, _) = champion(workspace), OnlineStore(workspace.outputs.online_table).read(workspace.name)

    def bare() -> float:
        return float(model.predict(join(use_case, use_case.schema.columns([example]), online))[0])

    difference = abs(api.predict(example)["prediction"] - bare())
    if not np.isclose(difference, 0, atol=1e-6):
        raise AssertionError(f"the API and this process differ by {difference}")
    over_http = median(seconds(lambda: api.predict(example)) for _ in range(CALLS))
    return over_http, median(seconds(bare) for _ in range(CALLS))


def champion(workspace: Workspace) -> Model:
    """The champion's model, loaded in this process."""
    with tempfile.TemporaryDirectory() as folder:
        uri = workspace.registry.artifact_uri(workspace.champion.package())
        return Model.load(unpack(fetch(uri), Path(folder)), workspace.use_case)


def measure(state: Path, count: int) -> dict[str, dict[str, float]]:
    """Every figure in seconds, with its floor where it has one."""
    found: dict[str, dict[str, float]] = {}
    found["emulator, start"] = {"seconds": seconds(lambda: emulator.start(state, port=0))}
    running = emulator.running(state)
    use_local_credentials(running.endpoint if running else "")
    try:
        found |= {name: {"seconds": value} for name, value in deploy().items()}
        workspace = open_workspace("flights", Target.local)
        span = seconds(lambda: workspace.nights.load(FIRST_DAY, FIRST_NIGHT - timedelta(days=1)))
        found["load, 90 days"] = {"seconds": span}
        workspace.nights.run(FIRST_NIGHT)
        for name, (through, floor) in {
            "training and release": training(workspace),
            "night, median": nights(workspace, count),
            "prediction over HTTP, median": predictions(workspace),
        }.items():
            found[name] = {"seconds": through, "floor": floor, "ratio": through / floor}
    finally:
        found["emulator, stop"] = {"seconds": seconds(lambda: emulator.stop(state))}
    return found


def main() -> None:
    """Measure, print, and write benchmarks/results/loop.json."""
    parser = argparse.ArgumentParser(prog="benchmarks.loop", description=__doc__.splitlines()[0])
    parser.add_argument("--nights", type=int, default=10, help="how many nights the median is of")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder) / "emulator", arguments.nights)
    print(f"{'':32}{'seconds':>10}{'floor':>10}{'ratio':>8}")
    for name, figures in found.items():
        rest = f"{figures['floor']:10.4f}{figures['ratio']:8.1f}" if "floor" in figures else ""
        print(f"{name:32}{figures['seconds']:10.4f}{rest}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"python": platform.python_version(), "figures": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
