"""What holds for every kind of prediction task."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pytest

from cumulet.contracts.metrics import HEADLINES, UNITS
from cumulet.core.performance import PerformanceSketch
from cumulet.core.tasks import Binary, CostMatrix, MultiClass, Regression, Task


@dataclass(frozen=True)
class Case:
    """A task with labels and forecasts of 400 rows."""

    task: Task
    y: np.ndarray
    p: np.ndarray

    def part(self, rows: slice) -> Case:
        return Case(self.task, self.y[rows], self.p[rows])


def _binary() -> Case:
    rng = np.random.default_rng(1)
    p = rng.beta(2, 6, 400)
    return Case(Binary(CostMatrix(miss=4)), (rng.random(400) < p).astype(float), p)


def _classes() -> Case:
    rng = np.random.default_rng(2)
    p = rng.dirichlet([3, 1, 1], 400)
    y = np.array([rng.choice(3, p=each) for each in p], float)
    return Case(MultiClass(("cat", "dog", "ö"), wrong=1, refer=0.3), y, p)


def _numbers() -> Case:
    rng = np.random.default_rng(3)
    p = rng.gamma(2, 50, 400)
    return Case(Regression(unit="rentals", under=3), np.maximum(0, p + rng.normal(0, 20, 400)).round(), p)


CASES = [_binary(), _classes(), _numbers()]


@pytest.fixture(params=CASES, ids=lambda case: type(case.task).__name__)
def case(request) -> Case:
    return request.param


def test_what_a_task_compares_and_slices_is_in_its_summary(case):
    summary = case.task.summary(case.y, case.p, case.task.threshold(case.y, case.p))
    assert {*case.task.compared, *case.task.sliced, "rows", "threshold", "skill", "cost"} <= summary.keys()
    assert all(isinstance(summary[name], float) for name in case.task.compared)
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary


def test_no_rows_have_no_figures(case):
    summary = case.task.summary(case.y[:0], case.p[:0], case.task.default_threshold)
    assert summary["rows"] == 0
    assert {value for name, value in summary.items() if name not in ("rows", "threshold")} == {None}
    assert case.task.performance(0, {}) == {}


def test_two_days_together_have_the_figures_of_their_rows(case):
    days = case.part(slice(0, 150)), case.part(slice(150, 400))
    one, two = (PerformanceSketch.of(day.task, day.y, day.p) for day in days)
    merged, whole = one.merge(two), PerformanceSketch.of(case.task, case.y, case.p)
    found = case.task.performance(merged.rows, merged.sums)
    assert found == pytest.approx(case.task.performance(whole.rows, whole.sums))
    summary = case.task.summary(case.y, case.p, None)
    assert found["Skill"] == pytest.approx(summary["skill"])
    assert found[case.task.headline] == pytest.approx(summary[case.task.compared[0]], abs=2e-3)


def test_its_metrics_are_known_to_cloudwatch(case):
    sketch = PerformanceSketch.of(case.task, case.y, case.p)
    figures = case.task.performance(sketch.rows, sketch.sums)
    assert figures.keys() <= UNITS.keys()
    assert case.task.headline in HEADLINES


def test_forecasts_that_are_right_on_the_whole_have_no_gap(case):
    """The mean of what is said moved to the mean of what came."""
    if isinstance(case.task, MultiClass):
        p = np.full(case.p.shape, 0.2)
        p[:, 0] = 0.6
        y = np.repeat([0.0, 1.0], [240, 160])
    else:
        p, y = np.full(400, case.y.mean()), case.y
    sketch = PerformanceSketch.of(case.task, y, p)
    assert case.task.performance(sketch.rows, sketch.sums)["CalibrationGap"] == pytest.approx(0, abs=1e-12)


def test_the_threshold_of_the_rows_costs_no_more_than_any_other(case):
    best = case.task.threshold(case.y, case.p)
    if best is None:
        assert case.task.default_threshold is None
        return
    own = case.task.summary(case.y, case.p, best)["cost"]
    assert own <= min(case.task.summary(case.y, case.p, t)["cost"] for t in np.linspace(0, 1.01, 60)) + 1e-12


def test_a_file_of_predictions_gives_the_forecasts_back(case):
    columns = case.task.columns(case.p)
    assert {len(column) for column in columns.values()} == {400}
    np.testing.assert_array_equal(case.task.from_columns(columns), case.p)


def test_the_bins_of_calibration_hold_every_row(case):
    bins = case.task.calibration(case.y, case.p)
    assert sum(row["rows"] for row in bins) == 400
    assert [row["mean_prediction"] for row in bins] == sorted(row["mean_prediction"] for row in bins)
    assert case.task.calibration(case.y[:0], case.p[:0]) == []


def test_a_small_slice_says_nothing(case):
    groups = np.array(["EWR"] * 300 + ["LGA"] * 99 + [None], object)
    found = case.task.by_slice(groups, case.y, case.p, threshold=None, min_rows=100)
    assert list(found) == ["EWR"]
    assert found["EWR"]["rows"] == 300
    assert found["EWR"]["skill"] == case.part(slice(0, 300)).task.summary(case.y[:300], case.p[:300], None)["skill"]


def test_every_forecast_has_an_answer_in_json(case):
    answers = case.task.answers(case.p, None)
    assert len(answers) == 400
    assert json.loads(json.dumps(answers)) == answers


def test_labels_that_are_all_alike_cannot_be_learnt(case):
    assert case.task.unlearnable(case.y) == ""
    assert case.task.unlearnable(np.zeros(20))


def test_a_class_that_is_lacking_is_named():
    assert CASES[1].task.unlearnable(np.array([0.0, 0.0, 2.0])) == "lack the class 'dog'"


def test_a_model_of_other_classes_is_refused():
    with pytest.raises(ValueError, match="2 classes, the use case 3"):
        CASES[1].task.read(np.zeros((4, 2)))
