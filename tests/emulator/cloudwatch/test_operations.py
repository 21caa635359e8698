from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from emulator.cloudwatch import wire
from emulator.cloudwatch.cloudformation import typed
from emulator.cloudwatch.support import IMPLEMENTED, operations, support
from emulator.errors import NotImplementedByName, ServiceError
from tests.emulator.cloudwatch.fakes import START, Calls, FakeCloud, alarm

MINUTE = timedelta(minutes=1)
TOPIC = "arn:aws:sns:us-east-1:000000000000:topic"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f:live"
STOP = "arn:aws:automate:us-east-1:ec2:stop"
MATH = {
    "AlarmName": "errors",
    "EvaluationPeriods": 1,
    "Threshold": 0.1,
    "ComparisonOperator": "GreaterThanThreshold",
    "Metrics": [
        {"Id": "rate", "Expression": "errors / calls", "Label": "Error rate"},
        *(
            {
                "Id": id,
                "MetricStat": {"Metric": {"Namespace": "Mine", "MetricName": id}, "Period": 60, "Stat": "Sum"},
                "ReturnData": False,
            }
            for id in ("errors", "calls")
        ),
    ],
}


def composite(name: str, rule: str, **more: Any) -> dict[str, Any]:
    return {"AlarmName": name, "AlarmRule": rule, **more}


def test_an_alarm_on_metric_math_goes_off(cloud: FakeCloud, calls: Calls) -> None:
    calls.put_metric_alarm(**MATH)
    calls.put(100.0, "calls")
    calls.put(5.0, "errors")
    assert calls.state("errors") == "OK"
    calls.put(20.0, "errors")
    assert calls.state("errors") == "ALARM"
    event = cloud.events[-1]["detail"]
    assert event["configuration"]["metrics"][0] == {
        "expression": "errors / calls",
        "id": "rate",
        "label": "Error rate",
        "returnData": True,
    }
    assert "statistic" not in json.loads(event["state"]["reasonData"])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"Metrics": []}, "needs MetricName"),
        ({"MetricName": "m"}, "exclude"),
        ({"Metrics": [{**MATH["Metrics"][0], "ReturnData": False}, *MATH["Metrics"][1:]]}, "ReturnData"),
        ({"Metrics": [{"Id": "rate", "Expression": "SUM(errors)"}, *MATH["Metrics"][1:]]}, "gives a number"),
        ({"Metrics": [{"Id": "rate", "Expression": "METRICS()"}, *MATH["Metrics"][1:]]}, "single time series"),
        ({"Metrics": [{"Id": "Rate", "Expression": "errors"}, *MATH["Metrics"][1:]]}, "small letter"),
        ({"Threshold": None}, "Threshold"),
        ({"DatapointsToAlarm": 2}, "DatapointsToAlarm"),
        ({"AlarmActions": ["topic"]}, "arn"),
    ],
)
def test_an_alarm_that_makes_no_sense_is_refused(calls: Calls, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ServiceError, match=said):
        calls.put_metric_alarm(**{**MATH, **changed})


@pytest.mark.parametrize(
    "changed",
    [
        {"ThresholdMetricId": "e1"},
        {"EvaluationWindow": {"WallClockWindow": {}}},
        {"WarmUpConfiguration": {"x": 1}},
        {"ComparisonOperator": "GreaterThanUpperThreshold"},
    ],
)
def test_what_alarms_cannot_do_here_is_refused_by_name(calls: Calls, changed: dict[str, Any]) -> None:
    with pytest.raises(NotImplementedByName, match=next(iter(changed))):
        calls.put_metric_alarm(**alarm(**changed))


