from __future__ import annotations

import numpy as np
import pytest

from cumulet.core.training_data.confident import find, joint_of, thresholds


def noisy(noise, rng, n=4_000, classes=3):
    truth = rng.integers(0, classes, n)
    scores = rng.normal(size=(n, classes)) + 3.0 * np.eye(classes)[truth]
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    flipped = rng.random(n) < noise
    labels = np.where(flipped, (truth + 1) % classes, truth)
    return labels, p, flipped


def test_injected_errors_are_found_and_the_noise_is_estimated():
    labels, p, flipped = noisy(0.1, np.random.default_rng(0))
    found = find(labels, p)
    assert found.noise == pytest.approx(0.1, abs=0.04)
    precision = flipped[found.suspects].mean()
    recall = flipped[found.suspects].sum() / flipped.sum()
    assert precision > 0.75
    assert recall > 0.75
    assert flipped[found.suspects[:100]].mean() > 0.95
    right = found.better[:100] == (labels[found.suspects[:100]] - 1) % 3
    assert right.mean() > 0.95


def test_the_joint_knows_in_which_direction_labels_are_wrong():
    labels, p, _ = noisy(0.2, np.random.default_rng(1))
    joint = joint_of(labels, p)
    assert joint.sum() == pytest.approx(1)
    assert joint.sum(axis=1) == pytest.approx(np.bincount(labels) / len(labels))
    assert joint[1, 0] > 3 * joint[0, 1]


def test_no_label_is_suspected_where_the_model_agrees_with_all():
    labels = np.array([0, 1] * 50)
    p = np.where(np.eye(2)[labels] == 1, 0.8, 0.2)
    found = find(labels, p)
    assert len(found.suspects) == 0
    assert found.noise == pytest.approx(0)


def test_a_model_that_is_unsure_of_a_class_throughout_does_not_make_it_suspicious():
    p1 = np.concatenate([np.full(50, 0.1), np.full(50, 0.4)])
    labels = np.repeat([0, 1], 50)
    assert len(find(labels, np.column_stack([1 - p1, p1])).suspects) == 0


def test_a_label_that_the_model_gives_as_well_is_no_suspect_however_rare_the_other_class_is():
    rng = np.random.default_rng(3)
    late = np.clip(rng.beta(1, 5, 2_000), 0.01, 0.9)
    labels = (rng.random(2_000) < late).astype(np.int64)
    p = np.column_stack([1 - late, late])
    found = find(labels, p)
    assert len(found.suspects) > 100
    assert (p[found.suspects, found.better] > p[found.suspects, labels[found.suspects]]).all()


def test_a_class_keeps_at_least_one_row_and_one_that_is_absent_does_no_harm():
    labels = np.array([0, 0, 0, 1])
    p = np.tile([0.9, 0.05, 0.05], (4, 1))
    assert np.isin(1, np.delete(labels, find(labels, p).suspects))
    assert thresholds(labels, p)[2] == 1


@pytest.mark.parametrize("labels", [[0, 1, 2], [0, -1], [0, 3]])
def test_labels_that_do_not_fit_the_probabilities_are_refused(labels):
    with pytest.raises(ValueError, match="are not classes 0 to 2"):
        find(np.array(labels), np.full((2, 3), 1 / 3))
