"""Ours: `cumulet.core.context`, many nights at once, and one night as `features` does it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

import usecases
from cumulet.adapters import parquet
from cumulet.core import context
from cumulet.core.schema import Columns

Tables = dict[str, Columns]


def load(folder: Path) -> Tables:
    """The tables."""
    found = {n: parquet.decode((folder / f"{n}.parquet").read_bytes()) for n in ("records", "labels", "weather")}
    pa.default_memory_pool().release_unused()  # what reading took: Arrow would keep it for the next file
    return found


def year(tables: Tables) -> Columns:
    """All days."""
    use_case = usecases.load("flights")
    return context.features(use_case, tables["records"], tables["labels"], {"weather": tables["weather"]})


def day(tables: Tables, day: np.datetime64) -> Columns:
    """One day: the night's tables, which the online store gets, and the records joined with them."""
    use_case, records = usecases.load("flights"), tables["records"]
    side = {"weather": tables["weather"]}
    return context.join(use_case, records, context.tables(use_case, day.item(), records, tables["labels"], side))


def columns(features: Columns, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """The features, in the order of the ids."""
    order = np.argsort(features["id"].astype(str), kind="stable")
    return {name: features[name][order] for name in names}
