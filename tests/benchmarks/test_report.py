"""A report of made-up forecasts, of each kind of task: what a new use case needs is its declaration."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

import usecases
from benchmarks.models import page
from benchmarks.models.plans import DEPLOYED, FROZEN, MONTHLY, Goal, Plan
from benchmarks.models.policies import Found, months
from benchmarks.models.report import judge
from benchmarks.replay import Replayed
from cumulet.contracts.settings import AlarmSettings
from cumulet.core.tasks import Binary, MultiClass, Regression
from training.dataset import Rows

FIRST_NIGHT, DAYS, A_DAY = date(2020, 1, 11), 60, 20
QUIET = [{"night": "2020-02-01", "gap": 0.02, "skill": 0.4, "red": []}, {"night": "2020-02-02", "red": []}]


def made_up(task, good, poor, y) -> Found:
    n = len(y)
    days = np.arange(n) // A_DAY + np.datetime64("2020-01-01")
    rows = Rows({"sex": np.array(["female", "male"] * (n // 2), object), "id": np.arange(n).astype(object)}, y, days)
    history = SimpleNamespace(rows=rows, known_at=lambda night: rows.where(days < np.datetime64(night)))
    use_case = replace(usecases.load("income"), task=task, min_slice_rows=100)
    policies = {FROZEN: good, MONTHLY: good, DEPLOYED: good}
    return Found(use_case, history, AlarmSettings(), {"poor": poor}, policies, Replayed(good, [], QUIET), [])


def case(kind: str) -> Found:
    random, n = np.random.default_rng(5), DAYS * A_DAY
    if kind == "binary":
        chance = random.random(n)
        return made_up(Binary(), chance, np.full(n, 0.5), (random.random(n) < chance).astype(float))
    if kind == "numbers":
        level = random.random(n) * 50
        return made_up(Regression(), level, np.full(n, 25.0), level + random.normal(size=n))
    y = random.integers(0, 3, n)
    return made_up(MultiClass(("a", "b", "c")), np.eye(3)[y] * 0.7 + 0.1, np.full((n, 3), 1 / 3), y.astype(float))


def plan(metric: str, **limits) -> Plan:
    return Plan(use_case="income", first_night=FIRST_NIGHT, whole="all", goals=(Goal(metric=metric, **limits),))


@pytest.mark.parametrize(
    ("kind", "metric", "limits"),
    [
        ("binary", "roc_auc", {"at_least": 0.7}),
        ("numbers", "wape", {"at_most": 0.1}),
        ("classes", "accuracy", {"at_least": 0.9}),
    ],
)
def test_a_goal_of_each_kind_of_task_is_judged_with_its_interval_and_its_lead(kind, metric, limits):
    report = judge(plan(metric, beating=True, **limits), case(kind))
    reached, gate, lead = report["goals"]
    assert reached["met"]
    assert gate["met"]
    assert lead["met"]
    assert reached["interval"][0] <= reached["found"] <= reached["interval"][1]
    assert lead["interval"][0] > 0
    assert "poor" in lead["goal"]
    assert report["rows"] == (DAYS - 10) * A_DAY
    json.dumps(report)


def test_a_missed_goal_is_marked_in_the_table_of_goals():
    report = judge(plan("accuracy", at_least=1.1), case("classes"))
    assert "**missed**" in page.goals({"letters": report})


def test_the_section_has_spans_months_and_what_the_alarms_saw():
    section = page.section("letters", judge(plan("roc_auc", at_least=0.7), case("binary")))
    assert "| all " in section
    assert "| 2020-02 " in section
    assert "at most 0.020 (2020-02-01), limit 0.06" in section
    assert "2 nights, 0 of them with a red performance alarm" in section


def test_groups_have_their_rates_and_the_gap_between_them():
    plan_of_groups = replace(plan("roc_auc", at_least=0.5), groups=("sex",))
    groups = judge(plan_of_groups, case("binary"))["groups"]
    assert [row["value"] for row in groups["figures"]] == ["female", "male"]
    recalls = [row["recall"] for row in groups["figures"]]
    assert groups["gap"][DEPLOYED]["gap"] == pytest.approx(max(recalls) - min(recalls))


def test_months_begin_with_the_first_night_and_end_before_the_next():
    spans = months(date(2020, 1, 11), date(2020, 3, 5))
    assert spans == [
        (date(2020, 1, 11), date(2020, 2, 1)),
        (date(2020, 2, 1), date(2020, 3, 1)),
        (date(2020, 3, 1), date(2020, 3, 6)),
    ]
