"""Why an alarm changed state, in AWS's words and in its machine-readable form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from emulator.cloudwatch.alarms import Alarm, Point, breaches, period_of, statistic_of
from emulator.cloudwatch.evaluation import State

_WORDS = {
    "GreaterThanThreshold": "greater than",
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}
_TREATMENTS = {
    "breaching": "Breaching",
    "notBreaching": "NonBreaching",
    "ignore": "Ignore",
    "missing": "Missing",
}


def stamp(epoch: float) -> str:
    """A time as CloudWatch's events write it, e.g. 2013-04-01T07:00:00.000+0000."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def reason(alarm: Alarm, state: State, points: Sequence[Point], filled: int) -> str:
    """One sentence, e.g. Threshold Crossed: 3 out of the last 3 datapoints [...] were greater than the threshold ..."""
    periods = alarm["EvaluationPeriods"]
    if state is State.INSUFFICIENT_DATA:
        return f"Insufficient Data: {filled} datapoint{'s were' if filled != 1 else ' was'} unknown."
    real = [point for point in points if point.value is not None][-periods:]
    wanted = state is State.ALARM
    counted = [point for point in real if breaches(alarm, point) is wanted]
    if not counted:
        unit, were = ("period", "datapoint was") if filled == 1 else ("periods", "datapoints were")
        return (
            f"Threshold Crossed: no datapoints were received for {filled} {unit}"
            f" and {filled} missing {were} treated as [{_TREATMENTS[alarm['TreatMissingData']]}]."
        )
    shown = ", ".join(
        f"{p.value} ({datetime.fromtimestamp(p.start, UTC):%d/%m/%y %H:%M:%S})" for p in reversed(counted)
    )
    verb = "was" if len(counted) == 1 else "were"
    needed = (
        alarm.get("DatapointsToAlarm", periods) if wanted else periods - alarm.get("DatapointsToAlarm", periods) + 1
    )
    transition = "OK -> ALARM" if wanted else "ALARM -> OK"
    return (
        f"Threshold Crossed: {len(counted)} out of the last {periods} datapoints [{shown}] {verb}"
        f" {'' if wanted else 'not '}{_WORDS[alarm['ComparisonOperator']]} the threshold ({alarm['Threshold']})"
        f" (minimum {needed} datapoint{'s' if needed != 1 else ''} for {transition} transition)."
    )


def composite_reason(alarm: Alarm, because: Alarm | None) -> str:
    """Why a composite alarm changed: the alarm that did before it, or its own rule."""
    if because is None:
        return f"The alarm rule was evaluated: {alarm['AlarmRule']}"
    moment = datetime.fromtimestamp(because["StateUpdatedTimestamp"], UTC)
    return f"{because['AlarmArn']} transitioned to {because['StateValue']} at {moment:%A %d %B, %Y %H:%M:%S} UTC"


def reason_data(alarm: Alarm, points: Sequence[Point], now: datetime) -> dict[str, Any]:
    """The points that were looked at, newest first, as `reasonData`."""
    evaluated = [point for point in points if point.value is not None][-alarm["EvaluationPeriods"] :][::-1]
    return {
        "version": "1.0",
        "queryDate": stamp(now.timestamp()),
        **({"startDate": stamp(evaluated[-1].start)} if evaluated else {}),
        **({} if "Metrics" in alarm else {"statistic": statistic_of(alarm)}),
        "period": period_of(alarm),
        "recentDatapoints": [point.value for point in reversed(evaluated)],
        "threshold": alarm["Threshold"],
        "evaluatedDatapoints": [
            {"timestamp": stamp(p.start), "sampleCount": p.count, "value": p.value} for p in evaluated
        ],
    }
