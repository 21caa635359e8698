"""What a span of simulated nights came to: plain JSON, the same bytes for the same nights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from cumulet.contracts import metrics
from cumulet.contracts.manifests import canonical
from cumulet.contracts.settings import AlarmSettings
from cumulet.core.track_record import TrackRecord
from cumulet.core.usecase import UseCase

DECIMALS = 6
SERIES = (metrics.CALIBRATION_GAP, metrics.SKILL, metrics.PREDICTION_DRIFT, metrics.INPUT_DRIFT)
"""Metrics of the nights that the report shows as they came."""


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """What is known after a simulation."""

    use_case: UseCase
    limits: AlarmSettings
    measured: Mapping[date, Mapping[str, float]]
    """The metrics of each night; none where the day was set aside."""
    models: Mapping[date, str]
    """The model version that scored each night."""
    packages: Sequence[Mapping[str, Any]]
    """One row per registered model, oldest first: version, status, trained until, alarm, refusals."""
    alarms: Sequence[Mapping[str, Any]]
    """Every change of an alarm's state, oldest first: at, metric, state."""
    record: TrackRecord
    shift: Mapping[str, str] | None = None
    """The shift that the days came with, where they were shifted on purpose: name, title, start."""
    set_aside: Mapping[date, Sequence[str]] = field(default_factory=dict)
    """Days that were not used, each with its reasons: their nights have no score."""

    def to_json(self) -> dict[str, Any]:
        """The report as a JSON object; floats are rounded, nothing in it depends on when or where it was made."""
        nights = sorted(self.measured)
        task = self.use_case.task
        series = (*SERIES, task.headline)
        found = {
            "use_case": self.use_case.name,
            "title": self.use_case.title,
            "first": str(nights[0]),
            "last": str(nights[-1]),
            "nights": len(nights),
            "shift": None if self.shift is None else dict(self.shift),
            "records": int(sum(self.measured[night].get(metrics.RECORDS, 0) for night in nights)),
            "limits": {"gap": self.limits.calibration_gap, "skill": self.limits.skill},
            "compared": list(task.compared),
            "costs": task.costs(task.default_threshold),
            "whole": self.record.whole(task),
            "months": self.record.by_month(task),
            "series": [{"date": str(n), **{m: self.measured[n].get(m) for m in series}} for n in nights],
            "models": [dict(row) for row in self.packages],
            "set_aside": [{"date": str(day), "reasons": list(why)} for day, why in self.set_aside.items()],
            "live": live_spans(self.models),
            "alarms": [dict(row) for row in self.alarms],
            "retrainings": sum(bool(row.get("alarm")) for row in self.packages),
        }
        return dict(_rounded(found))


def live_spans(models: Mapping[date, str]) -> list[dict[str, str]]:
    """Which model scored from which night to which, in order."""
    spans = []
    for model, group in groupby(sorted(models.items()), key=lambda night: night[1]):
        nights = [day for day, _ in group]
        spans.append({"model": model, "first": str(nights[0]), "last": str(nights[-1])})
    return spans


def to_bytes(report: Mapping[str, Any]) -> bytes:
    """The report as the bytes of its JSON file."""
    return canonical(report) + b"\n"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, Mapping):
        return {name: _rounded(item) for name, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value
