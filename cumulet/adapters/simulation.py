"""Nights of the past as production would have had them: the clock advances, everything else happens by itself.

The schedule fires at each cut-off and starts Nightly; what it measures may set off an alarm, the alarm Training, an
approval Release. Here days are only handed over and the clock moved. A night counts as done when its metrics are in
CloudWatch, which is Nightly's last step, or when its day is set aside, where Nightly ends: a simulation that was
interrupted goes on with the first night that is not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest

from cumulet.adapters import alarms, metrics
from cumulet.adapters.champion import Champion
from cumulet.adapters.days import Days
from cumulet.adapters.handing_over import hand_over
from cumulet.adapters.nights import Nights
from cumulet.adapters.recovery import Recovery
from cumulet.adapters.sketches import SketchReader
from cumulet.contracts.errors import JobError
from cumulet.contracts.metrics import NAMESPACE, RECORDS, UNITS, dimensions
from cumulet.core.cutoff import nights as span
from cumulet.core.performance import PerformanceSketch

BEFORE = timedelta(hours=1)
"""So long before the first cut-off a simulation begins."""
AFTERWARDS = timedelta(hours=1)
"""The clock goes on for so long after a cut-off: alarms are evaluated every minute."""


@dataclass(frozen=True)
class SimulatedNight:
    """A night and how things stood after it."""

    date: date
    metrics: dict[str, float]
    champion: str
    red: tuple[str, ...]
    """Metrics whose alarm is red."""
    performance: PerformanceSketch
    """Of the day whose labels were due."""
    seconds: float
    set_aside: str = ""
    """Why its day is set aside; the night then has no score."""


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """Runs spans of past nights of one use case against the emulator's clock."""

    nights: Nights
    days: Days
    sketches: SketchReader
    label_lag_days: int
    champion: Champion
    alarms: Sequence[str]
    """Names of the alarms to watch."""
    recovery: Recovery

    def done(self, first: date, last: date) -> set[date]:
        """The nights of a span that have been run to their end."""
        aside = self.days.all_set_aside()
        return {day for day, found in self.measured(first, last).items() if RECORDS in found or day in aside}

    def measured(self, first: date, last: date) -> dict[date, dict[str, float]]:
        """The metrics of each night of a span, by name."""
        cut_off = self.nights.cut_off
        by_metric = metrics.read(
            NAMESPACE, dimensions(self.nights.use_case), tuple(UNITS), cut_off(first), cut_off(last)
        )
        moments = {day: metrics.hour_of(cut_off(day)) for day in span(first, last)}
        return {
            day: {name: values[at] for name, values in by_metric.items() if at in values} for day, at in moments.items()
        }

    def run(self, first: date, last: date, stopped: Callable[[], bool] = lambda: False) -> Iterator[SimulatedNight]:
        """Run the nights of a span that are not done yet, in order, until `stopped()`.

        The next day is handed over while a night runs. Raises JobError when a night fails.
        """
        done = self.done(first, last)
        wanted = [day for day in span(first, last) if day not in done]
        if done:
            self._resume(max(done))
        else:
            self._freeze(self.nights.cut_off(wanted[0]) - BEFORE)
        if not wanted:
            return
        with ThreadPoolExecutor(1) as source:
            coming = source.submit(self._hand_over, wanted[0])
            for day, following in zip_longest(wanted, wanted[1:]):
                if stopped():
                    return
                coming.result()
                if following:
                    coming = source.submit(self._hand_over, following)
                yield self._night(day)

    def _hand_over(self, day: date) -> int:
        return hand_over(self.nights.source, self.nights.lake, self.nights.use_case, day)

    def _resume(self, day: date) -> None:
        """Finish the last night that is done, and what it had set off."""
        clock, afterwards = self.nights.clock, self.nights.cut_off(day) + AFTERWARDS
        self._freeze(self.nights.cut_off(day))
        if not self.recovery.ended(day):  # it was killed after its metrics and before its end
            self.recovery.night(day)
        if clock.now() < afterwards:
            clock.advance(afterwards)
        self.recovery.reactions()

    def _freeze(self, moment: datetime) -> None:
        """Let the clock stand where an interrupted night left it, or else at a moment."""
        clock = self.nights.clock
        left = moment <= clock.now() < moment + timedelta(days=1)
        clock.freeze() if left else clock.freeze(moment)

    def _night(self, day: date) -> SimulatedNight:
        began, clock, cut_off = time.monotonic(), self.nights.clock, self.nights.cut_off(day)
        if clock.now() < cut_off:
            clock.advance(cut_off)
        if not self.recovery.ended(day):
            self.recovery.night(day)
        clock.advance(cut_off + AFTERWARDS)
        found, verdict = self.measured(day, day)[day], self.days.reasons(day)
        if not (found or verdict):
            raise JobError(f"night {day} left no metrics: {self.recovery.failure() or 'see `cumulet logs`'}")
        red = tuple(sorted(row["metric"] for row in alarms.states(self.alarms) if row["state"] == "ALARM"))
        champion = self.champion.model()
        judged = self.sketches.performance(day - timedelta(days=self.label_lag_days), champion)
        return SimulatedNight(day, found, champion, red, judged, time.monotonic() - began, "; ".join(verdict))
