"""What was made from a day: nights that read it, snapshots that hold it, models that learnt from those."""

from __future__ import annotations

from datetime import date

from cumulet.core.dependents import Dependent, Made, dependents

DAY = date(2013, 5, 1)
RECORDS, LABELS = "curated/flights/dt=2013-05-01/records.parquet", "labels/flights/known=2013-05-01/labels.parquet"


def test_a_night_depends_on_its_own_day_and_on_the_labels_it_looks_back_on() -> None:
    nights = [date(2013, 4, 30), DAY, date(2013, 5, 28), date(2013, 5, 29)]
    made = Made(features=nights, predictions=[(DAY, "3")], snapshots={}, models={})
    assert dependents(DAY, {}, 28, made) == [
        Dependent("features", "2013-05-01", "its own records and side tables", False),
        Dependent("features", "2013-05-28", "looks back on the labels known at 2013-05-01", False),
        Dependent("predictions", "2013-05-01 by model 3", "its own records and side tables", False),
    ]


def test_without_context_features_a_night_depends_on_its_own_day_alone() -> None:
    made = Made(features=[DAY, date(2013, 5, 2)], predictions=[(DAY, "3")], snapshots={}, models={})
    found = [(each.kind, each.name) for each in dependents(DAY, {}, 0, made)]
    assert found == [("features", "2013-05-01"), ("predictions", "2013-05-01 by model 3")]


def test_a_snapshot_of_another_version_of_the_day_is_outdated_and_so_is_its_model() -> None:
    snapshots = {"old": {RECORDS: "1", LABELS: "2"}, "new": {RECORDS: "9", LABELS: "2"}, "other": {"x": "1"}}
    made = Made(features=[], predictions=[], snapshots=snapshots, models={"1": "old", "2": "new", "3": "other"})
    found = {(each.kind, each.name): each.outdated for each in dependents(DAY, {RECORDS: "9", LABELS: "2"}, 28, made)}
    assert found == {
        ("snapshot", "old"): True,
        ("snapshot", "new"): False,
        ("model", "1"): True,
        ("model", "2"): False,
    }
