from __future__ import annotations

import numpy as np

from cumulet.core.dataset_diff import compare
from cumulet.core.tasks import Binary, CostMatrix, MultiClass

YES_NO = Binary(cost=CostMatrix(miss=1, false_alarm=1))


def table(ids, days, **columns):
    return {
        "id": np.array(ids, object),
        "at": np.array(days, "datetime64[m]"),
        **{name: np.array(values) for name, values in columns.items()},
    }


BEFORE = table(
    ["a", "b", "c", "d"],
    ["2013-01-01", "2013-01-01", "2013-01-02", "2013-01-02"],
    km=[1.0, 2.0, np.nan, 4.0],
    label=[0.0, 1.0, np.nan, np.nan],
)
AFTER = table(
    ["d", "e", "c", "b"],
    ["2013-01-02", "2013-01-03", "2013-01-02", "2013-01-01"],
    km=[4.0, 5.0, np.nan, 2.5],
    label=[1.0, 0.0, np.nan, 1.0],
)


def test_rows_are_compared_by_their_id_whatever_their_order():
    rows = compare(BEFORE, AFTER, event_time="at", task=YES_NO).rows
    assert (rows.added, rows.removed, rows.changed, rows.same) == (1, 1, 2, 1)
    assert rows.changed_by_column == {"km": 1, "label": 1}
    assert rows.examples == {"added": ["e"], "removed": ["a"], "changed": ["b", "d"]}


def test_a_table_compared_with_itself_has_no_difference():
    found = compare(BEFORE, BEFORE, event_time="at", task=YES_NO)
    assert (found.rows.added, found.rows.removed, found.rows.changed) == (0, 0, 0)
    assert found.rows.changed_by_column == found.days == {}
    assert found.schema == []
    assert {shift.psi for shift in found.drift.values()} == {0.0}


def test_days_and_labels_are_counted_on_both_sides():
    found = compare(BEFORE, AFTER, event_time="at", task=YES_NO)
    assert found.days == {"2013-01-01": (2, 1), "2013-01-03": (0, 1)}
    assert found.label == {"rows": (4, 4), "labelled": (2, 3), "mean label": (0.5, 2 / 3)}


def test_labels_of_several_classes_have_shares_and_no_mean():
    found = compare(BEFORE, AFTER, event_time="at", task=MultiClass(("no", "yes")))
    assert found.label == {
        "rows": (4, 4),
        "labelled": (2, 3),
        "share of no": (0.5, 1 / 3),
        "share of yes": (0.5, 2 / 3),
    }


def test_what_is_watched_drifts_like_a_column_and_changes_no_row():
    def watch(columns):
        return {**columns, "half": columns["km"] / 2}

    found = compare(BEFORE, AFTER, event_time="at", task=YES_NO, watch=watch)
    assert found.drift["half"].psi == found.drift["km"].psi > 0
    assert "half" not in found.rows.changed_by_column


def test_the_column_that_moved_most_comes_first():
    rng = np.random.default_rng(1)
    ids, days = [str(n) for n in range(500)], ["2013-01-01"] * 500
    still, moving = rng.normal(size=500), rng.normal(size=500)
    one = table(ids, days, still=still, moving=moving, label=np.zeros(500))
    other = table(ids, days, still=still, moving=moving + 2, label=np.zeros(500))
    found = compare(one, other, event_time="at", task=YES_NO).drift
    assert list(found) == ["moving", "still"]
    assert found["moving"].psi > 0.25 > found["still"].psi == 0.0


def test_without_schemas_columns_that_came_or_changed_their_type_are_seen():
    after = {**AFTER, "km": np.array(["1", "2", "3", "4"], object), "speed": np.zeros(4)}
    found = compare(BEFORE, after, event_time="at", task=YES_NO)
    assert [(c.field, c.before, c.after) for c in found.schema] == [
        ("km", "float64", "object"),
        ("speed", None, "float64"),
    ]
    assert "km" not in found.drift
    assert found.rows.changed_by_column["km"] == 3
