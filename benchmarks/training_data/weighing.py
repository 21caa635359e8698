"""Importance weights under covariate shift, class weights where one class is rare and dear."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression

from benchmarks.training_data.outcomes import HARMS, HELPS, NEITHER, Finding, compare
from cumulet.core.metrics import binary as metrics
from cumulet.core.training_data.encoding import Encoding
from cumulet.core.training_data.shift import by_classifier
from cumulet.core.training_data.weights import class_weights, clip
from training.dataset import Rows

Floats = NDArray[np.float64]
Trial = Callable[[int], tuple[float, float]]
Fit = Callable[[tuple[Floats, Floats], Floats, "Floats | None"], Floats]
"""Probabilities (m,) on the second matrix by a model fitted on the first."""
FEW = ("distance", "block_minutes", "sched_dep", "origin")
TRAIN, TEST = 3_000, 6_000
SEEDS = range(10)
MISS = 4.0


def findings(rows: Rows, matrix: NDArray[np.float32]) -> Iterator[Finding]:
    """All claims of this part; `rows` are labelled flights, `matrix` their features as the use case transforms them."""
    part = "importance weights"
    yield compare(
        (part, "a line for a curve, inputs shifted", "mean squared error"), curve(0.8), SEEDS, HELPS, lower=True
    )
    yield compare(
        (part, "a line for a curve, nothing shifted", "mean squared error"), curve(0.0), SEEDS, NEITHER, lower=True
    )
    flights = Flights(rows, matrix)
    for name, fit, expected in (("logistic regression", flights.line, NEITHER), ("trees", flights.trees, NEITHER)):
        yield compare(
            (part, f"flights at night instead of any: {name}", "log loss"),
            flights.shifted(fit, 2.0),
            SEEDS,
            expected,
            lower=True,
        )
    yield compare(
        (part, "flights, nothing shifted: logistic regression", "log loss"),
        flights.shifted(flights.line, 0.0),
        SEEDS,
        NEITHER,
        lower=True,
    )
    part, balanced = "class weights", cache(flights.balanced)
    scores: tuple[tuple[str, str, bool, Callable[[Floats, Floats], float]], ...] = (
        ("recall at 0.5", HELPS, False, recall),
        ("cost at 0.5, a miss costs 4", HELPS, True, lambda y, p: price(y, p, 0.5)),
        ("calibration error", HARMS, True, metrics.ece),
    )
    for name, expected, lower, score in scores:
        case = (part, "flights, balanced against none: trees", name)
        yield compare(case, scored(balanced, score), SEEDS, expected, lower=lower)
    case = (part, "flights, balanced at 0.5 against none at 0.2", "cost, a miss costs 4")
    yield compare(case, thresholds(balanced), SEEDS, NEITHER, lower=True)


Balanced = Callable[[int], tuple[Floats, Floats, Floats]]
"""Labels, and probabilities without and with balanced classes, by seed."""


def scored(balanced: Balanced, score: Callable[[Floats, Floats], float]) -> Trial:
    """A score of the probabilities without and with balanced classes."""

    def trial(seed: int) -> tuple[float, float]:
        y, plain, weighed = balanced(seed)
        return score(y, plain), score(y, weighed)

    return trial


def thresholds(balanced: Balanced) -> Trial:
    """No weights but the threshold of the costs, against weights at 0.5."""

    def trial(seed: int) -> tuple[float, float]:
        y, plain, weighed = balanced(seed)
        return price(y, plain, 1 / (1 + MISS)), price(y, weighed, 0.5)

    return trial


def curve(shift: float) -> Trial:
    """Shimodaira's example: y is a curve in x, the model a line; production is at other x than training."""

    def trial(seed: int) -> tuple[float, float]:
        rng = np.random.default_rng(seed)
        x, later = rng.normal(0.5, 0.5, (400, 1)), rng.normal(0.5 - shift, 0.3 if shift else 0.5, (2_000, 1))
        y, truth = (v[:, 0] ** 3 - v[:, 0] + rng.normal(0, 0.3, len(v)) for v in (x, later))
        features = [np.column_stack([v, v**2]) for v in (x, later)]
        weights = clip(by_classifier(*features)).weights
        errors = (
            float(np.mean((LinearRegression().fit(x, y, sample_weight=w).predict(later) - truth) ** 2))
            for w in (None, weights)
        )
        return next(errors), next(errors)

    return trial


@dataclass(frozen=True)
class Flights:
    """Real flights, resampled: some to train on, later ones to judge."""

    rows: Rows
    matrix: NDArray[np.float32]

    def draw(self, seed: int, tilt: float = 0.0) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Positions to train on (the first two thirds of the days) and to judge on, these likelier late in the day."""
        rng = np.random.default_rng(seed)
        days = self.rows.days
        border = days.min() + (days.max() - days.min()) * 2 // 3
        early, late = np.flatnonzero(days < border), np.flatnonzero(days >= border)
        at = self.rows.columns["sched_dep"]
        hour = (at - at.astype("datetime64[D]")).astype("timedelta64[m]").astype(float)[late] / 60
        likely = np.exp(tilt * (hour - hour.mean()) / hour.std())
        return rng.choice(early, TRAIN, False), rng.choice(late, TEST, False, likely / likely.sum())

    def encoded(self, train: NDArray[np.int64], test: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """A few plain columns, in which a line is wrong."""
        encoding = Encoding.learn({name: self.rows.columns[name][train] for name in FEW}, FEW)
        first, second = (
            encoding.matrix({name: self.rows.columns[name][part] for name in FEW}) for part in (train, test)
        )
        return first, second

    def line(self, parts: tuple[Floats, Floats], y: Floats, weights: Floats | None) -> Floats:
        """A logistic regression's probabilities (n,)."""
        model = LogisticRegression(C=1.0, max_iter=500).fit(parts[0], y, sample_weight=weights)
        return np.asarray(model.predict_proba(parts[1])[:, 1])

    def trees(self, parts: tuple[Floats, Floats], y: Floats, weights: Floats | None) -> Floats:
        """Boosted trees' probabilities (n,)."""
        model = HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=8, min_samples_leaf=50, random_state=0)
        return np.asarray(model.fit(parts[0], y, sample_weight=weights).predict_proba(parts[1])[:, 1])

    def shifted(self, fit: Fit, tilt: float) -> Trial:
        """Log loss without and with importance weights."""

        def trial(seed: int) -> tuple[float, float]:
            train, test = self.draw(seed, tilt)
            parts = self.encoded(train, test)
            y, truth = self.rows.y[train], self.rows.y[test]
            weights = clip(by_classifier(*parts)).weights
            return metrics.log_loss(truth, fit(parts, y, None)), metrics.log_loss(truth, fit(parts, y, weights))

        return trial

    def balanced(self, seed: int) -> tuple[Floats, Floats, Floats]:
        """Labels, and the trees' probabilities without and with balanced classes."""
        train, test = self.draw(seed)
        parts, y = (self.matrix[train], self.matrix[test]), self.rows.y[train]
        return self.rows.y[test], self.trees(parts, y, None), self.trees(parts, y, class_weights(y))


def recall(y: Floats, p: Floats) -> float:
    """Share of the late flights that are alerted at a threshold of 0.5."""
    return float((p >= 0.5)[y == 1].mean())


def price(y: Floats, p: Floats, threshold: float) -> float:
    """Cost per row."""
    return metrics.cost_per_record(y, p, threshold, miss=MISS, false_alarm=1.0)
