from __future__ import annotations

import random
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.cloudwatch.alarms import COMPARISONS, judge, points
from emulator.cloudwatch.statistics import Sample
from tests.emulator.cloudwatch import reference

END = 1_364_800_020  # a minute, and on no longer grid


class Samples:
    """Stands for the recent samples of one metric."""

    def __init__(self, series: list[tuple[int, float]]) -> None:
        self.series = sorted(series)

    def of(self, metric: Any, start: int, end: int) -> list[tuple[int, str, Sample]]:
        return [(at, "None", Sample(1, v, v, v, ((v, 1.0),))) for at, v in self.series if start <= at < end]


def drawn(seed: int) -> tuple[dict[str, Any], list[tuple[int, float]]]:
    """An alarm and its metric's data."""
    rng = random.Random(seed)
    periods, period = rng.randint(1, 6), rng.choice([10, 30, 60, 300, 86_400])
    statistic = rng.choice(["Sum", "Average", "Minimum", "Maximum", "SampleCount", "p50", "p90", "p10"])
    alarm = {
        "Namespace": "Mine",
        "MetricName": "m",
        "Period": period,
        "EvaluationPeriods": periods,
        "DatapointsToAlarm": rng.randint(1, periods),
        "Threshold": rng.choice([1.0, 2.0, 5.0]),
        "ComparisonOperator": rng.choice(sorted(COMPARISONS)),
        "TreatMissingData": rng.choice(["missing", "ignore", "breaching", "notBreaching"]),
        ("ExtendedStatistic" if statistic.startswith("p") else "Statistic"): statistic,
    }
    if statistic.startswith("p") and rng.random() < 0.5:
        alarm["EvaluateLowSampleCountPercentile"] = "ignore"
    length = period * (periods + 4)
    many = rng.choice([0, 1, 2, 4, 10, 40])
    offsets = [rng.choice([rng.randrange(length), rng.randrange(periods + 4) * period]) for _ in range(many)]
    return alarm, [(END + period - offset, float(rng.randint(0, 6))) for offset in offsets]


@settings(max_examples=10_000, deadline=None, derandomize=True)
@given(st.integers(0, 2**32))
def test_an_alarm_is_judged_as_documented(seed: int) -> None:
    alarm, series = drawn(seed)
    found, _ = judge(alarm, points(alarm, Samples(series), END))  # type: ignore[arg-type]
    assert (found.value if found else reference.KEEP) == reference.state(alarm, series, END)


def test_the_random_alarms_come_to_every_outcome() -> None:
    seen = Counter(reference.state(*drawn(seed), END) for seed in range(2000))
    assert set(seen) == {"OK", "ALARM", "INSUFFICIENT_DATA", reference.KEEP}
    assert min(seen.values()) > 20
