from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from tests.emulator.athena.sql.harness import Bench

DAYS = [date(2013, 1, 1) + timedelta(days=number) for number in range(4)]
DATES = {
    "projection.enabled": "true",
    "projection.dt.type": "date",
    "projection.dt.format": "yyyy-MM-dd",
    "projection.dt.range": "2013-01-01,NOW",
}


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """`flights` by day, `predictions` by day and (injected) model, `planes` without partitions."""
    made = Bench(Path(tmp_path_factory.mktemp("athena")))
    made.catalog.add("flights", {"id": "string", "carrier": "string", "distance": "double"}, ["dt"], **DATES)
    injected = {**DATES, "projection.model.type": "injected"}
    made.catalog.add("predictions", {"id": "string", "prediction": "double"}, ["dt", "model"], **injected)
    made.catalog.add("planes", {"carrier": "string", "seats": "int", "tags": "array<string>", "built": "timestamp"})
    for day in DAYS:
        flights = {"id": [f"{day}-{n}" for n in range(3)], "carrier": ["AA", "UA", None], "distance": [1.5, 2.5, 4.0]}
        made.objects.write("lake", f"flights/dt={day}/records.parquet", pa.table(flights))
        for model in ("1", "2"):
            scored = pa.table({"id": [f"{day}-0"], "prediction": [float(model)]})
            made.objects.write("lake", f"predictions/dt={day}/model={model}/records.parquet.out", scored)
    planes = {"carrier": ["AA", "UA"], "seats": pa.array([100, 7], pa.int32()), "tags": [["a", "b"], []]}
    built = pa.array([datetime(2001, 2, 3, 4, 5, 6, 789000)] * 2, pa.timestamp("us", tz="UTC"))
    made.objects.write("lake", "planes/all.parquet", pa.table({**planes, "built": built}))
    return made
