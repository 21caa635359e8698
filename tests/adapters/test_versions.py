"""Versions of a function: the way back to the release before."""

from __future__ import annotations

from typing import Any

import pytest

from cumulet.adapters.versions import Versions
from cumulet.contracts.errors import NotFoundError


class Functions:
    """A Lambda whose versions carry packages; version 1 is the first deployment and carries none."""

    def __init__(self, packages: dict[str, str]) -> None:
        self.alias, self.packages = {"FunctionVersion": "1"}, packages

    def get_alias(self, **_: Any) -> dict[str, str]:
        return self.alias

    def get_paginator(self, _: str) -> Functions:
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        versions = {"$LATEST": "model/9", **self.packages}
        return [
            {"Versions": [{"Version": v, "Environment": {"Variables": {"CUMULET_MODEL_PACKAGE": p}}}]}
            for v, p in versions.items()
        ]

    def update_alias(self, **request: Any) -> None:
        self.alias = {name: request[name] for name in ("FunctionVersion", "Description")}


PACKAGES = {"1": "", "2": "model/1", "3": "model/2", "9": "model/3"}


def promoted(*versions: str) -> Versions:
    found = Versions("predict", functions=Functions(PACKAGES))
    for version in versions:
        found.promote(version)
    return found


def test_rolling_back_goes_to_what_was_live_before_and_not_to_a_version_that_was_only_published():
    versions = promoted("2", "9")
    assert versions.roll_back() == ("model/3", "model/1")
    assert versions.current() == "2"


def test_rolling_back_twice_goes_back_twice_and_no_further():
    versions = promoted("2", "3", "9")
    versions.roll_back()
    assert versions.roll_back() == ("model/2", "model/1")
    with pytest.raises(NotFoundError, match="nothing was live before"):
        versions.roll_back()
    assert versions.current() == "2"


def test_an_older_model_released_again_goes_back_to_the_newer_one_that_it_replaced():
    versions = promoted("2", "3", "2")
    assert versions.roll_back() == ("model/1", "model/2")


def test_a_promotion_repeated_counts_once():
    with pytest.raises(NotFoundError):
        promoted("2", "2").roll_back()


def test_a_long_history_fits_into_the_alias_description():
    versions = promoted(*[str(n) for n in range(2, 10)] * 30)
    assert len(versions._functions.alias["Description"]) <= 256


def test_without_a_release_there_is_nothing_to_go_back_to():
    with pytest.raises(NotFoundError, match="nothing was live before"):
        promoted().roll_back()
