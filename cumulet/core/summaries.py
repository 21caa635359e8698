"""What is in a column, in a line."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

COMMONEST, READABLE = 3, 24


def summary(name: str, column: NDArray[Any]) -> dict[str, Any]:
    """Name, type, missing values, distinct values, and the least, middle and largest, or the texts that come most often
    (more than once, cut where nobody would read on).

    >>> summary("km", np.array([1.0, 3.0, np.nan]))["middle"]
    3.0
    """
    if column.dtype.kind == "O":
        counts = Counter(value for value in column.tolist() if value is not None)
        often = [str(value) for value, n in counts.most_common(COMMONEST) if n > 1]
        commonest = ", ".join(text if len(text) <= READABLE else f"{text[:READABLE]}…" for text in often)
        missing = len(column) - counts.total()
        return _line(name, "text", missing=missing, distinct=len(counts), span=(None, commonest, None))
    values = np.sort(column[column == column])  # a missing value is not what it is
    span = (values[0], values[len(values) // 2], values[-1]) if len(values) else (None, None, None)
    missing = len(column) - len(values)
    return _line(name, column.dtype.name, missing=missing, distinct=len(np.unique(values)), span=span)


def _line(name: str, kind: str, *, missing: int, distinct: int, span: tuple[Any, Any, Any]) -> dict[str, Any]:
    found = {"column": name, "type": kind, "missing": missing, "distinct": distinct}
    return {**found, **dict(zip(("least", "middle", "largest"), map(_plain, span), strict=True))}


def _plain(value: Any) -> Any:
    if isinstance(value, np.datetime64):
        return str(value)
    return value if value is None or isinstance(value, str) else float(value)
