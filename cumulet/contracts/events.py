"""What the steps of the three state machines pass to one another: small references, one dataclass each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self
from zoneinfo import ZoneInfo

from cumulet.contracts.errors import ContractError


@dataclass(frozen=True, kw_only=True)
class Event:
    """A JSON object with exactly known fields; unknown ones are ignored, absent ones are a ContractError."""

    def to_json(self) -> dict[str, Any]:
        """The object to return from a handler."""
        return asdict(self)

    @classmethod
    def from_json(cls, event: Mapping[str, Any]) -> Self:
        """Read the fields of this class. Raises ContractError when one without a default is absent."""
        known = {f.name: event[f.name] for f in fields(cls) if f.name in event}
        try:
            return cls(**known)
        except TypeError as error:
            raise ContractError(f"{cls.__name__}: {error}; got {sorted(event)}") from error


@dataclass(frozen=True, kw_only=True)
class NightEvent(Event):
    """Starts Nightly and goes to each of its functions. `date` is a date, or the time stamp of the schedule (UTC)."""

    date: str

    def logical_date(self, time_zone: str) -> dt.date:
        """The logical date: the date itself, or the local date of the time stamp."""
        try:
            if len(self.date) == 10:
                return dt.date.fromisoformat(self.date)
            return dt.datetime.fromisoformat(self.date).astimezone(ZoneInfo(time_zone)).date()
        except ValueError as error:
            raise ContractError(f"date={self.date!r}: expected YYYY-MM-DD or an ISO time stamp with zone") from error


@dataclass(frozen=True, kw_only=True)
class Ingested(Event):
    """What `ingest` did with one day; rows in = records + labels + side rows + quarantined + replaced.

    A day that was set aside has nothing committed: no records, no labels.
    """

    date: str
    records: int
    labels: int
    quarantined: int
    set_aside: str = ""
    """Why the day was set aside; empty: it is committed."""


@dataclass(frozen=True, kw_only=True)
class Featured(Event):
    """What `features` prepared: the object to score and the champion to score it with; `model_name` is empty when
    no model is live yet."""

    date: str
    records: int
    input_uri: str
    output_uri: str
    model_name: str
    model_package: str


@dataclass(frozen=True, kw_only=True)
class Monitored(Event):
    """What `monitor` measured; a metric that could not be computed (no labels yet) is absent."""

    date: str
    time: str
    """The night's cut-off (ISO, UTC)."""
    metrics: dict[str, float]
    alarms: list[str]
    """The alarms on performance that were red before this night."""
    skipped: str = ""


@dataclass(frozen=True, kw_only=True)
class TrainingRequest(Event):
    """Starts Training. The snapshot takes what was known at the last cut-off before `time` (logical; ISO, UTC)."""

    time: str
    reason: str
    force: bool = False
    run: str = ""
    """What the model's folder is named after; by default the alarm's day, or the execution where it is forced. The same
    run registers one model, however often it is asked for."""


@dataclass(frozen=True, kw_only=True)
class ReleaseRequest(Event):
    """Starts Release for one model package."""

    model_package: str


@dataclass(frozen=True, kw_only=True)
class Released(Event):
    """Passed between the steps of Release: the version of `predict` that carries the package."""

    model_package: str
    version: str
    model_name: str
    previous_version: str = ""
    replayed: int = 0