def test_a_composite_alarm_follows_its_children_and_theirs(cloud: FakeCloud, calls: Calls) -> None:
    for name in ("a", "b"):
        calls.put_metric_alarm(**alarm(name))
    calls.put_composite_alarm(**composite("both", "ALARM(a) AND ALARM(b)", AlarmActions=[TOPIC]))
    calls.put_composite_alarm(**composite("calm", 'NOT ALARM("both")'))
    assert (calls.state("both"), calls.state("calm")) == ("OK", "ALARM")
    calls.set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="test")
    assert calls.state("both") == "OK"
    calls.set_alarm_state(AlarmName="b", StateValue="ALARM", StateReason="test")
    assert (calls.state("both"), calls.state("calm")) == ("ALARM", "OK")
    assert [arn for arn, _ in cloud.notified] == [TOPIC]
    found = calls.describe_alarms(AlarmNames=["both"], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"][0]
    assert found["StateReason"] == (
        "arn:aws:cloudwatch:us-east-1:000000000000:alarm:b transitioned to ALARM at Monday 01 April, 2013 07:00:00 UTC"
    )
    triggers = json.loads(found["StateReasonData"])["triggeringAlarms"]
    assert [trigger["state"]["value"] for trigger in triggers] == ["ALARM", "ALARM"]


def test_a_circle_of_composite_alarms_comes_to_rest(calls: Calls) -> None:
    calls.put_composite_alarm(**composite("x", "TRUE"))
    calls.put_composite_alarm(**composite("y", "ALARM(x)"))
    calls.put_composite_alarm(**composite("x", "NOT ALARM(y)"))
    assert {calls.state("x"), calls.state("y")} <= {"ALARM", "OK"}


def test_composite_alarms_need_their_children_and_keep_them_from_being_deleted(calls: Calls) -> None:
    with pytest.raises(ServiceError, match="do not exist"):
        calls.put_composite_alarm(**composite("c", "ALARM(gone)"))
    calls.put_metric_alarm(**alarm("a"))
    calls.put_composite_alarm(**composite("c", "ALARM(a)"))
    with pytest.raises(ServiceError, match="in the rule of the composite alarm c"):
        calls.delete_alarms(AlarmNames=["a"])
    with pytest.raises(ServiceError, match="another type"):
        calls.put_metric_alarm(**alarm("c"))
    family = calls.describe_alarms(ChildrenOfAlarmName="c")
    assert [found["AlarmName"] for found in family["MetricAlarms"]] == ["a"]
    assert calls.describe_alarms(ParentsOfAlarmName="a")["CompositeAlarms"][0]["AlarmName"] == "c"
    calls.delete_alarms(AlarmNames=["c"])
    calls.delete_alarms(AlarmNames=["a"])


def test_alarms_act_on_topics_and_functions_and_name_what_they_cannot_do(cloud: FakeCloud, calls: Calls) -> None:
    calls.put_metric_alarm(**alarm(AlarmActions=[TOPIC, FUNCTION, STOP], OKActions=[TOPIC], AlarmDescription="why"))
    calls.put(11.0)
    assert [arn for arn, _ in cloud.notified] == [TOPIC, FUNCTION]
    message, event = cloud.notified[0][1], cloud.notified[1][1]
    assert (message["NewStateValue"], message["Trigger"]["Statistic"]) == ("ALARM", "MAXIMUM")
    assert event["alarmData"]["previousState"]["value"] == "INSUFFICIENT_DATA"
    assert event["alarmData"]["configuration"]["description"] == "why"
    history = calls.describe_alarm_history(AlarmName="a", HistoryItemType="Action")["AlarmHistoryItems"]
    assert [json.loads(item["HistoryData"])["actionState"] for item in history] == ["Failed", "Succeeded", "Succeeded"]
    assert history[0]["HistorySummary"] == f"Failed to execute action {STOP}"


def test_an_alarms_life_is_in_its_history_and_in_events(cloud: FakeCloud, calls: Calls) -> None:
    calls.put_metric_alarm(**alarm())
    calls.put_metric_alarm(**alarm(Threshold=20.0))
    calls.put(30.0)
    calls.delete_alarms(AlarmNames=["a"])
    items = calls.describe_alarm_history(AlarmName="a", ScanBy="TimestampAscending")["AlarmHistoryItems"]
    assert [item["HistorySummary"] for item in items] == [
        'Alarm "a" created',
        'Alarm "a" updated',
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
        'Alarm "a" deleted',
    ]
    operations_ = [event["detail"].get("operation") for event in cloud.events]
    assert operations_ == ["create", "update", None, "delete"]
    assert cloud.events[1]["detail"]["previousConfiguration"]["threshold"] == 10.0
    first = calls.describe_alarm_history(MaxRecords=3)
    rest = calls.describe_alarm_history(NextToken=first["NextToken"])
    assert (len(first["AlarmHistoryItems"]), len(rest["AlarmHistoryItems"])) == (3, 1)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["a1", "a2", "b1"]),
        ({"AlarmNamePrefix": "a"}, ["a1", "a2"]),
        ({"AlarmNames": ["b1", "none"]}, ["b1"]),
        ({"StateValue": "ALARM"}, ["a2"]),
        ({"ActionPrefix": "arn:aws:sns"}, ["b1"]),
        ({"AlarmTypes": ["CompositeAlarm"]}, []),
        ({"MaxRecords": 2}, ["a1", "a2"]),
        ({"MaxRecords": 2, "NextToken": "2"}, ["b1"]),
    ],
)
def test_alarms_are_described_by_filters(calls: Calls, asked: dict[str, Any], found: list[str]) -> None:
    for name in ("b1", "a1", "a2"):
        calls.put_metric_alarm(**alarm(name, OKActions=[TOPIC] if name == "b1" else None))
    calls.set_alarm_state(AlarmName="a2", StateValue="ALARM", StateReason="test")
    assert [each["AlarmName"] for each in calls.describe_alarms(**asked)["MetricAlarms"]] == found


