"""One of several classes: the forecast is a probability each; where the likeliest is unlikely, a person is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cumulet.core.calibration import calibration_table
from cumulet.core.fields import Columns
from cumulet.core.metrics import binary, multiclass
from cumulet.core.tasks.task import Floats, Sums, Task


@dataclass(frozen=True)
class MultiClass(Task):
    """`wrong` is what a wrong class costs, `refer` what it costs to ask a person instead."""

    classes: tuple[str, ...]
    wrong: float = 1.0
    refer: float = 0.2

    kind: ClassVar[str] = "Multiclass classification"
    purpose: ClassVar[str] = "Which class a record is, with a probability for each"
    compared: ClassVar[tuple[str, ...]] = ("accuracy", "macro_f1", "skill", "ece", "log_loss", "cost")
    sliced: ClassVar[tuple[str, ...]] = ("accuracy", "mean_prediction", "macro_f1", "skill", "ece")
    headline: ClassVar[str] = "Accuracy"

    def unlearnable(self, y: Floats) -> str:
        """Every class must be seen: a model has no probability for another one."""
        seen = np.bincount(y.astype(np.int64), minlength=len(self.classes)) > 0
        return "" if seen.all() else f"lack the class {self.classes[int(np.argmin(seen))]!r}"

    def described(self, y: Floats) -> dict[str, float | None]:
        """The share of each class: positions have no mean."""
        counts = np.bincount(y.astype(np.int64), minlength=len(self.classes)).tolist()
        return {
            f"share of {name}": n / len(y) if len(y) else None for name, n in zip(self.classes, counts, strict=True)
        }

    def targets(self, y: Floats) -> Floats:
        """A column per class: 1 where it is the label."""
        return np.eye(len(self.classes))[y.astype(np.int64)]

    def read(self, outputs: NDArray[Any]) -> Floats:
        """A probability per class. Raises ValueError when the model has other classes."""
        if outputs.shape[1] != len(self.classes):
            raise ValueError(f"the model has {outputs.shape[1]} classes, the use case {len(self.classes)}")
        return np.asarray(outputs, np.float64)

    def threshold(self, y: Floats, p: Floats) -> float:
        """The least confidence at which the likeliest class is taken."""
        right = multiclass.hits(y, p)
        return binary.best_threshold(right, self.level(p), miss=self.refer, false_alarm=self.wrong - self.refer)

    @property
    def default_threshold(self) -> float:
        """Where the expected cost of being wrong is that of asking."""
        return 1 - self.refer / self.wrong

    def metrics(self, y: Floats, p: Floats, threshold: float | None) -> dict[str, float]:
        """Whether the likeliest class is right, and whether its probability says how often."""
        limit = self.default_threshold if threshold is None else threshold
        right, confidence = multiclass.hits(y, p), self.level(p)
        return {
            "mean_prediction": float(confidence.mean()) if len(y) else float("nan"),
            "accuracy": multiclass.accuracy(y, p),
            "macro_f1": multiclass.macro_f1(y, p),
            "ece": binary.ece(right, confidence),
            "log_loss": multiclass.log_loss(y, p),
            "cost": multiclass.cost_per_record(y, p, limit, wrong=self.wrong, refer=self.refer),
            "referred": float((confidence < limit).mean()) if len(y) else float("nan"),
        }

    def calibration(self, y: Floats, p: Floats) -> list[dict[str, Any]]:
        """Of the likeliest class: its probability, and how often it was right."""
        return calibration_table(multiclass.hits(y, p), self.level(p))

    def costs(self, threshold: float | None) -> str:
        """Taking the likeliest class, or asking."""
        return (
            f"the likeliest class is taken where its probability is at least "
            f"{self.default_threshold if threshold is None else threshold:.3g}; a wrong one costs {self.wrong:g}, "
            f"asking a person {self.refer:g}."
        )

    def own_sums(self, y: Floats, p: Floats) -> dict[str, tuple[float, ...]]:
        """How often the likeliest class was right."""
        return {"hits": (float(multiclass.hits(y, p).sum()),)}

    def own_performance(self, rows: int, sums: Sums) -> dict[str, float]:
        """|mean confidence − accuracy|, and accuracy; classes have no mean."""
        accuracy = sums["hits"][0] / rows
        return {"CalibrationGap": abs(sums["level"][0] / rows - accuracy), self.headline: accuracy}

    def level(self, p: Floats) -> Floats:
        """The probability of the likeliest class."""
        return np.asarray(p.max(axis=1, initial=0.0), np.float64)

    def said(self, p: Floats) -> NDArray[Any]:
        """The likeliest class."""
        return np.array(self.classes, object)[p.argmax(axis=1)] if len(p) else np.zeros(0, object)

    def columns(self, p: Floats) -> Columns:
        """The likeliest class, and a probability per class."""
        return {"prediction": self.said(p), **{f"p_{n}": p[:, n] for n in range(len(self.classes))}}

    def from_columns(self, columns: Columns) -> Floats:
        """The probabilities."""
        return np.array([columns[f"p_{n}"] for n in range(len(self.classes))], np.float64).T

    def answers(self, p: Floats, threshold: float | None) -> list[dict[str, Any]]:
        """The likeliest class, the probability of each, and whether it may be taken without a person."""
        limit = self.default_threshold if threshold is None else threshold
        return [
            {
                "prediction": said,
                "probabilities": dict(zip(self.classes, row, strict=True)),
                "decision": max(row) >= limit,
                "threshold": limit,
            }
            for said, row in zip(self.said(p).tolist(), p.tolist(), strict=True)
        ]
