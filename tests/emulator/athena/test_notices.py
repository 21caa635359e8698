from __future__ import annotations

from typing import Any

from emulator.athena.notices import announce

BODY = {
    "QueryExecutionId": "q",
    "StatementType": "DML",
    "WorkGroup": "analysts",
    "Status": {"State": "SUCCEEDED"},
    "Statistics": {
        "DataScannedInBytes": 7,
        "EngineExecutionTimeInMillis": 3,
        "TotalExecutionTimeInMillis": 4,
    },
    "_metrics": True,
}


class Cloud:
    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.metrics: list[dict[str, Any]] = []

    def put_event(self, **event: Any) -> None:
        self.events.append(event)

    def put_metrics(self, namespace: str, data: list[dict[str, Any]]) -> None:
        assert namespace == "AWS/Athena"
        self.metrics += data


def test_a_change_of_state_is_an_event_and_the_end_puts_metrics_of_the_workgroup() -> None:
    cloud = Cloud()
    announce(cloud, BODY, "RUNNING", ended=True)  # type: ignore[arg-type]
    [event] = cloud.events
    assert (event["source"], event["detail_type"]) == ("aws.athena", "Athena Query State Change")
    assert (event["detail"]["previousState"], event["detail"]["currentState"]) == ("RUNNING", "SUCCEEDED")
    values = {metric["MetricName"]: metric["Value"] for metric in cloud.metrics}
    assert values == {"ProcessedBytes": 7.0, "EngineExecutionTime": 3.0, "TotalExecutionTime": 4.0}
    assert {"Name": "WorkGroup", "Value": "analysts"} in cloud.metrics[0]["Dimensions"]


def test_a_query_that_runs_on_or_whose_workgroup_wants_none_puts_no_metrics() -> None:
    cloud = Cloud()
    announce(cloud, BODY, "QUEUED", ended=False)  # type: ignore[arg-type]
    announce(cloud, {**BODY, "_metrics": False}, "RUNNING", ended=True)  # type: ignore[arg-type]
    assert (len(cloud.events), cloud.metrics) == (2, [])
