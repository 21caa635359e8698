"""Monitor: sketches and metrics of a night; what cannot be measured is absent, with its reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import numpy as np
import pytest

from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.core import drift
from cumulet.core.metrics import binary as exact
from cumulet.core.schema import concatenate
from cumulet.core.sketches import Reference
from lambdas.features.handler import runtime as features_runtime
from lambdas.monitor.handler import reference as reference_of
from lambdas.monitor.handler import runtime
from lambdas.monitor.inputs import window

FIRST = date(2013, 4, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(20)]
Night = Callable[[str, date], dict[str, Any]]


class Champion:
    def __init__(self, arn: str) -> None:
        self.arn = arn

    def package(self) -> str:
        return self.arn


@pytest.fixture
def live(register: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> str:
    """A registered model, live."""
    arn = register()
    for owner in (runtime(), features_runtime()):
        monkeypatch.setitem(owner.__dict__, "champion", Champion(arn))
    return arn


def score(lake: Lake, world: SimpleNamespace, day: date, model: str = "1") -> np.ndarray:
    """What a batch transform would write: predictions from .05 to .95."""
    ids = np.array([row["id"] for row in world.flights(day)], dtype=object)
    predictions = np.linspace(0.05, 0.95, len(ids))
    lake.write_table(keys.prediction_file("flights", day, model), {"id": ids, "prediction": predictions})
    return predictions


def run_nights(
    night: Night, lake: Lake, world: SimpleNamespace, days: list[date], steps: tuple[str, ...] = ("ingest",)
) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for day in days:
        world.hand_over(day)
        for step in steps:
            night(step, day)
        score(lake, world, day)
        answer = night("monitor", day)
    return answer


def test_without_a_model_only_the_rows_are_counted(
    world: SimpleNamespace, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(runtime().__dict__, "champion", Champion(""))
    world.hand_over(FIRST)
    night("ingest", FIRST)
    answer = night("monitor", FIRST)
    assert answer["metrics"] == {"Records": 40.0, "Quarantined": 0.0}
    assert answer["skipped"] == "no model is live"


def test_a_night_that_was_not_ingested_is_no_error(night: Night, live: str) -> None:
    answer = night("monitor", FIRST)
    assert answer["metrics"] == {}
    assert "2013-04-01 is not committed (not ingested, or set aside); 2013-04-01 has no features" in answer["skipped"]


def test_drift_is_that_of_the_last_seven_scored_nights_together(
    world: SimpleNamespace, night: Night, lake: Lake, live: str
) -> None:
    first = run_nights(night, lake, world, DAYS[:2], ("ingest", "features"))
    assert first["metrics"]["Predictions"] == 40
    assert first["metrics"]["PredictionMean"] == pytest.approx(0.5)
    assert not {"PredictionDrift", "InputDrift"} & set(first["metrics"])
    assert "drift needs 3 scored nights, there are 2" in first["skipped"]

    metrics = run_nights(night, lake, world, DAYS[2:9], ("ingest", "features"))["metrics"]
    reference = reference_of(live)
    rows = [lake.read_table(keys.features("flights", day)) for day in DAYS[2:9]]
    inputs = reference.inputs.count(concatenate(rows))
    assert metrics["InputDrift"] == max(each.psi for each in drift.of_inputs(reference.inputs, inputs).values())
    predictions = reference.predictions.count(np.tile(np.linspace(0.05, 0.95, 40), 7))
    assert metrics["PredictionDrift"] == drift.between(reference.predictions, predictions).psi
    assert metrics["PredictionDrift"] > 0.25


def test_drift_is_as_of_the_night_and_skips_nights_that_were_not_scored(
    world: SimpleNamespace, night: Night, lake: Lake, live: str
) -> None:
    steps = ("ingest", "features")
    before = run_nights(night, lake, world, DAYS[:4], steps)
    for day in DAYS[4:6]:  # ingested, not scored
        world.hand_over(day)
        for step in (*steps, "monitor"):
            night(step, day)
    run_nights(night, lake, world, DAYS[6:8], steps)
    assert night("monitor", DAYS[3]) == before

    def seen(day: date, sketched: date) -> int:
        current = Reference.from_json(json.loads(lake.get(keys.sketch("flights", sketched, "1", "inputs"))))
        return len(window(lake, "flights", day, "1", current))

    assert [seen(day, day) for day in (DAYS[3], DAYS[5], DAYS[7])] == [4, 4, 6]
    assert seen(DAYS[7] + timedelta(days=30), DAYS[5]) == 0


def test_a_night_that_was_not_scored_has_no_drift_but_its_sketch(
    world: SimpleNamespace, night: Night, lake: Lake, live: str
) -> None:
    world.hand_over(FIRST)
    night("ingest", FIRST)
    night("features", FIRST)
    answer = night("monitor", FIRST)
    assert set(answer["metrics"]) == {"Records", "Quarantined"}
    assert "2013-04-01 is not scored by model 1" in answer["skipped"]
    assert lake.exists(keys.sketch("flights", FIRST, "1", "inputs"))


def test_performance_needs_seven_labelled_days(world: SimpleNamespace, night: Night, lake: Lake, live: str) -> None:
    answer = run_nights(night, lake, world, DAYS[:8])
    assert "RocAuc" not in answer["metrics"]
    assert "6 labelled days, performance needs 7" in answer["skipped"]
    answer = run_nights(night, lake, world, DAYS[8:9])
    assert {"LabelMean", "CalibrationGap", "Skill", "RocAuc"} < set(answer["metrics"])


def test_performance_is_that_of_the_rows_over_fourteen_days(
    world: SimpleNamespace, night: Night, lake: Lake, live: str
) -> None:
    answer = run_nights(night, lake, world, DAYS)["metrics"]
    known = world.outcomes(FIRST)
    y = np.array([np.nan if row["arr_delay"] == "" else row["arr_delay"] > 15 for row in known], dtype=float)
    p = np.linspace(0.05, 0.95, 40)[~np.isnan(y)]
    y = y[~np.isnan(y)]
    assert answer["LabelMean"] == pytest.approx(y.mean())
    assert answer["CalibrationGap"] == pytest.approx(abs(p.mean() - y.mean()))
    assert answer["Skill"] == pytest.approx(1 - np.mean((p - y) ** 2) / (y.mean() * (1 - y.mean())))
    assert answer["RocAuc"] == pytest.approx(exact.roc_auc(y, p), abs=1e-3)


def test_predictions_of_another_model_do_not_count(
    world: SimpleNamespace, night: Night, lake: Lake, live: str, monkeypatch: pytest.MonkeyPatch, register: Any
) -> None:
    run_nights(night, lake, world, DAYS[:12])
    monkeypatch.setitem(runtime().__dict__, "champion", Champion(register()))
    world.hand_over(DAYS[12])
    night("ingest", DAYS[12])
    answer = night("monitor", DAYS[12])
    assert "RocAuc" not in answer["metrics"]
    assert "model 2 has 0 labelled days" in answer["skipped"]


def test_metrics_carry_the_night_s_cut_off(world: SimpleNamespace, night: Night, lake: Lake, live: str) -> None:
    run_nights(night, lake, world, DAYS[:1])
    cloudwatch = boto3.client("cloudwatch")
    found = cloudwatch.get_metric_statistics(
        Namespace="Cumulet",
        MetricName="Records",
        Dimensions=[{"Name": "UseCase", "Value": "flights"}],
        StartTime=datetime(2013, 4, 1, tzinfo=UTC),
        EndTime=datetime(2013, 4, 2, tzinfo=UTC),
        Period=60,
        Statistics=["Maximum"],
    )["Datapoints"]
    assert [(point["Timestamp"], point["Maximum"]) for point in found] == [(datetime(2013, 4, 1, 7, tzinfo=UTC), 40.0)]


def test_the_alarms_that_were_red_before_the_night_are_named(
    world: SimpleNamespace, night: Night, lake: Lake, live: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloudwatch = boto3.client("cloudwatch")
    for name, state in (("gap", "ALARM"), ("skill", "OK"), ("of somebody else", "ALARM")):
        limits = {"Threshold": 1, "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1}
        measure = {"Namespace": "Cumulet", "MetricName": name, "Period": 60, "Statistic": "Average"}
        cloudwatch.put_metric_alarm(AlarmName=name, **limits, **measure)
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")
    monkeypatch.setitem(runtime().__dict__, "env", replace(runtime().env, alarms="gap,skill"))
    answer = run_nights(night, lake, world, DAYS[:1])
    assert answer["alarms"] == ["gap"]
    assert answer["time"] == "2013-04-01T07:00:00Z"


def test_twice_leaves_the_same_sketches(world: SimpleNamespace, night: Night, lake: Lake, live: str) -> None:
    run_nights(night, lake, world, DAYS[:4], ("ingest", "features"))
    first = {key: lake.get(key) for key in lake.list("sketches/")}
    assert len(first) == 6
    answer = night("monitor", DAYS[3])
    assert night("monitor", DAYS[3]) == answer
    assert {key: lake.get(key) for key in lake.list("sketches/")} == first
