from __future__ import annotations

import numpy as np
import pytest

from cumulet.core.augmentation import Augmentation, bilinear

IMAGES = np.random.default_rng(0).random((6, 28, 28))
DOT = np.zeros((1, 28, 28))
DOT[0, 10, 20] = 1.0


def test_nothing_asked_for_leaves_every_image_as_it_is():
    assert Augmentation().apply(IMAGES, 1) == pytest.approx(IMAGES, abs=1e-12)


def test_equal_seeds_give_equal_bytes_and_others_do_not():
    augmentation = Augmentation(shift=2, rotate=10, scale=0.1, elastic=1, noise=0.05)
    first = augmentation.apply(IMAGES, 1)
    assert first.tobytes() == augmentation.apply(IMAGES, 1).tobytes()
    assert np.abs(first - augmentation.apply(IMAGES, 2)).max() > 0.1


def test_interpolation_is_a_mean_of_neighbours_and_0_outside():
    image = np.array([[[1.0, 3.0], [5.0, 7.0]]])
    places = np.array([[[0.5, 0.0, -0.5, 9.0]]]), np.array([[[0.5, 0.5, 0.0, 9.0]]])
    assert bilinear(image, *places)[0, 0] == pytest.approx([4.0, 2.0, 0.5, 0.0])


def test_a_shift_moves_no_further_than_asked_and_keeps_the_ink():
    many = np.repeat(DOT, 200, axis=0)
    moved = Augmentation(shift=3).apply(many, 0)
    ink = moved.sum(axis=(1, 2))
    rows = (moved.sum(axis=2) * np.arange(28)).sum(axis=1) / ink
    columns = (moved.sum(axis=1) * np.arange(28)).sum(axis=1) / ink
    assert ink == pytest.approx(1)
    assert 2.5 < np.abs(rows - 10).max() <= 3
    assert 2.5 < np.abs(columns - 20).max() <= 3


def test_a_turn_keeps_the_distance_from_the_middle():
    moved = Augmentation(rotate=30).apply(np.repeat(DOT, 100, axis=0), 0)
    ink = moved.sum(axis=(1, 2))
    row = (moved.sum(axis=2) * np.arange(28)).sum(axis=1) / ink - 13.5
    column = (moved.sum(axis=1) * np.arange(28)).sum(axis=1) / ink - 13.5
    assert np.hypot(row, column) == pytest.approx(np.hypot(3.5, 6.5), abs=0.3)
    turned = np.degrees(np.arctan2(row, column) - np.arctan2(-3.5, 6.5))
    assert 25 < np.abs(turned).max() < 31


def test_flips_mirror_about_half_of_the_images():
    flipped = Augmentation(flip=True).apply(np.repeat(DOT, 400, axis=0), 0)
    mirrored = flipped[:, 10, 7] == 1
    assert mirrored.mean() == pytest.approx(0.5, abs=0.08)
    assert (flipped[~mirrored] == DOT[0]).all()


def test_elastic_pulls_pixels_differently_but_not_far():
    moved = Augmentation(elastic=1.5).apply(np.repeat(DOT, 50, axis=0), 0)
    ink = moved.sum(axis=(1, 2))
    rows = (moved.sum(axis=2) * np.arange(28)).sum(axis=1) / np.maximum(ink, 1e-9)
    assert np.ptp(rows[ink > 0.2]) > 1
    assert np.abs(rows[ink > 0.2] - 10).max() < 3


def test_copies_come_after_the_images_with_their_labels():
    images, labels = Augmentation(noise=0.1).copies(IMAGES, np.arange(6), 2, seed=3)
    assert images.shape == (18, 28, 28)
    assert (images[:6] == IMAGES).all()
    assert labels.tolist() == list(range(6)) * 3
    assert np.std(images[6:12] - IMAGES) == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize("wrong", [{"shift": -1}, {"rotate": float("nan")}, {"scale": 1.0}])
def test_an_augmentation_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Augmentation(**wrong)
