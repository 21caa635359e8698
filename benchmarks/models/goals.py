"""Whether a plan's goals are met: each goal as a sentence, what was found, and the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.models.bootstrap import Interval
from benchmarks.models.plans import Goal, Plan

Figures = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Metrics by model and span or month."""
LOWER = ("wape", "mae", "rmse", "ece", "log_loss", "cost", "brier")
"""Metrics of which less is better."""


@dataclass(frozen=True)
class Verdict:
    """A goal, the figure that decides it with its interval over days, and whether it is met."""

    goal: str
    found: float
    met: bool
    interval: Interval | None = None


def sign(metric: str) -> int:
    """1 where more is better, −1 where less is."""
    return -1 if metric in LOWER else 1


def best(metric: str, part: str, figures: Figures, names: Sequence[str]) -> str:
    """The one of some models that is best in a part; a metric that is not defined is worst."""

    def value(name: str) -> float:
        found = figures[name][part][metric]
        return float("-inf") if found is None else sign(metric) * float(found)

    return max(names, key=value)


def limits(goal: Goal, part: str) -> str:
    """A goal as a sentence."""
    bounds = [f"at least {goal.at_least:g}"] * (goal.at_least > float("-inf"))
    bounds += [f"at most {goal.at_most:g}"] * (goal.at_most < float("inf"))
    return f"{goal.metric} of {goal.policy}, {part}: {' and '.join(bounds)}"


def verdicts(plan: Plan, figures: Figures, production: Mapping[str, int]) -> Iterator[Verdict]:
    """One per limit; `production` counts `refusals` of the first champion, `trainings` and `red_nights`. What is not
    defined is missed."""
    for goal in plan.goals:
        yield _reached(goal, goal.part or plan.whole, figures)
    for metric, limit in plan.nothing_above.items():
        yield _leak(metric, limit, figures)
    yield _counted("the gate's reasons against the first champion", production["refusals"], 0)
    if plan.most_trainings is not None:
        yield _counted("trainings on alarm", production["trainings"], plan.most_trainings)
    if plan.most_red_nights is not None:
        yield _counted("nights with a red performance alarm", production["red_nights"], plan.most_red_nights)


def beaten(goal: Goal, part: str, other: str, margin: float, interval: Interval) -> Verdict:
    """Of a goal that wants every baseline beaten: the best of them, `other`, by `margin`."""
    text = f"{goal.metric} of {goal.policy}, {part}: better than every baseline, the best being {other}"
    return Verdict(text, margin, margin > 0, interval)


def _reached(goal: Goal, part: str, figures: Figures) -> Verdict:
    row = figures[goal.policy][part]
    value = float("nan") if row[goal.metric] is None else row[goal.metric]
    met = goal.at_least <= value <= goal.at_most
    return Verdict(limits(goal, part), value, met, row.get("intervals", {}).get(goal.metric))


def _counted(what: str, count: int, most: int) -> Verdict:
    return Verdict(f"{what}: {f'at most {most}' if most else 'none'}", count, count <= most)


def _leak(metric: str, limit: float, figures: Figures) -> Verdict:
    """The largest figure of all models in all spans and months."""
    rows = ((row[metric], f"{model}, {part}") for model, parts in figures.items() for part, row in parts.items())
    highest, where = max((value, where) for value, where in rows if value is not None)
    return Verdict(f"{metric} nowhere above {limit:g} (a leak); the highest is {where}", highest, highest <= limit)
