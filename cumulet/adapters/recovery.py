"""What a system that was killed left half done, done again: each step may run twice, and then leaves the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from cumulet.adapters import alarms
from cumulet.adapters.champion import Champion
from cumulet.adapters.executions import FAILED, Execution, StateMachine
from cumulet.adapters.registry import Registry, version_of
from cumulet.contracts.events import NightEvent, ReleaseRequest, TrainingRequest
from cumulet.contracts.metrics import PERFORMANCE

RECENT = 10
"""Executions that are looked through for one that has succeeded."""


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """Looks for what should have happened by now and has not, and starts it."""

    nightly: StateMachine
    training: StateMachine
    release: StateMachine
    registry: Registry
    champion: Champion
    alarms: Sequence[str]
    """Names of the use case's alarms."""

    def night(self, day: date) -> Execution:
        """Run a night whose schedule came to nothing. Raises JobError when it fails."""
        return self.nightly.wait(self.nightly.start(NightEvent(date=day.isoformat()).to_json(), name=f"night-{day}"))

    def ended(self, day: date) -> bool:
        """Whether one of the newest executions of Nightly has ended well for this night."""
        return any(execution.output.get("date") == str(day) for execution in self._succeeded(self.nightly))

    def failure(self) -> str:
        """Why the newest execution of Nightly failed; empty when it did not."""
        newest = self.nightly.recent(1)
        return self.nightly.failure(newest[0]["executionArn"]) if newest and newest[0]["status"] in FAILED else ""

    def reactions(self) -> None:
        """Answer red alarms that no Training has answered, and release what was approved and is not live.

        Raises JobError when one of them fails.
        """
        for request in self._unanswered():
            self.training.wait(self.training.start(request.to_json(), name="again"))
        newest = next((package for package in self.registry.list() if package.approved), None)
        if newest and int(newest.version) > int(self.champion.model() or 0):
            event = ReleaseRequest(model_package=newest.arn).to_json()
            self.release.wait(self.release.start(event, name=f"again-{version_of(newest.arn)}"))

    def _unanswered(self) -> Iterator[TrainingRequest]:
        answered = [_request(execution) for execution in self._succeeded(self.training)]
        red = (row for row in alarms.states(self.alarms) if row["state"] == "ALARM" and row["metric"] in PERFORMANCE)
        for row in red:
            if (row["since"], row["alarm"]) not in answered:
                moment = row["since"].strftime("%Y-%m-%dT%H:%M:%SZ")
                yield TrainingRequest(time=moment, reason=row["alarm"])

    def _succeeded(self, machine: StateMachine) -> Iterator[Execution]:
        for listed in machine.recent(RECENT):
            if listed["status"] == "SUCCEEDED":
                yield machine.describe(listed["executionArn"])


def _request(execution: Execution) -> tuple[datetime, Any]:
    time = datetime.fromisoformat(execution.input["time"]).astimezone(UTC).replace(microsecond=0)
    return time, execution.input.get("reason")
