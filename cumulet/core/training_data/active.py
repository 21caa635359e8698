"""Which rows to have labelled next: those the model is least sure of, but not many of one kind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WIDER = 5
"""Of `n` rows to ask for, the most uncertain `WIDER * n` are looked at: among them the kinds decide."""


def entropy(p: Floats) -> Floats:
    """Entropy of every row's probabilities (n, k) in units of the largest there can be: 0 sure, 1 clueless, (n,).

    >>> entropy(np.array([[0.5, 0.5], [1.0, 0.0]])).tolist()
    [1.0, 0.0]
    """
    logs = np.log(p, out=np.zeros_like(p), where=p > 0)
    return np.asarray(np.abs((p * logs).sum(axis=1)) / np.log(p.shape[1]), np.float64)


def margin(p: Floats) -> Floats:
    """How close the second class of each row comes to the first: 0 sure, 1 a tie, (n,).

    Source: Settles (2009), Active learning literature survey, TR 1648, University of Wisconsin-Madison, § 3.1.
    """
    two = np.partition(p, p.shape[1] - 2, axis=1)[:, -2:]
    return np.asarray(1 - (two[:, 1] - two[:, 0]), np.float64)


UNCERTAINTY: dict[str, Callable[[Floats], Floats]] = {"entropy": entropy, "margin": margin}


def ask(uncertainty: Floats, matrix: Floats, n: int, *, wider: int = WIDER) -> NDArray[np.int64]:
    """Positions of `n` rows to have labelled, the first most wanted; all rows when there are no more.

    `matrix` (rows, d) says what is alike. Of the most uncertain `wider * n` rows the next is always the one with the
    largest uncertainty times distance to the nearest row taken before: farthest first, so equal rows are asked once.
    With `wider` 1 uncertainty alone decides. Equal rows stand in their order.
    Sources: Zhdanov (2019), Diverse mini-batch active learning, arXiv:1901.05954 (the wider pool); Gonzalez (1985),
    Clustering to minimize the maximum intercluster distance, Theor. Comput. Sci. 38 (farthest first).
    """
    order = np.argsort(-uncertainty, kind="stable")
    if n >= len(order) or wider <= 1:
        return order[:n]
    pool = order[: wider * n]
    rows, wanted = matrix[pool], uncertainty[pool] + 1e-12
    taken = [0]
    distance = _distances(rows, rows[0])
    for _ in range(n - 1):
        score = np.where(np.isin(np.arange(len(pool)), taken), -1.0, wanted * distance)
        taken.append(int(np.argmax(score)))
        distance = np.minimum(distance, _distances(rows, rows[taken[-1]]))
    return np.asarray(pool[taken], np.int64)


def _distances(rows: Floats, centre: Floats) -> Floats:
    return np.asarray(np.sqrt(((rows - centre) ** 2).sum(axis=1)), np.float64)
