"""The office's own system: asked for a day, it hands over the answers that came, and what became known of earlier ones.

The answers bear no date (`asked` is missing): they are of the day on which they come.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property

import pyarrow as pa

from cumulet.contracts.errors import NotFoundError
from cumulet.sources.days import Days, to_csv
from usecases.income import archive
from usecases.income.schema import OUTCOMES, RECORDS


class Source:
    """Four years of answers as a system that answers day by day; `files` are theirs, else those in the wheel."""

    first_day = date(2015, 1, 1)
    last_day = date(2018, 12, 31)

    def __init__(self, files: Sequence[bytes] | None = None) -> None:
        self._files = files

    def day(self, day: date) -> dict[str, bytes]:
        """CSV per table: the answers of `day`, and what became known between the cut-off of the night before and that
        of the night that ends on `day`.

        Raises NotFoundError for a day of which nothing is known.
        """
        records, outcomes = self._records.of(day), self._outcomes.of(day)
        if not records and not outcomes:
            raise NotFoundError(f"{day}: the office has answers from {self.first_day} to {self.last_day} only")
        return {"records": to_csv(RECORDS, records), "outcomes": to_csv(OUTCOMES, outcomes)}

    @cached_property
    def _people(self) -> pa.Table:
        return archive.people(self._files or archive.WHEEL.read(*archive.FILES))

    @cached_property
    def _records(self) -> Days:
        return Days(self._people, by="date")

    @cached_property
    def _outcomes(self) -> Days:
        return Days(self._people, by="night")
