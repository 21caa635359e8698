"""Nights as an operator runs them: hand the day over, start Nightly, wait for it and for whatever it set off."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from cumulet.adapters.emulator import Clock
from cumulet.adapters.executions import Execution, StateMachine
from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import NotFoundError
from cumulet.contracts.events import NightEvent


class Source(Protocol):
    """The system that a use case's days come from."""

    def day(self, day: date) -> Mapping[str, bytes]:
        """The tables (CSV) that it hands out at the cut-off of a day. Raises NotFoundError for a day it has not."""
        ...


@dataclass(frozen=True)
class Night:
    """What one night did, and what it set off before the next one began."""

    date: date
    metrics: dict[str, float]
    seconds: float
    started: tuple[Execution, ...] = field(default=())
    """Executions of Training and Release that an alarm or an approval started during this night."""


def days(first: date, last: date) -> Iterator[date]:
    """Every day from first to last, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def hand_over(source: Source, lake: Lake, use_case: str, day: date) -> int:
    """Write the source's tables of a day to raw/; the number of tables, 0 for a day that the source does not have.

    What is in raw/ already stays as it is.
    """
    try:
        tables = source.day(day)
    except NotFoundError:
        return 0
    for table, content in sorted(tables.items()):
        key = keys.raw(use_case, day, table)
        if not lake.exists(key):
            lake.put(key, content)
    return len(tables)


@dataclass(frozen=True)
class Nights:
    """Runs nights of one use case, one after the other."""

    use_case: str
    lake: Lake
    clock: Clock
    nightly: StateMachine
    reactions: tuple[StateMachine, ...]
    """The state machines that a night can set off through events, in the order in which they follow one another."""

    def run(self, day: date, cut_off: datetime, progress: Callable[[str], None] = lambda state: None) -> Night:
        """Run the night of a logical date at its cut-off. Raises JobError when a step fails."""
        began = time.monotonic()
        self.clock.set(cut_off)
        arn = self.nightly.start(NightEvent(date=day.isoformat()).to_json(), name=f"night-{day}")
        output = self.nightly.wait(arn, progress=progress).output
        return Night(day, _metrics(output), time.monotonic() - began, self.settle(progress))

    def settle(self, progress: Callable[[str], None] = lambda state: None) -> tuple[Execution, ...]:
        """Wait until nothing that the night set off is under way any more; what it was."""
        ended: list[Execution] = []
        for machine in self.reactions:
            ended += [machine.wait(arn, progress=progress) for arn in machine.running()]
        return tuple(ended)


def _metrics(output: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in output.get("metrics", {}).items()}
