"""The cut-off of a night: the moment up to which things are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np


def nights(first: date, last: date) -> list[date]:
    """Every night from the first to the last, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@dataclass(frozen=True)
class CutOff:
    """The moment of a night up to which things are known: an hour of the local day."""

    hour: int
    time_zone: str

    def at(self, day: date) -> datetime:
        """The cut-off of the night that ends on `day`, in UTC."""
        return datetime.combine(day, time(self.hour), ZoneInfo(self.time_zone)).astimezone(UTC)

    def night_of(self, known_at: datetime) -> date:
        """The first night whose cut-off is at or after `known_at` (with its zone)."""
        day = known_at.astimezone(ZoneInfo(self.time_zone)).date()
        return day if known_at <= self.at(day) else day + timedelta(days=1)

    def nights_of(self, known_at: np.ndarray) -> np.ndarray:
        """`night_of` for a column of UTC moments (n,), as datetime64[D]; every moment must be given."""
        if not len(known_at):
            return known_at.astype("datetime64[D]")
        first = (known_at.min().astype("datetime64[D]") - 2).item()
        last = (known_at.max().astype("datetime64[D]") + 2).item()
        days = nights(first, last)
        cut_offs = np.array([self.at(day).replace(tzinfo=None) for day in days], dtype="datetime64[s]")
        return np.array(days, dtype="datetime64[D]")[np.searchsorted(cut_offs, known_at, side="left")]
