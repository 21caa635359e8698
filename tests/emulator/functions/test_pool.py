from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from emulator.functions.answer import Throttled
from tests.emulator.functions.deployed import Deployed
from tests.emulator.running import eventually, is_running

SLOW = "import os, time\ndef handler(event, context):\n    time.sleep(event)\n    return os.getpid()"


def under_way(deployed: Deployed, count: int) -> None:
    """Wait until that many calls are under way."""
    eventually(lambda: sum(deployed.engine._pools._calls.values()) == count)


def together(deployed: Deployed, count: int, seconds: float) -> list[Any]:
    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(lambda _: deployed.answer(seconds), range(count)))


def test_calls_at_the_same_time_have_environments_of_their_own_that_are_used_again(deployed: Deployed) -> None:
    deployed.deploy(SLOW)
    first, second = together(deployed, 4, 0.5), together(deployed, 4, 0.5)
    assert len(set(first)) == 4
    assert set(second) == set(first)
    assert {deployed.answer(0) for _ in range(5)} <= set(first)


def test_reserved_concurrency_throttles_the_function_and_no_other(deployed: Deployed) -> None:
    deployed.deploy(SLOW, reserved=1)
    deployed.deploy(SLOW, name="other")
    with ThreadPoolExecutor() as threads:
        running = threads.submit(deployed.answer, 3)
        under_way(deployed, 1)
        with pytest.raises(Throttled) as refused:
            deployed.call(0)
        assert deployed.answer(0, "other")
        assert running.result()
    assert (refused.value.status, refused.value.code) == (429, "TooManyRequestsException")
    assert refused.value.reason == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert deployed.answer(0)


def test_no_concurrency_at_all_stops_a_function(deployed: Deployed) -> None:
    deployed.deploy(SLOW, reserved=0)
    with pytest.raises(Throttled):
        deployed.call(0)


def test_environments_are_bounded_and_the_one_idle_longest_makes_room(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emulator.functions.pool.MOST", 2)
    for name in ("a", "b", "c"):
        deployed.deploy(SLOW, name=name)
    a, b = deployed.answer(0, "a"), deployed.answer(0, "b")
    c = deployed.answer(0, "c")
    eventually(lambda: not is_running(a))
    assert is_running(b)
    with ThreadPoolExecutor() as threads:
        running = [threads.submit(deployed.answer, 3, name) for name in ("b", "c")]
        under_way(deployed, 2)
        with pytest.raises(Throttled) as refused:
            deployed.call(0, "a")
        assert [r.result() for r in running] == [b, c]
    assert refused.value.reason == "ConcurrentInvocationLimitExceeded"


def test_an_environment_that_is_idle_for_long_ends(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed.deploy(SLOW)
    pid = deployed.answer(0)
    monkeypatch.setattr("emulator.functions.pool.IDLE_S", 0)
    deployed.engine._soon(deployed.engine._pools.sweep)
    eventually(lambda: not is_running(pid))
    assert deployed.answer(0) != pid


def test_new_code_and_new_settings_get_new_environments(deployed: Deployed) -> None:
    deployed.deploy(SLOW)
    pid = deployed.answer(0)
    deployed.deploy(SLOW, variables=(("A", "1"),))
    assert deployed.answer(0) != pid


def test_a_retired_environment_answers_its_call_and_ends(deployed: Deployed) -> None:
    deployed.deploy(SLOW)
    with ThreadPoolExecutor() as threads:
        running = threads.submit(deployed.answer, 1)
        under_way(deployed, 1)
        deployed.engine.retire("arn:aws:lambda:us-east-1:000000000000:function:f")
        pid = running.result()
    eventually(lambda: not is_running(pid))


def test_a_call_that_waits_is_served_by_whichever_environment_is_ready_first(deployed: Deployed) -> None:
    deployed.deploy("import os, time\ntime.sleep(1)\ndef handler(event, context): return os.getpid()")
    first = deployed.answer()
    with ThreadPoolExecutor(2) as threads:
        assert first in set(threads.map(lambda _: deployed.answer(), range(2)))
