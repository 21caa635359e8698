"""US federal holidays by rule, and how far a day is from the nearest one.

Source: 5 U.S.C. § 6103(a), the days themselves (not the days observed in their place).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np

MONDAY, THURSDAY = 0, 3


def days_to_holiday(days: np.ndarray) -> np.ndarray:
    """Days (n,) to the nearest federal holiday, float64: negative before it, positive after it, NaN for NaT."""
    known = ~np.isnat(days)
    distance = np.full(len(days), np.nan)
    if not known.any():
        return distance
    days = days[known].astype("datetime64[D]")
    holidays = _holidays(days.min().item().year - 1, days.max().item().year + 1)
    after = np.searchsorted(holidays, days)
    before, to_come = (days - holidays[after - 1]).astype(int), (holidays[after] - days).astype(int)
    distance[known] = np.where(before < to_come, before, -to_come)
    return distance


@cache
def _holidays(first_year: int, last_year: int) -> np.ndarray:
    days = [day for year in range(first_year, last_year + 1) for day in federal_holidays(year)]
    return np.array(sorted(days), dtype="datetime64[D]")


def federal_holidays(year: int) -> tuple[date, ...]:
    """The ten federal holidays of a year (eleven since Juneteenth, 2021), in order."""
    juneteenth = (date(year, 6, 19),) if year >= 2021 else ()
    return (
        date(year, 1, 1),
        _nth(year, 1, MONDAY, 3),
        _nth(year, 2, MONDAY, 3),
        _nth(year, 6, MONDAY, 1) - timedelta(days=7),
        *juneteenth,
        date(year, 7, 4),
        _nth(year, 9, MONDAY, 1),
        _nth(year, 10, MONDAY, 2),
        date(year, 11, 11),
        _nth(year, 11, THURSDAY, 4),
        date(year, 12, 25),
    )


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    """The nth such weekday of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))
