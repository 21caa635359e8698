from __future__ import annotations

import random
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.cloudwatch.alarms import window_of
from tests.emulator.cloudwatch.fakes import START, Calls, FakeCloud, alarm

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def scenario(seed: int) -> tuple[list[dict[str, Any]], list[tuple[int, dict[str, Any]]], int]:
    """Alarms, data by the second at which they arrive, and how long it all takes."""
    rng = random.Random(seed)
    alarms = []
    for index in range(rng.randint(1, 3)):
        period = rng.choice([10, 30, 60, 120, 300, 3600, 21_600])
        periods = rng.randint(1, 5)
        changed: dict[str, Any] = {
            "Period": period,
            "EvaluationPeriods": periods,
            "DatapointsToAlarm": rng.randint(1, periods),
            "Statistic": rng.choice(["Maximum", "Average", "Sum", "SampleCount", "Minimum"]),
            "TreatMissingData": rng.choice(["missing", "ignore", "breaching", "notBreaching"]),
            "ComparisonOperator": rng.choice(["GreaterThanThreshold", "LessThanThreshold"]),
        }
        if rng.random() < 0.3:
            stat = {"Metric": {"Namespace": "Mine", "MetricName": "m"}, "Period": period, "Stat": "Sum"}
            expression = rng.choice(["FILL(m1, REPEAT)", "m1 * 2", "IF(MINUTE(m1) > 30, 20, 0)", "RATE(m1) + m1"])
            metrics = [
                {"Id": "m1", "MetricStat": stat, "ReturnData": False},
                {"Id": "e1", "Expression": expression},
            ]
            changed |= {"Metrics": metrics} | dict.fromkeys(("Namespace", "MetricName", "Statistic", "Period"))
        alarms.append(alarm(f"a{index}", **changed))
    length = rng.choice([900, 7200, 30_000])
    data = []
    for _ in range(rng.randint(0, 12)):
        at = rng.randrange(length)
        stamp = START + timedelta(seconds=at + rng.choice([0, 0, -30, -600, 400]))
        data.append((at, {"Value": float(rng.choice([0, 5, 11, 30])), "Timestamp": stamp, "StorageResolution": 1}))
    return alarms, sorted(data, key=lambda pair: pair[0]), length


def happens(calls: Calls, at: int, datum: dict[str, Any]) -> None:
    """A client puts the datum, a service does, or somebody sets an alarm by hand."""
    if at % 5 == 0:
        calls.cloud.put_metrics("Mine", [datum])
    elif at % 7 == 0:
        calls.set_alarm_state(AlarmName="a0", StateValue="INSUFFICIENT_DATA", StateReason="test")
    else:
        calls.put_metric_data(Namespace="Mine", MetricData=[datum])


def evaluate(calls: Calls, name: str) -> None:
    """Evaluate an alarm if this is one of its evaluations, whether or not anything can have changed."""
    now = calls.cloud.clock.moment.timestamp()
    window = window_of(calls.service._book.get(name) or {})
    if window.end(now) == now:
        calls.service._evaluator.evaluate(name, window.end(now))


def play(seed: int, *, every_evaluation: bool, cuts: int = 0) -> tuple[list[tuple[str, str, str]], int]:
    alarms, data, length = scenario(seed)
    rng = random.Random(cuts)
    with tempfile.TemporaryDirectory() as folder:
        cloud = FakeCloud(Path(folder))
        calls, clock = Calls(cloud), cloud.clock

        def go(second: int) -> None:
            until = START + timedelta(seconds=second)
            while every_evaluation and clock.moment < until:
                clock.moment += timedelta(seconds=10)
                for given_ in alarms:
                    evaluate(calls, given_["AlarmName"])
            for _ in range(cuts):
                clock.advance(clock.moment + (until - clock.moment) * rng.random())
            clock.advance(until)

        for given_ in alarms:
            calls.put_metric_alarm(**given_)
        for at, datum in data:
            go(at // 10 * 10)
            clock.moment = max(clock.moment, START + timedelta(seconds=at))
            happens(calls, at, {"MetricName": "m", **datum})
            clock.moment = START + timedelta(seconds=at // 10 * 10)
        go(length)
        return cloud.changes(), clock.fired


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.integers(0, 10**9))
def test_skipping_what_cannot_change_is_equal_to_evaluating_every_ten_seconds(seed: int) -> None:
    assert play(seed, every_evaluation=False)[0] == play(seed, every_evaluation=True)[0]


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.integers(0, 10**9), st.integers(1, 5))
def test_the_outcome_is_the_same_however_the_advance_is_cut_into_steps(seed: int, cuts: int) -> None:
    assert play(seed, every_evaluation=False, cuts=cuts)[0] == play(seed, every_evaluation=False)[0]


def test_an_alarm_without_data_is_evaluated_once_and_then_stays_quiet(calls: Calls, cloud: FakeCloud) -> None:
    calls.put_metric_alarm(**alarm(TreatMissingData="notBreaching"))
    cloud.clock.advance(START + 300 * DAY)
    assert cloud.changes() == [("a", "OK", "2013-04-01T07:01:00.000+0000")]
    assert cloud.clock.fired == 1


def test_a_window_slides_by_the_minute(calls: Calls, cloud: FakeCloud) -> None:
    """Two data less than a period apart are summed at some evaluation, whatever the grid of periods."""
    calls.put_metric_alarm(**alarm(Period=300, Statistic="Sum", TreatMissingData="notBreaching"))
    cloud.clock.advance(START + 4 * MINUTE)
    calls.put(6.0)
    cloud.clock.advance(START + 7 * MINUTE)
    calls.put(6.0)
    assert calls.state("a") == "ALARM"


def test_an_alarm_over_more_than_a_day_is_evaluated_on_the_hour(calls: Calls, cloud: FakeCloud) -> None:
    calls.put_metric_alarm(**alarm(Period=86_400, EvaluationPeriods=2, TreatMissingData="breaching"))
    cloud.clock.advance(START + 59 * MINUTE)
    assert cloud.changes() == []
    cloud.clock.advance(START + DAY)
    assert cloud.changes() == [("a", "ALARM", "2013-04-01T08:00:00.000+0000")]


def test_what_was_set_by_hand_lasts_until_the_next_evaluation(calls: Calls, cloud: FakeCloud) -> None:
    calls.put_metric_alarm(**alarm(TreatMissingData="notBreaching"))
    cloud.clock.advance(START + MINUTE)
    calls.set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="test")
    assert calls.state("a") == "ALARM"
    cloud.clock.advance(START + 2 * MINUTE)
    assert calls.state("a") == "OK"


@pytest.mark.parametrize("days", [1, 30])
def test_setting_the_clock_back_evaluates_by_the_new_time(calls: Calls, cloud: FakeCloud, days: int) -> None:
    calls.put_metric_alarm(**alarm(TreatMissingData="breaching"))
    calls.put(1.0)
    cloud.clock.advance(START + 10 * MINUTE)
    assert calls.state("a") == "ALARM"
    cloud.clock.set(START - days * DAY)
    calls.put(1.0)
    assert calls.state("a") == "OK"
    cloud.clock.advance(cloud.clock.moment + 10 * MINUTE)
    assert calls.state("a") == "ALARM"
