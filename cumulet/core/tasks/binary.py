"""Yes or no: the forecast is the probability of yes, and costs say from which probability on to act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cumulet.core.calibration import calibration_table
from cumulet.core.metrics import binary
from cumulet.core.tasks.task import Floats, Sums, Task

BINS = 1_000
"""Bins of the predictions in [0, 1]: ROC-AUC from them is within 0.0005 of the exact one."""


@dataclass(frozen=True)
class CostMatrix:
    """What a mistake costs, in units of one false alarm."""

    miss: float
    false_alarm: float = 1.0

    @property
    def threshold(self) -> float:
        """Act at or above this probability: there the expected costs of both mistakes are equal."""
        return self.false_alarm / (self.false_alarm + self.miss)


@dataclass(frozen=True)
class Binary(Task):
    """A probability, and a decision."""

    cost: CostMatrix = CostMatrix(1.0)

    kind: ClassVar[str] = "Binary classification"
    purpose: ClassVar[str] = "Probability that a record"
    compared: ClassVar[tuple[str, ...]] = ("roc_auc", "pr_auc", "skill", "ece", "log_loss", "cost")
    sliced: ClassVar[tuple[str, ...]] = ("rate", "mean_prediction", "roc_auc", "skill", "ece", "recall")
    headline: ClassVar[str] = "RocAuc"

    def unlearnable(self, y: Floats) -> str:
        """One class alone teaches nothing."""
        return "" if 0 < y.sum() < len(y) else "have one class only"

    def read(self, outputs: NDArray[Any]) -> Floats:
        """The second class is yes."""
        return np.asarray(outputs[:, 1], np.float64)

    def threshold(self, y: Floats, p: Floats) -> float:
        """Of the probabilities that came, the one that costs least."""
        return binary.best_threshold(y, p, miss=self.cost.miss, false_alarm=self.cost.false_alarm)

    @property
    def default_threshold(self) -> float:
        """The cost matrix's."""
        return self.cost.threshold

    def metrics(self, y: Floats, p: Floats, threshold: float | None) -> dict[str, float]:
        """Ranking, probabilities, and the decisions at the threshold."""
        limit = self.default_threshold if threshold is None else threshold
        act, positives, nothing = p >= limit, float(y.sum()), float("nan")
        return {
            "rate": float(np.mean(y)) if len(y) else nothing,
            "mean_prediction": float(np.mean(p)) if len(y) else nothing,
            "roc_auc": binary.roc_auc(y, p),
            "pr_auc": binary.pr_auc(y, p),
            "brier": binary.brier(y, p),
            "ece": binary.ece(y, p),
            "log_loss": binary.log_loss(y, p),
            "cost": binary.cost_per_record(y, p, limit, miss=self.cost.miss, false_alarm=self.cost.false_alarm),
            "accuracy": float(np.mean((p >= 0.5) == (y > 0.5))) if len(y) else nothing,
            "recall": float(y[act].sum()) / positives if positives else nothing,
            "precision": float(np.mean(y[act])) if act.any() else nothing,
        }

    def calibration(self, y: Floats, p: Floats) -> list[dict[str, Any]]:
        """Ten bins of equal width."""
        return calibration_table(y, p)

    def costs(self, threshold: float | None) -> str:
        """Acting from the threshold on."""
        return (
            f"act at p ≥ {self.default_threshold if threshold is None else threshold:.3g}, where a miss costs "
            f"{self.cost.miss:g} and a false alarm {self.cost.false_alarm:g}."
        )

    def own_sums(self, y: Floats, p: Floats) -> dict[str, tuple[float, ...]]:
        """Rows of either class by bin of the prediction, for the ranking."""
        index, positive = np.clip((p * BINS).astype(int), 0, BINS - 1), y > 0.5
        return {
            "negatives_by_bin": tuple(np.bincount(index[~positive], minlength=BINS).tolist()),
            "positives_by_bin": tuple(np.bincount(index[positive], minlength=BINS).tolist()),
        }

    def own_performance(self, rows: int, sums: Sums) -> dict[str, float]:
        """|mean prediction − rate|; ROC-AUC of the binned predictions, ties counted half."""
        rate, said = sums["target"][0] / rows, sums["level"][0] / rows
        negatives, positives = np.array(sums["negatives_by_bin"]), np.array(sums["positives_by_bin"])
        pairs = negatives.sum() * positives.sum()
        below = np.cumsum(negatives) - negatives / 2
        auc = float((positives * below).sum() / pairs) if pairs else float("nan")
        return {"LabelMean": rate, "CalibrationGap": abs(said - rate), self.headline: auc}

    def answers(self, p: Floats, threshold: float | None) -> list[dict[str, Any]]:
        """The probability, and whether to act."""
        limit = self.default_threshold if threshold is None else threshold
        return [{"prediction": each, "decision": each >= limit, "threshold": limit} for each in p.tolist()]
