"""What the laws compare: the matrix of a use case's days, and whether two of them are the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cumulet.core.usecase import State
from cumulet.rehearsal.days import Rehearsal


def state(of: Rehearsal) -> State:
    """What the transform learns from the labelled rows."""
    labelled = of.labelled
    return of.use_case.fit_state(labelled.columns, labelled.y)


def matrix(of: Rehearsal) -> NDArray[np.float32]:
    """The features of all records (n, features)."""
    return of.use_case.transform(of.columns, state(of))


def same(one: NDArray[np.generic], other: NDArray[np.generic]) -> bool:
    """Whether two arrays are equal in type and every value; missing is equal to missing."""
    if one.dtype != other.dtype:
        return False
    if one.dtype == object:
        return bool(one.tolist() == other.tolist())
    return bool(np.array_equal(one, other, equal_nan=one.dtype.kind in "fM"))


def differing(of: Rehearsal, one: NDArray[np.float32], other: NDArray[np.float32]) -> str:
    """The name of the first feature in which two rows (features,) differ."""
    alike = (one == other) | (np.isnan(one) & np.isnan(other))
    found = (name for name, equal in zip(of.use_case.feature_names, alike, strict=True) if not equal)
    return next(found, "feature")
