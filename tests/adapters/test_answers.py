"""Labels that people gave: written once, read by night, counted before the outcome."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import boto3
import numpy as np
import pytest
from moto import mock_aws

from cumulet.adapters import answers, examples
from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import NotFoundError
from cumulet.core.tasks import MultiClass
from usecases.flights import USE_CASE

AT = datetime(2013, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="lake")
        yield Lake("lake", s3)


def give(lake: Lake, labels: dict[str, float], at: datetime = AT, by: str = "ada") -> str | None:
    return answers.write(lake, "flights", labels, at=at, cut_off=USE_CASE.cut_off, annotator=by, file="answers.csv")


def test_answers_come_back_with_who_when_and_from_which_file(lake):
    key = give(lake, {"b": 1.0, "a": 0.0})
    assert key.startswith("answers/flights/known=2013-03-02/")
    found = answers.read(lake, "flights")
    assert found["id"].tolist() == ["a", "b"]
    assert found["label"].tolist() == [0, 1]
    assert found["known_at"].astype("datetime64[s]").astype(str).tolist() == ["2013-03-01T12:00:00"] * 2
    assert (set(found["annotator"]), set(found["source"])) == ({"ada"}, {"answers.csv"})


def test_the_same_answers_are_kept_once_even_days_later_but_another_person_s_are_others(lake):
    assert give(lake, {"a": 1.0})
    assert give(lake, {"a": 1.0}, datetime(2013, 3, 9, tzinfo=UTC)) is None
    assert give(lake, {"a": 1.0}, by="bob")
    assert len(lake.list("answers/")) == 2


def test_a_night_knows_only_what_was_answered_before_its_cut_off(lake):
    give(lake, {"a": 1.0})
    assert answers.read(lake, "flights", date(2013, 3, 1)) == {}
    assert answers.read(lake, "flights", date(2013, 3, 2))["id"].tolist() == ["a"]


def test_of_two_answers_the_later_counts_and_both_before_the_outcome(lake):
    give(lake, {"a": 1.0, "b": 1.0})
    give(lake, {"a": 0.0}, datetime(2013, 3, 5, tzinfo=UTC), "bob")
    columns = {"id": np.array(["a", "b", "c", "d"], object), "label": np.array([1.0, np.nan, 0.0, np.nan])}
    applied = answers.applied(columns, answers.read(lake, "flights"))["label"]
    assert applied[:3].tolist() == [0, 1, 0]
    assert np.isnan(applied[3])
    assert np.isnan(columns["label"][1])


def day_of_records(lake: Lake, day: date) -> None:
    table = USE_CASE.schema.columns(
        [
            {**USE_CASE.example, "id": f"{day}-{n}", "sched_dep": f"{day}T{8 + n:02}:00", "flight": n + 1}
            for n in range(3)
        ]
    )
    lake.write_table(keys.curated("flights", day), table)


def test_examples_have_their_context_and_the_label_that_became_known_later(lake):
    for day in (date(2013, 3, 1), date(2013, 3, 2)):
        day_of_records(lake, day)
    labels = {
        "id": np.array(["2013-03-01-0", "2013-03-01-1"], object),
        "label": np.array([1.0, np.nan]),
        "status": np.array(["arrived", "cancelled"], object),
        **{name: np.array(["UA", "UA"], object) for name in ("carrier", "origin", "dest")},
        "flight": np.array([1.0, 2.0]),
        "date": np.full(2, np.datetime64("2013-03-01")),
        "known_at": np.full(2, np.datetime64("2013-03-02T01:00:00")),
    }
    lake.write_table(keys.labels("flights", date(2013, 3, 2)), labels)
    give(lake, {"2013-03-02-2": 1.0})
    found = examples.read(lake, USE_CASE, date(2013, 3, 1), date(2013, 3, 2))
    label = dict(zip(found["id"], found["label"], strict=True))
    assert label["2013-03-01-0"] == 1
    assert np.isnan(label["2013-03-01-1"])
    assert label["2013-03-02-2"] == 1
    assert found["departures_carrier"].tolist() == [3] * 6


def test_predictions_are_those_of_the_newest_model_and_absent_ones_nan(lake):
    ids = np.array(["a", "b", "c"], object)
    for model, value in (("2", 0.2), ("10", 0.9)):
        key = keys.prediction_file("flights", date(2013, 3, 1), model)
        lake.write_table(key, {"id": ids[:2], "prediction": np.full(2, value)})
    found = examples.predictions(lake, USE_CASE, ids, [date(2013, 3, 1), date(2013, 3, 2)])
    assert found[:2].tolist() == [0.9, 0.9]
    assert np.isnan(found[2])


def test_predictions_of_classes_are_a_probability_for_each(lake):
    of_classes = replace(USE_CASE, task=MultiClass(("early", "on time", "late")))
    p = np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])
    columns = {"id": np.array(["b", "elsewhere"], object), **of_classes.task.columns(p)}
    lake.write_table(keys.prediction_file("flights", date(2013, 3, 1), "2"), columns)
    found = examples.predictions(lake, of_classes, np.array(["a", "b"], object), [date(2013, 3, 1)])
    assert np.isnan(found[0]).all()
    assert found[1].tolist() == [0.5, 0.3, 0.2]


def test_days_without_a_record_are_refused_with_a_remedy(lake):
    with pytest.raises(NotFoundError, match="cumulet load"):
        examples.read(lake, USE_CASE, date(2013, 3, 1), date(2013, 3, 2))
