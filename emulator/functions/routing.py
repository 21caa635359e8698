"""Which version an alias sends a call to: its own, or with the weights of its routing configuration another."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping


class Routing:
    """Draws; the sequence of each alias is the same in every run of the emulator."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._generators: dict[str, random.Random] = {}

    def choose(self, alias_arn: str, version: str, weights: Mapping[str, float]) -> str:
        """The version for one call; `weights` are those of the additional versions, between 0 and 1."""
        if not weights:
            return version
        with self._lock:
            generator = self._generators.setdefault(alias_arn, random.Random(alias_arn))  # noqa: S311 - no secret
            drawn = generator.random()
        for other, weight in sorted(weights.items()):
            drawn -= weight
            if drawn < 0:
                return other
        return version
