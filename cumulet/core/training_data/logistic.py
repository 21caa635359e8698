"""Logistic regression by Newton's method: all that a density ratio needs, in numpy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
STEPS, TOLERANCE = 50, 1e-8


@dataclass(frozen=True)
class Logistic:
    """A fitted model: `coefficients` (d,) and `intercept`."""

    coefficients: Floats
    intercept: float

    @classmethod
    def fit(cls, matrix: Floats, y: Floats, l2: float = 1.0) -> Logistic:
        """Fit `y` (n,) of 0 and 1 on `matrix` (n, d), finite; the intercept is not penalised.

        Newton's method (IRLS), with steps halved while they do not lower the loss.
        Source: Hastie, Tibshirani, Friedman (2009), The Elements of Statistical Learning, § 4.4.1.
        """
        x = np.column_stack([matrix, np.ones(len(matrix))])
        penalty = np.full(x.shape[1], l2)
        penalty[-1] = 1e-9
        beta = np.zeros(x.shape[1])
        loss = _loss(x, y, beta, penalty)
        for _ in range(STEPS):
            p = _sigmoid(x @ beta)
            gradient = x.T @ (p - y) + penalty * beta
            hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(penalty)
            step = np.linalg.solve(hessian, gradient)
            while (found := _loss(x, y, beta - step, penalty)) > loss and np.abs(step).max() > TOLERANCE:
                step = step / 2
            beta = beta - step
            if loss - found <= TOLERANCE * (1 + abs(found)):
                break
            loss = found
        return cls(beta[:-1], float(beta[-1]))

    def log_odds(self, matrix: Floats) -> Floats:
        """log(p / (1 - p)) of every row (n,)."""
        return np.asarray(matrix @ self.coefficients + self.intercept, np.float64)


def _sigmoid(z: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))


def _loss(x: Floats, y: Floats, beta: Floats, penalty: Floats) -> float:
    z = x @ beta
    return float(np.sum(np.logaddexp(0, z) - y * z) + (penalty * beta**2).sum() / 2)
