"""What AWS documents of metric alarms, written the slow and obvious way, for comparison.

Source: "Alarm evaluation" and "Configuring how CloudWatch alarms treat missing data" in the CloudWatch user guide.
"""

from __future__ import annotations

import math
from typing import Any

KEEP = "keep"


def value(values: list[float], statistic: str) -> float | None:
    """The statistic of one period's values."""
    if not values:
        return None
    if statistic.startswith("p"):
        rank = math.ceil(round(float(statistic[1:]) / 100 * len(values), 9))
        return sorted(values)[max(rank, 1) - 1]
    simple = {"Sum": sum(values), "Minimum": min(values), "Maximum": max(values), "SampleCount": float(len(values))}
    return sum(values) / len(values) if statistic == "Average" else simple[statistic]


def breaching(point: float, operator: str, threshold: float) -> bool:
    if operator == "GreaterThanThreshold":
        return point > threshold
    if operator == "GreaterThanOrEqualToThreshold":
        return point >= threshold
    if operator == "LessThanThreshold":
        return point < threshold
    assert operator == "LessThanOrEqualToThreshold"
    return point <= threshold


def state(alarm: dict[str, Any], series: list[tuple[int, float]], end: int) -> str:
    """The state after an evaluation whose window ends at `end`, or KEEP."""
    n, m = alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]
    statistic = alarm.get("Statistic") or alarm["ExtendedStatistic"]
    marks: list[bool | None] = []  # newest first
    counts: list[int] = []
    for age in range(n + 2):
        until = end - age * alarm["Period"]
        values = [v for at, v in series if until - alarm["Period"] <= at < until]
        found = value(values, statistic)
        marks.append(None if found is None else breaching(found, alarm["ComparisonOperator"], alarm["Threshold"]))
        counts.append(len(values))
    real = [mark for mark in marks if mark is not None][:n]
    if alarm.get("EvaluateLowSampleCountPercentile") == "ignore" and real:
        share = float(alarm["ExtendedStatistic"][1:])
        rare = 100 - share if share >= 50 else share
        if rare and sum([count for count in counts if count][:n]) < round(1000 / rare, 6):
            return KEEP
    return _filled(marks, real, n, m, alarm["TreatMissingData"])


def _filled(marks: list[bool | None], real: list[bool], n: int, m: int, missing: str) -> str:
    lacking = n - len(real)
    if missing == "breaching":
        return "ALARM" if real.count(True) + lacking >= m else "OK"
    if missing == "notBreaching" or lacking == 0:
        return "ALARM" if real.count(True) >= m else "OK"
    if not real:
        return "INSUFFICIENT_DATA" if missing == "missing" else KEEP
    if real.count(True) >= m:
        return "ALARM"
    if False in real:
        return "OK"
    # what there is breaches, and is too little
    if missing == "ignore":
        return KEEP
    return "ALARM" if True in marks[m - 1 : n] else "OK"
