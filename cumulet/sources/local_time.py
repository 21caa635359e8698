"""Local times as UTC, where clocks change."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def to_utc(local: np.ndarray, zone: str) -> np.ndarray:
    """Local times (n,) as UTC datetime64[m]; an hour that occurs twice is its first, one that is skipped its end."""
    aware = pc.assume_timezone(
        pa.array(local.astype("datetime64[s]")), zone, ambiguous="earliest", nonexistent="latest"
    )
    return np.asarray(aware.cast(pa.timestamp("s")).to_numpy(zero_copy_only=False), "datetime64[m]")


def every_hour(first: np.datetime64, last: np.datetime64, zone: str) -> np.ndarray:
    """All local hours of the days from first to last, but for those that the clocks skip, datetime64[h] (n,)."""
    hours = np.arange(first.astype("datetime64[h]"), (last + 1).astype("datetime64[h]"))
    utc = to_utc(hours, zone)
    return np.asarray(hours[np.append(utc[1:] != utc[:-1], True)])
