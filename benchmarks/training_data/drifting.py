"""What the performance alarm makes of each kind of drift: a champion of the winter, a spring shifted on purpose."""

from __future__ import annotations

from contextlib import redirect_stdout
from datetime import date, timedelta
from io import StringIO
from typing import Any

import numpy as np

import usecases
from benchmarks.history import ROOT, History
from benchmarks.replay import Champion, Production
from cumulet.contracts.settings import UseCaseSettings
from cumulet.core import drift
from cumulet.core.cutoff import nights
from cumulet.core.sketches import InputSketch
from lambdas.monitor.performance import WINDOW_DAYS

FIRST, BORN, START, LAST = date(2013, 2, 25), date(2013, 4, 1), date(2013, 4, 22), date(2013, 5, 20)
WHEN = f"when = {{ start = {START} }}"
CASES: dict[str, tuple[str, bool, str]] = {
    "none": ("", False, ""),
    "covariate: long flights likelier": ('kind = "tilt"\ncolumn = "distance"\nstrength = 1.0', False, "distance"),
    "covariate: kilometres for miles": ('kind = "scale"\ncolumn = "distance"\nfactor = 1.609344', False, "distance"),
    "label: odds of a late arrival doubled": ('kind = "prior"\nodds = 2.0', True, ""),
    "label: odds of a late arrival times six": ('kind = "prior"\nodds = 6.0', True, ""),
    "concept: two carriers half an hour later": (
        'kind = "concept"\ncolumn = "arr_delay"\noffset = 30\nwhere = { carrier = ["UA", "B6"] }', True, "",
    ),
    "concept: half of JFK's outcomes exchanged": ('kind = "concept"\nflip = 0.5\nwhere = { origin = "JFK" }', True, ""),
    "concept: every outcome exchanged": ('kind = "concept"\nflip = 1.0', True, ""),
    "late labels: by three days": ('kind = "late"\nmean_days = 3\nmax_days = 7', False, ""),
}  # fmt: skip
"""By name: the knob, whether the alarm should notice, and the column whose input drift should show it."""


def run() -> list[dict[str, Any]]:
    """One row per case: nights in alarm once all days that the alarm looks at are shifted, and the drift of inputs."""
    use_case = usecases.load("flights")
    limits = UseCaseSettings.load(ROOT / "usecases" / "flights" / "usecase.toml").alarms
    winter = History(use_case, date(2013, 1, 1), date(2013, 3, 31))
    with redirect_stdout(StringIO()):
        first, _ = Production(use_case, winter, limits).train(BORN, None)
    found = []
    for name, (knob, noticed, column) in CASES.items():
        shift = f"seed = 7\n[[knob]]\n{knob}\n{WHEN}\n" if knob else ""
        history = History(use_case, FIRST, LAST, shift)
        champion = Champion(first.model, BORN, first.model.predict(history.rows.columns))
        production = Production(use_case, history, limits)
        found.append({"case": name, "should alarm": noticed, **_watched(production, champion, history, column)})
        row = found[-1]
        state = "breaks a limit" if row["at the end"] else "breaks none"
        figures = f"gap {row['gap']:.3f}  skill {row['skill']:+.3f}  psi {row['psi']:.2f}"
        print(f"drift  {name:<44}{state:<16}{figures}  {row['alarm nights']} nights in alarm", flush=True)
    return found


def _watched(production: Production, champion: Champion, history: History, column: str) -> dict[str, Any]:
    red, alarms, last = 0, [], {"gap": float("nan"), "skill": float("nan")}
    for night in nights(BORN, LAST):
        standing = production.standing(champion, night)
        red = red + 1 if standing and production.breaches(standing) else 0
        last = standing or last
        if red >= production.limits.nights:
            alarms.append(night)
    settled = START + timedelta(days=production.use_case.label_lag_days + WINDOW_DAYS)
    after = [night for night in alarms if night >= settled]
    return {
        "alarm nights": len(after),
        "first": str(after[0]) if after else "",
        "before": len(alarms) - len(after),
        "at the end": bool(production.breaches(last)),
        "psi": _psi(history, column),
        **last,
    }


def _psi(history: History, column: str) -> float:
    """Of a column after the shift began against before; without a column the largest of the records' own fields."""
    names = [column] if column else [n for n in production_fields() if n in history.rows.columns]
    before = history.rows.days < np.datetime64(START)
    parts = [{n: history.rows.columns[n][rows] for n in names} for rows in (before, ~before)]
    reference = InputSketch.learn(parts[0])
    return max(each.psi for each in drift.of_inputs(reference, reference.count(parts[1])).values())


def production_fields() -> tuple[str, ...]:
    """The fields of a flight that do not change with the season."""
    return "carrier", "origin", "distance", "block_minutes", "seats"
