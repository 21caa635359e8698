"""Sketches of inputs: fixed bins and counts, a few bytes a feature, mergeable over days, shards and machines.

The bins are learnt once, from the training snapshot, and travel in the model artifact; every later sketch counts into
the same bins, so any window is compared by adding counts. `merge` is associative and commutative.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

MAX_CATEGORIES = 200
"""A text column with more distinct values is an identifier, and is not sketched."""


@dataclass(frozen=True, kw_only=True)
class FeatureSketch:
    """Counts of one feature. `edges` (numbers: inner edges, ascending) or `values` (texts) are its bins."""

    edges: tuple[float, ...] = ()
    values: tuple[str, ...] = ()
    counts: tuple[int, ...]
    missing: int
    unseen: int
    """Texts that the training snapshot did not have; 0 for numbers."""

    @classmethod
    def learn(cls, column: NDArray[Any], bins: int = 10) -> Self | None:
        """Bins and counts of a training column: deciles of numbers, or each text; None for times and identifiers."""
        if column.dtype.kind == "f":
            present = column[np.isfinite(column)]
            inner = np.quantile(present, np.arange(1, bins) / bins, method="lower") if len(present) else []
            empty = cls(edges=tuple(np.unique(inner).tolist()), counts=(), missing=0, unseen=0)
            return empty.count(column)
        if column.dtype.kind == "O":
            values = tuple(sorted({v for v in column if v is not None}))
            if len(values) <= MAX_CATEGORIES:
                return cls(values=values, counts=(), missing=0, unseen=0).count(column)
        return None

    def count(self, column: NDArray[Any]) -> Self:
        """A sketch of another column, shape (n,), in the same bins. A number on an edge counts into the upper bin."""
        if column.dtype.kind == "f":
            present = column[np.isfinite(column)]
            counts = np.bincount(np.searchsorted(self.edges, present, side="right"), minlength=len(self.edges) + 1)
            return self._with(counts.tolist(), len(column) - len(present), 0)
        found: dict[Any, int] = {}
        for value in column:
            found[value] = found.get(value, 0) + 1
        counted = [found.pop(value, 0) for value in self.values]
        return self._with(counted, found.pop(None, 0), sum(found.values()))

    def merge(self, other: Self) -> Self:
        """Both together. Raises ValueError when the bins differ (sketches of two models do not add up)."""
        if (self.edges, self.values) != (other.edges, other.values):
            raise ValueError("sketches have different bins: were they made with different models?")
        counts = [a + b for a, b in zip(self.counts, other.counts, strict=True)]
        return self._with(counts, self.missing + other.missing, self.unseen + other.unseen)

    @property
    def empty(self) -> Self:
        """A sketch of no rows in the same bins."""
        return self._with([0] * len(self.counts), 0, 0)

    @property
    def total(self) -> int:
        """Rows counted."""
        return sum(self.counts) + self.missing + self.unseen

    @property
    def shares(self) -> NDArray[np.float64]:
        """Share of each bin, then of missing, then of unseen, shape (bins + 2,); sums to 1 (zeros when empty)."""
        counts = np.array([*self.counts, self.missing, self.unseen], np.float64)
        return counts / max(self.total, 1)

    def _with(self, counts: list[int], missing: int, unseen: int) -> Self:
        return type(self)(edges=self.edges, values=self.values, counts=tuple(counts), missing=missing, unseen=unseen)

    def to_json(self) -> dict[str, Any]:
        """A JSON object that `from_json` reads back equal."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in value.items()}
        return cls(**values)


@dataclass(frozen=True)
class InputSketch:
    """One FeatureSketch per column, by name."""

    features: dict[str, FeatureSketch]

    @classmethod
    def learn(cls, columns: Mapping[str, NDArray[Any]], bins: int = 10) -> Self:
        """The reference: bins and counts of the training snapshot's columns, each of shape (n,)."""
        learnt = {name: FeatureSketch.learn(column, bins) for name, column in sorted(columns.items())}
        return cls({name: sketch for name, sketch in learnt.items() if sketch is not None})

    def count(self, columns: Mapping[str, NDArray[Any]]) -> Self:
        """A sketch of other rows in the same bins; raises KeyError when a sketched column is absent."""
        return type(self)({name: sketch.count(columns[name]) for name, sketch in self.features.items()})

    def merge(self, other: Self) -> Self:
        """Both together; raises ValueError when the bins differ."""
        if self.features.keys() != other.features.keys():
            raise ValueError("sketches have different features: were they made with different models?")
        return type(self)({name: sketch.merge(other.features[name]) for name, sketch in self.features.items()})

    def to_json(self) -> dict[str, Any]:
        """A JSON object that `from_json` reads back equal."""
        return {name: sketch.to_json() for name, sketch in self.features.items()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        return cls({name: FeatureSketch.from_json(sketch) for name, sketch in value.items()})


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What a model artifact says of its training: `reference.json`."""

    inputs: InputSketch
    predictions: FeatureSketch

    def to_json(self) -> dict[str, Any]:
        """A JSON object that `from_json` reads back equal."""
        return {"inputs": self.inputs.to_json(), "predictions": self.predictions.to_json()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        return cls(
            inputs=InputSketch.from_json(value["inputs"]), predictions=FeatureSketch.from_json(value["predictions"])
        )
