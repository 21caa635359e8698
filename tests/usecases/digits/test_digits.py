from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest

from cumulet.contracts.settings import UseCaseSettings
from cumulet.core import drift
from cumulet.core.schema import Columns, select
from cumulet.core.sketches import InputSketch
from usecases.digits import USE_CASE, source
from usecases.digits.example import seven
from usecases.digits.transform import height, ink, transform, width

SEVEN = seven()
SETTINGS = UseCaseSettings.load(Path(__file__).parents[3] / "usecases" / "digits" / "usecase.toml")


@pytest.fixture(scope="module")
def columns() -> Columns:
    images = source.pictures(source.WHEEL.read(source.FILE)[0])["image"].to_pylist()
    return {"image": np.array(images, object)}


def picture(grey: np.ndarray) -> str:
    return base64.b64encode(grey.astype(np.uint8).tobytes()).decode()


def test_the_example_is_a_valid_request():
    assert USE_CASE.schema.check(USE_CASE.example) == ()


@pytest.mark.parametrize(
    "image", [None, "", 7, SEVEN[:-1], SEVEN + "AAAA", SEVEN.replace("A", "!", 1), SEVEN[:-3] + "A=="], ids=range(7)
)
def test_what_is_no_picture_of_28_by_28_is_refused(image):
    wrong = USE_CASE.schema.check({**USE_CASE.example, "image": image})
    valid = image == SEVEN[:-3] + "A=="  # as many characters, other bits: a picture all the same
    assert [problem.field for problem in wrong] == ([] if valid else ["image"])


def test_a_picture_is_read_row_by_row_from_paper_0_to_ink_1():
    grey = np.zeros((28, 28))
    grey[2, 5], grey[3, 5] = 255, 51
    matrix = transform({"image": np.array([picture(grey)], object)}, {})
    assert matrix.dtype == np.float32
    assert matrix[0, 2 * 28 + 5] == 1
    assert matrix[0, 3 * 28 + 5] == np.float32(0.2)
    assert matrix.sum() == np.float32(1.2)
    assert USE_CASE.feature_names[2 * 28 + 5] == "pixel_2_5"


def test_no_pictures_give_an_empty_matrix():
    assert transform({"image": np.array([], object)}, {}).shape == (0, 784)
    assert ink({"image": np.array([], object)}).shape == width({"image": np.array([], object)}).shape == (0,)


def test_ink_width_and_height_are_those_of_a_bar():
    grey = np.zeros((28, 28))
    grey[4:24, 10:13] = 255
    bar = {"image": np.array([picture(grey)], object)}
    assert ink(bar)[0] == pytest.approx(60 / 784)
    assert (width(bar)[0], height(bar)[0]) == (3, 20)


def test_the_label_is_the_digit():
    assert USE_CASE.label.of({"status": np.array(["7", "0"], object)}).tolist() == [7, 0]


def test_inverted_pictures_are_found_by_their_ink_and_other_days_are_not(columns):
    """A network reads inverted pictures wrongly and is sure of it: only what goes in tells."""
    before, after = select(columns, slice(0, 3_000)), select(columns, slice(3_000, 3_280))
    whole = USE_CASE.watch(before)
    reference = InputSketch.learn({name: whole[name] for name in USE_CASE.watched})

    def moved(some: Columns) -> float:
        found = drift.of_inputs(reference, reference.count(USE_CASE.watch(some)))
        return max(each.psi for each in found.values())

    inverted = [picture(255 - np.frombuffer(base64.b64decode(image), np.uint8)) for image in after["image"]]
    assert moved(after) < 0.25
    assert moved({"image": np.array(inverted, object)}) > 3


def test_the_settings_agree_with_the_use_case():
    assert (SETTINGS.name, SETTINGS.title) == (USE_CASE.name, USE_CASE.title)
    assert (SETTINGS.cut_off_hour, SETTINGS.time_zone) == (USE_CASE.cut_off.hour, USE_CASE.cut_off.time_zone)
