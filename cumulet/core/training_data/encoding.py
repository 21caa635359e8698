"""Columns of any use case as one matrix: for distances and for telling two periods apart, not for the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MAX_VALUES = 50
"""Of a text the most frequent values get a column each; all others share none."""
MINUTES = 1440.0
OWN = 0.9
"""A text of more different values than this share of the rows tells nothing by them: a picture, a letter."""


@dataclass(frozen=True)
class Encoding:
    """How each column becomes numbers; learnt once, used for both periods."""

    numbers: Mapping[str, tuple[float, float]]
    """Mean and standard deviation."""
    texts: Mapping[str, tuple[str, ...]]
    moments: tuple[str, ...]
    """Their hour of the day counts, as a point on a circle; their date would tell any two periods apart."""

    @classmethod
    def learn(cls, columns: Mapping[str, NDArray[Any]], names: Sequence[str]) -> Encoding:
        """Learn from rows (n,) the columns of these names; one that is the same throughout or `opaque` says nothing."""
        numbers, texts, moments = {}, {}, []
        hidden = opaque(columns, names)
        for name in (name for name in names if name not in hidden):
            column = columns[name]
            if column.dtype.kind == "f":
                present = column[np.isfinite(column)].astype(np.float64)
                numbers[name] = (float(present.mean()), float(present.std()) or 1.0) if len(present) else (0.0, 1.0)
            elif column.dtype.kind == "O":
                values, counts = np.unique(column[column != None].astype(str), return_counts=True)  # noqa: E711
                texts[name] = tuple(values[np.argsort(-counts, kind="stable")[:MAX_VALUES]].tolist())
            elif np.datetime_data(column.dtype)[0] in ("m", "s"):
                moments.append(name)
        return cls(numbers, texts, tuple(moments))

    def matrix(self, columns: Mapping[str, NDArray[Any]]) -> Floats:
        """The rows as (n, d), finite: standard scores (missing: 0, and a flag of its own), one-hot texts, hours."""
        parts: list[Floats] = []
        for name, (mean, deviation) in self.numbers.items():
            missing = ~np.isfinite(columns[name])
            scores = np.clip((columns[name].astype(np.float64) - mean) / deviation, -5, 5)
            parts += [np.where(missing, 0.0, scores), missing.astype(np.float64)]
        for name, values in self.texts.items():
            column = columns[name]
            parts += [(column == value).astype(np.float64) for value in values]
        for name in self.moments:
            parts += list(_hours(columns[name]))
        rows = len(next(iter(columns.values())))
        return np.column_stack(parts) if parts else np.zeros((rows, 0))


def opaque(columns: Mapping[str, NDArray[Any]], names: Sequence[str]) -> list[str]:
    """The texts among these columns in which nearly every row has a value of its own."""
    return [name for name in names if columns[name].dtype.kind == "O" and _own(columns[name])]


def _own(column: NDArray[Any]) -> bool:
    distinct = len(set(column.tolist()))
    return distinct > max(MAX_VALUES, OWN * len(column))


def _hours(column: NDArray[Any]) -> tuple[Floats, Floats]:
    """Cosine and sine of the time of day; 0, 0 where it is missing."""
    missing = np.isnat(column)
    minute = (column.astype("datetime64[m]") - column.astype("datetime64[D]")).astype(np.float64)
    angle = np.where(missing, 0.0, minute) * (2 * np.pi / MINUTES)
    return np.where(missing, 0.0, np.cos(angle)), np.where(missing, 0.0, np.sin(angle))
