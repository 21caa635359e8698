"""Stratified sampling: of every stratum its share, or at least a floor, drawn by id and not by luck of the order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cumulet.core.keys import row_keys


def strata_of(columns: Sequence[NDArray[np.generic]], rows: int) -> tuple[NDArray[np.int64], list[str]]:
    """The stratum of every row (n,), as a position in the sorted names; a name joins the columns' values by |."""
    keys = np.array(row_keys(columns, rows), object) if columns else np.full(rows, "", object)
    names, positions = np.unique(keys.astype(str), return_inverse=True)
    return positions.astype(np.int64), names.tolist()


def allocation(sizes: NDArray[np.int64], maximum: int, floor: int = 0) -> NDArray[np.int64]:
    """How many rows each stratum gives (k,), `maximum` together: in proportion to its size, but `floor` at the least.

    No stratum gives more than it has. What rounding leaves goes to the largest remainders (Hamilton's method).
    Raises ValueError when the floors alone are more than `maximum`.
    """
    sizes = np.asarray(sizes, np.int64)
    least = np.minimum(sizes, floor)
    if not 0 < maximum < sizes.sum():
        return sizes.copy()
    if least.sum() > maximum:
        raise ValueError(f"{len(sizes)} strata of {floor} rows each are more than {maximum} rows; lower the floor")
    lifted = np.zeros(len(sizes), bool)
    while True:
        left = maximum - least[lifted].sum()
        share = np.where(lifted, least, left * sizes / max(sizes[~lifted].sum(), 1))
        below = ~lifted & (share < least)
        if not below.any():
            break
        lifted |= below
    whole = np.floor(share).astype(np.int64)
    largest = np.argsort(whole - share, kind="stable")
    whole[largest[: maximum - whole.sum()]] += 1
    return whole


def stratified(
    drawn: NDArray[np.float64], strata: NDArray[np.int64], maximum: int, floor: int = 0
) -> NDArray[np.int64]:
    """Ascending positions of `maximum` rows (0, or more than there are: of all), by what was drawn for them (n,).

    `strata` (n,) are positions from 0; a stratum with few rows gives all it has when `floor` asks for more. Raise a
    floor and the sample no longer has the population's shares: weigh its rows by `inverse_probability`.
    Source: Cochran (1977), Sampling Techniques, ch. 5.
    """
    if not 0 < maximum < len(drawn):
        return np.arange(len(drawn))
    wanted = allocation(np.bincount(strata), maximum, floor)
    order = np.lexsort((drawn, strata))
    starts = np.concatenate([[0], np.cumsum(np.bincount(strata))])[:-1]
    picked = [order[start : start + count] for start, count in zip(starts, wanted, strict=True)]
    return np.sort(np.concatenate(picked))


def inverse_probability(strata: NDArray[np.int64], picked: NDArray[np.int64]) -> NDArray[np.float64]:
    """Weights (len(picked),) of mean 1 that give a stratified sample its population's shares back.

    Source: Horvitz, Thompson (1952), JASA 47(260).
    """
    there = np.bincount(strata)
    taken = np.bincount(strata[picked], minlength=len(there))
    weights = there[strata[picked]] / np.maximum(taken[strata[picked]], 1)
    return np.asarray(weights / weights.mean(), np.float64)
