"""Votes, questions and wrong labels: Dawid-Skene, active learning, confident learning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

import usecases
from benchmarks.training_data.outcomes import HARMS, HELPS, NEITHER, Finding, compare
from cumulet.core.training_data.active import ask, entropy, margin
from cumulet.core.training_data.confident import find
from cumulet.core.training_data.dawid_skene import dawid_skene
from cumulet.core.training_data.labelling import ABSTAIN, Votes, majority
from training.dataset import Rows

Floats = NDArray[np.float64]
Trial = Callable[[int], tuple[float, float]]
UNEQUAL, EQUAL, COPIED = (0.95, 0.85, 0.55, 0.55, 0.55, 0.55), (0.75,) * 6, (0.8, 0.8, 0.8, 0.8, 0.6)
FIRST, BATCH, LAST = 20, 20, 400
REACHED = 0.94


def findings(rows: Rows, matrix: NDArray[np.float32]) -> Iterator[Finding]:
    """All claims of this part; `rows` are labelled flights, `matrix` their features."""
    part, many = "Dawid-Skene", range(20)
    yield compare((part, "against the majority, voters unequal", "accuracy"), voting(UNEQUAL), many, HELPS)
    yield compare((part, "against the majority, voters equal", "accuracy"), voting(EQUAL), many, NEITHER)
    yield compare(
        (part, "against the majority, two copy the worst voter", "accuracy"), voting(COPIED, copies=2), many, HARMS
    )
    yield compare((part, "flights, six rules, week by week", "ROC-AUC"), weekly(rows), range(10), NEITHER)
    part, few = "active learning", range(8)
    yield compare(
        (part, "digits, entropy and diversity against chance", f"labels until {REACHED}"),
        digits_asked(entropy, 5),
        few,
        HELPS,
        lower=True,
    )
    yield compare(
        (part, "digits, margin and diversity against chance", f"labels until {REACHED}"),
        digits_asked(margin, 5),
        few,
        HELPS,
        lower=True,
    )
    yield compare(
        (part, "digits, margin with diversity against without", f"labels until {REACHED}"),
        diversity,
        few,
        HELPS,
        lower=True,
    )
    yield compare(
        (part, "flights, entropy against chance, 1,000 labels", "ROC-AUC"), flights_asked(rows, matrix), few, NEITHER
    )
    part = "confident learning"
    yield compare((part, "digits, 15 % wrong: suspects against chance", "precision"), precision(0.15), few, HELPS)
    yield compare((part, "digits, 15 % wrong: suspects against chance", "recall"), recall(0.15), few, HELPS)
    yield compare((part, "digits, 15 % wrong: fitted without suspects", "accuracy"), cleaned(0.15), few, HELPS)
    yield compare((part, "digits, none wrong: fitted without suspects", "accuracy"), cleaned(0.0), few, NEITHER)
    yield compare(
        (part, "flights, 10 % wrong: suspects against chance", "precision"), flights_wrong(rows, matrix), few, HELPS
    )


def voting(accuracies: tuple[float, ...], copies: int = 0) -> Trial:
    """Two classes, 1,000 rows; the last voter may have copies of itself."""

    def trial(seed: int) -> tuple[float, float]:
        rng = np.random.default_rng(seed)
        truth = rng.integers(0, 2, 1_000)
        votes = np.where(rng.random((1_000, len(accuracies))) < accuracies, truth[:, None], 1 - truth[:, None])
        votes = np.column_stack([votes, *[votes[:, -1]] * copies])
        posteriors = majority(votes, 2), dawid_skene(votes, 2).posterior
        right = [float((p.argmax(axis=1) == truth).mean()) for p in posteriors]
        return right[0], right[1]

    return trial


def weekly(rows: Rows) -> Trial:
    """The use case's own labelling functions on a week of flights: ranking by the majority and by Dawid-Skene."""
    labelling = usecases.labelling("flights")
    start = rows.days.min() + 14

    def trial(week: int) -> tuple[float, float]:
        there = (rows.days >= start + 7 * week) & (rows.days < start + 7 * week + 7)
        some = rows.where(there)
        votes: Votes = labelling.apply(some.columns, len(some))
        asked = (votes != ABSTAIN).any(axis=1)
        posteriors = majority(votes, 2), dawid_skene(votes, 2, abstaining_tells=True).posterior
        scores = [float(roc_auc_score(some.y[asked], p[asked, 1])) for p in posteriors]
        return scores[0], scores[1]

    return trial


def digits(seed: int) -> tuple[Floats, NDArray[np.int64], Floats, NDArray[np.int64]]:
    """Half of the digits to learn from, half to judge on."""
    found = load_digits()
    order = np.random.default_rng(seed).permutation(len(found.target))
    x, y = found.data[order] / 16, found.target[order]
    half = len(y) // 2
    return x[:half], y[:half], x[half:], y[half:]


def reader() -> LogisticRegression:
    """A model that reads digits: simple, quick, with usable probabilities."""
    return LogisticRegression(C=1.0, max_iter=300)


