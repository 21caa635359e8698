from __future__ import annotations

from typing import Any

import pytest

from emulator.functions import metrics
from emulator.functions.answer import Throttled
from emulator.functions.target import Reference, Target
from tests.emulator.functions.deployed import ACCOUNT, REGION, Deployed

SOURCE = "def handler(event, context):\n    if event: raise ValueError(event)"


def put(deployed: Deployed) -> dict[tuple[str, tuple[tuple[str, str], ...]], list[tuple[float, float]]]:
    """Values and counts by name and dimensions."""
    deployed.delivered()
    found: dict[Any, list[tuple[float, float]]] = {}
    for datum in deployed.cloud.metrics:
        dimensions = tuple((d["Name"], d["Value"]) for d in datum["Dimensions"])
        pairs = zip(datum["Values"], datum["Counts"], strict=True)
        found.setdefault((datum["MetricName"], dimensions), []).extend(pairs)
    return found


def total(pairs: list[tuple[float, float]]) -> float:
    return sum(value * count for value, count in pairs)


def test_a_call_counts_for_all_functions_for_its_own_and_for_what_was_named(deployed: Deployed) -> None:
    deployed.deploy(SOURCE, qualifier="live", alias="live", version="3")
    deployed.call({}, qualifier="live")
    deployed.call({"x": 1}, qualifier="live")
    found = put(deployed)
    function, resource = ("FunctionName", "f"), ("Resource", "f:live")
    for dimensions in ((), (function,), (function, resource), (("ExecutedVersion", "3"), function, resource)):
        assert total(found["Invocations", dimensions]) == 2
        assert total(found["Errors", dimensions]) == 1
        assert total(found["Throttles", dimensions]) == 0
        assert total(found["Duration", dimensions]) > 0
        assert max(value for value, _ in found["ConcurrentExecutions", dimensions]) == 1
    assert len({dimensions for _, dimensions in found}) == 4


def test_an_unqualified_call_has_no_resource_and_a_version_no_executed_version(deployed: Deployed) -> None:
    deployed.deploy(SOURCE)
    deployed.deploy(SOURCE, version="3", qualifier="3")
    deployed.call({})
    assert {dimensions for _, dimensions in put(deployed)} == {(), (("FunctionName", "f"),)}
    deployed.call({}, qualifier="3")
    assert (("FunctionName", "f"), ("Resource", "f:3")) in {dimensions for _, dimensions in put(deployed)}
    assert all(len(dimensions) < 3 for _, dimensions in put(deployed))


def test_a_throttled_call_is_a_throttle_and_no_invocation(deployed: Deployed) -> None:
    deployed.deploy(SOURCE, reserved=0)
    with pytest.raises(Throttled):
        deployed.call({})
    found = put(deployed)
    assert total(found["Throttles", (("FunctionName", "f"),)]) == 1
    assert "Invocations" not in {name for name, _ in found}


def test_a_thousand_calls_are_a_handful_of_data(deployed: Deployed) -> None:
    deployed.deploy(SOURCE)
    target: Target = deployed.find(Reference(ACCOUNT, REGION, "f"))
    calls = [metrics.invoked(target, failed=False, duration_ms=n / 10, concurrent=1) for n in range(1_000)]
    data = metrics.data(calls)
    assert len(data) == 2 * (4 + 7)  # Duration has 150 values a datum
    assert all(len(datum["Values"]) <= 150 for datum in data)
    assert {datum["Unit"] for datum in data if datum["MetricName"] == "Duration"} == {"Milliseconds"}
