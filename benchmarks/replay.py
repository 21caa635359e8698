"""Production night by night, offline: labels become known, the alarms judge the champion, Training answers them.

The functions are the pipelines' own (`training.fit.make`, the gate, the monitor's sketches and windows); what is
imitated is the cloud around them: the alarms' rule (infra/performance.py), the cool-down and the red alarm that Nightly
answers (infra/nightly.py), the release, which scores from the following night on.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.history import History
from cumulet.contracts.manifests import DatasetManifest
from cumulet.contracts.metrics import CALIBRATION_GAP, SKILL
from cumulet.contracts.settings import AlarmSettings
from cumulet.core.cutoff import nights
from cumulet.core.model import Model
from cumulet.core.performance import PerformanceSketch
from cumulet.core.usecase import UseCase
from lambdas.monitor.performance import MINIMUM_DAYS, WINDOW_DAYS
from training import fit, judging

Floats = NDArray[np.float64]


@dataclass
class Champion:
    """A live model: since when, and what it says of every row of the history, (n,) or (n, k)."""

    model: Model
    born: date
    predictions: Floats
    sketches: dict[date, PerformanceSketch] = field(default_factory=dict)


@dataclass(frozen=True)
class Replayed:
    """Nights in production: what their champions said of the rows of each, (n,) or (n, k), NaN outside; every training
    that an alarm set off, with the gate's verdict; what `monitor` measured in each night, and which alarms were red."""

    forecasts: Floats
    trainings: list[dict[str, Any]]
    nights: list[dict[str, Any]]


@dataclass(frozen=True)
class Production:
    """A use case in production over the days of a history."""

    use_case: UseCase
    history: History
    limits: AlarmSettings

    def run(self, champion: Champion, last: date) -> Replayed:
        """The nights from the first champion's first one to `last`."""
        found = Replayed(np.full_like(champion.predictions, np.nan), [], [])
        broken: dict[str, int] = {}
        free = champion.born
        for night in nights(champion.born, last):
            today = self.history.rows.days == np.datetime64(night)
            found.forecasts[today] = champion.predictions[today]
            standing = self.standing(champion, night)
            broken = {alarm: broken.get(alarm, 0) + 1 for alarm in self.broken(standing)}
            red = [alarm for alarm, count in broken.items() if count >= self.limits.nights]
            found.nights.append({"night": str(night), **standing, "red": red})
            if red and night >= free:
                candidate, reasons = self.train(night, champion)
                found.trainings.append({"night": str(night), **standing, "refused": reasons})
                free = night + timedelta(days=self.limits.cool_down_days)
                champion, broken = (champion, broken) if reasons else (candidate, {})
        return found

    def train(self, night: date, champion: Champion | None) -> tuple[Champion, list[str]]:
        """A candidate of what is known at a night's cut-off, as Fit leaves it, and why the gate refuses it."""
        known, use_case = self.history.known_at(night), self.use_case
        with tempfile.TemporaryDirectory() as folder:
            model, output = Path(folder) / "model", Path(folder) / "output"
            spans = {"folds": fit.FOLDS, "fold_days": fit.FOLD_DAYS}
            holdout, manifest = fit.make(use_case, known, self._dataset(night), model=model, output=output, **spans)
            found = Model.load(model, use_case)
        verdict = judging.against_champion(use_case, holdout, champion.model, "champion") if champion else None
        gate = judging.evaluate(use_case, holdout, manifest, verdict)["gate"]
        predictions = found.predict(self.history.rows.columns)
        return Champion(found, night if champion is None else night + timedelta(days=1), predictions), gate["reasons"]

    def standing(self, champion: Champion, night: date) -> dict[str, float]:
        """What `monitor` measures in a night; empty while the champion has too few labelled days."""
        judged = night - timedelta(days=self.use_case.label_lag_days)
        if judged >= champion.born:
            rows = (self.history.rows.days == np.datetime64(judged)) & (self.history.known <= np.datetime64(night))
            champion.sketches[judged] = PerformanceSketch.of(
                self.use_case.task, self.history.rows.y[rows], champion.predictions[rows]
            )
        window = [each for day, each in champion.sketches.items() if judged - day < timedelta(days=WINDOW_DAYS)]
        labelled = [each for each in window if each.rows]
        if len(labelled) < MINIMUM_DAYS:
            return {}
        merged = reduce(PerformanceSketch.merge, labelled)
        found = self.use_case.task.performance(merged.rows, merged.sums)
        return {"gap": found[CALIBRATION_GAP], "skill": found[SKILL]}

    def broken(self, standing: dict[str, float]) -> list[str]:
        """The alarms whose limit a night breaks; none where nothing was measured."""
        if not standing:
            return []
        gap, skill = standing["gap"] > self.limits.calibration_gap, standing["skill"] < self.limits.skill
        return [name for name, breaks in (("gap", gap), ("skill", skill)) if breaks]

    def breaches(self, standing: dict[str, float]) -> bool:
        """Whether a night breaks a limit of the alarms."""
        return bool(self.broken(standing))

    def _dataset(self, night: date) -> DatasetManifest:
        cut_off = self.use_case.cut_off.at(night).isoformat()
        return DatasetManifest(
            use_case=self.use_case.name, cut_off=cut_off, first_day="", last_day="", rows=0, labelled=0,
            schema_hash=self.use_case.schema.hash, files={}, sources={},
        )  # fmt: skip
