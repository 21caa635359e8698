from __future__ import annotations

import numpy as np
import pytest

from benchmarks.models.judged import Judged
from benchmarks.models.pooled import pooled
from cumulet.core.tasks import Binary, CostMatrix, MultiClass, Regression

ROWS = 600
RANDOM = np.random.default_rng(3)
CLASSES = RANDOM.dirichlet((1, 1, 1), ROWS)
CASES = {
    "binary": (Binary(CostMatrix(miss=4)), (RANDOM.random(ROWS) < 0.3).astype(float), RANDOM.random(ROWS)),
    "classes": (MultiClass(("a", "b", "c")), RANDOM.integers(0, 3, ROWS).astype(float), CLASSES),
    "numbers": (Regression(), RANDOM.poisson(9, ROWS).astype(float), RANDOM.random(ROWS) * 20),
}
METRICS = [(case, metric) for case, (task, _, _) in CASES.items() for metric in pooled(task) if metric != "fpr"]
"""`fpr` is no metric of the task's own."""


def judged(case: str, days: np.ndarray) -> Judged:
    task, y, p = CASES[case]
    return Judged(task, days.astype("datetime64[D]"), y, {"model": p}, np.zeros(1))


@pytest.mark.parametrize(("case", "metric"), METRICS)
def test_a_metric_of_sums_over_days_is_the_metric_of_the_rows(case, metric):
    task, y, p = CASES[case]
    of_days, _ = judged(case, RANDOM.integers(0, 25, ROWS)).of_group("model", metric, np.ones(ROWS, bool))
    whole = task.summary(y, p, task.default_threshold)[metric]
    assert of_days == pytest.approx(whole, abs=5e-4 if metric == "roc_auc" else 1e-12)


def test_false_alarms_are_counted_among_the_negatives_at_the_threshold_of_the_costs():
    _, y, p = CASES["binary"]
    found, _ = judged("binary", np.arange(ROWS)).of_group("model", "fpr", np.ones(ROWS, bool))
    assert found == pytest.approx((p[y == 0] >= 0.2).mean())


def test_a_group_may_be_absent_on_some_days_and_has_an_interval_all_the_same():
    days = np.repeat(np.arange(20), ROWS // 20)
    group = (days % 2 == 0) & (np.arange(ROWS) % 3 == 0)
    _, y, p = CASES["binary"]
    found, samples = judged("binary", days).of_group("model", "recall", group)
    assert found == pytest.approx(y[group & (p >= 0.2)].sum() / y[group].sum())
    assert samples.std() > 0


def test_the_interval_of_a_span_is_over_its_own_days():
    days = np.repeat(np.arange(20), ROWS // 20)
    found = judged("numbers", days)
    epoch = np.datetime64(0, "D")
    early = found.intervals("model", ((epoch).item(), (epoch + 9).item()))["wape"]
    whole = found.intervals("model", ((epoch).item(), (epoch + 19).item()))["wape"]
    assert early[1] - early[0] > whole[1] - whole[0]


def test_rows_of_a_day_belong_together_wherever_they_stand():
    days = np.repeat(np.arange(20), ROWS // 20)
    order = np.random.default_rng(4).permutation(ROWS)
    task, y, p = CASES["numbers"]
    shuffled = Judged(task, days[order].astype("datetime64[D]"), y[order], {"model": p[order]}, np.zeros(1))
    everything = np.ones(ROWS, bool)
    samples = [each.of_group("model", "wape", everything)[1] for each in (judged("numbers", days), shuffled)]
    assert samples[0] == pytest.approx(samples[1])