@cache
def asked_until(uncertainty: Callable[[Floats], Floats] | None, wider: int, seed: int) -> float:
    """How many labels until the accuracy is REACHED (LAST when it never is)."""
    x, y, later, truth = digits(seed)
    rng = np.random.default_rng(seed)
    known = rng.choice(len(y), FIRST, False)
    while len(known) < LAST:
        model = reader().fit(x[known], y[known])
        if model.score(later, truth) >= REACHED:
            break
        left = np.setdiff1d(np.arange(len(y)), known)
        if uncertainty is None:
            chosen = rng.choice(len(left), BATCH, False)
        else:
            chosen = ask(uncertainty(model.predict_proba(x[left])), x[left], BATCH, wider=wider)
        known = np.concatenate([known, left[chosen]])
    return float(len(known))


def digits_asked(uncertainty: Callable[[Floats], Floats], wider: int) -> Trial:
    """Labels needed by chance and by asking."""
    return lambda seed: (asked_until(None, 1, seed), asked_until(uncertainty, wider, seed))


def diversity(seed: int) -> tuple[float, float]:
    """Labels needed by the margin alone and with diversity."""
    return asked_until(margin, 1, seed), asked_until(margin, 5, seed)


def flights_asked(rows: Rows, matrix: NDArray[np.float32]) -> Trial:
    """ROC-AUC on the last third of the days after 1,000 labels of the first two."""
    x = np.nan_to_num((matrix - np.nanmean(matrix, axis=0)) / (np.nanstd(matrix, axis=0) + 1e-9)).clip(-4, 4)
    border = rows.days.min() + (rows.days.max() - rows.days.min()) * 2 // 3
    early, late = np.flatnonzero(rows.days < border), np.flatnonzero(rows.days >= border)

    def trial(seed: int) -> tuple[float, float]:
        rng = np.random.default_rng(seed)
        pool, judged = rng.choice(early, 10_000, False), rng.choice(late, 8_000, False)
        scores = []
        for asks in (False, True):
            known = np.arange(200)
            while len(known) < 1_000:
                left = np.setdiff1d(np.arange(len(pool)), known)
                model = LogisticRegression(C=0.05, max_iter=300).fit(x[pool[known]], rows.y[pool[known]])
                p = model.predict_proba(x[pool[left]])
                chosen = ask(entropy(p), x[pool[left]], 200) if asks else rng.choice(len(left), 200, False)
                known = np.concatenate([known, left[chosen]])
            model = LogisticRegression(C=0.05, max_iter=300).fit(x[pool[known]], rows.y[pool[known]])
            scores.append(float(roc_auc_score(rows.y[judged], model.predict_proba(x[judged])[:, 1])))
        return scores[0], scores[1]

    return trial


@cache
def mislabelled(noise: float, seed: int) -> tuple[Floats, NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]]:
    """Digits with a share of wrong labels, where they are wrong, and the suspects."""
    x, y, _, _ = digits(seed)
    rng = np.random.default_rng(seed + 100)
    wrong = rng.random(len(y)) < noise
    labels = np.where(wrong, (y + rng.integers(1, 10, len(y))) % 10, y)
    p = cross_val_predict(reader(), x, labels, cv=4, method="predict_proba")
    return x, labels, wrong, find(labels, p).suspects


def precision(noise: float) -> Trial:
    """The share of the suspects that are wrong; by chance it is the noise."""

    def trial(seed: int) -> tuple[float, float]:
        _, _, wrong, suspects = mislabelled(noise, seed)
        return float(wrong.mean()), float(wrong[suspects].mean())

    return trial


def recall(noise: float) -> Trial:
    """The share of the wrong ones that are suspected; by chance it is the share of suspects."""

    def trial(seed: int) -> tuple[float, float]:
        _, _, wrong, suspects = mislabelled(noise, seed)
        return len(suspects) / len(wrong), float(wrong[suspects].sum() / wrong.sum())

    return trial


def cleaned(noise: float) -> Trial:
    """Accuracy on rightly labelled digits, fitted on all labels and without the suspects."""

    def trial(seed: int) -> tuple[float, float]:
        x, labels, _, suspects = mislabelled(noise, seed)
        _, _, later, truth = digits(seed)
        kept = np.setdiff1d(np.arange(len(labels)), suspects)
        return reader().fit(x, labels).score(later, truth), reader().fit(x[kept], labels[kept]).score(later, truth)

    return trial


def flights_wrong(rows: Rows, matrix: NDArray[np.float32]) -> Trial:
    """Where chance decides much, a suspect is a surprise: how many of them are the labels that were turned?"""
    x = np.nan_to_num((matrix - np.nanmean(matrix, axis=0)) / (np.nanstd(matrix, axis=0) + 1e-9)).clip(-4, 4)

    def trial(seed: int) -> tuple[float, float]:
        rng = np.random.default_rng(seed)
        some = rng.choice(len(rows), 6_000, False)
        wrong = rng.random(len(some)) < 0.1
        labels = np.where(wrong, 1 - rows.y[some], rows.y[some]).astype(np.int64)
        p = cross_val_predict(LogisticRegression(C=0.05, max_iter=300), x[some], labels, cv=4, method="predict_proba")
        return float(wrong.mean()), float(wrong[find(labels, p).suspects].mean())

    return trial