def test_alarms_are_found_by_exactly_their_metric(calls: Calls) -> None:
    flights = [{"Name": "UseCase", "Value": "flights"}]
    calls.put_metric_alarm(**alarm("with", Dimensions=flights))
    calls.put_metric_alarm(**alarm("without"))
    metric = {"Namespace": "Mine", "MetricName": "m"}
    names = [a["AlarmName"] for a in calls.describe_alarms_for_metric(**metric, Dimensions=flights)["MetricAlarms"]]
    assert names == ["with"]
    assert calls.describe_alarms_for_metric(**metric, Statistic="Sum")["MetricAlarms"] == []


def test_alarms_states_and_data_survive_a_restart(cloud: FakeCloud, calls: Calls) -> None:
    calls.put_metric_alarm(**alarm(EvaluationPeriods=3, DatapointsToAlarm=2, TreatMissingData="notBreaching"))
    calls.put(11.0)
    cloud.put_metrics("AWS/Lambda", [{"MetricName": "Invocations", "Value": 1.0}])
    calls.service._store.close()
    cloud.clock.agendas.clear()
    again = Calls(cloud)
    cloud.clock.moment += MINUTE
    again.put(12.0)
    assert again.state("a") == "ALARM"
    assert again.list_metrics(Namespace="AWS/Lambda")["Metrics"][0]["MetricName"] == "Invocations"


def test_metrics_of_other_services_set_off_alarms(cloud: FakeCloud, calls: Calls) -> None:
    calls.put_metric_alarm(**alarm(Namespace="AWS/Lambda", MetricName="Errors", Statistic="Sum", Threshold=1.0))
    for _ in range(2):
        cloud.put_metrics("AWS/Lambda", [{"MetricName": "Errors", "Value": 1.0, "Unit": "Count"}])
    cloud.clock.advance(START + MINUTE)
    assert calls.state("a") == "ALARM"
    with pytest.raises(ServiceError, match="reserved"):
        calls.put_metric_data(Namespace="AWS/Lambda", MetricData=[{"MetricName": "Errors", "Value": 1.0}])


