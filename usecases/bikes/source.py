"""The operator's own system: asked for a day, it hands over what it knows at that midnight, as CSV.

What is known when: the hours of a day and whether it is a holiday, long before; the rentals of an hour and its weather,
when it ends.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from cumulet.contracts.errors import NotFoundError
from cumulet.sources.days import Days, to_csv
from usecases.bikes import archive
from usecases.bikes.schema import OUTCOMES, RECORDS, WEATHER


class Source:
    """Two years of rentals as a system that answers day by day; `data` is the file, else it is out of its wheel."""

    first_day = date(2011, 1, 1)
    last_day = date(2012, 12, 31)

    def __init__(self, data: bytes | None = None) -> None:
        self._data = data

    def day(self, day: date) -> dict[str, bytes]:
        """CSV per table: the hours of `day`, and the rentals and the weather of the hours that ended between the
        midnight before and the one at which `day` begins.

        Raises NotFoundError for a day of which nothing is known.
        """
        records, ended = self._records.of(day), self._ended.of(day)
        if not records and not ended:
            raise NotFoundError(f"{day}: the operator has hours from {self.first_day} to {self.last_day} only")
        observed = ended.filter(pc.is_valid(ended["temperature"]))
        return {
            "records": to_csv(RECORDS, records),
            "outcomes": to_csv(OUTCOMES, ended),
            "weather": to_csv(WEATHER, observed),
        }

    @cached_property
    def _hours(self) -> pa.Table:
        return archive.hours(self._data or archive.WHEEL.read(archive.FILE)[0])

    @cached_property
    def _records(self) -> Days:
        return Days(self._hours, by="date")

    @cached_property
    def _ended(self) -> Days:
        return Days(self._hours, by="night")
