"""The benchmark's page: every claim's difference with its interval, and what the alarm made of each drift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from cumulet.reports import document, plots

COLOURS = {"helps": plots.GREEN, "harms": plots.RED, "neither": plots.COLOURS[2]}
Found = Sequence[Mapping[str, Any]]


def render(report: Mapping[str, Any]) -> str:
    """The page."""
    names = list(dict.fromkeys(each["part"] for each in report["findings"]))
    parts: list[dict[str, Any]] = []
    for name in names:
        rows = [each for each in report["findings"] if each["part"] == name]
        parts.append(
            {
                "title": name[0].upper() + name[1:],
                "tells": "With against without, in per cent of the score without: mean and 95 % interval over seeds. "
                "Right of 0 is better.",
                "svg": plots.svg({}, intervals(rows), height=0.8 + 0.5 * len(rows)),
                "rows": [_row(each) for each in rows],
            }
        )
    parts.append(
        {
            "title": "Drift, and the alarm on performance",
            "tells": "A champion of the winter; four weeks of spring, shifted from one day on. At the end all of the 14"
            " labelled days that the alarm looks at are shifted.",
            "rows": [
                {"shift": r["case"], "should alarm": "yes" if r["should alarm"] else "no",
                 "breaks a limit at the end": "yes" if r["at the end"] else "no", "nights in alarm": r["alarm nights"],
                 "first": r["first"] or "–", "gap": r["gap"], "skill": r["skill"], "input PSI": r["psi"]}
                for r in report["drift"]
            ],
        }
    )  # fmt: skip
    lead = ["Each method where theory says that it helps and where it says that it does not, as it came out."]
    return document.render("Work on training data: where it helps, where it harms", lead, parts)


def intervals(rows: Found) -> plots.Draw:
    """One line per claim."""

    def draw(axes: Axes, _: Any) -> None:
        for at, row in enumerate(reversed(rows)):
            sign = -100 if row["better_is_lower"] else 100
            low, high = sorted(sign * row[end] / abs(row["without"]) for end in ("low", "high"))
            colour = COLOURS[row["found"]]
            axes.plot([low, high], [at, at], color=colour, linewidth=3, solid_capstyle="butt")
            axes.plot([(low + high) / 2], [at], marker="o", color=colour, markersize=6)
        axes.axvline(0, color="#1d2733", linewidth=1)
        axes.set_yticks(range(len(rows)), [f"{row['case']}\n{row['score']}" for row in reversed(rows)], fontsize=8)
        axes.set_ylim(-0.6, len(rows) - 0.4)
        axes.set_xlabel("better by, %")

    return draw


def _row(each: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "case": each["case"],
        "score": each["score"] + (" (lower is better)" if each["better_is_lower"] else ""),
        "without": each["without"],
        "with": each["with_"],
        "from": each["low"],
        "to": each["high"],
        "found": each["found"],
        "expected": each["expected"],
    }
