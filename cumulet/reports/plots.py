"""The report's pictures as SVG text: no screen, no clock, no chance, so equal figures are equal bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.dates import ConciseDateFormatter, MonthLocator
from matplotlib.figure import Figure

from cumulet.contracts import metrics

WIDTH_IN, HEIGHT_IN = 9.0, 2.9
STYLE: dict[Any, Any] = {
    "svg.hashsalt": "cumulet",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e3e7ec",
    "axes.edgecolor": "#8a94a3",
    "xtick.color": "#4a5462",
    "ytick.color": "#4a5462",
    "legend.frameon": False,
}
COLOURS = ("#0b6bcb", "#d9822b", "#7a8594", "#a3acb9", "#5b3db8")
RED, GREEN, AMBER = "#c9372c", "#1f845a", "#b65c02"

_EPOCH = date(1970, 1, 1).toordinal()

Report = Mapping[str, Any]
Draw = Callable[[Axes, Report], None]


def svg(report: Report, draw: Draw, height: float = HEIGHT_IN) -> str:
    """One picture of a report as an `<svg>` element."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH_IN, height), layout="constrained")
        draw(figure.add_subplot(), report)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue().partition("<!DOCTYPE")[2].partition(">")[2].strip()


def by_month(figure: str, label: str) -> Draw:
    """A figure of every forecaster by month, as lines."""

    def draw(axes: Axes, report: Report) -> None:
        for colour, name in zip(COLOURS, report["whole"], strict=False):
            rows = [row for row in report["months"] if row["forecaster"] == name and row[figure] is not None]
            axes.plot(
                [_on(f"{row['month']}-01") for row in rows],
                [row[figure] for row in rows],
                color=colour,
                marker="o",
                markersize=4,
                linewidth=2.2 if colour == COLOURS[0] else 1.4,
                label=name,
            )
        axes.set_ylabel(label)
        _months(axes)
        _legend(axes)

    return draw


def performance(axes: Axes, report: Report) -> None:
    """Calibration gap and skill of the live model night by night, with the limits of their alarms."""
    days = _days(report)
    for name, colour, limit in (
        (metrics.CALIBRATION_GAP, COLOURS[0], report["limits"]["gap"]),
        (metrics.SKILL, COLOURS[1], report["limits"]["skill"]),
    ):
        axes.plot(days, _series(report, name), color=colour, linewidth=1.6, label=_spaced(name))
        axes.axhline(limit, color=colour, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.set_ylabel("last 14 labelled days")
    _releases(axes, report)
    _months(axes)
    _legend(axes)


def drift(axes: Axes, report: Report) -> None:
    """Drift of inputs and predictions against the live model's training data, night by night."""
    days = _days(report)
    for name, colour in ((metrics.INPUT_DRIFT, COLOURS[2]), (metrics.PREDICTION_DRIFT, COLOURS[4])):
        axes.plot(days, _series(report, name), color=colour, linewidth=1.4, label=_spaced(name))
    axes.set_ylabel("population stability index")
    axes.set_ylim(bottom=0)
    _releases(axes, report)
    _months(axes)
    _legend(axes)


def time_line(axes: Axes, report: Report) -> None:
    """Which model was live when, when alarms were red, and when a model was trained."""
    for number, span in enumerate(report["live"]):
        first, last = _on(span["first"]), _on(span["last"])
        shade = 0.35 + 0.3 * (number % 2)
        axes.broken_barh([(first, last - first + 1)], (2.7, 0.6), color=COLOURS[0], alpha=shade)
        axes.text(first, 3.4, f" {span['model']}", fontsize=8, color=COLOURS[0], va="bottom")
    for row, name in enumerate(metrics.PERFORMANCE):
        for first, last in red_spans(report, name):
            axes.broken_barh([(first, max(last - first, 1))], (1.7 - row, 0.6), color=RED)
    for model in report["models"]:
        passed = model["status"] == "Approved"
        at = _on(model["trained_until"])
        axes.plot([at], [3.0], marker="^" if passed else "x", color=GREEN if passed else AMBER, markersize=7)
    axes.set_yticks([3.0, 2.0, 1.0], ["live model", *(f"{_spaced(name)} red" for name in metrics.PERFORMANCE)])
    axes.set_ylim(0.5, 3.9)
    axes.set_xlim(_on(report["first"]), _on(report["last"]) + 1)
    axes.grid(axis="y", visible=False)
    _months(axes)


def red_spans(report: Report, metric: str) -> list[tuple[float, float]]:
    """From when to when (days, as `_on`) the alarm on a metric was red; the last span may last to the end."""
    spans: list[tuple[float, float]] = []
    since = None
    for change in (row for row in report["alarms"] if row["metric"] == metric):
        at = _on(change["at"])
        if change["state"] == "ALARM":
            since = at
        elif since is not None:
            spans.append((since, at))
            since = None
    return [*spans, (since, _on(report["last"]))] if since is not None else spans


def _on(day: str) -> float:
    """A date, or the date of a time stamp, in days since 1970: Matplotlib's own measure."""
    return float(date.fromisoformat(day[:10]).toordinal() - _EPOCH)


def _days(report: Report) -> list[float]:
    return [_on(row["date"]) for row in report["series"]]


def _series(report: Report, name: str) -> list[float]:
    return [float("nan") if row[name] is None else row[name] for row in report["series"]]


def _releases(axes: Axes, report: Report) -> None:
    for number, span in enumerate(report["live"][1:]):
        axes.axvline(
            _on(span["first"]),
            color=GREEN,
            linewidth=1,
            linestyle=":",
            label="" if number else "new model live",
        )


def _months(axes: Axes) -> None:
    locator = MonthLocator()
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))


def _legend(axes: Axes) -> None:
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=9)


def _spaced(name: str) -> str:
    """`CalibrationGap` as words.

    >>> _spaced("CalibrationGap")
    'calibration gap'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()
