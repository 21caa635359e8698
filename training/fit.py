"""Fit, a training job: baselines and candidates forward in time, fold by fold, and the best candidate on the snapshot.

In, channel `train`: a dataset snapshot. Out, in SM_MODEL_DIR: the artifact (training/artifact.py); in
SM_OUTPUT_DATA_DIR: holdout.parquet, the later rows with every model's prediction, and training.json, what was tried.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import usecases
from cumulet.contracts.env import JobEnv
from cumulet.contracts.manifests import DatasetManifest, ModelManifest
from cumulet.core.usecase import Candidate, UseCase
from training import artifact, baselines, fitting
from training.dataset import Rows, forward_folds, limited, read, together
from training.failures import reported
from training.holdout import Holdout
from training.threads import side_by_side
from training.weighting import weights_of

FOLDS, FOLD_DAYS = 4, 14
Backtest = tuple[Rows, dict[str, NDArray[np.float64]]]
"""The judged rows of all folds, and every model's forecasts of them, (n,) or (n, k)."""


def predict_later(use_case: UseCase, earlier: Rows, later: Rows) -> dict[str, NDArray[np.float64]]:
    """Forecasts of the later rows by every baseline and candidate, each fitted on the earlier rows."""
    state = use_case.fit_state(earlier.columns, earlier.y)
    matrices = use_case.transform(earlier.columns, state), use_case.transform(later.columns, state)
    found = {b.name: baselines.predict(use_case, b, earlier, later, matrices) for b in use_case.baselines}
    weights = weights_of(use_case, earlier)
    for candidate in use_case.candidates:
        model = fitting.fit_candidate(candidate, matrices[0], earlier.y, weights)
        found[candidate.name] = use_case.task.read(fitting.outputs(model, matrices[1]))
        if candidate.int8:
            found[candidate.float32] = use_case.task.read(fitting.outputs(model.original, matrices[1]))
    print(f"fitted on {len(earlier)} rows, judged from {later.days.min()} to {later.days.max()}", flush=True)
    return found


def fit_all(use_case: UseCase, rows: Rows, folds: int, fold_days: int) -> tuple[list[artifact.Fitted], Backtest]:
    """Every candidate fitted on the snapshot, and the backtest of all."""
    limit = use_case.fit_rows
    pairs = forward_folds(rows, folds, fold_days, limit, use_case.task.unlearnable)
    drawn = limited(rows, limit.maximum, limit.half_life_days)
    with side_by_side() as pool:
        finals = [pool.submit(artifact.fit, use_case, candidate, drawn) for candidate in use_case.candidates]
        tasks = [pool.submit(predict_later, use_case, earlier, later) for earlier, later in pairs]
        parts = [task.result() for task in tasks]
        fitted = [final.result() for final in finals]
    predictions = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return fitted, (together([later for _, later in pairs]), predictions)


def judge(use_case: UseCase, y: NDArray[np.float64], found: dict[str, NDArray[np.float64]]) -> dict[str, Any]:
    """Metrics of every baseline and candidate on the same rows, each at the threshold that costs it least."""
    task = use_case.task
    return {name: task.summary(y, p, task.threshold(y, p)) for name, p in found.items()}


def best_candidate(use_case: UseCase, judged: dict[str, Any]) -> Candidate:
    """The candidate with the highest gate metric; of equals the one declared first."""

    def value(candidate: Candidate) -> float:
        metric = judged[candidate.name][use_case.gates.metric]
        return float("-inf") if metric is None else metric

    return max(use_case.candidates, key=value)


def tried(use_case: UseCase, chosen: Candidate, judged: dict[str, Any], folds: int) -> dict[str, Any]:
    """What was tried, for the evaluation and the model card; `weights` in words where rows count differently."""
    weights = use_case.fit_rows.weights
    return {
        "candidate": chosen.name,
        "parameters": dict(chosen.parameters),
        "baselines": [baseline.name for baseline in use_case.baselines],
        **({"float32": chosen.float32} if chosen.int8 else {}),
        "models": judged,
        "folds": folds,
        **({} if weights is None else {"weights": weights.words}),
    }


def report(use_case: UseCase, holdout: Holdout, manifest: ModelManifest) -> None:
    """Print the table, and the metric lines that SageMaker's MetricDefinitions read."""
    judged, chosen = holdout.tried["models"], holdout.tried["candidate"]
    print(baselines.table(judged, use_case.task.compared))
    for name in use_case.task.compared:
        if judged[chosen][name] is not None:
            print(f"holdout:{name}={judged[chosen][name]:.6f}")
    print(f"holdout:parity={manifest.parity:.3e}", flush=True)


def make(
    use_case: UseCase, rows: Rows, dataset: DatasetManifest, *, model: Path, output: Path, folds: int, fold_days: int
) -> tuple[Holdout, ModelManifest]:
    """Fit, judge, choose; write the artifact and the holdout into their folders."""
    fitted, (later, found) = fit_all(use_case, rows, folds, fold_days)
    judged = judge(use_case, later.y, found)
    chosen = best_candidate(use_case, judged)
    holdout = Holdout(later, found, tried(use_case, chosen, judged, folds))
    holdout.write(output)
    best = next(final for final in fitted if final.candidate is chosen)
    threshold = judged[chosen.name]["threshold"]
    return holdout, artifact.write(use_case, best, dataset, threshold=threshold, folder=model)


@reported
def main(argv: Sequence[str] | None = None) -> None:
    """Fit; folders are SageMaker's SM_* variables, arguments those of the process when None."""
    parser = argparse.ArgumentParser(prog="training.fit", description=__doc__)
    parser.add_argument("--run", default="", help="the run of Training, for the log")
    parser.add_argument("--folds", type=int, default=FOLDS, help="how often to fit anew and judge on what follows")
    parser.add_argument("--fold-days", type=int, default=FOLD_DAYS, help="how many days each is judged on")
    arguments = parser.parse_args(argv)
    use_case = usecases.load(JobEnv.from_env(os.environ).use_case)
    rows, dataset = read(Path(os.environ.get("SM_CHANNEL_TRAIN", "/opt/ml/input/data/train")), use_case)
    print(f"run {arguments.run}: dataset {dataset.dataset_id}, {len(rows)} labelled rows", flush=True)
    folder = Path(os.environ.get("SM_MODEL_DIR", "/opt/ml/model"))
    output = Path(os.environ.get("SM_OUTPUT_DATA_DIR", "/opt/ml/output/data"))
    spans = {"folds": arguments.folds, "fold_days": arguments.fold_days}
    report(use_case, *make(use_case, rows, dataset, model=folder, output=output, **spans))


if __name__ == "__main__":
    main()
