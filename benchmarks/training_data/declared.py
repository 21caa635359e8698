"""Weights as a use case declares them, through Fit's own folds: each week judged by a fit on what came before it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO

from benchmarks.training_data.outcomes import HARMS, NEITHER, Finding, compare
from cumulet.core.training_data.weighing import Weighing, by_age, by_class, toward_latest
from cumulet.core.usecase import UseCase
from training import fit
from training.dataset import Rows, forward_folds

WEEKS = 6
LATEST = ("carrier", "origin", "distance", "block_minutes", "sched_dep")
CASES: tuple[tuple[str, Weighing, str], ...] = (
    ("toward the last 14 days", toward_latest("sched_dep", 14, LATEST), NEITHER),
    ("half as much every 30 days back", by_age("sched_dep", 30), NEITHER),
    ("classes balanced", by_class(), HARMS),
)


def findings(use_case: UseCase, rows: Rows) -> Iterator[Finding]:
    """Log loss of the use case's candidate on its last weeks, without and with each declaration."""
    folds = forward_folds(rows, WEEKS, 7, use_case.fit_rows)
    plain = [_loss(use_case, None, *fold) for fold in folds]
    for name, weighing, expected in CASES:
        weighed = [_loss(use_case, weighing, *fold) for fold in folds]
        pairs = list(zip(plain, weighed, strict=True))
        case = ("declared weights", f"flights by week: {name}", "log loss")
        yield compare(case, pairs.__getitem__, range(WEEKS), expected, lower=True)


def _loss(use_case: UseCase, weights: Weighing | None, earlier: Rows, later: Rows) -> float:
    (candidate,) = use_case.candidates
    declared = replace(use_case, baselines=(), fit_rows=replace(use_case.fit_rows, weights=weights))
    with redirect_stdout(StringIO()):
        p = fit.predict_later(declared, earlier, later)[candidate.name]
    return use_case.task.metrics(later.y, p, None)["log_loss"]
