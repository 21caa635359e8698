"""A number: the forecast is its expected value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cumulet.core.calibration import calibration_by_quantile
from cumulet.core.metrics import regression
from cumulet.core.tasks.task import Floats, Sums, Task


@dataclass(frozen=True)
class Regression(Task):
    """`under` is what each unit costs that was forecast too little, `over` each too much."""

    unit: str = ""
    under: float = 1.0
    over: float = 1.0

    kind: ClassVar[str] = "Regression"
    purpose: ClassVar[str] = "Expected value"
    compared: ClassVar[tuple[str, ...]] = ("wape", "mae", "rmse", "skill", "bias", "cost")
    sliced: ClassVar[tuple[str, ...]] = ("mean_label", "mean_prediction", "wape", "skill", "bias")
    headline: ClassVar[str] = "Wape"

    def unlearnable(self, y: Floats) -> str:
        """One value alone teaches nothing."""
        return "" if len(y) and y.min() < y.max() else "have one value only"

    def read(self, outputs: NDArray[Any]) -> Floats:
        """The one output."""
        return np.asarray(outputs[:, 0], np.float64)

    def scale(self, y: Floats) -> float:
        """The labels' standard deviation."""
        return float(y.std())

    def threshold(self, y: Floats, p: Floats) -> None:
        """There is nothing to decide."""

    @property
    def default_threshold(self) -> None:
        """There is nothing to decide."""

    def metrics(self, y: Floats, p: Floats, threshold: float | None) -> dict[str, float]:
        """Errors in the label's unit and relative ones."""
        return {
            "mean_label": float(np.mean(y)) if len(y) else float("nan"),
            "mean_prediction": float(np.mean(p)) if len(y) else float("nan"),
            "wape": regression.wape(y, p),
            "mae": regression.mae(y, p),
            "rmse": regression.rmse(y, p),
            "bias": regression.bias(y, p),
            "cost": regression.cost_per_record(y, p, under=self.under, over=self.over),
        }

    def calibration(self, y: Floats, p: Floats) -> list[dict[str, Any]]:
        """Ten bins of as many rows each."""
        return calibration_by_quantile(y, p)

    def costs(self, threshold: float | None) -> str:
        """One too low or one too high."""
        unit = f" (in {self.unit})" if self.unit else ""
        return f"a forecast that is one too low{unit} costs {self.under:g}, one too high {self.over:g}."

    def own_sums(self, y: Floats, p: Floats) -> dict[str, tuple[float, ...]]:
        """Absolute errors and absolute labels."""
        return {"absolute_error": (float(np.abs(p - y).sum()),), "absolute_target": (float(np.abs(y).sum()),)}

    def own_performance(self, rows: int, sums: Sums) -> dict[str, float]:
        """|Σ(p − y)| / Σ|y|, and WAPE."""
        total = sums["absolute_target"][0] or float("nan")
        gap = abs(sums["level"][0] - sums["target"][0]) / total
        return {
            "LabelMean": sums["target"][0] / rows,
            "CalibrationGap": gap,
            self.headline: sums["absolute_error"][0] / total,
        }

    def answers(self, p: Floats, threshold: float | None) -> list[dict[str, Any]]:
        """The number and its unit."""
        return [{"prediction": each, "unit": self.unit} for each in p.tolist()]
