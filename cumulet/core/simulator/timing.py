"""When a knob is turned, and how far: sudden, gradual or recurring.

Source: Gama et al. (2014), A survey on concept drift adaptation, ACM Computing Surveys 46(4), fig. 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cumulet.contracts.errors import ContractError

SHAPES = ("sudden", "gradual", "recurring")


@dataclass(frozen=True, kw_only=True)
class When:
    """sudden: whole from `start` to `end` (none: for ever). gradual: from nothing before `start` to whole at `end`, and
    whole from then on. recurring: whole for `lasting_days` of every `every_days`, from `start` to `end`."""

    start: date
    shape: str = "sudden"
    end: date | None = None
    every_days: int = 7
    lasting_days: int = 1

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise ContractError(f"when.shape={self.shape!r}: give one of {', '.join(SHAPES)}")
        for name in ("start", "end"):
            value = getattr(self, name)
            if type(value) is not date and not (name == "end" and value is None):
                raise ContractError(f"when.{name}={value!r}: give a date without quotes, e.g. {name} = 2013-05-01")
        if (self.shape == "gradual" and self.end in (None, self.start)) or (self.end or self.start) < self.start:
            raise ContractError(f"when.end={self.end}: give a date after start={self.start}; gradual needs one")
        spans = self.lasting_days, self.every_days
        if not all(isinstance(days, int) for days in spans) or not 0 < self.lasting_days <= self.every_days:
            raise ContractError(f"when.lasting_days={self.lasting_days}: give 1 to every_days={self.every_days}")

    def intensity(self, day: date) -> float:
        """How far the knob is turned on a day, from 0 to 1."""
        if day < self.start:
            return 0.0
        if self.shape == "gradual" and self.end is not None:
            return min(1.0, (day - self.start).days / (self.end - self.start).days)
        if self.end is not None and day > self.end:
            return 0.0
        if self.shape == "recurring":
            return float((day - self.start).days % self.every_days < self.lasting_days)
        return 1.0
