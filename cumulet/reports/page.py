"""A report as one HTML file that needs nothing else: style and pictures are in it, there is no script."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from cumulet.reports import plots
from cumulet.reports.words import MEANINGS, NAMES

TEMPLATE = "simulation.html.j2"


def render(report: Mapping[str, Any]) -> str:
    """The page of a simulation's report (`cumulet.reports.simulation.Simulated.to_json`)."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["figure"] = figure
    environment.filters["metric"] = lambda name: NAMES.get(name, name)
    template = environment.from_string(files(__package__).joinpath(TEMPLATE).read_text(encoding="utf-8"))
    return template.render(report=report, pictures=pictures(report))


def figure(value: Any, digits: int = 3) -> str:
    """A number as people read it; a dash where there is none.

    >>> figure(12345), figure(0.70449), figure(None)
    ('12,345', '0.704', '–')
    """
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.{digits}f}"


def pictures(report: Mapping[str, Any]) -> list[dict[str, str]]:
    """Every picture with its title and what it tells."""
    judged = (
        (f"{NAMES[name]}, by month", MEANINGS[name], plots.svg(report, plots.by_month(name, NAMES[name])))
        for name in (report["compared"][0], "skill")
    )
    drawn = (
        *judged,
        (
            "Cost of a record, by month",
            f"{report['costs'].capitalize()} Lower is better.",
            plots.svg(report, plots.by_month("cost", "cost per record")),
        ),
        (
            "What the alarms watch",
            "Of the live model, over its last 14 labelled days. Dashed: the limits; three nights beyond one start"
            " Training. After a release the count starts afresh.",
            plots.svg(report, plots.performance),
        ),
        (
            "Models and alarms",
            "Bars: the model that scored the nights. Triangles: trained and approved; crosses: refused by the gate.",
            plots.svg(report, plots.time_line, height=2.2),
        ),
        (
            "Drift",
            "Inputs and predictions against the live model's training data. It explains an alarm; it raises none.",
            plots.svg(report, plots.drift),
        ),
    )
    return [{"title": title, "tells": tells, "svg": svg} for title, tells, svg in drawn]
