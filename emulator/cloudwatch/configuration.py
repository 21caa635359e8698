"""What PutMetricAlarm and PutCompositeAlarm make of their parameters, and what they refuse."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from emulator.cloudwatch import rules
from emulator.cloudwatch.alarms import COMPARISONS, Alarm, metric_of, queries_of, returned
from emulator.cloudwatch.errors import conflicting, invalid_request
from emulator.cloudwatch.evaluation import Missing, State
from emulator.cloudwatch.math import Calculator, TimeSeries
from emulator.cloudwatch.math.calculator import check as check_expression
from emulator.cloudwatch.metrics import dimensions_of, to_list
from emulator.cloudwatch.statistics import SIMPLE, check_statistic
from emulator.errors import NotImplementedByName

DAY_S = 86_400
WEEK_S = 7 * DAY_S
MOST_ACTIONS = 5
REFUSED = {
    "ThresholdMetricId": "compare with a Threshold: there is no anomaly detection here",
    "EvaluationCriteria": "alarm on metrics (MetricName or Metrics): there is no PromQL here",
    "EvaluationInterval": "alarm on metrics (MetricName or Metrics): there is no PromQL here",
    "WarmUpConfiguration": "disable the alarm's actions while what it watches warms up",
    "ActionsSuppressor": "say AND NOT ALARM(suppressor) in the AlarmRule",
}
ACTIONS = ("OKActions", "AlarmActions", "InsufficientDataActions")
_SINGLE = ("MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic")
_ID = re.compile(r"[a-z][a-zA-Z0-9_]{0,254}$")


def metric_alarm(given: Mapping[str, Any], *, arn: str, now: datetime, before: Alarm | None) -> Alarm:
    """The alarm that PutMetricAlarm makes; one that exists keeps its state. Raises what AWS refuses."""
    _refuse(given)
    if "WallClockWindow" in given.get("EvaluationWindow", {}):
        raise NotImplementedByName("EvaluationWindow WallClockWindow", "use the sliding window")
    (_check_math if given.get("Metrics") else _check_single)(given)
    _check_comparison(given)
    defaults = {"TreatMissingData": "missing"}
    if not given.get("Metrics"):
        defaults["Dimensions"] = to_list(dimensions_of(given.get("Dimensions") or ()))  # type: ignore[assignment]
    fields = {name: value for name, value in given.items() if name not in ("Dimensions", "Metrics") or value}
    return _alarm({**defaults, **fields, **_sorted(given)}, arn, now, before)


def composite_alarm(given: Mapping[str, Any], *, arn: str, now: datetime, before: Alarm | None) -> Alarm:
    """The alarm that PutCompositeAlarm makes. Raises what AWS refuses."""
    _refuse(given)
    rules.parse(given["AlarmRule"])
    return _alarm(given, arn, now, before)


def _sorted(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"Dimensions": to_list(dimensions_of(given["Dimensions"]))} if given.get("Dimensions") else {}


def _alarm(given: Mapping[str, Any], arn: str, now: datetime, before: Alarm | None) -> Alarm:
    _check_actions(given)
    moment = now.timestamp()
    initial = {
        "StateValue": State.INSUFFICIENT_DATA.value,
        "StateReason": "Unchecked: Initial alarm creation",
        "StateUpdatedTimestamp": moment,
        "StateTransitionedTimestamp": moment,
    }
    kept = {name: value for name, value in (before or initial).items() if name.startswith("State")}
    empty: dict[str, Any] = {name: [] for name in ACTIONS}
    fields = {name: value for name, value in given.items() if name != "Tags"}
    return {
        "ActionsEnabled": True,
        **empty,
        **fields,
        **kept,
        "AlarmConfigurationUpdatedTimestamp": moment,
        "AlarmArn": arn,
    }


def _refuse(given: Mapping[str, Any]) -> None:
    for name, remedy in REFUSED.items():
        if given.get(name):
            raise NotImplementedByName(f"An alarm with {name}", remedy)


def _check_actions(given: Mapping[str, Any]) -> None:
    for name in ACTIONS:
        for arn in given.get(name, ()):
            if len(arn.split(":")) < 6 or not arn.startswith("arn:"):
                raise invalid_request(f"Invalid arn syntax: {arn} in {name}")
        if len(given.get(name, ())) > MOST_ACTIONS:
            raise invalid_request(f"{name}: at most {MOST_ACTIONS} actions")


def _check_single(given: Mapping[str, Any]) -> None:
    lacking = [n for n in ("MetricName", "Namespace", "Period", "Threshold") if given.get(n) is None]
    if lacking:
        raise invalid_request(f"An alarm on a metric needs {', '.join(lacking)}")
    simple, extended = given.get("Statistic"), given.get("ExtendedStatistic")
    if bool(simple) == bool(extended):
        raise conflicting("Exactly one of Statistic and ExtendedStatistic is expected")
    if simple and simple not in SIMPLE:
        raise invalid_request(f"Statistic {simple!r}: expected one of {', '.join(SIMPLE)}, or an ExtendedStatistic")
    check_statistic(str(simple or extended))
    low = given.get("EvaluateLowSampleCountPercentile")
    if low and (low not in ("evaluate", "ignore") or not re.match(r"p\d", extended or "")):
        raise invalid_request("EvaluateLowSampleCountPercentile: evaluate or ignore, of a percentile")
    _check_periods(given, given["Period"])


def _check_math(given: Mapping[str, Any]) -> None:
    for name in _SINGLE:
        if given.get(name):
            raise conflicting(f"{name} and Metrics exclude one another")
    queries = given["Metrics"]
    check_queries(queries)
    if sum(bool(query.get("ReturnData", True)) for query in queries) != 1:
        raise invalid_request("Exactly one element of Metrics must have ReturnData true")
    stats = queries_of({"Metrics": queries})
    periods = {query.period for query in stats}
    if len(periods) != 1:
        raise invalid_request("All metrics of an alarm must have the same Period")
    if len(stats) > 10:
        raise invalid_request("An alarm can watch at most 10 metrics")
    if given.get("EvaluateLowSampleCountPercentile"):
        raise NotImplementedByName("EvaluateLowSampleCountPercentile with Metrics", "alarm on a single percentile")
    _check_periods(given, periods.pop())
    calculator = Calculator(
        metrics={query.id: TimeSeries(query.period, {}, query.id, is_metric=True) for query in stats},
        expressions={query["Id"]: query["Expression"] for query in queries if "Expression" in query},
        times=(),
    )
    if len(calculator.series(returned(queries)["Id"])) != 1:
        raise invalid_request("The expression of an alarm must give a single time series")


def check_queries(queries: Sequence[Mapping[str, Any]]) -> None:
    """Raise what AWS refuses of MetricDataQueries, of an alarm or of GetMetricData."""
    ids = [query["Id"] for query in queries]
    if len(set(ids)) < len(ids):
        raise invalid_request("The Ids of the queries must differ")
    for query in queries:
        if not _ID.match(query["Id"]):
            raise invalid_request(f"Id {query['Id']!r}: letters, digits and _, beginning with a small letter")
        if ("Expression" in query) == ("MetricStat" in query):
            raise invalid_request(f"Query {query['Id']}: exactly one of Expression and MetricStat is expected")
        if "Expression" in query:
            check_expression(query["Expression"], ids)
        else:
            metric_of(query["MetricStat"]["Metric"])
            check_statistic(query["MetricStat"]["Stat"])


def _check_comparison(given: Mapping[str, Any]) -> None:
    for name in ("ComparisonOperator", "EvaluationPeriods", "Threshold"):
        if given.get(name) is None:
            raise invalid_request(f"An alarm on metrics needs {name}")
    if given["ComparisonOperator"] not in COMPARISONS:
        raise NotImplementedByName(f"ComparisonOperator {given['ComparisonOperator']}", f"use {', '.join(COMPARISONS)}")
    if given.get("TreatMissingData", "missing") not in set(Missing):
        raise invalid_request(f"TreatMissingData: expected one of {', '.join(Missing)}")
    if not 1 <= given.get("DatapointsToAlarm", 1) <= given["EvaluationPeriods"]:
        raise invalid_request("DatapointsToAlarm: expected 1 to EvaluationPeriods")


def _check_periods(given: Mapping[str, Any], period: int) -> None:
    periods = given.get("EvaluationPeriods") or 1
    if period not in (10, 20, 30) and (period % 60 or period < 60):
        raise invalid_request(f"Period {period}: expected 10, 20, 30 or a multiple of 60 seconds")
    if period * periods > (WEEK_S if period >= 3600 else DAY_S):
        raise invalid_request(
            f"Period * EvaluationPeriods = {period * periods} s: at most a day, or a week from periods of 1 h"
        )
