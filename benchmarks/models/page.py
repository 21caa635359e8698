"""The report of a use case as Markdown; tables are padded, so that a terminal shows them as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.models.plans import DEPLOYED, FROZEN, MONTHLY
from lambdas.monitor.performance import WINDOW_DAYS

GROUPED = {"rate": "rate", "mean_prediction": "mean prediction", "recall": "TPR", "fpr": "FPR", "roc_auc": "ROC-AUC"}
Report = Mapping[str, Any]


def whole(reports: Mapping[str, Report]) -> str:
    """docs/models.md: the goals of all use cases, then each by itself."""
    parts = [
        "# What the models reach",
        "Written by `make benchmark-models`; what a use case must reach is declared in `benchmarks/models/plans.py`.",
        "Every night of the spans below is replayed with the pipelines' own functions on what was known at its "
        "cut-off. In brackets: 95 % intervals over days, of 1,000 samples of whole days "
        "(`benchmarks/models/bootstrap.py`). They say how much a figure depends on the days that were judged, not on "
        "the luck of a fit; days that follow each other are drawn as if independent. ECE cannot be negative, so its "
        "interval lies rather high.",
        "**frozen**: fitted on what the first night knew, and kept. **monthly**: fitted anew on the first of each "
        "month, no gate. **retrained on alarm**: as deployed, fitted anew when a performance alarm asks for it, behind "
        "the gate. Skill is 1 − squared error / that of the rows' own mean: the Brier skill of probabilities, R² of "
        "numbers.",
        goals(reports),
        *(section(name, report) for name, report in reports.items()),
    ]
    return "\n\n".join(parts) + "\n"


def goals(reports: Mapping[str, Report]) -> str:
    """The goals of all use cases, and whether they are met."""
    rows = [[name, *_goal(goal)] for name, report in reports.items() for goal in report["goals"]]
    return table(["use case", "goal", "found", "95 %", ""], rows)


def section(name: str, report: Report) -> str:
    """One use case."""
    return "\n\n".join([f"## {name}: {report['title']}", *_parts(name, report)])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with columns of one width; the first is aligned to the left."""
    widths = [max(len(row[n]) for row in (head, *rows)) for n in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)) + " |" for line in lines
    )


def _parts(name: str, report: Report) -> Iterator[str]:
    yield (
        f"{report['rows']:,} labelled records from {report['first_day']} to {report['last_day']}: "
        f"`python -m benchmarks.models {name}`"
    )
    shown = report["shown"]
    for span in report["spans"]:
        rows = [[model, *_row(parts[span], shown)] for model, parts in report["figures"].items()]
        yield table([f"{span}", *shown], rows)
    yield from _months(report)
    yield from _production(report)
    if report["groups"]:
        yield from _groups(report["groups"])


def _months(report: Report) -> Iterator[str]:
    """Of the deployed policy all metrics that are shown, of the others the first of them."""
    shown, figures = report["shown"], report["figures"]
    months = [part for part in figures[DEPLOYED] if part not in report["spans"]]
    yield f"Month by month, {DEPLOYED}; at the right {shown[0]} of the other policies:"
    rows = [
        [
            month,
            f"{figures[DEPLOYED][month]['rows']:,}",
            *_row(figures[DEPLOYED][month], shown),
            *(_number(figures[policy][month][shown[0]]) for policy in (FROZEN, MONTHLY)),
        ]
        for month in months
    ]
    yield table(["month", "rows", *shown, FROZEN, MONTHLY], rows)


def _production(report: Report) -> Iterator[str]:
    seen, limits = report["alarms"], report["alarms"]["limits"]
    text = f"{seen['nights']:,} nights, {seen['red_nights']} of them with a red performance alarm"
    if seen["worst"]:
        (gap, gap_night), (skill, skill_night) = seen["worst"]["gap"], seen["worst"]["skill"]
        text += (
            f". Over {WINDOW_DAYS} labelled days the calibration gap was at most {gap:.3f} ({gap_night}), limit "
            f"{limits['gap']:g}, the skill at least {skill:.3f} ({skill_night}), limit {limits['skill']:g}"
        )
    yield text + f". Trainings on alarm: {len(report['trainings'])}."
    if report["trainings"]:
        rows = [
            [t["night"], f"{t['gap']:.3f}", f"{t['skill']:.3f}", "; ".join(t["refused"]) or "released"]
            for t in report["trainings"]
        ]
        yield table(["night", "gap", "skill", "the gate's verdict"], rows)


def _groups(groups: Report) -> Iterator[str]:
    yield (
        f"By group, {DEPLOYED}, at the threshold that costs imply. TPR: of those that are, how many the model says "
        "are; FPR: of those that are not."
    )
    rows = [
        [f"{row['field']}: {row['value']}", f"{row['rows']:,}", *_row(row, tuple(GROUPED))] for row in groups["figures"]
    ]
    yield table(["group", "rows", *GROUPED.values()], rows)
    field = groups["figures"][0]["field"]
    gaps = [
        [model, *(f"{row[key]:.3f}" for key in ("lowest", "highest", "gap")), _interval(row["interval"])]
        for model, row in groups["gap"].items()
    ]
    yield table([f"TPR by {field}", "lowest", "highest", "gap", "95 %"], gaps)


def _row(row: Mapping[str, Any], shown: Sequence[str]) -> list[str]:
    intervals = row.get("intervals", {})
    return [
        _number(row[metric]) + (f" {_interval(intervals[metric])}" if metric in intervals else "") for metric in shown
    ]


def _goal(goal: Mapping[str, Any]) -> list[str]:
    return [goal["goal"], _number(goal["found"]), _interval(goal["interval"]), "met" if goal["met"] else "**missed**"]


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value}" if isinstance(value, int) else f"{value:.4f}"


def _interval(interval: Sequence[float] | None) -> str:
    return f"[{interval[0]:.3f}, {interval[1]:.3f}]" if interval else ""
