"""Nights as an operator runs them: hand the day over, start Nightly, wait for it and for whatever it set off."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from cumulet.adapters.emulator import Clock
from cumulet.adapters.executions import Execution, StateMachine
from cumulet.adapters.handing_over import hand_over
from cumulet.adapters.lake import Lake
from cumulet.adapters.session import client
from cumulet.adapters.sources import Source
from cumulet.contracts.errors import JobError
from cumulet.contracts.events import Ingested, NightEvent
from cumulet.core.cutoff import nights

CONCURRENT_DAYS = 2
"""Days that are ingested at the same time: more only queue up on two cores."""

Progress = Callable[[str], None]
"""Hears where long work stands."""


def silent(where: str) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True)
class Night:
    """What one night did, and what it set off before the next one began."""

    date: date
    metrics: dict[str, float]
    seconds: float
    started: tuple[Execution, ...] = field(default=())
    """Executions of Training and Release that an alarm or an approval started during this night."""
    set_aside: str = ""
    """Why the day was set aside, and nothing else was done."""


@dataclass(frozen=True, kw_only=True)
class Nights:
    """Loads days and runs nights of one use case, one night after the other."""

    use_case: str
    source: Source
    cut_off: Callable[[date], datetime]
    """The cut-off of a night (UTC)."""
    lake: Lake
    clock: Clock
    ingest: str
    """The function."""
    nightly: StateMachine
    reactions: tuple[StateMachine, ...]
    """The state machines that a night can set off through events, in the order in which they follow one another."""

    def load(self, first: date, last: date, progress: Progress = silent) -> list[Ingested]:
        """Hand over and ingest a span of days without scoring them, a few at a time; in the order of the days."""
        done: list[Ingested] = []
        with ThreadPoolExecutor(CONCURRENT_DAYS) as pool:
            for ingested in pool.map(self._ingest, nights(first, last)):
                done.append(ingested)
                progress(f"{ingested.date}: {ingested.records} records, {ingested.labels} labels")
        return done

    def run(self, day: date, progress: Progress = silent) -> Night:
        """Hand over a day and run its night at its cut-off. Raises JobError when a step fails."""
        began = time.monotonic()
        hand_over(self.source, self.lake, self.use_case, day)
        self.clock.set(self.cut_off(day))
        arn = self.nightly.start(NightEvent(date=day.isoformat()).to_json(), name=f"night-{day}")
        output = self.nightly.wait(arn, progress=lambda state: progress(f"{day} {state}")).output
        reason = str(output.get("set_aside", ""))
        return Night(day, _metrics(output), time.monotonic() - began, self.settle(progress), reason)

    def _ingest(self, day: date) -> Ingested:
        hand_over(self.source, self.lake, self.use_case, day)
        return self.ingest_again(day)

    def settle(self, progress: Progress = silent) -> tuple[Execution, ...]:
        """Wait until nothing that the night set off is under way any more; what it was."""
        ended: list[Execution] = []
        for machine in self.reactions:
            ended += [machine.wait(arn, progress=progress) for arn in machine.running()]
        return tuple(ended)

    def ingest_again(self, day: date) -> Ingested:
        """Ingest what lies in raw for a day, without asking the source or scoring. Raises JobError when it fails."""
        event = json.dumps(NightEvent(date=day.isoformat()).to_json())
        answer = client("lambda").invoke(FunctionName=self.ingest, Payload=event)
        body = json.load(answer["Payload"])
        if "FunctionError" in answer:
            raise JobError(f"ingest of {day}: {body.get('errorType')}: {body.get('errorMessage')}")
        return Ingested.from_json(body)


def _metrics(output: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in output.get("metrics", {}).items()}
