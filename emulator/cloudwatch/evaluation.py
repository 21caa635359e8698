"""When an alarm changes state: AWS's published rules as one pure function.

Source: "Configuring how CloudWatch alarms treat missing data" in the Amazon CloudWatch user guide, whose tables are
the tests of this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class State(StrEnum):
    """The states of an alarm."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class Missing(StrEnum):
    """What an alarm makes of periods without data."""

    MISSING = "missing"
    IGNORE = "ignore"
    BREACHING = "breaching"
    NOT_BREACHING = "notBreaching"


def to_fill(points: Sequence[bool | None], evaluation_periods: int) -> int:
    """How many of the evaluated points are lacking and are filled with what missing data count as."""
    return max(0, evaluation_periods - sum(point is not None for point in points))


def evaluate(
    points: Sequence[bool | None], *, evaluation_periods: int, datapoints_to_alarm: int, missing: Missing
) -> State | None:
    """The state after an evaluation, or None when the alarm keeps the one it has.

    `points` is the evaluation range, oldest first: True breaches, False is fine, None is missing. Real points are
    used first, the newest `evaluation_periods` of them; only what is then lacking is filled.

    >>> evaluate([None, None, True, None, None], evaluation_periods=3, datapoints_to_alarm=3, missing=Missing.MISSING)
    <State.ALARM: 'ALARM'>
    """
    real = [point for point in points if point is not None][-evaluation_periods:]
    breaching = sum(real)
    if len(real) < evaluation_periods:
        lacking = evaluation_periods - len(real)
        if missing is Missing.BREACHING:
            breaching += lacking
        elif missing in (Missing.MISSING, Missing.IGNORE) and breaching < datapoints_to_alarm and all(real):
            return _undecided(points, evaluation_periods, datapoints_to_alarm, missing)
    return State.ALARM if breaching >= datapoints_to_alarm else State.OK


def _undecided(
    points: Sequence[bool | None], evaluation_periods: int, datapoints_to_alarm: int, missing: Missing
) -> State | None:
    """Every real point breaches, but they are too few (or none)."""
    if missing is Missing.IGNORE:
        return None
    if all(point is None for point in points):
        return State.INSUFFICIENT_DATA
    ages = [age for age, point in enumerate(reversed(points[-evaluation_periods:]), start=1) if point]
    return State.ALARM if ages and max(ages) >= datapoints_to_alarm else State.OK
