"""Labelling functions: rules of thumb that vote for a class or abstain, and what can be said of their votes alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cumulet.core.schema import Columns

Votes = NDArray[np.int64]
"""Shape (n, m): the class that each of m voters gives to each of n rows, ABSTAIN where it gives none."""
ABSTAIN = -1


@dataclass(frozen=True)
class LabellingFunction:
    """A rule in Python: `votes(columns)` gives a class (0 … k-1) or ABSTAIN for every row, shape (n,)."""

    name: str
    description: str
    votes: Callable[[Columns], NDArray[Any]]

    @classmethod
    def of(cls, votes: Callable[[Columns], NDArray[Any]]) -> Self:
        """A function as a rule: its name, and its docstring as what it says."""
        return cls(votes.__name__, (votes.__doc__ or "").rstrip("."), votes)


@dataclass(frozen=True)
class Labelling:
    """How a use case is labelled without its outcomes: its classes, by position, and its labelling functions."""

    classes: tuple[str, ...]
    functions: tuple[LabellingFunction, ...] = ()
    picture: Callable[[Columns], NDArray[np.float64]] | None = None
    """What people look at instead of fields: pictures (n, height, width), from 0 (paper) to 1 (ink)."""

    def apply(self, columns: Columns, rows: int) -> Votes:
        """Votes of all functions (n, m). Raises ValueError naming the function whose votes are not classes."""
        found = [_checked(each, each.votes(columns), rows, len(self.classes)) for each in self.functions]
        return np.column_stack(found) if found else np.zeros((rows, 0), np.int64)


def _checked(function: LabellingFunction, votes: NDArray[Any], rows: int, classes: int) -> Votes:
    whole = np.asarray(votes)
    if whole.shape != (rows,) or not np.isin(whole, np.arange(ABSTAIN, classes)).all():
        raise ValueError(
            f"labelling function {function.name}: give one of 0 to {classes - 1}, or {ABSTAIN} to abstain, per row"
        )
    return whole.astype(np.int64)


def vote_where(condition: NDArray[np.bool_], vote: int) -> Votes:
    """The vote where the condition holds, ABSTAIN elsewhere (n,).

    >>> vote_where(np.array([True, False]), 1).tolist()
    [1, -1]
    """
    return np.where(condition, vote, ABSTAIN)


def vote_between(values: NDArray[np.floating[Any]], low: float, high: float, votes: tuple[int, int]) -> Votes:
    """The first vote below `low`, the second from `high` on, ABSTAIN in between and where the value is missing (n,).

    >>> vote_between(np.array([1.0, 2.0, 3.0, np.nan]), 2, 3, (0, 1)).tolist()
    [0, -1, 1, -1]
    """
    return np.where(values >= high, votes[1], np.where(values < low, votes[0], ABSTAIN))


def majority(votes: Votes, classes: int) -> NDArray[np.float64]:
    """Shares of the votes (n, k): the posterior of who counts every voter alike; 1/k where nobody votes."""
    counts = np.stack([(votes == c).sum(axis=1) for c in range(classes)], axis=1).astype(np.float64)
    total = counts.sum(axis=1, keepdims=True)
    shares: NDArray[np.float64] = np.divide(counts, total, out=np.full_like(counts, 1 / classes), where=total > 0)
    return shares


@dataclass(frozen=True, kw_only=True)
class VoterSummary:
    """What the votes alone say of one voter: shares of all rows."""

    name: str
    votes: tuple[int, ...]
    """The classes it votes for."""
    coverage: float
    """It votes."""
    overlap: float
    """It votes, and another does."""
    conflict: float
    """It votes, and another votes otherwise."""


def summaries(names: Sequence[str], votes: Votes) -> list[VoterSummary]:
    """One summary per voter, in order.

    Source: Ratner et al. (2017), Snorkel: rapid training data creation with weak supervision, PVLDB 11(3), § 2.
    """
    there = votes != ABSTAIN
    found = []
    for m, name in enumerate(names):
        others = np.delete(votes, m, axis=1)
        differ = ((others != ABSTAIN) & (others != votes[:, [m]])).any(axis=1)
        found.append(
            VoterSummary(
                name=name,
                votes=tuple(np.unique(votes[there[:, m], m]).tolist()),
                coverage=_share(there[:, m]),
                overlap=_share(there[:, m] & (others != ABSTAIN).any(axis=1)),
                conflict=_share(there[:, m] & differ),
            )
        )
    return found


def _share(rows: NDArray[np.bool_]) -> float:
    return float(rows.mean()) if len(rows) else 0.0
