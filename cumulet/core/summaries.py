"""What is in a column, in a line."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

COMMONEST = 3


def summary(name: str, column: NDArray[Any]) -> dict[str, Any]:
    """Name, type, missing values, distinct values, and the least, middle and largest, or the commonest texts.

    >>> summary("km", np.array([1.0, 3.0, np.nan]))["middle"]
    2.0
    """
    texts = column.dtype.kind == "O"
    values = [value for value in column.tolist() if value is not None] if texts else column[column == column]
    found = {
        "column": name,
        "type": "text" if texts else column.dtype.name,
        "missing": len(column) - len(values),
        "distinct": len(set(values)) if texts else len(np.unique(values)),
    }
    if texts:
        common = Counter(values).most_common(COMMONEST)
        return {**found, "least": None, "middle": ", ".join(str(value) for value, _ in common), "largest": None}
    if not len(values):
        return {**found, "least": None, "middle": None, "largest": None}
    least, largest = values.min(), values.max()
    middle = float(np.median(values)) if column.dtype.kind in "fiub" else np.sort(values)[len(values) // 2]
    return {**found, "least": _plain(least), "middle": _plain(middle), "largest": _plain(largest)}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, np.datetime64) else float(value)
