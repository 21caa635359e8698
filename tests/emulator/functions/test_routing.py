from __future__ import annotations

import pytest

from emulator.functions.routing import Routing

ALIAS = "arn:aws:lambda:us-east-1:000000000000:function:f:live"


def test_ten_thousand_calls_at_a_tenth_are_within_the_binomial_interval() -> None:
    routing = Routing()
    second = sum(routing.choose(ALIAS, "1", {"2": 0.1}) == "2" for _ in range(10_000))
    assert abs(second - 1_000) < 2.58 * (10_000 * 0.1 * 0.9) ** 0.5  # 99 %


@pytest.mark.parametrize(("weight", "version"), [(0.0, "1"), (1.0, "2")])
def test_weights_of_nothing_and_of_everything_are_certain(weight: float, version: str) -> None:
    routing = Routing()
    assert {routing.choose(ALIAS, "1", {"2": weight}) for _ in range(1_000)} == {version}


def test_the_draws_are_the_same_in_every_run_and_differ_between_aliases() -> None:
    def draws(alias: str) -> list[str]:
        routing = Routing()
        return [routing.choose(alias, "1", {"2": 0.5}) for _ in range(50)]

    assert draws(ALIAS) == draws(ALIAS)
    assert draws(ALIAS) != draws(ALIAS + "2")


def test_an_alias_without_weights_draws_nothing() -> None:
    assert Routing().choose(ALIAS, "1", {}) == "1"
