"""Training as an operator starts it: by hand, as of a night, and on to the release that an approval sets off."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from cumulet.adapters.champion import Champion
from cumulet.adapters.executions import StateMachine
from cumulet.adapters.nights import Nights, Progress, silent
from cumulet.adapters.registry import Package, Registry
from cumulet.contracts.errors import JobError
from cumulet.contracts.events import ReleaseRequest, TrainingRequest

EVENT_S = 900.0
"""An approval reaches Release by an event, seconds later on AWS; after so many seconds it was lost."""
POLL_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Trainings:
    """Trains and releases models of one use case."""

    nights: Nights
    training: StateMachine
    release: StateMachine
    registry: Registry
    champion: Champion

    def run(self, night: date, progress: Progress = silent, *, run: str = "") -> Package:
        """Train on what was known at a night's cut-off; the registered package, released when it was approved.

        `run` names the model's folder; the same name again trains again and registers nothing new.

        Raises JobError when a job fails, or when the release of an approved package does.
        """
        moment = self.nights.cut_off(night) + timedelta(minutes=1)
        self.nights.clock.set(moment)
        request = TrainingRequest(time=moment.astimezone(UTC).isoformat(), reason="by hand", force=True, run=run)
        self.training.wait(self.training.start(request.to_json(), name=f"by-hand-{night}"), progress=progress)
        newest = self.registry.list()[0]
        if newest.approved:
            self.await_release(newest.arn, progress)
        return newest

    def release_package(self, package: Package, progress: Progress = silent) -> None:
        """Release a package: approve it where it waits for that. Raises JobError when Release refuses it."""
        if package.approved:
            event = ReleaseRequest(model_package=package.arn).to_json()
            self.release.wait(self.release.start(event, name=f"by-hand-{package.version}"), progress=progress)
        else:
            self.registry.approve(package.arn, "by hand")
        self.await_release(package.arn, progress)

    def await_release(self, package: str, progress: Progress = silent) -> None:
        """Wait until an approved package is live. Raises JobError with the reason when that does not come about."""
        deadline = time.monotonic() + EVENT_S
        while not (execution := self._release_of(package)):
            if time.monotonic() > deadline:
                raise JobError(f"{package} is approved, but no Release has begun; see `cumulet status`")
            time.sleep(POLL_S)
        self.release.wait(execution, progress=progress)
        if self.champion.package() != package:
            raise JobError(f"Release ended, but {self.champion.package() or 'no model'} is live")

    def _release_of(self, package: str) -> str:
        """The newest execution of Release for a package; empty when there is none yet."""
        for execution in self.release.recent():
            arn = str(execution["executionArn"])
            if self.release.describe(arn).input.get("model_package") == package:
                return arn
        return ""