def test_many_threads_put_data_and_nothing_is_lost(calls: Calls) -> None:
    calls.put_metric_alarm(**alarm(Statistic="Sum", Threshold=799.5))
    threads = [threading.Thread(target=lambda: [calls.put(1.0) for _ in range(100)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls.state("a") == "ALARM"
    span = {"StartTime": START - MINUTE, "EndTime": START + MINUTE}
    stat = {"Metric": {"Namespace": "Mine", "MetricName": "m"}, "Period": 60, "Stat": "SampleCount"}
    found = calls.get_metric_data(MetricDataQueries=[{"Id": "m1", "MetricStat": stat}], **span)
    assert found["MetricDataResults"][0]["Values"] == [800.0]


def query(id: str, stat: str = "Sum", **more: Any) -> dict[str, Any]:
    metric = {"Namespace": "Mine", "MetricName": "m"}
    return {"Id": id, "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}, **more}


def test_get_metric_data_computes_labels_and_pages(cloud: FakeCloud, calls: Calls) -> None:
    for minute in range(5):
        calls.put(float(minute), Timestamp=START - minute * MINUTE)
    span = {"StartTime": START - 10 * MINUTE, "EndTime": START + MINUTE}
    queries = [
        query("m1", Label="${PROP('MetricName')} last ${LAST}, ${DATAPOINT_COUNT} in all"),
        {"Id": "e1", "Expression": "RUNNING_SUM(m1)", "Label": "total"},
        query("m2", "Maximum", ReturnData=False),
        {"Id": "e2", "Expression": "METRICS() * 2", "Label": "twice"},
    ]
    found = calls.get_metric_data(MetricDataQueries=queries, ScanBy="TimestampAscending", **span)["MetricDataResults"]
    assert [(r["Id"], r["Label"], r["Values"]) for r in found] == [
        ("m1", "m last 0, 5 in all", [4.0, 3.0, 2.0, 1.0, 0.0]),
        ("e1", "total", [4.0, 7.0, 9.0, 10.0, 10.0]),
        ("e2", "twice m", [8.0, 6.0, 4.0, 2.0, 0.0]),
        ("e2", "twice m", [8.0, 6.0, 4.0, 2.0, 0.0]),
    ]
    pages, token = [], {}
    while True:
        page = calls.get_metric_data(MetricDataQueries=queries[:2], MaxDatapoints=4, **span, **token)
        pages.append([len(r["Values"]) for r in page["MetricDataResults"]])
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert pages == [[4], [1, 3], [2]]


def test_data_are_not_shown_at_a_finer_period_than_aws_still_has(cloud: FakeCloud, calls: Calls) -> None:
    calls.put(1.0)
    cloud.clock.set(START + timedelta(days=16))
    span = {"StartTime": START - MINUTE, "EndTime": START + MINUTE, "Statistics": ["Sum"]}
    shown = {
        period: len(calls.get_metric_statistics(Namespace="Mine", MetricName="m", Period=period, **span)["Datapoints"])
        for period in (60, 300)
    }
    assert shown == {60: 0, 300: 1}


def test_metrics_are_listed_by_filters_and_recent_activity(cloud: FakeCloud, calls: Calls) -> None:
    calls.put(1.0, Dimensions=[{"Name": "a", "Value": "1"}])
    cloud.clock.set(START + timedelta(hours=4))
    calls.put(1.0, "new")
    assert [m["MetricName"] for m in calls.list_metrics(RecentlyActive="PT3H")["Metrics"]] == ["new"]
    assert [m["MetricName"] for m in calls.list_metrics(Dimensions=[{"Name": "a"}])["Metrics"]] == ["m"]
    assert calls.list_metrics(Dimensions=[{"Name": "a", "Value": "2"}])["Metrics"] == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{", "not valid JSON"),
        ("[]", "widgets"),
        ('{"widgets": {}}', "widgets"),
        ('{"widgets": [{"type": "pie", "properties": {}}]}', "/widgets/0/type"),
        ('{"widgets": [{"type": "text"}]}', "/widgets/0/properties"),
        ('{"widgets": [{"type": "text", "width": 25, "properties": {"markdown": "x"}}]}', "/widgets/0/width"),
        ('{"widgets": [{"type": "metric", "properties": {}}]}', "metrics"),
    ],
)
def test_a_dashboard_that_is_none_is_refused_with_the_place(calls: Calls, body: str, said: str) -> None:
    with pytest.raises(ServiceError, match=said) as refused:
        calls.put_dashboard(DashboardName="d", DashboardBody=body)
    assert refused.value.code == "InvalidParameterInput"


def test_a_dashboard_is_given_back_as_it_was_put(calls: Calls) -> None:
    body = '{"widgets": [{"type": "text", "x": 0, "y": 0, "width": 24, "height": 2, "properties": {"markdown": "#"}}]}'
    calls.put_dashboard(DashboardName="d", DashboardBody=body)
    assert calls.get_dashboard(DashboardName="d")["DashboardBody"] == body


def test_a_template_may_write_numbers_and_booleans_as_text() -> None:
    shape = wire.model().operation_model("PutMetricAlarm").input_shape
    given = {"Period": "60", "Threshold": "1.5", "ActionsEnabled": "false", "Metrics": [{"ReturnData": "true"}]}
    assert typed(given, shape) == {
        "Period": 60,
        "Threshold": 1.5,
        "ActionsEnabled": False,
        "Metrics": [{"ReturnData": True}],
    }


def test_a_stack_makes_composite_alarms(cloud: FakeCloud, calls: Calls) -> None:
    create, update, delete = cloud.types["AWS::CloudWatch::CompositeAlarm"]
    calls.put_metric_alarm(**alarm("a"))
    made = create("Both", {"AlarmRule": "ALARM(a)"}, "stack")
    assert made.attributes["Arn"].endswith(f":alarm:{made.physical_id}")
    update(made.physical_id, {}, {"AlarmRule": "NOT ALARM(a)"}, "stack")
    assert calls.state(made.physical_id) == "ALARM"
    delete(made.physical_id, {})
    delete(made.physical_id, {})


def test_every_operation_is_implemented_or_refused_by_name(calls: Calls) -> None:
    groups = calls.service._api._groups
    here = {name for name in operations() if any(hasattr(group, _snake(name)) for group in groups)}
    assert here == set(IMPLEMENTED)
    assert set(support()) == set(operations())
    assert support()["PutAnomalyDetector"] == "refused: alarm on a static threshold"


def _snake(name: str) -> str:
    from botocore import xform_name

    convert: Callable[[str], str] = xform_name
    return convert(name)
