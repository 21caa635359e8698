"""The sketches of the nights, read from the lake and merged over windows: drift by feature, performance by month."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date
from functools import reduce
from typing import Any

from cumulet.adapters import artifact
from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.core import drift
from cumulet.core.performance import PerformanceSketch
from cumulet.core.sketches import InputSketch, Reference
from cumulet.core.tasks import Task

_KEY = re.compile(r"dt=(?P<day>[\d-]+)/model=(?P<model>[^/]+)/(?P<kind>\w+)\.json$")


class SketchReader:
    """Reads the sketches of one use case."""

    def __init__(self, lake: Lake, use_case: str, task: Task) -> None:
        self.lake = lake
        self.use_case = use_case
        self._task = task

    def _keys(self, kind: str, model: str = "") -> list[tuple[str, str, str]]:
        """(day, model, key) of every sketch of a kind, oldest day first."""
        found = [(_KEY.search(key), key) for key in self.lake.list(f"sketches/{self.use_case}/")]
        return [
            (match["day"], match["model"], key)
            for match, key in found
            if match and match["kind"] == kind and model in ("", match["model"])
        ]

    def _read(self, wanted: Iterable[str]) -> list[Any]:
        return [json.loads(data) for data in self.lake.find_many(wanted) if data is not None]

    def drift(self, model: str, artifact_uri: str, nights: int) -> list[dict[str, Any]]:
        """One row a feature: its drift over the last nights that the model scored, the largest first."""
        wanted = [key for _, _, key in self._keys("inputs", model)][-nights:]
        if not wanted:
            return []
        reference = Reference.from_json(json.loads(artifact.member(artifact.fetch(artifact_uri), artifact.REFERENCE)))
        merged = reduce(InputSketch.merge, (InputSketch.from_json(s["inputs"]) for s in self._read(wanted)))
        rows = [
            {
                "feature": name,
                "psi": d.psi,
                "jensen_shannon": d.jensen_shannon,
                "missing": d.missing,
                "unseen": d.unseen,
            }
            for name, d in drift.of_inputs(reference.inputs, merged).items()
        ]
        return sorted(rows, key=lambda row: (-float(str(row["psi"])), str(row["feature"])))

    def performance(self, day: date, model: str) -> PerformanceSketch:
        """What a model's predictions of a day were worth; an empty sketch while the labels are not there."""
        data = self.lake.find(keys.sketch(self.use_case, day, model, "performance"))
        return PerformanceSketch() if data is None else PerformanceSketch.from_json(json.loads(data))

    def months(self) -> list[dict[str, Any]]:
        """One row a month and model: what the nights' predictions were worth, once the labels had come."""
        listed = self._keys("performance")
        sketches = [PerformanceSketch.from_json(value) for value in self._read(key for _, _, key in listed)]
        groups: dict[tuple[str, str], list[PerformanceSketch]] = {}
        for (day, model, _), sketch in zip(listed, sketches, strict=True):
            if sketch.rows:
                groups.setdefault((day[:7], model), []).append(sketch)
        return [self._month(month, model, group) for (month, model), group in sorted(groups.items())]

    def _month(self, month: str, model: str, days: list[PerformanceSketch]) -> dict[str, Any]:
        merged = reduce(PerformanceSketch.merge, days)
        figures = self._task.performance(merged.rows, merged.sums)
        return {"month": month, "model": model, "days": len(days), "labelled": merged.rows, **figures}
