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
