from __future__ import annotations

from datetime import date

import pytest

from benchmarks.models.goals import beaten, best, verdicts
from benchmarks.models.plans import DEPLOYED, FROZEN, Goal, Plan

COUNTS = {"refusals": 0, "trainings": 2, "red_nights": 6}


def plan(*goals: Goal, **limits) -> Plan:
    return Plan(use_case="rain", first_night=date(2020, 1, 1), whole="2020", goals=goals, **limits)


def found(**metrics) -> dict:
    part = {"roc_auc": 0.7, "ece": 0.01, "intervals": {"roc_auc": (0.68, 0.72)}, **metrics}
    return {model: {"2020": part, "spring": {**part, "roc_auc": 0.6}} for model in (FROZEN, DEPLOYED)}


def missed(plan: Plan, figures: dict) -> list[str]:
    return [verdict.goal for verdict in verdicts(plan, figures, COUNTS) if not verdict.met]


def test_a_figure_at_its_limit_meets_the_goal_and_one_beyond_it_is_named():
    goals = Goal(metric="roc_auc", at_least=0.7), Goal(metric="ece", at_most=0.01)
    assert missed(plan(*goals), found()) == []
    assert missed(plan(*goals), found(roc_auc=0.699, ece=0.011)) == [
        "roc_auc of retrained on alarm, 2020: at least 0.7",
        "ece of retrained on alarm, 2020: at most 0.01",
    ]


def test_a_goal_may_be_for_a_part_and_for_another_policy():
    goal = Goal(metric="roc_auc", policy=FROZEN, part="spring", at_least=0.65)
    assert missed(plan(goal), found()) == ["roc_auc of frozen, spring: at least 0.65"]


def test_a_verdict_has_the_figure_and_its_interval():
    verdict, _ = verdicts(plan(Goal(metric="roc_auc", at_least=0.7)), found(), COUNTS)
    assert (verdict.found, verdict.interval) == (0.7, (0.68, 0.72))


@pytest.mark.parametrize("limit", [{"at_least": 0.0}, {"at_most": 1.0}])
def test_a_figure_that_is_not_defined_misses_its_goal(limit):
    assert missed(plan(Goal(metric="roc_auc", **limit)), found(roc_auc=None))


def test_a_figure_too_good_of_any_model_in_any_month_is_missed_as_a_leak():
    figures = {**found(), "a rate": {"2020-02": {"roc_auc": 0.9}, "2020-03": {"roc_auc": None}}}
    assert missed(plan(nothing_above={"roc_auc": 0.85}), found()) == []
    assert missed(plan(nothing_above={"roc_auc": 0.85}), figures) == [
        "roc_auc nowhere above 0.85 (a leak); the highest is a rate, 2020-02"
    ]


def test_more_trainings_or_red_nights_than_allowed_are_missed():
    assert missed(plan(most_trainings=2, most_red_nights=6), found()) == []
    assert missed(plan(most_trainings=1, most_red_nights=0), found()) == [
        "trainings on alarm: at most 1",
        "nights with a red performance alarm: none",
    ]


def test_a_first_champion_that_the_gate_refuses_is_a_miss():
    (verdict,) = verdicts(plan(), found(), {**COUNTS, "refusals": 2})
    assert (verdict.goal, verdict.met) == ("the gate's reasons against the first champion: none", False)


def test_the_best_baseline_has_the_least_error_or_the_greatest_skill_and_undefined_is_worst():
    figures = {"a": {"2020": {"wape": 0.3, "skill": 0.5}}, "b": {"2020": {"wape": 0.2, "skill": None}}}
    assert best("wape", "2020", figures, ["a", "b"]) == "b"
    assert best("skill", "2020", figures, ["a", "b"]) == "a"


def test_a_tie_with_the_best_baseline_does_not_beat_it():
    goal = Goal(metric="skill", at_least=0, beating=True)
    assert beaten(goal, "2020", "a", 0.001, (-0.1, 0.1)).met
    assert not beaten(goal, "2020", "a", 0.0, (-0.1, 0.1)).met
