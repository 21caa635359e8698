"""Two dataset snapshots compared, as one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np
from jinja2 import Environment, StrictUndefined
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from cumulet.core.dataset_diff import Difference
from cumulet.core.histograms import Histogram
from cumulet.reports import plots
from cumulet.reports.page import figure

TEMPLATE = "dataset_diff.html.j2"
BEFORE, AFTER = plots.COLOURS[2], plots.COLOURS[0]


def render(
    difference: Difference,
    histograms: Sequence[Histogram],
    days: Mapping[str, tuple[int, int]],
    *,
    use_case: str,
    ids: tuple[str, str],
) -> str:
    """The page: figures, schema, rows by day, drift by column, and the columns that moved most as pictures.

    `days` are the rows (before, after) of every day, `ids` those of the snapshots.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["figure"] = figure
    template = environment.from_string(files(__package__).joinpath(TEMPLATE).read_text(encoding="utf-8"))
    found = difference.to_json()
    return template.render(
        found=found,
        labels={name: pair for name, pair in found["label"].items() if name not in ("rows", "labelled")},
        use_case=use_case,
        ids=ids,
        columns=[
            {"name": name, **shift, "changed": found["rows"]["changed_by_column"].get(name, 0)}
            for name, shift in found["drift"].items()
        ],
        by_day=plots.svg({"days": days, "ids": ids}, _by_day, height=2.4),
        pictures=[(one.name, plots.svg({"histogram": one}, _histogram, height=2.4)) for one in histograms],
    )


def _by_day(axes: Axes, report: Mapping[str, Any]) -> None:
    days = sorted(report["days"])
    at = np.array(days, "datetime64[D]")
    for n, (colour, name) in enumerate(zip((BEFORE, AFTER), ("before", "after"), strict=True)):
        rows = [report["days"][day][n] for day in days]
        axes.step(at, rows, where="mid", color=colour, linewidth=2.4 if n == 0 else 1.3, label=name)
    axes.set_ylabel("rows a day")
    axes.set_ylim(bottom=0)
    locator = AutoDateLocator()
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    _legend(axes)


def _legend(axes: Axes) -> None:
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=9)


def _histogram(axes: Axes, report: Mapping[str, Any]) -> None:
    one: Histogram = report["histogram"]
    if one.values:
        at = range(len(one.values))
        axes.bar([x - 0.2 for x in at], one.before, width=0.4, color=BEFORE, label="before")
        axes.bar([x + 0.2 for x in at], one.after, width=0.4, color=AFTER, label="after")
        axes.set_xticks(list(at), list(one.values))
        axes.grid(axis="x", visible=False)
    else:
        axes.stairs(one.before, one.edges, fill=True, color=BEFORE, alpha=0.45, label="before")
        axes.stairs(one.after, one.edges, color=AFTER, linewidth=1.8, label="after")
    axes.set_ylabel("share of rows")
    _legend(axes)
