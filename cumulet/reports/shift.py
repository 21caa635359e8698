"""The page of a shift: what was asked for, and what it did to the days of the source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from matplotlib.axes import Axes

from cumulet.core.simulator.declaration import Shift
from cumulet.core.tasks import MEAN
from cumulet.reports import document, plots

Rows = Sequence[Mapping[str, Any]]
LINES: tuple[dict[str, Any], ...] = (
    {"color": plots.COLOURS[3], "linewidth": 4},
    {"color": plots.COLOURS[0], "linewidth": 1.5},
)
"""The source, wide, so that it shows where the shifted days lie on it."""


def render(use_case: str, shift: Shift, found: Mapping[str, Any]) -> str:
    """The page of `cumulet.cli.shift.compared`."""
    days: dict[str, Rows] = {"source": found["before"], "shifted": found["after"]}
    pictures = [
        ("How far each knob is turned", "From 0, not at all, to 1, as declared.", _intensities(shift, found["before"])),
        ("Records a day", "Valid ones; dotted: refused by the schema.", _records(days)),
        ("Labels known", "How many of each day's records had a label by the last day shown.", _series(days, "labels")),
    ]
    if all(MEAN in day for day in found["after"]):
        tells = "Of each day's records, as far as it became known within the days shown."
        pictures.insert(2, ("Mean label", tells, _series(days, MEAN)))
    parts: list[dict[str, Any]] = [
        {"title": title, "tells": tells, "svg": plots.svg({}, draw, height=2.2)} for title, tells, draw in pictures
    ]
    parts.append(
        {
            "title": "Columns",
            "tells": f"From {found['since']} on, against the source's own days. A PSI below 0.1 is stable.",
            "rows": found["columns"],
        }
    )
    knobs = [f"{knob.kind}: {described(knob)}" for knob in shift.knobs]
    lead = [shift.title or "A shift", f"Seed {shift.seed}; {'; '.join(knobs)}."]
    return document.render(f"Shifted days of {use_case}", lead, parts)


def described(knob: Any) -> str:
    """A knob's settings that are not the default, in words.

    >>> from cumulet.core.simulator.knobs import Prior
    >>> from cumulet.core.simulator.timing import When
    >>> described(Prior(odds=2.0, when=When(start=date(2013, 5, 1))))
    'odds=2.0, sudden from 2013-05-01'
    """
    fields = type(knob).__dataclass_fields__
    own = [f"{n}={getattr(knob, n)}" for n, f in fields.items() if n != "when" and getattr(knob, n) != f.default]
    own = [text for text in own if not text.endswith("={}")]
    until = f" to {knob.when.end}" if knob.when.end else ""
    return ", ".join([*own, f"{knob.when.shape} from {knob.when.start}{until}"])


def _intensities(shift: Shift, days: Rows) -> plots.Draw:
    def draw(axes: Axes, _: Any) -> None:
        for number, (colour, knob) in enumerate(zip(plots.COLOURS * 4, shift.knobs, strict=False)):
            turned = [knob.when.intensity(date.fromisoformat(row["date"])) for row in days]
            axes.step(_on(days), turned, where="post", color=colour, linewidth=1.8, label=f"{number + 1} {knob.kind}")
        axes.set_ylim(-0.05, 1.1)
        _finish(axes)

    return draw


def _records(days: Mapping[str, Rows]) -> plots.Draw:
    def draw(axes: Axes, _: Any) -> None:
        for style, (name, each) in zip(LINES, days.items(), strict=True):
            axes.plot(_on(each), [row["records"] for row in each], label=name, **style)
        after = days["shifted"]
        axes.plot(_on(after), [row["refused"] for row in after], color=plots.RED, linestyle=":", label="refused")
        _finish(axes)

    return draw


def _series(days: Mapping[str, Rows], name: str) -> plots.Draw:
    def draw(axes: Axes, _: Any) -> None:
        for style, (label, each) in zip(LINES, days.items(), strict=True):
            values = [float("nan") if row[name] is None else row[name] for row in each]
            axes.plot(_on(each), values, label=label, **style)
        _finish(axes)

    return draw


def _on(days: Rows) -> list[float]:
    return [float(date.fromisoformat(row["date"]).toordinal() - date(1970, 1, 1).toordinal()) for row in days]


def _finish(axes: Axes) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(maxticks=10)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=9)
