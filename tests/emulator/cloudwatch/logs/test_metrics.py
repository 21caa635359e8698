from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest

from emulator.cloudwatch.logs.filters import check
from emulator.errors import ServiceError
from tests.emulator.cloudwatch.fakes import START, Calls, FakeCloud, alarm

AT_MS = int(START.timestamp() * 1000)
DOCUMENT: dict[str, Any] = {
    "_aws": {
        "Timestamp": AT_MS,
        "CloudWatchMetrics": [
            {
                "Namespace": "Mine",
                "Dimensions": [["functionVersion"], []],
                "Metrics": [{"Name": "m", "Unit": "Milliseconds"}, {"Name": "n", "StorageResolution": 1}],
            }
        ],
    },
    "functionVersion": "7",
    "m": 100,
    "n": [1, 2.5, 4],
}


def sums(calls: Calls, name: str, **dimensions: str) -> list[float]:
    found = calls.get_metric_statistics(
        Namespace="Mine",
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=START - timedelta(hours=1),
        EndTime=START + timedelta(hours=1),
        Period=60,
        Statistics=["Sum"],
    )
    return [point["Sum"] for point in found["Datapoints"]]


def test_an_embedded_document_becomes_metrics_of_every_set_of_dimensions(cloud: FakeCloud, calls: Calls) -> None:
    cloud.logs.arrived([(AT_MS, json.dumps(DOCUMENT)), (AT_MS, "no document")], [])
    assert (sums(calls, "m"), sums(calls, "m", functionVersion="7")) == ([100.0], [100.0])
    assert sums(calls, "n", functionVersion="7") == [7.5]
    listed = calls.list_metrics(Namespace="Mine")["Metrics"]
    assert len(listed) == 4


def test_an_embedded_document_counts_at_its_own_time_and_after_lambdas_prefix(cloud: FakeCloud, calls: Calls) -> None:
    early = {**DOCUMENT, "_aws": {**DOCUMENT["_aws"], "Timestamp": AT_MS - 1_800_000}}
    cloud.logs.arrived([(AT_MS, f"2013-04-01T07:00:00Z\tid\tINFO\t{json.dumps(early)}")], [])
    found = calls.get_metric_statistics(
        Namespace="Mine", MetricName="m", Period=60, Statistics=["Sum"],
        StartTime=START - timedelta(minutes=30), EndTime=START - timedelta(minutes=29),
    )["Datapoints"]  # fmt: skip
    assert [point["Sum"] for point in found] == [100.0]


def test_a_document_stamped_by_this_machines_clock_counts_at_the_emulators_time(cloud: FakeCloud, calls: Calls) -> None:
    stamped = {**DOCUMENT, "_aws": {**DOCUMENT["_aws"], "Timestamp": int(time.time() * 1000)}}
    cloud.logs.arrived([(AT_MS, json.dumps(stamped))], [])
    assert sums(calls, "m") == [100.0]


@pytest.mark.parametrize(
    "changed",
    [
        {"m": "many"},
        {"n": []},
        {"functionVersion": 7},
        {"_aws": {"CloudWatchMetrics": DOCUMENT["_aws"]["CloudWatchMetrics"]}},
        {"_aws": {**DOCUMENT["_aws"], "Timestamp": 0}},
        {"_aws": {"Timestamp": AT_MS, "CloudWatchMetrics": [{"Namespace": "Mine"}]}},
    ],
)
def test_a_document_that_breaks_the_specification_puts_nothing(
    cloud: FakeCloud, calls: Calls, changed: dict[str, Any]
) -> None:
    cloud.logs.arrived([(AT_MS, json.dumps({**DOCUMENT, **changed}))], [])
    assert calls.list_metrics(Namespace="Mine")["Metrics"] == []


def filtered(pattern: str, **transformation: Any) -> dict[str, Any]:
    given = {"metricName": "m", "metricNamespace": "Mine", "metricValue": "1", **transformation}
    return {"filterName": "f", "filterPattern": pattern, "metricTransformations": [given]}


LINES = [(AT_MS, '{"level": "ERROR", "ms": 120, "path": "/a"}'), (AT_MS, '{"level": "INFO", "ms": 7, "path": "/b"}')]


@pytest.mark.parametrize(
    ("pattern", "transformation", "expected"),
    [
        ('{ $.level = "ERROR" && $.ms > 100 }', {}, [1.0]),
        ("{ $.ms = * }", {"metricValue": "$.ms"}, [127.0]),
        ("{ $.level = ERROR }", {"metricValue": "$.path"}, []),
        ("FATAL", {}, []),
        ("FATAL", {"defaultValue": 0.0}, [0.0]),
        ("ERROR", {"metricValue": "2.5", "defaultValue": 0.0}, [2.5]),
    ],
)
def test_a_metric_filter_counts_what_fits(
    cloud: FakeCloud, calls: Calls, pattern: str, transformation: dict[str, Any], expected: list[float]
) -> None:
    cloud.logs.arrived(LINES, [filtered(pattern, **transformation)])
    assert sums(calls, "m") == expected


def test_a_metric_filter_takes_its_dimensions_from_the_line(cloud: FakeCloud, calls: Calls) -> None:
    by_path = filtered("{ $.ms = * }", metricValue="$.ms", unit="Milliseconds", dimensions={"Path": "$.path"})
    cloud.logs.arrived([*LINES, (AT_MS, '{"ms": 3}')], [by_path])
    assert (sums(calls, "m", Path="/a"), sums(calls, "m", Path="/b"), sums(calls, "m")) == ([120.0], [7.0], [])


def test_a_log_line_sets_off_an_alarm(cloud: FakeCloud, calls: Calls) -> None:
    calls.put_metric_alarm(**alarm(Threshold=0.5))
    cloud.logs.arrived(LINES, [filtered("ERROR")])
    assert calls.state("a") == "ALARM"


@pytest.mark.parametrize(
    "changed",
    [
        {"metricValue": "many"},
        {"dimensions": {"a": "$.a"}, "defaultValue": 0.0},
        {"dimensions": dict.fromkeys("abcd", "$.a")},
        {"unit": "Parsecs"},
        {"metricNamespace": "AWS/Lambda"},
    ],
)
def test_a_metric_filter_that_aws_refuses_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ServiceError):
        check("", filtered("", **changed)["metricTransformations"])
