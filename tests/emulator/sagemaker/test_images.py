from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from emulator.sagemaker.errors import JobFailed
from emulator.sagemaker.images import Images

IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.8.0-cpu-py312-ubuntu22.04-sagemaker"


@pytest.fixture
def images(tmp_path: Path) -> Images:
    configured = {
        "*pytorch-training:*": [
            {"python": "/digits/python", "jobs": "digits-fit-*"},
            {"python": "/words/python", "jobs": "words-*", "preload": ["json"]},
        ],
        "mine:*": "/mine/python",
    }
    (tmp_path / "images.json").write_text(json.dumps(configured))
    return Images(tmp_path)


def test_an_image_may_stand_for_another_interpreter_in_some_jobs(images: Images) -> None:
    assert images.runtime(IMAGE, "digits-fit-2024").interpreter == "/digits/python"
    assert images.runtime(IMAGE, "words-fit-2024").preload == ("json",)
    for job in ("", "digits-evaluate-2024", "flights-fit-2024"):
        assert images.runtime(IMAGE, job).interpreter == sys.executable


def test_an_image_of_ones_own_is_a_path(images: Images) -> None:
    assert images.runtime("mine:1").interpreter == "/mine/python"


def test_an_unknown_image_is_refused_with_those_that_are_known(images: Images) -> None:
    with pytest.raises(JobFailed, match=r"java:17.*mine:\*.*python:\*"):
        images.runtime("java:17")
