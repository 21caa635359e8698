"""When an alarm is evaluated, over which stretches of time, and when the next evaluation can differ.

Source: "Alarm evaluation" and "Alarm evaluation window" in the Amazon CloudWatch user guide: alarms are evaluated each
minute (each 10 s with periods of 10, 20 or 30 s; each hour when Period * EvaluationPeriods is more than a day), and the
window slides: it ends where the evaluation's minute begins. All times are epoch seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

DAY_S = 86_400
EXTRA_PERIODS = 2  # fetched beyond EvaluationPeriods, as in AWS's example of 5 for 3


@dataclass(frozen=True)
class Window:
    """The evaluation range of an alarm as of any evaluation."""

    period: int
    evaluation_periods: int

    @property
    def tick(self) -> int:
        """Seconds between evaluations."""
        if self.period * self.evaluation_periods > DAY_S:
            return 3600
        return 10 if self.period < 60 else 60

    @property
    def periods(self) -> int:
        """How many periods are fetched."""
        return self.evaluation_periods + EXTRA_PERIODS

    def end(self, moment: float) -> int:
        """Where the window of the last evaluation at or before this moment ends."""
        return int(moment // self.tick) * self.tick

    def next_evaluation(self, moment: float) -> int:
        """The first evaluation after a moment."""
        return self.end(moment) + self.tick

    def starts(self, end: int) -> range:
        """The starts of its periods, oldest first."""
        return range(end - self.periods * self.period, end, self.period)

    def begin(self, end: int) -> int:
        """Where the window begins."""
        return end - self.periods * self.period

    def next_change(self, ats: Iterable[int], after: int) -> int | None:
        """The first evaluation after one (`after`) at which a sample enters, leaves or changes its period; None: never.

        A sample at `at` changes place at the first evaluation after at + k * period, for k = 0 (it enters) to
        `periods` (it leaves). No change is sooner than the next evaluation: newest samples first find it first.
        """
        tick, period, life = self.tick, self.period, self.periods * self.period
        soonest, first = after + tick, None
        for at in ats:
            # the first k * period that takes the sample beyond `after`, or is nearest before
            passed = max(0, (after - tick - at) // period) * period
            while (moment := (at + passed) // tick * tick + tick) <= after:
                passed += period
            if passed <= life and (first is None or moment < first):
                first = moment
                if first == soonest:
                    break
        return first
