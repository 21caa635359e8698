"""One use case measured: its report, plain JSON."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks.models import goals, policies
from benchmarks.models.bootstrap import interval
from benchmarks.models.judged import Judged
from benchmarks.models.plans import DEPLOYED, Plan, Span
from cumulet.core.tasks import Binary

GROUPED = ("rate", "mean_prediction", "recall", "fpr", "roc_auc")


def measure(plan: Plan, say: Callable[[str], None]) -> dict[str, Any]:
    """Run a plan and judge what came of it; `say` is told each step. Seconds by the clock, and of processor time."""
    clocks = time.perf_counter(), time.process_time()
    found = policies.run(plan, say)
    say("intervals over days")
    report = judge(plan, found)
    report["seconds"] = round(time.perf_counter() - clocks[0], 1)
    report["processor_seconds"] = round(time.process_time() - clocks[1], 1)
    return report


def judge(plan: Plan, found: policies.Found) -> dict[str, Any]:
    """The report of what the policies said."""
    rows, task = found.history.rows, found.use_case.task
    late = rows.days >= np.datetime64(plan.first_night)
    forecasts = {name: p[late] for name, p in {**found.baselines, **found.policies}.items()}
    prior = task.targets(found.history.known_at(plan.first_night).y).reshape(-1, _width(task, rows.y)).mean(axis=0)
    judged = Judged(task, rows.days[late], rows.y[late], forecasts, prior)
    spans = {plan.whole: (plan.first_night, judged.days.max().item()), **plan.parts}
    figures = {
        model: {name: _part(judged, model, span) for name, span in spans.items()}
        | {month: judged.figures(model, mask) for month, mask in judged.months().items()}
        for model in forecasts
    }
    watched = alarms(found)
    counts = {
        "refusals": len(found.refused),
        "trainings": len(found.production.trainings),
        "red_nights": watched["red_nights"],
    }
    verdicts = [*goals.verdicts(plan, figures, counts), *_beaten(plan, judged, spans, figures, list(found.baselines))]
    return {
        "title": found.use_case.title,
        "rows": int(late.sum()),
        "first_day": str(judged.days.min()),
        "last_day": str(judged.days.max()),
        "spans": list(spans),
        "shown": list(plan.shown or task.compared),
        "figures": figures,
        "refused": found.refused,
        "trainings": found.production.trainings,
        "alarms": watched,
        "groups": groups(plan, found, judged, late),
        "goals": [vars(verdict) for verdict in verdicts],
    }


def alarms(found: policies.Found) -> dict[str, Any]:
    """What the performance alarms saw: nights measured and red ones, the worst values, and where their limits are."""
    nights = found.production.nights
    measured = [night for night in nights if "gap" in night]
    worst = {}
    if measured:
        gap, skill = max(measured, key=lambda n: n["gap"]), min(measured, key=lambda n: n["skill"])
        worst = {"gap": [gap["gap"], gap["night"]], "skill": [skill["skill"], skill["night"]]}
    return {
        "nights": len(nights),
        "measured": len(measured),
        "red_nights": sum(bool(night["red"]) for night in nights),
        "worst": worst,
        "limits": {"gap": found.limits.calibration_gap, "skill": found.limits.skill},
    }


def groups(plan: Plan, found: policies.Found, judged: Judged, late: Any) -> dict[str, Any]:
    """Figures of the deployed policy by group, each with its interval; groups with few rows say nothing. `gap`: of the
    first field, the largest recall less the smallest, by model. Only of yes or no."""
    if not plan.groups or not isinstance(found.use_case.task, Binary):
        return {}
    columns = found.history.rows.columns
    fields = {name: found.use_case.column(columns, name)[late] for name in plan.groups}
    members = {
        (field, str(value)): values == value
        for field, values in fields.items()
        for value in sorted({each for each in values.tolist() if each is not None})
    }
    members = {who: rows for who, rows in members.items() if rows.sum() >= found.use_case.min_slice_rows}
    first = {value: rows for (field, value), rows in members.items() if field == plan.groups[0]}
    return {
        "figures": [
            {"field": field, "value": value, "rows": int(rows.sum()), **_grouped(judged, DEPLOYED, rows)}
            for (field, value), rows in members.items()
        ],
        "gap": {model: _gap(judged, model, first) for model in found.policies},
    }


def _grouped(judged: Judged, model: str, rows: Any) -> dict[str, Any]:
    found = {metric: judged.of_group(model, metric, rows) for metric in GROUPED}
    intervals = {metric: interval(samples) for metric, (_, samples) in found.items()}
    return {**{metric: value for metric, (value, _) in found.items()}, "intervals": intervals}


def _gap(judged: Judged, model: str, members: dict[str, Any]) -> dict[str, Any]:
    recalls = sorted((judged.of_group(model, "recall", rows) for rows in members.values()), key=lambda pair: pair[0])
    (low, below), (high, above) = recalls[0], recalls[-1]
    return {"lowest": low, "highest": high, "gap": high - low, "interval": interval(above - below)}


def _part(judged: Judged, model: str, span: Span) -> dict[str, Any]:
    return {**judged.figures(model, judged.within(span)), "intervals": judged.intervals(model, span)}


def _beaten(
    plan: Plan, judged: Judged, spans: dict[str, Span], figures: goals.Figures, names: list[str]
) -> Iterator[goals.Verdict]:
    """The goals that want every baseline beaten; both are drawn on the same days."""
    for goal in (each for each in plan.goals if each.beating):
        part, metric, sign = goal.part or plan.whole, goal.metric, goals.sign(goal.metric)
        other = goals.best(metric, part, figures, names)
        own, theirs = (figures[name][part][metric] for name in (goal.policy, other))
        samples = [judged.samples(name, metric, spans[part]) for name in (goal.policy, other)]
        between = interval(sign * (samples[0] - samples[1]))
        yield goals.beaten(goal, part, other, sign * (own - theirs), between)


def _width(task: Any, y: Any) -> int:
    return int(task.targets(y[:1]).size)
