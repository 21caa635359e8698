"""Augmentation of scikit-learn's 8×8 digits: right and wrong ones, few and many images."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from sklearn.datasets import load_digits
from sklearn.svm import SVC

from benchmarks.training_data.outcomes import HARMS, HELPS, NEITHER, Finding, compare
from cumulet.core.augmentation import Augmentation

COPIES, SEEDS = 6, range(10)
MILD = Augmentation(shift=0.7, rotate=8, scale=0.08)
WILD = Augmentation(shift=3, rotate=60)
MIRROR = Augmentation(flip=True)


def findings() -> Iterator[Finding]:
    """All claims of this part."""
    part = "augmentation"
    for case, augmentation, few, expected in (
        ("100 digits, small shifts and turns", MILD, 100, HELPS),
        ("1,200 digits, small shifts and turns", MILD, 1_200, NEITHER),
        ("100 digits, mirrored", MIRROR, 100, HARMS),
        ("100 digits, turned up to 60° and shifted 3 of 8 pixels", WILD, 100, HARMS),
    ):
        yield compare((part, case, "accuracy"), trial_of(augmentation, few), SEEDS, expected)


def trial_of(augmentation: Augmentation, few: int) -> Callable[[int], tuple[float, float]]:
    """Accuracy of a support vector machine on the other digits, without and with moved copies."""
    found = load_digits()

    def trial(seed: int) -> tuple[float, float]:
        order = np.random.default_rng(seed).permutation(len(found.target))
        train, test = order[:few], order[1_200:]
        images, labels = found.images[train] / 16, found.target[train]
        more, theirs = augmentation.copies(images, labels, COPIES, seed * 1_000)
        later, truth = found.images[test].reshape(len(test), -1) / 16, found.target[test]
        scores = [
            SVC(gamma="scale", C=10).fit(x.reshape(len(x), -1), y).score(later, truth)
            for x, y in ((images, labels), (more, theirs))
        ]
        return float(scores[0]), float(scores[1])

    return trial
