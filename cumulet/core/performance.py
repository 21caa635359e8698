"""Sketch of a day's performance: predictions against the labels that arrived; mergeable over a window of days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from cumulet.core.tasks import Task
from cumulet.core.tasks.task import Floats, Sums


@dataclass(frozen=True)
class PerformanceSketch:
    """Rows and the sums over them that the task's `performance` is computed from."""

    rows: int = 0
    sums: Sums = field(default_factory=dict)

    @classmethod
    def of(cls, task: Task, y: Floats, p: Floats) -> Self:
        """The sketch of labels (n,) and their forecasts (n,) or (n, k)."""
        return cls(len(y), task.sums(y, p))

    def merge(self, other: Self) -> Self:
        """Both together; an empty sketch changes nothing."""
        if not (self.rows and other.rows):
            return self if self.rows else other
        added = {
            name: tuple(a + b for a, b in zip(sums, other.sums[name], strict=True)) for name, sums in self.sums.items()
        }
        return type(self)(self.rows + other.rows, added)

    def to_json(self) -> dict[str, Any]:
        """A JSON object that `from_json` reads back equal."""
        return {"rows": self.rows, "sums": {name: list(sums) for name, sums in self.sums.items()}}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        return cls(value["rows"], {name: tuple(sums) for name, sums in value["sums"].items()})
