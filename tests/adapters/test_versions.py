"""Versions of a function: the way back to the release before."""

from __future__ import annotations

from typing import Any

import pytest

from cumulet.adapters.versions import Versions
from cumulet.contracts.errors import NotFoundError


class Functions:
    """A Lambda whose versions carry packages; version 1 is the first deployment and carries none."""

    def __init__(self, live: str, packages: dict[str, str]) -> None:
        self.live, self.packages = live, packages

    def get_alias(self, **_: Any) -> dict[str, str]:
        return {"FunctionVersion": self.live}

    def get_paginator(self, _: str) -> Functions:
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        versions = {"$LATEST": "model/9", **self.packages}
        return [
            {"Versions": [{"Version": v, "Environment": {"Variables": {"CUMULET_MODEL_PACKAGE": p}}}]}
            for v, p in versions.items()
        ]

    def update_alias(self, **request: Any) -> None:
        self.live = request["FunctionVersion"]


def test_rolling_back_goes_to_the_newest_release_before_the_live_one():
    functions = Functions("10", {"1": "", "2": "model/1", "9": "model/2", "10": "model/3"})
    assert Versions("predict", functions=functions).roll_back() == ("model/3", "model/2")
    assert functions.live == "9"


def test_rolling_back_twice_goes_back_twice():
    functions = Functions("10", {"1": "", "2": "model/1", "9": "model/2", "10": "model/3"})
    versions = Versions("predict", functions=functions)
    versions.roll_back()
    assert versions.roll_back() == ("model/2", "model/1")


@pytest.mark.parametrize("live", ["1", "2"])
def test_without_an_earlier_release_nothing_moves(live):
    functions = Functions(live, {"1": "", "2": "model/1"})
    with pytest.raises(NotFoundError, match="no release before it"):
        Versions("predict", functions=functions).roll_back()
    assert functions.live == live
