"""A system that answers day by day: the base of sources whose rows know which night hands them over."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import ClassVar

from cumulet.contracts.errors import NotFoundError
from cumulet.core.schema import Schema
from cumulet.sources.days import Days, to_csv

Handed = Mapping[str, tuple[Schema, Days]]
"""What a system hands over: every table's schema, and its rows by the night that brings them."""


class DayByDay(ABC):
    """Subclasses say which tables there are and on which days there are records."""

    first_day: ClassVar[date]
    last_day: ClassVar[date]

    @abstractmethod
    def tables(self) -> Handed:
        """All rows of all days; asked for once, when the first day is."""

    def day(self, day: date) -> dict[str, bytes]:
        """CSV per table: the records of `day`, and what became known between the cut-off of the night before and that
        of the night that ends on `day`.

        Raises NotFoundError for a day of which nothing is known.
        """
        found = {name: (schema, days.of(day)) for name, (schema, days) in self._tables.items()}
        if not any(len(rows) for _, rows in found.values()):
            raise NotFoundError(f"{day}: there are records from {self.first_day} to {self.last_day} only")
        return {name: to_csv(schema, rows) for name, (schema, rows) in found.items()}

    @cached_property
    def _tables(self) -> Handed:
        return self.tables()
