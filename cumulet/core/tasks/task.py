"""What every kind of prediction task offers; its labels are `y` (n,), its forecasts `p` (n,) or (n, k)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cumulet.core.fields import Columns
from cumulet.core.metrics import skill

Floats = NDArray[np.float64]
Sums = Mapping[str, tuple[float, ...]]
"""Sums over rows, by name: those of two days add up to those of both."""
MEAN = "mean label"
"""Of labels that have one: rates and numbers."""


class Task(ABC):
    """A kind of prediction task; subclasses are frozen dataclasses of what a use case decides."""

    kind: ClassVar[str]
    """As in a model card: Binary classification, Multiclass classification, Regression."""
    purpose: ClassVar[str]
    """What a forecast is, in words."""
    compared: ClassVar[tuple[str, ...]]
    """The metrics that tables of models show; `skill` is among them for every task."""
    sliced: ClassVar[tuple[str, ...]]
    """The metrics that tables of slices show."""
    headline: ClassVar[str]
    """The CloudWatch metric that is this task's own, and its name among `performance`."""

    # -- learning

    @abstractmethod
    def unlearnable(self, y: Floats) -> str:
        """Why nothing can be learnt from or judged on these labels; empty when it can."""

    def described(self, y: Floats) -> dict[str, float | None]:
        """What some known labels are like, in figures with their names; None where there is no label."""
        return {MEAN: float(y.mean()) if len(y) else None}

    def targets(self, y: Floats) -> Floats:
        """What forecasts are compared with, in their shape."""
        return y

    @abstractmethod
    def read(self, outputs: NDArray[Any]) -> Floats:
        """The forecasts in a model's outputs, shape (n, m): class probabilities, or one number."""

    def scale(self, y: Floats) -> float:
        """What a difference of forecasts is small against: the file computes in float32."""
        return 1.0

    # -- judging

    @abstractmethod
    def threshold(self, y: Floats, p: Floats) -> float | None:
        """From where on to act, so that these rows cost least; None where there is nothing to decide."""

    @property
    @abstractmethod
    def default_threshold(self) -> float | None:
        """The threshold that the costs alone imply, for forecasts that are right about themselves."""

    @abstractmethod
    def metrics(self, y: Floats, p: Floats, threshold: float | None) -> dict[str, float]:
        """Every metric of one model; NaN where it is not defined."""

    def summary(self, y: Floats, p: Floats, threshold: float | None) -> dict[str, Any]:
        """`metrics`, with the rows and the threshold, as plain JSON; None where a metric is not defined."""
        found = {"skill": skill(self.targets(y), p), **self.metrics(y, p, threshold)}
        finite = {name: value if np.isfinite(value) else None for name, value in found.items()}
        return {"rows": len(y), "threshold": threshold, **finite}

    def by_slice(
        self, groups: NDArray[Any], y: Floats, p: Floats, *, threshold: float | None, min_rows: int
    ) -> dict[str, dict[str, Any]]:
        """The sliced metrics of each group with at least `min_rows` rows: smaller ones say nothing about the model."""
        names = np.array([None if value is None else str(value) for value in groups.tolist()], object)
        found: dict[str, dict[str, Any]] = {}
        for name in sorted({value for value in names if value is not None}):
            rows = names == name
            if int(rows.sum()) >= min_rows:
                whole = self.summary(y[rows], p[rows], threshold)
                found[name] = {metric: whole[metric] for metric in ("rows", *self.sliced)}
        return found

    @abstractmethod
    def calibration(self, y: Floats, p: Floats) -> list[dict[str, Any]]:
        """Rows, mean prediction and mean label per bin of the prediction, ascending: a reliability diagram's table."""

    @abstractmethod
    def costs(self, threshold: float | None) -> str:
        """What is done with a forecast and what mistakes cost, in a sentence."""

    # -- monitoring

    def sums(self, y: Floats, p: Floats) -> dict[str, tuple[float, ...]]:
        """What `performance` needs of some rows; sums of several days add up."""
        targets = self.targets(y).reshape(len(y), -1)
        return {
            "target": tuple(targets.sum(axis=0).tolist()),
            "target_squared": (float((targets**2).sum()),),
            "squared_error": (float(((p.reshape(targets.shape) - targets) ** 2).sum()),),
            "level": (float(self.level(p).sum()),),
            **self.own_sums(y, p),
        }

    @abstractmethod
    def own_sums(self, y: Floats, p: Floats) -> dict[str, tuple[float, ...]]:
        """The sums that only this task needs."""

    def performance(self, rows: int, sums: Sums) -> dict[str, float]:
        """CloudWatch metrics of rows that were summed: LabelMean, CalibrationGap, Skill and the headline."""
        if not rows:
            return {}
        spread = sums["target_squared"][0] - sum(total**2 for total in sums["target"]) / rows
        gained = 1 - sums["squared_error"][0] / spread if spread > 0 else float("nan")
        return {"Skill": gained, **self.own_performance(rows, sums)}

    @abstractmethod
    def own_performance(self, rows: int, sums: Sums) -> dict[str, float]:
        """LabelMean (where labels have one), CalibrationGap and the headline."""

    def level(self, p: Floats) -> Floats:
        """The number in a forecast whose mean a night reports, shape (n,)."""
        return p

    def said(self, p: Floats) -> NDArray[Any]:
        """What a forecast says, shape (n,): what drift of predictions is measured on."""
        return p

    # -- serving

    def columns(self, p: Floats) -> Columns:
        """The forecasts as columns of a file of predictions; `prediction` is what is said."""
        return {"prediction": p}

    def from_columns(self, columns: Columns) -> Floats:
        """The inverse of `columns`."""
        return columns["prediction"].astype(np.float64)

    @abstractmethod
    def answers(self, p: Floats, threshold: float | None) -> list[dict[str, Any]]:
        """One answer of the API per forecast."""
