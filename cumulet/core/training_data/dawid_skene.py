"""Votes of unequal voters as probabilities: how good each voter is, and what each row is, learnt together.

Source: Dawid, Skene (1979), Maximum likelihood estimation of observer error-rates using the EM algorithm, J. R. Stat.
Soc. C 28(1). Voters must err independently given the class; voters that copy each other are believed too much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cumulet.core.training_data.labelling import ABSTAIN, Votes, majority

Floats = NDArray[np.float64]
STEPS, TOLERANCE = 200, 1e-6
SMOOTHING = 1.0
"""Votes that every voter is given in advance, spread over the answers: no answer is impossible, no voter perfect."""


@dataclass(frozen=True)
class Consensus:
    """What the votes come to."""

    posterior: Floats
    """(n, k): the probability of each class."""
    prior: Floats
    """(k,): the rate of each class."""
    confusion: Floats
    """(m, k, r): the probability of each answer of each voter, given the class; r = k, or k + 1 with abstaining."""
    given: NDArray[np.int64]
    """(m,): how many votes each voter gave."""
    steps: int
    log_likelihood: float
    converged: bool

    @property
    def accuracy(self) -> Floats:
        """(m,): the estimated share of right votes among each voter's votes; NaN for one that never votes."""
        classes = len(self.prior)
        votes = self.confusion[:, :, :classes] * self.prior[None, :, None]
        right = np.trace(votes, axis1=1, axis2=2)
        rated: Floats = np.where(self.given > 0, right / votes.sum(axis=(1, 2)), np.nan)
        return rated


def dawid_skene(votes: Votes, classes: int, *, abstaining_tells: bool = False) -> Consensus:
    """Fit by expectation maximisation in log space, from the majority's shares on.

    `votes` (n, m) are classes or ABSTAIN. A person who was not asked abstains by chance; a labelling function abstains
    because its condition does not hold, which tells something: say so with `abstaining_tells`, without which a function
    that knows one class only cannot be judged at all.
    Raises ValueError without a vote.
    """
    if not (votes != ABSTAIN).any():
        raise ValueError("nobody votes: there is nothing to combine")
    answers = _answers(votes, classes, abstaining_tells)
    posterior, before, steps = majority(votes, classes), -np.inf, 0
    while steps < STEPS:
        steps += 1
        rates = posterior.mean(axis=0)
        confusion = _confusion(answers, posterior)
        posterior, found = _expected(answers, rates, confusion)
        if abs(found - before) <= TOLERANCE * len(votes):
            break
        before = found
    return Consensus(posterior, rates, confusion, (votes != ABSTAIN).sum(axis=0), steps, found, steps < STEPS)


def _answers(votes: Votes, classes: int, abstaining_tells: bool) -> Floats:
    """One-hot answers (n, m, r); an abstention is an answer of its own, or none at all."""
    responses = classes + 1 if abstaining_tells else classes
    answer = np.where(votes == ABSTAIN, classes, votes)
    return np.asarray(np.eye(classes + 1)[answer][:, :, :responses], np.float64)


def _confusion(answers: Floats, posterior: Floats) -> Floats:
    """The voters' answers given the class (m, k, r), as the posterior weighs the rows."""
    counts = np.einsum("nk,nmr->mkr", posterior, answers) + SMOOTHING / answers.shape[2]
    return np.asarray(counts / counts.sum(axis=2, keepdims=True), np.float64)


def _expected(answers: Floats, rates: Floats, confusion: Floats) -> tuple[Floats, float]:
    """The posterior (n, k) and the log likelihood of all votes."""
    joint = np.log(np.maximum(rates, 1e-300)) + np.einsum("nmr,mkr->nk", answers, np.log(confusion))
    highest = joint.max(axis=1, keepdims=True)
    each = highest + np.log(np.exp(joint - highest).sum(axis=1, keepdims=True))
    return np.exp(joint - each), float(each.sum())
