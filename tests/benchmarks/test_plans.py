"""What every declared plan must say of its use case: a new one is tested by existing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import usecases
from benchmarks.models import goals
from benchmarks.models.plans import DEPLOYED, FROZEN, MONTHLY, PLANS, Plan
from benchmarks.models.pooled import pooled

PAGE = Path(__file__).parents[2] / "docs" / "models.md"
pytestmark = pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)


def metrics(plan: Plan) -> set[str]:
    task = usecases.load(plan.use_case).task
    y, p = np.zeros(0), np.zeros((0, *task.targets(np.zeros(1)).shape[1:]))
    return {"skill_to_prior", *task.summary(y, p, task.default_threshold)}


def test_the_plan_is_for_a_use_case_and_within_the_days_of_its_source(plan):
    source = usecases.source(plan.use_case)
    assert source.first_day < plan.first_night < source.last_day
    assert all(plan.first_night <= first <= last <= source.last_day for first, last in plan.parts.values())


def test_goals_and_tables_are_of_policies_spans_and_metrics_that_there_are(plan):
    task = usecases.load(plan.use_case).task
    assert {*plan.shown, *plan.nothing_above, *(goal.metric for goal in plan.goals)} <= metrics(plan)
    assert {goal.policy for goal in plan.goals} <= {FROZEN, MONTHLY, DEPLOYED}
    assert {goal.part for goal in plan.goals} <= {"", *plan.parts}
    assert {goal.metric for goal in plan.goals if goal.beating} <= set(pooled(task))
    assert all(goal.at_least > float("-inf") or goal.at_most < float("inf") for goal in plan.goals)


def test_groups_and_features_to_do_without_are_the_use_cases(plan):
    use_case = usecases.load(plan.use_case)
    assert set(plan.groups) <= {*use_case.schema.names, *use_case.context.derived}
    assert {name for names in plan.without.values() for name in names} <= set(use_case.feature_names)


def test_the_page_shows_the_goals_as_they_are_declared(plan):
    page = PAGE.read_text(encoding="utf-8")
    if f"\n## {plan.use_case}:" not in page:
        pytest.skip("not measured yet: make benchmark-models")
    limits = [goals.limits(goal, goal.part or plan.whole) for goal in plan.goals]
    assert [limit for limit in limits if limit not in page] == [], "run `make benchmark-models`"
