"""MetricDefinitions: numbers that a training job prints become metrics of the job."""

from __future__ import annotations

import re
from typing import Any


class Metrics:
    """Reads the log as it passes; the last match of each definition is its final value."""

    def __init__(self, definitions: list[dict[str, str]]) -> None:
        self._patterns = {one["Name"]: re.compile(one["Regex"]) for one in definitions}
        self._values: dict[str, float] = {}

    def read(self, lines: list[str]) -> None:
        """Look for every metric in every line; the number is the pattern's first group."""
        for line in lines:
            for name, pattern in self._patterns.items():
                for match in pattern.finditer(line):
                    self._values[name] = float(match.group(1))

    def final(self, now: float) -> list[dict[str, Any]]:
        """FinalMetricDataList."""
        return [{"MetricName": name, "Value": value, "Timestamp": now} for name, value in self._values.items()]
