"""Our confident learning beside cleanlab's, on made-up rows, where cleanlab is installed."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np

from cumulet.core.training_data import confident

ROWS, CLASSES, WRONG, SEEDS = 4_000, 3, 0.1, 3


def beside_cleanlab() -> list[dict[str, Any]]:
    """One row per seed: how many suspects either finds, and how many both; nothing without cleanlab."""
    if importlib.util.find_spec("cleanlab") is None:
        return []
    from cleanlab.filter import find_label_issues

    found = []
    for seed in range(SEEDS):
        labels, p = rows_of(seed)
        ours = set(confident.find(labels, p).suspects.tolist())
        settings = {"filter_by": "prune_by_noise_rate", "return_indices_ranked_by": "self_confidence", "n_jobs": 1}
        theirs = set(find_label_issues(labels, p, **settings).tolist())
        found.append({"seed": seed, "ours": len(ours), "cleanlab": len(theirs), "both": len(ours & theirs)})
        print(f"cleanlab  {found[-1]}", flush=True)
    return found


def rows_of(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels (n,), a tenth of them wrong, and a model's probabilities (n, k)."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, CLASSES, ROWS)
    scores = rng.normal(size=(ROWS, CLASSES))
    scores[np.arange(ROWS), truth] += 2.0
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    turned = (truth + rng.integers(1, CLASSES, ROWS)) % CLASSES
    return np.where(rng.random(ROWS) < WRONG, turned, truth), p
